package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// reviewRoutes are those of the review desk.
func reviewRoutes() []Route {
	return []Route{
		{"GET", "/review", staff.OrderRead, false, (*Site).desk},
		{"GET", "/review/orders/{id}", staff.OrderRead, false, (*Site).deskDetail},
		{"POST", "/review/orders/{id}/claim", staff.OrderRead, false, (*Site).deskClaim},
		{"POST", "/review/acts", staff.OrderRead, false, (*Site).deskAct},
	}
}

// deskQueue is a queue of the desk: which orders stand in it.
type deskQueue struct {
	key     string
	words   []order.Word
	blocked bool
}

var deskQueues = []deskQueue{
	{key: "held", blocked: true},
	{key: "service", words: []order.Word{order.WaitService}},
	{key: "finance", words: []order.Word{order.WaitFinance}},
	{key: "passed", words: []order.Word{order.Reviewed}},
	{key: "refused", words: []order.Word{order.Refused}},
}

func (q deskQueue) browsing(scope staff.Scope) order.Browsing {
	return order.Browsing{Words: q.words, Blocked: q.blocked, Scope: scope, Turned: true, Limit: deskPage} // who waits longest first
}

const deskPage = 100

// queueOf gives the queue that an address names, the first where it names none.
func queueOf(q url.Values) deskQueue {
	i := slices.IndexFunc(deskQueues, func(d deskQueue) bool { return d.key == q.Get("queue") })
	return deskQueues[max(i, 0)]
}

// deskTab is a queue as the page shows it.
type deskTab struct {
	Key, Label, Link, Age string
	Count                 string
	Here                  bool
}

// deskRow is an order of the desk's list, with who works on it.
type deskRow struct {
	orderRow
	Taken string
	Here  bool
}

// desk is the review desk: queues, the orders of one, and beside it the order that the
// cursor stands on.
func (s *Site) desk(v *visit) error { return s.showDesk(v, http.StatusOK, nil) }

func (s *Site) showDesk(v *visit, status int, c *complaint) error {
	q := v.r.URL.Query()
	if v.r.Method != http.MethodGet {
		q = url.Values{"queue": {v.r.PostFormValue("queue")}, "at": {v.r.PostFormValue("order")}}
	}
	queue := queueOf(q)
	var rows []deskRow
	var tabs []deskTab
	next := ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		f := queue.browsing(v.caller.Scope)
		if value, n, ok := pageEnd(q.Get("after")); ok {
			f.After = order.Mark{Value: value, Order: n}
		}
		sheaf, err := order.Browse(tx, f)
		if err != nil {
			return err
		}
		if sheaf.More {
			next = "/review?queue=" + queue.key + "&after=" + strconv.FormatInt(sheaf.Next.Value, 10) + "." + sheaf.Next.Order.String()
		}
		if rows, err = s.deskRows(tx, v, sheaf.Cards, q.Get("at")); err != nil {
			return err
		}
		tabs, err = v.deskTabs(tx, queue)
		return err
	})
	if err != nil {
		return err
	}
	data := map[string]any{"Title": v.word("review"), "Tabs": tabs, "Rows": rows, "Next": next, "Queue": queue.key, "FormKey": formKey(), "Complaint": c,
		"Acts": v.deskActs(queue), "Paged": q.Get("after") != "", "From": "/review?queue=" + queue.key}
	return s.render(v, status, "review", data)
}

// pageEnd reads where a page ended.
func pageEnd(text string) (value int64, n id.Order, ok bool) {
	left, right, found := strings.Cut(text, ".")
	value, err := strconv.ParseInt(left, 10, 64)
	o, known := id.Parse("O", right)
	return value, id.Order(o), found && err == nil && known
}

func (s *Site) deskRows(tx *db.Tx, v *visit, cards []order.Card, at string) ([]deskRow, error) {
	list, err := s.orderRows(tx, v, cards, "")
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, len(cards))
	for i, c := range cards {
		ids[i] = c.Order
	}
	claims, err := review.Claims(tx, ids)
	rows := make([]deskRow, len(list))
	for i, r := range list {
		rows[i] = deskRow{orderRow: r, Here: r.Order == at}
		if c, there := claims[ids[i]]; there && c.Actor != v.caller.Actor {
			rows[i].Taken = c.Name
		}
	}
	return rows, err
}

