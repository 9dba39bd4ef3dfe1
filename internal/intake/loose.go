package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// Loose lines come last, when every order of the file has its id: then it does
// not matter where they stood. They are settled document by document, so that a
// number that was taken before is known by its name and changes nothing.

// The kinds of exception that an import opens.
const (
	ExceptionCancel = "import_cancel" // goods that no sale was found for
	ExceptionRefund = "import_refund" // a charge given back that nobody paid
	ExceptionDebt   = "import_bad_debt"
)

// document is a number with its loose lines.
type document struct {
	shop  id.Shop
	no    string
	lines []*loose
}

// settled is what became of one loose line.
type settled struct {
	*loose
	what Outcome
	back int64 // pieces taken back
	from []taken
}

// taken says how many pieces came from which line of which order.
type taken struct {
	Order    id.Order `json:"order"`
	Position int32    `json:"line"`
	Qty      int64    `json:"qty"`
}

// settleLoose carries out the cancellations and records the rest.
func (im *importer) settleLoose(ctx context.Context) error {
	takes, likes := match(im.sales, im.cancels)
	im.liken(likes)
	documents := im.documents()
	for done := 0; done < len(documents); {
		piece := nextPiece(documents[done:])
		done += len(piece)
		results, err := im.settlePiece(ctx, piece, takes)
		if err != nil {
			return err
		}
		for _, r := range results {
			im.countLoose(r)
		}
		if im.o.Progress != nil {
			im.o.Progress(Progress{Import: im.id, Stage: StageLoose, Done: int64(done), Total: int64(len(documents)),
				Rows: im.report.Rows, Orders: im.report.Orders})
		}
	}
	return nil
}

// nextPiece is as many documents as one transaction should hold, one at least.
func nextPiece(documents []document) []document {
	lines := 0
	for n, d := range documents {
		if lines += len(d.lines); n == ordersMax || n > 0 && lines > linesMax {
			return documents[:n]
		}
	}
	return documents
}

func (im *importer) liken(likes []likeness) {
	for i, like := range likes {
		to := &im.report.Cancels
		if im.cancels[i].priced {
			to = &im.report.ChargeCancels
		}
		switch like {
		case equal:
			to.Equal++
		case larger:
			to.Larger++
		case spread:
			to.Spread++
		case excess:
			to.Excess++
		default:
			to.Orphan++
		}
	}
}

// documents gathers loose lines by shop and number, as they stand in the file.
func (im *importer) documents() []document {
	var list []document
	at := map[[2]string]int{}
	for i := range im.loose {
		k := &im.loose[i]
		key := [2]string{k.shop, k.no}
		n, known := at[key]
		if !known {
			n = len(list)
			at[key] = n
			list = append(list, document{shop: im.places[k.shop].ID, no: k.no})
		}
		list[n].lines = append(list[n].lines, k)
	}
	return list
}

func (im *importer) countLoose(s settled) {
	per := s.price
	if s.back > 0 && s.what == Excepted {
		im.report.count(s.kind, TakenBack, s.currency, 0, -s.back, -per*money.Amount(s.back))
	}
	left := s.qty
	if s.what == Excepted {
		left += s.back
		im.report.Exceptions++
	}
	im.report.count(s.kind, s.what, s.currency, 1, left, per*money.Amount(left))
}

// settlePiece settles documents in one transaction.
func (im *importer) settlePiece(ctx context.Context, piece []document, takes [][]take) (results []settled, err error) {
	wanted := func(k *loose) []take {
		if k.cancel < 0 {
			return nil
		}
		return takes[k.cancel]
	}
	if im.o.DryRun {
		for _, d := range piece {
			for _, k := range d.lines {
				results = append(results, im.outcome(k, im.rehearseTakes(wanted(k))))
			}
		}
		return results, nil
	}
	err = im.d.Write(ctx, im.by(), func(tx *db.Tx) error {
		results = results[:0]
		orders, err := im.lock(tx, piece, wanted)
		if err != nil {
			return err
		}
		fresh, err := im.enterDocuments(tx, piece)
		if err != nil {
			return err
		}
		b := books{im: im, orders: orders, used: map[id.Line]int64{}}
		for _, d := range piece {
			for _, k := range d.lines {
				if fresh[docKey{d.shop, d.no}] {
					results = append(results, im.outcome(k, b.take(k, wanted(k))))
				} else {
					results = append(results, settled{loose: k, what: Repeated})
				}
			}
		}
		return im.write(tx, &b, results)
	})
	return results, err
}

