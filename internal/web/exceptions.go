package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// exceptionRoutes are those of the exception centre.
func exceptionRoutes() []Route {
	return []Route{
		{"GET", "/exceptions", staff.ExceptionRead, false, (*Site).exceptions},
		{"POST", "/exceptions/closing", staff.ExceptionClose, false, (*Site).closeExceptions},
		{"POST", "/exceptions/taking", staff.ExceptionClose, false, (*Site).takeExceptions},
		{"POST", "/exceptions/handing", staff.ExceptionClose, false, (*Site).handExceptions},
		{"POST", "/exceptions/returning", staff.ExceptionClose, false, (*Site).returnExceptions},
		{"POST", "/exceptions/{id}/reprocess", staff.ExceptionClose, false, (*Site).reprocess},
	}
}

// workRow is one exception of a list.
type workRow struct {
	ID, Kind, What, Order, Shop, Waiting string
	Opened                               stamp
	// Step is what usually settles it, At where that is done; Again says that its message
	// can be taken in again.
	Step, At string
	Again    bool
	// Owner is who works on it, Mine that it is the visitor; Due how long it has.
	Owner, Due, DueClass string
	Mine                 bool
}

// tally is a queue, how much stands in it and since when its first does.
type tally struct {
	Kind, Label, Age string
	Open             int64
	Chosen           bool
}

const workPage = 100

// exceptions lists open work of one kind, of all or of the visitor's own, the oldest
// first.
func (s *Site) exceptions(v *visit) error { return s.showExceptions(v, http.StatusOK, nil) }

func (s *Site) showExceptions(v *visit, status int, c *complaint) error {
	q := v.r.URL.Query()
	if v.r.Method != http.MethodGet {
		q = url.Values{"kind": v.r.PostForm["kind"], "mine": v.r.PostForm["mine"]}
	}
	f := review.Filter{Kind: q.Get("kind"), Scope: &v.caller.Scope, Limit: workPage}
	if q.Get("mine") == "1" {
		f.Owner = v.caller.Actor
	}
	if text := q.Get("after"); text != "" {
		n, ok := id.Parse("X", text)
		if f.After = id.Exception(n); !ok {
			return errFilter
		}
	}
	sum, err := s.summary.get(v.caller.Scope, s.gather)
	if err != nil {
		return err
	}
	var rows []workRow
	var kinds []tally
	var people []choice
	next, mine := "", 0
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := review.List(tx, f)
		if err != nil {
			return err
		}
		if len(list) == workPage {
			q.Del("part")
			q.Set("after", id.Text("X", int64(list[len(list)-1].ID)))
			next = "/exceptions?" + q.Encode()
		}
		own, err := review.List(tx, review.Filter{Owner: v.caller.Actor, Scope: &v.caller.Scope})
		if err != nil {
			return err
		}
		mine = len(own)
		if rows, err = v.ownedRows(tx, &sum, list); err != nil {
			return err
		}
		if kinds, err = v.agedKinds(tx, sum.kinds); err != nil {
			return err
		}
		people, err = v.settlers(tx)
		return err
	}); err != nil {
		return err
	}
	var open int64
	for i := range kinds {
		open += kinds[i].Open
		kinds[i].Chosen = kinds[i].Kind == f.Kind && f.Owner == ""
	}
	return s.render(v, status, "exceptions", map[string]any{"Title": v.word("exceptions"), "FormKey": formKey(), "Complaint": c,
		"MayClose": v.caller.May(staff.ExceptionClose), "MayOpen": v.caller.May(staff.OrderRead), "Rows": rows, "Kinds": kinds, "Open": open, "People": people,
		"All": f.Kind == "" && f.Owner == "", "Mine": f.Owner != "", "MineOpen": mine, "Kind": f.Kind, "Next": next, "Paged": f.After != 0,
		"At": v.stampOf(sum.now, sum.now, houseZone)})
}

func (v *visit) kinds(list []review.Tally) []tally {
	all := make([]tally, len(list))
	for i, k := range list {
		all[i] = tally{Kind: k.Kind, Label: v.kind(k.Kind), Open: k.Open}
	}
	return all
}

