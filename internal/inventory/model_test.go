package inventory_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// The room does random work and a plain reference does the same. After every
// step each figure must be equal: counters, claims per line, waits, bins,
// portions, and what the verb answered. BAIHUO_MODEL_STEPS sets the steps for
// each engine, BAIHUO_MODEL_SEED repeats a run.
func TestModel(t *testing.T) {
	for engine, usual := range []int{db.SQLite: 2000, db.Postgres: 600} {
		engine := db.Engine(engine)
		t.Run(engine.String(), func(t *testing.T) {
			steps, seed := env("BAIHUO_MODEL_STEPS", usual), uint64(env("BAIHUO_MODEL_SEED", int(rand.Uint32())))
			done := 0
			for round := 0; done < steps; round++ {
				piece := min(steps-done, 4000) // a fresh database now and then keeps the audit short
				set(t, "rapid.checks", strconv.Itoa(max(1, piece/stepsOfWorld)))
				set(t, "rapid.steps", strconv.Itoa(stepsOfWorld))
				set(t, "rapid.seed", strconv.Itoa(int(seed)+round))
				set(t, "rapid.nofailfile", "true") // the seed repeats it
				d := dbtest.Open(t, engine, db.Options{Clock: dbtest.NewClock().Now})
				before := done
				ok := t.Run(strconv.Itoa(round), func(t *testing.T) { done += playModel(t, d) })
				_ = d.Close()
				if !ok || done == before { // with -short rapid may do nothing, and databases would fill the disk
					break
				}
			}
			t.Logf("model on %s: %d steps, seed %d", engine, done, seed)
		})
	}
}

const stepsOfWorld = 50

func env(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

func set(t *testing.T, name, value string) {
	old := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, old) })
}

func playModel(t *testing.T, d *db.DB) (steps int) {
	serial := int64(1000)
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, d, &serial)
		verbs := map[string]func(*rapid.T){
			"": w.compare, "receive": w.receive, "receive more": w.receive, "reserve": w.reserve, "reserve more": w.reserve,
			"release": w.release, "allocate": w.allocate, "allocate more": w.allocate, "pick": w.pick, "pick more": w.pick,
			"unallocate": w.unallocate, "unallocate more": w.unallocate, "ship": w.ship, "count": w.count,
			"lose": w.lose, "bar": w.bar, "transfer": w.transfer, "move": w.move,
			"quota": w.quota, "safety": w.safety, "queue": w.queue, "leave": w.leave, "serve": w.serve,
		}
		rt.Repeat(verbs)
		w.audit(rt)
		steps += w.steps
	})
	return steps
}

// world is one small house inside the database, with the reference beside it.
type world struct {
	d          *db.DB
	serial     *int64
	ref        *reference
	steps      int
	warehouses []id.Warehouse
	shops      []id.Shop
	skus       []id.SKU
	lots       map[id.SKU][]id.Lot
	lines      []lineOf
	packages   []id.Package
}

type lineOf struct {
	order id.Order
	line  id.Line
	shop  id.Shop
	sku   id.SKU
}

func newWorld(rt *rapid.T, d *db.DB, serial *int64) *world {
	w := &world{d: d, serial: serial, lots: map[id.SKU][]id.Lot{}, ref: &reference{goods: map[spot]*pile{},
		safety: map[inventory.Place]int64{}, quotas: map[quotaKey]*[2]int64{}, lots: map[id.Lot]inventory.Lot{}, papers: map[string]bool{}}}
	for range 3 {
		w.warehouses, w.skus = append(w.warehouses, id.Warehouse(w.next())), append(w.skus, id.SKU(w.next()))
	}
	first, second := w.warehouses, []id.Warehouse{w.warehouses[1], w.warehouses[0]}
	suffix := strconv.FormatInt(w.next(), 10)
	w.must(rt, func(tx *db.Tx) error {
		a, b, err := openShops(tx, suffix, first, second)
		w.shops = []id.Shop{a, b}
		return err
	})
	w.ref.route = func(s id.Shop, province string) []id.Warehouse {
		switch {
		case s == w.shops[0]:
			return first
		case province == "33":
			return second[:1]
		}
		return second
	}
	for i, sku := range w.skus[:2] { // the third is not tracked by lot
		w.lots[sku] = nil
		for n, expires := range []string{"2027-03-01", "2026-12-24", "", "2027-03-01"} {
			w.openLot(rt, inventory.Lot{SKU: sku, Code: fmt.Sprint("L", i, n), ExpiresOn: expires,
				MadeOn: []string{"2025-02-01", "", "", "2025-01-01"}[n]})
		}
	}
	return w
}

