package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// grown measures whether anything on a request's path grows with history: the
// acceptance, the look-up of an order and the first page of a list, with few and
// with many orders stored, each as a part of what bare statements do on the same
// filled database in the same minute.
func (r *run) grown(ctx context.Context) error {
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	defer drop()
	var ratios []map[string]float64
	stored := 0
	for _, size := range []int{min(10_000, r.Grown/10), r.Grown} {
		if err := r.fill(ctx, address, size-stored, size); err != nil {
			return err
		}
		stored = size
		found, err := r.measureFilled(ctx, address, size)
		if err != nil {
			return err
		}
		ratios = append(ratios, found)
	}
	for _, name := range []string{"accept", "lookup", "list"} {
		few, many := ratios[0][name], ratios[1][name]
		err := r.Report(Result{Name: "grown " + name, Engine: r.engine.String(), Orders: r.Grown, OrdersPerSecond: 0, RatioToRaw: many,
			Note: fmt.Sprintf("ratio to raw %.2f with %d orders, %.2f with %d: %+.0f %%", few, min(10_000, r.Grown/10), many, r.Grown, 100*(many/few-1))})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *run) fill(ctx context.Context, address string, n, label int) error {
	_, err := r.inWorld(ctx, address, func(w *world) (Result, error) {
		w.count = int64(label) * 10
		return w.accept(ctx, fmt.Sprintf("fill%d", label), n, r.Seed, false)
	})
	return err
}

// inWorld is onWorld on a database that may have its shop already.
func (r *run) inWorld(ctx context.Context, address string, do func(*world) (Result, error)) (Result, error) {
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return Result{}, err
	}
	defer d.Close()
	w, err := joinWorld(ctx, d, r.Seed)
	if err != nil {
		return Result{}, err
	}
	if len(w.shops) == 0 {
		if w, err = newWorld(ctx, d, r.Seed); err != nil {
			return Result{}, err
		}
	}
	if err := analyze(ctx, address); err != nil {
		return Result{}, err
	}
	return do(w)
}

const grownRounds = 5

// grownBatches is how many batches a round accepts: twenty, fewer where few orders
// are stored.
func (r *run) grownBatches() int { return min(20, max(1, r.Grown/10_000)) }

// measureFilled measures on a database that holds size orders: product and bare
// statements take turns, and the middle of their ratios counts.
func (r *run) measureFilled(ctx context.Context, address string, size int) (map[string]float64, error) {
	ratios := map[string]float64{}
	var accepts []float64
	for round := range grownRounds {
		ratio, err := r.acceptAgainstRaw(ctx, address, size, round, ratios)
		if err != nil {
			return nil, err
		}
		accepts = append(accepts, ratio)
	}
	slices.Sort(accepts)
	ratios["accept"] = accepts[len(accepts)/2]
	return ratios, nil
}

func (r *run) acceptAgainstRaw(ctx context.Context, address string, size, round int, reads map[string]float64) (float64, error) {
	n := r.grownBatches() * batchSize
	var last int64
	accept, err := r.inWorld(ctx, address, func(w *world) (Result, error) {
		last = w.d.NextID()
		w.count = int64(size)*10 + 5 + int64(round*n)
		res, err := w.accept(ctx, fmt.Sprintf("grown%d-%d", size, round), n, r.Seed, false)
		if err != nil || round > 0 {
			return res, err
		}
		return res, w.reads(ctx, reads)
	})
	if err != nil {
		return 0, err
	}
	bareDB, err := bare(address)
	if err != nil {
		return 0, err
	}
	defer bareDB.Close()
	tables, err := readRows(ctx, bareDB, last)
	if err != nil {
		return 0, err
	}
	shift(tables, round)
	rawResult, err := writeRaw(ctx, r.engine, bareDB, tables, n)
	if err != nil {
		return 0, err
	}
	return accept.OrdersPerSecond / rawResult.OrdersPerSecond, removeShifted(ctx, bareDB, tables)
}

// removeShifted takes the bare rows out again, many by one statement and each by
// the first column of its key.
func removeShifted(ctx context.Context, d *sql.DB, tables []tableRows) error {
	for _, t := range tables {
		if t.table == "journal" {
			if _, err := d.ExecContext(ctx, fmt.Sprintf("DELETE FROM journal WHERE stream = %d", rawStream)); err != nil {
				return err
			}
			continue
		}
		column, _, _ := strings.Cut(keyOf(t.table), ",")
		place := slices.Index(t.columns, column)
		var keys []string
		for _, row := range t.rows {
			keys = append(keys, fmt.Sprint(row[place]))
		}
		for list := range slices.Chunk(slices.Compact(keys), 500) {
			text := fmt.Sprintf("DELETE FROM %s WHERE %s IN (%s)", t.table, column, strings.Join(list, ", "))
			if _, err := d.ExecContext(ctx, text); err != nil {
				return err
			}
		}
	}
	return nil
}

const lookups = 2000

// reads measures look-ups and first pages against bare statements that fetch the
// same rows.
func (w *world) reads(ctx context.Context, ratios map[string]float64) error {
	ids, err := w.someOrders(ctx)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 3))
	product, err := w.median(ctx, func(tx *db.Tx) error {
		_, err := order.Get(tx, []id.Order{ids[rng.IntN(len(ids))]})
		return err
	})
	if err != nil {
		return err
	}
	plain, err := w.median(ctx, func(tx *db.Tx) error {
		o := ids[rng.IntN(len(ids))]
		if err := tx.Each(`SELECT * FROM orders WHERE order_id = $1`, drain, o); err != nil {
			return err
		}
		return tx.Each(`SELECT * FROM order_lines WHERE order_id = $1 ORDER BY position`, drain, o)
	})
	if err != nil {
		return err
	}
	ratios["lookup"] = plain / product
	product, err = w.median(ctx, func(tx *db.Tx) error {
		_, err := order.List(tx, order.Filter{Limit: 50, Scope: staff.Everywhere()})
		return err
	})
	if err != nil {
		return err
	}
	plain, err = w.median(ctx, func(tx *db.Tx) error {
		return tx.Each(`SELECT * FROM order_cards ORDER BY order_id DESC LIMIT 50`, drain)
	})
	ratios["list"] = plain / product
	return err
}

func drain(db.Row) error { return nil }

func (w *world) someOrders(ctx context.Context) (ids []id.Order, err error) {
	err = w.d.Read(ctx, func(tx *db.Tx) error {
		cards, err := order.List(tx, order.Filter{Limit: 500, Scope: staff.Everywhere()})
		for _, c := range cards {
			ids = append(ids, c.Order)
		}
		return err
	})
	return ids, err
}

// median gives the microseconds that a read takes in the middle of many.
func (w *world) median(ctx context.Context, do func(*db.Tx) error) (float64, error) {
	took := make([]float64, lookups)
	for i := range took {
		begun := time.Now()
		if err := w.d.Read(ctx, do); err != nil {
			return 0, err
		}
		took[i] = float64(time.Since(begun).Nanoseconds()) / 1000
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
