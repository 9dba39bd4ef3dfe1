package inventory

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Wait puts a line into the queue for arriving stock of its SKU.
type Wait struct {
	Order    id.Order
	Line     id.Line
	Shop     id.Shop
	SKU      id.SKU
	Province string // two-digit division code, for the shop's warehouses there
	Qty      int64
	Deadline db.Instant // 0 for none
	PaidAt   db.Instant // 0 for not paid
}

// Queue adds lines to the queue. A line that waits already now waits as given,
// and keeps the time since when; of two in a batch the later holds. Faults:
// ErrQuantity.
func Queue(tx *db.Tx, list []Wait) error {
	waits := make(map[id.Line]Wait, len(list))
	lines := make([]id.Line, len(list))
	for i, w := range list {
		if err := inRange(w.Qty); err != nil {
			return err
		}
		waits[w.Line] = w
		lines[i] = w.Line
	}
	if err := lockWaits(tx, lines); err != nil {
		return err
	}
	rows := tx.Batch(`/* inventory.Queue */ INSERT INTO stock_waits (line_id, order_id, shop_id, sku_id, province,
		qty_waiting, deadline, paid_at, since) VALUES {rows}
		ON CONFLICT (line_id) DO UPDATE SET sku_id = excluded.sku_id, province = excluded.province,
		qty_waiting = excluded.qty_waiting, deadline = excluded.deadline, paid_at = excluded.paid_at`)
	for _, line := range sorted(lines) {
		w := waits[line]
		rows.Add(int64(w.Line), int64(w.Order), int64(w.Shop), int64(w.SKU), w.Province, w.Qty,
			orLast(w.Deadline), orLast(w.PaidAt), int64(tx.Now()))
	}
	_, err := rows.Run()
	return err
}

// Leave takes lines out of the queue, all they wait for.
func Leave(tx *db.Tx, lines []id.Line) error {
	if len(lines) == 0 {
		return nil
	}
	if err := lockWaits(tx, lines); err != nil {
		return err
	}
	_, err := tx.Exec(`/* inventory.Leave */ DELETE FROM stock_waits WHERE line_id = ANY($1)`, sorted(lines))
	return err
}

// lockWaits locks lines of the queue in the order in which Serve does.
func lockWaits(tx *db.Tx, lines []id.Line) error {
	if tx.Engine() == db.SQLite || len(lines) == 0 {
		return nil
	}
	return tx.Each(`/* inventory.lockWaits */ SELECT line_id FROM stock_waits WHERE line_id = ANY($1)
		ORDER BY sku_id, deadline, paid_at, line_id FOR UPDATE`, func(db.Row) error { return nil }, sorted(lines))
}

// Waiter is a line in the queue, as the page of those who wait shows it.
type Waiter struct {
	Wait
	Since db.Instant
}

const waitColumns = `line_id, order_id, shop_id, sku_id, province, qty_waiting, deadline, paid_at, since`

func scanWaiter(r db.Row) (w Waiter, err error) {
	var deadline, paid int64
	err = r.Scan(&w.Line, &w.Order, &w.Shop, &w.SKU, &w.Province, &w.Qty, &deadline, &paid, &w.Since)
	w.Deadline, w.PaidAt = fromLast(deadline), fromLast(paid)
	return w, err
}

// Waiting gives who waits for a SKU, in the order they will be served.
func Waiting(tx *db.Tx, sku id.SKU, limit int) ([]Waiter, error) {
	return db.List(tx, `/* inventory.Waiting */ SELECT `+waitColumns+` FROM stock_waits WHERE sku_id = $1
		ORDER BY deadline, paid_at, line_id LIMIT $2`, scanWaiter, sku, bounded(limit))
}

// WaitMark is a place in the queue of a SKU.
type WaitMark struct {
	Deadline, PaidAt db.Instant
	Line             id.Line
}

// Mark is where a page goes on after this waiter.
func (w Waiter) Mark() WaitMark { return WaitMark{w.Deadline, w.PaidAt, w.Line} }

