package order

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Known is an order that was taken before.
type Known struct {
	ID         id.Order
	ModifiedAt db.Instant
	Version    int64
}

// Place writes the heads of orders and so decides who was first: the pair of
// shop and external number is unique for ever. What was taken before comes back
// in known, by the id that the order would have had. Place locks the new orders
// before anything else of the acceptance is locked.
func Place(tx *db.Tx, orders []*Order) (known map[id.Order]Known, err error) {
	byKey := slices.Clone(orders)
	slices.SortFunc(byKey, func(a, b *Order) int {
		return cmp.Or(cmp.Compare(a.Shop, b.Shop), cmp.Compare(a.ExternalNo, b.ExternalNo))
	})
	fresh, err := insertHeads(tx, byKey)
	if err != nil || len(fresh) == len(orders) {
		return nil, err
	}
	known = map[id.Order]Known{}
	list := tx.Batch(`/* order.Place */ WITH v (shop_id, external_no, wanted) AS (VALUES {rows})
		SELECT v.wanted, o.order_id, o.channel_modified_at, o.version FROM v
		JOIN orders o ON o.shop_id = v.shop_id AND o.external_no = v.external_no`, "BIGINT", "TEXT", "BIGINT")
	for _, o := range byKey {
		if !fresh[o.ID] {
			list.Add(int64(o.Shop), o.ExternalNo, int64(o.ID))
		}
	}
	err = list.Each(func(r db.Row) error {
		var wanted id.Order
		var k Known
		err := r.Scan(&wanted, &k.ID, &k.ModifiedAt, &k.Version)
		known[wanted] = k
		return err
	})
	if err == nil && len(known)+len(fresh) != len(orders) {
		return nil, db.ErrAgain // the other one was undone meanwhile
	}
	return known, err
}

// Settle writes the lines of new orders, with what stock granted them, and the
// journal rows that say they were accepted. payload is the reason of each.
func Settle(tx *db.Tx, orders []*Order, payload func(*Order) string) error {
	var lines []*Line
	for _, o := range orders {
		lines = append(lines, o.Lines...)
		journal.Write(tx, journal.Entry{Kind: "order", ID: int64(o.ID), Version: o.Version, What: "accepted", Payload: payload(o)})
	}
	return insertLines(tx, lines)
}

// Save writes a changed order that was locked in this transaction, with the
// lines of it that changed, and says in the journal what happened. It raises
// the version. Other rooms use the verbs; this is their last step.
func save(tx *db.Tx, o *Order, lines []*Line, what string, payload any) error {
	o.Version++
	if err := saveHeads(tx, []*Order{o}); err != nil {
		return err
	}
	text := ""
	if payload != nil {
		text = journal.JSON(payload)
	}
	journal.Write(tx, journal.Entry{Kind: "order", ID: int64(o.ID), Version: o.Version, What: what, Payload: text})
	if len(lines) == 0 {
		return nil
	}
	return saveLines(tx, lines)
}
