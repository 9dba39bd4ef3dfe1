package flow

import (
	"slices"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
)

// Plan makes packages of orders that are reviewed, not blocked and not short:
// one per order and warehouse, of what is reserved there. An order that owes no
// goods at all, a fee alone, completes. It gives the number of orders that went on;
// 0 means that none is ready.
func Plan(tx *db.Tx, limit int) (planned int, err error) {
	ids, err := order.Ready(tx, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return 0, err
	}
	orders, bare, err := plannable(tx, orders)
	if err != nil {
		return 0, err
	}
	for _, o := range bare {
		if err := order.Complete(tx, o, "nothing to ship"); err != nil {
			return 0, err
		}
	}
	if err := refresh(tx, bare); err != nil || len(orders) == 0 {
		return len(bare), err
	}
	drafts, err := packageDrafts(tx, orders)
	if err != nil {
		return 0, err
	}
	if _, err := fulfilment.Plan(tx, drafts); err != nil {
		return 0, err
	}
	return len(orders) + len(bare), refresh(tx, orders)
}

// plannable keeps the orders that are still ready now that they are locked, those
// that owe no goods apart, and mends the cards of the others.
func plannable(tx *db.Tx, orders []*order.Order) (ready, bare []*order.Order, err error) {
	facts, err := gather(tx, orders)
	if err != nil {
		return nil, nil, err
	}
	var stale []*order.Order
	for i, o := range orders {
		switch {
		case !facts[i].Card().Ready:
			stale = append(stale, o)
		case o.Bare():
			bare = append(bare, o)
		default:
			ready = append(ready, o)
		}
	}
	return ready, bare, refresh(tx, stale)
}

func packageDrafts(tx *db.Tx, orders []*order.Order) ([]fulfilment.Draft, error) {
	claims, err := inventory.ClaimsOf(tx, idsOf(orders))
	if err != nil {
		return nil, err
	}
	byID := map[id.Order]*order.Order{}
	var recipients []id.Recipient
	for _, o := range orders {
		byID[o.ID] = o
		recipients = append(recipients, o.Recipient)
	}
	people, err := customer.Get(tx, recipients)
	if err != nil {
		return nil, err
	}
	packed, err := inPackages(tx, orders)
	if err != nil {
		return nil, err
	}
	var drafts []fulfilment.Draft
	for _, c := range claims {
		o := byID[c.Order]
		c.Open -= packed[placed{c.Line, c.Place.Warehouse}]
		if c.Open <= 0 {
			continue
		}
		last := len(drafts) - 1
		if last < 0 || drafts[last].Items[0].Order != c.Order || drafts[last].Warehouse != c.Place.Warehouse {
			drafts = append(drafts, fulfilment.Draft{Warehouse: c.Place.Warehouse, Shop: o.Shop, Recipient: o.Recipient,
				Digest: people[o.Recipient].Digest, Region: o.Region, ShipBy: o.ShipBy})
		}
		d := &drafts[len(drafts)-1]
		d.Items = append(d.Items, fulfilment.Item{Line: c.Line, Order: c.Order, SKU: c.Place.SKU, Qty: c.Open})
	}
	return drafts, nil
}

type placed struct {
	line      id.Line
	warehouse id.Warehouse
}

// inPackages says what of the orders' claims lies in packages that have not left.
func inPackages(tx *db.Tx, orders []*order.Order) (map[placed]int64, error) {
	of, err := fulfilment.OfOrders(tx, idsOf(orders))
	if err != nil {
		return nil, err
	}
	packed := map[placed]int64{}
	for _, o := range orders {
		for _, p := range of[o.ID] {
			for _, it := range p.Items {
				if p.State.InHouse() && it.Order == o.ID {
					packed[placed{it.Line, p.Warehouse}] += it.Qty
				}
			}
		}
	}
	return packed, nil
}

