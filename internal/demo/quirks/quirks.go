// Package quirks writes a made-up order file in the columns of the UCI "Online Retail" set, with every oddity that a
// real export of an order system has, so that the import can be proven on machines without the real file.
//
// Goods, customers and figures are invented. All choices are whole-number draws from one seeded source, so the same
// seed and length give the same bytes on every machine.
//
// What is in the file, in shares like the real one's (raised where 5,000 lines would hold none):
//
//	sale, sale_nonproduct          order number of six digits; the latter are postage, fees and manual entries
//	cancel, cancel_nonproduct      order number starts with C, negative quantity
//	stock_adjust(_nonproduct)      price 0, mostly without customer and name, quantity of either sign
//	adjust_bad_debt(_nonproduct)   order number starts with A, the price may be negative
//	voided_by_cancel = 1           a sale that a later cancel line of the same customer, SKU and quantity takes back
//
// Rows are sorted by time, as in the real file; numbers are given in the order in which orders began.
package quirks

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// LinesMin is the least length that has room for every quirk and enough ordinary sales to hang them on.
const LinesMin = 1500

const (
	timeLayout   = "2006-01-02T15:04:05" // local time, no zone
	firstOrderNo = 700211
)

// kind is the word of the column line_kind.
type kind string

const (
	sale             kind = "sale"
	saleNonproduct   kind = "sale_nonproduct"
	cancel           kind = "cancel"
	cancelNonproduct kind = "cancel_nonproduct"
	stockAdjust      kind = "stock_adjust"
	stockAdjustNon   kind = "stock_adjust_nonproduct"
	adjustBadDebt    kind = "adjust_bad_debt"
	adjustBadDebtNon kind = "adjust_bad_debt_nonproduct"
)

// line is one row. It carries time and customer itself, because the rows of a two-headed order differ in them.
type line struct {
	at         time.Time
	customer   string
	sku, name  string
	qty, price int // price in pence
	kind       kind
	voided     bool
	taken      bool // already part of a quirk; a second one would blur the first
}

// document is one order number with its rows.
type document struct {
	at       time.Time
	customer string
	country  string
	prefix   string // "", "C" or "A"
	lines    []*line
	taken    bool
}

// Write writes a head line and exactly lines rows covering 90 days; the same seed and length give the same bytes.
// It refuses fewer than LinesMin lines and passes on what w refuses.
func Write(w io.Writer, seed int64, lines int) error {
	if lines < LinesMin {
		return fmt.Errorf("quirks: %d lines cannot hold every quirk; ask for at least %d", lines, LinesMin)
	}
	b := newBook(seed, lines)
	odd := quotasFor(lines)
	b.trade(lines - odd.lines())
	if err := b.bend(odd); err != nil {
		return err
	}
	return b.print(w)
}

// print numbers the documents by their beginning and writes the rows by time.
func (b *book) print(w io.Writer) error {
	slices.SortStableFunc(b.docs, func(x, y *document) int { return x.at.Compare(y.at) })
	type row struct {
		at     time.Time
		order  int
		lineNo int
		fields []string
	}
	var rows []row
	for i, d := range b.docs {
		for j, l := range d.lines {
			rows = append(rows, row{l.at, i, j, d.fields(firstOrderNo+i, j+1, l)})
		}
	}
	slices.SortFunc(rows, func(x, y row) int {
		return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.order, y.order), cmp.Compare(x.lineNo, y.lineNo))
	})
	out := csv.NewWriter(w)
	records := [][]string{{
		"order_no", "line_no", "ordered_at", "customer", "country", "sku", "name", "qty", "unit_price_minor",
		"currency", "line_kind", "voided_by_cancel",
	}}
	for _, r := range rows {
		records = append(records, r.fields)
	}
	return out.WriteAll(records)
}

func (d *document) fields(number, lineNo int, l *line) []string {
	voided := "0"
	if l.voided {
		voided = "1"
	}
	return []string{
		d.prefix + strconv.Itoa(number), strconv.Itoa(lineNo), l.at.Format(timeLayout), l.customer, d.country,
		l.sku, l.name, strconv.Itoa(l.qty), strconv.Itoa(l.price), "GBP", string(l.kind), voided,
	}
}
