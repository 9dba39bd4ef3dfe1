package intake

import (
	"context"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

// gather is what the second reading holds: orders whose rows are not all there
// yet, and for the whole file what cancellations will need.
type gather struct {
	pending map[string]*pending
	placed  []id.Order // what became of the file's orders; 0 for refused
	sales   []sale
	cancels []cancel
	loose   []loose
	words   map[string]uint32 // customers and codes as numbers
	// hand takes each order that is whole; nil: it is accepted.
	hand func(*pending) error
}

func newGather() gather { return gather{pending: map[string]*pending{}, words: map[string]uint32{}} }

// pending is a number of the file on its way to be an order, a document or both.
type pending struct {
	no, shop string
	lines    []line // of the order
	index    int32  // of the order in placed
	left     int32  // rows still to come
	seen     map[uint64]bool
	// What the first row said, and whether another disagreed.
	at       db.Instant
	customer string
	twoHeads bool
}

// loose is a line that is no part of an order. Its strings are its own.
type loose struct {
	shop, no, lineNo, kind, code string

	row, text int
	at        db.Instant
	role      role
	qty       int64
	price     money.Amount
	currency  money.Currency
	cancel    int // index into the cancels, -1 for none
}

// take gives the function that the second reading calls with each row.
func (im *importer) take(ctx context.Context) func(sheet.Row, line, []*sheet.RowError) error {
	return func(_ sheet.Row, l line, wrong []*sheet.RowError) error {
		if l.no == "" {
			im.report.count(unclear, Refused, "", 1, 0, 0)
			return nil
		}
		key := number(im.seed, l.shop, l.no)
		at, bad := im.survey.bad[key]
		if bad {
			im.report.count(l.kind, Refused, l.currency, 1, l.qty, l.money())
			return im.refuse(key, at, &l)
		}
		p := im.pending[l.shop+"\x00"+l.no]
		if p == nil {
			p = &pending{no: l.no, shop: l.shop, index: -1, left: im.survey.counts[key], seen: map[uint64]bool{}, at: l.at, customer: l.customer}
			im.pending[l.shop+"\x00"+l.no] = p
		}
		im.add(p, l)
		if p.left--; p.left > 0 {
			return nil
		}
		return im.whole(ctx, p)
	}
}

// refuse tells once for each order that a row of it keeps out.
func (im *importer) refuse(key uint64, at int32, l *line) error {
	if at < 0 {
		return nil
	}
	im.survey.bad[key] = -1
	im.report.OrdersRefused++
	return im.problems.add(rowError(l.row, l.text, "", errIncomplete.With(short(l.no), at)))
}

// add puts a row where it belongs.
func (im *importer) add(p *pending, l line) {
	p.twoHeads = p.twoHeads || l.at != p.at || l.customer != p.customer
	if p.seen[l.same] {
		im.report.Duplicates++
		if im.o.DropDuplicates {
			im.report.count(l.kind, Dropped, l.currency, 1, l.qty, l.money())
			return
		}
	}
	p.seen[l.same] = true
	if !l.role.ofOrder() {
		im.loosen(&l)
		return
	}
	if p.index < 0 {
		p.index = int32(len(im.placed))
		im.placed = append(im.placed, 0)
	}
	p.lines = append(p.lines, l)
	if im.history {
		im.sales = append(im.sales, sale{moment: moment{int64(l.at), int32(l.row)}, party: im.party(&l), price: int64(l.price),
			qty: int32(l.qty), left: int32(l.qty), order: p.index, line: int32(len(p.lines))})
	}
}

func (im *importer) loosen(l *line) {
	k := loose{shop: strings.Clone(l.shop), no: strings.Clone(l.no), lineNo: strings.Clone(l.lineNo), kind: strings.Clone(l.kind),
		code: strings.Clone(l.code), row: l.row, text: l.text, at: l.at, role: l.role, qty: l.qty, price: l.price, currency: l.currency, cancel: -1}
	if l.role == takeGoods || l.role == takeCharge {
		k.cancel = len(im.cancels)
		im.cancels = append(im.cancels, cancel{moment: moment{int64(l.at), int32(l.row)}, party: im.party(l), price: int64(l.price),
			qty: int32(-l.qty), priced: l.role == takeCharge})
	}
	im.loose = append(im.loose, k)
}

// party numbers customer and code. Charges are apart from goods, shops from each
// other.
func (im *importer) party(l *line) party {
	apart := "g"
	if l.role == charge || l.role == takeCharge {
		apart = "c"
	}
	return party{im.word("w" + l.shop + "\x00" + l.customer), im.word(apart + catalog.Fold(l.code))}
}

func (im *importer) word(text string) uint32 {
	n, known := im.words[text]
	if !known {
		n = uint32(len(im.words))
		im.words[text] = n
	}
	return n
}

// whole hands on a number all of whose rows are there.
func (im *importer) whole(ctx context.Context, p *pending) error {
	delete(im.pending, p.shop+"\x00"+p.no)
	if p.twoHeads {
		im.report.TwoHeads++
	}
	if len(p.lines) == 0 {
		return nil
	}
	if im.hand != nil {
		return im.hand(p)
	}
	return im.push(ctx, p)
}

// rest hands on what is left at the end of the file.
func (im *importer) rest(ctx context.Context) error {
	for _, p := range im.pending { // none, unless the file changed between the readings
		if err := im.whole(ctx, p); err != nil {
			return err
		}
	}
	return im.flush(ctx)
}
