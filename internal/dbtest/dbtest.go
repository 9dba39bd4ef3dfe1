// Package dbtest gives tests a fresh, migrated database on both engines.
//
// SQLite lives in the test's own folder. PostgreSQL is asked for by the
// environment BAIHUO_TEST_POSTGRES, the address of a private server whose user
// may create databases (make test starts one); without it those tests skip.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"

	"baihuo/internal/db"
)

// Env names the address of the private PostgreSQL server.
const Env = "BAIHUO_TEST_POSTGRES"

// By is who acts in tests.
var By = db.By{Actor: "test", Cause: "test"}

// Clock is a clock that a test moves by hand. It starts on Singles' Day.
type Clock struct{ at atomic.Int64 }

// NewClock gives a clock that stands at 2026-11-11 08:00 in Shanghai.
func NewClock() *Clock {
	c := &Clock{}
	c.at.Store(time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

// Now reads the clock.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

// Set moves the clock to t.
func (c *Clock) Set(t time.Time) { c.at.Store(t.UnixMicro()) }

// Advance moves the clock d forward.
func (c *Clock) Advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// Each runs test on a fresh SQLite and on a fresh PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachWith(t, db.Options{Clock: NewClock().Now}, test)
}

// EachWith is Each with options.
func EachWith(t *testing.T, opts db.Options, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) { test(t, Open(t, engine, opts)) })
	}
}

// Open gives a fresh database on engine, closed when the test ends.
func Open(t testing.TB, engine db.Engine, opts db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), URL(t, engine), opts)
	if err != nil {
		t.Fatalf("open %s: %v", engine, err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Write runs fn in a transaction and fails the test on an error.
func Write(t testing.TB, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), By, fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// Read runs fn on a snapshot and fails the test on an error.
func Read(t testing.TB, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := d.Read(context.Background(), fn); err != nil {
		t.Fatalf("read: %v", err)
	}
}

// URL gives the address of a fresh, migrated database on engine.
func URL(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.SQLite {
		return "sqlite:" + sqliteFile(t)
	}
	return postgresURL(t)
}

var sqliteTemplate = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "baihuo-template-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "template.db")
	_, err = db.Migrate(context.Background(), "sqlite:"+file)
	return file, err
})

func sqliteFile(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("migrate the SQLite template: %v", err)
	}
	to := filepath.Join(t.TempDir(), "baihuo.db")
	if err := copyFile(template, to); err != nil {
		t.Fatal(err)
	}
	return to
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}

var count atomic.Int64

func postgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Env)
	if server == "" {
		t.Skipf("no PostgreSQL: set %s to the address of a private server (make test starts one)", Env)
	}
	template, err := postgresTemplate(server)
	if err != nil {
		t.Fatalf("migrate the PostgreSQL template: %v", err)
	}
	name := fmt.Sprintf("baihuo_test_%d_%d", os.Getpid(), count.Add(1))
	if err := administer(server, "CREATE DATABASE "+name+" TEMPLATE "+template+strategy(server)); err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	t.Cleanup(func() { _ = administer(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withName(server, name)
}

// templates holds, by server, what makes its template once: a test may start a
// server of its own beside the shared one.
var templates sync.Map

// postgresTemplate gives the name of server's migrated database, made once per
// schema and server. Test programs run side by side: each makes its own and the
// first to finish gives it the shared name.
func postgresTemplate(server string) (string, error) {
	once, _ := templates.LoadOrStore(server, sync.OnceValues(func() (string, error) { return makeTemplate(server) }))
	return once.(func() (string, error))()
}

func makeTemplate(server string) (string, error) {
	shared := "baihuo_template_" + schemaDigest()
	own := fmt.Sprintf("%s_%d", shared, os.Getpid())
	if exists(server, shared) {
		return shared, nil
	}
	if err := administer(server, "CREATE DATABASE "+own+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return "", err
	}
	if _, err := db.Migrate(context.Background(), withName(server, own)); err != nil {
		return "", err
	}
	if err := administer(server, "ALTER DATABASE "+own+" RENAME TO "+shared); err != nil {
		_ = administer(server, "DROP DATABASE IF EXISTS "+own)
	}
	return shared, nil
}

// strategy has the files of a template copied as they lie, where the server knows how
// to be asked for that: one that does not wait for the disk does it several times
// faster than it writes them through its log.
func strategy(server string) string {
	if version, _ := ask(server, "SELECT current_setting('server_version_num')::int"); version >= 150_000 {
		return " STRATEGY FILE_COPY"
	}
	return ""
}

func schemaDigest() string {
	h := fnv.New64a()
	h.Write(db.Schema())
	return fmt.Sprintf("%x", h.Sum64())
}

func exists(server, name string) bool {
	n, err := ask(server, "SELECT 1 FROM pg_database WHERE datname = $1", name)
	return err == nil && n == 1
}

// ask gives the number a query answers.
func ask(server, query string, args ...any) (n int, err error) {
	source, err := sql.Open("pgx", server)
	if err != nil {
		return 0, err
	}
	defer source.Close()
	return n, source.QueryRow(query, args...).Scan(&n)
}

func administer(server, statement string) error {
	source, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer source.Close()
	_, err = source.Exec(statement)
	return err
}

func withName(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}
