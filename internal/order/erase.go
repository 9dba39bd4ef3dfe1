package order

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Erase empties what people typed on orders that are locked and have ended: message,
// memo, wishes, invoice, label, tags, instructions, the reason of a cancellation; notes
// go. Goods, money, quantities and times stay. One that was erased before is left as it
// is. It gives the orders that were not. Fault: ErrLive.
func Erase(tx *db.Tx, orders []*Order, reason string) (erased []id.Order, err error) {
	var ids []id.Order
	for _, o := range orders {
		if !o.Ended() {
			return nil, ErrLive.With(o.ExternalNo)
		}
		ids = append(ids, o.ID)
	}
	payload := journal.JSON(map[string]string{"reason": reason})
	err = tx.Each(`/* order.Erase */ UPDATE orders SET buyer_message = '', seller_memo = '', wishes = '', invoice = '', label = '',
		tags = '', instructions = '', edited = '', cancelled_why = CASE WHEN cancelled_why = $1 THEN cancelled_why ELSE '' END,
		erased_at = $2, version = version + 1 WHERE order_id = ANY($3) AND erased_at = 0 RETURNING order_id, version`,
		func(r db.Row) error {
			var o id.Order
			var version int64
			err := r.Scan(&o, &version)
			journal.Write(tx, journal.Entry{Kind: "order", ID: int64(o), Version: version, What: "erased", Payload: payload})
			erased = append(erased, o)
			return err
		}, ByChannel, tx.Now(), ids)
	if err != nil || len(erased) == 0 {
		return nil, err
	}
	if _, err = tx.Exec(`/* order.Erase */ DELETE FROM order_notes WHERE order_id = ANY($1)`, erased); err != nil {
		return nil, err
	}
	_, err = tx.Exec(`/* order.Erase */ DELETE FROM order_changes WHERE order_id = ANY($1)`, erased)
	slices.Sort(erased)
	return erased, err
}

// OfBuyers looks at up to limit orders after one, by id, and gives those that the buyers
// placed, with where to go on, 0 at the end. It reads through the orders: who buys is
// asked so seldom that acceptance pays no index for it.
func OfBuyers(tx *db.Tx, buyers []id.Buyer, after id.Order, limit int) (list []Bought, next id.Order, err error) {
	var last id.Order
	seen := 0
	_, err = tx.One(`/* order.OfBuyers */ SELECT COALESCE(MAX(order_id), 0), COUNT(*) FROM (SELECT order_id FROM orders
		WHERE order_id > $1 ORDER BY order_id LIMIT $2) p`, []any{&last, &seen}, after, limit)
	if err != nil || seen == 0 {
		return nil, 0, err
	}
	if seen == limit {
		next = last
	}
	list, err = db.List(tx, `/* order.OfBuyers */ SELECT `+boughtColumns+` FROM orders WHERE order_id > $1 AND order_id <= $2
		AND buyer_id = ANY($3) ORDER BY order_id`, scanBought, after, last, buyers)
	return list, next, err
}

// Bought says who bought an order and to whom it goes.
type Bought struct {
	Order      id.Order
	Buyer      id.Buyer
	Recipient  id.Recipient
	ExternalNo string
	Ended      bool
	Erased     bool
}

const boughtColumns = `order_id, buyer_id, recipient_id, external_no, cancelled_at, completed_at, erased_at`

func scanBought(r db.Row) (b Bought, err error) {
	var cancelled, completed, erased db.Instant
	err = r.Scan(&b.Order, &b.Buyer, &b.Recipient, &b.ExternalNo, &cancelled, &completed, &erased)
	b.Ended, b.Erased = cancelled > 0 || completed > 0, erased > 0
	return b, err
}

// WhoBought gives that of orders by id.
func WhoBought(tx *db.Tx, ids []id.Order) ([]Bought, error) {
	return db.List(tx, `/* order.WhoBought */ SELECT `+boughtColumns+` FROM orders WHERE order_id = ANY($1) ORDER BY order_id`,
		scanBought, ids)
}
