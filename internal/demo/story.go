package demo

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/demo/goods"
	"baihuo/internal/demo/people"
	"baihuo/internal/order"
)

// tellers make the orders of the story. Orders are numbered from 1.
type teller struct {
	seed  uint64
	crowd *people.Crowd
	shelf *people.Shelf
	offer map[string]offer
}

// offer is what the shops ask for a code.
type offer struct {
	name        string
	price, cost int64
	bundle      bool
}

func newTeller(seed uint64, a goods.Assortment) (*teller, error) {
	crowd, err := people.NewCrowd(dice(seed, "crowd"), a.Provinces)
	if err != nil {
		return nil, err
	}
	shelf, err := people.NewShelf(a.SKUs, a.Bundles)
	if err != nil {
		return nil, err
	}
	t := &teller{seed: seed, crowd: crowd, shelf: shelf, offer: map[string]offer{}}
	for _, s := range a.SKUs {
		t.offer[s.Code] = offer{name: s.Name, price: s.PriceFen, cost: s.CostFen}
	}
	for _, b := range a.Bundles {
		t.offer[b.Code] = offer{name: b.Name, price: b.PriceFen, bundle: true}
	}
	return t, nil
}

// change is one later message about an order. do is nil for a mere repeat.
type change struct {
	due db.Instant
	do  func(*order.Draft)
}

// tell gives the message about order k, placed at at, as the platform would send it
// at upto: what was ordered, and all that was changed by then.
func (t *teller) tell(k int64, at, upto db.Instant) *order.Draft {
	d := t.draft(k, at)
	for _, c := range t.changes(k, at, d) {
		if c.due > upto {
			break
		}
		if c.do != nil {
			c.do(d)
			d.ModifiedAt = c.due
		}
	}
	sum(d)
	return d
}

// next says when the platform speaks of order k again after after; 0 for never.
func (t *teller) next(k int64, at, after db.Instant) db.Instant {
	for _, c := range t.changes(k, at, t.draft(k, at)) {
		if c.due > after {
			return c.due
		}
	}
	return 0
}

// changes draws the rest of the story, in the order of its times. first is the
// order as it was placed.
func (t *teller) changes(k int64, at db.Instant, first *order.Draft) []change {
	s := &script{dice: dice(t.seed, "story", k), at: at}
	s.pay(first)
	s.remark()
	s.amend(first)
	s.giveUp(first)
	slices.SortStableFunc(s.list, func(a, b change) int { return cmp.Compare(a.due, b.due) })
	return s.list
}

type script struct {
	dice *rand.Rand
	at   db.Instant
	list []change
}

// later draws a time some minutes after the order.
func (s *script) later(from, to int) db.Instant {
	return s.at.Add(time.Duration(between(s.dice, from*60, to*60)) * time.Second)
}

func (s *script) add(due db.Instant, do func(*order.Draft)) { s.list = append(s.list, change{due, do}) }

// pay: what was not paid at once is paid within the hour, or closed by the platform.
func (s *script) pay(first *order.Draft) {
	switch first.ChannelState {
	case order.Unpaid:
		if chance(s.dice, 150) {
			s.add(first.PayBy.Add(time.Minute), closed)
			return
		}
		due := s.later(2, 45)
		s.add(due, func(d *order.Draft) { toShip(d, due) })
	case order.Forbidden:
		due := s.later(20, 90)
		s.add(due, func(d *order.Draft) { toShip(d, s.at) })
	}
}

// remark: platforms repeat themselves, and shop staff write memos there.
func (s *script) remark() {
	if chance(s.dice, 60) {
		s.add(s.later(1, 180), nil)
	}
	if chance(s.dice, 30) {
		memo := one(s.dice, []string{"老顾客,送试用装", "催单,优先发", "发顺丰", "已电话确认颜色", "赠品补一份"})
		flag := between(s.dice, 1, 5)
		s.add(s.later(5, 200), func(d *order.Draft) { d.SellerMemo, d.Flag = memo, flag })
	}
}

// amend: other address, other quantity, one line less.
func (s *script) amend(first *order.Draft) {
	if chance(s.dice, 12) && first.Contact.OpaqueID == "" {
		house := between(s.dice, 1, 99)
		s.add(s.later(3, 60), func(d *order.Draft) { moveTo(d, house) })
	}
	if chance(s.dice, 12) {
		more := s.dice.IntN(2) == 0
		s.add(s.later(3, 60), func(d *order.Draft) {
			if l := &d.Lines[0]; more {
				l.Qty++
			} else if l.Qty > 1 {
				l.Qty--
			}
		})
	}
	if last := len(first.Lines) - 1; last > 0 && chance(s.dice, 8) {
		s.add(s.later(3, 60), func(d *order.Draft) { d.Lines[last].Closed = true })
	}
}

// giveUp: a cancellation, or a refund that is agreed or withdrawn.
func (s *script) giveUp(first *order.Draft) {
	switch n := s.dice.IntN(1000); {
	case n < 20:
		s.add(s.later(5, 300), closed)
	case n < 30 && first.ChannelState == order.ToShip:
		asked := s.later(5, 200)
		s.add(asked, func(d *order.Draft) { d.Lines[0].Refund = order.RefundRequested })
		settled := asked.Add(time.Duration(between(s.dice, 60, 200)) * time.Minute)
		if chance(s.dice, 650) {
			s.add(settled, closed)
		} else {
			s.add(settled, func(d *order.Draft) { d.Lines[0].Refund = order.RefundClosed })
		}
	}
}

// toShip says that the order is paid, unless it is over.
func toShip(d *order.Draft, paidAt db.Instant) {
	if d.ChannelState == order.Closed {
		return
	}
	d.ChannelState, d.ChannelWord, d.PaidAt = order.ToShip, word(d.ShopCode, order.ToShip), paidAt
}

func closed(d *order.Draft) {
	d.ChannelState, d.ChannelWord = order.Closed, word(d.ShopCode, order.Closed)
}

// sum writes what the platform says is owed and paid.
func sum(d *order.Draft) {
	d.Total = d.Freight
	for _, l := range d.Lines {
		d.Total += l.Price*moneyOf(l.Qty) - l.Discount
	}
	for _, p := range d.Promotions {
		d.Total -= p.Amount
	}
	d.Paid, d.AmountCOD = 0, 0
	switch {
	case d.Kind == order.COD:
		d.AmountCOD = d.Total
	case d.PaidAt > 0:
		d.Paid = d.Total
	}
}
