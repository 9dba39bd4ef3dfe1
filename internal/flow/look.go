package flow

import (
	"cmp"
	"slices"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// View is what all rooms know of one order, in no language yet and with personal
// data as masks. Doors put it into their own words.
type View struct {
	Now        db.Instant
	Order      *order.Order
	Card       order.Card
	Shop       shop.Shop
	Recipient  customer.Recipient
	Holds      []review.Hold
	Work       []review.Exception
	Packages   []*fulfilment.Package
	Waybills   map[id.Package]*shipping.Waybill
	News       map[id.Package][]shipping.Event
	Notices    []notice.Notice
	Warehouses map[id.Warehouse]inventory.Warehouse
	Carriers   map[id.Carrier]carrier.Carrier
	Rows       []Happened
	// Changes say what stood in the fields of the order before and after, by the version
	// of its journal row.
	Changes map[int64][]order.Changed
	// Seen says who saw the recipient in the clear.
	Seen []Happened
	// Names are those of the people among the actors, by how the journal names them.
	Names map[string]string
}

// Name is what an actor is called where people read it.
func (v View) Name(actor string) string { return cmp.Or(v.Names[actor], actor) }

// Happened is a journal row and what sort of thing it is about: order, recipient,
// hold, package, waybill, notice.
type Happened struct {
	journal.Row
	About string
}

// viewMax bounds each list of a view.
const viewMax = 200

// Look gathers one order on one snapshot, for who may see it. Fault:
// order.ErrMissing, also for an order outside of the scope.
func Look(tx *db.Tx, scope staff.Scope, n id.Order) (v View, err error) {
	v = View{Now: tx.Now(), Warehouses: map[id.Warehouse]inventory.Warehouse{}, Carriers: map[id.Carrier]carrier.Carrier{},
		News: map[id.Package][]shipping.Event{}}
	orders, err := order.Get(tx, []id.Order{n})
	if err != nil {
		return v, err
	}
	if len(orders) == 0 || !scope.HasShop(orders[0].Shop) {
		return v, order.ErrMissing
	}
	v.Order = orders[0]
	cards, err := order.Cards(tx, []id.Order{n})
	if err != nil {
		return v, err
	}
	shops, err := shop.ByID(tx, []id.Shop{v.Order.Shop})
	if err != nil {
		return v, err
	}
	people, err := customer.Get(tx, []id.Recipient{v.Order.Recipient})
	if err != nil {
		return v, err
	}
	v.Card, v.Shop, v.Recipient = cards[n], shops[v.Order.Shop], people[v.Order.Recipient]
	if v.Holds, err = review.Holds(tx, n, 0, viewMax); err != nil {
		return v, err
	}
	if v.Work, err = review.List(tx, review.Filter{Order: n, Limit: viewMax}); err != nil {
		return v, err
	}
	if v.Notices, err = notice.OfOrder(tx, n); err != nil {
		return v, err
	}
	if err := v.lookPackages(tx, n); err != nil {
		return v, err
	}
	return v, v.lookTimeline(tx)
}

func (v *View) lookPackages(tx *db.Tx, n id.Order) error {
	of, err := fulfilment.OfOrders(tx, []id.Order{n})
	if err != nil {
		return err
	}
	v.Packages = of[n]
	ids := make([]id.Package, len(v.Packages))
	for i, p := range v.Packages {
		ids[i] = p.ID
		if v.News[p.ID], err = shipping.Timeline(tx, p.ID); err != nil {
			return err
		}
	}
	if v.Waybills, err = shipping.OfPackages(tx, ids); err != nil {
		return err
	}
	places, err := inventory.Warehouses(tx)
	if err != nil {
		return err
	}
	for _, w := range places {
		v.Warehouses[w.ID] = w
	}
	carriers, err := carrier.All(tx)
	for _, c := range carriers {
		v.Carriers[c.ID] = c
	}
	return err
}

// lookTimeline lays the journal rows of everything about the order on one line. Of
// one instant, they stand as they were written.
func (v *View) lookTimeline(tx *db.Tx) error {
	add := func(about string, object int64) error {
		rows, err := journal.Timeline(tx, object, 0, viewMax)
		for _, r := range rows {
			v.Rows = append(v.Rows, Happened{r, about})
		}
		return err
	}
	err := add("order", int64(v.Order.ID))
	for i := 0; err == nil && i < len(v.Holds); i++ {
		err = add("hold", int64(v.Holds[i].ID))
	}
	for i := 0; err == nil && i < len(v.Packages); i++ {
		p := v.Packages[i].ID
		if err = add("package", int64(p)); err == nil && v.Waybills[p] != nil {
			err = add("waybill", int64(v.Waybills[p].ID))
		}
	}
	for i := 0; err == nil && i < len(v.Notices); i++ {
		err = add("notice", int64(v.Notices[i].ID))
	}
	slices.SortStableFunc(v.Rows, func(a, b Happened) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
	})
	if err != nil {
		return err
	}
	if err := v.lookChanges(tx); err != nil {
		return err
	}
	seen, err := journal.Timeline(tx, int64(v.Order.Recipient), 0, viewMax)
	if err != nil {
		return err
	}
	for _, r := range seen {
		v.Seen = append(v.Seen, Happened{r, "recipient"})
	}
	var actors []string
	for _, r := range slices.Concat(v.Rows, v.Seen) {
		actors = append(actors, r.By.Actor)
	}
	slices.Sort(actors)
	v.Names, err = staff.Names(tx, slices.Compact(actors))
	return err
}

// lookChanges gathers what stood in the order's fields before and after.
func (v *View) lookChanges(tx *db.Tx) error {
	var versions []int64
	for _, r := range v.Rows {
		if r.About == "order" {
			versions = append(versions, r.Version)
		}
	}
	list, err := order.Changes(tx, []id.Order{v.Order.ID}, versions)
	v.Changes = map[int64][]order.Changed{}
	for _, c := range list {
		v.Changes[c.Version] = append(v.Changes[c.Version], c)
	}
	return err
}

// Within refuses orders outside of a scope as if they did not exist: order.ErrMissing.
// A door asks it before it hands orders to a verb.
func Within(tx *db.Tx, scope staff.Scope, orders ...id.Order) error {
	if scope.AllShops {
		return nil
	}
	cards, err := order.Cards(tx, orders)
	if err != nil {
		return err
	}
	for _, n := range orders {
		if c, known := cards[n]; !known || !scope.HasShop(c.Shop) {
			return order.ErrMissing
		}
	}
	return nil
}

// PackagesWithin is Within for packages, by their warehouse.
func PackagesWithin(tx *db.Tx, scope staff.Scope, packages ...id.Package) error {
	if scope.AllWarehouses {
		return nil
	}
	for _, n := range packages {
		p, err := fulfilment.Get(tx, n)
		if err != nil {
			return err
		}
		if !scope.HasWarehouse(p.Warehouse) {
			return fulfilment.ErrMissing
		}
	}
	return nil
}
