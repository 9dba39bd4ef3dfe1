package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// oldestSQLite is the first release without the WAL-reset race that could lose
// committed transactions (3.7.0 to 3.51.2).
var oldestSQLite = [3]int{3, 51, 3}

func openSQLite(ctx context.Context, d *DB, file string) error {
	if file == "" {
		return ErrAddress.With("sqlite:")
	}
	unlock, err := lockFile(file)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, unlock)
	source, err := sql.Open("sqlite", sqliteName(file))
	if err != nil {
		return ErrNoConnection.Wrap(err)
	}
	d.readers = newPool(SQLite, source, d.opts.Readers)
	d.closers = append(d.closers, d.readers.close)
	c, err := d.sqliteLane(ctx, source)
	if err != nil {
		return err
	}
	l := newLane(d, c, 0)
	d.writer = l
	d.closers = append(d.closers, l.close)
	if err := d.checkSchema(ctx, source); err != nil {
		return err
	}
	return d.startNode(ctx)
}

// sqliteLane opens the writing connection and checks the engine's version.
func (d *DB) sqliteLane(ctx context.Context, source *sql.DB) (*conn, error) {
	raw, err := source.Conn(ctx)
	if err != nil {
		return nil, d.translate(err)
	}
	var version string
	if err := raw.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return nil, d.translate(err)
	}
	var v [3]int
	_, _ = fmt.Sscanf(version, "%d.%d.%d", &v[0], &v[1], &v[2])
	if v[0] != oldestSQLite[0] || v[1] < oldestSQLite[1] || (v[1] == oldestSQLite[1] && v[2] < oldestSQLite[2]) {
		return nil, ErrOldEngine.With(version)
	}
	if d.opts.PagesMax > 0 {
		if _, err := raw.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count=%d", d.opts.PagesMax)); err != nil {
			return nil, d.translate(err)
		}
	}
	return &conn{engine: SQLite, raw: raw}, nil
}

// sqliteName gives the driver's name of a file with the house's settings: a
// durable log, enforced keys, a large cache, a log that is folded back every
// 64 MiB.
func sqliteName(file string) string {
	q := url.Values{}
	for _, p := range []string{
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "busy_timeout(5000)",
		"cache_size(-65536)", "wal_autocheckpoint(16000)", "temp_store(MEMORY)",
	} {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + q.Encode()
}

// lockFile makes this process the only one that opens file. The lock lies in a
// file beside it, because closing any handle on the data file itself would
// drop SQLite's own locks.
func lockFile(file string) (unlock func() error, err error) {
	path := file + ".lock"
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, ErrDisk.Wrap(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, ErrDisk.Wrap(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		_ = f.Close()
		return nil, ErrLocked.With(strings.TrimSpace(string(holder)))
	}
	_ = f.Truncate(0)
	_, _ = fmt.Fprintf(f, "pid %d", os.Getpid())
	return f.Close, nil
}
