package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
)

// known is what the rooms know of one order, in no language yet.
type known struct {
	now        db.Instant
	order      *order.Order
	card       order.Card
	shop       shop.Shop
	recipient  customer.Recipient
	holds      []review.Hold
	work       []review.Exception
	packages   []*fulfilment.Package
	waybills   map[id.Package]*shipping.Waybill
	news       map[id.Package][]shipping.Event
	notices    []notice.Notice
	warehouses map[id.Warehouse]string
	carriers   map[id.Carrier]string
	rows       []happened
}

// happened is a journal row and what sort of thing it is about.
type happened struct {
	journal.Row
	about string
}

const shownMax = 200

// look gathers an order on one snapshot. Fault: order.ErrMissing.
func look(tx *db.Tx, n id.Order) (k known, err error) {
	k = known{now: tx.Now(), warehouses: map[id.Warehouse]string{}, carriers: map[id.Carrier]string{},
		news: map[id.Package][]shipping.Event{}}
	orders, err := order.Get(tx, []id.Order{n})
	if err != nil {
		return k, err
	}
	if len(orders) == 0 {
		return k, order.ErrMissing
	}
	k.order = orders[0]
	cards, err := order.Cards(tx, []id.Order{n})
	if err != nil {
		return k, err
	}
	shops, err := shop.ByID(tx, []id.Shop{k.order.Shop})
	if err != nil {
		return k, err
	}
	people, err := customer.Get(tx, []id.Recipient{k.order.Recipient})
	if err != nil {
		return k, err
	}
	k.card, k.shop, k.recipient = cards[n], shops[k.order.Shop], people[k.order.Recipient]
	if k.holds, err = review.Holds(tx, n, 0, shownMax); err != nil {
		return k, err
	}
	if k.work, err = review.List(tx, review.Filter{Order: n, Limit: shownMax}); err != nil {
		return k, err
	}
	if k.notices, err = notice.OfOrder(tx, n); err != nil {
		return k, err
	}
	if err := k.lookPackages(tx, n); err != nil {
		return k, err
	}
	return k, k.lookTimeline(tx)
}

func (k *known) lookPackages(tx *db.Tx, n id.Order) error {
	of, err := fulfilment.OfOrders(tx, []id.Order{n})
	if err != nil {
		return err
	}
	k.packages = of[n]
	ids := make([]id.Package, len(k.packages))
	for i, p := range k.packages {
		ids[i] = p.ID
		if k.news[p.ID], err = shipping.Timeline(tx, p.ID); err != nil {
			return err
		}
	}
	if k.waybills, err = shipping.OfPackages(tx, ids); err != nil {
		return err
	}
	places, err := inventory.Warehouses(tx)
	for _, w := range places {
		k.warehouses[w.ID] = w.Name
	}
	if err != nil {
		return err
	}
	carriers, err := carrier.All(tx)
	for _, c := range carriers {
		k.carriers[c.ID] = c.Name
	}
	return err
}

// lookTimeline lays the journal rows of everything about the order on one line.
func (k *known) lookTimeline(tx *db.Tx) error {
	add := func(about string, object int64) error {
		rows, err := journal.Timeline(tx, object, 0, shownMax)
		for _, r := range rows {
			k.rows = append(k.rows, happened{r, about})
		}
		return err
	}
	err := add("order", int64(k.order.ID))
	for i := 0; err == nil && i < len(k.holds); i++ {
		err = add("hold", int64(k.holds[i].ID))
	}
	for i := 0; err == nil && i < len(k.packages); i++ {
		p := k.packages[i].ID
		if err = add("package", int64(p)); err == nil && k.waybills[p] != nil {
			err = add("waybill", int64(k.waybills[p].ID))
		}
	}
	for i := 0; err == nil && i < len(k.notices); i++ {
		err = add("notice", int64(k.notices[i].ID))
	}
	// Of one instant, the order in which they were written.
	slices.SortStableFunc(k.rows, func(a, b happened) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
	})
	return err
}

