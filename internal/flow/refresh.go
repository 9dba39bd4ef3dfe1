package flow

import (
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// refresh writes the cards of orders anew from what all rooms know of them. It
// ends every story.
func refresh(tx *db.Tx, orders []*order.Order) error {
	var each []*order.Order
	for _, o := range orders { // one that a batch names twice is shown once
		each = appendOnce(each, o)
	}
	facts, err := gather(tx, each)
	if err != nil {
		return err
	}
	return order.Show(tx, facts)
}

// gather asks the rooms, one query each, what they know of orders.
func gather(tx *db.Tx, orders []*order.Order) ([]order.Facts, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	ids := make([]id.Order, len(orders))
	recipients := make([]id.Recipient, len(orders))
	for i, o := range orders {
		ids[i], recipients[i] = o.ID, o.Recipient
	}
	holds, err := review.Live(tx, ids)
	if err != nil {
		return nil, err
	}
	packages, err := fulfilment.OfOrders(tx, ids)
	if err != nil {
		return nil, err
	}
	people, err := customer.Get(tx, recipients)
	if err != nil {
		return nil, err
	}
	places, err := inventory.PlacesOf(tx, ids)
	if err != nil {
		return nil, err
	}
	codes, err := warehouseCodes(tx)
	if err != nil {
		return nil, err
	}
	facts := make([]order.Facts, len(orders))
	for i, o := range orders {
		who := people[o.Recipient]
		f := order.Facts{Order: o, NameMask: who.Name.Mask, Place: who.Place}
		for _, h := range holds[o.ID] {
			f.AddHold(h.ReasonZH, h.Blocks == review.BlocksRelease)
		}
		for _, w := range places[o.ID] {
			f.Warehouses = append(f.Warehouses, codes[w])
		}
		progress(&f, packages[o.ID])
		facts[i] = f
	}
	return facts, nil
}

// unitsOf counts the pieces of one order in a package.
func unitsOf(p *fulfilment.Package, o id.Order) (n int64) {
	for _, it := range p.Items {
		if it.Order == o {
			n += it.Qty
		}
	}
	return n
}

// progress notes how far the packages of an order have come.
func progress(f *order.Facts, packages []*fulfilment.Package) {
	f.Released, f.Picked, f.Packed = false, false, true
	for _, p := range packages {
		if !p.Live() {
			continue
		}
		f.Packages++
		if p.State.Out() {
			f.PackagesOut++
			continue
		}
		f.UnitsInHouse += unitsOf(p, f.Order.ID)
		f.Released = f.Released || p.State != fulfilment.Planned
		f.Picked = f.Picked || p.State == fulfilment.Picked || p.State == fulfilment.Packed
		f.Packed = f.Packed && p.State == fulfilment.Packed
	}
	f.Packed = f.Packed && f.Packages > f.PackagesOut
}
