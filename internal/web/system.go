package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/job"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// systemRoutes are those of the house's health.
func systemRoutes() []Route {
	return []Route{
		{"GET", "/health", staff.SystemOperate, false, (*Site).health},
		{"POST", "/health/check", staff.SystemOperate, false, (*Site).startCheck},
	}
}

// lamp is one thing that is well or not, in words.
type lamp struct {
	Name, Say, Class string
}

// health says in words how the house is: whether it takes writes, how far its readers
// are, what waits and what died; and lets the books be proven.
func (s *Site) health(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	var lamps []lamp
	var lags []journal.Lag
	var now db.Instant
	begun := s.cfg.Wall()
	writes := s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "health"}, func(tx *db.Tx) error {
		return db.SetSetting(tx, "ready_at", tx.Now().Time().Format(time.RFC3339))
	})
	took := s.cfg.Wall().Sub(begun)
	if writes != nil {
		lamps = append(lamps, lamp{v.word("health_writes"), v.word("health_writes_no"), "bad"})
	} else {
		lamps = append(lamps, lamp{v.word("health_writes"), v.fill("health_writes_yes", took.Milliseconds(), s.cfg.DB.Engine()), "done"})
	}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if lags, err = journal.Lags(tx); err != nil {
			return err
		}
		more, err := v.waits(tx)
		lamps = append(lamps, more...)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "health", map[string]any{"Title": v.word("health"), "Live": true, "Lamps": lamps, "Lags": lags, "FormKey": formKey(),
		"Check": s.check.view(v), "At": v.stampOf(now, now, houseZone), "Node": s.cfg.DB.Node(), "MayCheck": s.cfg.Check != nil})
}

// waits are the lamps of what waits: orders that are late, messages, jobs that died.
func (v *visit) waits(tx *db.Tx) ([]lamp, error) {
	late, err := order.CountDue(tx, staff.Everywhere(), tx.Now(), countMax)
	if err != nil {
		return nil, err
	}
	dead, err := job.CountDead(tx, countMax)
	if err != nil {
		return nil, err
	}
	messages, err := notice.Counts(tx)
	show := func(name string, n int64) lamp {
		l := lamp{v.word(name), number(n), "done"}
		if n > 0 {
			l.Class = "bad"
		}
		return l
	}
	queued := lamp{v.word("health_queued"), number(messages[notice.Queued]), "plain"}
	return []lamp{show("board_late", late), show("health_dead", dead), queued, show("health_failed", messages[notice.Failed])}, err
}

// checking is the proof of the books that somebody asked for last; one at a time in
// this process.
type checking struct {
	mu           sync.Mutex
	running      bool
	begun, ended time.Time
	report       flow.Report
	failed       error
	work         sync.WaitGroup
}

// checkView is a proof as the page shows it.
type checkView struct {
	Running, Done, OK bool
	Seconds           int64
	Proved            []flow.Proof
	Breaches          []string
	Failed            string
}

func (c *checking) view(v *visit) checkView {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := checkView{Running: c.running, Done: !c.ended.IsZero() && !c.running, OK: c.report.OK() && c.failed == nil, Proved: c.report.Proved,
		Breaches: c.report.Breaches[:min(len(c.report.Breaches), 100)], Seconds: int64(c.ended.Sub(c.begun).Seconds())}
	if c.failed != nil {
		out.Failed = v.word("health_check_failed")
	}
	return out
}

// startCheck has the books proven; a second press while it runs changes nothing.
func (s *Site) startCheck(v *visit) error {
	if !v.everywhere() || s.cfg.Check == nil {
		return errEverywhere
	}
	c := &s.check
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.running {
		c.running, c.begun = true, s.cfg.Wall()
		c.work.Go(func() { s.prove() })
	}
	return v.lead("/health")
}

func (s *Site) prove() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		select {
		case <-s.closing:
			stop()
		case <-ctx.Done():
		}
	}()
	report, err := s.cfg.Check(ctx)
	if err != nil {
		s.cfg.Log.Error("check failed", "error", err)
	}
	s.check.mu.Lock()
	defer s.check.mu.Unlock()
	s.check.running, s.check.ended, s.check.report, s.check.failed = false, s.cfg.Wall(), report, err
}
