package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"baihuo/internal/fault"
)

// Limits of the server's patience. A reading connection may run a long report.
var (
	writeLimits = map[string]string{
		"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "20s",
		"timezone": "UTC", "synchronous_commit": "on",
	}
	readLimits = map[string]string{
		"statement_timeout": "10min", "idle_in_transaction_session_timeout": "10min", "timezone": "UTC",
	}
)

func openPostgres(ctx context.Context, d *DB) error {
	reading, err := pgSource(d.url, readLimits)
	if err != nil {
		return err
	}
	d.readers = newPool(Postgres, reading, d.opts.Readers)
	d.closers = append(d.closers, d.readers.close)
	if err := d.checkServer(ctx, reading); err != nil {
		return err
	}
	if err := d.checkSchema(ctx, reading); err != nil {
		return err
	}
	writing, err := pgSource(d.url, writeLimits)
	if err != nil {
		return err
	}
	w := &pgLanes{db: d, pool: newPool(Postgres, writing, d.opts.Lanes), streams: make(chan int64, d.opts.Lanes)}
	d.writer = w
	d.closers = append(d.closers, w.close)
	// Until the node has its number, its only writer is the lease itself.
	w.streams <- -1
	if err := d.startNode(ctx); err != nil {
		return err
	}
	<-w.streams
	for i := range d.opts.Lanes {
		w.streams <- int64(d.node.maker.Node()*lanesMax + i)
	}
	return nil
}

// lanesMax bounds the lanes of one node, so that streams have fixed numbers.
const lanesMax = 64

func pgSource(url string, limits map[string]string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, ErrAddress.With("postgres://...").Wrap(err)
	}
	for k, v := range limits {
		cfg.RuntimeParams[k] = v
	}
	cfg.StatementCacheCapacity = 1024
	source := stdlib.OpenDB(*cfg)
	source.SetMaxIdleConns(lanesMax)
	return source, nil
}

// checkServer refuses a database whose texts would sort or fold otherwise than
// SQLite's.
func (d *DB) checkServer(ctx context.Context, source *sql.DB) error {
	var encoding, collation string
	err := source.QueryRowContext(ctx, `SELECT pg_encoding_to_char(encoding), datcollate
		FROM pg_database WHERE datname = current_database()`).Scan(&encoding, &collation)
	if err != nil {
		return d.translate(err)
	}
	if encoding != "UTF8" || collation != "C" {
		return ErrCollation.With(encoding, collation)
	}
	return nil
}

// pgLanes are the few writing connections of a node. A lane is a connection
// with a stream number; whoever holds the number writes that stream alone.
type pgLanes struct {
	db      *DB
	pool    *pool
	streams chan int64
}

func (w *pgLanes) close() error { return w.pool.close() }

func (w *pgLanes) write(ctx context.Context, by By, fn func(*Tx) error) error {
	var stream int64
	select {
	case stream = <-w.streams:
	case <-ctx.Done():
		return ErrNotStarted.Wrap(ctx.Err())
	}
	defer func() { w.streams <- stream }()
	begun := time.Now()
	var err error
	for try := 1; ; try++ {
		c, e := w.pool.take(ctx)
		if e != nil {
			return e
		}
		err = w.once(c, stream, by, fn)
		w.pool.give(c)
		if !errors.Is(err, ErrAgain) || try > againMax {
			break
		}
		w.db.stats.Retries.Add(1)
		pause(time.Duration(try) * time.Duration(1+rand.IntN(5)) * time.Millisecond)
	}
	if took := time.Since(begun); took > slowFunction && w.db.opts.Slow != nil {
		w.db.opts.Slow(by, took)
	}
	return err
}

// once runs fn in one transaction. What fails before COMMIT was sent is
// certainly not done; a COMMIT without an answer is Unknown.
func (w *pgLanes) once(c *conn, stream int64, by By, fn func(*Tx) error) error {
	ctx := context.Background()
	if err := c.bare(ctx, "BEGIN ISOLATION LEVEL READ COMMITTED"); err != nil {
		c.broken = true // the server went away meanwhile; a fresh connection may do
		return ErrAgain.Wrap(err)
	}
	tx := &Tx{db: w.db, c: c, ctx: ctx, now: w.db.Now(), by: by, stream: stream}
	if err := w.db.run(tx, fn); err != nil {
		if rollback := c.bare(ctx, "ROLLBACK"); rollback != nil {
			c.broken = true
		}
		return err
	}
	err := c.bare(ctx, "COMMIT")
	if err == nil {
		w.db.stats.Commits.Add(1)
		w.db.stats.Functions.Add(1)
		return nil
	}
	var answered *pgconn.PgError
	if errors.As(err, &answered) && answered.Code[:2] != "57" && answered.Code[:2] != "08" {
		_ = c.bare(ctx, "ROLLBACK")
		return w.db.translate(err)
	}
	c.broken = true
	return ErrCommit.Wrap(err)
}

// pause waits before a retry; nothing waits for it.
func pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	<-t.C
}

// IsUnknown says whether the work may have been done all the same.
func IsUnknown(err error) bool { return err != nil && fault.KindOf(err) == fault.Unknown }
