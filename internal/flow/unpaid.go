package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/order"
)

// ExpireUnpaid gives back what unpaid orders hold once their pay deadline has
// passed, and gives their number. The orders themselves stay: the platform closes
// them, or the buyer pays late and they claim anew.
func ExpireUnpaid(tx *db.Tx, limit int) (int, error) {
	ids, err := order.Unpaids(tx, tx.Now(), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return 0, err
	}
	for _, o := range orders {
		if err := order.Expire(tx, o); err != nil {
			return 0, err
		}
	}
	if err := giveUp(tx, orders, "超时未付款"); err != nil {
		return 0, err
	}
	return len(orders), refresh(tx, orders)
}
