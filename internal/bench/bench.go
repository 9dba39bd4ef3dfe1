package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/order"
)

// Result is one measured figure.
type Result struct {
	Name            string  `json:"name"`
	Engine          string  `json:"engine"`
	Orders          int     `json:"orders"`
	OrdersPerSecond float64 `json:"orders_per_second"`
	P50MS           float64 `json:"p50_ms"`
	P95MS           float64 `json:"p95_ms,omitempty"`
	P99MS           float64 `json:"p99_ms"`
	RatioToRaw      float64 `json:"ratio_to_raw"`
	RowsPerOrder    float64 `json:"rows_per_order"`
	BatchSize       float64 `json:"batch_size"`
	Commits         int64   `json:"commits"`
	MemoryMB        float64 `json:"memory_mb"`
	Note            string  `json:"note,omitempty"`
}

// Write prints a result, as a line of JSON or for a person.
func (r Result) Write(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	if r.OrdersPerSecond == 0 { // what pages cost is a time, not a rate
		_, err := fmt.Fprintf(w, "%-14s %-8s p50 %7.2f ms  p99 %7.2f ms  %s\n", r.Name, r.Engine, r.P50MS, r.P99MS, r.Note)
		return err
	}
	_, err := fmt.Fprintf(w, "%-14s %-8s %8.0f orders/s  p50 %7.2f ms  p99 %7.2f ms  %5.2f of raw  %5.1f rows/order  batch %5.1f  commits %6d  %5.0f MB  %s\n",
		r.Name, r.Engine, r.OrdersPerSecond, r.P50MS, r.P99MS, r.RatioToRaw, r.RowsPerOrder, r.BatchSize, r.Commits, r.MemoryMB, r.Note)
	return err
}

// lanes is how many batches are worked on at once: one more than can be written,
// so that the next is prepared meanwhile.
func lanes(e db.Engine) int {
	if e == db.SQLite {
		return 2
	}
	return 4
}

// accept sends n orders through flow.Accept in batches and measures each order
// from the moment its batch was made to the moment it was on disk.
func (w *world) accept(ctx context.Context, name string, n int, seed uint64, hot bool) (Result, error) {
	w.run = fmt.Sprintf("%s-%d-", name, seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	batches := (n + batchSize - 1) / batchSize
	var drawing sync.Mutex
	draw := func(i int) []*order.Draft {
		drawing.Lock()
		defer drawing.Unlock()
		return w.drafts(rng, min(batchSize, n-i*batchSize), hot)
	}
	runtime.GC()
	before := w.d.Stats().Rows.Load()
	commits := w.d.Stats().Commits.Load()
	m := newMeter()
	err := inParallel(lanes(w.d.Engine()), batches, func(i int) error {
		drafts := draw(i)
		return m.time(len(drafts), func() error { return w.acceptBatch(ctx, drafts) })
	})
	r := m.result(name, w.d.Engine(), n)
	r.RowsPerOrder = float64(w.d.Stats().Rows.Load()-before) / float64(n)
	r.Commits = w.d.Stats().Commits.Load() - commits
	r.BatchSize = batchSize
	return r, err
}

func (w *world) acceptBatch(ctx context.Context, drafts []*order.Draft) error {
	prepared := flow.Prepare(w.kit, w.shops, drafts)
	return w.d.Write(ctx, by, func(tx *db.Tx) error {
		outcomes, err := flow.Accept(tx, w.kit, prepared)
		if err != nil {
			return err
		}
		return allAccepted(outcomes)
	})
}

func allAccepted(outcomes []fault.Outcome[flow.Accepted]) error {
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
		if o.Value.Why != "" || o.Value.Short > 0 || o.Value.Duplicate {
			return fmt.Errorf("order %d is no plain order: %+v", o.Value.Order, o.Value)
		}
	}
	return nil
}

// inParallel calls do(0) ... do(n-1) from workers goroutines, in order of their
// start, and gives the first error.
func inParallel(workers, n int, do func(i int) error) error {
	var (
		mu    sync.Mutex
		next  int
		first error
		wg    sync.WaitGroup
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == n || first != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range workers {
		wg.Go(func() {
			for {
				i, ok := take()
				if !ok {
					return
				}
				if err := do(i); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}

// meter gathers the time of each order.
type meter struct {
	mu    sync.Mutex
	begun time.Time
	took  []float64
}

func newMeter() *meter { return &meter{begun: time.Now()} }

// time measures one batch of n orders: each of them took as long as the batch.
func (m *meter) time(n int, do func() error) error {
	begun := time.Now()
	err := do()
	ms := float64(time.Since(begun).Microseconds()) / 1000
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		m.took = append(m.took, ms)
	}
	return err
}

func (m *meter) result(name string, engine db.Engine, n int) Result {
	wall := time.Since(m.begun).Seconds()
	slices.Sort(m.took)
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	r := Result{Name: name, Engine: engine.String(), Orders: n, OrdersPerSecond: float64(n) / wall, MemoryMB: float64(mem.Sys) / (1 << 20)}
	if k := len(m.took); k > 0 {
		r.P50MS, r.P99MS = m.took[k/2], m.took[k*99/100]
	}
	return r
}
