package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Handler works one job. It may read the database and call outside, and obeys
// ctx: it is cancelled when the lease is lost and, after a grace, when the runner
// stops. finish, which may be nil, runs in the transaction that makes the job
// done, so what it writes happens once; it touches nothing but the database and
// may run again after a clash. A job that comes InDoubt asks the other side
// before it repeats the call.
//
// An error counts as a failed attempt. Of its kinds, Unknown and Internal (and
// whatever is no fault) leave the job in doubt; the others promise that this
// attempt did nothing outside.
type Handler func(ctx context.Context, d *db.DB, j Job) (finish func(*db.Tx) error, err error)

// Runner works the due jobs of the kinds it has handlers for. Any number of
// runners, on any number of nodes, may work one database. Use it by pointer; its
// fields do not change once it works.
type Runner struct {
	DB *db.DB
	// Handlers by kind. Jobs of other kinds are left alone.
	Handlers map[string]Handler
	// Parallel is the number of jobs worked at once (default 4). In Run one kind
	// takes at most half of them, so that a sick one leaves room for the others.
	Parallel int
	// Lease is how long a job stays ours without a heartbeat (default 30 s); one
	// is sent each third of it.
	Lease time.Duration
	// Log hears of failures; nil for silence.
	Log *slog.Logger

	turns atomic.Uint64
}

const (
	parallelDefault = 4
	leaseDefault    = 30 * time.Second
	turnPerSlot     = 8
	idlePause       = 200 * time.Millisecond
	errorPause      = time.Second
	stopGrace       = 5 * time.Second
)

func (r *Runner) parallel() int        { return cmp.Or(max(r.Parallel, 0), parallelDefault) }
func (r *Runner) lease() time.Duration { return cmp.Or(max(r.Lease, 0), leaseDefault) }

func (r *Runner) log() *slog.Logger {
	if r.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.Log
}

// Turn takes one batch of due jobs, at most eight for each of Parallel and shared
// evenly among the kinds, works them and returns when all are over. n is the
// number taken; how each went stands in the table. With Parallel 1 they are
// worked one after the other, kind by kind, the longest due first. err is the
// database's, from taking.
func (r *Runner) Turn(ctx context.Context) (n int, err error) {
	s := r.startShift(ctx)
	defer s.end()
	room := turnPerSlot * r.parallel()
	taken, err := s.take(ctx, room, func(string) int { return room })
	slots := make(chan struct{}, r.parallel())
	for _, h := range taken {
		slots <- struct{}{}
		s.start(ctx, h, func() { <-slots })
	}
	return len(taken), err
}

// Run takes and works jobs until ctx ends. It looks again as soon as a job is
// over and, when idle, five times a second. At the end nothing more is taken;
// what is being worked has five seconds to finish, then its context is cancelled
// and what did not finish gives back its lease. Run returns when all are over.
func (r *Runner) Run(ctx context.Context) {
	s := r.startShift(ctx)
	defer s.end()
	most := max(1, r.parallel()/2)
	for ctx.Err() == nil {
		busy, all := s.busy()
		taken, err := s.take(ctx, r.parallel()-all, func(kind string) int { return most - busy[kind] })
		for _, h := range taken {
			s.start(ctx, h, func() {})
		}
		switch {
		case err != nil && ctx.Err() == nil:
			r.log().Error("jobs cannot be taken", "error", err)
			s.rest(ctx, errorPause)
		case len(taken) == 0:
			s.rest(ctx, idlePause)
		}
	}
}

// claim leases due jobs for room slots; spare bounds what one kind may have.
func (r *Runner) claim(ctx context.Context, room int, spare func(kind string) int) (jobs []Job, err error) {
	kinds := slices.Sorted(maps.Keys(r.Handlers))
	if room <= 0 || len(kinds) == 0 {
		return nil, nil
	}
	// Another kind is first each time: with fewer slots than kinds, each has
	// its turn.
	first := int(r.turns.Add(1)-1) % len(kinds)
	kinds = slices.Concat(kinds[first:], kinds[:first])
	var ready []string
	err = r.DB.Read(ctx, func(tx *db.Tx) (err error) { ready, err = Ready(tx, kinds); return err })
	shares := share(ready, room, spare)
	if err != nil || len(shares) == 0 {
		return nil, err
	}
	err = r.DB.Write(ctx, db.By{Actor: "job", Cause: "take"}, func(tx *db.Tx) error {
		jobs = nil
		for _, kind := range ready {
			some, err := Take(tx, []string{kind}, shares[kind], r.lease())
			if err != nil {
				return err
			}
			jobs = append(jobs, some...)
		}
		return nil
	})
	if err != nil {
		return nil, err // if they were leased all the same, the leases run out
	}
	return jobs, nil
}

// share deals room slots to kinds one by one, round after round, none beyond its
// spare.
func share(kinds []string, room int, spare func(kind string) int) map[string]int {
	shares := map[string]int{}
	for dealt := true; dealt && room > 0; {
		dealt = false
		for _, kind := range kinds {
			if room > 0 && shares[kind] < spare(kind) {
				shares[kind]++
				room--
				dealt = true
			}
		}
	}
	return shares
}

// work calls the handler and writes how it went.
func (r *Runner) work(ctx context.Context, j Job) {
	if ctx.Err() != nil {
		r.settle(j, nil, GiveBack)
		return
	}
	finish, err := r.call(ctx, j)
	if err == nil {
		err = r.write(j, func(tx *db.Tx) error {
			// First the fence: without the lease, finish must not even begin.
			if err := Done(tx, j); err != nil || finish == nil {
				return err
			}
			return finish(tx)
		})
		if err == nil {
			return
		}
		j.InDoubt = true // the call outside went well; only its record failed
	}
	if ctx.Err() != nil {
		j.InDoubt = j.InDoubt || !certain(fault.KindOf(err))
		r.settle(j, err, GiveBack)
		return
	}
	r.settle(j, err, func(tx *db.Tx, j Job) error { return Fail(tx, j, err) })
}

// call turns a panic of the handler into a failure of its job.
func (r *Runner) call(ctx context.Context, j Job) (finish func(*db.Tx) error, err error) {
	defer func() {
		if p := recover(); p != nil {
			finish, err = nil, ErrPanic.Wrap(fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	return r.Handlers[j.Kind](ctx, r.DB, j)
}

// settle writes the end of an attempt that was not done. When the database does
// not take it, the lease runs out and the job comes back in doubt.
func (r *Runner) settle(j Job, cause error, end func(*db.Tx, Job) error) {
	log := r.log().With("kind", j.Kind, "job", int64(j.ID), "attempt", j.Attempts)
	if cause != nil {
		log.Warn("job not done", "code", fault.Of(cause).Code, "error", cause)
	}
	err := r.write(j, func(tx *db.Tx) error { return end(tx, j) })
	switch {
	case errors.Is(err, ErrStale):
		log.Warn("job's lease was lost; this attempt has no effect")
	case err != nil:
		log.Error("job's end cannot be written; its lease will run out", "error", err)
	}
}

// write outlives the caller's context: a result must be written even when the
// runner stops.
func (r *Runner) write(j Job, fn func(*db.Tx) error) error {
	return r.DB.Write(context.Background(), db.By{Actor: "job:" + j.Kind, Cause: id.Text("J", int64(j.ID))}, fn)
}
