package flow

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// Fetching is an order that a customer fetches in a store.
type Fetching struct {
	Order    *order.Order
	Card     order.Card
	Packages []*fulfilment.Package
	// Ready are the packages to hand out; Not says why there are none.
	Ready []id.Package
	Not   *fault.Fault
	// On is the day it was to be fetched, Overdue that the day is over.
	On      string
	Overdue bool
}

// The faults of handing out.
var (
	ErrNotFetched = fault.New(fault.Conflict, "order_not_fetched", "订单 %s 不是自提单,不能在柜台交货;请走快递交接", "Order %s is brought by a carrier and not handed out here")
	ErrHeldBack   = fault.New(fault.Conflict, "order_held_back", "订单 %s 被拦下:%s;处理后才能交货", "Order %s is held: %s; settle that first")
	ErrNotPaid    = fault.New(fault.Conflict, "order_not_paid", "订单 %s 还没有付款,不能交货", "Order %s is not paid and cannot be handed out")
	ErrLacking    = fault.New(fault.Conflict, "order_lacking", "订单 %s 缺货,到货备齐后才能交货", "Order %s lacks goods; hand it out when they have arrived")
	ErrNotPacked  = fault.New(fault.Conflict, "order_not_packed", "订单 %s 还没有备好货,请先拣货打包", "Order %s is not prepared; pick and pack it first")
	ErrProof      = fault.New(fault.Forbidden, "pickup_proof", "与订单 %s 不符,没有交货;请核对顾客的手机后四位,或小票、订单号的后六位以上",
		"That does not belong to order %s and nothing was handed out; ask for the phone's last four digits, or for six or more from the end of the receipt's or order's number")
	ErrElsewhere = fault.New(fault.Conflict, "order_elsewhere", "订单 %s 的货在%s,不在门店;请等该仓备好送来", "The goods of order %s lie in %s and not in the store; wait until they were prepared there")
	ErrFetched   = fault.New(fault.Conflict, "order_fetched", "订单 %s 已经交货或已结束", "Order %s was handed out before or has ended")
)

// waitDays is for how long an order without a day waits before it counts as overdue.
const waitDays = 7

// fetchMost bounds what a shop's page of waiting orders looks at.
const fetchMost = 500

