package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// deskQueue is a queue of the desk: which orders stand in it.
type deskQueue struct {
	key   string
	words []order.Word
	// kind leaves of the held ones those that a kind of hold stops.
	kind string
}

var deskQueues = []deskQueue{
	{key: "held"},
	{key: "service", words: []order.Word{order.WaitService}},
	{key: "finance", words: []order.Word{order.WaitFinance}},
	{key: "delayed"},
	{key: "passed", words: []order.Word{order.Reviewed}},
	{key: "refused", words: []order.Word{order.Refused}},
}

const deskPage = 100

// queueOf gives the queue that an address names, the first where it names none.
func queueOf(q url.Values) deskQueue {
	i := slices.IndexFunc(deskQueues, func(d deskQueue) bool { return d.key == q.Get("queue") })
	queue := deskQueues[max(i, 0)]
	if kind := q.Get("kind"); queue.key == "held" && len(kind) <= 40 {
		queue.kind = kind
	}
	return queue
}

func (q deskQueue) link() string {
	if q.kind != "" {
		return "/review?queue=" + q.key + "&kind=" + url.QueryEscape(q.kind)
	}
	return "/review?queue=" + q.key
}

// waitingOrder is an order of a queue, since when it waits or, in the delayed one, until
// when, and where a page that ends with it goes on.
type waitingOrder struct {
	card order.Card
	at   db.Instant
	mark order.Mark
}

// page reads a page of the queue, those first that wait longest.
func (q deskQueue) page(tx *db.Tx, v *visit, after order.Mark) (list []waitingOrder, err error) {
	switch q.key {
	case "held":
		held, err := review.Holdings(tx, v.caller.Scope, q.kind, id.Hold(after.Value), deskPage+1)
		if err != nil {
			return nil, err
		}
		ids := make([]id.Order, len(held))
		for i, h := range held {
			ids[i] = h.Order
		}
		cards, err := order.Cards(tx, ids)
		for _, h := range held {
			list = append(list, waitingOrder{cards[h.Order], h.Since, order.Mark{Value: int64(h.First), Order: h.Order}})
		}
		return list, err
	case "delayed":
		delays, err := order.Delays(tx, v.caller.Scope, after, deskPage+1)
		for _, d := range delays {
			list = append(list, waitingOrder{d.Card, d.Until, order.Mark{Value: int64(d.Until), Order: d.Order}})
		}
		return list, err
	}
	sheaf, err := order.Browse(tx, order.Browsing{Words: q.words, Scope: v.caller.Scope, Turned: true, Limit: deskPage + 1, After: after})
	for _, c := range sheaf.Cards {
		list = append(list, waitingOrder{c, c.OrderedAt, order.Mark{Value: int64(c.OrderedAt), Order: c.Order}})
	}
	return list, err
}

// deskTab is a queue, or a kind of hold, as the page shows it.
type deskTab struct {
	Key, Label, Link, Age string
	Count                 string
	Here                  bool
}

// deskRow is an order of the desk's list, with how long it waits and who works on it.
type deskRow struct {
	orderRow
	Taken, Age, AgeClass string
	Here                 bool
}

// desk is the review desk: queues, the orders of one, and beside it the order that the
// cursor stands on.
func (s *Site) desk(v *visit) error { return s.showDesk(v, http.StatusOK, nil) }

func (s *Site) showDesk(v *visit, status int, c *complaint) error {
	q := v.r.URL.Query()
	if v.r.Method != http.MethodGet {
		q = url.Values{"queue": {v.r.PostFormValue("queue")}, "kind": {v.r.PostFormValue("kind")}, "at": {v.r.PostFormValue("order")}}
	}
	queue := queueOf(q)
	var rows []deskRow
	var tabs, kinds []deskTab
	next := ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		after, _ := readOrderMark(q.Get("after")) // what cannot be read is the first page
		list, err := queue.page(tx, v, after)
		if err != nil {
			return err
		}
		if len(list) > deskPage {
			list = list[:deskPage]
			next = queue.link() + "&after=" + orderMark(list[deskPage-1].mark)
		}
		if rows, err = s.deskRows(tx, v, queue, list, q.Get("at")); err != nil {
			return err
		}
		if tabs, err = v.deskTabs(tx, queue); err != nil || queue.key != "held" {
			return err
		}
		kinds, err = v.holdTabs(tx, queue)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "review", map[string]any{"Title": v.word("review"), "Tabs": tabs, "Kinds": kinds, "Rows": rows, "Next": next,
		"Queue": queue.key, "Kind": queue.kind, "FormKey": formKey(), "Complaint": c, "Acts": v.deskActs(queue), "Paged": q.Get("after") != "",
		"From": queue.link(), "AgeWord": v.word(map[bool]string{true: "desk_passes", false: "col_since"}[queue.key == "delayed"])})
}

// lateAfter is how long an order may stand in a queue before its age is marked.
const lateAfter = 4 * time.Hour

func (s *Site) deskRows(tx *db.Tx, v *visit, q deskQueue, list []waitingOrder, at string) ([]deskRow, error) {
	cards, ids := make([]order.Card, len(list)), make([]id.Order, len(list))
	for i, one := range list {
		cards[i], ids[i] = one.card, one.card.Order
	}
	known, err := s.orderRows(tx, v, cards, "")
	if err != nil {
		return nil, err
	}
	claims, err := review.Claims(tx, ids)
	rows := make([]deskRow, len(list))
	for i, r := range known {
		rows[i] = deskRow{orderRow: r, Here: r.Order == at, Age: v.age(list[i].at, tx.Now())}
		if q.key == "delayed" {
			rows[i].Age, rows[i].AgeClass = v.left(list[i].at, tx.Now())
		} else if list[i].at.Add(lateAfter) < tx.Now() {
			rows[i].AgeClass = "bad"
		}
		if c, there := claims[ids[i]]; there && c.Actor != v.caller.Actor {
			rows[i].Taken = c.Name
		}
	}
	return rows, err
}

func (v *visit) deskTabs(tx *db.Tx, here deskQueue) (tabs []deskTab, err error) {
	words, held, err := order.CountsIn(tx, v.caller.Scope)
	if err != nil {
		return nil, err
	}
	delayed, err := order.CountDelays(tx, v.caller.Scope)
	for _, q := range deskQueues {
		n := map[string]int64{"held": held, "delayed": delayed}[q.key]
		for _, w := range q.words {
			n += words[w]
		}
		t := deskTab{Key: q.key, Label: v.word("desk_" + q.key), Link: q.link(), Count: number(n), Here: q.key == here.key}
		for _, w := range q.words {
			since, err := order.Oldest(tx, v.caller.Scope, w)
			if err != nil {
				return nil, err
			}
			if since > 0 {
				t.Age = v.age(since, tx.Now())
			}
		}
		tabs = append(tabs, t)
	}
	return tabs, err
}

// holdTabs are the kinds of hold, each with how many orders it stops and since when.
func (v *visit) holdTabs(tx *db.Tx, here deskQueue) (tabs []deskTab, err error) {
	tallies, err := review.HoldCounts(tx, v.caller.Scope)
	for _, t := range tallies {
		q := deskQueue{key: "held", kind: t.Kind}
		tabs = append(tabs, deskTab{Key: t.Kind, Label: v.kind(t.Kind), Link: q.link(), Count: number(t.Orders), Age: v.age(t.Since, tx.Now()), Here: t.Kind == here.kind})
	}
	return tabs, err
}
