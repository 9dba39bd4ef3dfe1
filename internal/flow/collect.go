package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// What is sold over the counter, or fetched in the store, needs no carrier: it has
// no waybill and no label, and whoever takes it has it.

// The faults of the counter.
var (
	ErrCarried = fault.New(fault.Conflict, "package_carried", "包裹 %s 由快递配送,不能在柜台交给顾客;请走交接",
		"Package %s goes by carrier and is not given out at the counter; hand it over to the carrier")
	ErrNotSold = fault.New(fault.Conflict, "line_not_sold", "订单行 %s 只有 %d 件在顾客手里,退不了 %d 件;请核对数量",
		"The customer has %[2]d pieces of line %[1]s, %[3]d cannot come back; check the quantity")
)

// Collect says that customers took packed packages at the counter: the goods have
// left the house and have arrived, and an order that owes nothing more completes.
// Outcomes are in the order given. Faults of a member: fulfilment.ErrMissing,
// ErrMove, ErrStopped; ErrCarried.
func Collect(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
	orders, locked, err := lockPackages(tx, packages)
	if err != nil {
		return nil, err
	}
	carried, err := goByCarrier(tx, orders, locked)
	if err != nil {
		return nil, err
	}
	refused := map[id.Package]*fault.Fault{}
	for _, p := range carried {
		refused[p.ID] = ErrCarried.With(p.ID)
	}
	var ready []id.Package
	for _, p := range locked {
		if f := p.MayHandOver(); f != nil {
			refused[p.ID] = f
		} else if refused[p.ID] == nil {
			ready = append(ready, p.ID)
		}
	}
	handed, err := giveOut(tx, ready)
	if err != nil {
		return nil, err
	}
	return inOrder(packages, handed, ready, refused), collected(tx, orders, went(handed))
}

// giveOut moves packages out of the house and to the customer. They were looked at
// under lock: a fault here undoes all.
func giveOut(tx *db.Tx, ready []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
	out, err := fulfilment.HandOver(tx, ready)
	if err == nil {
		err = firstFault(out)
	}
	if err != nil {
		return nil, err
	}
	steps := make([]fulfilment.Step, len(ready))
	for i, p := range ready {
		steps[i] = fulfilment.Step{Package: p, To: fulfilment.Delivered, Why: "collected at the counter"}
	}
	handed, err := fulfilment.Move(tx, steps)
	if err == nil {
		err = firstFault(handed)
	}
	return handed, err
}

// collected takes the goods out of stock, tells the order lines, and completes
// the orders that owe nothing more.
func collected(tx *db.Tx, orders []*order.Order, gone []*fulfilment.Package) error {
	if len(gone) == 0 {
		return nil
	}
	if _, err := inventory.Ship(tx, packageIDs(gone)); err != nil {
		return err
	}
	err := order.Move(tx, orders, "collected", changes(gone, func(c *order.Change, n int64) {
		c.Shipped, c.Delivered, c.Reserved, c.Allocated = n, n, -n, -n
	}))
	if err != nil {
		return err
	}
	for _, o := range orders {
		if arrived(o) {
			if err := order.Complete(tx, o, "collected"); err != nil {
				return err
			}
		}
	}
	return refresh(tx, orders)
}

// goByCarrier gives the packages that a carrier must bring: all but those whose
// shop sells over the counter or whose orders are all fetched in the store. The
// orders are those of the packages.
func goByCarrier(tx *db.Tx, orders []*order.Order, packages []*fulfilment.Package) ([]*fulfilment.Package, error) {
	var shops []id.Shop
	fetched := make(map[id.Order]bool, len(orders))
	for _, o := range orders {
		shops = appendOnce(shops, o.Shop)
		fetched[o.ID] = o.Kind == order.PickUp || o.Kind == order.Counter
	}
	known, err := shop.ByID(tx, shops)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		fetched[o.ID] = fetched[o.ID] || known[o.Shop].Kind.Contactless()
	}
	var carried []*fulfilment.Package
	for _, p := range packages {
		for _, o := range p.Orders() {
			if !fetched[o] {
				carried = append(carried, p)
				break
			}
		}
	}
	return carried, nil
}

// Brought is pieces that a customer brings back, or for a line that moves no
// stock (a charge), pieces of it whose money is given back.
type Brought struct {
	Order id.Order
	Line  id.Line
	Qty   int64
	// Reference names the paper in the stock ledger.
	Reference string
}

// BringBack takes goods back at the counter, all or none: the lines count them as
// returned and refunded, and the warehouse they came from has them for sale again,
// for those who wait first. Faults: order.ErrMissing, order.ErrLine, ErrNotSold.
func BringBack(tx *db.Tx, list []Brought) error {
	ids := make([]id.Order, len(list))
	for i, b := range list {
		ids[i] = b.Order
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return err
	}
	packages, err := fulfilment.OfOrders(tx, idsOf(orders))
	if err != nil {
		return err
	}
	byID := map[id.Order]*order.Order{}
	for _, o := range orders {
		byID[o.ID] = o
	}
	var moves []order.Change
	var receipts []inventory.Receipt
	given := map[id.Line]int64{} // by this batch
	for _, b := range list {
		l, f := b.may(byID[b.Order], given)
		if f != nil {
			return f
		}
		c := order.Change{Line: l.ID, Refunded: b.Qty}
		if l.Moves() {
			c.Returned = b.Qty
			receipts = append(receipts, b.receipt(l, packages[b.Order]))
		}
		moves = append(moves, c)
	}
	if err := order.Move(tx, orders, "brought_back", moves); err != nil {
		return err
	}
	grants, err := inventory.Receive(tx, receipts)
	if err != nil {
		return err
	}
	if err := passOn(tx, grants, orders...); err != nil {
		return err
	}
	return refresh(tx, orders)
}

// may finds the line and says what refuses the pieces.
func (b Brought) may(o *order.Order, given map[id.Line]int64) (*order.Line, *fault.Fault) {
	if o == nil {
		return nil, order.ErrMissing
	}
	l := lineOf(o, b.Line)
	if l == nil {
		return nil, order.ErrLine
	}
	left := l.Shipped - l.Returned
	if !l.Moves() {
		left = l.Ordered - l.Cancelled - l.Refunded
	}
	if b.Qty <= 0 || b.Qty > left-given[l.ID] {
		return nil, ErrNotSold.With(l.ID, left-given[l.ID], b.Qty)
	}
	given[l.ID] += b.Qty
	return l, nil
}

// receipt books a line on a paper of its own: two lines of the same goods on one
// paper would count as a repeat.
func (b Brought) receipt(l *order.Line, packages []*fulfilment.Package) inventory.Receipt {
	r := inventory.Receipt{Place: inventory.Place{SKU: l.SKU}, Qty: b.Qty, Kind: "return", Reference: b.Reference + "/" + l.ID.String(),
		Order: b.Order, Line: b.Line}
	for _, p := range packages {
		for _, it := range p.Items {
			if p.State.Out() && it.Line == b.Line {
				r.Warehouse, r.Package = p.Warehouse, p.ID
			}
		}
	}
	return r
}

func firstFault[T any](outcomes []fault.Outcome[T]) error {
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
	}
	return nil
}