// Fetches gives the orders that wait in shops to be fetched, the oldest first.
func Fetches(tx *db.Tx, shops []id.Shop) ([]Fetching, error) {
	var ids []id.Order
	for _, s := range shops {
		some, err := order.ToCollect(tx, s, 0, fetchMost)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return fetchings(tx, ids)
}

// FindFetches gives the orders that a customer at the counter may mean: by the order's
// number or its end, or by a phone or its last four digits. Orders outside of a scope
// are not seen; an order named in full is given whatever its state, so that the page
// can say why it is not handed out.
func FindFetches(tx *db.Tx, kit Kit, scope staff.Scope, shops []id.Shop, text string) ([]Fetching, error) {
	text = strings.TrimSpace(text)
	var ids []id.Order
	if n, ok := id.Parse("O", strings.ToUpper(text)); ok {
		ids = append(ids, id.Order(n))
	}
	for _, s := range shops {
		named, err := order.Find(tx, s, []string{text, strings.ToUpper(text)})
		if err != nil {
			return nil, err
		}
		for _, o := range named {
			ids = appendOnce(ids, o)
		}
	}
	if len(ids) == 0 && strings.Trim(text, "0123456789") == "" && len(text) >= 4 {
		some, err := customer.ByPhone(tx, kit.Keys, text, fetchMost)
		if err != nil {
			return nil, err
		}
		ids = some
	}
	whole := len(ids) == 1
	ids, err := inScope(tx, scope, ids)
	if err != nil {
		return nil, err
	}
	found, err := fetchings(tx, ids)
	if err != nil {
		return nil, err
	}
	waiting, err := Fetches(tx, shops)
	if err != nil {
		return nil, err
	}
	for _, f := range waiting {
		known := slices.ContainsFunc(found, func(g Fetching) bool { return g.Order.ID == f.Order.ID })
		if !known && len(text) >= 4 && strings.HasSuffix(f.Order.ExternalNo, strings.ToUpper(text)) {
			found = append(found, f)
		}
	}
	return slices.DeleteFunc(found, func(f Fetching) bool { return !whole && (f.Order.Ended() || !fetched(f.Order)) }), nil
}

func fetched(o *order.Order) bool { return o.Kind == order.PickUp || o.Kind == order.Counter }

func inScope(tx *db.Tx, scope staff.Scope, ids []id.Order) (own []id.Order, err error) {
	cards, err := order.Cards(tx, ids)
	for _, n := range ids {
		if c, known := cards[n]; known && scope.HasShop(c.Shop) {
			own = append(own, n)
		}
	}
	return own, err
}

// HandOut gives an order's packed packages to the customer who came for it. proof is
// what they know of it: see Proves. Faults: order.ErrMissing, ErrNotFetched, ErrHeldBack,
// ErrNotPaid, ErrLacking, ErrNotPacked, ErrFetched, ErrProof.
func HandOut(tx *db.Tx, kit Kit, n id.Order, proof string) ([]id.Package, error) {
	f, err := fetchingOf(tx, n)
	if err != nil {
		return nil, err
	}
	if f.Not != nil {
		return nil, f.Not
	}
	proven, err := Proves(tx, kit, []*order.Order{f.Order}, proof)
	if err == nil && !proven[n] {
		err = ErrProof.With(f.Order.ExternalNo)
	}
	if err != nil {
		return nil, err
	}
	out, err := Collect(tx, f.Ready)
	if err == nil {
		err = firstFault(out)
	}
	return f.Ready, err
}

// fetchingOf locks one order and says what of it can be handed out.
func fetchingOf(tx *db.Tx, n id.Order) (Fetching, error) {
	locked, err := order.Lock(tx, []id.Order{n})
	if err != nil {
		return Fetching{}, err
	}
	if len(locked) == 0 {
		return Fetching{}, order.ErrMissing
	}
	found, err := fetchings(tx, []id.Order{n})
	if err != nil {
		return Fetching{}, err
	}
	return found[0], nil
}

// proofLeast is how much of a number's end tells one order from another.
const proofLeast = 6

// Proves says to which orders belongs what somebody at the counter knows: the phone or
// its last four digits, or the order's number, of which the end will do.
func Proves(tx *db.Tx, kit Kit, orders []*order.Order, text string) (map[id.Order]bool, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	recipients := make([]id.Recipient, len(orders))
	for i, o := range orders {
		recipients[i] = o.Recipient
	}
	ends, err := customer.Ends(tx, kit.Keys, recipients, text)
	proven := map[id.Order]bool{}
	for _, o := range orders {
		proven[o.ID] = ends[o.Recipient] || numbered(o, text)
	}
	return proven, err
}

// numbered says that a text is an order's number, or enough of its end.
func numbered(o *order.Order, text string) bool {
	no := strings.ToUpper(o.ExternalNo)
	return text == o.ID.String() || text != "" && text == no || len(text) >= proofLeast && strings.HasSuffix(no, text)
}

func fetchings(tx *db.Tx, ids []id.Order) ([]Fetching, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return nil, err
	}
	cards, err := order.Cards(tx, ids)
	if err != nil {
		return nil, err
	}
	packages, err := fulfilment.OfOrders(tx, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(orders, func(a, b *order.Order) int { return cmp.Compare(a.ID, b.ID) })
	list := make([]Fetching, len(orders))
	for i, o := range orders {
		list[i] = fetching(o, cards[o.ID], packages[o.ID], tx.Now())
	}
	return list, nil
}

// fetching says what of an order can be handed out now, or why nothing can.
func fetching(o *order.Order, c order.Card, packages []*fulfilment.Package, now db.Instant) Fetching {
	f := Fetching{Order: o, Card: c}
	for _, p := range packages {
		if p.Live() {
			f.Packages = append(f.Packages, p)
		}
		if p.MayHandOver() == nil {
			f.Ready = append(f.Ready, p.ID)
		}
	}
	no := o.ExternalNo
	switch {
	case !fetched(o):
		f.Not = ErrNotFetched.With(no)
	case o.Ended():
		f.Not = ErrFetched.With(no)
	case c.Blocked:
		f.Not = ErrHeldBack.With(no, c.Why)
	case o.ChannelState == order.Unpaid:
		f.Not = ErrNotPaid.With(no)
	case len(f.Ready) > 0:
	case c.Short:
		f.Not = ErrLacking.With(no)
	default:
		f.Not = ErrNotPacked.With(no)
	}
	if f.Not != nil {
		f.Ready = nil
	}
	var w order.Wishes
	_ = json.Unmarshal([]byte(o.Wishes), &w) // an order without wishes has no day
	f.On = w.On
	today := customer.HouseDay(now)
	f.Overdue = !o.Ended() && (w.On != "" && w.On < today || w.On == "" && now.Time().Sub(o.OrderedAt.Time()) > waitDays*24*time.Hour)
	return f
}
