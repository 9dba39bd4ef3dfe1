package flow

import (
	"slices"

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
	locked, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := map[id.Order]*order.Order{}
	var may []*order.Order
	for _, o := range locked {
		if byID[o.ID] = o; order.MayChange(o) == nil {
			may = append(may, o)
		}
	}
	effects, err := rejudge(tx, kit, may)
	if err != nil {
		return nil, err
	}
	judged := idsOf(may)
	passed, err := pass(tx, judged)
	if err != nil {
		return nil, err
	}
	at := map[id.Order]order.Review{}
	for i, n := range judged {
		at[n] = passed[i].Value
	}
	outcomes := make([]fault.Outcome[Rejudged], len(ids))
	for i, n := range ids {
		if f := order.MayChange(byID[n]); f != nil {
			outcomes[i] = fault.Refused[Rejudged](f)
			continue
		}
		r := effects[n]
		r.Review = at[n]
		outcomes[i] = fault.OK(r)
	}
	again, err := order.Lock(tx, judged)
	if err != nil {
		return nil, err
	}
	return outcomes, goOn(tx, again)
}

// rejudge asks the rules about locked orders and counts the holds that this ended and
// placed.
func rejudge(tx *db.Tx, kit Kit, orders []*order.Order) (map[id.Order]Rejudged, error) {
	list, err := askedOf(tx, kit, orders)
	if err != nil {
		return nil, err
	}
	ids := idsOf(orders)
	before, err := review.Live(tx, ids)
	if err != nil {
		return nil, err
	}
	if err := judgeAgain(tx, kit, list...); err != nil {
		return nil, err
	}
	after, err := review.Live(tx, ids)
	effects := map[id.Order]Rejudged{}
	for _, n := range ids {
		effects[n] = differ(before[n], after[n])
	}
	return effects, err
}

// differ counts the holds that ended and came between two looks.
func differ(before, after []review.Hold) Rejudged {
	r := Rejudged{Ended: len(before)}
	for _, h := range after {
		if slices.ContainsFunc(before, func(b review.Hold) bool { return b.ID == h.ID }) {
			r.Ended--
		} else {
			r.Placed++
		}
	}
	return r
}

// askedOf gives orders with their people as an acceptance would see them now. What is
// opened for it is sealed again at once and seen by nobody.
func askedOf(tx *db.Tx, kit Kit, orders []*order.Order) ([]asked, error) {
	var shops []id.Shop
	var recipients []id.Recipient
	var buyers []id.Buyer
	for _, o := range orders {
		shops, recipients, buyers = appendOnce(shops, o.Shop), append(recipients, o.Recipient), append(buyers, o.Buyer)
	}
	places, err := shop.ByID(tx, shops)
	if err != nil {
		return nil, err
	}
	people, err := customer.Get(tx, recipients)
	if err != nil {
		return nil, err
	}
	known, err := customer.GetBuyers(tx, buyers)
	if err != nil {
		return nil, err
	}
	list := make([]asked, len(orders))
	for i, o := range orders {
		contact, err := people[o.Recipient].Open(kit.Keys)
		if err != nil {
			return nil, err
		}
		party := customer.Prepare(kit.Keys, places[o.Shop].Platform, customer.BuyerDraft{}, contact)
		party.Blacklisted = known[o.Buyer].Black(tx.Now())
		list[i] = asked{o, party, places[o.Shop]}
	}
	return list, nil
}