// agedKinds is kinds, each with the age of its first.
func (v *visit) agedKinds(tx *db.Tx, list []review.Tally) ([]tally, error) {
	all := v.kinds(list)
	names := make([]string, len(list))
	for i, k := range list {
		names[i] = k.Kind
	}
	since, err := review.Oldest(tx, v.caller.Scope, names)
	for i := range all {
		if at := since[all[i].Kind]; at > 0 {
			all[i].Age = v.age(at, tx.Now())
		}
	}
	return all, err
}

// kind names a queue; one that a rule of the house invented shows its own name.
func (v *visit) kind(kind string) string {
	if w, known := words["exc_"+kind]; known {
		return w.in(v.lang)
	}
	return kind
}

func (v *visit) workRows(sum *summary, list []review.Exception) []workRow {
	rows := make([]workRow, len(list))
	for i, e := range list {
		step := review.AdviceOn(e.Kind)
		rows[i] = workRow{ID: id.Text("X", int64(e.ID)), Kind: v.kind(e.Kind), What: pair{e.ZH, e.EN}.in(v.lang), Shop: sum.shops[e.Shop].Name,
			Waiting: v.age(e.OpenedAt, sum.now), Opened: v.stampOf(e.OpenedAt, sum.now, sum.shops[e.Shop].TimeZone),
			Step: pair{step.ZH, step.EN}.in(v.lang), Again: step.Place == "raw", Mine: e.Owner == v.caller.Actor && e.Owner != ""}
		if e.DueAt > 0 {
			rows[i].Due, rows[i].DueClass = v.left(e.DueAt, sum.now)
		}
		if e.Order != 0 {
			rows[i].Order = e.Order.String()
		}
		rows[i].At = v.placeOf(step.Place, rows[i].Order)
	}
	return rows
}

// placeOf is where the next step of a kind is done, "" where the visitor may not go.
func (v *visit) placeOf(place, order string) string {
	switch {
	case place == "desk" && order != "" && v.caller.May(staff.OrderRead):
		return "/review/orders/" + order
	case place == "order" && order != "" && v.caller.May(staff.OrderRead):
		return "/orders/" + order
	case place == "rules" && v.caller.May(staff.RuleRead):
		return "/rules"
	case place == "webhooks" && v.caller.May(staff.WebhookManage):
		return "/webhooks"
	}
	return ""
}

// ownedRows is workRows with the names of those who work on them.
func (v *visit) ownedRows(tx *db.Tx, sum *summary, list []review.Exception) ([]workRow, error) {
	rows := v.workRows(sum, list)
	actors := make([]string, len(list))
	for i, e := range list {
		actors[i] = e.Owner
	}
	names, err := staff.Names(tx, actors)
	for i, e := range list {
		if rows[i].Owner = names[e.Owner]; rows[i].Owner == "" {
			rows[i].Owner = e.Owner
		}
	}
	return rows, err
}

// settlers are the colleagues to whom work can be handed.
func (v *visit) settlers(tx *db.Tx) (list []choice, err error) {
	people, err := staff.List(tx)
	for _, p := range people {
		if p.May(staff.ExceptionClose) && p.ID.String() != v.caller.Actor {
			list = append(list, choice{Value: p.ID.String(), Label: p.Name})
		}
	}
	return list, err
}

// backToExceptions is the list that a form was sent from.
func (v *visit) backToExceptions() string {
	q := url.Values{}
	for _, name := range []string{"kind", "mine"} {
		if text := v.r.PostFormValue(name); text != "" {
			q.Set(name, text)
		}
	}
	if len(q) == 0 {
		return "/exceptions"
	}
	return "/exceptions?" + q.Encode()
}

// refusedThere shows the list again with what was refused.
func (s *Site) refusedThere(v *visit, err error) error {
	if c, status, rest := v.complainOf(err); c != nil {
		return s.showExceptions(v, status, c)
	} else if rest != nil {
		return rest
	}
	return nil
}

// reprocess takes the message of an exception in again. A second press finds it settled
// and changes nothing.
func (s *Site) reprocess(v *visit) error {
	n, ok := id.Parse("X", v.r.PathValue("id"))
	if !ok {
		return review.ErrExceptionMissing
	}
	m, err := flow.Reread(v.ctx, s.cfg.DB, s.cfg.Kit, v.caller.Scope, id.Exception(n))
	if err != nil {
		return s.refusedThere(v, err)
	}
	return s.refusedThere(v, s.act(v, func(tx *db.Tx) (string, error) {
		a, fresh, err := flow.Reprocess(tx, s.cfg.Kit, id.Exception(n), m)
		switch {
		case err != nil:
			return "", err
		case !fresh:
			return did(v.backToExceptions(), "reprocessed_before", 0, ""), nil
		case v.caller.May(staff.OrderRead) && flow.Within(tx, v.caller.Scope, a.Order) == nil:
			return did("/orders/"+a.Order.String(), "reprocessed", 0, ""), nil
		}
		return did(v.backToExceptions(), "reprocessed", 0, ""), nil
	}))
}

