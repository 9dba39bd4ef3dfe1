package order

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/seal"
)

// Changed is a field of an order before and after a change. The journal row of the same
// order and version says who changed it, when and why. Field is one of those that an
// amendment names, or name, phone, address (masks), or pieces or price with a blank and
// the code of a line.
type Changed struct {
	Order    id.Order
	Version  int64
	Field    string
	Was, Now string
}

// FieldPieces and FieldPrice begin the fields of lines.
const (
	FieldPieces = "pieces "
	FieldPrice  = "price "
)

// record keeps what a save changed under the version that it wrote.
func record(tx *db.Tx, o *Order, list []Changed) error {
	if len(list) == 0 {
		return nil
	}
	have, err := tx.Number(`/* order.record */ SELECT COUNT(*) FROM order_changes WHERE order_id = $1 AND version = $2`, o.ID, o.Version)
	if err != nil {
		return err
	}
	rows := tx.Insert("order.record", "order_changes", []string{"order_id", "version", "position", "field", "was", "now"}, "")
	for i, c := range list {
		rows.Add(int64(o.ID), o.Version, have+int64(i)+1, c.Field, c.Was, c.Now)
	}
	_, err = rows.Run()
	return err
}

// Record keeps what a redirection changed of the recipient, as masks: order.Redirect
// knows no names. It follows the verb that saved the order.
func Record(tx *db.Tx, o *Order, list []Changed) error {
	return record(tx, o, slices.DeleteFunc(list, func(c Changed) bool { return c.Was == c.Now }))
}

// differences gives what a head's fields were and are.
func differences(was, now *Order, names []string) (list []Changed) {
	for _, f := range fields {
		if slices.Contains(names, f.name) {
			c := Changed{Field: f.name, Was: f.shown(was), Now: f.shown(now)}
			if f.free {
				c.Was, c.Now = seal.MaskDigits(c.Was), seal.MaskDigits(c.Now)
			}
			list = append(list, c)
		}
	}
	return list
}

// lineState is what of a line people and channels change.
type lineState struct {
	pieces int64
	price  money.Amount
}

// lineStates remembers the lines that people see, before they change.
func (o *Order) lineStates() map[*Line]lineState {
	states := map[*Line]lineState{}
	for _, l := range tops(o) {
		states[l] = lineState{l.Ordered - l.Cancelled, l.Price}
	}
	return states
}

// since gives what of the lines is other than it was; a line that is new had no pieces.
func (o *Order) since(was map[*Line]lineState) (list []Changed) {
	for _, l := range tops(o) {
		old, known := was[l]
		if n := l.Ordered - l.Cancelled; n != old.pieces {
			list = append(list, Changed{Field: FieldPieces + l.Code, Was: amount(money.Amount(old.pieces)), Now: amount(money.Amount(n))})
		}
		if known && l.Price != old.price {
			list = append(list, Changed{Field: FieldPrice + l.Code, Was: amount(old.price), Now: amount(l.Price)})
		}
	}
	return list
}

// changesMost bounds what is read of one order's changes.
const changesMost = 1000

// Changes gives what changed of orders at some of their versions, in the order in which
// it stands in the journal; versions of another order come along and are told apart by
// Order.
func Changes(tx *db.Tx, orders []id.Order, versions []int64) ([]Changed, error) {
	return db.List(tx, `/* order.Changes */ SELECT order_id, version, field, was, now FROM order_changes
		WHERE order_id = ANY($1) AND version = ANY($2) ORDER BY order_id, version, position LIMIT $3`,
		func(r db.Row) (c Changed, err error) {
			return c, r.Scan(&c.Order, &c.Version, &c.Field, &c.Was, &c.Now)
		}, orders, versions, changesMost)
}