func (v *visit) deskTabs(tx *db.Tx, here deskQueue) (tabs []deskTab, err error) {
	words, held, err := order.CountsIn(tx, v.caller.Scope)
	for _, q := range deskQueues {
		n := held
		if !q.blocked {
			n = 0
			for _, w := range q.words {
				n += words[w]
			}
		}
		t := deskTab{Key: q.key, Label: v.word("desk_" + q.key), Link: "/review?queue=" + q.key, Count: number(n), Here: q.key == here.key}
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

// deskButton is a button of the desk: the act on the order that the cursor stands on.
type deskButton struct {
	Verb, Key, Icon, Class string
	Reason                 bool // asks for words first
}

// deskActs are the acts that make sense in a queue, for who may do them.
func (v *visit) deskActs(q deskQueue) (list []deskButton) {
	add := func(p staff.Permit, b deskButton) {
		if v.caller.May(p) {
			list = append(list, b)
		}
	}
	switch q.key {
	case "held":
		add(staff.OrderHold, deskButton{"clear", "a", "check", "first", false})
	case "service":
		add(staff.ReviewService, deskButton{string(flow.ActPassService), "a", "check", "first", false})
	case "finance":
		add(staff.ReviewFinance, deskButton{string(flow.ActPassFinance), "a", "check", "first", false})
	case "passed":
		add(staff.ReviewService, deskButton{string(flow.ActTakeBack), "b", "arrow-back-up", "", true})
	}
	if q.key != "held" && q.key != "refused" {
		add(staff.OrderHold, deskButton{string(flow.ActHold), "x", "player-pause", "", true})
	}
	add(staff.OrderEdit, deskButton{string(flow.ActNote), "n", "note", "", true})
	if q.key != "passed" && q.key != "refused" {
		add(staff.ReviewService, deskButton{"reject", "", "x", "danger", true})
	}
	add(staff.OrderCancel, deskButton{string(flow.ActCancel), "", "ban", "danger", true})
	return list
}

// deskDetail is the order beside the list, or on a page of its own without script.
func (s *Site) deskDetail(v *visit) error { return s.showDetail(v, review.Claim{}) }

// deskClaim claims the order that the cursor stands on, and shows it.
func (s *Site) deskClaim(v *visit) error {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return order.ErrMissing
	}
	var claim review.Claim
	err := s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "review desk"}, func(tx *db.Tx) (err error) {
		if err = flow.Within(tx, v.caller.Scope, id.Order(n)); err != nil {
			return err
		}
		claim, err = review.Take(tx, id.Order(n), v.person.Name)
		return err
	})
	if err != nil {
		return err
	}
	return s.showDetail(v, claim)
}

// causeRow is why something holds an order: the sentence, the rule and its version, and
// what it looked at.
type causeRow struct {
	Reason, Rule, Ends string
	Facts              []fact
	Since              stamp
}

func (s *Site) showDetail(v *visit, claim review.Claim) error {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return order.ErrMissing
	}
	var k flow.View
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		k, err = flow.Look(tx, v.caller.Scope, id.Order(n))
		return err
	})
	if err != nil {
		return err
	}
	taken := ""
	if claim.Actor != "" && claim.Actor != v.caller.Actor {
		taken = v.fill("desk_taken", claim.Name, int(claim.Until.Time().Sub(k.Now.Time()).Minutes())+1)
	}
	return s.render(v, http.StatusOK, "review_order", map[string]any{"Title": v.word("order") + " " + k.Order.ExternalNo, "Order": k.Order.ID.String(),
		"No": k.Order.ExternalNo, "Shop": k.Shop.Name, "State": v.word("word_" + string(k.Card.Word)), "Class": classOf(k.Card.Word), "Blocked": k.Card.Blocked,
		"Causes": v.causes(&k), "Message": k.Order.BuyerMessage, "Memo": k.Order.SellerMemo, "Contact": k.Recipient, "Lines": v.lines(&k, &orderMore{}),
		"Money": moneyOf(k.Order), "Times": v.times(&k), "Taken": taken})
}

