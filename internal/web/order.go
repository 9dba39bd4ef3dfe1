package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// orderShow is what a page of an order shows beside the order: what was refused, that
// somebody else changed it meanwhile, and the recipient in the clear.
type orderShow struct {
	complaint *complaint
	stale     bool
	plain     *customer.Contact
}

// order is the page of one order.
func (s *Site) order(v *visit) error { return s.showOrder(v, http.StatusOK, orderShow{}) }

func (s *Site) showOrder(v *visit, status int, show orderShow) error {
	n, err := v.orderOf()
	if err != nil {
		return err
	}
	var k flow.View
	var more orderMore
	err = s.cfg.DB.Read(context.WithoutCancel(v.r.Context()), func(tx *db.Tx) (err error) {
		if k, err = flow.Look(tx, v.caller.Scope, n); err != nil {
			return err
		}
		return s.moreOf(tx, v, &k, &more)
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
	left, leftClass := "", ""
	if k.Card.ShipBy > 0 && k.Card.Word.Leaving() {
		left, leftClass = v.left(k.Card.ShipBy, k.Now)
	}
	sides := v.ways(&k, show.stale)
	return s.render(v, status, "order", map[string]any{
		"Title": v.word("order") + " " + k.Order.ExternalNo, "At": v.stampOf(k.Now, k.Now, houseZone),
		"Row": v.row(k.Card, &sum, live), "O": k.Order, "Left": left, "LeftClass": leftClass, "Flag": k.Order.Flag, "Tags": strings.Fields(k.Order.Tags),
		"Currency": string(k.Order.Currency), "Contact": k.Recipient, "Times": v.times(&k), "Money": moneyOf(k.Order),
		"Lines": v.lines(&k, &more), "Holds": v.holds(&k), "Work": v.workRows(&sum, k.Work),
		"Packages": v.packages(&k), "Notices": v.notices(&k), "Notes": more.notes, "Acts": more.acts, "Step": more.step,
		"Timeline": v.timeline(&k), "Shows": v.timelineShows(), "Plain": show.plain, "Seconds": revealSeconds,
		"Complaint": show.complaint, "Sides": sides, "FormKey": formKey(), "From": more.from, "Before": more.before, "After": more.after,
		"MayReveal": v.caller.May(staff.PersonReveal) && k.Recipient.ErasedAt == 0, "RevealsLeft": more.revealsLeft,
		"MayEdit": v.caller.May(staff.OrderEdit) && !k.Order.Ended(), "MayNote": v.caller.May(staff.OrderEdit),
		"MayCancel": v.caller.May(staff.OrderCancel) && !k.Order.Ended(), "Ended": k.Order.Ended(), "Flags": []int{0, 1, 2, 3, 4, 5},
		"Typed": v.typed(k.Order, show), "People": more.people,
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
	list = append(list, fact{Key: "total", Value: price(o.Total, o.Currency)})
	if owed := o.Payable(); owed != o.Total {
		list = append(list, fact{Key: "taken_back", Value: price(owed-o.Total, o.Currency)}, fact{Key: "payable", Value: price(owed, o.Currency)})
	}
	return append(list,
		fact{Key: "paid", Value: price(o.Paid, o.Currency)})
}

// lineRow is one line of an order.
type lineRow struct {
	*order.Line
	Part                   bool
	KindKey, Price, DueTxt string
	ShortQty               int64
	// Where says from which warehouse, bins and lots its goods come; Left is what may
	// still be cancelled.
	Where string
	Left  int64
}

func (v *visit) lines(k *flow.View, more *orderMore) (rows []lineRow) {
	claims := k.Order.Claims(true)
	for _, l := range k.Order.Lines {
		r := lineRow{Line: l, Part: l.Kind == order.Component, KindKey: "kind_" + string(l.Kind),
			Price:  price(l.Price, k.Order.Currency),
			DueTxt: price(l.Due, k.Order.Currency), Where: strings.Join(more.where[l.ID], "、"), Left: max(l.Open(), 0)}
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
	Changes          []changeRow
}

// timelineKinds are the parts of the timeline that can be looked at alone.
var timelineKinds = []string{"", "people", "order", "hold", "package", "recipient"}

// timelineShow is a part of the timeline and its address.
type timelineShow struct {
	Word, Link string
	Here       bool
}

func (v *visit) timelineShows() (list []timelineShow) {
	now := v.r.URL.Query().Get("show")
	for _, kind := range timelineKinds {
		list = append(list, timelineShow{v.word("show_" + kind), v.with("show", kind) + "#timeline", kind == now})
	}
	return list
}

func (v *visit) timeline(k *flow.View) (events []event) {
	holds := map[int64]review.Hold{}
	for _, h := range k.Holds {
		holds[int64(h.ID)] = h
	}
	show := v.r.URL.Query().Get("show")
	rows := slices.Concat(k.Rows, k.Seen)
	slices.SortStableFunc(rows, func(a, b flow.Happened) int { return cmp.Compare(a.At, b.At) })
	for _, r := range slices.Backward(rows) {
		person := strings.HasPrefix(r.By.Actor, "S-")
		if show == "people" && !person || show != "" && show != "people" && slices.Contains(timelineKinds, show) && show != r.About {
			continue
		}
		e := event{What: v.did(r), By: v.actor(k.Name(r.By.Actor)), Time: v.stampOf(r.At, k.Now, k.Shop.TimeZone)}
		if r.About == "order" {
			changed := k.Changes[r.Version]
			if r.What == "reviewed" {
				changed = reviewed(r.Payload)
			}
			e.Changes = v.changes(changed, k.Order.Currency, k.Now)
		}
		switch h, held := holds[r.ID]; {
		case held:
			e.Detail = pair{h.ReasonZH, h.ReasonEN}.in(v.lang)
		case r.About == "package":
			e.Detail = id.Package(r.ID).String()
		case len(e.Changes) > 0:
			e.Detail = why(r.Payload)
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
		Why     string   `json:"why"`
		Note    string   `json:"note"`
		Reason  string   `json:"reason"`
		Changed []string `json:"changed"`
	}
	_ = json.Unmarshal([]byte(payload), &said) // a payload without one needs no words
	return cmp.Or(said.Why, said.Note, said.Reason, strings.Join(said.Changed, ", "))
}

// why is reason without the names of what changed: they stand beside it in words.
func why(payload string) string {
	var said struct {
		Why string `json:"why"`
	}
	_ = json.Unmarshal([]byte(payload), &said) // a payload without one needs no words
	return said.Why
}

// orderRoutes are those of orders and of the search.
func orderRoutes() []Route {
	const read = staff.OrderRead
	return slices.Concat([]Route{
		{Method: "GET", Path: "/orders", Permit: read, handle: (*Site).orders},
		{Method: "GET", Path: "/orders/alike", Permit: read, handle: (*Site).alike},
		{Method: "GET", Path: "/orders/{id}/brief", Permit: read, handle: (*Site).orderBrief},
		{Method: "POST", Path: "/orders/columns", Permit: read, handle: (*Site).chooseColumns},
		{Method: "POST", Path: "/orders/views", Permit: read, handle: (*Site).keepView},
		{Method: "POST", Path: "/orders/views/first", Permit: read, handle: (*Site).startView},
		{Method: "POST", Path: "/orders/views/drop", Permit: read, handle: (*Site).dropView},
		{Method: "GET", Path: "/batches", Permit: read, handle: (*Site).batches},
		{Method: "POST", Path: "/batches", Permit: read, handle: (*Site).draftBatch},
		{Method: "GET", Path: "/batches/{id}", Permit: read, handle: (*Site).batchPage},
		{Method: "POST", Path: "/batches/{id}", Permit: read, handle: (*Site).goBatch},
		{Method: "POST", Path: "/undo/orders/{id}", Permit: read, handle: (*Site).undoBatch},
		{Method: "GET", Path: "/search", Permit: read, handle: (*Site).search},
		{Method: "POST", Path: "/search", Permit: read, handle: (*Site).ask},
		{Method: "POST", Path: "/orders/export", Permit: staff.FileExport, handle: (*Site).exportOrders},
	}, newOrderRoutes(), orderActRoutes())
}
