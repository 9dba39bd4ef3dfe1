package order

import (
	"slices"
	"strconv"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// A person changes the lines of an order before it is released: lines go, others come.
// A line that goes is cancelled and stays on the paper, as the channel still tells of
// it; a line that comes is one that the channel knows nothing of, and Edited says so, so
// that the next message does not take it away again.

// Reline is what a person changes on the lines of an order.
type Reline struct {
	// Drop are lines of which all that is open goes.
	Drop []id.Line
	// With holds the lines that come, as Open made them of a draft; nil for none.
	With *Order
}

// MayChange says what refuses a change of an order before its release, nil when nothing
// does: other lines, another warehouse or carrier, judging it again. Faults: ErrMissing,
// ErrEnded, ErrRejected, ErrReleased.
func MayChange(o *Order) *fault.Fault {
	switch {
	case o == nil:
		return ErrMissing
	case o.Ended() || o.History:
		return ErrEnded
	case o.Review == Rejected:
		return ErrRejected
	case o.InWarehouse():
		return ErrReleased
	}
	return nil
}

// May says what refuses the change, nil when nothing does. Faults: those of MayChange,
// ErrLine, ErrLinesNothing, ErrLinesLast.
func (r Reline) May(o *Order) *fault.Fault {
	if f := MayChange(o); f != nil {
		return f
	}
	if len(r.Drop) == 0 && r.With == nil {
		return ErrLinesNothing
	}
	for _, n := range r.Drop {
		if l := o.line(n); l == nil || l.Kind == Component || l.Open() == 0 {
			return ErrLine
		}
	}
	if r.With == nil && !slices.ContainsFunc(o.Lines, func(l *Line) bool {
		return l.Kind != Component && l.Kind != Charge && l.Open() > 0 && !slices.Contains(r.Drop, l.ID)
	}) {
		return ErrLinesLast
	}
	return nil
}

// InWarehouse says that some of the order is with the warehouse or beyond.
func (o *Order) InWarehouse() bool {
	return slices.ContainsFunc(o.Lines, func(l *Line) bool { return l.Allocated+l.Picked+l.Shipped > 0 })
}

// Payable is what the buyer owes for the order as it now is: its total less what was
// taken back.
func (o *Order) Payable() money.Amount {
	sum := o.Total
	for _, l := range o.Lines {
		if l.Kind != Component {
			sum -= l.worth(l.Cancelled)
		}
	}
	return sum
}

// worth is what some pieces of a line cost together.
func (l *Line) worth(qty int64) money.Amount {
	if qty >= l.Ordered {
		return l.Due
	}
	return l.Due * money.Amount(qty) / money.Amount(l.Ordered)
}

// Each is what a piece of the line costs after all discounts, cut to whole minor units.
func (l *Line) Each() money.Amount { return l.Due / money.Amount(l.Ordered) }

// Effect is what a change of lines does to what is paid for the order.
type Effect struct {
	// Was and Now are what the buyer owes before and after.
	Was, Now money.Amount
	// WasCOD and NowCOD are what the courier collects, 0 where the order is not paid so.
	WasCOD, NowCOD money.Amount
}

// Open is what the change leaves between the buyer and us: above 0 the buyer owes it,
// below 0 it goes back. Nothing where the courier collects less or more.
func (e Effect) Open() money.Amount { return e.Now - e.Was - (e.NowCOD - e.WasCOD) }

// Effect gives what the change would do. Fault: as May.
func (r Reline) Effect(o *Order) (Effect, error) {
	if f := r.May(o); f != nil {
		return Effect{}, f
	}
	e := Effect{Was: o.Payable(), WasCOD: o.AmountCOD}
	e.Now = e.Was
	for _, n := range r.Drop {
		l := o.line(n)
		e.Now -= l.worth(l.Ordered) - l.worth(l.Cancelled)
	}
	if r.With != nil {
		e.Now += r.With.Goods - r.With.Discount
	}
	if o.AmountCOD > 0 {
		e.NowCOD = max(o.AmountCOD+e.Now-e.Was, 0)
	}
	return e, nil
}

// Take adds the lines that come; what goes is the caller's to cancel next, so that other
// rooms follow. o is locked. Faults: as May.
func (r Reline) Take(tx *db.Tx, o *Order) (Effect, error) {
	e, err := r.Effect(o)
	if err != nil {
		return e, err
	}
	edited := o.edits()
	var added []*Line
	var codes []string
	if r.With != nil {
		for _, l := range tops(r.With) {
			added = append(added, o.adopt(l, r.With)...)
			edited["qty "+strconv.Itoa(l.Position)] = "0"
			codes = append(codes, l.Code)
		}
	}
	if _, before := edited["amount_cod"]; !before && e.NowCOD != e.WasCOD {
		edited["amount_cod"] = amount(o.AmountCOD)
	}
	o.AmountCOD = e.NowCOD
	o.Edited = jsonOrEmpty(edited, len(edited) == 0)
	o.sum()
	if len(added) > 0 {
		if err := insertLines(tx, added); err != nil {
			return e, err
		}
	}
	return e, save(tx, o, nil, "lines_changed", map[string]any{"dropped": r.droppedCodes(o), "added": codes, "was": e.Was, "now": e.Now})
}

func (r Reline) droppedCodes(o *Order) (codes []string) {
	for _, n := range r.Drop {
		codes = append(codes, o.line(n).Code)
	}
	return codes
}
