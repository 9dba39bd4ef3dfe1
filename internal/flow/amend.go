package flow

import (
	"errors"
	"fmt"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

// amend merges a newer message into an order: see order.Amend for the merge
// itself. Here follows what it means elsewhere: what the channel took back is
// cancelled, what grew or was paid claims stock, what can no longer be done
// stops the packages and asks a person.
func amend(tx *db.Tx, kit Kit, which id.Order, n *order.Order, party *customer.Party, s shop.Shop) (changed bool, err error) {
	locked, err := order.Lock(tx, []id.Order{which})
	if err != nil || len(locked) == 0 {
		return false, err
	}
	o := locked[0]
	people, err := customer.Get(tx, []id.Recipient{o.Recipient})
	if err != nil {
		return false, err
	}
	was := people[o.Recipient]
	a, err := order.Amend(tx, o, n, was.Digest, party.Digests())
	if err != nil || a.Empty() {
		return false, err
	}
	if a.NewContact {
		if err := redirect(tx, o, party, was); err != nil {
			return false, err
		}
	}
	if err := takeBack(tx, o, a); err != nil {
		return false, err
	}
	if !o.Ended() {
		if err := follow(tx, o, a, s); err != nil {
			return false, err
		}
		if err := judgeAgain(tx, kit, asked{o, party, s}); err != nil {
			return false, err
		}
	}
	again, err := order.Lock(tx, []id.Order{which})
	if err != nil {
		return false, err
	}
	return true, refresh(tx, again)
}

// redirect writes the new recipient. Packages in the house were made for the old
// one: those not packed are undone and planned anew, a packed one is stopped.
func redirect(tx *db.Tx, o *order.Order, party *customer.Party, was customer.Recipient) error {
	if err := customer.Recipients(tx, []customer.Owned{{Party: party, Order: o.ID, Replaces: o.Recipient}}); err != nil {
		return err
	}
	if err := order.Redirect(tx, o, party.Recipient, party.Region, was.Digest, false); err != nil {
		return err
	}
	if err := order.Record(tx, o, sentElsewhere(was, party)); err != nil {
		return err
	}
	return unpack(tx, o, "收件信息已变更")
}

// unpack undoes packages that are not packed yet and stops those that are.
func unpack(tx *db.Tx, o *order.Order, why string) error {
	err := voidPackages(tx, []*order.Order{o}, why, func(s fulfilment.State) bool {
		return s.InHouse() && s != fulfilment.Packed
	})
	if err != nil {
		return err
	}
	stopped, err := stopPackages(tx, o.ID, why)
	if err != nil || !stopped {
		return err
	}
	_, err = review.Place(tx, []review.Hold{{Order: o.ID, Shop: o.Shop, HoldDraft: review.HoldDraft{Kind: "address_changed", Handle: "address_changed",
		NeedsPerson: true, Source: "channel",
		ReasonZH: "打包后收件信息变更,请重打面单或拆包", ReasonEN: "The recipient changed after packing; make a new label or unpack"}}})
	return err
}

// stopPackages marks all packages of an order that are in the house and says
// whether there was one.
func stopPackages(tx *db.Tx, o id.Order, why string) (bool, error) {
	of, err := fulfilment.OfOrders(tx, []id.Order{o})
	if err != nil {
		return false, err
	}
	var stops []fulfilment.Stopping
	for _, p := range of[o] {
		if p.State.InHouse() {
			stops = append(stops, fulfilment.Stopping{Package: p.ID, Why: why})
		}
	}
	_, err = fulfilment.Stop(tx, stops)
	return len(stops) > 0, err
}

// takeBack cancels what the channel took back, or asks a person where goods have
// left already.
func takeBack(tx *db.Tx, o *order.Order, a *order.Amendment) error {
	c := Cancellation{Order: o.ID, Lines: a.Cancel, Why: order.ByChannel}
	if a.Closed {
		c.Lines = nil
	} else if len(a.Cancel) == 0 {
		return nil
	}
	f := mayCancel(o, c)
	if f == nil {
		err := cancel(tx, o, c, []*order.Order{o})
		if err == nil {
			return nil
		}
		if errors.As(err, &f) && f.Kind != fault.Conflict {
			return err
		}
	}
	why := "平台要求取消,但" + f.ZH
	if open := openGoods(o); open > 0 { // what is still here must not follow
		if _, err := stopPackages(tx, o.ID, why); err != nil {
			return err
		}
		_, err := review.Place(tx, []review.Hold{{Order: o.ID, Shop: o.Shop, HoldDraft: review.HoldDraft{Kind: "late_cancellation",
			Handle: "late_cancellation", NeedsPerson: true, Source: "channel", ReasonZH: why, ReasonEN: "The channel cancels, but: " + f.EN}}})
		return err
	}
	_, err := review.Open(tx, []review.Exception{{Kind: "late_cancellation", Key: fmt.Sprintf("%d-%d", o.ID, o.Version), Order: o.ID,
		Shop: o.Shop, ZH: why, EN: "The channel cancels, but: " + f.EN}})
	return err
}

// openGoods is how many pieces of an order are still in the house or owed.
func openGoods(o *order.Order) (n int64) {
	for _, l := range o.Lines {
		if l.Moves() {
			n += l.Open()
		}
	}
	return n
}

// follow does what a growth, a payment, a refund request or a conflict asks for.
func follow(tx *db.Tx, o *order.Order, a *order.Amendment, s shop.Shop) error {
	if len(a.Grown) > 0 {
		// What lies in packages is less than is owed now: it is planned anew, as a whole.
		if err := voidPackages(tx, []*order.Order{o}, "订单数量增加", fulfilment.State.InHouse); err != nil {
			return err
		}
	}
	if o.Claims(s.ReserveUnpaid) && shortUnits(o) > 0 {
		if err := claimAgain(tx, []*order.Order{o}); err != nil {
			return err
		}
	}
	var holds []review.Hold
	add := func(h review.HoldDraft) { holds = append(holds, review.Hold{Order: o.ID, Shop: o.Shop, HoldDraft: h}) }
	if o.Claims(s.ReserveUnpaid) {
		holds = append(holds, shortageHolds(o)...)
	}
	unmatched := map[string]bool{}
	for _, h := range unmatchedHolds(o) {
		unmatched[h.Handle] = true
		add(h)
	}
	for _, c := range a.Conflicts {
		add(review.HoldDraft{Kind: "edit_conflict", Handle: "conflict-" + c.Field, NeedsPerson: true, Source: "channel",
			ReasonZH: fmt.Sprintf("字段 %s 人工与平台都改过:我方 %s,平台 %s", c.Field, c.Ours, c.Theirs),
			ReasonEN: fmt.Sprintf("Both a person and the channel changed %s: ours %s, theirs %s", c.Field, c.Ours, c.Theirs)})
	}
	if _, err := review.Place(tx, holds); err != nil {
		return err
	}
	if _, err := review.Release(tx, noLongerStrange(o, unmatched)); err != nil {
		return err
	}
	if len(a.Conflicts) > 0 {
		if _, err := stopPackages(tx, o.ID, "订单被挂起"); err != nil {
			return err
		}
	}
	return nil
}

// noLongerStrange ends the holds of what was unknown and is known, or gone, now.
func noLongerStrange(o *order.Order, unmatched map[string]bool) (ends []review.HoldEnd) {
	if o.ChannelState != order.Strange {
		ends = append(ends, review.HoldEnd{Order: o.ID, Handle: "state_unknown", How: "the channel's word is known now"})
	}
	for _, l := range o.Lines {
		if handle := unmatchedHandle(l); !unmatched[handle] {
			ends = append(ends, review.HoldEnd{Order: o.ID, Handle: handle, How: "the line is known or gone now"})
		}
	}
	return ends
}

// asked is an order about which the rules are asked again, and what they know besides.
type asked struct {
	order *order.Order
	party *customer.Party
	shop  shop.Shop
}

// judgeAgain asks the rules about orders whose facts changed: holds that no longer
// apply end, new ones are placed and stop what is under way.
func judgeAgain(tx *db.Tx, kit Kit, list ...asked) error {
	set, err := kit.Rules.Set(tx, review.KindReview)
	if err != nil {
		return err
	}
	orders, regions := make([]*order.Order, len(list)), make([]string, len(list))
	for i, one := range list {
		orders[i], regions[i] = one.order, one.order.Region
	}
	if err := loadCosts(tx, orders...); err != nil {
		return err
	}
	reach, err := carrier.Deliverable(tx, regions, tx.Now())
	if err != nil {
		return err
	}
	facts := make([]*review.Facts, len(list))
	for i, one := range list {
		facts[i] = factsOf(one.order, one.shop, one.party, reach[one.order.Region])
	}
	judged := make([]review.Judged, len(list))
	for i, verdict := range review.Judge(set, facts, tx.Now()) {
		judged[i] = review.Judged{Order: orders[i], Verdict: verdict}
	}
	placed, err := review.Renew(tx, judged)
	if err != nil {
		return err
	}
	stopped := map[id.Order]bool{}
	for _, h := range placed {
		if stopped[h.Order] {
			continue
		}
		stopped[h.Order] = true
		if _, err := stopPackages(tx, h.Order, h.ReasonZH); err != nil {
			return err
		}
	}
	return nil
}

// loadCosts fills in what stored lines do not carry and rules look at, with one query
// for all orders.
func loadCosts(tx *db.Tx, orders ...*order.Order) error {
	var skus []id.SKU
	ordered := map[id.Line]int64{}
	var lines []*order.Line
	for _, o := range orders {
		lines = append(lines, o.Lines...)
	}
	for _, l := range lines {
		ordered[l.ID] = l.Ordered
		if l.SKU != 0 {
			skus = append(skus, l.SKU)
		}
	}
	known, err := catalog.Get(tx, sortedIDs(skus))
	if err != nil {
		return err
	}
	for _, l := range lines {
		if s := known[l.SKU]; s != nil {
			l.Cost = s.Cost
		}
		if l.Kind == order.Component {
			l.PartQty = l.Ordered / max(ordered[l.Parent], 1)
		}
	}
	return nil
}
