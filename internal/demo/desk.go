package demo

import (
	"math/rand/v2"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

const (
	deskFrom, deskUntil = "08:30", "22:00"
	casesAtOnce         = 60
)

// desk is customer service: people who read what is held, telephone, and release or
// reject; finance, who look at high sums; and the clock, which ends what ends by
// itself.
func (t *turn) desk() error {
	err := t.write("clock", func(tx *db.Tx) error {
		if _, err := flow.ReleaseDue(tx, 200); err != nil {
			return err
		}
		_, err := flow.PassDelayed(tx, 200)
		return err
	})
	if err != nil || !t.open(deskFrom, deskUntil) {
		return err
	}
	cases, err := t.cases()
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := t.handle(c); err != nil {
			return err
		}
	}
	return t.finance()
}

// work is an exception and the order it is about.
type work struct {
	review.Exception
	card order.Card
}

// cases gives the open exceptions whose time has come, the oldest first, at most one
// of an order.
func (t *turn) cases() (list []work, err error) {
	return list, t.read(func(tx *db.Tx) error {
		list = nil
		seen := map[id.Order]bool{}
		for after := id.Exception(0); len(list) < casesAtOnce; {
			page, err := review.List(tx, review.Filter{After: after})
			if err != nil || len(page) == 0 {
				return err
			}
			after = page[len(page)-1].ID
			var ids []id.Order
			for _, e := range page {
				ids = append(ids, e.Order)
			}
			cards, err := order.Cards(tx, ids)
			if err != nil {
				return err
			}
			for _, e := range page {
				c := work{e, cards[e.Order]}
				if !seen[e.Order] && t.due(c) && len(list) < casesAtOnce {
					seen[e.Order] = true
					list = append(list, c)
				}
			}
		}
		return nil
	})
}

// due says whether somebody has come to the case by now. A refund is left to buyer
// and platform first; who waits for goods is asked once, after a night.
func (t *turn) due(c work) bool {
	d := t.fate("desk", c)
	wait := time.Duration(between(d, 15, 150)) * time.Minute
	switch c.Kind {
	case "refund_requested":
		wait += 4 * time.Hour
	case review.HoldForbidden:
		return false // the platform lifts it
	case review.HoldShortage:
		if !chance(d, 150) {
			return false // would rather wait
		}
		wait += 20 * time.Hour
	}
	return c.OpenedAt.Add(wait) <= t.now.At
}

// fate gives the dice of a case: the same for the same order and kind of trouble.
func (t *turn) fate(what string, c work) *rand.Rand {
	return dice(t.Seed, what, c.Kind, c.card.ExternalNo)
}

// handle settles one case.
func (t *turn) handle(c work) error {
	if c.card.Order == 0 || c.Kind == "late_cancellation" {
		return t.settle(c)
	}
	if c.card.Word == order.Refused {
		return t.closeOnPlatform(c.card) // rejected in an earlier turn, and now refunded
	}
	goesOn := func(perMille int) bool { return t.fate("answer", c).IntN(1000) < perMille }
	switch c.Kind {
	case "contact_missing", "contact_malformed", "address_missing", "address_unclear":
		if !goesOn(930) {
			return t.reject(c, "联系不上买家,资料无法补全")
		}
		if err := t.correct(c.card.ExternalNo, c.card.OrderedAt); err != nil {
			return err
		}
		return t.release(c, "已电话联系买家,资料已更正")
	case "undeliverable":
		return t.giveUp(c, "收货地区无法送达,致歉后取消", &t.now.Tally.Cancelled)
	case "absurd_quantity":
		if !goesOn(150) {
			return t.reject(c, "买家确认数量填错")
		}
		return t.release(c, "买家确认数量无误")
	case "below_cost":
		if !goesOn(500) {
			return t.reject(c, "价格填错,与买家协商后取消")
		}
		return t.release(c, "主管同意按此价发货")
	case "sku_unmatched", "channel_state_unknown", "address_changed", review.HoldShortage:
		return t.giveUp(c, "与买家协商后取消", &t.now.Tally.Cancelled)
	}
	if !goesOn(970) {
		return t.reject(c, "买家要求取消")
	}
	return t.release(c, "已阅读并处理")
}

// settle closes work that no hold stands behind.
func (t *turn) settle(c work) error {
	return t.write("service", func(tx *db.Tx) error {
		_, err := review.Close(tx, []id.Exception{c.ID}, "已知悉")
		return err
	})
}

// release ends the holds of an order that a person may end; those that wait for
// goods or for the platform stay. Work without a hold is closed.
func (t *turn) release(c work, how string) error {
	t.now.Tally.Released++
	return t.write("service", func(tx *db.Tx) error {
		live, err := review.Live(tx, []id.Order{c.Order})
		if err != nil {
			return err
		}
		var ends []review.HoldEnd
		for _, h := range live[c.Order] {
			waits := h.Kind == review.HoldShortage || h.Kind == review.HoldForbidden || h.Blocks == review.BlocksPass ||
				h.Kind == "refund_requested" && h.Kind != c.Kind
			if !waits {
				ends = append(ends, review.HoldEnd{Order: c.Order, Handle: h.Handle, How: how})
			}
		}
		if len(ends) == 0 {
			_, err := review.Close(tx, []id.Exception{c.ID}, how)
			return err
		}
		return flow.Unhold(tx, ends)
	})
}

// reject refuses an order that nobody can go on with. One that has passed its review
// is taken back instead; where even that is too late, the work is closed.
func (t *turn) reject(c work, why string) error {
	refused := false
	err := t.write("service", func(tx *db.Tx) error {
		outcomes, err := flow.Reject(tx, []review.Decision{{Order: c.Order, Reason: why}})
		refused = err == nil && outcomes[0].Fault == nil
		return err
	})
	if err != nil || refused {
		t.now.Tally.Rejected += count(refused)
		return err
	}
	return t.giveUp(c, why, &t.now.Tally.Rejected)
}

// giveUp takes an order back and counts it where it went; where goods have left, the
// work is closed.
func (t *turn) giveUp(c work, why string, counter *int64) error {
	gone, err := t.cancel(c.Order, why)
	if err != nil || gone {
		*counter += count(gone)
		return err
	}
	return t.settle(c)
}

func (t *turn) cancel(o id.Order, why string) (gone bool, err error) {
	err = t.write("service", func(tx *db.Tx) error {
		outcomes, err := flow.Cancel(tx, []flow.Cancellation{{Order: o, Why: why}})
		gone = err == nil && outcomes[0].Fault == nil
		return err
	})
	return gone && err == nil, err
}

// finance passes orders of high value after a look.
func (t *turn) finance() error {
	var cards []order.Card
	err := t.read(func(tx *db.Tx) (err error) {
		cards, err = order.List(tx, order.Filter{Word: order.WaitFinance, Limit: 200, Scope: staff.Everywhere()})
		return err
	})
	if err != nil {
		return err
	}
	var passes []review.Decision
	for _, c := range cards {
		wait := time.Duration(between(dice(t.Seed, "finance", c.ExternalNo), 30, 240)) * time.Minute
		if c.OrderedAt.Add(wait) <= t.now.At {
			passes = append(passes, review.Decision{Order: c.Order, Step: review.Finance, Reason: "款项已核对"})
		}
	}
	if len(passes) == 0 {
		return nil
	}
	return t.write("finance", func(tx *db.Tx) error { _, err := flow.Pass(tx, passes); return err })
}
