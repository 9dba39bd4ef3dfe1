package inventory_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// nodes opens one fresh database: once on SQLite, by three programs' worth of
// handles on PostgreSQL.
func nodes(t *testing.T, engine db.Engine) []*db.DB {
	t.Helper()
	url, count := dbtest.URL(t, engine), 1
	if engine == db.Postgres {
		count = 3
	}
	var handles []*db.DB
	for range count {
		d, err := db.Open(context.Background(), url, db.Options{Clock: dbtest.NewClock().Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		handles = append(handles, d)
	}
	return handles
}

func eachNodes(t *testing.T, test func(t *testing.T, h *house, handles []*db.DB)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			handles := nodes(t, engine)
			h := newHouse(t, handles[0])
			test(t, h, handles)
			h.clean()
		})
	}
}

// buy lets buyers ask for one piece each, all at once, and gives what each got
// and the time that each waited.
func buy(h *house, handles []*db.DB, sku id.SKU, buyers int) (granted []int64, took []time.Duration) {
	h.Helper()
	granted, took = make([]int64, buyers), make([]time.Duration, buyers)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range buyers {
		done.Go(func() {
			c := h.claim(id.Line(i+1), sku, 1)
			c.Order = id.Order(i + 1)
			start.Wait()
			begun := time.Now()
			err := handles[i%len(handles)].Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				got, err := reserve(tx, []inventory.Claim{c})
				if err == nil {
					granted[i] = got[0]
				}
				return err
			})
			took[i] = time.Since(begun)
			if err != nil {
				h.Errorf("buyer %d: %v", i, err)
			}
		})
	}
	start.Done()
	done.Wait()
	return granted, took
}

func sum(list []int64) (n int64) {
	for _, v := range list {
		n += v
	}
	return n
}

// 200 buyers come for the last unit: one gets it, all others hear that there is
// none. BAIHUO_LAST_UNIT_ROUNDS sets the rounds.
func TestLastUnit(t *testing.T) {
	const buyers = 200
	rounds := env("BAIHUO_LAST_UNIT_ROUNDS", 10)
	eachNodes(t, func(t *testing.T, h *house, handles []*db.DB) {
		var waited []time.Duration
		for round := range rounds {
			sku := id.SKU(1000 + round)
			h.receive(inventory.Receipt{Place: h.in(sku), Qty: 1})
			granted, took := buy(h, handles, sku, buyers)
			if winners := sum(granted); winners != 1 {
				t.Fatalf("round %d: %d buyers got the last unit", round, winners)
			}
			h.stock(h.in(sku), 1, 1, 0)
			waited = append(waited, took...)
		}
		slices.Sort(waited)
		t.Logf("%d rounds of %d buyers on %d node(s): p50 %v, p99 %v", rounds, buyers, len(handles),
			waited[len(waited)/2].Round(time.Millisecond), waited[len(waited)*99/100].Round(time.Millisecond))
	})
}

// One line waits, and two warehouses get goods at the same moment: it is served
// once, and what was served leaves the queue.
func TestTwoDeliveriesServeALineOnce(t *testing.T) {
	eachNodes(t, func(t *testing.T, h *house, handles []*db.DB) {
		for round := range 15 {
			sku := id.SKU(1000 + round)
			h.do(func(tx *db.Tx) error {
				return inventory.Queue(tx, []inventory.Wait{{Order: 1, Line: id.Line(sku), Shop: h.online, SKU: sku,
					Province: "11", Qty: 5}})
			})
			var both sync.WaitGroup
			for i, warehouse := range []id.Warehouse{h.north, h.south} {
				both.Go(func() {
					err := handles[i%len(handles)].Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
						_, err := inventory.Receive(tx, []inventory.Receipt{{Place: inventory.Place{Warehouse: warehouse, SKU: sku}, Qty: 4}})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			both.Wait()
			same(h, "reserved in both", h.row(h.in(sku)).Reserved+h.row(inventory.Place{Warehouse: h.south,
				SKU: sku}).Reserved, 5)
		}
	})
}

// Every verb runs against every other on few goods: locks never go round in a
// circle for long, refusals are the room's own, and the books stay proven.
func TestStorm(t *testing.T) {
	const workers, turns = 9, 40
	eachNodes(t, func(t *testing.T, h *house, handles []*db.DB) {
		lots := []id.Lot{h.lot(inventory.Lot{SKU: soap, Code: "A", ExpiresOn: "2027-01-01"}),
			h.lot(inventory.Lot{SKU: soap, Code: "B"})}
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 40, Lot: inventory.Lot{Code: "A"}},
			inventory.Receipt{Place: h.in(towel), Qty: 40},
			inventory.Receipt{Place: inventory.Place{Warehouse: h.south, SKU: soap}, Qty: 40,
				Lot: inventory.Lot{Code: "B"}})
		var all sync.WaitGroup
		var stalled atomic.Int64
		for worker := range workers {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(worker), 7))
				for range turns {
					err := handles[worker%len(handles)].Write(context.Background(), dbtest.By, func(tx *db.Tx) error { return turn(h, tx, r, lots) })
					switch {
					case errors.Is(err, db.ErrTimeout): // a stalled disk; certainly not done
						stalled.Add(1)
					case err != nil && (fault.KindOf(err) != fault.Conflict || errors.Is(err, db.ErrConstraint)):
						t.Errorf("worker %d: %v", worker, err)
					}
				}
			})
		}
		all.Wait()
		var retries int64
		for _, d := range handles {
			retries += d.Stats().Retries.Load()
		}
		t.Logf("%d transactions, %d run again after a clash, %d given up after a stall", workers*turns, retries, stalled.Load())
	})
}