// outcome says what becomes of a line that got goods from some orders.
func (im *importer) outcome(k *loose, from []taken) settled {
	s := settled{loose: k, from: from, what: Recorded}
	for _, t := range from {
		s.back += t.Qty
	}
	switch {
	case k.role == debt:
		s.what = Excepted
	case k.cancel < 0:
	case s.back < -k.qty:
		s.what = Excepted
	default:
		s.what = TakenBack
	}
	return s
}

func (im *importer) rehearseTakes(list []take) []taken {
	from := make([]taken, len(list))
	for i, t := range list {
		from[i] = taken{Position: im.sales[t.sale].line, Qty: int64(t.qty)}
	}
	return from
}

// lock locks the orders that documents want goods back from.
func (im *importer) lock(tx *db.Tx, piece []document, wanted func(*loose) []take) (map[id.Order]*order.Order, error) {
	var ids []id.Order
	for _, d := range piece {
		for _, k := range d.lines {
			for _, t := range wanted(k) {
				if n := im.placed[im.sales[t.sale].order]; n != 0 {
					ids = append(ids, n)
				}
			}
		}
	}
	list, err := order.Lock(tx, ids)
	byID := make(map[id.Order]*order.Order, len(list))
	for _, o := range list {
		byID[o.ID] = o
	}
	return byID, err
}

type docKey struct {
	shop id.Shop
	no   string
}

// enterDocuments takes the numbers for this import; those taken before are absent.
func (im *importer) enterDocuments(tx *db.Tx, piece []document) (map[docKey]bool, error) {
	sorted := slices.Clone(piece)
	slices.SortFunc(sorted, func(a, b document) int {
		return cmp.Or(cmp.Compare(a.shop, b.shop),
			cmp.Compare(a.no, b.no))
	})
	rows := tx.Batch(`/* intake.enterDocuments */ INSERT INTO import_documents (shop_id, external_no, import_id) VALUES {rows}
		ON CONFLICT DO NOTHING RETURNING shop_id, external_no`)
	for _, d := range sorted {
		rows.Add(int64(d.shop), d.no, int64(im.id))
	}
	fresh := make(map[docKey]bool, len(piece))
	return fresh, rows.Each(func(r db.Row) error {
		var k docKey
		err := r.Scan(&k.shop, &k.no)
		fresh[k] = true
		return err
	})
}

// books are the locked orders of a piece while goods are taken back from them.
type books struct {
	im      *importer
	orders  map[id.Order]*order.Order
	used    map[id.Line]int64 // by this piece
	changes []order.Change
}

// take gets what the match found, as far as the order's line still has it: an
// order that came with another import, or was worked on, may have less.
func (b *books) take(k *loose, list []take) []taken {
	var from []taken
	for _, t := range list {
		s := b.im.sales[t.sale]
		o := b.orders[b.im.placed[s.order]]
		if o == nil || !o.History || o.CancelledAt > 0 || int(s.line) > len(o.Lines) {
			continue
		}
		l := o.Lines[s.line-1]
		left := l.Shipped - max(l.Returned, l.Refunded)
		if catalog.Fold(l.Code) != catalog.Fold(k.code) || left-b.used[l.ID] < int64(t.qty) {
			continue
		}
		b.used[l.ID] += int64(t.qty)
		c := order.Change{Line: l.ID, Refunded: int64(t.qty)}
		if k.role == takeGoods {
			c.Returned = int64(t.qty)
		}
		b.changes = append(b.changes, c)
		from = append(from, taken{Order: o.ID, Position: s.line, Qty: int64(t.qty)})
	}
	return from
}

