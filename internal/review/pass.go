package review

import (
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// Step is who passes an order.
type Step string

// The steps of the review.
const (
	Service Step = "service" // 客审
	Finance Step = "finance" // 财审
)

// Decision is what somebody decides about the review of one order.
type Decision struct {
	Order id.Order
	// Step is for Pass alone.
	Step Step
	// Until is for Delay alone.
	Until db.Instant
	// Reason in words, at most 500 characters; needed.
	Reason string
}

const delayMax = 366 * 24 * time.Hour

// Pass passes orders, at the step of customer service or of finance, and gives where
// each now stands: service leads to passed_service where a rule asked for finance.
// What kept the review from passing at that step ends with it; other holds stay.
// Passing what passed that step already is no fault and changes nothing.
//
// Faults of members, here and in the other verbs: order.ErrMissing, order.ErrEnded,
// ErrHow, ErrMove; here also ErrStep.
func Pass(tx *db.Tx, list []Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, list, pass)
}

// MayPass says what refuses a pass at a step, nil when nothing does: the decision of
// Pass itself, for who asks beforehand. live are the order's live holds.
func MayPass(o *order.Order, live []Hold, step Step) *fault.Fault {
	return (&deciding{Decision: Decision{Step: step, Reason: "asked"}, order: o, holds: live}).decide(pass)
}

// MayTakeBack is MayPass for TakeBack.
func MayTakeBack(o *order.Order, live []Hold) *fault.Fault {
	return (&deciding{Decision: Decision{Reason: "asked"}, order: o, holds: live}).decide(takeBack)
}

func pass(d *deciding) *fault.Fault {
	switch d.Step {
	case Service:
		if d.order.Review == order.PassedService || d.order.Review == order.Passed {
			return nil
		}
		d.ends = d.blocking(func(h Hold) bool { return h.ReleaseHow != ByFinance })
		return d.move(VerbService, 0)
	case Finance:
		if d.order.Review == order.Passed {
			return nil
		}
		d.ends = d.blocking(func(Hold) bool { return true })
		return d.move(VerbFinance, 0)
	}
	return ErrStep
}

// TakeBack takes a pass, or a rejection, back: the order waits for customer service
// again. What finance had to look at before, it must look at again only if a rule asks
// again. Faults: as Pass, and order.ErrReleased once the warehouse has the order.
func TakeBack(tx *db.Tx, list []Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, list, takeBack)
}

func takeBack(d *deciding) *fault.Fault {
	if d.order.Review == order.Pending {
		return nil
	}
	return d.move(VerbTakeBack, 0)
}

// Reject ends the review with a no. Stock and payment are flow's to give back. A pass
// is taken back first. Faults: as Pass.
func Reject(tx *db.Tx, list []Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, list, func(d *deciding) *fault.Fault {
		if d.order.Review == order.Rejected {
			return nil
		}
		return d.move(VerbReject, 0)
	})
}

// Delay lets the review wait until an instant and then pass by itself: see
// PassDue. Faults: as TakeBack, and ErrUntil.
func Delay(tx *db.Tx, list []Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, list, func(d *deciding) *fault.Fault {
		if d.Until <= tx.Now() || d.Until > tx.Now().Add(delayMax) {
			return ErrUntil
		}
		if d.order.Review == order.Pending && d.order.DelayUntil == d.Until {
			return nil
		}
		return d.move(VerbDelay, d.Until)
	})
}

// PassDue passes orders whose delay is over, as far as no rule asked for a person:
// those wait for customer service, without a delay. An order that is not due stays as
// it is. Faults of members: order.ErrMissing, order.ErrEnded.
func PassDue(tx *db.Tx, orders []id.Order) ([]fault.Outcome[order.Review], error) {
	list := make([]Decision, len(orders))
	for i, o := range orders {
		list[i] = Decision{Order: o, Reason: "delay_over"}
	}
	return decide(tx, list, func(d *deciding) *fault.Fault {
		if d.order.Review != order.Pending || d.order.DelayUntil == 0 || d.order.DelayUntil > tx.Now() {
			return nil
		}
		if len(d.blocking(func(h Hold) bool { return h.ReleaseHow == ByService })) > 0 {
			return d.move(VerbDelay, 0)
		}
		return d.move(VerbService, 0)
	})
}

