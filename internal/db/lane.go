package db

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"baihuo/internal/fault"
)

// The lane is SQLite's one writing connection, and the group commit.
//
// A commit with synchronous=FULL waits for the disk. Instead of one commit for
// each function, the functions that are waiting run one after the other, each
// inside its own savepoint, and share one commit. Each caller hears its own
// result only after that commit: an order is acknowledged after it is on disk.
//
// What keeps one caller from harming another:
//
//   - A fault or a panic is undone with ROLLBACK TO and RELEASE; of the first
//     function of a group with ROLLBACK and a new BEGIN, which spares the one that
//     comes alone, as a large batch does, the copy of every page it touches.
//   - Statements never see a caller's context. SQLite answers the interrupt of
//     a write by rolling back the whole transaction, which would silently undo
//     the others. A caller that gives up before its function started is
//     skipped; one that gives up later hears Unknown, and the function is
//     committed with the rest.
//   - SQLite also rolls back by itself when the disk is full or fails. Then the
//     savepoint is gone, nothing more runs in this group, and its callers hear
//     Unknown where their function ran and Transient where it had not.
//   - A failed COMMIT may be on disk all the same: everybody hears Unknown, and
//     after an I/O error the database stops writing (Options.Stopped).
const (
	groupFunctionsMax = 256
	groupOpenMax      = 20 * time.Millisecond
	slowFunction      = 200 * time.Millisecond
)

// The life of a request: only one side may move it out of waiting.
const (
	waiting int32 = iota
	started
	abandoned
)

type request struct {
	by    By
	fn    func(*Tx) error
	state atomic.Int32
	done  chan error
	err   error
	ran   bool
}

type lane struct {
	db       *DB
	c        *conn
	stream   int64
	requests chan *request
	quit     chan struct{}
	ended    sync.WaitGroup
}

func newLane(d *DB, c *conn, stream int64) *lane {
	l := &lane{db: d, c: c, stream: stream, requests: make(chan *request, groupFunctionsMax), quit: make(chan struct{})}
	l.ended.Go(l.loop)
	return l
}

func (l *lane) close() error {
	close(l.quit)
	l.ended.Wait()
	for {
		select {
		case r := <-l.requests:
			r.done <- ErrClosed
		default:
			return l.c.close()
		}
	}
}

func (l *lane) write(ctx context.Context, by By, fn func(*Tx) error) error {
	r := &request{by: by, fn: fn, done: make(chan error, 1)}
	select {
	case l.requests <- r:
	case <-ctx.Done():
		return ErrNotStarted.Wrap(ctx.Err())
	case <-l.quit:
		return ErrClosed
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, abandoned) {
			return ErrNotStarted.Wrap(ctx.Err())
		}
		return ErrGaveUp.Wrap(ctx.Err())
	case <-l.quit:
		// The loop answers what it has taken; close answers the rest.
		return <-r.done
	}
}

func (l *lane) loop() {
	for {
		select {
		case <-l.quit:
			return
		case r := <-l.requests:
			l.group(r)
		}
	}
}

// group runs first and whatever else is waiting in one transaction.
func (l *lane) group(first *request) {
	if why := l.db.stopped.Load(); why != nil {
		first.done <- why
		return
	}
	if err := l.c.bare(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		first.done <- ErrNoConnection.Wrap(err)
		l.stopOn(err)
		return
	}
	var group []*request
	begun := time.Now()
	whole := true
	for r := first; r != nil; r = l.next(len(group), begun) {
		if !r.state.CompareAndSwap(waiting, started) {
			continue
		}
		group = append(group, r)
		if whole = l.step(r, len(group) == 1); !whole {
			break // what still waits goes to the next group
		}
	}
	l.finish(group, whole)
}

// next gives a request that is already waiting, as long as the group is open.
func (l *lane) next(have int, begun time.Time) *request {
	if have >= groupFunctionsMax || time.Since(begun) > groupOpenMax {
		return nil
	}
	for {
		select {
		case r := <-l.requests:
			if r.state.Load() == abandoned {
				continue
			}
			return r
		default:
			return nil
		}
	}
}

// step runs one function inside its savepoint and says whether the group's
// transaction is still whole.
func (l *lane) step(r *request, first bool) (whole bool) {
	mark, undo := []string{"SAVEPOINT member"}, []string{"ROLLBACK TO member", "RELEASE member"}
	keep := []string{"RELEASE member"}
	if first {
		mark, undo, keep = nil, []string{"ROLLBACK", "BEGIN IMMEDIATE"}, nil
	}
	begun := time.Now()
	defer func() {
		if took := time.Since(begun); took > slowFunction && l.db.opts.Slow != nil {
			l.db.opts.Slow(r.by, took)
		}
	}()
	for try := 0; ; try++ {
		if err := l.say(mark); err != nil {
			r.err = l.db.translate(err)
			return false
		}
		r.ran = true
		tx := &Tx{db: l.db, c: l.c, ctx: context.Background(), now: l.db.Now(), by: r.by, stream: l.stream}
		r.err = l.db.run(tx, r.fn)
		ending := keep
		if r.err != nil {
			l.stopOn(r.err)
			ending = undo
		}
		if l.say(ending) != nil || !l.open() {
			return false
		}
		if try >= againMax || !errors.Is(r.err, ErrAgain) {
			return true
		}
		l.db.stats.Retries.Add(1)
	}
}

// say runs statements of transaction control, in order, until one fails.
func (l *lane) say(texts []string) error {
	for _, text := range texts {
		if err := l.c.bare(context.Background(), text); err != nil {
			return err
		}
	}
	return nil
}

// open says whether the group's transaction is still there: inside one, a second
// BEGIN is refused. SQLite ends it by itself when the disk is full or fails.
func (l *lane) open() bool {
	if l.c.bare(context.Background(), "BEGIN") != nil {
		return true
	}
	_ = l.c.bare(context.Background(), "ROLLBACK")
	return false
}

// finish commits and tells each caller its own result.
func (l *lane) finish(group []*request, whole bool) {
	if whole {
		if err := l.c.bare(context.Background(), "COMMIT"); err != nil {
			whole = false
			l.stopOn(err)
		} else {
			l.db.stats.Commits.Add(1)
			l.db.stats.Functions.Add(int64(len(group)))
		}
	}
	if !whole {
		_ = l.c.bare(context.Background(), "ROLLBACK") // it may be gone already
	}
	for _, r := range group {
		switch {
		case whole || (r.err != nil && fault.KindOf(r.err) != fault.Internal && !r.ran):
			r.done <- r.err
		case r.ran:
			r.done <- ErrGroupLost.Wrap(r.err)
		default:
			r.done <- ErrNotRun.Wrap(r.err)
		}
	}
}

// stopOn stops all writing when err says that the disk failed or is full.
func (l *lane) stopOn(err error) {
	if f := fault.Of(l.db.translate(err)); f.Code == ErrDisk.Code || f.Code == ErrDiskFull.Code {
		l.db.stop(err)
	}
}