func (w *world) openLot(rt *rapid.T, l inventory.Lot) {
	w.must(rt, func(tx *db.Tx) error {
		named, err := inventory.OpenLots(tx, []inventory.Lot{l})
		l = named[inventory.LotKey(l.SKU, l.Code)]
		return err
	})
	w.lots[l.SKU] = append(w.lots[l.SKU], l.ID)
	w.ref.lots[l.ID] = l
}

func (w *world) next() int64 { *w.serial++; return *w.serial }

func (w *world) must(rt *rapid.T, fn func(*db.Tx) error) {
	if err := w.d.Write(context.Background(), dbtest.By, fn); err != nil {
		rt.Fatalf("write: %v", err)
	}
}

// step does the same in the room and in the reference, and wants the same
// refusal and the same answer. A refusal undoes both.
func step[A any](w *world, rt *rapid.T, real func(*db.Tx) (A, error), told func(*reference) (A, refusal)) {
	var got A
	err := w.d.Write(context.Background(), dbtest.By, func(tx *db.Tx) (err error) { got, err = real(tx); return err })
	before := w.ref.clone()
	want, refused := told(w.ref)
	code := refusal("")
	if err != nil {
		code = refusal(fault.Of(err).Code)
	}
	if code != refused {
		rt.Fatalf("the room says %v, the reference %q", err, refused)
	}
	w.steps++
	if err != nil {
		w.ref = before
		return
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("answer (-reference +room):\n%s", diff)
	}
	if w.steps%25 == 0 {
		w.audit(rt)
	}
}

func (w *world) audit(rt *rapid.T) {
	err := w.d.Read(context.Background(), func(tx *db.Tx) error {
		_, breaches, err := inventory.Audit(tx)
		if len(breaches) > 0 {
			return fmt.Errorf("%q", breaches)
		}
		return err
	})
	if err != nil {
		rt.Fatalf("audit: %v", err)
	}
}

// What is drawn.

func draw[T any](rt *rapid.T, name string, list []T) T { return rapid.SampledFrom(list).Draw(rt, name) }

func number(rt *rapid.T, name string, from, to int64) int64 {
	return rapid.Int64Range(from, to).Draw(rt, name)
}

// oneIn is true once in n times, and never in the simplest case.
func oneIn(rt *rapid.T, name string, n int64) bool { return number(rt, name, 1, n) == n }

func (w *world) place(rt *rapid.T) inventory.Place {
	if oneIn(rt, "crowded place", 3) {
		return inventory.Place{Warehouse: w.warehouses[0], SKU: w.skus[0]}
	}
	return inventory.Place{Warehouse: draw(rt, "warehouse", w.warehouses), SKU: draw(rt, "sku", w.skus)}
}

func (w *world) lotOf(rt *rapid.T, sku id.SKU) id.Lot {
	return draw(rt, "lot", append([]id.Lot{inventory.NoLot}, w.lots[sku]...))
}

func bin(rt *rapid.T) id.Bin { return draw(rt, "bin", []id.Bin{inventory.BinNone, 7, 8}) }

func (w *world) paper(rt *rapid.T, of string) string {
	if !oneIn(rt, "with paper", 3) {
		return ""
	}
	return fmt.Sprint(of, w.warehouses[0], "-", number(rt, "paper", 1, 3))
}

// qty is rarely refused.
func qty(rt *rapid.T, to int64) int64 {
	if oneIn(rt, "absurd quantity", 60) {
		return draw(rt, "absurd", []int64{0, -1})
	}
	return number(rt, "qty", 1, to)
}

func (w *world) some(rt *rapid.T, of string) int { return int(number(rt, of, 1, 3)) }

