package web

import (
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
	"baihuo/internal/staff"
)

var (
	errBatchNone = fault.New(fault.Invalid, "batch_empty", "没有选中订单;请先勾选,或选中全部", "No order is chosen; tick some, or choose all")
	errBatchText = fault.New(fault.Invalid, "batch_text", "备注一次最多写到 200 个订单,请缩小选择", "A memo or note is written to at most 200 orders at once; choose fewer")
	errBatchDone = fault.New(fault.Conflict, "batch_done", "这次批量操作已经执行过,结果如下页所示", "This was done before; its page shows what became of it")
	errUndone    = fault.New(fault.Conflict, "batch_undone", "已经撤销过,或不能撤销", "It was undone before, or cannot be undone")
)

// bulkVerbs are the acts on many orders with their permit, key and icon, in the order of
// the bar.
var bulkVerbs = []struct {
	verb      flow.ActVerb
	permit    staff.Permit
	key, icon string
}{
	{flow.ActPassService, staff.ReviewService, "a", "check"}, {flow.ActPassFinance, staff.ReviewFinance, "", "cash"},
	{flow.ActHold, staff.OrderHold, "x", "player-pause"}, {flow.ActUnhold, staff.OrderHold, "", "player-play"},
	{flow.ActTag, staff.OrderEdit, "t", "tags"}, {flow.ActUntag, staff.OrderEdit, "", "minus"}, {flow.ActFlag, staff.OrderEdit, "f", "flag"},
	{flow.ActMemo, staff.OrderEdit, "", "pencil"}, {flow.ActNote, staff.OrderEdit, "n", "note"},
	{flow.ActTakeBack, staff.ReviewService, "", "arrow-back-up"}, {flow.ActCancel, staff.OrderCancel, "", "ban"},
}

func permitOf(verb flow.ActVerb) (staff.Permit, bool) {
	for _, b := range bulkVerbs {
		if b.verb == verb {
			return b.permit, true
		}
	}
	return staff.OrderEdit, verb == flow.ActReflag
}

// bulkAct is a button of the bar.
type bulkAct struct{ Verb, Key, Icon string }

func (v *visit) bulkActs() (list []bulkAct) {
	for _, b := range bulkVerbs {
		if v.caller.May(b.permit) {
			list = append(list, bulkAct{string(b.verb), b.key, b.icon})
		}
	}
	return list
}

// draftBatch names the orders of an act; what would happen to each is shown before
// anything does.
func (s *Site) draftBatch(v *visit) error {
	verb := flow.ActVerb(v.r.PostFormValue("act"))
	permit, known := permitOf(verb)
	if !known {
		return flow.ErrActKind
	}
	if err := v.caller.Need(permit); err != nil {
		return err
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		ids, err := s.chosen(tx, v)
		if err != nil {
			return "", err
		}
		b, err := addBatch(tx, batch{Actor: v.caller.Actor, Verb: string(verb), Act: flow.Act{Verb: verb}, Away: v.backTo()}, ids, nil)
		return "/batches/" + b.name(), err
	})
}

// chosen gives the orders of a form: those ticked, or all that fit the list's filter.
func (s *Site) chosen(tx *db.Tx, v *visit) (ids []id.Order, err error) {
	if v.r.PostFormValue("all") == "1" {
		q, err := url.ParseQuery(v.r.PostFormValue("query"))
		if err != nil {
			return nil, errForm.Wrap(err)
		}
		if groups := v.r.PostForm["goods"]; len(groups) > 0 {
			q["goods"], q["sort"] = groups, []string{string(order.ByGoods)}
		}
		f, err := s.browsing(tx, v, q)
		if err != nil {
			return nil, err
		}
		ids, err = f.IDs(tx, batchMax)
		if err == nil && len(ids) == 0 {
			err = errBatchNone
		}
		return ids, err
	}
	for _, text := range v.r.PostForm["order"] {
		n, ok := id.Parse("O", text)
		if !ok {
			return nil, errForm
		}
		ids = append(ids, id.Order(n))
	}
	if len(ids) == 0 || len(ids) > pageSizes[len(pageSizes)-1] {
		return nil, errBatchNone
	}
	return ids, flow.Within(tx, v.caller.Scope, ids...)
}

// ownBatch gives the batch that an address names, if the visitor began it and may do
// what it does.
func (v *visit) ownBatch(tx *db.Tx, lock bool) (batch, error) {
	n, ok := id.Parse("B", v.r.PathValue("id"))
	if !ok {
		return batch{}, errBatch
	}
	b, err := batchOf(tx, n, lock)
	if err != nil {
		return b, err
	}
	if b.Actor != v.caller.Actor {
		return b, errBatch
	}
	permit, _ := permitOf(b.Act.Verb)
	return b, v.caller.Need(permit)
}

// bulkReason is why orders are refused, and how many.
type bulkReason struct {
	Say    string
	Orders int64
}

// bulkMember is one order of a batch on its page.
type bulkMember struct {
	No, Link, State, Class, Say string
	Position                    int64
}

