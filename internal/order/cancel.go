package order

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// ByChannel is why an order is cancelled that its channel closed.
const ByChannel = "平台取消"

// Cancellation takes an order back, wholly or some lines of it, before goods
// leave.
type Cancellation struct {
	Order *Order // locked in this transaction
	// Lines to cancel, with pieces of each (0: all that is open); none: the whole
	// order.
	Lines map[id.Line]int64
	Why   string
}

// Cancelled is what a cancellation took out of each line that moves stock.
type Cancelled struct {
	Line *Line
	Qty  int64
	// Free is how much of it had been reserved and is to be released.
	Free int64
}

// Cancel takes back what is neither shipped nor allocated: packages are voided
// first. Reserved quantities are left to the caller's Move after the release. A
// fault leaves the order as it was, in memory too.
// Faults: ErrEnded, ErrShipped, ErrReleased, ErrLine, ErrQuantity.
func Cancel(tx *db.Tx, c Cancellation) ([]Cancelled, error) {
	if f := c.May(); f != nil {
		return nil, f
	}
	o := c.Order
	wanted, _ := c.wanted()
	for _, l := range o.Lines {
		if qty := wanted[l.ID]; l.Allocated > 0 && qty > l.Open()-l.Allocated {
			return nil, ErrReleased
		}
	}
	var gone []Cancelled
	var lines []*Line
	was := o.lineStates()
	for _, l := range o.Lines {
		qty := wanted[l.ID]
		if qty == 0 {
			continue
		}
		free := max(0, qty-(l.Open()-l.Reserved))
		l.Cancelled += qty
		l.Reserved -= free
		lines = append(lines, l)
		if l.Moves() {
			gone = append(gone, Cancelled{Line: l, Qty: qty, Free: free})
		}
		if err := l.check(); err != nil {
			return nil, err
		}
	}
	what := "lines_cancelled"
	if o.nothingLeft() {
		what = "cancelled"
		o.CancelledAt, o.CancelledWhy = tx.Now(), c.Why
	}
	if err := save(tx, o, o.withBundles(lines), what, map[string]any{"why": c.Why, "units": units(gone)}); err != nil || what == "cancelled" {
		return gone, err // a whole order is cancelled in one word
	}
	return gone, record(tx, o, o.since(was))
}

// May says what refuses a cancellation even once no package is in its way, nil
// when nothing does. Faults: ErrMissing, ErrEnded, ErrShipped, ErrLine.
func (c Cancellation) May() *fault.Fault {
	if c.Order == nil {
		return ErrMissing
	}
	if c.Order.Ended() {
		return ErrEnded
	}
	wanted, f := c.wanted()
	if f != nil {
		return f
	}
	for _, l := range c.Order.Lines {
		if wanted[l.ID] > l.Open() {
			return ErrShipped
		}
	}
	return nil
}

// wanted says how many pieces of each line go. Cancelling a bundle cancels its
// components, as far as they were not cancelled alone before.
func (c Cancellation) wanted() (map[id.Line]int64, *fault.Fault) {
	all := map[id.Line]int64{}
	if len(c.Lines) == 0 {
		for _, l := range c.Order.Lines {
			all[l.ID] = l.Open()
			if l.Shipped > 0 {
				return nil, ErrShipped
			}
		}
		return all, nil
	}
	for n, qty := range c.Lines {
		l := c.Order.line(n)
		switch {
		case l == nil:
			return nil, ErrLine
		case l.Open() == 0 || qty < 0:
			return nil, ErrShipped
		case qty == 0:
			qty = l.Open()
		}
		all[n] += qty
		for _, part := range parts(c.Order, l) {
			all[part.ID] += max(0, (l.Cancelled+qty)*part.Ordered/l.Ordered-part.Cancelled)
		}
	}
	return all, nil
}

func (o *Order) nothingLeft() bool {
	for _, l := range o.Lines {
		if l.Kind != Charge && l.Kind != Component && l.Cancelled < l.Ordered {
			return false
		}
	}
	return true
}

func (o *Order) withBundles(lines []*Line) []*Line {
	seen := map[id.Line]bool{}
	for _, l := range lines {
		seen[l.ID] = true
	}
	for _, l := range lines {
		if l.Kind == Component {
			if parent := o.line(l.Parent); !seen[parent.ID] {
				seen[parent.ID] = true
				o.complete(parent)
				lines = append(lines, parent)
			} else {
				o.complete(parent)
			}
		}
	}
	return lines
}

func units(list []Cancelled) (n int64) {
	for _, c := range list {
		n += c.Qty
	}
	return n
}

// Expire notes that the platform's pay deadline of an unpaid order has passed: it
// claims stock no more. What it holds is the caller's to release. A payment that
// comes all the same claims anew.
func Expire(tx *db.Tx, o *Order) error {
	o.PayBy = -1
	return save(tx, o, nil, "pay_deadline_passed", nil)
}

// Complete ends an order whose goods have all arrived or been cancelled. It is a
// no-op on one that has ended. Fault: ErrOpen.
func Complete(tx *db.Tx, o *Order, why string) error {
	if o.Ended() {
		return nil
	}
	for _, l := range o.Lines {
		if l.Moves() && l.Open() > 0 {
			return ErrOpen
		}
	}
	o.CompletedAt = tx.Now()
	return save(tx, o, nil, "completed", map[string]string{"why": why})
}
