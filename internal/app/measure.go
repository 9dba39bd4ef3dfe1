package app

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"

	"baihuo/internal/bench"
	"baihuo/internal/cli"
	"baihuo/internal/db"
)

func (p *program) bench(ctx context.Context, _ cli.Common, o cli.Bench) error {
	hurry()
	dir, err := os.MkdirTemp("", "baihuo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	options := bench.Options{Names: o.Names, Orders: o.Orders, Grown: o.Grown, Web: o.Web, Seed: o.Seed, Dir: dir, Server: o.Server, Self: self,
		Report: func(r bench.Result) error { return r.Write(p.out, o.JSON) }}
	if o.Engine != "postgres" {
		options.Engines = append(options.Engines, db.SQLite)
	}
	if o.Engine != "sqlite" {
		if o.Server == "" && o.Engine == "postgres" {
			return fmt.Errorf("set BAIHUO_BENCH_POSTGRES to a private server (make bench starts one)")
		}
		if o.Server == "" {
			fmt.Fprintln(p.errs, "没有 PostgreSQL,只测 SQLite / no PostgreSQL server given, measuring SQLite only (make bench starts one)")
		} else {
			options.Engines = append(options.Engines, db.Postgres)
		}
	}
	if o.Profile != "" {
		f, err := os.Create(o.Profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return bench.Run(ctx, options)
}

func (p *program) node(ctx context.Context, c cli.Common, o cli.BenchNode) error {
	hurry()
	if o.Kind == "hub" {
		return bench.Hub(ctx, c.DB, o.Seed)
	}
	r, err := bench.Node(ctx, c.DB, o.Orders, o.Seed, o.Kind)
	if err != nil {
		return err
	}
	return r.Write(p.out, true)
}
