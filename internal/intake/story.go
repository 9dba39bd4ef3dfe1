package intake

import (
	"cmp"
	"context"
	"hash/maphash"
	"path/filepath"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/sheet"
	"baihuo/internal/shop"
)

// A story is a file of orders read to be lived through instead of taken in as
// history: the same reader, the same kinds of line, the same matching.

// StoryOptions say how a story is read.
type StoryOptions struct {
	File string
	// Profile names the column map, as in OrderOptions.
	Profile string
	// Shop has all the orders, whatever shop the file names. It is open.
	Shop     shop.Shop
	By       db.By
	Progress func(Progress) // may be nil
}

// Story is what a file tells. All of it is in memory.
type Story struct {
	Digest []byte // SHA-256 of the file
	// Orders and Loose are each in the order of their times, and of their places in
	// the file where times are equal.
	Orders []Told
	Loose  []Loose
	// Report counts rows, problems, duplicates, and lines of the outcome Refused.
	Report Report

	im *importer
}

// Told is an order of the story: live, paid, to be shipped. Kinds is the file's
// word for each of its lines.
type Told struct {
	*order.Draft
	Kinds []string
}

// Sense is what a line that is part of no order means.
type Sense uint8

// The senses of loose lines.
const (
	GoodsBack  Sense = iota // goods sold earlier come back; quantity below 0
	ChargeBack              // a charge is given back; quantity below 0
	Adjusted                // stock found, or lost where below 0
	Debt                    // money written off
)

// Loose is a line that is part of no order, with the signs of the file.
type Loose struct {
	At             db.Instant
	No, Kind, Code string
	Row            int // as a spreadsheet numbers it
	Sense          Sense
	Qty            int64
	Price          money.Amount
	Currency       money.Currency
	// From is what a cancellation takes back, at most -Qty pieces.
	From []From

	loose *loose
}

// From is pieces of one line of an order of the story.
type From struct {
	Order int // index into Orders
	Line  int // index into its Lines
	Qty   int64
}

// Tell reads a whole file of orders as a story, and creates the SKUs that it sells
// and nobody has. Rows that cannot be used are in the report. Faults: those of
// sheet.Open, ErrProfile.
func Tell(ctx context.Context, d *db.DB, o StoryOptions) (*Story, error) {
	im := &importer{d: d, seed: maphash.MakeSeed(), history: true, shopCode: o.Shop.Code, gather: newGather()}
	im.o = OrderOptions{File: o.File, Profile: o.Profile, CreateSKUs: true, By: o.By, Progress: o.Progress}
	im.report = &Report{What: "orders", File: filepath.Base(o.File), Profile: o.Profile}
	im.know([]shop.Shop{o.Shop})
	var err error
	if im.problems, err = newProblems(im.report, ""); err != nil {
		return nil, err
	}
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		im.columns, err = columns(tx, "orders", o.Profile)
		return err
	})
	if err != nil {
		return nil, err
	}
	im.columns = slices.DeleteFunc(slices.Clone(im.columns), func(c sheet.Column) bool { return c.Name == "shop" })
	s := &Story{im: im}
	if s.Digest, err = digestOf(o.File); err != nil {
		return nil, err
	}
	if im.survey, err = im.look(ctx); err != nil {
		return nil, err
	}
	im.report.Rows, im.report.Blank, im.report.Unused = im.survey.rows, im.survey.blank, im.survey.unused
	if err := im.skus(ctx); err != nil {
		return nil, err
	}
	if err := s.gather(ctx); err != nil {
		return nil, err
	}
	im.report.close()
	s.Report = *im.report
	im.gather, im.survey = gather{}, nil // they are as large as the story
	return s, nil
}

// gather reads the orders and says what each cancellation takes back.
func (s *Story) gather(ctx context.Context) error {
	im := s.im
	words := map[string]string{}
	keep := func(text string) string { // lets go of the row that it shares its memory with
		kept, known := words[text]
		if !known {
			kept = strings.Clone(text)
			words[kept] = kept
		}
		return kept
	}
	var places []int32 // of the orders, in the file
	im.hand = func(p *pending) error {
		s.Orders = append(s.Orders, im.told(p, keep))
		places = append(places, p.index)
		return nil
	}
	if err := im.each(ctx, StageOrders, im.take(ctx)); err != nil {
		return err
	}
	if err := im.rest(ctx); err != nil {
		return err
	}
	takes, likes := match(im.sales, im.cancels)
	im.liken(likes)
	s.loosen(takes, s.sort(places))
	return nil
}

// told is the draft of an order that is still to be lived through.
func (im *importer) told(p *pending, keep func(string) string) Told {
	t := Told{Draft: im.draft(p), Kinds: make([]string, len(p.lines))}
	d := t.Draft
	d.History, d.ChannelState, d.ChannelWord = false, order.ToShip, keep(d.ChannelWord)
	d.ShopCode, d.ExternalNo, d.Buyer.ID = keep(d.ShopCode), strings.Clone(d.ExternalNo), keep(d.Buyer.ID)
	for i := range d.Lines {
		l := &d.Lines[i]
		l.ExternalNo, l.Code, l.Name = keep(l.ExternalNo), keep(l.Code), keep(l.Name)
		t.Kinds[i] = keep(p.lines[i].kind)
	}
	return t
}

// sort puts the orders in the order of their times and says where each of the
// file's orders is now.
func (s *Story) sort(places []int32) []int {
	at := make([]int, len(s.Orders))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.Orders[a].OrderedAt, s.Orders[b].OrderedAt), cmp.Compare(places[a], places[b]))
	})
	sorted, now := make([]Told, len(at)), make([]int, len(at))
	for i, was := range at {
		sorted[i], now[places[was]] = s.Orders[was], i
	}
	s.Orders = sorted
	return now
}

func (s *Story) loosen(takes [][]take, now []int) {
	senses := map[role]Sense{takeGoods: GoodsBack, takeCharge: ChargeBack, adjust: Adjusted, debt: Debt}
	s.Loose = make([]Loose, len(s.im.loose))
	for i := range s.im.loose {
		k := &s.im.loose[i]
		l := Loose{At: k.at, No: k.no, Kind: k.kind, Code: k.code, Row: k.row, Sense: senses[k.role], Qty: k.qty, Price: k.price,
			Currency: k.currency, loose: k}
		if k.cancel >= 0 {
			for _, t := range takes[k.cancel] {
				from := s.im.sales[t.sale]
				l.From = append(l.From, From{Order: now[from.order], Line: int(from.line) - 1, Qty: int64(t.qty)})
			}
		}
		s.Loose[i] = l
	}
	slices.SortFunc(s.Loose, func(a, b Loose) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Row, b.Row)) })
}

// Exception puts a loose line before people of which back pieces were taken back:
// what remains of a cancellation, or a debt.
func (s *Story) Exception(l Loose, back int64) review.Exception {
	e := s.im.exception(settled{loose: l.loose, back: back})
	e.Key = "replay:" + strings.TrimPrefix(e.Key, importText(0)+":")
	return e
}
