package order

import (
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

const orderColumns = `order_id, shop_id, external_no, kind, currency, channel_state, channel_word, channel_modified_at,
	ordered_at, paid_at, pay_by, pay_method, amount_goods, amount_discount, amount_freight, amount_fee, amount_total,
	amount_paid, amount_cod, buyer_id, recipient_id, region, wishes, invoice, buyer_message, seller_memo, flag, label, tags,
	ship_by, collect_by, sign_by, ship_together, no_partial, instructions, review, delay_until, edited, history, accepted_at,
	cancelled_at, cancelled_why, completed_at, erased_at, version`

func scanOrder(r db.Row) (*Order, error) {
	o := &Order{}
	err := r.Scan(&o.ID, &o.Shop, &o.ExternalNo, &o.Kind, &o.Currency, &o.ChannelState, &o.ChannelWord, &o.ModifiedAt,
		&o.OrderedAt, &o.PaidAt, &o.PayBy, &o.PayMethod, &o.Goods, &o.Discount, &o.Freight, &o.Fee, &o.Total,
		&o.Paid, &o.AmountCOD, &o.Buyer, &o.Recipient, &o.Region, &o.Wishes, &o.Invoice, &o.BuyerMessage, &o.SellerMemo,
		&o.Flag, &o.Label, &o.Tags, &o.ShipBy, &o.CollectBy, &o.SignBy, &o.ShipTogether, &o.NoPartial, &o.Instructions,
		&o.Review, &o.DelayUntil, &o.Edited, &o.History, &o.AcceptedAt, &o.CancelledAt, &o.CancelledWhy, &o.CompletedAt, &o.ErasedAt,
		&o.Version)
	return o, err
}

func (o *Order) values() []any {
	return []any{int64(o.ID), int64(o.Shop), o.ExternalNo, string(o.Kind), string(o.Currency), string(o.ChannelState), o.ChannelWord,
		int64(o.ModifiedAt), int64(o.OrderedAt), int64(o.PaidAt), int64(o.PayBy), o.PayMethod, int64(o.Goods), int64(o.Discount),
		int64(o.Freight), int64(o.Fee), int64(o.Total), int64(o.Paid), int64(o.AmountCOD), int64(o.Buyer), int64(o.Recipient),
		o.Region, o.Wishes, string(o.Invoice), o.BuyerMessage, o.SellerMemo, o.Flag, o.Label, o.Tags, int64(o.ShipBy), int64(o.CollectBy),
		int64(o.SignBy), o.ShipTogether, o.NoPartial, o.Instructions, string(o.Review), int64(o.DelayUntil), o.Edited, o.History,
		int64(o.AcceptedAt), int64(o.CancelledAt), o.CancelledWhy, int64(o.CompletedAt), int64(o.ErasedAt), o.Version}
}

const lineColumns = `line_id, order_id, position, external_no, kind, parent_id, sku_id, code, name, price, amount_discount,
	amount_due, qty_ordered, qty_cancelled, qty_reserved, qty_allocated, qty_picked, qty_packed, qty_shipped, qty_delivered,
	qty_returned, qty_refunded, together, refund`

func scanLine(r db.Row) (*Line, error) {
	l := &Line{}
	err := r.Scan(&l.ID, &l.Order, &l.Position, &l.ExternalNo, &l.Kind, &l.Parent, &l.SKU, &l.Code, &l.Name, &l.Price, &l.Discount,
		&l.Due, &l.Ordered, &l.Cancelled, &l.Reserved, &l.Allocated, &l.Picked, &l.Packed, &l.Shipped, &l.Delivered,
		&l.Returned, &l.Refunded, &l.Together, &l.Refund)
	return l, err
}

func (l *Line) values() []any {
	return []any{int64(l.ID), int64(l.Order), l.Position, l.ExternalNo, string(l.Kind), int64(l.Parent), int64(l.SKU), l.Code, l.Name,
		int64(l.Price), int64(l.Discount), int64(l.Due), l.Ordered, l.Cancelled, l.Reserved, l.Allocated, l.Picked, l.Packed,
		l.Shipped, l.Delivered, l.Returned, l.Refunded, l.Together, string(l.Refund)}
}

var orderColumnList, lineColumnList = names(orderColumns), names(lineColumns)

func names(columns string) []string {
	return strings.FieldsFunc(columns, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// Lock locks orders in the order of their ids and gives them with their lines.
// What does not exist is absent. The order row is the lock of all its axes.
func Lock(tx *db.Tx, ids []id.Order) ([]*Order, error) {
	return load(tx, `/* order.Lock */ SELECT `+orderColumns+` FROM orders WHERE order_id = ANY($1)
		ORDER BY order_id FOR UPDATE`, ids)
}

// Get gives orders with their lines in the order of their ids, without a lock.
func Get(tx *db.Tx, ids []id.Order) ([]*Order, error) {
	return load(tx, `/* order.Get */ SELECT `+orderColumns+` FROM orders WHERE order_id = ANY($1) ORDER BY order_id`, ids)
}

func load(tx *db.Tx, text string, ids []id.Order) ([]*Order, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	orders, err := db.List(tx, text, scanOrder, ids)
	if err != nil {
		return nil, err
	}
	return orders, loadLines(tx, orders)
}

func loadLines(tx *db.Tx, orders []*Order) error {
	byID := make(map[id.Order]*Order, len(orders))
	ids := make([]id.Order, len(orders))
	for i, o := range orders {
		byID[o.ID], ids[i] = o, o.ID
	}
	return tx.Each(`/* order.loadLines */ SELECT `+lineColumns+` FROM order_lines WHERE order_id = ANY($1)
		ORDER BY order_id, position`, func(r db.Row) error {
		l, err := scanLine(r)
		if o := byID[l.Order]; o != nil {
			o.Lines = append(o.Lines, l)
		}
		return err
	}, ids)
}

// insertHeads writes the heads of orders, sorted by the key they are unique by,
// and gives the ids of those that were new.
func insertHeads(tx *db.Tx, orders []*Order) (map[id.Order]bool, error) {
	rows := tx.Insert("order.Place", "orders", orderColumnList,
		"ON CONFLICT (shop_id, external_no) DO NOTHING RETURNING order_id")
	for _, o := range orders {
		rows.Add(o.values()...)
	}
	fresh := make(map[id.Order]bool, len(orders))
	err := rows.Each(func(r db.Row) error {
		var o id.Order
		err := r.Scan(&o)
		fresh[o] = true
		return err
	})
	return fresh, err
}

func insertLines(tx *db.Tx, lines []*Line) error {
	rows := tx.Insert("order.Settle", "order_lines", lineColumnList, "")
	for _, l := range lines {
		rows.Add(l.values()...)
	}
	_, err := rows.Run()
	return err
}

// saveLines writes the quantities, the amounts and the refund word of lines
// that exist. The CHECKs of the table are the last guard.
func saveLines(tx *db.Tx, lines []*Line) error {
	rows := tx.Batch(`/* order.saveLines */ WITH v (order_id, position, ordered, cancelled, reserved, allocated, picked, packed, shipped,
		delivered, returned, refunded, price, discount, due, refund) AS (VALUES {rows})
		UPDATE order_lines SET qty_ordered = v.ordered, qty_cancelled = v.cancelled, qty_reserved = v.reserved,
		qty_allocated = v.allocated, qty_picked = v.picked, qty_packed = v.packed, qty_shipped = v.shipped,
		qty_delivered = v.delivered, qty_returned = v.returned, qty_refunded = v.refunded, price = v.price, amount_discount = v.discount,
		amount_due = v.due, refund = v.refund FROM v
		WHERE order_lines.order_id = v.order_id AND order_lines.position = v.position`,
		"BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT",
		"BIGINT", "BIGINT", "TEXT")
	for _, l := range lines {
		rows.Add(int64(l.Order), l.Position, l.Ordered, l.Cancelled, l.Reserved, l.Allocated, l.Picked, l.Packed, l.Shipped, l.Delivered,
			l.Returned, l.Refunded, int64(l.Price), int64(l.Discount), int64(l.Due), string(l.Refund))
	}
	n, err := rows.Run()
	if err == nil && n != int64(rows.Len()) {
		return ErrLine
	}
	return err
}

// saveHeads writes everything of a head that can change.
func saveHeads(tx *db.Tx, orders []*Order) error {
	const text = `/* order.saveHeads */ UPDATE orders SET channel_state = $1, channel_word = $2, channel_modified_at = $3, paid_at = $4,
		pay_by = $5, amount_goods = $6, amount_discount = $7, amount_freight = $8, amount_fee = $9, amount_total = $10,
		amount_paid = $11, amount_cod = $12, recipient_id = $13, region = $14, wishes = $15, invoice = $16, buyer_message = $17,
		seller_memo = $18, flag = $19, label = $20, tags = $21, ship_by = $22, collect_by = $23, sign_by = $24, review = $25,
		delay_until = $26, edited = $27, cancelled_at = $28, cancelled_why = $29, completed_at = $30, pay_method = $31, kind = $32,
		version = $33 WHERE order_id = $34 AND version < $35`
	for _, o := range orders {
		n, err := tx.Exec(text, o.ChannelState, o.ChannelWord, o.ModifiedAt, o.PaidAt, o.PayBy, o.Goods, o.Discount, o.Freight, o.Fee,
			o.Total, o.Paid, o.AmountCOD, o.Recipient, o.Region, o.Wishes, o.Invoice, o.BuyerMessage, o.SellerMemo, o.Flag, o.Label,
			o.Tags, o.ShipBy, o.CollectBy, o.SignBy, o.Review, o.DelayUntil, o.Edited, o.CancelledAt, o.CancelledWhy, o.CompletedAt,
			o.PayMethod, o.Kind, o.Version, o.ID, o.Version)
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrVersion
		}
	}
	return nil
}

// Page gives orders with their lines in the order of their ids, after one.
func Page(tx *db.Tx, after id.Order, limit int) ([]*Order, error) {
	orders, err := db.List(tx, `/* order.Page */ SELECT `+orderColumns+` FROM orders WHERE order_id > $1
		ORDER BY order_id LIMIT $2`, scanOrder, after, limit)
	if err != nil {
		return nil, err
	}
	return orders, loadLines(tx, orders)
}
