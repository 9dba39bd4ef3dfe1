package inventory

import (
	"math"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Claim asks for goods of one place for one order line.
type Claim struct {
	Place
	Order id.Order
	Line  id.Line
	Shop  id.Shop
	Qty   int64
	// Promise: we ourselves promise it (guarded by ATP); otherwise it is sold
	// already (guarded by free).
	Promise bool
	// Deadline is when it must leave, 0 for none: the claim with the latest has
	// the most slack and gives way first when stock shrinks.
	Deadline db.Instant
}

// farFuture is how "no deadline" and "not paid" are stored, so that those sort
// last.
const farFuture db.Instant = 1 << 62

func orLast(i db.Instant) int64 {
	if i == 0 {
		i = farFuture
	}
	return int64(i)
}

func fromLast(i int64) db.Instant { return db.Instant(i) % farFuture }

// Reserve grants each claim what its place has, in the order given, and returns
// the pieces granted: all, some or none. lv must be locked for these places in
// this transaction. Demand on one counter is summed and written once. Faults:
// ErrDrift when lv is not locked or older than another verb's change.
func Reserve(tx *db.Tx, lv *Levels, claims []Claim) (granted []int64, err error) {
	granted = make([]int64, len(claims))
	rows := tx.Batch(`/* inventory.Reserve */ INSERT INTO reservations (reservation_id, stock_id, stock_version, order_id,
		line_id, shop_id, qty, qty_open, deadline, cause, at) VALUES {rows}`)
	cause, now := any(tx.By().Cause), any(int64(tx.Now())) // one value for all rows
	for i := range claims {
		c := &claims[i]
		counter := lv.At(c.Place)
		n := min(c.Qty, counter.Available(c.Shop, c.Promise))
		if n <= 0 {
			continue
		}
		granted[i] = n
		counter.touch(0, n, 0)
		counter.useQuota(c.Shop, n)
		qty := any(n)
		rows.Add(tx.NewID(), int64(counter.stock), counter.version+1, int64(c.Order), int64(c.Line), int64(c.Shop), qty, qty,
			orLast(c.Deadline), cause, now)
	}
	if rows.Len() == 0 {
		return granted, nil
	}
	if err := lv.save(tx); err != nil {
		return nil, err
	}
	_, err = rows.Run()
	return granted, err
}

// claimed is a live reservation, locked.
type claimed struct {
	id          id.Reservation
	stock       id.Stock
	order       id.Order
	line        id.Line
	shop        id.Shop
	open        int64
	allocated   int64
	less, alloc int64 // what the batch takes off open, and adds to allocated
}

// loose is what the claim has not yet fixed to a lot and bin.
func (c *claimed) loose() int64 { return c.open - c.less - c.allocated - c.alloc }

const claimedColumns = `reservation_id, stock_id, order_id, line_id, shop_id, qty_open, qty_allocated`

func scanClaimed(r db.Row) (*claimed, error) {
	c := &claimed{}
	err := r.Scan(&c.id, &c.stock, &c.order, &c.line, &c.shop, &c.open, &c.allocated)
	return c, err
}

// lockClaims locks the live reservations of orders, and their counters.
func lockClaims(tx *db.Tx, orders []id.Order) ([]*claimed, *Levels, error) {
	claims, err := db.List(tx, `/* inventory.lockClaims */ SELECT `+claimedColumns+` FROM reservations
		WHERE order_id = ANY($1) AND qty_open > 0 ORDER BY reservation_id FOR UPDATE`, scanClaimed, sorted(orders))
	if err != nil || len(claims) == 0 {
		return nil, &Levels{}, err
	}
	stocks := make([]id.Stock, len(claims))
	for i, c := range claims {
		stocks[i] = c.stock
	}
	lv, err := lockStocks(tx, stocks)
	return claims, lv, err
}

// byLine gives the claims of each line, the oldest first.
func byLine(claims []*claimed) map[id.Line][]*claimed {
	lines := make(map[id.Line][]*claimed, len(claims))
	for _, c := range claims {
		lines[c.line] = append(lines[c.line], c)
	}
	return lines
}

func saveClaims(tx *db.Tx, claims []*claimed) error {
	update := tx.Batch(`/* inventory.saveClaims */ WITH v (order_id, reservation_id, less, alloc) AS (VALUES {rows})
		UPDATE reservations SET qty_open = reservations.qty_open - v.less,
		qty_allocated = reservations.qty_allocated + v.alloc FROM v
		WHERE reservations.order_id = v.order_id AND reservations.reservation_id = v.reservation_id`,
		"BIGINT", "BIGINT", "BIGINT", "BIGINT")
	for _, c := range claims {
		if c.less != 0 || c.alloc != 0 {
			update.Add(int64(c.order), int64(c.id), c.less, c.alloc)
		}
	}
	n, err := update.Run()
	if err == nil && n != int64(update.Len()) {
		return ErrDrift
	}
	return err
}

// Free asks to give back what a line has reserved: Qty pieces, or all with 0.
type Free struct {
	Order id.Order
	Line  id.Line
	Qty   int64
}

// Freed is what was given back, per line and place.
type Freed struct {
	Order id.Order
	Line  id.Line
	Place Place
	Qty   int64
}

// Release gives reserved pieces back. What is allocated stays: unallocate it
// first. A line that has nothing reserved gives nothing; that is no fault. Lines
// that wait for the freed goods are served by Lock and Serve.
func Release(tx *db.Tx, list []Free) ([]Freed, error) {
	orders := make([]id.Order, len(list))
	for i, f := range list {
		orders[i] = f.Order
	}
	claims, lv, err := lockClaims(tx, orders)
	if err != nil {
		return nil, err
	}
	lines := byLine(claims)
	var freed []Freed
	for _, f := range list {
		left := f.Qty
		if left == 0 {
			left = math.MaxInt64
		}
		// The youngest claim goes first, so that an order keeps its place.
		for _, c := range slices.Backward(lines[f.Line]) {
			n := min(left, c.loose())
			if n <= 0 {
				continue
			}
			left -= n
			freed = append(freed, lv.release(c, n))
		}
	}
	return freed, lv.settle(tx, claims)
}

// release books n pieces of a claim as given back.
func (l *Levels) release(c *claimed, n int64) Freed {
	counter := l.byStock[c.stock]
	c.less += n
	l.post(entry{counter: counter, kind: "release", qty: n, reserved: -n, reservation: c.id, order: c.order, line: c.line})
	counter.useQuota(c.shop, -n)
	return Freed{Order: c.order, Line: c.line, Place: counter.Place, Qty: n}
}

// settle writes the claims of a batch, then its counters.
func (l *Levels) settle(tx *db.Tx, claims []*claimed) error {
	if err := saveClaims(tx, claims); err != nil {
		return err
	}
	return l.save(tx)
}
