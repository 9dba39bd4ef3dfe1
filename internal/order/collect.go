package order

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// ToCollect gives the live orders of a shop that a customer fetches, the oldest first,
// after one.
func ToCollect(tx *db.Tx, shop id.Shop, after id.Order, limit int) ([]id.Order, error) {
	return db.List(tx, `/* order.ToCollect */ SELECT order_id FROM orders WHERE shop_id = $1 AND order_id > $2
		AND kind IN ('pickup', 'counter') AND completed_at = 0 AND cancelled_at = 0 ORDER BY order_id LIMIT $3`, scanID, shop, after, limit)
}
