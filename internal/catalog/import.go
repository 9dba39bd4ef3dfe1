package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

const (
	pieceRows   = 1_000 // rows of one transaction: a piece must not hold the lane for long
	problemsMax = 1_000
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	Currency money.Currency // of cost and price; CNY when empty
	DryRun   bool           // tell what would happen, change nothing
	By       db.By
	Each     func(RowReport) // told what became of each row; may be nil
}

// RowReport says what became of one row. Problems name row, column, why and how
// to mend it.
type RowReport struct {
	Row      int
	Code     string
	Done     Done
	Problems []*sheet.RowError
}

// Report sums an import up.
type Report struct {
	DryRun                               bool
	Rows                                 int // below the header, without blank ones
	Created, Changed, Unchanged, Refused int
	Blank                                int
	Problems                             []*sheet.RowError // by row; the first thousand, Each gets all
	Unused                               []string          // headers that nothing reads
}

// Import takes SKUs in from a table opened with Columns. Rows are independent:
// one that cannot be taken is reported and the rest goes on. An empty cell, or a
// column that the file lacks, leaves what is there. Bundles are taken after all
// other rows, so they may stand above their parts. It writes in pieces of at most
// 1,000 rows; the same file again changes nothing. The error is a fault of the
// file or the database; the report then tells what was done before it.
func Import(ctx context.Context, d *db.DB, r *sheet.Reader, o ImportOptions) (Report, error) {
	if o.Currency == "" {
		o.Currency = money.CNY
	}
	im := &importer{d: d, r: r, o: o, reads: reads(o.Currency), codes: map[string]int{}, barcodes: map[string]int{},
		planned: map[string]*draft{},
		report:  Report{DryRun: o.DryRun, Unused: r.Unused()}}
	err := im.run(ctx)
	im.report.Blank = r.Blank()
	slices.SortStableFunc(im.report.Problems, func(a, b *sheet.RowError) int { return a.Row - b.Row })
	return im.report, err
}

type importer struct {
	d        *db.DB
	r        *sheet.Reader
	o        ImportOptions
	reads    map[string]func(string) (edit, error)
	headers  map[string]string // what the file calls a column
	codes    map[string]int    // the row in which a code first stood
	barcodes map[string]int
	plain    []*draft
	bundles  []*draft
	planned  map[string]*draft // of a dry run: what it would have created
	report   Report
}

// draft is what one row says.
type draft struct {
	row, line int
	code      string
	edits     []edit
	parts     []partText
}

func (im *importer) run(ctx context.Context) error {
	for {
		row, err := im.r.Next()
		var bad *sheet.RowError
		switch {
		case errors.Is(err, io.EOF):
			return im.finish(ctx)
		case errors.As(err, &bad):
			im.tell(RowReport{Row: row.Number, Done: Refused, Problems: []*sheet.RowError{bad}})
			continue
		case err != nil:
			return err
		}
		if im.take(row); len(im.plain) == pieceRows {
			if err := im.put(ctx, im.plain); err != nil {
				return err
			}
			im.plain = nil
		}
	}
}

func (im *importer) finish(ctx context.Context) error {
	for _, all := range [][]*draft{im.plain, im.bundles} {
		for piece := range slices.Chunk(all, pieceRows) {
			if err := im.put(ctx, piece); err != nil {
				return err
			}
		}
	}
	return nil
}

// take reads a row and keeps it for its piece, or reports why it cannot.
func (im *importer) take(row sheet.Row) {
	dr := &draft{row: row.Number, line: row.Line}
	var wrong []*sheet.RowError
	code, err := sheet.Code(row.Get("code"))
	if dr.code = Fold(code); err != nil {
		wrong = append(wrong, row.Wrong("code", err))
	} else if first, twice := im.codes[dr.code]; twice {
		wrong = append(wrong, row.Wrong("code", errTwice.With(shown(dr.code), first)))
	} else {
		im.codes[dr.code] = row.Number
	}
	for _, c := range Columns() {
		cell := row.Get(c.Name)
		if read := im.reads[c.Name]; read == nil || cell == "" {
			continue
		} else if e, err := read(cell); err != nil {
			wrong = append(wrong, row.Wrong(c.Name, err))
		} else {
			dr.edits = append(dr.edits, e)
		}
	}
	if cell := row.Get("parts"); cell != "" {
		if dr.parts, err = readParts(cell); err != nil {
			wrong = append(wrong, row.Wrong("parts", err))
		}
	}
	if f := im.barcodeTwice(dr); f != nil {
		wrong = append(wrong, row.Wrong("barcodes", f))
	}
	if im.headers == nil {
		im.headers = headers(row)
	}
	switch {
	case len(wrong) > 0:
		im.tell(RowReport{Row: dr.row, Code: dr.code, Done: Refused, Problems: wrong})
	case len(dr.parts) > 0:
		im.bundles = append(im.bundles, dr)
	default:
		im.plain = append(im.plain, dr)
	}
}