func (v *visit) causes(k *flow.View) (rows []causeRow) {
	for _, h := range k.Holds {
		if h.ReleasedAt != 0 {
			continue
		}
		rows = append(rows, causeRow{Reason: pair{h.ReasonZH, h.ReasonEN}.in(v.lang), Rule: h.Source, Ends: v.word("ends_" + string(h.ReleaseHow)),
			Facts: factsOf(h.Facts), Since: v.stampOf(h.PlacedAt, k.Now, k.Shop.TimeZone)})
	}
	return rows
}

// deskAct does one act to the order that the cursor stands on, unless somebody else
// works on it, and leads to the next one of the queue.
func (s *Site) deskAct(v *visit) error {
	n, ok := id.Parse("O", v.r.PostFormValue("order"))
	if !ok {
		return errForm
	}
	verb := v.r.PostFormValue("act")
	if err := v.caller.Need(deskPermit(verb)); err != nil {
		return err
	}
	err := s.act(v, func(tx *db.Tx) (string, error) {
		ids := []id.Order{id.Order(n)}
		if err := flow.Within(tx, v.caller.Scope, ids...); err != nil {
			return "", err
		}
		if err := review.Unclaimed(tx, ids); err != nil {
			return "", err
		}
		if err := s.deskDo(tx, v, verb, id.Order(n)); err != nil {
			return "", err
		}
		to := "/review?queue=" + queueOf(url.Values{"queue": {v.r.PostFormValue("queue")}}).key
		if _, ok := id.Parse("O", v.r.PostFormValue("next")); ok {
			to += "&at=" + v.r.PostFormValue("next")
		}
		return did(to, "desk_"+verb, 0, ""), review.GiveUp(tx, ids)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showDesk(v, status, c)
}

func deskPermit(verb string) staff.Permit {
	switch verb {
	case "clear":
		return staff.OrderHold
	case "reject":
		return staff.ReviewService
	}
	p, _ := permitOf(flow.ActVerb(verb)) // an unknown verb is refused by its act
	return p
}

// deskDo does one act. Clearing releases what a person may release and passes the order
// on where it still waits for customer service.
func (s *Site) deskDo(tx *db.Tx, v *visit, verb string, n id.Order) error {
	reason := strings.TrimSpace(v.r.PostFormValue("reason"))
	if reason == "" {
		reason = pair{"已核对", "looked at"}.in(v.lang)
	}
	switch verb {
	case "reject":
		outcomes, err := flow.Reject(tx, []review.Decision{{Order: n, Reason: reason}})
		return onlyFault(outcomes, err)
	case "clear":
		if err := s.actOne(tx, flow.Act{Verb: flow.ActUnhold, Reason: reason}, n); err != nil {
			return err
		}
		orders, err := order.Get(tx, []id.Order{n})
		if err != nil || len(orders) == 0 || orders[0].Review != order.Pending || !v.caller.May(staff.ReviewService) {
			return err
		}
		return s.actOne(tx, flow.Act{Verb: flow.ActPassService, Reason: reason}, n)
	}
	return s.actOne(tx, flow.Act{Verb: flow.ActVerb(verb), Reason: reason, Text: reason}, n)
}

func (s *Site) actOne(tx *db.Tx, a flow.Act, n id.Order) error {
	done, err := a.Do(tx, s.cfg.Kit, []id.Order{n})
	if err == nil && done[0].Fault != nil {
		return done[0].Fault
	}
	return err
}

func onlyFault[T any](outcomes []fault.Outcome[T], err error) error {
	if err == nil && outcomes[0].Fault != nil {
		return outcomes[0].Fault
	}
	return err
}

// factsOf lists what a rule looked at, by name.
func factsOf(text string) (list []fact) {
	var all map[string]any
	if json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	for _, name := range sortedKeys(all) {
		value, err := json.Marshal(all[name])
		if err == nil && len(list) < factsShown {
			list = append(list, fact{Key: name, Value: strings.Trim(string(value), `"`)})
		}
	}
	return list
}

const factsShown = 12
