package order

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Change is what happens to the quantities of one line: what is added to each,
// negative to take away.
type Change struct {
	Line      id.Line
	Cancelled int64
	Reserved  int64
	Allocated int64
	Picked    int64
	Packed    int64
	Shipped   int64
	Delivered int64
	Returned  int64
	Refunded  int64
}

// Move changes quantities of the lines of orders that are locked in this
// transaction, and journals what happened to each order whose lines moved. A
// bundle's own quantities follow as its least complete set. Faults: ErrQuantity
// when something would not add up, ErrLine for a line of another order.
func Move(tx *db.Tx, orders []*Order, what string, changes []Change) error {
	byLine := map[id.Line]*Order{}
	for _, o := range orders {
		for _, l := range o.Lines {
			byLine[l.ID] = o
		}
	}
	moved := map[id.Order][]Change{}
	for _, c := range changes {
		o := byLine[c.Line]
		if o == nil {
			return ErrLine
		}
		if err := o.line(c.Line).apply(c); err != nil {
			return err
		}
		moved[o.ID] = append(moved[o.ID], c)
	}
	for _, o := range orders {
		if len(moved[o.ID]) == 0 {
			continue
		}
		lines := o.touched(moved[o.ID])
		if err := save(tx, o, lines, what, summary(moved[o.ID])); err != nil {
			return err
		}
	}
	return nil
}

func (o *Order) line(n id.Line) *Line {
	for _, l := range o.Lines {
		if l.ID == n {
			return l
		}
	}
	return nil
}

func (l *Line) apply(c Change) *fault.Fault {
	l.Cancelled += c.Cancelled
	l.Reserved += c.Reserved
	l.Allocated += c.Allocated
	l.Picked += c.Picked
	l.Packed += c.Packed
	l.Shipped += c.Shipped
	l.Delivered += c.Delivered
	l.Returned += c.Returned
	l.Refunded += c.Refunded
	return l.check()
}

// check says whether the quantities conserve, in the words of Line.
func (l *Line) check() *fault.Fault {
	ok := l.Cancelled >= 0 && l.Reserved >= 0 && l.Shipped >= 0 && l.Delivered >= 0 && l.Returned >= 0 && l.Refunded >= 0 &&
		l.Allocated >= 0 && l.Reserved+l.Shipped+l.Cancelled <= l.Ordered && l.Allocated <= l.Reserved && l.Shipped <= l.Packed &&
		l.Packed <= l.Picked && l.Picked <= l.Allocated+l.Shipped && l.Delivered <= l.Shipped && l.Returned <= l.Shipped
	if ok {
		return nil
	}
	return ErrQuantity.With(fmt.Sprintf("ordered %d cancelled %d reserved %d allocated %d picked %d packed %d shipped %d delivered %d returned %d",
		l.Ordered, l.Cancelled, l.Reserved, l.Allocated, l.Picked, l.Packed, l.Shipped, l.Delivered, l.Returned))
}

// touched gives the lines that changed, and the bundles above them with their
// quantities set to the least complete set.
func (o *Order) touched(changes []Change) []*Line {
	var lines []*Line
	seen := map[id.Line]bool{}
	add := func(l *Line) {
		if !seen[l.ID] {
			seen[l.ID] = true
			lines = append(lines, l)
		}
	}
	for _, c := range changes {
		l := o.line(c.Line)
		add(l)
		if l.Kind == Component {
			parent := o.line(l.Parent)
			o.complete(parent)
			add(parent)
		}
	}
	return lines
}

// complete sets a bundle's quantities to the number of whole sets.
func (o *Order) complete(bundle *Line) {
	sets := func(of func(*Line) int64) int64 {
		least := int64(-1)
		for _, l := range o.Lines {
			if l.Parent == bundle.ID && bundle.Ordered > 0 {
				if n := of(l) / max(l.Ordered/bundle.Ordered, 1); least < 0 || n < least {
					least = n
				}
			}
		}
		return max(least, 0)
	}
	bundle.Cancelled = sets(func(l *Line) int64 { return l.Cancelled })
	bundle.Shipped = sets(func(l *Line) int64 { return l.Shipped })
	open := func(of func(*Line) int64) int64 { return sets(of) - bundle.Shipped }
	bundle.Reserved = min(open(func(l *Line) int64 { return l.Reserved + l.Shipped }), bundle.Ordered-bundle.Cancelled-bundle.Shipped)
	bundle.Allocated = min(open(func(l *Line) int64 { return l.Allocated + l.Shipped }), bundle.Reserved)
	bundle.Picked = min(sets(func(l *Line) int64 { return l.Picked }), bundle.Allocated+bundle.Shipped)
	bundle.Packed = min(sets(func(l *Line) int64 { return l.Packed }), bundle.Picked)
	bundle.Delivered = sets(func(l *Line) int64 { return l.Delivered })
	bundle.Returned = min(sets(func(l *Line) int64 { return l.Returned }), bundle.Shipped)
}

func summary(changes []Change) map[string]int64 {
	sum := map[string]int64{}
	add := func(name string, n int64) {
		if n != 0 {
			sum[name] += n
		}
	}
	for _, c := range changes {
		add("cancelled", c.Cancelled)
		add("reserved", c.Reserved)
		add("allocated", c.Allocated)
		add("picked", c.Picked)
		add("packed", c.Packed)
		add("shipped", c.Shipped)
		add("delivered", c.Delivered)
		add("returned", c.Returned)
		add("refunded", c.Refunded)
	}
	return sum
}

// SetReview writes the axis of the review; room review decides the moves.
func SetReview(tx *db.Tx, o *Order, to Review, delayUntil db.Instant, payload string) error {
	from := o.Review
	o.Review, o.DelayUntil = to, delayUntil
	return save(tx, o, nil, "reviewed", map[string]any{"from": from, "to": to, "delay_until": delayUntil, "why": payload})
}

// CompleteBundles sets the quantities of bundle lines to their least complete
// sets, for an order whose lines are changed in memory before they are written.
func (o *Order) CompleteBundles() {
	for _, l := range o.Lines {
		if l.Kind == Bundle && len(parts(o, l)) > 0 {
			o.complete(l)
		}
	}
}

// Relocated notes that the claims of a locked order moved from some warehouses to
// another, by their codes, with what each line's claim gained by that. Fault:
// ErrQuantity.
func Relocated(tx *db.Tx, o *Order, from []string, to string, changes []Change) error {
	for _, c := range changes {
		if f := o.line(c.Line).apply(c); f != nil {
			return f
		}
	}
	return save(tx, o, o.touched(changes), "relocated", map[string]any{"from": from, "to": to})
}