// bulkPage is what the page of a batch shows.
type bulkPage struct {
	b               batch
	passed, refused int64
	reasons         []bulkReason
	members         []bulkMember
	next            int64
}

const bulkShown = 100

// batchPage shows what an act would do, does, or has done.
func (s *Site) batchPage(v *visit) error { return s.showBatch(v, http.StatusOK, nil) }

func (s *Site) showBatch(v *visit, status int, c *complaint) error {
	var p bulkPage
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if p.b, err = v.ownBatch(tx, false); err != nil {
			return err
		}
		if p.b.State == "draft" {
			return s.tryBatch(tx, v, &p)
		}
		return s.toldBatch(tx, v, &p)
	})
	if err != nil {
		return err
	}
	_, undo := p.b.undoOf()
	more := ""
	if p.next > 0 {
		more = "/batches/" + p.b.name() + "?after=" + strconv.FormatInt(p.next, 10)
	}
	return s.render(v, status, "bulk", map[string]any{
		"Title": v.word("act_" + p.b.Verb), "Batch": p.b.name(), "Verb": p.b.Verb, "State": p.b.State, "Orders": p.b.Orders,
		"Passed": p.passed, "Refused": p.refused, "Reasons": p.reasons, "Members": p.members, "Away": p.b.Away, "FormKey": formKey(),
		"Complaint": c, "Undo": undo && p.b.State == "done" && p.b.Undone == 0 && p.passed > 0, "Undone": p.b.Undone != 0,
		"Live": p.b.State == "running", "DoneShare": 100 * (p.passed + p.refused) / max(p.b.Orders, 1), "Next": more,
		"Say": v.fill("bulk_sum_"+p.b.State, number(p.passed), number(p.refused)), "Long": p.b.Orders > batchAtOnce, "Flags": []string{"0", "1", "2", "3", "4", "5"},
		"Typed": map[string]string{"reason": v.r.PostFormValue("reason"), "tag": v.r.PostFormValue("tag"), "text": v.r.PostFormValue("text"),
			"flag": v.r.PostFormValue("flag"), "label": v.r.PostFormValue("label")},
	})
}

// tryBatch asks the act's own decisions what would become of each order.
func (s *Site) tryBatch(tx *db.Tx, v *visit, p *bulkPage) error {
	counts := map[string]int64{}
	var list []member
	for after := int64(0); ; {
		page, err := members(tx, p.b.ID, "", after, 500)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].Position
		ids := make([]id.Order, len(page))
		for i, m := range page {
			ids[i] = m.Order
		}
		refused, err := p.b.Act.Try(tx, ids)
		if err != nil {
			return err
		}
		for i, f := range refused {
			m := page[i]
			if f == nil {
				p.passed++
				continue
			}
			p.refused++
			counts[v.say(f)]++
			if m.State, m.ZH, m.EN = "refused", f.ZH, f.EN; len(list) < bulkShown {
				list = append(list, m)
			}
		}
	}
	p.count(counts)
	return p.name(tx, v, list)
}

// toldBatch reads what became of each order; those refused come first.
func (s *Site) toldBatch(tx *db.Tx, v *visit, p *bulkPage) error {
	p.passed, p.refused = p.b.Passed, p.b.Refused
	counts := map[string]int64{}
	err := tx.Each(`/* web.toldBatch */ SELECT zh, en, COUNT(*) FROM web_batch_orders WHERE batch_id = $1 AND state = 'refused' GROUP BY zh, en`,
		func(r db.Row) error {
			var zh, en string
			var n int64
			err := r.Scan(&zh, &en, &n)
			counts[pair{zh, en}.in(v.lang)] += n
			return err
		}, p.b.ID)
	if err != nil {
		return err
	}
	p.count(counts)
	after, _ := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64) // what cannot be read is the first page
	var list []member
	if after < batchMax*2 {
		if list, err = members(tx, p.b.ID, "refused", after, bulkShown); err != nil {
			return err
		}
		if len(list) == bulkShown {
			p.next = list[bulkShown-1].Position
			return p.name(tx, v, list)
		}
		after = 0
	} else {
		after -= batchMax * 2
	}
	rest, err := members(tx, p.b.ID, "passed", after, bulkShown-len(list))
	if err != nil {
		return err
	}
	if list = append(list, rest...); len(list) == bulkShown && len(rest) > 0 {
		p.next = rest[len(rest)-1].Position + batchMax*2 // beyond all positions: the page goes on among those done
	}
	return p.name(tx, v, list)
}

func (p *bulkPage) count(counts map[string]int64) {
	for say, n := range counts {
		p.reasons = append(p.reasons, bulkReason{say, n})
	}
	slices.SortFunc(p.reasons, func(a, b bulkReason) int {
		if a.Orders != b.Orders {
			return int(b.Orders - a.Orders)
		}
		return strings.Compare(a.Say, b.Say)
	})
}