// barcodeTwice finds a barcode that an earlier row has. Put would find it too, but
// not in a dry run, whose pieces know nothing of each other.
func (im *importer) barcodeTwice(dr *draft) (twice *fault.Fault) {
	var s SKU
	for _, e := range dr.edits {
		e(&s)
	}
	for _, b := range s.Barcodes {
		if first, seen := im.barcodes[Fold(b)]; seen && first != dr.row {
			twice = errTwice.With(shown(b), first)
		} else {
			im.barcodes[Fold(b)] = dr.row
		}
	}
	return twice
}

// headers gives what the file calls each column, for problems that show only
// after the row has been read.
func headers(row sheet.Row) map[string]string {
	names := map[string]string{}
	for _, c := range Columns() {
		names[c.Name] = row.Wrong(c.Name, errBool).Column
	}
	names["bundle"] = names["parts"]
	return names
}

// put writes one piece; in a dry run it undoes it and remembers what was created.
func (im *importer) put(ctx context.Context, piece []*draft) error {
	var results []result
	err := im.d.Write(ctx, im.o.By, func(tx *db.Tx) (err error) {
		if err := im.preludes(tx, piece); err != nil {
			return err
		}
		if results, err = putDrafts(tx, piece); err == nil && im.o.DryRun {
			return errDryRun
		}
		return err
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return err
	}
	for i, dr := range piece {
		if results[i].done == Created && im.o.DryRun {
			im.planned[dr.code] = dr
		}
		im.tell(RowReport{Row: dr.row, Code: dr.code, Done: results[i].done, Problems: im.problems(dr, results[i].fault)})
	}
	return nil
}

// preludes creates, in a dry run, the parts that this file would have created
// before the bundles of the piece.
func (im *importer) preludes(tx *db.Tx, piece []*draft) error {
	var parts []*draft
	seen := map[string]bool{}
	for _, dr := range piece {
		for _, p := range dr.parts {
			if made := im.planned[p.code]; made != nil && !seen[p.code] {
				seen[p.code] = true
				parts = append(parts, made)
			}
		}
	}
	_, err := putDrafts(tx, parts)
	return err
}

// putDrafts lays the rows over what is there and puts them.
func putDrafts(tx *db.Tx, piece []*draft) ([]result, error) {
	var codes, parts []string
	for _, dr := range piece {
		codes = append(codes, dr.code)
		for _, p := range dr.parts {
			parts = append(parts, p.code)
		}
	}
	there, err := byCodes(tx, codes)
	if err != nil {
		return nil, err
	}
	known, err := Find(tx, parts)
	if err != nil {
		return nil, err
	}
	skus := make([]SKU, len(piece))
	lost := make(map[int]*fault.Fault)
	for i, dr := range piece {
		if old := there[dr.code]; old != nil {
			skus[i] = *old
		}
		skus[i].Code = dr.code
		for _, e := range dr.edits {
			e(&skus[i])
		}
		if f := layParts(&skus[i], dr.parts, known); f != nil {
			lost[i] = f
			skus[i] = SKU{Code: dr.code} // refused for its missing name, and told below for its parts
		}
	}
	results, err := put(tx, skus)
	for i, f := range lost {
		if err == nil {
			results[i] = result{done: Refused, fault: f}
		}
	}
	return results, err
}

func layParts(s *SKU, texts []partText, known map[string]*SKU) *fault.Fault {
	if len(texts) == 0 {
		return nil
	}
	var p problems
	s.Bundle, s.Parts = true, nil
	for _, t := range texts {
		part := known[t.code]
		if part == nil {
			p.add("parts", fmt.Sprintf("组合明细里的商品 %s 不存在；请先建档，或检查编码", shown(t.code)),
				fmt.Sprintf("part %s does not exist; create it first or check its code", shown(t.code)))
			continue
		}
		s.Parts = append(s.Parts, Part{SKU: part.ID, Qty: t.qty})
	}
	return p.bad
}

// problems turns a member's fault into one report per field.
func (im *importer) problems(dr *draft, f *fault.Fault) []*sheet.RowError {
	if f == nil {
		return nil
	}
	var out []*sheet.RowError
	for _, field := range f.Fields {
		name := im.headers[field.Name]
		out = append(out, &sheet.RowError{Row: dr.row, Line: dr.line, Column: name, Code: f.Code,
			ZH: fmt.Sprintf("第 %d 行，「%s」列：%s", dr.row, name, field.ZH),
			EN: fmt.Sprintf("Row %d, column %q: %s", dr.row, name, field.EN)})
	}
	if len(out) == 0 {
		out = append(out, &sheet.RowError{Row: dr.row, Line: dr.line, Code: f.Code,
			ZH: fmt.Sprintf("第 %d 行：%s", dr.row, f.ZH), EN: fmt.Sprintf("Row %d: %s", dr.row, f.EN)})
	}
	return out
}

func (im *importer) tell(r RowReport) {
	im.report.Rows++
	switch r.Done {
	case Created:
		im.report.Created++
	case Changed:
		im.report.Changed++
	case Unchanged:
		im.report.Unchanged++
	case Refused:
		im.report.Refused++
	}
	room := max(0, problemsMax-len(im.report.Problems))
	im.report.Problems = append(im.report.Problems, r.Problems[:min(room, len(r.Problems))]...)
	if im.o.Each != nil {
		im.o.Each(r)
	}
}
