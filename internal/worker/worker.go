package worker

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/job"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/shipping"
)

// Worker is what one node does by itself. Fields do not change once it works.
type Worker struct {
	DB  *db.DB
	Kit flow.Kit
	// Carrier gives waybill numbers; nil leaves their jobs waiting.
	Carrier shipping.Carrier
	// Sender carries messages to customers; nil leaves them queued.
	Sender notice.Sender
	// AnchorFile is where the journal's anchors are written beside the database;
	// empty for nowhere.
	AnchorFile string
	// AnchorEvery is the time between anchors by the database's clock (default a
	// minute).
	AnchorEvery time.Duration
	// Readers follow the journal beside the house's own.
	Readers []journal.Reader
	// Handlers work jobs beside the house's own.
	Handlers map[string]job.Handler
	// Chores are done again and again beside the house's own.
	Chores []Chore
	// Parallel is the number of jobs worked at once in Run (default 4).
	Parallel int
	// Log hears of what failed; nil for silence.
	Log *slog.Logger
}

// Chore is a small piece of work that is done whenever there is some. Do gives
// how much it did; 0 lets it rest.
type Chore struct {
	Name string
	Do   func(ctx context.Context) (done int, err error)
	// Rest is the pause when there is nothing to do (default half a second).
	Rest time.Duration
}

// JobAnchor writes an anchor of the journal.
const JobAnchor = "journal.anchor"

const (
	page       = 100
	rest       = 500 * time.Millisecond
	readerRest = 200 * time.Millisecond
	pauseFirst = time.Second
	pauseMax   = 30 * time.Second
)

// Run works until ctx ends, and returns when all that was begun is over. A failure
// is logged and tried again after a growing pause; none is fatal.
func (w *Worker) Run(ctx context.Context) {
	w.persist(ctx, Chore{Name: "schedule", Do: w.schedule})
	runner := w.runner(cmp.Or(w.Parallel, 4))
	var all sync.WaitGroup
	all.Go(func() { runner.Run(ctx) })
	for _, c := range w.chores() {
		all.Go(func() { w.loop(ctx, c) })
	}
	all.Wait()
}

// Turn does one round of everything, one after the other: readers, what is due by
// the clock, messages, chores, jobs. It gives how much was done: 0 when there is
// nothing to do now. What fails does not keep the rest from its turn; the error is
// the first.
func (w *Worker) Turn(ctx context.Context) (done int, err error) {
	add := func(n int, e error) {
		done += n
		if err == nil {
			err = e
		}
	}
	_, e := w.schedule(ctx)
	add(0, e)
	for _, c := range w.chores() {
		add(w.try(ctx, c))
	}
	add(w.runner(1).Turn(ctx))
	return done, err
}

// chores are all of them, the house's own first.
func (w *Worker) chores() []Chore {
	var list []Chore
	for _, r := range append([]journal.Reader{notice.Reader()}, w.Readers...) {
		list = append(list, Chore{Name: "reader " + r.Name, Rest: readerRest,
			Do: func(ctx context.Context) (int, error) { return r.Turn(ctx, w.DB) }})
	}
	list = append(list,
		Chore{Name: "pass delayed", Do: w.story("pass_delayed", flow.PassDelayed)},
		Chore{Name: "release due", Do: w.story("release_due", flow.ReleaseDue)},
		Chore{Name: "expire unpaid", Do: w.story("expire_unpaid", flow.ExpireUnpaid)},
		Chore{Name: "same goods", Rest: time.Hour, Do: w.story("same_goods", order.Regroup)})
	if w.Sender != nil {
		list = append(list, Chore{Name: "notices", Do: func(ctx context.Context) (int, error) {
			return notice.Send(ctx, w.DB, w.Kit.Keys, w.Sender, page)
		}})
	}
	return append(list, w.Chores...)
}

// story makes a chore of a story that does a page of what is due.
func (w *Worker) story(name string, do func(*db.Tx, int) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (done int, err error) {
		err = w.DB.Write(ctx, db.By{Actor: "worker", Cause: name}, func(tx *db.Tx) (err error) {
			done, err = do(tx, page)
			return err
		})
		if err != nil {
			return 0, err
		}
		return done, nil
	}
}

// schedule sees that the recurring jobs are there. It is cheap to repeat.
func (w *Worker) schedule(ctx context.Context) (int, error) {
	return 0, w.DB.Write(ctx, db.By{Actor: "worker", Cause: "schedule"}, func(tx *db.Tx) error {
		return job.Every(tx, JobAnchor, cmp.Or(w.AnchorEvery, time.Minute))
	})
}

func (w *Worker) runner(parallel int) *job.Runner {
	handlers := map[string]job.Handler{JobAnchor: w.anchor}
	if w.Carrier != nil {
		handlers[flow.JobWaybill] = w.waybill
	}
	for kind, h := range w.Handlers {
		handlers[kind] = h
	}
	return &job.Runner{DB: w.DB, Handlers: handlers, Parallel: parallel, Log: w.Log}
}

// waybill fetches the number that a package needs.
func (w *Worker) waybill(ctx context.Context, d *db.DB, j job.Job) (func(*db.Tx) error, error) {
	var p flow.WaybillJob
	if err := json.Unmarshal([]byte(j.Payload), &p); err != nil {
		return nil, fault.Of(err)
	}
	return shipping.Fetch(ctx, d, w.Carrier, p.Waybill)
}

// anchor writes the journal's heads down, in the database and in the file.
func (w *Worker) anchor(ctx context.Context, d *db.DB, _ job.Job) (func(*db.Tx) error, error) {
	var line string
	err := d.Write(ctx, db.By{Actor: "worker", Cause: JobAnchor}, func(tx *db.Tx) (err error) {
		line, err = journal.Anchor(tx)
		return err
	})
	if err != nil || w.AnchorFile == "" {
		return nil, err
	}
	return nil, journal.AppendAnchor(w.AnchorFile, line)
}

// loop does a chore until ctx ends.
func (w *Worker) loop(ctx context.Context, c Chore) {
	pause := pauseFirst
	for ctx.Err() == nil {
		n, err := w.try(ctx, c)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.log().Error("chore failed", "chore", c.Name, "error", err, "again_in", pause)
			sleep(ctx, pause)
			pause = min(2*pause, pauseMax)
		case n == 0:
			pause = pauseFirst
			sleep(ctx, cmp.Or(c.Rest, rest))
		default:
			pause = pauseFirst
		}
	}
}

// persist does a chore until it went well once or ctx ends.
func (w *Worker) persist(ctx context.Context, c Chore) {
	for pause := pauseFirst; ctx.Err() == nil; pause = min(2*pause, pauseMax) {
		_, err := w.try(ctx, c)
		if err == nil {
			return
		}
		w.log().Error("chore failed", "chore", c.Name, "error", err, "again_in", pause)
		sleep(ctx, pause)
	}
}

// try does a chore once; its panic is an error like any other.
func (w *Worker) try(ctx context.Context, c Chore) (done int, err error) {
	defer func() {
		if p := recover(); p != nil {
			done, err = 0, fmt.Errorf("%s: panic: %v\n%s", c.Name, p, debug.Stack())
		}
	}()
	return c.Do(ctx)
}

func (w *Worker) log() *slog.Logger {
	if w.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Log
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