// deciding is one decision on its way: the order is locked, holds are its live ones.
type deciding struct {
	Decision
	order *order.Order
	holds []Hold
	// What the verb wants: moved to a state, with a delay, ending some holds.
	moved bool
	to    order.Review
	until db.Instant
	ends  []Hold
}

// decide runs one verb over a batch: lock, load, decide, save. An order that is named
// twice is decided twice, in the order given.
func decide(tx *db.Tx, list []Decision, verb func(*deciding) *fault.Fault) ([]fault.Outcome[order.Review], error) {
	ids := make([]id.Order, len(list))
	for i, d := range list {
		ids[i] = d.Order
	}
	locked, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	live, err := Live(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[id.Order]*order.Order, len(locked))
	for _, o := range locked {
		byID[o.ID] = o
	}
	outcomes := make([]fault.Outcome[order.Review], len(list))
	for i, one := range list {
		d := &deciding{Decision: one, order: byID[one.Order], holds: live[one.Order]}
		if f := d.decide(verb); f != nil {
			outcomes[i] = fault.Refused[order.Review](f)
			continue
		}
		if err := d.save(tx); err != nil {
			return nil, err
		}
		live[one.Order] = d.holds
		outcomes[i] = fault.OK(d.order.Review)
	}
	return outcomes, nil
}

func (d *deciding) decide(verb func(*deciding) *fault.Fault) *fault.Fault {
	switch {
	case strings.TrimSpace(d.Reason) == "" || !storable(d.Reason, howMax):
		return ErrHow
	case d.order == nil:
		return order.ErrMissing
	case d.order.Ended():
		return order.ErrEnded
	}
	return verb(d)
}

// move looks the verb up in the table. Nothing leaves a pass once the warehouse has it.
func (d *deciding) move(verb Verb, until db.Instant) *fault.Fault {
	finance := len(d.blocking(func(h Hold) bool { return h.ReleaseHow == ByFinance })) > 0
	to, ok := next(d.order.Review, verb, finance)
	if !ok {
		return ErrMove.With(d.order.Review, verb)
	}
	if d.order.Review == order.Passed && d.order.InWarehouse() {
		return order.ErrReleased
	}
	d.moved, d.to, d.until = true, to, until
	return nil
}

// blocking gives the live holds that keep the review from passing and fit.
func (d *deciding) blocking(fit func(Hold) bool) (list []Hold) {
	for _, h := range d.holds {
		if h.Blocks == BlocksPass && fit(h) {
			list = append(list, h)
		}
	}
	return list
}

func (d *deciding) save(tx *db.Tx) error {
	if !d.moved {
		return nil
	}
	if err := order.SetReview(tx, d.order, d.to, d.until, d.Reason); err != nil {
		return err
	}
	gone := map[id.Hold]bool{}
	var ending []ended
	for _, h := range d.ends {
		gone[h.ID] = true
		ending = append(ending, ended{h, d.Reason})
	}
	var left []Hold
	for _, h := range d.holds {
		if !gone[h.ID] {
			left = append(left, h)
		}
	}
	d.holds = left
	return end(tx, ending)
}

// PassFree passes orders that wait for customer service without a delay and that no rule
// asked a person to look at: after a repair their rules may say nothing any more. Others
// stay as they are. Faults of members: order.ErrMissing, order.ErrEnded.
func PassFree(tx *db.Tx, orders []id.Order) ([]fault.Outcome[order.Review], error) {
	return passFree(tx, orders, "judged_again", func(o *order.Order) bool { return o.DelayUntil == 0 })
}

// PassNow is PassFree, and ends delays.
func PassNow(tx *db.Tx, orders []id.Order) ([]fault.Outcome[order.Review], error) {
	return passFree(tx, orders, "judged_now", func(*order.Order) bool { return true })
}

func passFree(tx *db.Tx, orders []id.Order, why string, fits func(*order.Order) bool) ([]fault.Outcome[order.Review], error) {
	list := make([]Decision, len(orders))
	for i, o := range orders {
		list[i] = Decision{Order: o, Reason: why}
	}
	return decide(tx, list, func(d *deciding) *fault.Fault {
		switch {
		case d.order.Review != order.Pending || !fits(d.order):
			return nil
		case len(d.blocking(func(h Hold) bool { return h.ReleaseHow != ByFinance })) == 0:
			return d.move(VerbService, 0)
		case d.order.DelayUntil > 0:
			return d.move(VerbDelay, 0)
		}
		return nil
	})
}
