package order

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Delaying is an order whose review is delayed, and until when.
type Delaying struct {
	Card
	Until db.Instant
}

// Delays lists the orders of a scope whose review is delayed, those first that pass
// soonest, after a mark (the time it is delayed to, and the order).
func Delays(tx *db.Tx, scope staff.Scope, after Mark, limit int) ([]Delaying, error) {
	where, args := "delay_until > 0 AND (delay_until, order_id) > ($1, $2)", []any{after.Value, after.Order}
	if !scope.AllShops {
		args = append(args, scope.Shops)
		where += " AND shop_id = ANY($3)"
	}
	args = append(args, limit)
	marks, err := db.List(tx, `/* order.Delays */ SELECT delay_until, order_id FROM orders WHERE `+where+
		` ORDER BY delay_until, order_id LIMIT $`+digit(len(args)), func(r db.Row) (m Mark, err error) { return m, r.Scan(&m.Value, &m.Order) }, args...)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, len(marks))
	for i, m := range marks {
		ids[i] = m.Order
	}
	cards, err := Cards(tx, ids)
	list := make([]Delaying, len(marks))
	for i, m := range marks {
		list[i] = Delaying{cards[m.Order], db.Instant(m.Value)}
	}
	return list, err
}

// CountDelays counts what Delays would list.
func CountDelays(tx *db.Tx, scope staff.Scope) (int64, error) {
	where, args := "delay_until > 0", []any(nil)
	if !scope.AllShops {
		where, args = where+" AND shop_id = ANY($1)", []any{scope.Shops}
	}
	return tx.Number(`/* order.CountDelays */ SELECT COUNT(*) FROM orders WHERE `+where, args...)
}
