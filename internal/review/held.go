package review

import (
	"fmt"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Holding is an order that something keeps from the warehouse, and the oldest live hold
// that does so (of the kind asked for).
type Holding struct {
	Order id.Order
	First id.Hold
	Since db.Instant
}

// Holdings gives the orders of a scope that live holds of a kind ("" for any) keep from
// the warehouse, those first that wait longest, after the hold where the page before
// ended.
func Holdings(tx *db.Tx, scope staff.Scope, kind string, after id.Hold, limit int) ([]Holding, error) {
	where, args := heldWhere(scope, kind)
	args = append(args, after, limit)
	return db.List(tx, fmt.Sprintf(`/* review.Holdings */ SELECT order_id, MIN(hold_id), MIN(placed_at) FROM holds WHERE %s
		GROUP BY order_id HAVING MIN(hold_id) > $%d ORDER BY MIN(hold_id) LIMIT $%d`, where, len(args)-1, len(args)),
		func(r db.Row) (h Holding, err error) { return h, r.Scan(&h.Order, &h.First, &h.Since) }, args...)
}

// HoldTally is how many orders live holds of a kind keep from the warehouse, and since
// when the first does.
type HoldTally struct {
	Kind   string
	Orders int64
	Since  db.Instant
}

// HoldCounts gives the kinds of live holds that keep orders of a scope from the warehouse.
func HoldCounts(tx *db.Tx, scope staff.Scope) ([]HoldTally, error) {
	where, args := heldWhere(scope, "")
	return db.List(tx, `/* review.HoldCounts */ SELECT kind, COUNT(DISTINCT order_id), MIN(placed_at) FROM holds WHERE `+where+
		` GROUP BY kind ORDER BY kind`, func(r db.Row) (t HoldTally, err error) { return t, r.Scan(&t.Kind, &t.Orders, &t.Since) }, args...)
}

func heldWhere(scope staff.Scope, kind string) (string, []any) {
	where, args := []string{"released_at = 0", "blocks = 'release'"}, []any(nil)
	if kind != "" {
		args = append(args, kind)
		where = append(where, "kind = "+dollar(len(args)))
	}
	if !scope.AllShops {
		args = append(args, scope.Shops)
		where = append(where, "shop_id = ANY("+dollar(len(args))+")")
	}
	return strings.Join(where, " AND "), args
}