func (w *world) line(rt *rapid.T) lineOf {
	if len(w.lines) == 0 {
		return lineOf{order: id.Order(w.skus[0]), line: id.Line(w.skus[0]), shop: w.shops[0], sku: w.skus[0]}
	}
	if live := w.live(); len(live) > 0 && !oneIn(rt, "any line", 4) {
		c := draw(rt, "live", live)
		return lineOf{c.Order, c.Line, c.Shop, c.SKU}
	}
	return draw(rt, "line", w.lines)
}

func (w *world) live() (list []*claim) {
	for _, c := range w.ref.claims {
		if c.open > 0 {
			list = append(list, c)
		}
	}
	return list
}

func (w *world) parcel(rt *rapid.T) id.Package {
	if len(w.packages) == 0 || oneIn(rt, "new package", 3) {
		w.packages = append(w.packages, id.Package(w.next()))
		return w.packages[len(w.packages)-1]
	}
	return draw(rt, "package", w.packages)
}

func (w *world) packagesOf(rt *rapid.T) (list []id.Package) {
	for range number(rt, "packages", 1, 2) {
		if len(w.ref.portions) > 0 && !oneIn(rt, "any package", 5) {
			list = append(list, draw(rt, "portion", w.ref.portions).pack)
		} else {
			list = append(list, w.parcel(rt))
		}
	}
	return list
}

func moment(rt *rapid.T, name string) db.Instant { return db.Instant(number(rt, name, 0, 4)) }

// The verbs.

func (w *world) receive(rt *rapid.T) {
	var list []inventory.Receipt
	for range w.some(rt, "receipts") {
		p := w.place(rt)
		list = append(list, inventory.Receipt{Place: p, Qty: qty(rt, 12),
			Lot: inventory.Lot{ID: w.lotOf(rt, p.SKU)}, Bin: bin(rt),
			Kind: draw(rt, "kind", []string{"", "return", "adjust"}), Unsellable: oneIn(rt, "unsellable", 8),
			Reference: w.paper(rt, "R")})
	}
	if oneIn(rt, "to staging", 60) {
		list[0].Bin = inventory.BinStage
	}
	step(w, rt, func(tx *db.Tx) ([]inventory.Grant, error) { return inventory.Receive(tx, named(w, list)) },
		func(m *reference) ([]inventory.Grant, refusal) { return m.receive(list) })
}

// named says every second lot by code instead of id: both must do.
func named(w *world, list []inventory.Receipt) []inventory.Receipt {
	list = slices.Clone(list)
	for i := range list {
		if l := w.ref.lots[list[i].Lot.ID]; i%2 == 1 && l.ID != 0 {
			list[i].Lot = inventory.Lot{Code: l.Code}
		}
	}
	return list
}

// reserve places an order of some lines (the same SKU may stand on several, a
// bundle's parts do), or claims more for old lines; what is not there may wait.
func (w *world) reserve(rt *rapid.T) {
	var claims []inventory.Claim
	var waits []inventory.Wait
	order, shop, province := id.Order(w.next()), draw(rt, "shop", w.shops), draw(rt, "province", []string{"11", "33"})
	deadline, paid, wait := moment(rt, "deadline"), moment(rt, "paid"), oneIn(rt, "wait", 2)
	for range w.some(rt, "lines") {
		l := lineOf{order, id.Line(w.next()), shop, draw(rt, "sku", w.skus)}
		if oneIn(rt, "old line", 5) {
			l = w.line(rt)
		} else {
			w.lines = append(w.lines, l)
		}
		n, promise := number(rt, "qty", 1, 8), oneIn(rt, "promise", 2)
		for range number(rt, "split", 1, 2) {
			p := inventory.Place{Warehouse: draw(rt, "warehouse", w.warehouses), SKU: l.sku}
			claims = append(claims, inventory.Claim{Place: p, Order: l.order, Line: l.line, Shop: l.shop, Qty: n,
				Promise: promise, Deadline: deadline})
		}
		waits = append(waits, inventory.Wait{Order: l.order, Line: l.line, Shop: l.shop, SKU: l.sku,
			Province: province, Qty: n,
			Deadline: deadline, PaidAt: paid})
	}
	short := func(granted []int64) (list []inventory.Wait) {
		for _, v := range waits {
			for i, c := range claims {
				if c.Line == v.Line {
					v.Qty -= granted[i]
				}
			}
			if v.Qty > 0 && wait {
				list = append(list, v)
			}
		}
		return list
	}
	step(w, rt, func(tx *db.Tx) ([]int64, error) {
		granted, err := reserve(tx, claims)
		if err != nil {
			return nil, err
		}
		return granted, inventory.Queue(tx, short(granted))
	}, func(m *reference) ([]int64, refusal) {
		granted := m.reserve(claims)
		m.enqueue(short(granted))
		return granted, ""
	})
}

