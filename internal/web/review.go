package web

import (
	"net/url"
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
		{"POST", "/review/orders/{id}/lines", staff.OrderReline, false, (*Site).deskLines},
		{"POST", "/review/orders/{id}/warehouse", staff.OrderReline, false, (*Site).deskWarehouse},
		{"POST", "/review/orders/{id}/carrier", staff.OrderReline, false, (*Site).deskCarrier},
		{"POST", "/review/acts", staff.OrderRead, false, (*Site).deskAct},
	}
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
	case "delayed":
		add(staff.ReviewService, deskButton{"judge_now", "a", "check", "first", false})
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
	if q.key != "refused" && q.key != "delayed" {
		add(staff.ReviewService, deskButton{"judge", "r", "refresh", "", false})
	}
	add(staff.OrderEdit, deskButton{string(flow.ActNote), "n", "note", "", true})
	if q.key != "passed" && q.key != "refused" {
		add(staff.ReviewService, deskButton{"reject", "", "x", "danger", true})
	}
	add(staff.OrderCancel, deskButton{string(flow.ActCancel), "", "ban", "danger", true})
	return list
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
		to := queueOf(url.Values{"queue": {v.r.PostFormValue("queue")}, "kind": {v.r.PostFormValue("kind")}}).link()
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
	case "reject", "judge", "judge_now":
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
	case "judge":
		outcomes, err := flow.Rejudge(tx, s.cfg.Kit, []id.Order{n})
		return onlyFault(outcomes, err)
	case "judge_now":
		outcomes, err := flow.JudgeNow(tx, s.cfg.Kit, []id.Order{n})
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