// turn does one random thing to the goods, claims and packages that all share,
// without the locks on orders that flow would hold. Stock comes first and the
// queue after it.
func turn(h *house, tx *db.Tx, r *rand.Rand, lots []id.Lot) error {
	any := func() inventory.Place {
		return inventory.Place{Warehouse: []id.Warehouse{h.north, h.south}[r.IntN(2)],
			SKU: []id.SKU{soap, towel}[r.IntN(2)]}
	}
	order, packages := id.Order(1+r.IntN(6)), []id.Package{id.Package(1 + r.IntN(5)), id.Package(1 + r.IntN(5))}
	line := id.Line(10*int64(order)) + id.Line(r.IntN(2))
	sku := []id.SKU{soap, towel}[line%2]
	n := 1 + r.Int64N(4)
	p := any()
	p.SKU = sku
	var err error
	switch r.IntN(14) {
	case 0:
		_, err = inventory.Receive(tx, []inventory.Receipt{{Place: any(), Qty: 4 * n}, {Place: any(), Qty: n}})
	case 1:
		_, err = inventory.Receive(tx, []inventory.Receipt{{Place: inventory.Place{Warehouse: h.north, SKU: soap},
			Qty: n, Lot: inventory.Lot{ID: lots[r.IntN(2)]}}})
	case 2, 3, 4:
		_, err = reserve(tx, []inventory.Claim{{Place: p, Order: order, Line: line, Shop: h.online, Qty: n,
			Deadline: db.Instant(n)}})
	case 5:
		_, err = inventory.Release(tx, []inventory.Free{{Order: order, Line: line, Qty: n}, {Order: order + 1,
			Line: line + 10}})
	case 6, 7:
		_, err = inventory.Allocate(tx, []inventory.Need{{Package: packages[0], Order: order, Line: line,
			Warehouse: p.Warehouse, Qty: n}})
	case 8:
		err = inventory.Pick(tx, packages)
	case 9:
		_, err = inventory.Ship(tx, packages[:1])
	case 10:
		_, err = inventory.Unallocate(tx, packages)
	case 11:
		_, err = inventory.Lose(tx, []inventory.Loss{{Place: p, Qty: n, Kind: []string{"adjust", "damage"}[r.IntN(2)]}})
		if errors.Is(err, inventory.ErrNoStock) {
			err = nil
		}
	case 12:
		if r.IntN(8) == 0 {
			_, err = inventory.Bar(tx, lots[:1])
		} else if _, err = inventory.Transfer(tx, h.in(sku), h.south, n, ""); err == nil {
			err = inventory.Queue(tx, []inventory.Wait{{Order: order, Line: line, Shop: h.online, SKU: sku,
				Province: "11", Qty: n}})
		}
	case 13:
		_, _, err = inventory.Count(tx, []inventory.Counted{{Place: h.in(soap), Lot: lots[1], Found: 5 * n},
			{Place: h.in(towel), Found: 3 * n}})
	}
	return err
}