// write moves the quantities, opens the exceptions and journals the lines.
func (im *importer) write(tx *db.Tx, b *books, results []settled) error {
	orders := make([]*order.Order, 0, len(b.orders))
	for _, o := range b.orders {
		orders = append(orders, o)
	}
	slices.SortFunc(orders, func(x, y *order.Order) int { return cmp.Compare(x.ID, y.ID) })
	before := make([]int64, len(orders))
	for i, o := range orders {
		before[i] = o.Version
	}
	if err := order.Move(tx, orders, "taken_back", b.changes); err != nil {
		return err
	}
	items := tx.Batch(`/* intake.write */ INSERT INTO import_items (import_id, object_id, object_kind, version) VALUES {rows}
		ON CONFLICT (import_id, object_id) DO UPDATE SET version = excluded.version`)
	for i, o := range orders {
		if o.Version > before[i] {
			items.Add(int64(im.id), int64(o.ID), "touched", o.Version)
		}
	}
	if _, err := items.Run(); err != nil {
		return err
	}
	if err := im.open(tx, results); err != nil {
		return err
	}
	return im.journal(tx, results)
}

// open puts what remains before people.
func (im *importer) open(tx *db.Tx, results []settled) error {
	var list []review.Exception
	for _, s := range results {
		if s.what == Excepted {
			list = append(list, im.exception(s))
		}
	}
	outcomes, err := review.Open(tx, list)
	for _, o := range outcomes {
		if err == nil && o.Fault != nil {
			err = o.Fault
		}
	}
	return err
}

func (im *importer) exception(s settled) review.Exception {
	e := review.Exception{Kind: ExceptionCancel, Key: fmt.Sprintf("%s:%s#%d", importText(im.id), s.no, s.row),
		Shop: im.places[s.shop].ID,
		Detail: fmt.Sprintf(`{"row":%d,"kind":%q,"qty":%d,"price_minor":%d,"taken_back":%d}`, s.row, s.kind, s.qty,
			int64(s.price), s.back)}
	wanted, left := -s.qty, -s.qty-s.back
	no, code := short(s.no), short(s.code)
	switch s.role {
	case debt:
		e.Kind = ExceptionDebt
		amount := (s.price * money.Amount(s.qty)).Format(s.currency)
		e.ZH = fmt.Sprintf("坏账 %s:%s %s,请财务核对后处理", no, amount, s.currency)
		e.EN = fmt.Sprintf("Bad debt %s: %s %s; finance should check and settle it", no, amount, s.currency)
	case takeCharge:
		e.Kind = ExceptionRefund
		e.ZH = fmt.Sprintf("退费单 %s:费用 %s 退 %d 笔,其中 %d 笔找不到对应收费,请财务核对", no, code, wanted, left)
		e.EN = fmt.Sprintf("Refund %s: charge %s given back %d times, %d of them never charged in this file; finance should check", no, code, wanted, left)
	default:
		e.ZH = fmt.Sprintf("取消单 %s:商品 %s 退 %d 件,其中 %d 件找不到更早的销售,请核对是否售于文件之前或写错", no, code, wanted, left)
		e.EN = fmt.Sprintf("Cancellation %s: %d of SKU %s come back, no earlier sale was found for %d; "+
			"see whether they were sold before the file begins", no, wanted, code, left)
	}
	return e
}

// journalLine is a loose line as the import's journal keeps it, without names.
type journalLine struct {
	No    string       `json:"no"`
	Row   int          `json:"row"`
	Kind  string       `json:"kind"`
	Code  string       `json:"sku,omitempty"`
	Qty   int64        `json:"qty"`
	Price money.Amount `json:"price_minor,omitempty"`
	What  Outcome      `json:"outcome"`
	From  []taken      `json:"from,omitempty"`
}

func (im *importer) journal(tx *db.Tx, results []settled) error {
	var lines []journalLine
	for _, s := range results {
		if s.what != Repeated {
			lines = append(lines, journalLine{s.no, s.row, s.kind, s.code, s.qty, s.price, s.what, s.from})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return note(tx, im.id, "loose_lines_settled", map[string]any{"lines": lines})
}
