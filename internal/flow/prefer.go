package flow

import (
	"encoding/json"
	"slices"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
)

// The faults of the choice of a carrier.
var (
	ErrCarrierReach = fault.New(fault.Conflict, "carrier_no_reach", "%s 现在送不到这个地址,没有更改;请选列表里的快递",
		"%s does not reach this address now, so nothing was changed; choose one of the list")
	errCarrierWish = fault.New(fault.Conflict, "carrier_wish", "订单指定的快递(%s)送不到或已停发,请在审单台改快递",
		"The carrier that the order asks for (%s) does not reach its address; change it at the review desk")
)

// CarrierOptions gives what the services that reach an order's address ask, the cheapest
// first, from the warehouse that serves most of it. Fault: of carrier.Quote.
func CarrierOptions(tx *db.Tx, o *order.Order) ([]carrier.Offer, error) {
	p := &fulfilment.Package{Region: o.Region}
	claims, err := inventory.ClaimsOf(tx, []id.Order{o.ID})
	if err != nil {
		return nil, err
	}
	held := map[id.Warehouse]int64{}
	for _, c := range claims {
		if held[c.Place.Warehouse] += c.Open; held[c.Place.Warehouse] > held[p.Warehouse] {
			p.Warehouse = c.Place.Warehouse
		}
	}
	if p.Warehouse == 0 {
		if _, route, err := routeOf(tx, o); err != nil {
			return nil, err
		} else if len(route) > 0 {
			p.Warehouse = route[0]
		}
	}
	for _, l := range o.Lines {
		if l.Moves() && l.Open() > 0 {
			p.Items = append(p.Items, fulfilment.Item{Line: l.ID, Order: o.ID, SKU: l.SKU, Qty: l.Open()})
		}
	}
	shipments, err := shipmentsOf(tx, []*fulfilment.Package{p})
	if err != nil {
		return nil, err
	}
	offers, err := carrier.Quote(tx, shipments)
	if err == nil && offers[0].Fault != nil {
		err = offers[0].Fault
	}
	if err != nil {
		return nil, err
	}
	return offers[0].Value, nil
}

// Prefer says by which carrier an order goes, as it stood at version (0: whatever it is
// now); none leaves the choice to the house again. Faults: as Edit, order.ErrReleased,
// ErrCarrierReach, those of CarrierOptions.
func Prefer(tx *db.Tx, n id.Order, version int64, by id.Carrier) error {
	o, err := lockOne(tx, n, version)
	if err != nil {
		return err
	}
	if f := order.MayChange(o); f != nil {
		return f
	}
	wishes := wishesOf(o)
	wishes.Carriers = nil
	if by != 0 {
		code, err := reaching(tx, o, by)
		if err != nil {
			return err
		}
		wishes.Carriers = []string{code}
		wishes.Avoid = slices.DeleteFunc(wishes.Avoid, func(c string) bool { return carrier.Fold(c) == code })
	}
	_, err = Edit(tx, n, version, order.Edit{Wishes: &wishes})
	return err
}

// reaching gives the code of a carrier that reaches an order's address.
func reaching(tx *db.Tx, o *order.Order, by id.Carrier) (string, error) {
	known, err := carrier.ByID(tx, []id.Carrier{by})
	if err != nil {
		return "", err
	}
	offers, err := CarrierOptions(tx, o)
	if err == nil && !slices.ContainsFunc(offers, func(of carrier.Offer) bool { return of.Carrier == by }) {
		err = ErrCarrierReach.With(known[by].Name)
	}
	return known[by].Code, err
}

func wishesOf(o *order.Order) (w order.Wishes) {
	_ = json.Unmarshal([]byte(o.Wishes), &w) // an order without wishes has none
	return w
}

// Prefers says that an order's wishes name a carrier.
func Prefers(o *order.Order, c carrier.Carrier) bool { return called(wishesOf(o).Carriers, c) }

// called says that a list of codes or names means a carrier.
func called(list []string, c carrier.Carrier) bool {
	return slices.ContainsFunc(list, func(text string) bool { return carrier.Fold(text) == c.Code || strings.TrimSpace(text) == c.Name })
}

// wished leaves of the offers for packages those that the wishes of their orders allow.
// One that loses all of them gets the fault that says which carrier was asked for.
func wished(tx *db.Tx, packages []*fulfilment.Package, offers []fault.Outcome[[]carrier.Offer]) error {
	var ids []id.Order
	for _, p := range packages {
		ids = append(ids, p.Orders()...)
	}
	orders, err := order.Get(tx, sortedIDs(ids))
	if err != nil {
		return err
	}
	wishes := map[id.Order]order.Wishes{}
	for _, o := range orders {
		if w := wishesOf(o); len(w.Carriers)+len(w.Avoid) > 0 {
			wishes[o.ID] = w
		}
	}
	if len(wishes) == 0 {
		return nil
	}
	carriers, err := carrier.All(tx)
	if err != nil {
		return err
	}
	named := map[id.Carrier]carrier.Carrier{}
	for _, c := range carriers {
		named[c.ID] = c
	}
	for i, p := range packages {
		for _, n := range p.Orders() {
			if w, some := wishes[n]; some && offers[i].Fault == nil {
				allow(&offers[i], named, w)
			}
		}
	}
	return nil
}

// allow takes from offers what a wish excludes.
func allow(offers *fault.Outcome[[]carrier.Offer], named map[id.Carrier]carrier.Carrier, w order.Wishes) {
	var left []carrier.Offer
	for _, of := range offers.Value {
		c := named[of.Carrier]
		if (len(w.Carriers) == 0 || called(w.Carriers, c)) && !called(w.Avoid, c) {
			left = append(left, of)
		}
	}
	if offers.Value = left; len(left) == 0 {
		offers.Fault = errCarrierWish.With(strings.Join(w.Carriers, "、"))
	}
}
