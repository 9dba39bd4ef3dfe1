package bench

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"

	"baihuo/internal/db"
)

// Options choose what is measured.
type Options struct {
	Names   []string
	Engines []db.Engine
	Orders  int
	Grown   int
	// Web is how many orders are stored for the figure web.
	Web  int
	Seed uint64
	// Dir takes the SQLite files; Server is a private PostgreSQL server whose
	// user may create databases.
	Dir    string
	Server string
	// Self is this program's file, for figures that need several processes.
	Self   string
	Report func(Result) error
}

// Names are all figures, in the order in which they are measured.
var Names = []string{"raw", "accept", "hot", "http", "overload", "nodes", "grown", "web"}

// Run measures. Raw is always measured, because the others are told as a part
// of it.
func Run(ctx context.Context, o Options) error {
	for _, n := range o.Names {
		if !slices.Contains(Names, n) {
			return fmt.Errorf("no figure is called %q; there are %s", n, strings.Join(Names, " "))
		}
	}
	for _, e := range o.Engines {
		r := &run{Options: o, engine: e}
		if err := r.all(ctx); err != nil {
			return fmt.Errorf("bench on %s: %w", e, err)
		}
	}
	return nil
}

type run struct {
	Options
	engine  db.Engine
	rawRate float64
	made    int
}

func (r *run) wants(name string) bool { return len(r.Names) == 0 || slices.Contains(r.Names, name) }

func (r *run) report(res Result) error {
	if r.rawRate > 0 && res.RatioToRaw == 0 {
		res.RatioToRaw = res.OrdersPerSecond / r.rawRate
	}
	return r.Report(res)
}

func (r *run) all(ctx context.Context) error {
	steps := []struct {
		name string
		do   func(context.Context) error
	}{{"hot", r.hot}, {"http", r.http}, {"overload", r.overload}, {"nodes", r.nodes}, {"grown", r.grown}, {"web", r.web}}
	if !slices.Equal(r.Names, []string{"web"}) { // the pages alone are not told as a part of anything
		if err := r.acceptAndRaw(ctx); err != nil {
			return err
		}
	}
	for _, s := range steps {
		if !r.wants(s.name) {
			continue
		}
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// acceptAndRaw measures flow.Accept on a fresh database, then writes the same
// rows bare into another.
func (r *run) acceptAndRaw(ctx context.Context) error {
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	defer drop()
	accept, err := r.onWorld(ctx, address, func(w *world) (Result, error) {
		if _, err := w.accept(ctx, "warm", min(r.Orders, 10*batchSize), r.Seed, false); err != nil {
			return Result{}, err
		}
		return w.accept(ctx, "accept", r.Orders, r.Seed, false)
	})
	if err != nil {
		return err
	}
	rawResult, err := r.raw(ctx, address, r.Orders+min(r.Orders, 10*batchSize))
	if err != nil {
		return err
	}
	r.rawRate = rawResult.OrdersPerSecond
	if err := r.report(rawResult); err != nil {
		return err
	}
	return r.report(accept)
}

func (r *run) onWorld(ctx context.Context, address string, do func(*world) (Result, error)) (Result, error) {
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return Result{}, err
	}
	defer d.Close()
	w, err := newWorld(ctx, d, r.Seed)
	if err != nil {
		return Result{}, err
	}
	if err := analyze(ctx, address); err != nil {
		return Result{}, err
	}
	return do(w)
}

// raw copies the rows of the database at address into a fresh one that has the
// same shop and stock.
func (r *run) raw(ctx context.Context, address string, orders int) (Result, error) {
	source, err := bare(address)
	if err != nil {
		return Result{}, err
	}
	defer source.Close()
	tables, err := readRows(ctx, source, 0)
	if err != nil {
		return Result{}, err
	}
	target, drop, err := r.fresh(ctx)
	if err != nil {
		return Result{}, err
	}
	defer drop()
	if _, err := r.onWorld(ctx, target, func(*world) (Result, error) { return Result{}, nil }); err != nil {
		return Result{}, err
	}
	d, err := bare(target)
	if err != nil {
		return Result{}, err
	}
	defer d.Close()
	return writeRaw(ctx, r.engine, d, tables, orders)
}

func (r *run) hot(ctx context.Context) error {
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	defer drop()
	result, err := r.onWorld(ctx, address, func(w *world) (Result, error) {
		return w.accept(ctx, "hot", r.Orders, r.Seed, true)
	})
	if err != nil {
		return err
	}
	return r.report(result)
}

// fresh makes an empty, migrated database and gives its address and what removes
// it.
func (r *run) fresh(ctx context.Context) (address string, drop func(), err error) {
	r.made++
	name := fmt.Sprintf("baihuo_bench_%d_%d", os.Getpid(), r.made)
	if r.engine == db.SQLite {
		dir := filepath.Join(r.Dir, name)
		address, drop = "sqlite:"+filepath.Join(dir, "bench.db"), func() { _ = os.RemoveAll(dir) }
	} else {
		if err := administer(ctx, r.Server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
			return "", nil, err
		}
		u, err := url.Parse(r.Server)
		if err != nil {
			return "", nil, err
		}
		u.Path = "/" + name
		address = u.String()
		drop = func() {
			_ = administer(context.Background(), r.Server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		}
	}
	if _, err := db.Migrate(ctx, address); err != nil {
		drop()
		return "", nil, err
	}
	return address, drop, nil
}

func administer(ctx context.Context, server, statement string) error {
	d, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.ExecContext(ctx, statement)
	return err
}

// bare opens a database without product code, with the same settings for
// durability.
func bare(address string) (*sql.DB, error) {
	file, lite := strings.CutPrefix(address, "sqlite:")
	if !lite {
		return sql.Open("pgx", address)
	}
	d, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)"+
		"&_pragma=wal_autocheckpoint(16000)&_pragma=busy_timeout(5000)")
	if err == nil {
		d.SetMaxOpenConns(1)
	}
	return d, err
}

// analyze gives PostgreSQL the statistics that a database in use would have.
func analyze(ctx context.Context, address string) error {
	if strings.HasPrefix(address, "sqlite:") {
		return nil
	}
	return administer(ctx, address, "ANALYZE")
}
