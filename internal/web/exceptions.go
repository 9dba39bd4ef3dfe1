package web

import (
	"net/http"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// workRow is one exception of a list.
type workRow struct {
	ID, Kind, What, Order, Shop, Waiting string
	Opened                               stamp
}

// tally is a queue and how much stands in it.
type tally struct {
	Kind, Label string
	Open        int64
	Chosen      bool
}

const workPage = 100

// exceptions lists open work of one kind or of all, the oldest first.
func (s *Site) exceptions(v *visit) error {
	q := v.r.URL.Query()
	f := review.Filter{Kind: q.Get("kind"), Scope: &v.caller.Scope, Limit: workPage}
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
	var list []review.Exception
	if err := s.cfg.DB.Read(v.r.Context(), func(tx *db.Tx) (err error) {
		list, err = review.List(tx, f)
		return err
	}); err != nil {
		return err
	}
	next := ""
	if len(list) == workPage {
		q.Del("part")
		q.Set("after", id.Text("X", int64(list[len(list)-1].ID)))
		next = "/exceptions?" + q.Encode()
	}
	kinds := v.kinds(sum.kinds)
	var open int64
	for i := range kinds {
		open += kinds[i].Open
		kinds[i].Chosen = kinds[i].Kind == f.Kind
	}
	return s.render(v, http.StatusOK, "exceptions", map[string]any{"Title": v.word("exceptions"), "FormKey": formKey(), "MayClose": v.caller.May(staff.ExceptionClose), "MayOpen": v.caller.May(staff.OrderRead),
		"Rows":  v.workRows(&sum, list),
		"Kinds": kinds, "Open": open, "All": f.Kind == "", "Next": next, "Paged": f.After != 0, "At": v.stampOf(sum.now, sum.now, houseZone)})
}

func (v *visit) kinds(list []review.Tally) []tally {
	all := make([]tally, len(list))
	for i, k := range list {
		all[i] = tally{Kind: k.Kind, Label: v.kind(k.Kind), Open: k.Open}
	}
	return all
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
		rows[i] = workRow{ID: id.Text("X", int64(e.ID)), Kind: v.kind(e.Kind), What: pair{e.ZH, e.EN}.in(v.lang), Shop: sum.shops[e.Shop].Name,
			Waiting: v.age(e.OpenedAt, sum.now), Opened: v.stampOf(e.OpenedAt, sum.now, sum.shops[e.Shop].TimeZone)}
		if e.Order != 0 {
			rows[i].Order = e.Order.String()
		}
	}
	return rows
}

// exceptionRoutes are those of the exception centre.
func exceptionRoutes() []Route {
	return []Route{
		{"GET", "/exceptions", staff.ExceptionRead, false, (*Site).exceptions},
		{"POST", "/exceptions/closing", staff.ExceptionClose, false, (*Site).closeExceptions},
	}
}

// closeExceptions closes the ticked work with a sentence of how it was settled. What
// belongs to a hold ends with that hold, and what was closed meanwhile or lies beyond
// the visitor's scope is no longer in the list: they are passed over, and the toast says
// how many were closed.
func (s *Site) closeExceptions(v *visit) error {
	how := strings.TrimSpace(v.r.PostFormValue("how"))
	ids := []id.Exception{}
	for _, text := range v.r.PostForm["exception"] {
		n, ok := id.Parse("X", text)
		if !ok || len(ids) >= workPage {
			return errForm
		}
		ids = append(ids, id.Exception(n))
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		open, err := review.List(tx, review.Filter{IDs: ids, Scope: &v.caller.Scope})
		if err != nil {
			return "", err
		}
		mine := make([]id.Exception, len(open))
		for i, e := range open {
			mine[i] = e.ID
		}
		outcomes, err := review.Close(tx, mine, how)
		closed := 0
		for _, o := range outcomes {
			if o.Fault == nil {
				closed++
			}
		}
		return did("/exceptions", "exceptions_closed", closed, ""), err
	})
}