// WaitingIn is Waiting after a mark (the zero one begins), of the shops that a scope
// sees.
func WaitingIn(tx *db.Tx, scope staff.Scope, sku id.SKU, after WaitMark, limit int) ([]Waiter, error) {
	text, args := `sku_id = $1`, []any{sku}
	if after != (WaitMark{}) {
		args = append(args, orLast(after.Deadline), orLast(after.PaidAt), after.Line)
		text += ` AND (deadline, paid_at, line_id) > ($2, $3, $4)`
	}
	if !scope.AllShops {
		args = append(args, scope.Shops)
		text += fmt.Sprintf(` AND shop_id = ANY($%d)`, len(args))
	}
	args = append(args, bounded(limit))
	return db.List(tx, `/* inventory.WaitingIn */ SELECT `+waitColumns+` FROM stock_waits WHERE `+text+
		fmt.Sprintf(` ORDER BY deadline, paid_at, line_id LIMIT $%d`, len(args)), scanWaiter, args...)
}

// Awaited is a SKU that orders wait for, and how many pieces of it.
type Awaited struct {
	SKU    id.SKU
	Pieces int64
}

// AwaitedIn gives the SKUs that the orders of a scope's shops wait for, those with most
// pieces first, after one of them (the zero one begins).
func AwaitedIn(tx *db.Tx, scope staff.Scope, after Awaited, limit int) ([]Awaited, error) {
	text, args := "", []any{}
	if !scope.AllShops {
		args, text = append(args, scope.Shops), ` WHERE shop_id = ANY($1)`
	}
	text = `SELECT sku_id, SUM(qty_waiting) AS pieces FROM stock_waits` + text + ` GROUP BY sku_id`
	if after != (Awaited{}) {
		args = append(args, after.Pieces, after.SKU)
		n := len(args)
		text += fmt.Sprintf(` HAVING SUM(qty_waiting) < $%d OR SUM(qty_waiting) = $%[1]d AND sku_id > $%[2]d`, n-1, n)
	}
	args = append(args, bounded(limit))
	return db.List(tx, `/* inventory.AwaitedIn */ `+text+fmt.Sprintf(` ORDER BY pieces DESC, sku_id LIMIT $%d`, len(args)),
		func(r db.Row) (a Awaited, err error) { return a, r.Scan(&a.SKU, &a.Pieces) }, args...)
}

// WaitingOrders says how many pieces each of the orders still waits for.
func WaitingOrders(tx *db.Tx, orders []id.Order) (map[id.Order]int64, error) {
	waiting := map[id.Order]int64{}
	err := tx.Each(`/* inventory.WaitingOrders */ SELECT order_id, qty_waiting FROM stock_waits WHERE order_id = ANY($1)`,
		func(r db.Row) error {
			var o id.Order
			var n int64
			err := r.Scan(&o, &n)
			waiting[o] += n
			return err
		}, sorted(orders))
	return waiting, err
}

// Backlog says how many pieces the queue of each SKU waits for; a SKU that nobody
// waits for is absent.
func Backlog(tx *db.Tx) (map[id.SKU]int64, error) {
	backlog := map[id.SKU]int64{}
	return backlog, tx.Each(`/* inventory.Backlog */ SELECT sku_id, qty_waiting FROM stock_waits`, func(r db.Row) error {
		var sku id.SKU
		var n int64
		err := r.Scan(&sku, &n)
		backlog[sku] += n
		return err
	})
}

// BacklogOf is Backlog for some SKUs.
func BacklogOf(tx *db.Tx, skus []id.SKU) (map[id.SKU]int64, error) {
	backlog := map[id.SKU]int64{}
	return backlog, tx.Each(`/* inventory.BacklogOf */ SELECT sku_id, SUM(qty_waiting) FROM stock_waits WHERE sku_id = ANY($1)
		GROUP BY sku_id ORDER BY sku_id`, func(r db.Row) error {
		var sku id.SKU
		var n int64
		err := r.Scan(&sku, &n)
		backlog[sku] = n
		return err
	}, sorted(skus))
}
