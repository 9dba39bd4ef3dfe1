package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// fetchRow is one order that waits to be fetched. Proof is what it was found by, where
// that proves whose it is; Pack says that the store can prepare it.
type fetchRow struct {
	ID, No, Name, Phone, On, Goods, State, Class, Not, Proof string
	Ordered                                                  stamp
	Parcels                                                  []parcelRow
	Ready, Overdue, Pack                                     bool
}

// parcelRow is one package of it: where it lies and how far it is.
type parcelRow struct {
	ID, Where, State, Class, Goods, Stop string
	Packed                               stamp
}

// pickups finds what a customer at the counter came for; without a question it lists
// what waits, what is overdue first.
func (s *Site) pickups(v *visit) error { return s.showPickups(v, http.StatusOK, nil) }

func (s *Site) showPickups(v *visit, status int, c *complaint) error {
	asked := strings.TrimSpace(v.r.FormValue("q"))
	if len(asked) > 200 {
		return errFilter
	}
	var rows, late []fetchRow
	more := false
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows, late, more = nil, nil, false
		here, err := stores(tx, v.caller.Scope)
		if err != nil {
			return err
		}
		shops := make([]id.Shop, len(here))
		for i, one := range here {
			shops[i] = one.ID
		}
		var found []flow.Fetching
		if asked == "" {
			found, err = flow.Fetches(tx, shops)
		} else {
			found, err = flow.FindFetches(tx, s.cfg.Kit, v.caller.Scope, shops, asked)
		}
		if err != nil {
			return err
		}
		if len(found) > fetchShown {
			found, more = found[:fetchShown], true
		}
		p, err := s.pickupPage(v, tx, found, asked)
		if err != nil {
			return err
		}
		for _, f := range found {
			r := p.row(f)
			if f.Overdue && asked == "" {
				late = append(late, r)
			} else {
				rows = append(rows, r)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "store_pickup", map[string]any{"Title": v.word("pickup"), "FormKey": formKey(), "Complaint": c, "Q": asked, "Rows": rows, "Late": late, "More": more,
		"MayOpen": v.caller.May(staff.OrderRead)})
}

// fetchShown is how many orders the page lists; who has more asks by number or phone.
const fetchShown = 100

// pickupPage holds what the rows of the page have in common.
type pickupPage struct {
	*visit
	now    db.Instant
	people map[id.Recipient]customer.Recipient
	places map[id.Warehouse]inventory.Warehouse
	own    map[id.Shop][]id.Warehouse
	proven map[id.Order]bool
	asked  string
}

func (s *Site) pickupPage(v *visit, tx *db.Tx, found []flow.Fetching, asked string) (p *pickupPage, err error) {
	p = &pickupPage{visit: v, now: tx.Now(), asked: asked, places: map[id.Warehouse]inventory.Warehouse{}, own: map[id.Shop][]id.Warehouse{}}
	ids := make([]id.Recipient, len(found))
	var ready []*order.Order
	for i, f := range found {
		ids[i] = f.Order.Recipient
		if _, known := p.own[f.Order.Shop]; !known {
			if p.own[f.Order.Shop], err = flow.CounterPlaces(tx, f.Order.Shop); err != nil {
				return nil, err
			}
		}
		if f.Not == nil {
			ready = append(ready, f.Order)
		}
	}
	if asked != "" {
		if p.proven, err = flow.Proves(tx, s.cfg.Kit, ready, asked); err != nil {
			return nil, err
		}
	}
	all, err := inventory.Warehouses(tx)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		p.places[w.ID] = w
	}
	p.people, err = customer.Get(tx, ids)
	return p, err
}

func (p *pickupPage) row(f flow.Fetching) fetchRow {
	o, who := f.Order, p.people[f.Order.Recipient]
	r := fetchRow{ID: o.ID.String(), No: o.ExternalNo, Name: who.Name.Mask, Phone: who.Phone.Mask, On: f.On, Ordered: p.stampOf(o.OrderedAt, p.now, houseZone),
		State: p.word("word_" + string(f.Card.Word)), Class: "review", Ready: f.Not == nil, Overdue: f.Overdue}
	if f.Not != nil {
		r.Not = p.say(f.Not)
	} else {
		r.State, r.Class = p.word("pickup_ready"), "out"
	}
	if p.proven[o.ID] {
		r.Proof = p.asked
	}
	here, open := true, 0
	names := map[id.Line]string{}
	var goods []string
	for _, l := range o.Lines {
		names[l.ID] = l.Name
		if n := l.Ordered - l.Cancelled - l.Shipped; l.Kind != order.Component && l.Kind != order.Charge && (n > 0 || l.Kind == order.Bundle) {
			goods = append(goods, l.Name+" ×"+number(max(n, 1)))
		}
	}
	r.Goods = strings.Join(goods, p.word("and"))
	for _, one := range f.Packages {
		if !one.State.InHouse() {
			continue
		}
		r.Parcels = append(r.Parcels, p.parcel(one, names))
		if one.State != fulfilment.Packed {
			open++
			here = here && slices.Contains(p.own[o.Shop], one.Warehouse)
		}
	}
	// What no package holds yet is planned when it is asked for.
	r.Pack = here && p.caller.May(staff.PackagePack) && !f.Card.Blocked && (open > 0 || f.Not != nil && errors.Is(f.Not, flow.ErrNotPacked))
	return r
}

func (p *pickupPage) parcel(one *fulfilment.Package, names map[id.Line]string) parcelRow {
	zh, en := one.State.Words()
	r := parcelRow{ID: one.ID.String(), Where: p.places[one.Warehouse].Name, State: pair{zh, en}.in(p.lang), Class: packageClass(one.State), Stop: one.Stop}
	if one.PackedAt > 0 {
		r.Packed = p.stampOf(one.PackedAt, p.now, p.places[one.Warehouse].TimeZone)
	}
	var goods []string
	for _, it := range one.Items {
		goods = append(goods, names[it.Line]+" ×"+number(it.Qty))
	}
	r.Goods = strings.Join(goods, p.word("and"))
	return r
}

// handOut gives an order's goods to the customer who came for it and knows whose it is.
func (s *Site) handOut(v *visit) error {
	return s.pickupAct(v, func(tx *db.Tx, n id.Order) (string, error) {
		packages, err := flow.HandOut(tx, s.cfg.Kit, n, v.r.PostForm.Get("proof"))
		if err == nil {
			err = flow.PackagesWithin(tx, v.caller.Scope, packages...)
		}
		return did("/store/pickup", "handed_out", len(packages), ""), err
	})
}

// makeReady has the store prepare an order itself.
func (s *Site) makeReady(v *visit) error {
	return s.pickupAct(v, func(tx *db.Tx, n id.Order) (string, error) {
		packages, err := flow.MakeReady(tx, n)
		if err == nil {
			err = flow.PackagesWithin(tx, v.caller.Scope, packages...)
		}
		return did("/store/pickup?q="+n.String(), "made_ready", len(packages), ""), err
	})
}

// pickupAct does something with the order of an address that lies within the visitor's
// scope; a refusal is said on the page.
func (s *Site) pickupAct(v *visit, do func(*db.Tx, id.Order) (string, error)) error {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return order.ErrMissing
	}
	err := s.act(v, func(tx *db.Tx) (string, error) {
		if err := flow.Within(tx, v.caller.Scope, id.Order(n)); err != nil {
			return "", err
		}
		return do(tx, id.Order(n))
	})
	if err == nil {
		return nil
	}
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	return s.showPickups(v, status, c)
}