// Release puts up to limit planned packages of a warehouse on a pick list and
// fixes the lots and bins of their goods, first expired first out. A package
// whose goods are not on the shelf is stopped and says so.
func Release(tx *db.Tx, warehouse id.Warehouse, limit int) (id.PickList, []id.Package, error) {
	waiting, err := fulfilment.Waiting(tx, fulfilment.Filter{Warehouse: warehouse, State: fulfilment.Planned, Limit: limit})
	if err != nil {
		return 0, nil, err
	}
	var ids []id.Package
	for _, p := range waiting {
		if p.Stop == "" {
			ids = append(ids, p.ID)
		}
	}
	orders, packages, err := lockPackages(tx, ids)
	if err != nil {
		return 0, nil, err
	}
	// Between the look and the lock another clerk may have released, stopped or
	// voided some; to allocate those again would take the other's goods away.
	packages = slices.DeleteFunc(packages, func(p *fulfilment.Package) bool {
		return p.State != fulfilment.Planned || p.Stop != ""
	})
	if len(packages) == 0 {
		return 0, nil, nil
	}
	return release(tx, warehouse, orders, packages)
}

// release fixes the goods of locked packages of a warehouse and puts those that have
// all of theirs on a pick list.
func release(tx *db.Tx, warehouse id.Warehouse, orders []*order.Order, packages []*fulfilment.Package) (id.PickList, []id.Package, error) {
	packages, err := allocate(tx, packages)
	if err != nil {
		return 0, nil, err
	}
	list, outcomes, err := fulfilment.Release(tx, warehouse, packages)
	if err != nil {
		return 0, nil, err
	}
	var released []*fulfilment.Package
	for _, o := range outcomes {
		if o.Fault != nil {
			return 0, nil, o.Fault // stopped between the look and the lock: undo and look again
		}
		released = append(released, o.Value)
	}
	err = order.Move(tx, orders, "released", changes(released, func(c *order.Change, n int64) { c.Allocated = n }))
	if err != nil {
		return 0, nil, err
	}
	return list, packageIDs(released), refresh(tx, orders)
}

// allocate fixes the goods of packages and gives those that have all of theirs.
func allocate(tx *db.Tx, packages []*fulfilment.Package) ([]*fulfilment.Package, error) {
	var needs []inventory.Need
	var owner []*fulfilment.Package
	for _, p := range packages {
		for _, it := range p.Items {
			needs = append(needs, inventory.Need{Package: p.ID, Order: it.Order, Line: it.Line, Warehouse: p.Warehouse, Qty: it.Qty})
			owner = append(owner, p)
		}
	}
	outcomes, err := inventory.Allocate(tx, needs)
	if err != nil {
		return nil, err
	}
	why := map[id.Package]string{}
	for i, o := range outcomes {
		if o.Fault != nil {
			why[owner[i].ID] = o.Fault.ZH
		}
	}
	var whole []*fulfilment.Package
	var stops []fulfilment.Stopping
	for _, p := range packages {
		if why[p.ID] == "" {
			whole = append(whole, p)
		} else {
			stops = append(stops, fulfilment.Stopping{Package: p.ID, Why: why[p.ID]})
		}
	}
	if len(stops) == 0 {
		return whole, nil
	}
	var ids []id.Package
	for _, s := range stops {
		ids = append(ids, s.Package)
	}
	// They were fixed a moment ago from goods that are for sale: nothing is short.
	if _, err := inventory.Unallocate(tx, ids); err != nil {
		return nil, err
	}
	_, err = fulfilment.Stop(tx, stops)
	return whole, err
}

// lockPackages locks the orders of packages, then the packages.
func lockPackages(tx *db.Tx, ids []id.Package) ([]*order.Order, []*fulfilment.Package, error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	of, err := fulfilment.OrdersOf(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	orders, err := order.Lock(tx, of)
	if err != nil {
		return nil, nil, err
	}
	packages, err := fulfilment.Lock(tx, ids)
	return orders, packages, err
}

// changes makes one change of quantities for each item of packages.
func changes(packages []*fulfilment.Package, set func(c *order.Change, n int64)) []order.Change {
	var list []order.Change
	for _, p := range packages {
		for _, it := range p.Items {
			c := order.Change{Line: it.Line}
			set(&c, it.Qty)
			list = append(list, c)
		}
	}
	return list
}

func packageIDs(list []*fulfilment.Package) []id.Package {
	ids := make([]id.Package, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	return ids
}

func idsOf(orders []*order.Order) []id.Order {
	ids := make([]id.Order, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}