func (p *bulkPage) name(tx *db.Tx, v *visit, list []member) error {
	ids := make([]id.Order, len(list))
	for i, m := range list {
		ids[i] = m.Order
	}
	cards, err := order.Cards(tx, ids)
	for _, m := range list {
		c := cards[m.Order]
		p.members = append(p.members, bulkMember{No: c.ExternalNo, Link: "/orders/" + m.Order.String(), State: m.State,
			Class: map[string]string{"refused": "bad", "passed": "out"}[m.State], Say: pair{m.ZH, m.EN}.in(v.lang), Position: m.Position})
	}
	return err
}

// actOf reads the form of a batch's page.
func (v *visit) actOf(b batch) flow.Act {
	a := flow.Act{Verb: b.Act.Verb, Reason: strings.TrimSpace(v.r.PostFormValue("reason")), Tag: strings.TrimSpace(v.r.PostFormValue("tag")),
		Text: v.r.PostFormValue("text"), Label: strings.TrimSpace(v.r.PostFormValue("label"))}
	a.Flag, _ = strconv.Atoi(v.r.PostFormValue("flag")) // the choices are numbers; another is refused by Check
	if a.Reason == "" && (a.Verb == flow.ActPassService || a.Verb == flow.ActPassFinance) {
		a.Reason = v.word("bulk_passed")
	}
	return a
}

// goBatch does a batch: at once, or where it is long by the worker.
func (s *Site) goBatch(v *visit) error {
	err := s.act(v, func(tx *db.Tx) (string, error) {
		b, err := v.ownBatch(tx, true)
		if err != nil {
			return "", err
		}
		if b.State != "draft" {
			return "", errBatchDone
		}
		b.Act = v.actOf(b)
		if f := b.Act.Check(); f != nil {
			return "", f
		}
		return s.workBatch(tx, v, b)
	})
	if c, status, rest := v.complainOf(err); c != nil {
		return s.showBatch(v, status, c)
	} else if rest != nil {
		return rest
	}
	return nil
}

// complainOf is complain that knows of no error.
func (v *visit) complainOf(err error) (*complaint, int, error) {
	if err == nil {
		return nil, 0, nil
	}
	return v.complain(err)
}

func (s *Site) workBatch(tx *db.Tx, v *visit, b batch) (string, error) {
	page := "/batches/" + b.name()
	if b.Orders > batchAtOnce {
		if b.Act.Text != "" && (b.Act.Verb == flow.ActMemo || b.Act.Verb == flow.ActNote) {
			return "", errBatchText
		}
		return page, b.start(tx)
	}
	for more := true; more; {
		var err error
		if more, err = b.step(tx, s.cfg.Kit, batchPiece); err != nil {
			return "", err
		}
	}
	if err := b.settle(tx); err != nil {
		return "", err
	}
	undo := ""
	if _, ok := b.undoOf(); ok && b.Passed > 0 {
		undo = "/undo/orders/" + b.name()
	}
	if b.Refused > 0 || b.Away == "" {
		return did(page, "bulk", int(b.Passed), undo), nil
	}
	return did(b.Away, "bulk", int(b.Passed), undo), nil
}

// undoBatch takes back what a batch did, as far as it can be taken back now.
func (s *Site) undoBatch(v *visit) error {
	return s.act(v, func(tx *db.Tx) (string, error) {
		b, err := v.ownBatch(tx, true)
		if err != nil {
			return "", err
		}
		act, ok := b.undoOf()
		if !ok || b.State != "done" || b.Undone != 0 {
			return "", errUndone
		}
		var ids []id.Order
		former := map[id.Order]string{}
		list, err := members(tx, b.ID, "passed", 0, batchMax)
		if err != nil {
			return "", err
		}
		for _, m := range list {
			ids = append(ids, m.Order)
			former[m.Order] = m.Past
		}
		back, err := addBatch(tx, batch{Actor: v.caller.Actor, Verb: string(act.Verb), Act: act, Away: b.Away, Undoes: b.ID}, ids, former)
		if err != nil {
			return "", err
		}
		to, err := s.workBatch(tx, v, back)
		return strings.Replace(to, "did=bulk", "did=bulk_undone", 1), err
	})
}

// batchRow is a batch in the list of one's own.
type batchRow struct {
	Link, Verb, State       string
	Orders, Passed, Refused int64
	Time                    stamp
}

// batches lists what somebody did to many orders, the newest first.
func (s *Site) batches(v *visit) error {
	var rows []batchRow
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := db.List(tx, `/* web.batches */ SELECT `+batchColumns+` FROM web_batches WHERE actor = $1 ORDER BY batch_id DESC LIMIT 100`,
			scanBatch, v.caller.Actor)
		for _, b := range list {
			rows = append(rows, batchRow{"/batches/" + b.name(), b.Verb, b.State, b.Orders, b.Passed, b.Refused, v.stampOf(b.At, tx.Now(), houseZone)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "bulks", map[string]any{"Title": v.word("bulks"), "Rows": rows})
}
