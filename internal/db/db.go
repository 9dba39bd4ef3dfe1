package db

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Engine names one of the two databases.
type Engine uint8

const (
	// SQLite is the database inside the binary: one process, one file.
	SQLite Engine = iota
	// Postgres is PostgreSQL 15 or newer: many nodes, one database.
	Postgres
)

// String gives the engine's name as it stands in a database address.
func (e Engine) String() string {
	if e == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Instant is a moment in microseconds since 1970 UTC, as it is stored.
type Instant int64

// At turns a time into an instant; the zero time becomes 0, which means "not".
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMicro())
}

// Time turns an instant into a time in UTC; 0 becomes the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// Add gives the instant d later.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d/time.Microsecond) }

// By says who does something and what made them do it; both stand in the
// journal. Actor is a stable name such as "api:web-shop" or "job:plan".
type By struct {
	Actor string
	Cause string
}

// Options are what a program hands to Open. The zero value of each field means
// a sensible default.
type Options struct {
	// Clock gives Tx.Now. A replay hands in the time of its story.
	Clock func() time.Time
	// Wall is the real time that ids and node leases use.
	Wall func() time.Time
	// Lanes is the number of writing connections on PostgreSQL (default 4).
	Lanes int
	// Readers is the number of reading connections (default 4).
	Readers int
	// Holder names this process in the table of nodes.
	Holder string
	// Stopped is called once when the database refuses to write for good,
	// with the reason. The process must then exit and recover at its start.
	Stopped func(error)
	// Slow is told the name of a written function that took over 200 ms.
	Slow func(by By, took time.Duration)
	// PagesMax bounds the SQLite file, for tests of a full disk (0: no bound).
	PagesMax int
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Lanes == 0 {
		o.Lanes = 4
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Holder == "" {
		o.Holder = "baihuo"
	}
	return o
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	url     string
	opts    Options
	texts   *texts
	readers *pool
	writer  writer
	node    *node
	closers []func() error
	stats   Stats
	stopped atomic.Pointer[fault.Fault]
	once    sync.Once
}

// Stats counts what the lanes did since the start.
type Stats struct {
	// Commits is the number of transactions made durable, each with one or
	// more syncs of the log.
	Commits atomic.Int64
	// Functions is the number of functions those commits carried.
	Functions atomic.Int64
	// Rows is the number of rows written by statements.
	Rows atomic.Int64
	// Retries is the number of functions run again after a clash.
	Retries atomic.Int64
}

// writer runs one function in one transaction and returns when it is durable.
type writer interface {
	write(ctx context.Context, by By, fn func(*Tx) error) error
	close() error
}

// Open opens the database at url, "sqlite:FILE" or "postgres://...". The schema
// must be there already: see Migrate. Faults: Invalid for an address it cannot
// read; Conflict when another process holds the SQLite file or the schema is
// not of this version; Transient when the server does not answer.
func Open(ctx context.Context, url string, opts Options) (*DB, error) {
	opts = opts.withDefaults()
	d := &DB{url: url, opts: opts}
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		d.engine = SQLite
		d.texts = newTexts(SQLite)
		err = openSQLite(ctx, d, strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		d.engine = Postgres
		d.texts = newTexts(Postgres)
		err = openPostgres(ctx, d)
	default:
		return nil, ErrAddress.With(url)
	}
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

// Engine tells which of the two databases this is.
func (d *DB) Engine() Engine { return d.engine }

// Stats gives the counters of the lanes.
func (d *DB) Stats() *Stats { return &d.stats }

// Now gives the time of the clock that was handed in.
func (d *DB) Now() Instant { return At(d.opts.Clock()) }

// Node is the number of this node, 0 on SQLite.
func (d *DB) Node() int { return d.node.maker.Node() }

// NextID gives an id outside a transaction, for a key that must be known
// before the write.
func (d *DB) NextID() int64 { return d.node.maker.Next() }

// Write runs fn in one transaction and returns nil only after it is on disk.
// An error of fn undoes what it did and is returned. Faults of its own:
// Transient (certainly nothing was done), Unknown (may be done; repeat with the
// same key) and Busy when the database has stopped writing.
func (d *DB) Write(ctx context.Context, by By, fn func(*Tx) error) error {
	if why := d.stopped.Load(); why != nil {
		return why
	}
	if err := d.node.valid(); err != nil {
		return err
	}
	return d.writer.write(ctx, by, fn)
}

// Read runs fn on one snapshot of the data. Nothing can be changed in it.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	c, err := d.readers.take(ctx)
	if err != nil {
		return err
	}
	defer func() { d.readers.give(c) }()
	begin := "BEGIN"
	if d.engine == Postgres {
		begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	}
	if err := c.bare(ctx, begin); err != nil {
		c.broken = true
		return d.translate(err)
	}
	err = d.run(&Tx{db: d, c: c, ctx: ctx, now: d.Now(), readonly: true}, fn)
	if end := c.bare(context.Background(), "ROLLBACK"); end != nil {
		c.broken = true
	}
	return err
}

// run calls fn and turns a panic into a fault, so that one member's broken
// invariant does not take the others with it.
func (d *DB) run(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = ErrPanic.Wrap(fmt.Errorf("%v\n%s", p, stack()))
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.flush()
}

// stop refuses every write from now on. It is for a disk that failed or is
// full: what was acknowledged is safe, what comes next must not be promised.
func (d *DB) stop(cause error) {
	why := ErrStopped.Wrap(cause)
	if d.stopped.CompareAndSwap(nil, why) && d.opts.Stopped != nil {
		d.opts.Stopped(why)
	}
}

// Close ends all connections. What was waiting for a lane gets Transient.
func (d *DB) Close() (err error) {
	d.once.Do(func() {
		for i := len(d.closers) - 1; i >= 0; i-- {
			if e := d.closers[i](); e != nil && err == nil {
				err = e
			}
		}
	})
	return err
}

// startNode leases the number of this node, the same way on both engines.
func (d *DB) startNode(ctx context.Context) error {
	n, err := leaseNode(ctx, d)
	if err != nil {
		return err
	}
	d.node = n
	d.closers = append(d.closers, n.close)
	return nil
}

// ids is the maker of this node.
func (d *DB) ids() *id.Maker { return d.node.maker }
