package finance

import (
	"math"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

const shiftColumns = `shift_id, shop_id, actor, terminal, currency, amount_float, opened_at, closed_at, closed_by, amount_expected,
	amount_counted, reason, version`

func scanShift(r db.Row) (s Shift, err error) {
	return s, r.Scan(&s.ID, &s.Shop, &s.Actor, &s.Terminal, &s.Currency, &s.Float, &s.OpenedAt, &s.ClosedAt, &s.ClosedBy, &s.Expected,
		&s.Counted, &s.Reason, &s.Version)
}

// GetShift gives one shift. Fault: ErrShiftMissing.
func GetShift(tx *db.Tx, shift id.Shift) (Shift, error) {
	list, err := db.List(tx, `/* finance.GetShift */ SELECT `+shiftColumns+` FROM shifts WHERE shift_id = $1`, scanShift, shift)
	if err != nil || len(list) == 0 {
		return Shift{}, firstOf(err, ErrShiftMissing)
	}
	return list[0], nil
}

// ShiftOf gives the open shift of somebody, nil where there is none.
func ShiftOf(tx *db.Tx, actor string) (*Shift, error) {
	list, err := db.List(tx, `/* finance.ShiftOf */ SELECT `+shiftColumns+` FROM shifts WHERE actor = $1 AND closed_at = 0`, scanShift, actor)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// listMost bounds a page of any list of the room.
const listMost = 100

// Shifts gives the shifts of a shop, the newest first; before is where the last page
// ended, 0 the beginning.
func Shifts(tx *db.Tx, shop id.Shop, before id.Shift, limit int) ([]Shift, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return db.List(tx, `/* finance.Shifts */ SELECT `+shiftColumns+` FROM shifts WHERE shop_id = $1 AND shift_id < $2
		ORDER BY shift_id DESC LIMIT $3`, scanShift, shop, before, min(limit, listMost))
}

// Totals is what a shift took in each way and how many payments those were, given back
// ones taken off; and what its drawer should hold.
type Totals struct {
	Amount   map[Method]money.Amount
	Payments map[Method]int64
	Sales    int64
	Moved    money.Amount
	Expected money.Amount
}

// Sum gives the totals of a shift.
func Sum(tx *db.Tx, s Shift) (t Totals, err error) {
	t = Totals{Amount: map[Method]money.Amount{}, Payments: map[Method]int64{}}
	err = tx.Each(`/* finance.Sum */ SELECT method, COALESCE(SUM(amount), 0), COUNT(*) FROM payments WHERE shift_id = $1
		GROUP BY method ORDER BY method`, func(r db.Row) error {
		var m Method
		var a money.Amount
		var n int64
		err := r.Scan(&m, &a, &n)
		t.Amount[m], t.Payments[m] = a, n
		return err
	}, s.ID)
	if err != nil {
		return t, err
	}
	if t.Sales, err = tx.Number(`/* finance.Sum */ SELECT COUNT(*) FROM sales WHERE shift_id = $1`, s.ID); err != nil {
		return t, err
	}
	moves, err := Moves(tx, s.ID)
	for _, m := range moves {
		t.Moved += m.Amount
	}
	t.Expected = s.Float + t.Amount[Cash] + t.Moved
	return t, err
}

// Move is cash put into a drawer, or taken out with a negative amount.
type Move struct {
	Amount money.Amount
	Reason string
	Actor  string
	At     db.Instant
}

// Moves gives what was put into a drawer and taken out, in order.
func Moves(tx *db.Tx, shift id.Shift) ([]Move, error) {
	return db.List(tx, `/* finance.Moves */ SELECT amount, reason, actor, at FROM shift_moves WHERE shift_id = $1 ORDER BY move_id`,
		func(r db.Row) (m Move, err error) { return m, r.Scan(&m.Amount, &m.Reason, &m.Actor, &m.At) }, shift)
}

// Counts gives what was counted at the end of a shift, the largest first.
func Counts(tx *db.Tx, shift id.Shift) ([]Count, error) {
	return db.List(tx, `/* finance.Counts */ SELECT amount_unit, qty FROM shift_counts WHERE shift_id = $1 ORDER BY amount_unit DESC`,
		func(r db.Row) (c Count, err error) { return c, r.Scan(&c.Unit, &c.Qty) }, shift)
}

const saleColumns = `sale_id, shop_id, sale_key, digest, order_id, shift_id, actor, handed, currency, amount_total, amount_change, sold_at,
	recorded_at, prints, voided_at, voided_by, voided_why, version`

func scanSale(r db.Row) (s Sale, err error) {
	return s, r.Scan(&s.ID, &s.Shop, &s.Key, &s.Digest, &s.Order, &s.Shift, &s.Actor, &s.Handed, &s.Currency, &s.Total, &s.Change, &s.SoldAt,
		&s.RecordedAt, &s.Prints, &s.VoidedAt, &s.VoidedBy, &s.VoidedWhy, &s.Version)
}

// Find gives the sale of a shop with a key, nil where there is none.
func Find(tx *db.Tx, shop id.Shop, key string) (*Sale, error) {
	list, err := db.List(tx, `/* finance.Find */ SELECT `+saleColumns+` FROM sales WHERE shop_id = $1 AND sale_key = $2`, scanSale, shop, key)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// GetSale gives one sale. Fault: ErrSaleMissing.
func GetSale(tx *db.Tx, sale id.Sale) (Sale, error) {
	list, err := db.List(tx, `/* finance.GetSale */ SELECT `+saleColumns+` FROM sales WHERE sale_id = $1`, scanSale, sale)
	if err != nil || len(list) == 0 {
		return Sale{}, firstOf(err, ErrSaleMissing)
	}
	return list[0], nil
}

// Sales gives the sales of a shift, the newest first.
func Sales(tx *db.Tx, shift id.Shift, limit int) ([]Sale, error) {
	return db.List(tx, `/* finance.Sales */ SELECT `+saleColumns+` FROM sales WHERE shift_id = $1 ORDER BY sale_id DESC LIMIT $2`,
		scanSale, shift, min(limit, listMost))
}

// Payments gives what was paid for sales, in order.
func Payments(tx *db.Tx, sales []id.Sale) (map[id.Sale][]Payment, error) {
	found := map[id.Sale][]Payment{}
	err := tx.Each(`/* finance.Payments */ SELECT payment_id, sale_id, shift_id, method, amount, amount_given, actor, at FROM payments
		WHERE sale_id = ANY($1) ORDER BY sale_id, payment_id`, func(r db.Row) error {
		var p Payment
		err := r.Scan(&p.ID, &p.Sale, &p.Shift, &p.Method, &p.Amount, &p.Given, &p.Actor, &p.At)
		found[p.Sale] = append(found[p.Sale], p)
		return err
	}, sales)
	return found, err
}

// Page gives sales by id after one, for who reads all of them.
func Page(tx *db.Tx, after id.Sale, limit int) ([]Sale, error) {
	return db.List(tx, `/* finance.Page */ SELECT `+saleColumns+` FROM sales WHERE sale_id > $1 ORDER BY sale_id LIMIT $2`, scanSale, after, limit)
}
