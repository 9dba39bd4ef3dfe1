package demo

import (
	"cmp"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/order"
)

// samePerMille is the share of messages that come twice in one page.
const samePerMille = 20

// arrive has buyers order: as many as the hour and the weekday bring.
func (t *turn) arrive() error {
	d := dice(t.Seed, "arrive", t.now.Turn)
	mean := rate(t.to, t.to.Sub(t.from))
	n := int(mean)
	if d.Float64() < mean-float64(n) {
		n++
	}
	times := make([]db.Instant, n)
	for i := range times {
		times[i] = db.At(t.from.Add(time.Duration(1+d.Int64N(int64(t.to.Sub(t.from)/time.Second))) * time.Second))
	}
	slices.Sort(times)
	var drafts []*order.Draft
	for _, at := range times {
		t.now.Orders++
		k := t.now.Orders
		draft := t.teller.tell(k, at, at)
		drafts = append(drafts, draft)
		if chance(d, samePerMille) {
			drafts = append(drafts, draft)
		}
		t.expect(pending{K: k, At: at}, at)
	}
	return t.send(drafts)
}

// expect notes when the platform speaks of an order again after after.
func (t *turn) expect(p pending, after db.Instant) {
	if p.Due = t.teller.next(p.K, p.At, after); p.Due > 0 {
		t.now.Pending = append(t.now.Pending, p)
	}
}

// speak sends the messages that are due, in rounds: a message of an order comes
// after the one before it has been taken.
func (t *turn) speak() error {
	for {
		var due, later []pending
		for _, p := range t.now.Pending {
			if p.Due <= t.now.At {
				due = append(due, p)
			} else {
				later = append(later, p)
			}
		}
		if len(due) == 0 {
			return nil
		}
		slices.SortFunc(due, func(a, b pending) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.K, b.K)) })
		t.now.Pending = later
		drafts := make([]*order.Draft, len(due))
		for i, p := range due {
			drafts[i] = t.teller.tell(p.K, p.At, p.Due)
			if p.Mended {
				t.teller.mend(p.K, drafts[i])
			}
			t.expect(p, p.Due)
		}
		if err := t.send(drafts); err != nil {
			return err
		}
	}
}

// send hands messages to the house, as a page of a platform would come.
func (t *turn) send(drafts []*order.Draft) error {
	if len(drafts) == 0 {
		return nil
	}
	prepared := flow.Prepare(t.Kit, t.shops, drafts)
	var outcomes []fault.Outcome[flow.Accepted]
	err := t.write("channel", func(tx *db.Tx) (err error) {
		outcomes, err = flow.Accept(tx, t.Kit,
			prepared)
		return err
	})
	if err != nil {
		return err
	}
	tally := &t.now.Tally
	for i, o := range outcomes {
		switch a := o.Value; {
		case o.Fault != nil:
			tally.Refusals++
			t.Log.Warn("a message was refused", "order", drafts[i].ExternalNo, "error", o.Fault)
		case a.Amended:
			tally.Amended++
		case a.Duplicate:
			tally.Repeats++
		default:
			tally.Orders++
			tally.Lines += int64(len(drafts[i].Lines))
			tally.Held += count(a.Why != "")
			tally.Short += count(a.Short > 0)
		}
	}
	return nil
}

func count(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// correct sends what the buyer of an order mended on the platform.
func (t *turn) correct(external string, at db.Instant) error {
	k := orderOf(external)
	d := t.teller.tell(k, at, t.now.At)
	t.teller.mend(k, d)
	d.ModifiedAt = t.now.At
	for i := range t.now.Pending {
		if t.now.Pending[i].K == k {
			t.now.Pending[i].Mended = true
		}
	}
	t.now.Tally.Mended++
	return t.send([]*order.Draft{d})
}
