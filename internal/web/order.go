package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// order is the page of one order.
func (s *Site) order(v *visit) error {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return order.ErrMissing
	}
	var k flow.View
	err := s.cfg.DB.Read(context.WithoutCancel(v.r.Context()), func(tx *db.Tx) (err error) {
		k, err = flow.Look(tx, v.caller.Scope, id.Order(n))
		return err
	})
	if err != nil {
		return err
	}
	sum := summary{now: k.Now, shops: map[id.Shop]shop.Shop{k.Shop.ID: k.Shop}}
	var live []review.Hold
	for _, h := range k.Holds {
		if h.ReleasedAt == 0 {
			live = append(live, h)
		}
	}
	return s.render(v, http.StatusOK, "order", map[string]any{
		"Title": v.word("order") + " " + k.Order.ExternalNo, "Live": true, "At": v.stampOf(k.Now, k.Now, houseZone),
		"Row": v.row(k.Card, &sum, live), "Currency": string(k.Order.Currency), "Contact": k.Recipient, "Times": v.times(&k), "Money": moneyOf(k.Order),
		"Lines": v.lines(&k), "Holds": v.holds(&k), "Work": v.workRows(&sum, k.Work),
		"Packages": v.packages(&k), "Notices": v.notices(&k),
		"Timeline": v.timeline(&k),
	})
}

// fact is a name and a value.
type fact struct {
	Key, Value, Full string
}

func (v *visit) times(k *flow.View) (list []fact) {
	o := k.Order
	for _, t := range []struct {
		key string
		at  db.Instant
	}{
		{"ordered_at", o.OrderedAt}, {"paid_at", o.PaidAt}, {"accepted_at", o.AcceptedAt}, {"ship_by", o.ShipBy},
		{"completed_at", o.CompletedAt}, {"cancelled_at", o.CancelledAt},
	} {
		if t.at != 0 {
			s := v.stampOf(t.at, k.Now, k.Shop.TimeZone)
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

func (v *visit) lines(k *flow.View) (rows []lineRow) {
	claims := k.Order.Claims(true)
	for _, l := range k.Order.Lines {
		r := lineRow{Line: l, Part: l.Kind == order.Component, KindKey: "kind_" + string(l.Kind),
			Price:  price(l.Price, k.Order.Currency),
			DueTxt: price(l.Due, k.Order.Currency)}
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

func (v *visit) holds(k *flow.View) (rows []holdRow) {
	for _, h := range k.Holds {
		r := holdRow{Reason: pair{h.ReasonZH, h.ReasonEN}.in(v.lang), Live: h.ReleasedAt == 0, Source: h.Source,
			Since: v.stampOf(h.PlacedAt, k.Now, k.Shop.TimeZone), Ends: v.word("ends_" + string(h.ReleaseHow)), Until: v.stampOf(h.Deadline, k.Now, k.Shop.TimeZone)}
		if !r.Live {
			r.Ends, r.By, r.Until = v.word("released"), h.ReleasedBy, v.stampOf(h.ReleasedAt, k.Now, k.Shop.TimeZone)
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

func (v *visit) packages(k *flow.View) (rows []packageRow) {
	names := map[id.Line]string{}
	for _, l := range k.Order.Lines {
		names[l.ID] = l.Name
	}
	for _, p := range k.Packages {
		zh, en := p.State.Words()
		r := packageRow{ID: p.ID.String(), Warehouse: k.Warehouses[p.Warehouse].Name, State: pair{zh, en}.in(v.lang),
			Class: packageClass(p.State), Stop: p.Stop,
			Carrier: strings.TrimSpace(k.Carriers[p.Carrier].Name + " " + p.Service)}
		if w := k.Waybills[p.ID]; w != nil {
			r.Number = w.Number
		}
		for _, it := range p.Items {
			if it.Order == k.Order.ID {
				r.Goods = append(r.Goods, names[it.Line]+" × "+number(it.Qty))
			}
		}
		for _, e := range slices.Backward(k.News[p.ID]) {
			zh, en := e.State.Words()
			r.News = append(r.News, newsRow{State: pair{zh, en}.in(v.lang), Text: e.Text,
				Time: v.stampOf(e.At, k.Now, k.Shop.TimeZone)})
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

func (v *visit) notices(k *flow.View) (rows []noticeRow) {
	for _, n := range k.Notices {
		at := n.EndedAt
		if at == 0 {
			at = n.QueuedAt
		}
		rows = append(rows, noticeRow{What: v.word("notice_" + string(n.Template)),
			State: v.word("notice_" + string(n.State)), Error: n.LastError,
			Time: v.stampOf(at, k.Now, k.Shop.TimeZone)})
	}
	return rows
}

// event is one thing that happened, in words.
type event struct {
	What, Detail, By string
	Time             stamp
}

func (v *visit) timeline(k *flow.View) (events []event) {
	holds := map[int64]review.Hold{}
	for _, h := range k.Holds {
		holds[int64(h.ID)] = h
	}
	for _, r := range slices.Backward(k.Rows) {
		e := event{What: v.did(r), By: v.actor(r.By.Actor), Time: v.stampOf(r.At, k.Now, k.Shop.TimeZone)}
		switch h, held := holds[r.ID]; {
		case held:
			e.Detail = pair{h.ReasonZH, h.ReasonEN}.in(v.lang)
		case r.About == "package":
			e.Detail = id.Package(r.ID).String()
		case r.What != "completed": // whose reason is always the same
			e.Detail = reason(r.Payload)
		}
		events = append(events, e)
	}
	return events
}

// did says what a row tells: by its words, or for a package by the state it reached.
func (v *visit) did(r flow.Happened) string {
	if w, known := words["did_"+r.About+"_"+r.What]; known {
		return w.in(v.lang)
	}
	if zh, en := fulfilment.State(r.What).Words(); r.About == "package" && zh != "" {
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

// orderRoutes are those of orders and of the search.
func orderRoutes() []Route {
	const read = staff.OrderRead
	return []Route{
		{"GET", "/orders", read, false, (*Site).orders},
		{"POST", "/orders/columns", read, false, (*Site).chooseColumns},
		{"POST", "/orders/views", read, false, (*Site).keepView},
		{"POST", "/orders/views/first", read, false, (*Site).startView},
		{"POST", "/orders/views/drop", read, false, (*Site).dropView},
		{"GET", "/orders/bulk", read, false, (*Site).batches},
		{"POST", "/orders/bulk", read, false, (*Site).draftBatch},
		{"GET", "/orders/bulk/{id}", read, false, (*Site).batchPage},
		{"POST", "/orders/bulk/{id}", read, false, (*Site).goBatch},
		{"POST", "/undo/orders/{id}", read, false, (*Site).undoBatch},
		{"POST", "/orders/export", staff.FileExport, false, (*Site).exportOrders},
		{"GET", "/orders/{id}", read, false, (*Site).order},
	}
}