func (m *reference) enqueue(list []inventory.Wait) {
	for _, v := range list {
		m.leave([]id.Line{v.Line})
		m.waits = append(m.waits, &v)
	}
}

func (m *reference) leave(lines []id.Line) {
	m.waits = slices.DeleteFunc(m.waits, func(v *inventory.Wait) bool { return slices.Contains(lines, v.Line) })
}

func (w *world) release(rt *rapid.T) {
	var list []inventory.Free
	for range w.some(rt, "releases") {
		l := w.line(rt)
		list = append(list, inventory.Free{Order: l.order, Line: l.line, Qty: number(rt, "qty", 0, 5)})
	}
	step(w, rt, func(tx *db.Tx) ([]inventory.Freed, error) { return inventory.Release(tx, list) },
		func(m *reference) ([]inventory.Freed, refusal) { return m.release(list), "" })
}

func (w *world) allocate(rt *rapid.T) {
	var list []inventory.Need
	for range w.some(rt, "needs") {
		n := inventory.Need{Package: w.parcel(rt), Qty: number(rt, "qty", 1, 6)}
		if live := w.live(); len(live) > 0 && !oneIn(rt, "any line", 8) {
			c := draw(rt, "live", live)
			n.Order, n.Line, n.Warehouse = c.Order, c.Line, c.Place.Warehouse
		} else {
			l := w.line(rt)
			n.Order, n.Line, n.Warehouse = l.order, l.line, draw(rt, "warehouse", w.warehouses)
		}
		list = append(list, n)
	}
	step(w, rt, func(tx *db.Tx) ([]refusal, error) {
		outcomes, err := inventory.Allocate(tx, list)
		var codes []refusal
		for _, o := range outcomes {
			code := refusal("")
			if o.Fault != nil {
				code = refusal(o.Fault.Code)
			}
			codes = append(codes, code)
		}
		return codes, err
	}, func(m *reference) (codes []refusal, none refusal) {
		for _, n := range list {
			codes = append(codes, m.allocate(n))
		}
		return codes, ""
	})
}

type nothing struct{}

func (w *world) pick(rt *rapid.T) {
	packages := w.packagesOf(rt)
	step(w, rt, func(tx *db.Tx) (nothing, error) { return nothing{}, inventory.Pick(tx, packages) },
		func(m *reference) (nothing, refusal) { m.pick(packages); return nothing{}, "" })
}

func (w *world) unallocate(rt *rapid.T) {
	packages := w.packagesOf(rt)
	step(w, rt, func(tx *db.Tx) ([]inventory.Shortage, error) {
		list, err := inventory.Unallocate(tx, packages)
		return byPlace(list), err
	}, func(m *reference) ([]inventory.Shortage, refusal) { return byPlace(m.unallocate(packages)), "" })
}

func (w *world) ship(rt *rapid.T) {
	packages := w.packagesOf(rt)
	step(w, rt, func(tx *db.Tx) (nothing, error) { _, err := inventory.Ship(tx, packages); return nothing{}, err },
		func(m *reference) (nothing, refusal) { return nothing{}, m.ship(packages) })
}

type upAndDown struct {
	Shortages []inventory.Shortage
	Grants    []inventory.Grant
}

func (w *world) count(rt *rapid.T) {
	var list []inventory.Counted
	for range w.some(rt, "counts") {
		p := w.place(rt)
		list = append(list, inventory.Counted{Place: p, Lot: w.lotOf(rt, p.SKU), Bin: bin(rt), Found: number(rt,
			"found", 0, 10)})
	}
	step(w, rt, func(tx *db.Tx) (upAndDown, error) {
		shortages, grants, err := inventory.Count(tx, list)
		return upAndDown{byPlace(shortages), grants}, err
	}, func(m *reference) (upAndDown, refusal) {
		shortages, grants, refused := m.count(list)
		return upAndDown{byPlace(shortages), grants}, refused
	})
}

