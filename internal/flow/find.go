package flow

import (
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
)

// Search says which orders are wanted: those of a phone, or of a channel's number in
// the filter's shop, or else those of the filter.
type Search struct {
	order.Filter
	// Phone is a whole number or its last four digits.
	Phone string
	// Number is the channel's; it needs Filter.Shop.
	Number string
}

// Find gives the cards of the orders wanted, at most Limit, within Filter.Scope.
func Find(tx *db.Tx, keys *seal.Keyring, s Search) ([]order.Card, error) {
	switch {
	case s.Phone != "":
		ids, err := customer.ByPhone(tx, keys, s.Phone, s.Limit)
		if err != nil {
			return nil, err
		}
		return seenCards(tx, s.Scope, ids)
	case s.Number != "":
		found, err := order.Find(tx, s.Shop, []string{s.Number})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return seenCards(tx, s.Scope, []id.Order{found[s.Number]})
	}
	return order.List(tx, s.Filter)
}

// seenCards gives the cards of orders within a scope, in the order given.
func seenCards(tx *db.Tx, scope staff.Scope, ids []id.Order) (list []order.Card, err error) {
	cards, err := order.Cards(tx, ids)
	for _, n := range ids {
		if card, known := cards[n]; known && scope.HasShop(card.Shop) {
			list = append(list, card)
		}
	}
	return list, err
}