// chosenWork reads the exceptions of a form: the one whose button was pressed, or those
// ticked.
func (v *visit) chosenWork() (ids []id.Exception, err error) {
	texts := v.r.PostForm["exception"]
	if one := v.r.PostFormValue("one"); one != "" {
		texts = []string{one}
	}
	for _, text := range texts {
		n, ok := id.Parse("X", text)
		if !ok || len(ids) >= workPage {
			return nil, errForm
		}
		ids = append(ids, id.Exception(n))
	}
	return ids, nil
}

// openWork leaves of exceptions those that are open and lie within the visitor's scope.
func (v *visit) openWork(tx *db.Tx, ids []id.Exception) ([]id.Exception, error) {
	open, err := review.List(tx, review.Filter{IDs: ids, Scope: &v.caller.Scope})
	mine := make([]id.Exception, len(open))
	for i, e := range open {
		mine[i] = e.ID
	}
	return mine, err
}

// takeExceptions makes the chosen work the visitor's.
func (s *Site) takeExceptions(v *visit) error { return s.settleExceptions(v, "take", review.TakeOn) }

// returnExceptions gives the chosen work back.
func (s *Site) returnExceptions(v *visit) error {
	return s.settleExceptions(v, "back", review.GiveBack)
}

// handExceptions hands the chosen work to a colleague.
func (s *Site) handExceptions(v *visit) error {
	to := v.r.PostFormValue("to")
	return s.settleExceptions(v, "give", func(tx *db.Tx, ids []id.Exception) ([]fault.Outcome[bool], error) {
		if err := v.mayHandTo(tx, to); err != nil {
			return nil, err
		}
		return review.HandTo(tx, ids, to)
	})
}

// settleExceptions does something to the chosen work and tells of how much. Where nothing
// was done, it tells why not.
func (s *Site) settleExceptions(v *visit, say string, do func(*db.Tx, []id.Exception) ([]fault.Outcome[bool], error)) error {
	ids, err := v.chosenWork()
	if err != nil {
		return err
	}
	return s.refusedThere(v, s.act(v, func(tx *db.Tx) (string, error) {
		mine, err := v.openWork(tx, ids)
		if err != nil {
			return "", err
		}
		outcomes, err := do(tx, mine)
		n, refused := tallyOf(outcomes)
		if err == nil && n == 0 && refused != nil {
			return "", refused
		}
		return did(v.backToExceptions(), "exceptions_"+say, n, ""), err
	}))
}

func tallyOf(outcomes []fault.Outcome[bool]) (n int, refused *fault.Fault) {
	for _, o := range outcomes {
		if o.Fault != nil {
			refused = o.Fault
		} else if o.Value {
			n++
		}
	}
	return n, refused
}

// errSettler refuses to hand work to who cannot settle it.
var errSettler = fault.New(fault.Invalid, "exception_settler", "请选择一位能处理异常的同事", "Choose a colleague who may settle exceptions")

func (v *visit) mayHandTo(tx *db.Tx, to string) error {
	n, ok := id.Parse("S", to)
	if !ok {
		return errSettler
	}
	p, err := staff.Get(tx, id.Staff(n))
	if errors.Is(err, staff.ErrMissing) || err == nil && !p.May(staff.ExceptionClose) {
		return errSettler
	}
	return err
}

// closeExceptions closes the ticked work with a sentence of how it was settled. What
// belongs to a hold ends with that hold, and what was closed meanwhile or lies beyond
// the visitor's scope is no longer in the list: they are passed over, and the toast says
// how many were closed.
func (s *Site) closeExceptions(v *visit) error {
	how := strings.TrimSpace(v.r.PostFormValue("how"))
	return s.settleExceptions(v, "closed", func(tx *db.Tx, ids []id.Exception) ([]fault.Outcome[bool], error) { return review.Close(tx, ids, how) })
}