// order is the page of one order.
func (s *Site) order(v *visit) error {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return order.ErrMissing
	}
	var k known
	err := s.cfg.DB.Read(context.WithoutCancel(v.r.Context()), func(tx *db.Tx) (err error) {
		k, err = look(tx, id.Order(n))
		return err
	})
	if err != nil {
		return err
	}
	sum := summary{now: k.now, shops: map[id.Shop]shop.Shop{k.shop.ID: k.shop}}
	var live []review.Hold
	for _, h := range k.holds {
		if h.ReleasedAt == 0 {
			live = append(live, h)
		}
	}
	return s.render(v, http.StatusOK, "order", map[string]any{
		"Title": v.word("order") + " " + k.order.ExternalNo, "Live": true, "At": v.stampOf(k.now, k.now, houseZone),
		"Row": v.row(k.card, &sum, live), "Currency": string(k.order.Currency), "Contact": k.recipient, "Times": v.times(&k), "Money": moneyOf(k.order),
		"Lines": v.lines(&k), "Holds": v.holds(&k), "Work": v.workRows(&sum, k.work),
		"Packages": v.packages(&k), "Notices": v.notices(&k),
		"Timeline": v.timeline(&k),
	})
}

// fact is a name and a value.
type fact struct {
	Key, Value, Full string
}

func (v *visit) times(k *known) (list []fact) {
	o := k.order
	for _, t := range []struct {
		key string
		at  db.Instant
	}{
		{"ordered_at", o.OrderedAt}, {"paid_at", o.PaidAt}, {"accepted_at", o.AcceptedAt}, {"ship_by", o.ShipBy},
		{"completed_at", o.CompletedAt}, {"cancelled_at", o.CancelledAt},
	} {
		if t.at != 0 {
			s := v.stampOf(t.at, k.now, k.shop.TimeZone)
			list = append(list, fact{t.key, s.Short, s.Full})
		}
	}
	return list
}

func moneyOf(o *order.Order) []fact {
	list := []fact{{Key: "goods", Value: price(o.Goods, o.Currency)}}
	if o.Discount != 0 {
		list = append(list, fact{Key: "discount", Value: price(-o.Discount, o.Currency)})
	}
	if o.Freight != 0 {
		list = append(list, fact{Key: "freight", Value: price(o.Freight, o.Currency)})
	}
	if o.Fee != 0 {
		list = append(list, fact{Key: "fee", Value: price(o.Fee, o.Currency)})
	}
	return append(list, fact{Key: "total", Value: price(o.Total, o.Currency)},
		fact{Key: "paid", Value: price(o.Paid, o.Currency)})
}

// lineRow is one line of an order.
type lineRow struct {
	*order.Line
	Part                   bool
	KindKey, Price, DueTxt string
	ShortQty               int64
}

func (v *visit) lines(k *known) (rows []lineRow) {
	claims := k.order.Claims(true)
	for _, l := range k.order.Lines {
		r := lineRow{Line: l, Part: l.Kind == order.Component, KindKey: "kind_" + string(l.Kind),
			Price:  price(l.Price, k.order.Currency),
			DueTxt: price(l.Due, k.order.Currency)}
		if claims && l.Moves() {
			r.ShortQty = max(l.Short(), 0)
		}
		rows = append(rows, r)
	}
	return rows
}

// holdRow is one hold with how it ends.
type holdRow struct {
	Reason, Ends, By, Source string
	Live                     bool
	Since, Until             stamp
}

func (v *visit) holds(k *known) (rows []holdRow) {
	for _, h := range k.holds {
		r := holdRow{Reason: pair{h.ReasonZH, h.ReasonEN}.in(v.lang), Live: h.ReleasedAt == 0, Source: h.Source,
			Since: v.stampOf(h.PlacedAt, k.now, k.shop.TimeZone), Ends: v.word("ends_" + string(h.ReleaseHow)), Until: v.stampOf(h.Deadline, k.now, k.shop.TimeZone)}
		if !r.Live {
			r.Ends, r.By, r.Until = v.word("released"), h.ReleasedBy, v.stampOf(h.ReleasedAt, k.now, k.shop.TimeZone)
		}
		rows = append(rows, r)
	}
	return rows
}

// packageRow is one package with its goods and news.
type packageRow struct {
	ID, Warehouse, State, Class, Stop, Carrier, Number string
	Goods                                              []string
	News                                               []newsRow
}

