package web

import (
	"net/http"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/job"
	"baihuo/internal/staff"
)

// jobRoutes are those of durable work and of what died on the way.
func jobRoutes() []Route {
	return []Route{
		{"GET", "/jobs", staff.JobRead, false, (*Site).jobs},
		{"POST", "/jobs/replays", staff.JobReplay, false, (*Site).replayJobs},
	}
}

// jobKindRow is a kind of work and how much of it stands in each state.
type jobKindRow struct {
	Kind                        string
	Waiting, Leased, Done, Dead int64
}

// deadRow is a job that ran out of attempts.
type deadRow struct {
	ID, Kind, Key, Error string
	Attempts             int
	InDoubt              bool
	Died                 stamp
}

const deadShown = 100

// jobs shows how much work there is by kind and state, and what died. Jobs belong to
// the whole house, so somebody limited to some shops sees none.
func (s *Site) jobs(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	var kinds []jobKindRow
	var dead []deadRow
	after, _ := id.Parse("J", v.r.URL.Query().Get("after")) // 0 for the first page
	next := ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		tallies, err := job.Count(tx)
		if err != nil {
			return err
		}
		kinds = jobKinds(tallies)
		list, err := job.Dead(tx, id.Job(after), deadShown)
		dead, next = nil, ""
		for _, j := range list {
			dead = append(dead, deadRow{ID: id.Text("J", int64(j.ID)), Kind: v.wordOr("job_", j.Kind), Key: j.Key, Error: j.LastError, Attempts: j.Attempts,
				InDoubt: j.InDoubt, Died: v.stampOf(j.DoneAt, tx.Now(), houseZone)})
		}
		if len(list) == deadShown {
			next = "?after=" + dead[len(dead)-1].ID
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range kinds {
		kinds[i].Kind = v.wordOr("job_", kinds[i].Kind)
	}
	return s.render(v, http.StatusOK, "jobs", map[string]any{"Title": v.word("jobs"), "Kinds": kinds, "Dead": dead, "Next": next, "FormKey": formKey(),
		"May": v.caller.May(staff.JobReplay)})
}

func jobKinds(tallies []job.Tally) (rows []jobKindRow) {
	for _, t := range tallies {
		if len(rows) == 0 || rows[len(rows)-1].Kind != t.Kind {
			rows = append(rows, jobKindRow{Kind: t.Kind})
		}
		r := &rows[len(rows)-1]
		switch t.State {
		case job.StateWaiting:
			r.Waiting = t.Jobs
		case job.StateLeased:
			r.Leased = t.Jobs
		case job.StateDead:
			r.Dead = t.Jobs
		default:
			r.Done = t.Jobs
		}
	}
	return rows
}

var errEverywhere = fault.New(fault.Forbidden, "scope_house", "这里是全公司的数据,需要全部店铺和仓库的范围;请联系老板或管理员",
	"This is about the whole house and needs all shops and warehouses in your scope; ask an owner or an administrator")

// everywhere says that the visitor's scope is the whole house.
func (v *visit) everywhere() bool { return v.caller.Scope.AllShops && v.caller.Scope.AllWarehouses }

// replayJobs makes the ticked dead jobs due again.
func (s *Site) replayJobs(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	var ids []id.Job
	for _, text := range v.r.PostForm["job"] {
		n, ok := id.Parse("J", text)
		if !ok || len(ids) >= deadShown {
			return errForm
		}
		ids = append(ids, id.Job(n))
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		n, err := job.Replay(tx, ids)
		return did("/jobs", "jobs_replayed", n, ""), err
	})
}
