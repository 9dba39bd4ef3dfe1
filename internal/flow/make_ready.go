package flow

import (
	"errors"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// CounterPlaces gives the warehouses that a store sells from over its counter, and in
// which it prepares what is fetched: those of its route that are stores, or all of its
// route where none is.
func CounterPlaces(tx *db.Tx, s id.Shop) ([]id.Warehouse, error) {
	routes, err := shop.Routes(tx, []id.Shop{s})
	if err != nil {
		return nil, err
	}
	all, err := inventory.Warehouses(tx)
	route := routes[s].For("")
	var own []id.Warehouse
	for _, w := range all {
		if w.Store && slices.Contains(route, w.ID) {
			own = append(own, w.ID)
		}
	}
	if len(own) == 0 {
		own = route
	}
	return own, err
}

// MakeReady has the store itself prepare an order that is to be fetched: its goods are
// planned, picked and packed as one step, from wherever the line has them. It gives the
// packages that are ready. Faults: order.ErrMissing, ErrNotFetched, ErrHeldBack,
// ErrNotPaid, ErrLacking, ErrFetched; ErrNotPacked where the order waits for review;
// ErrElsewhere; fulfilment.ErrStopped, for goods that no bin holds.
func MakeReady(tx *db.Tx, n id.Order) ([]id.Package, error) {
	f, err := fetchingOf(tx, n)
	if err != nil {
		return nil, err
	}
	if f.Not != nil && !errors.Is(f.Not, ErrNotPacked) {
		return nil, f.Not
	}
	locked, err := order.Lock(tx, []id.Order{n})
	if err != nil {
		return nil, err
	}
	packages, err := planned(tx, locked)
	if err != nil {
		return nil, err
	}
	if len(packages) == 0 {
		if f.Not != nil {
			return nil, f.Not
		}
		return f.Ready, nil
	}
	if err := inStore(tx, f.Order, packages); err != nil {
		return nil, err
	}
	refused, err := advance(tx, locked, packages)
	if err == nil && refused != nil {
		err = refused
	}
	return append(f.Ready, packageIDs(packages)...), err
}

// planned makes packages of what an order has not in any, and gives all that are still
// to be packed.
func planned(tx *db.Tx, locked []*order.Order) ([]*fulfilment.Package, error) {
	ready, _, err := plannable(tx, locked)
	if err != nil {
		return nil, err
	}
	if len(ready) > 0 {
		drafts, err := packageDrafts(tx, ready)
		if err != nil {
			return nil, err
		}
		if _, err := fulfilment.Plan(tx, drafts); err != nil {
			return nil, err
		}
		if err := refresh(tx, ready); err != nil {
			return nil, err
		}
	}
	of, err := fulfilment.OfOrders(tx, idsOf(locked))
	var open []*fulfilment.Package
	for _, o := range locked {
		for _, p := range of[o.ID] {
			if p.State.InHouse() && p.State != fulfilment.Packed {
				open = append(open, p)
			}
		}
	}
	return open, err
}

// inStore refuses packages of warehouses that the store does not sell from.
func inStore(tx *db.Tx, o *order.Order, packages []*fulfilment.Package) error {
	places, err := CounterPlaces(tx, o.Shop)
	if err != nil {
		return err
	}
	all, err := inventory.Warehouses(tx)
	if err != nil {
		return err
	}
	for _, p := range packages {
		if slices.Contains(places, p.Warehouse) {
			continue
		}
		name := ""
		for _, w := range all {
			if w.ID == p.Warehouse {
				name = w.Name
			}
		}
		return ErrElsewhere.With(o.ExternalNo, name)
	}
	return nil
}

// advance brings packages of locked orders from wherever they stand to packed. A fault
// says what holds one of them up.
func advance(tx *db.Tx, orders []*order.Order, packages []*fulfilment.Package) (*fault.Fault, error) {
	var pick, pack []id.Package
	for _, p := range packages {
		if p.State == fulfilment.Planned {
			if _, _, err := release(tx, p.Warehouse, orders, []*fulfilment.Package{p}); err != nil {
				return nil, err
			}
		}
		if p.State != fulfilment.Picked {
			pick = append(pick, p.ID)
		}
		pack = append(pack, p.ID)
	}
	out, err := Pick(tx, pick)
	if err != nil {
		return nil, err
	}
	if f := firstFault(out); f != nil {
		return fault.Of(f), nil
	}
	out, err = Pack(tx, packings(pack))
	if err != nil {
		return nil, err
	}
	if f := firstFault(out); f != nil {
		return fault.Of(f), nil
	}
	return nil, nil
}
