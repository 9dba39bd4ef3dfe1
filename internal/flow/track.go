package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shipping"
)

// Track takes in what carriers say about parcels, in any order and as often as
// they like: packages move, delivered quantities are counted, what came back is
// received again, and an order whose goods have all arrived completes.
func Track(tx *db.Tx, events []shipping.Event) error {
	ids := make([]id.Package, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.Package)
	}
	orders, packages, err := lockPackages(tx, ids)
	if err != nil {
		return err
	}
	before := map[id.Package]fulfilment.State{}
	for _, p := range packages {
		before[p.ID] = p.State
	}
	found, err := shipping.Record(tx, events)
	if err != nil {
		return err
	}
	var steps []fulfilment.Step
	for _, c := range found {
		if c.Becomes != "" && c.Becomes != before[c.Package] {
			steps = append(steps, fulfilment.Step{Package: c.Package, To: c.Becomes, Why: string(c.To)})
		}
	}
	outcomes, err := fulfilment.Move(tx, steps)
	if err != nil {
		return err
	}
	return arrive(tx, orders, went(outcomes), before)
}

// arrive books what a new state of packages means for stock and order lines.
func arrive(tx *db.Tx, orders []*order.Order, moved []*fulfilment.Package, before map[id.Package]fulfilment.State) error {
	var delivered, undelivered, returned []*fulfilment.Package
	for _, p := range moved {
		switch {
		case p.State == fulfilment.Delivered:
			delivered = append(delivered, p)
		case p.State == fulfilment.Returned && before[p.ID] == fulfilment.Delivered:
			undelivered = append(undelivered, p)
			returned = append(returned, p)
		case p.State == fulfilment.Returned:
			returned = append(returned, p)
		}
	}
	list := changes(delivered, func(c *order.Change, n int64) { c.Delivered = n })
	list = append(list, changes(undelivered, func(c *order.Change, n int64) { c.Delivered = -n })...)
	list = append(list, changes(returned, func(c *order.Change, n int64) { c.Returned = n })...)
	if len(list) > 0 {
		if err := order.Move(tx, orders, "arrived", list); err != nil {
			return err
		}
	}
	if err := comeBack(tx, orders, returned); err != nil {
		return err
	}
	for _, o := range orders {
		if arrived(o) {
			if err := order.Complete(tx, o, "all parcels have ended"); err != nil && fault.KindOf(err) != fault.Conflict {
				return err
			}
		}
	}
	return refresh(tx, orders)
}

// comeBack receives what refused and returned parcels hold. The reference makes
// a repeat harmless.
func comeBack(tx *db.Tx, orders []*order.Order, packages []*fulfilment.Package) error {
	var receipts []inventory.Receipt
	for _, p := range packages {
		for _, it := range p.Items {
			receipts = append(receipts, inventory.Receipt{Place: inventory.Place{Warehouse: p.Warehouse, SKU: it.SKU}, Qty: it.Qty,
				Kind: "return", Reference: "return " + p.ID.String() + " " + it.Line.String(), Order: it.Order, Line: it.Line, Package: p.ID})
		}
	}
	grants, err := inventory.Receive(tx, receipts)
	if err != nil {
		return err
	}
	return passOn(tx, grants, orders...)
}

// arrived says whether every piece of an order was delivered, came back or was
// cancelled.
func arrived(o *order.Order) bool {
	if o.Ended() {
		return false
	}
	some := false
	for _, l := range o.Lines {
		if !l.Moves() {
			continue
		}
		some = some || l.Shipped > 0
		if l.Open() > 0 || l.Delivered+l.Returned < l.Shipped {
			return false
		}
	}
	return some
}