func (w *world) lose(rt *rapid.T) {
	var list []inventory.Loss
	for range w.some(rt, "losses") {
		l := inventory.Loss{Place: w.place(rt), Qty: qty(rt, 6), Kind: draw(rt, "kind", []string{"adjust", "damage",
			"count"}),
			Reference: w.paper(rt, "L")}
		if len(list) > 0 && oneIn(rt, "same place", 3) {
			l.Place, l.Reference = list[0].Place, list[0].Reference
		}
		if oneIn(rt, "named", 2) {
			l.Lot, l.Bin = w.lotOf(rt, l.SKU), bin(rt)
		}
		l.Unsellable = l.Kind == "adjust" && oneIn(rt, "unsellable", 3)
		if _, _, bad := w.ref.sums(l.Place); bad == 0 && w.ref.free(l.Place) == 0 && !w.known(l.Place) {
			continue
		}
		list = append(list, l)
	}
	step(w, rt, func(tx *db.Tx) ([]inventory.Shortage, error) {
		shortages, err := inventory.Lose(tx, list)
		return byPlace(shortages), err
	}, func(m *reference) ([]inventory.Shortage, refusal) {
		shortages, refused := m.lose(list, false)
		return byPlace(shortages), refused
	})
}

// known says that a counter exists.
func (w *world) known(p inventory.Place) bool {
	found := false
	_ = w.d.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), SKU: p.SKU, Warehouse: p.Warehouse, Limit: 1})
		found = len(rows) > 0
		return err
	})
	return found
}

func (w *world) bar(rt *rapid.T) {
	sku := w.skus[0]
	if len(w.ref.lots) < 14 { // a barred lot stays barred: bring a new one
		w.openLot(rt, inventory.Lot{SKU: sku, Code: fmt.Sprint("N", w.next()), ExpiresOn: draw(rt,
			"expires", []string{"", "2026-12-01", "2028-01-01"})})
	}
	lots := []id.Lot{draw(rt, "lot", w.lots[sku])}
	if len(w.ref.portions) > 0 && oneIn(rt, "allocated", 2) {
		if l := draw(rt, "portion", w.ref.portions).spot.lot; l != inventory.NoLot {
			lots = append(lots, l)
		}
	}
	step(w, rt, func(tx *db.Tx) ([]inventory.Shortage, error) {
		list, err := inventory.Bar(tx, lots)
		return byPlace(list), err
	}, func(m *reference) ([]inventory.Shortage, refusal) { return byPlace(m.bar(lots)), "" })
}

func (w *world) transfer(rt *rapid.T) {
	from, to, n, paper := w.place(rt), draw(rt, "to", w.warehouses), number(rt, "qty", 1, 8), w.paper(rt, "T")
	if paper != "" {
		paper += fmt.Sprint(from, to)
	}
	step(w, rt, func(tx *db.Tx) ([]inventory.Grant, error) { return inventory.Transfer(tx, from, to, n, paper) },
		func(m *reference) ([]inventory.Grant, refusal) { return m.transfer(from, to, n, paper) })
}

func (w *world) move(rt *rapid.T) {
	m := inventory.BinMove{Place: w.place(rt), From: bin(rt), To: bin(rt), Qty: number(rt, "qty", 1, 6)}
	m.Lot = w.lotOf(rt, m.SKU)
	step(w, rt, func(tx *db.Tx) (nothing, error) {
		err := inventory.Move(tx, []inventory.BinMove{m})
		if errors.Is(err, inventory.ErrNoStock) {
			err = inventory.ErrNotThere // the reference knows no counters
		}
		return nothing{}, err
	}, func(ref *reference) (nothing, refusal) { return nothing{}, ref.move(m) })
}

