package flow

import (
	"slices"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

// Beside is what a list shows of orders beside their cards: one query for each table,
// however many orders a page has.
type Beside struct {
	Orders     map[id.Order]*order.Order
	Recipients map[id.Recipient]customer.Recipient
	Holds      map[id.Order][]review.Hold
	Packages   map[id.Order][]*fulfilment.Package
	Waybills   map[id.Package]*shipping.Waybill
	Carriers   map[id.Carrier]carrier.Carrier
}

// LookBeside gathers what a page of the order list shows.
func LookBeside(tx *db.Tx, ids []id.Order) (b Beside, err error) {
	b.Orders, b.Carriers = map[id.Order]*order.Order{}, map[id.Carrier]carrier.Carrier{}
	if len(ids) == 0 {
		return b, nil
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return b, err
	}
	var people []id.Recipient
	for _, o := range orders {
		b.Orders[o.ID] = o
		people = append(people, o.Recipient)
	}
	if b.Recipients, err = customer.Get(tx, people); err != nil {
		return b, err
	}
	if b.Holds, err = review.Live(tx, ids); err != nil {
		return b, err
	}
	if b.Packages, err = fulfilment.OfOrders(tx, ids); err != nil {
		return b, err
	}
	var packages []id.Package
	for _, list := range b.Packages {
		for _, p := range list {
			packages = append(packages, p.ID)
		}
	}
	slices.Sort(packages)
	if b.Waybills, err = shipping.OfPackages(tx, slices.Compact(packages)); err != nil {
		return b, err
	}
	carriers, err := carrier.All(tx)
	for _, c := range carriers {
		b.Carriers[c.ID] = c
	}
	return b, err
}
