package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/shop"
)

const servedAtOnce = 500

// Serve gives what is free in the counters of lv, which must be locked, to the
// lines that wait for it: by deadline, then by the time of payment, then by id.
// Only warehouses on the shop's list for the recipient's province serve a line,
// in the order of that list. A line's row in the queue is locked, so that two
// warehouses that get goods at once do not both serve it.
func Serve(tx *db.Tx, lv *Levels) ([]Grant, error) {
	queues, err := lv.queues(tx)
	if err != nil {
		return nil, err
	}
	var grants []Grant
	for {
		var waits []Waiter
		for _, q := range queues {
			if lv.freeOf(q.sku) == 0 {
				continue
			}
			list, err := q.next(tx)
			if err != nil {
				return nil, err
			}
			waits = append(waits, list...)
		}
		if len(waits) == 0 {
			return grants, nil
		}
		given, err := lv.serve(tx, waits)
		if err != nil {
			return nil, err
		}
		grants = append(grants, given...)
	}
}

// queue is how far Serve has come with the lines that wait for a SKU.
type queue struct {
	sku            id.SKU
	deadline, paid int64 // of the last line seen, as stored
	line           id.Line
	done           bool
}

// queues gives those of the SKUs with free goods that somebody waits for.
func (l *Levels) queues(tx *db.Tx) ([]*queue, error) {
	var skus []id.SKU
	for _, c := range l.order {
		if c.Free() > 0 {
			skus = append(skus, c.SKU)
		}
	}
	if len(skus) == 0 {
		return nil, nil
	}
	return db.List(tx, `/* inventory.queues */ SELECT DISTINCT sku_id FROM stock_waits WHERE sku_id = ANY($1) ORDER BY sku_id`,
		func(r db.Row) (*queue, error) {
			q := &queue{deadline: -1}
			return q, r.Scan(&q.sku)
		}, sorted(skus))
}

func (l *Levels) freeOf(sku id.SKU) (n int64) {
	for _, c := range l.order {
		if c.SKU == sku {
			n += max(c.Free(), 0)
		}
	}
	return n
}

// next locks the next lines of the queue; none when it has been gone through.
func (q *queue) next(tx *db.Tx) ([]Waiter, error) {
	if q.done {
		return nil, nil
	}
	waits, err := db.List(tx, `/* inventory.Serve */ SELECT `+waitColumns+` FROM stock_waits
		WHERE sku_id = $1 AND (deadline, paid_at, line_id) > ($2, $3, $4)
		ORDER BY deadline, paid_at, line_id LIMIT $5 FOR UPDATE`, scanWaiter, q.sku, q.deadline, q.paid, q.line, servedAtOnce)
	if err != nil || len(waits) == 0 {
		q.done = true
		return nil, err
	}
	last := waits[len(waits)-1]
	q.deadline, q.paid, q.line = orLast(last.Deadline), orLast(last.PaidAt), last.Line
	return waits, nil
}

func (l *Levels) serve(tx *db.Tx, waits []Waiter) ([]Grant, error) {
	claims, err := l.claimsFor(tx, waits)
	if err != nil || len(claims) == 0 {
		return nil, err
	}
	got, err := Reserve(tx, l, claims)
	if err != nil {
		return nil, err
	}
	served := map[id.Line]int64{}
	grants := make([]Grant, len(claims))
	for i, c := range claims {
		served[c.Line] += got[i]
		grants[i] = Grant{Order: c.Order, Line: c.Line, Place: c.Place, Qty: got[i]}
	}
	return grants, shorten(tx, waits, served)
}

// claimsFor finds for each waiter the places on its list that have some.
func (l *Levels) claimsFor(tx *db.Tx, waits []Waiter) ([]Claim, error) {
	shops := make([]id.Shop, len(waits))
	for i, w := range waits {
		shops[i] = w.Shop
	}
	routes, err := shop.Routes(tx, sorted(shops))
	if err != nil {
		return nil, err
	}
	drawn := map[*Counter]int64{}
	var claims []Claim
	for _, w := range waits {
		left := w.Qty
		for _, warehouse := range routes[w.Shop].For(w.Province) {
			c := l.At(Place{warehouse, w.SKU})
			if c == nil || left == 0 {
				continue
			}
			n := min(left, c.Free()-drawn[c])
			if n <= 0 {
				continue
			}
			drawn[c] += n
			left -= n
			claims = append(claims, Claim{Place: c.Place, Order: w.Order, Line: w.Line, Shop: w.Shop, Qty: n,
				Deadline: w.Deadline})
		}
	}
	return claims, nil
}

// shorten takes what was served off the queue.
func shorten(tx *db.Tx, waits []Waiter, served map[id.Line]int64) error {
	var done []id.Line
	less := tx.Batch(`/* inventory.shorten */ WITH v (line_id, qty) AS (VALUES {rows})
		UPDATE stock_waits SET qty_waiting = stock_waits.qty_waiting - v.qty FROM v WHERE stock_waits.line_id = v.line_id`,
		"BIGINT", "BIGINT")
	for _, w := range waits {
		switch n := served[w.Line]; {
		case n == 0:
		case n == w.Qty:
			done = append(done, w.Line)
		default:
			less.Add(int64(w.Line), n)
		}
	}
	if _, err := less.Run(); err != nil {
		return err
	}
	return Leave(tx, done)
}
