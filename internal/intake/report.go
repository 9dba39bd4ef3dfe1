package intake

import (
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"strings"

	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

// Outcome says what became of a line.
type Outcome string

// What can become of a line of an order file. A cancellation that found a part of
// its goods has units in TakenBack and in Excepted, and counts as a line of the
// latter.
const (
	Ordered   Outcome = "ordered"    // a line of a new order
	TakenBack Outcome = "taken_back" // gave goods or charges of an order back
	Excepted  Outcome = "exception"  // waits for a person
	Recorded  Outcome = "recorded"   // stands in the import's journal, moves nothing
	Repeated  Outcome = "repeated"   // its order or document was taken before
	Dropped   Outcome = "dropped"    // a suspected duplicate, left out as asked
	Refused   Outcome = "refused"    // could not be used; a problem says why
)

// Outcomes of the rows of SKU and stock files.
const (
	Created   Outcome = "created"
	Changed   Outcome = "changed"
	Unchanged Outcome = "unchanged"
	Booked    Outcome = "booked" // the books hold it now
)

// Tally sums the lines of one kind that had one outcome. Units and money have the
// signs of the file; money is quantity times price, less the line's discount. A
// row of which not even kind, quantity and price could be read counts as a line alone.
type Tally struct {
	Kind     string         `json:"kind"`
	Outcome  Outcome        `json:"outcome"`
	Currency money.Currency `json:"currency,omitempty"`
	Lines    int64          `json:"lines"`
	Units    int64          `json:"units"`
	Money    money.Amount   `json:"money"`
}

// Likes counts cancellations by what they resemble before any is carried out.
type Likes struct {
	Equal  int64 `json:"equal"`  // a sale of just as much
	Larger int64 `json:"larger"` // only a sale of more
	Spread int64 `json:"spread"` // only several sales together are enough
	Excess int64 `json:"excess"` // more than was sold
	Orphan int64 `json:"orphan"` // no earlier sale at all
}

// Report says what an import did, or in a dry run what it would do.
type Report struct {
	Import  id.Import `json:"import,omitempty"`
	What    string    `json:"what"` // orders, catalog or stock
	File    string    `json:"file"`
	Profile string    `json:"profile,omitempty"`
	DryRun  bool      `json:"dry_run,omitempty"`
	History bool      `json:"history,omitempty"`
	// Already: this very file was taken before, as Import, and nothing was done.
	Already bool `json:"already,omitempty"`

	Rows    int64   `json:"rows"` // below the header, without blank ones
	Blank   int64   `json:"blank"`
	Tallies []Tally `json:"tallies"`

	Orders        int64 `json:"orders"`          // created
	OrdersBefore  int64 `json:"orders_before"`   // were there before
	OrdersRefused int64 `json:"orders_refused"`  // because of a row, or as a whole
	TwoHeads      int64 `json:"two_heads"`       // orders whose rows disagree on time or customer
	Duplicates    int64 `json:"duplicates"`      // rows equal to another in everything but line_no
	SKUsCreated   int64 `json:"skus_created"`    // because they were asked for
	SKUsUnknown   int64 `json:"skus_unknown"`    // codes that stay unmatched
	Exceptions    int64 `json:"exceptions"`      // opened for a person
	Cancels       Likes `json:"cancels"`         // of goods
	ChargeCancels Likes `json:"charges_cancels"` // of charges

	// Problems are the first thousand, in the order they were found; ProblemCounts
	// has all of them by code.
	Problems      []*sheet.RowError `json:"problems,omitempty"`
	ProblemCounts map[string]int64  `json:"problem_counts,omitempty"`
	Unused        []string          `json:"unused,omitempty"` // headers that nothing reads

	tallies map[tallyKey]*Tally
}

type tallyKey struct {
	kind     string
	outcome  Outcome
	currency money.Currency
}

// count adds lines with their units and money to a tally.
func (r *Report) count(kind string, what Outcome, cur money.Currency, lines, units int64, amount money.Amount) {
	key := tallyKey{kind, what, cur}
	t := r.tallies[key]
	if t == nil {
		key.kind = strings.Clone(kind) // it shares the memory of its row
		t = &Tally{Kind: key.kind, Outcome: what, Currency: cur}
		if r.tallies == nil {
			r.tallies = map[tallyKey]*Tally{}
		}
		r.tallies[key] = t
	}
	t.Lines += lines
	t.Units += units
	t.Money += amount
}

// close puts the tallies into their order.
func (r *Report) close() {
	r.Tallies = make([]Tally, 0, len(r.tallies))
	for _, t := range r.tallies {
		r.Tallies = append(r.Tallies, *t)
	}
	slices.SortFunc(r.Tallies, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Outcome, b.Outcome),
			cmp.Compare(a.Currency, b.Currency))
	})
}

// Of sums a line kind over all outcomes, or with an outcome over that alone.
func (r *Report) Of(kind string, outcomes ...Outcome) (sum Tally) {
	sum.Kind = kind
	for _, t := range r.Tallies {
		if t.Kind == kind && (len(outcomes) == 0 || slices.Contains(outcomes, t.Outcome)) {
			sum.Lines += t.Lines
			sum.Units += t.Units
			sum.Money += t.Money
		}
	}
	return sum
}

// stored is what is kept of the report: no cell of the file, for it may be personal.
func (r *Report) stored() string {
	kept := *r
	kept.Problems = make([]*sheet.RowError, len(r.Problems))
	for i, p := range r.Problems {
		bare := *p
		bare.Value = ""
		kept.Problems[i] = &bare
	}
	text, err := json.Marshal(kept)
	if err != nil {
		panic("intake: report: " + err.Error())
	}
	return string(text)
}

const problemsMax = 1000

// problems gathers what is wrong with rows: bounded in the report, all of them in
// a file where one is asked for.
type problems struct {
	report *Report
	file   *os.File
	out    *sheet.Writer
}

// newProblems begins the list. path names the file for all problems, empty for none.
func newProblems(report *Report, path string) (*problems, error) {
	p := &problems{report: report}
	report.ProblemCounts = map[string]int64{}
	if path == "" {
		return p, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it quotes cells, which may be personal
	if err != nil {
		return nil, err
	}
	p.file = file
	if p.out, err = sheet.NewWriter(file, sheet.CSV); err == nil {
		err = p.out.Header("row", "line", "column", "value", "code", "问题", "problem")
	}
	return p, err
}

func (p *problems) add(list ...*sheet.RowError) error {
	for _, e := range list {
		p.report.ProblemCounts[e.Code]++
		if len(p.report.Problems) < problemsMax {
			p.report.Problems = append(p.report.Problems, e)
		}
		if p.out == nil {
			continue
		}
		err := p.out.Write(sheet.Whole(int64(e.Row)), sheet.Whole(int64(e.Line)), sheet.Text(e.Column),
			sheet.Text(e.Value),
			sheet.Text(e.Code), sheet.Text(e.ZH), sheet.Text(e.EN))
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *problems) close() error {
	if p.out == nil {
		return nil
	}
	err := p.out.Close()
	if end := p.file.Close(); err == nil {
		err = end
	}
	return err
}
