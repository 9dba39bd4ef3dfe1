package web

import (
	"net/http"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// workRow is one exception of a list.
type workRow struct {
	Kind, What, Order, Shop, Waiting string
	Opened                           stamp
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
	return s.render(v, http.StatusOK, "exceptions", map[string]any{"Title": v.word("exceptions"), "Live": true, "MayOpen": v.caller.May(staff.OrderRead),
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
		rows[i] = workRow{Kind: v.kind(e.Kind), What: pair{e.ZH, e.EN}.in(v.lang), Shop: sum.shops[e.Shop].Name,
			Waiting: v.age(e.OpenedAt, sum.now), Opened: v.stampOf(e.OpenedAt, sum.now, sum.shops[e.Shop].TimeZone)}
		if e.Order != 0 {
			rows[i].Order = e.Order.String()
		}
	}
	return rows
}

// exceptionRoutes are those of the exception centre.
func exceptionRoutes() []Route {
	return []Route{{"GET", "/exceptions", staff.ExceptionRead, false, (*Site).exceptions}}
}
