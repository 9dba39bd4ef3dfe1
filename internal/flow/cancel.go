package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

// Cancellation asks to take an order back, wholly or some lines, before goods
// leave the house.
type Cancellation struct {
	Order id.Order
	// Lines with pieces of each (0: all that is open); none: the whole order.
	Lines map[id.Line]int64
	Why   string
}

// Check says what is wrong with what somebody asks for: ErrFields.
func (c Cancellation) Check() error {
	bad := ErrFields
	if c.Why == "" || len(c.Why) > 500 {
		bad = bad.Field("why", "请写明取消原因(最多 500 字节)", "say why it is cancelled (at most 500 bytes)")
	}
	for _, qty := range c.Lines {
		if qty < 0 {
			bad = bad.Field("lines", "qty 不能为负(0 表示全部)", "qty is not negative (0 means all)")
			break
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Cancel takes orders back, each wholly or not at all: packages in the house are
// voided and their labels reclaimed, goods go back to their bins, reservations
// and places in the queue are given up, holds end. Outcomes are in the order
// given. Faults of a member: order.ErrMissing, ErrEnded, ErrShipped.
func Cancel(tx *db.Tx, list []Cancellation) ([]fault.Outcome[id.Order], error) {
	ids := make([]id.Order, len(list))
	for i, c := range list {
		ids[i] = c.Order
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := map[id.Order]*order.Order{}
	for _, o := range orders {
		byID[o.ID] = o
	}
	outcomes := make([]fault.Outcome[id.Order], len(list))
	var changed []*order.Order
	for i, c := range list {
		o := byID[c.Order]
		f := mayCancel(o, c)
		if f == nil {
			changed = append(changed, o)
			err := cancel(tx, o, c, orders)
			if err != nil && fault.KindOf(err) == fault.Internal {
				return nil, err
			}
			if err != nil {
				return nil, fault.Of(err) // mayCancel looked at all of it: a fault here undoes the batch
			}
			outcomes[i] = fault.OK(c.Order)
			continue
		}
		outcomes[i] = fault.Refused[id.Order](f)
	}
	return outcomes, refresh(tx, changed)
}

// mayCancel finds what refuses a cancellation before anything is touched.
func mayCancel(o *order.Order, c Cancellation) *fault.Fault {
	return order.Cancellation{Order: o, Lines: c.Lines}.May()
}

func lineOf(o *order.Order, n id.Line) *order.Line {
	for _, l := range o.Lines {
		if l.ID == n {
			return l
		}
	}
	return nil
}

// cancel takes one order back. What it gives up may reach others of those in hand,
// or another of its own lines.
func cancel(tx *db.Tx, o *order.Order, c Cancellation, hand []*order.Order) error {
	if err := voidPackages(tx, []*order.Order{o}, c.Why, fulfilment.State.InHouse); err != nil {
		return err
	}
	gone, err := order.Cancel(tx, order.Cancellation{Order: o, Lines: c.Lines, Why: c.Why})
	if err != nil {
		return err
	}
	var frees []inventory.Free
	var lines []id.Line
	for _, g := range gone {
		if g.Free > 0 {
			frees = append(frees, inventory.Free{Order: o.ID, Line: g.Line.ID, Qty: g.Free})
		}
		if g.Line.Short() <= 0 {
			lines = append(lines, g.Line.ID)
		}
	}
	if len(frees) > 0 {
		if _, err := inventory.Release(tx, frees); err != nil {
			return err
		}
	}
	if err := inventory.Leave(tx, lines); err != nil {
		return err
	}
	may, err := claiming(tx, []*order.Order{o})
	if err != nil {
		return err
	}
	if err := queueShort(tx, may); err != nil {
		return err
	}
	if err := serveFreed(tx, gone, hand); err != nil {
		return err
	}
	if o.CancelledAt == 0 {
		return unshort(tx, []*order.Order{o})
	}
	_, err = review.ReleaseAll(tx, []id.Order{o.ID}, "order cancelled")
	return err
}

// serveFreed gives what a cancellation freed to those who wait for it.
func serveFreed(tx *db.Tx, gone []order.Cancelled, hand []*order.Order) error {
	var skus []id.SKU
	for _, g := range gone {
		if g.Free > 0 {
			skus = append(skus, g.Line.SKU)
		}
	}
	if len(skus) == 0 {
		return nil
	}
	places, err := inventory.Warehouses(tx)
	if err != nil {
		return err
	}
	var warehouses []id.Warehouse
	for _, w := range places {
		warehouses = append(warehouses, w.ID)
	}
	lv, err := inventory.Lock(tx, skus, warehouses)
	if err != nil {
		return err
	}
	grants, err := inventory.Serve(tx, lv)
	if err != nil {
		return err
	}
	return passOn(tx, grants, hand...)
}

// voidPackages undoes the packages of orders that are in a state that which
// accepts: allocated goods go back to their bins, lines forget the steps, labels
// are reclaimed. The reservations stay.
func voidPackages(tx *db.Tx, orders []*order.Order, why string, which func(fulfilment.State) bool) error {
	of, err := fulfilment.OfOrders(tx, idsOf(orders))
	if err != nil {
		return err
	}
	var ids []id.Package
	var list []order.Change
	for _, packages := range of {
		for _, p := range packages {
			if !which(p.State) {
				continue
			}
			ids = append(ids, p.ID)
			list = append(list, undo(p)...)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	outcomes, err := fulfilment.Void(tx, sortedIDs(ids), why)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
	}
	shortages, err := inventory.Unallocate(tx, ids)
	if err != nil {
		return err
	}
	if err := order.Move(tx, orders, "package_voided", list); err != nil {
		return err
	}
	if err := giveWay(tx, shortages, orders...); err != nil {
		return err // what came back lies in a barred lot and is not for sale
	}
	return reclaim(tx, ids, why)
}

// reclaim gives up the numbers of packages that will not leave.
func reclaim(tx *db.Tx, packages []id.Package, why string) error {
	labels, err := shipping.OfPackages(tx, packages)
	if err != nil {
		return err
	}
	var waybills []id.Waybill
	for _, p := range sortedIDs(packages) {
		if w := labels[p]; w != nil {
			waybills = append(waybills, w.ID)
		}
	}
	if len(waybills) == 0 {
		return nil
	}
	_, err = shipping.Reclaim(tx, waybills, why)
	return err
}

// undo gives the changes that take the steps of a package back.
func undo(p *fulfilment.Package) []order.Change {
	return changes([]*fulfilment.Package{p}, func(c *order.Change, n int64) {
		switch p.State {
		case fulfilment.Packed:
			c.Allocated, c.Picked, c.Packed = -n, -n, -n
		case fulfilment.Picked:
			c.Allocated, c.Picked = -n, -n
		case fulfilment.Released, fulfilment.Picking:
			c.Allocated = -n
		}
	})
}

// voidPlanned undoes packages whose goods have not been fixed yet.
func voidPlanned(tx *db.Tx, orders []*order.Order, why string) error {
	return voidPackages(tx, orders, why, func(s fulfilment.State) bool { return s == fulfilment.Planned })
}

// cancelShort gives up what a shortage rule says nobody should wait for, with an
// apology: the pieces that are missing, or the order when nothing else is left.
func cancelShort(tx *db.Tx, m *accepting) error {
	c := Cancellation{Order: m.order.ID, Lines: m.cancel, Why: "大量缺货,向顾客致歉后取消"}
	outcomes, err := Cancel(tx, []Cancellation{c})
	if err == nil && outcomes[0].Fault != nil {
		return outcomes[0].Fault
	}
	return err
}
