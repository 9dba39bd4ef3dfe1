package flow

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// claim sources and reserves for orders whose lines are in memory, and adds what
// was granted to the lines' Reserved. The lines are the caller's to write.
func claim(tx *db.Tx, shops map[id.Shop]shop.Shop, orders []*order.Order) ([]inventory.Claim, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	routes, err := shop.Routes(tx, keysOf(shops))
	if err != nil {
		return nil, err
	}
	wants := make([]fulfilment.Want, 0, len(orders))
	lines := map[id.Line]*order.Line{}
	var skus []id.SKU
	var warehouses []id.Warehouse
	stores, err := storesFor(tx, orders)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		w := want(o, shops[o.Shop], routes[o.Shop])
		if own := both(w.Warehouses, stores); o.Kind == order.Counter && len(own) > 0 {
			w.Warehouses = own
		}
		for _, l := range o.Lines {
			lines[l.ID] = l
		}
		for _, l := range w.Lines {
			skus = append(skus, l.SKU)
		}
		for _, place := range w.Warehouses {
			warehouses = appendOnce(warehouses, place)
		}
		wants = append(wants, w)
	}
	lv, err := inventory.Lock(tx, skus, warehouses)
	if err != nil {
		return nil, err
	}
	claims := fulfilment.Source(lv, wants)
	granted, err := inventory.Reserve(tx, lv, claims)
	if err != nil {
		return nil, err
	}
	for i, n := range granted {
		if n != claims[i].Qty {
			return nil, db.ErrAgain // what Source saw under lock was not there
		}
		lines[claims[i].Line].Reserved += n
	}
	for _, o := range orders {
		o.CompleteBundles()
	}
	return claims, nil
}

// storesFor gives the warehouses that are stores, where an order needs to know: what
// went over the counter lay in the store and nowhere else.
func storesFor(tx *db.Tx, orders []*order.Order) (stores []id.Warehouse, err error) {
	if !slices.ContainsFunc(orders, func(o *order.Order) bool { return o.Kind == order.Counter }) {
		return nil, nil
	}
	all, err := inventory.Warehouses(tx)
	for _, w := range all {
		if w.Store {
			stores = append(stores, w.ID)
		}
	}
	return stores, err
}

func both(list, some []id.Warehouse) (common []id.Warehouse) {
	for _, w := range list {
		if slices.Contains(some, w) {
			common = append(common, w)
		}
	}
	return common
}

func want(o *order.Order, s shop.Shop, route shop.Route) fulfilment.Want {
	w := fulfilment.Want{Order: o.ID, Shop: o.Shop, Warehouses: route.For(province(o.Region)), Promise: s.Promises,
		Whole: o.NoPartial, OneWarehouse: o.ShipTogether, Deadline: o.ShipBy}
	for _, l := range o.Lines {
		if n := l.Short(); l.Moves() && n > 0 {
			w.Lines = append(w.Lines, fulfilment.WantedLine{Line: l.ID, SKU: l.SKU, Qty: n, Together: l.Together})
		}
	}
	return w
}