func (w *world) quota(rt *rapid.T) {
	var list []inventory.Quota
	for range w.some(rt, "quotas") {
		list = append(list, inventory.Quota{Place: w.place(rt), Shop: draw(rt, "shop", w.shops), Qty: number(rt,
			"qty", 0, 5)})
	}
	step(w, rt, func(tx *db.Tx) (nothing, error) { return nothing{}, inventory.SetQuotas(tx, list) },
		func(m *reference) (nothing, refusal) {
			for _, q := range list {
				delete(m.quotas, quotaKey{q.Place, q.Shop})
				if q.Qty > 0 {
					m.quotas[quotaKey{q.Place, q.Shop}] = &[2]int64{q.Qty, 0}
				}
			}
			return nothing{}, ""
		})
}

func (w *world) safety(rt *rapid.T) {
	p, n := w.place(rt), number(rt, "qty", 0, 4)
	step(w, rt, func(tx *db.Tx) (nothing, error) { return nothing{}, inventory.SetSafety(tx, p, n) },
		func(m *reference) (nothing, refusal) { m.safety[p] = n; return nothing{}, "" })
}

func (w *world) queue(rt *rapid.T) {
	var list []inventory.Wait
	for range w.some(rt, "waits") {
		l := w.line(rt)
		list = append(list, inventory.Wait{Order: l.order, Line: l.line, Shop: l.shop, SKU: l.sku,
			Province: draw(rt, "province", []string{"11", "33"}),
			Qty:      number(rt, "qty", 1, 5), Deadline: moment(rt, "deadline"), PaidAt: moment(rt, "paid")})
	}
	step(w, rt, func(tx *db.Tx) (nothing, error) { return nothing{}, inventory.Queue(tx, list) },
		func(m *reference) (nothing, refusal) { m.enqueue(list); return nothing{}, "" })
}

func (w *world) leave(rt *rapid.T) {
	lines := []id.Line{w.line(rt).line, w.line(rt).line}
	step(w, rt, func(tx *db.Tx) (nothing, error) { return nothing{}, inventory.Leave(tx, lines) },
		func(m *reference) (nothing, refusal) { m.leave(lines); return nothing{}, "" })
}

func (w *world) serve(rt *rapid.T) {
	a, b := w.place(rt), w.place(rt)
	step(w, rt, func(tx *db.Tx) ([]inventory.Grant, error) {
		lv, err := inventory.Lock(tx, []id.SKU{a.SKU, b.SKU}, []id.Warehouse{a.Warehouse, b.Warehouse})
		if err != nil {
			return nil, err
		}
		return inventory.Serve(tx, lv)
	}, func(m *reference) ([]inventory.Grant, refusal) { return m.serve([]inventory.Place{a, b}), "" })
}

// byPlace orders shortages by place; within one the order is the promise.
func byPlace(list []inventory.Shortage) []inventory.Shortage {
	slices.SortStableFunc(list, func(a, b inventory.Shortage) int {
		return cmp.Or(cmp.Compare(a.Place.SKU, b.Place.SKU), cmp.Compare(a.Place.Warehouse, b.Place.Warehouse))
	})
	return list
}

// state is all that must be equal after every step.
type state struct {
	Counters map[inventory.Place][6]int64 // on hand, reserved, unsellable, safety, free, ATP
	Claims   map[inventory.Place][]inventory.Holder
	Waits    map[id.SKU][]inventory.Wait
	Bins     map[string][3]int64 // on hand, allocated, unsellable
	Portions []string
	Quotas   map[string][2]int64
}

func (w *world) compare(rt *rapid.T) {
	got := state{Counters: map[inventory.Place][6]int64{}, Claims: map[inventory.Place][]inventory.Holder{},
		Waits: map[id.SKU][]inventory.Wait{},
		Bins:  map[string][3]int64{}, Quotas: map[string][2]int64{}}
	err := w.d.Read(context.Background(), func(tx *db.Tx) error { return w.load(tx, &got) })
	if err != nil {
		rt.Fatalf("read: %v", err)
	}
	if diff := gocmp.Diff(w.told(&got), got, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("state (-reference +room):\n%s", diff)
	}
}

