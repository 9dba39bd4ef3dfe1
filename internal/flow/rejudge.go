package flow

import (
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

// Rejudged is what asking the rules again led to.
type Rejudged struct {
	Review order.Review
	// Ended and Placed are how many holds ended, and how many came.
	Ended, Placed int
}

// Rejudge asks the rules about orders as they are now, after a repair: holds whose rule
// no longer hits end, new ones are placed, and an order that no rule keeps any more
// passes. Outcomes are in the order given. Faults of members: order.ErrMissing, ErrEnded,
// ErrRejected, ErrReleased.
func Rejudge(tx *db.Tx, kit Kit, ids []id.Order) ([]fault.Outcome[Rejudged], error) {
	return judgeEach(tx, kit, ids, review.PassFree)
}

// JudgeNow is Rejudge for orders whose review is delayed: their delay is over.
func JudgeNow(tx *db.Tx, kit Kit, ids []id.Order) ([]fault.Outcome[Rejudged], error) {
	return judgeEach(tx, kit, ids, review.PassNow)
}

func judgeEach(tx *db.Tx, kit Kit, ids []id.Order, pass func(*db.Tx, []id.Order) ([]fault.Outcome[order.Review], error)) ([]fault.Outcome[Rejudged], error) {
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := map[id.Order]*order.Order{}
	var shops []id.Shop
	for _, o := range orders {
		byID[o.ID] = o
		shops = appendOnce(shops, o.Shop)
	}
	known, err := shop.ByID(tx, shops)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[Rejudged], len(ids))
	var judged []id.Order
	for i, n := range ids {
		o := byID[n]
		if f := MayChange(o); f != nil {
			outcomes[i] = fault.Refused[Rejudged](f)
			continue
		}
		r, err := rejudge(tx, kit, o, known[o.Shop])
		if err != nil {
			return nil, err
		}
		outcomes[i], judged = fault.OK(r), append(judged, n)
	}
	passed, err := pass(tx, judged)
	if err != nil {
		return nil, err
	}
	again, err := order.Lock(tx, judged)
	if err != nil {
		return nil, err
	}
	at := map[id.Order]order.Review{}
	for i, p := range passed {
		at[judged[i]] = p.Value
	}
	for i, n := range ids {
		if outcomes[i].Fault == nil {
			outcomes[i].Value.Review = at[n]
		}
	}
	return outcomes, goOn(tx, again)
}

// MayChange says what refuses a change of an order before its release, nil when nothing
// does: judging it again, other lines, another warehouse or carrier. Faults:
// order.ErrMissing, ErrEnded, ErrRejected, ErrReleased.
func MayChange(o *order.Order) *fault.Fault {
	switch {
	case o == nil:
		return order.ErrMissing
	case o.Ended() || o.History:
		return order.ErrEnded
	case o.Review == order.Rejected:
		return order.ErrRejected
	case o.InWarehouse():
		return order.ErrReleased
	}
	return nil
}

// rejudge asks the rules about one locked order and counts what that changed.
func rejudge(tx *db.Tx, kit Kit, o *order.Order, s shop.Shop) (r Rejudged, err error) {
	party, err := partyOf(tx, kit, o, s)
	if err != nil {
		return r, err
	}
	before, err := review.Live(tx, []id.Order{o.ID})
	if err != nil {
		return r, err
	}
	if err := judgeAgain(tx, kit, o, party, s); err != nil {
		return r, err
	}
	after, err := review.Live(tx, []id.Order{o.ID})
	was := map[id.Hold]bool{}
	for _, h := range before[o.ID] {
		was[h.ID] = true
	}
	r.Ended = len(was)
	for _, h := range after[o.ID] {
		if was[h.ID] {
			r.Ended--
		} else {
			r.Placed++
		}
	}
	r.Review = o.Review
	return r, err
}

// partyOf gives the people of an order as an acceptance would see them now. What is
// opened for it is sealed again at once and seen by nobody.
func partyOf(tx *db.Tx, kit Kit, o *order.Order, s shop.Shop) (*customer.Party, error) {
	people, err := customer.Get(tx, []id.Recipient{o.Recipient})
	if err != nil {
		return nil, err
	}
	contact, err := people[o.Recipient].Open(kit.Keys)
	if err != nil {
		return nil, err
	}
	party := customer.Prepare(kit.Keys, s.Platform, customer.BuyerDraft{}, contact)
	buyers, err := customer.GetBuyers(tx, []id.Buyer{o.Buyer})
	if b := buyers[o.Buyer]; b.BlacklistedAt > 0 {
		party.Blacklisted = b.Why
	}
	return party, err
}