type newsRow struct {
	State, Text string
	Time        stamp
}

func (v *visit) packages(k *known) (rows []packageRow) {
	names := map[id.Line]string{}
	for _, l := range k.order.Lines {
		names[l.ID] = l.Name
	}
	for _, p := range k.packages {
		zh, en := p.State.Words()
		r := packageRow{ID: p.ID.String(), Warehouse: k.warehouses[p.Warehouse], State: pair{zh, en}.in(v.lang),
			Class: packageClass(p.State), Stop: p.Stop,
			Carrier: strings.TrimSpace(k.carriers[p.Carrier] + " " + p.Service)}
		if w := k.waybills[p.ID]; w != nil {
			r.Number = w.Number
		}
		for _, it := range p.Items {
			if it.Order == k.order.ID {
				r.Goods = append(r.Goods, names[it.Line]+" × "+number(it.Qty))
			}
		}
		for _, e := range slices.Backward(k.news[p.ID]) {
			zh, en := e.State.Words()
			r.News = append(r.News, newsRow{State: pair{zh, en}.in(v.lang), Text: e.Text,
				Time: v.stampOf(e.At, k.now, k.shop.TimeZone)})
		}
		rows = append(rows, r)
	}
	return rows
}

func packageClass(s fulfilment.State) string {
	switch s {
	case fulfilment.Planned, fulfilment.Released, fulfilment.Picking:
		return "pick"
	case fulfilment.Picked:
		return "pack"
	case fulfilment.Packed:
		return "ship"
	case fulfilment.HandedOver, fulfilment.InTransit:
		return "out"
	case fulfilment.Delivered:
		return "done"
	case fulfilment.Voided:
		return "plain"
	}
	return "bad"
}

// noticeRow is one message to the customer.
type noticeRow struct {
	What, State, Error string
	Time               stamp
}

func (v *visit) notices(k *known) (rows []noticeRow) {
	for _, n := range k.notices {
		at := n.EndedAt
		if at == 0 {
			at = n.QueuedAt
		}
		rows = append(rows, noticeRow{What: v.word("notice_" + string(n.Template)),
			State: v.word("notice_" + string(n.State)), Error: n.LastError,
			Time: v.stampOf(at, k.now, k.shop.TimeZone)})
	}
	return rows
}

// event is one thing that happened, in words.
type event struct {
	What, Detail, By string
	Time             stamp
}

func (v *visit) timeline(k *known) (events []event) {
	holds := map[int64]review.Hold{}
	for _, h := range k.holds {
		holds[int64(h.ID)] = h
	}
	for _, r := range slices.Backward(k.rows) {
		e := event{What: v.did(r), By: v.actor(r.By.Actor), Time: v.stampOf(r.At, k.now, k.shop.TimeZone)}
		switch h, held := holds[r.ID]; {
		case held:
			e.Detail = pair{h.ReasonZH, h.ReasonEN}.in(v.lang)
		case r.about == "package":
			e.Detail = id.Package(r.ID).String()
		case r.What != "completed": // whose reason is always the same
			e.Detail = reason(r.Payload)
		}
		events = append(events, e)
	}
	return events
}

// did says what a row tells: by its words, or for a package by the state it reached.
func (v *visit) did(r happened) string {
	if w, known := words["did_"+r.about+"_"+r.What]; known {
		return w.in(v.lang)
	}
	if zh, en := fulfilment.State(r.What).Words(); r.about == "package" && zh != "" {
		return v.word("package") + " " + pair{zh, en}.in(v.lang)
	}
	return r.What
}

// actor names who did it; what runs by itself is the system.
func (v *visit) actor(name string) string {
	kind, _, _ := strings.Cut(name, ":")
	if slices.Contains([]string{"reader", "job", "errand", "worker", "system"}, kind) {
		return v.word("system")
	}
	return name
}

// reason gives the why of a payload, empty where it has none.
func reason(payload string) string {
	var said struct {
		Why  string `json:"why"`
		Note string `json:"note"`
	}
	_ = json.Unmarshal([]byte(payload), &said) // a payload without one needs no words
	return cmp.Or(said.Why, said.Note)
}