func (w *world) load(tx *db.Tx, s *state) error {
	for _, sku := range w.skus {
		rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), SKU: sku, Limit: 100})
		if err != nil {
			return err
		}
		for _, r := range rows {
			s.Counters[r.Place] = [6]int64{r.OnHand, r.Reserved, r.Unsellable, r.Safety, r.Free, r.ATP}
			holders, err := inventory.Holders(tx, r.Place, 1000)
			if err != nil {
				return err
			}
			for i := range holders {
				holders[i].Reservation, holders[i].Since = 0, 0
			}
			if len(holders) > 0 {
				s.Claims[r.Place] = holders
			}
		}
		waits, err := inventory.Waiting(tx, sku, 1000)
		if err != nil {
			return err
		}
		for _, v := range waits {
			s.Waits[sku] = append(s.Waits[sku], v.Wait)
		}
	}
	err := tx.Each(`SELECT s.warehouse_id, s.sku_id, l.lot_id, l.bin_id, l.qty_on_hand, l.qty_allocated, l.qty_unsellable
		FROM stock s JOIN stock_lots l ON l.stock_id = s.stock_id WHERE s.sku_id = ANY($1) AND l.qty_on_hand > 0`, func(r db.Row) error {
		var k spot
		var v [3]int64
		err := r.Scan(&k.Warehouse, &k.SKU, &k.lot, &k.bin, &v[0], &v[1], &v[2])
		s.Bins[fmt.Sprint(k)] = v
		return err
	}, w.skus)
	if err != nil {
		return err
	}
	portions, err := inventory.Portions(tx, w.packages)
	for _, p := range portions {
		s.Portions = append(s.Portions, fmt.Sprint(p.Package, p.Line, spot{p.Place, p.Lot, p.Bin}, p.Qty, p.Picked == p.Qty))
	}
	if err != nil {
		return err
	}
	return tx.Each(`SELECT s.warehouse_id, s.sku_id, q.shop_id, q.qty_quota, q.qty_used FROM stock s
		JOIN stock_quotas q ON q.stock_id = s.stock_id WHERE s.sku_id = ANY($1)`, func(r db.Row) error {
		var k quotaKey
		var v [2]int64
		err := r.Scan(&k.Warehouse, &k.SKU, &k.shop, &v[0], &v[1])
		s.Quotas[fmt.Sprint(k)] = v
		return err
	}, w.skus)
}

// told gives the reference's state for the places that the room knows.
func (w *world) told(got *state) state {
	m := w.ref
	s := state{Counters: map[inventory.Place][6]int64{}, Claims: map[inventory.Place][]inventory.Holder{},
		Waits: map[id.SKU][]inventory.Wait{},
		Bins:  map[string][3]int64{}, Quotas: map[string][2]int64{}}
	for _, warehouse := range w.warehouses {
		for _, sku := range w.skus {
			p := inventory.Place{Warehouse: warehouse, SKU: sku}
			on, reserved, bad := m.sums(p)
			if _, there := got.Counters[p]; there || on > 0 {
				s.Counters[p] = [6]int64{on, reserved, bad, m.safety[p], m.free(p), m.atp(p, 0)}
			}
			for _, c := range m.claims {
				if c.Place == p && c.open > 0 {
					s.Claims[p] = append(s.Claims[p], inventory.Holder{Order: c.Order, Line: c.Line, Shop: c.Shop,
						Qty:       c.open,
						Allocated: c.fixed, Deadline: c.Deadline})
				}
			}
			slices.SortStableFunc(s.Claims[p], func(a, b inventory.Holder) int {
				return cmp.Compare(cmp.Or(a.Deadline, 1<<62), cmp.Or(b.Deadline, 1<<62))
			})
		}
	}
	m.serve(nil) // sorts the queue
	for _, v := range m.waits {
		s.Waits[v.SKU] = append(s.Waits[v.SKU], *v)
	}
	for k, v := range m.goods {
		if v.on > 0 {
			s.Bins[fmt.Sprint(k)] = [3]int64{v.on, v.fixed, v.bad}
		}
	}
	for _, p := range m.portions {
		s.Portions = append(s.Portions, fmt.Sprint(p.pack, p.claim.Line, p.spot, p.qty, p.picked))
	}
	for k, v := range m.quotas {
		s.Quotas[fmt.Sprint(k)] = *v
	}
	return s
}
