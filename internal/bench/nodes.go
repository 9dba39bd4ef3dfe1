package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"baihuo/internal/db"
)

// nodes measures 1, 2 and 4 processes on one PostgreSQL, with orders over all
// SKUs and with every line the same SKU. On one machine they share its cores: the
// figure says that more nodes do no harm, and what more machines could win.
func (r *run) nodes(ctx context.Context) error {
	if r.engine == db.SQLite || r.Self == "" {
		return nil // one process per SQLite file
	}
	for _, kind := range []string{"uniform", "hot"} {
		for _, n := range []int{1, 2, 4} {
			result, err := r.nodesOf(ctx, kind, n)
			if err != nil {
				return err
			}
			if err := r.report(result); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) nodesOf(ctx context.Context, kind string, n int) (Result, error) {
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return Result{}, err
	}
	defer drop()
	if _, err := r.onWorld(ctx, address, func(*world) (Result, error) { return Result{}, nil }); err != nil {
		return Result{}, err
	}
	results := make([]Result, n)
	begun := time.Now()
	err = inParallel(n, n, func(i int) error {
		var out bytes.Buffer
		c := exec.CommandContext(ctx, r.Self, "bench-node", "--db", address, "--orders", fmt.Sprint(r.Orders/n), "--seed", fmt.Sprint(i+1), "--kind", kind)
		c.Stdout, c.Stderr = &out, os.Stderr
		if err := c.Run(); err != nil {
			return err
		}
		return json.Unmarshal(out.Bytes(), &results[i])
	})
	sum := Result{Name: fmt.Sprintf("nodes %d %s", n, kind), Engine: r.engine.String(), Orders: r.Orders / n * n,
		Note: fmt.Sprintf("%.1f s with the start of the processes", time.Since(begun).Seconds())}
	for _, one := range results {
		sum.OrdersPerSecond += one.OrdersPerSecond
		sum.P50MS = max(sum.P50MS, one.P50MS)
		sum.P99MS = max(sum.P99MS, one.P99MS)
		sum.RowsPerOrder += one.RowsPerOrder / float64(n)
		sum.Commits += one.Commits
		sum.MemoryMB += one.MemoryMB
	}
	sum.BatchSize = batchSize
	return sum, err
}

// Node is one process of the figure nodes: it takes its orders in and reports.
func Node(ctx context.Context, address string, orders int, seed uint64, kind string) (Result, error) {
	d, err := db.Open(ctx, address, db.Options{Holder: fmt.Sprintf("bench %d", os.Getpid())})
	if err != nil {
		return Result{}, err
	}
	defer d.Close()
	w, err := joinWorld(ctx, d, seed)
	if err != nil {
		return Result{}, err
	}
	return w.accept(ctx, "node", orders, seed, kind == "hot")
}
