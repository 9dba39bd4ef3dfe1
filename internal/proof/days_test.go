package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

// Random days through all rooms: every story, in any order, at any moment. The
// books are clean all the way, and the same seed ends equal on both databases.
func TestRandomDays(t *testing.T) {
	days, steps, every := figure(2, 40), figure(200, 1000), figure(20, 50)
	p := begin(t, "random days, both databases")
	compared := 0
	for range days {
		seed := p.Uint64N(1_000_000_000)
		seen := map[db.Engine][]string{}
		engines(t, func(t *testing.T, engine db.Engine) {
			clock := dbtest.NewClock()
			d := dbtest.Open(t, engine, db.Options{Clock: clock.Now})
			w := &world{House: flowtest.Open(t, d), Rand: rand.New(rand.NewPCG(seed, 1)), clock: clock, told: map[string]*order.Draft{}}
			w.live(steps, every, func() { seen[engine] = append(seen[engine], dump(t, d)) })
		})
		lite, pg := seen[db.SQLite], seen[db.Postgres]
		for i := range min(len(lite), len(pg)) {
			compared++
			if lite[i] != pg[i] {
				t.Errorf("seed %d is otherwise on PostgreSQL at step %d (-sqlite +postgres):\n%s", seed, (i+1)*every, cmp.Diff(lite[i], pg[i]))
				break
			}
		}
		if t.Failed() {
			t.Fatalf("day of seed %d", seed)
		}
	}
	p.kept("%d days of %d steps, check clean every %d steps, equal on both at %d looks", days, steps, every, compared)
}

// world is a house and the people around it, driven by one random source. What
// it chooses never depends on ids, which differ between runs.
type world struct {
	*flowtest.House
	*rand.Rand
	clock   *dbtest.Clock
	numbers []string // orders, in the order of their first message
	orders  []id.Order
	told    map[string]*order.Draft // the newest message about each
	old     []*order.Draft          // messages that may come again
	out     []id.Package
	step    int
	doing   string
}

// live takes steps and looks at the books every so often.
func (w *world) live(steps, every int, look func()) {
	w.T.Helper()
	stories := []struct {
		name  string
		share int
		tell  func()
	}{
		{"accept", 12, w.accept}, {"amend", 12, w.amend}, {"repeat", 3, w.repeat}, {"cancel", 4, w.cancel},
		{"cancel_lines", 4, w.cancelLines}, {"edit", 3, w.edit}, {"hold", 4, w.hold}, {"unhold", 5, w.unhold},
		{"pass", 5, w.pass}, {"take_back", 3, w.takeBack}, {"reject", 2, w.reject}, {"plan", 8, w.plan},
		{"release", 8, w.release}, {"pick", 8, w.pick}, {"pack", 8, w.pack}, {"hand_over", 8, w.handOver},
		{"track", 12, w.track}, {"receive", 8, w.receive}, {"count", 4, w.count}, {"lose", 4, w.lose}, {"time", 6, w.time},
	}
	sum := 0
	for _, s := range stories {
		sum += s.share
	}
	for w.step = 1; w.step <= steps && !w.T.Failed(); w.step++ {
		n := w.IntN(sum)
		for _, s := range stories {
			if n -= s.share; n < 0 {
				w.doing = s.name
				s.tell()
				break
			}
		}
		if w.step%every == 0 || w.step == steps {
			w.Clean()
			look()
		}
	}
	if w.T.Failed() {
		w.T.Logf("at step %d, last %s", w.step-1, w.doing)
	}
}

// do runs a story. Refusals of trade are part of life; a broken invariant is not.
func (w *world) do(fn func(*db.Tx) error) {
	w.T.Helper()
	err := w.D.Write(context.Background(), db.By{Actor: "sim", Cause: w.doing}, fn)
	if err != nil {
		w.allow(fault.Of(err))
	}
}

func (w *world) allow(f *fault.Fault) {
	w.T.Helper()
	kinds := []fault.Kind{fault.Conflict, fault.Invalid, fault.Missing}
	for _, never := range []*fault.Fault{order.ErrQuantity, order.ErrVersion, inventory.ErrDrift, db.ErrConstraint, db.ErrAgain} {
		if errors.Is(f, never) {
			kinds = nil
		}
	}
	if !slices.Contains(kinds, f.Kind) {
		w.T.Errorf("step %d, %s: %v", w.step, w.doing, f)
	}
}

func outcomes[V any](w *world, list []fault.Outcome[V], err error) error {
	for _, o := range list {
		if o.Fault != nil {
			w.allow(o.Fault)
		}
	}
	return err
}

var codes = []string{"SHAMPOO", "PASTE", "TOWEL", "PAN", "KIT"}

func (w *world) items() (items []flowtest.Item) {
	for range 1 + w.IntN(3) {
		items = append(items, flowtest.Item{Code: codes[w.IntN(len(codes))], Qty: 1 + w.Int64N(4)})
	}
	if w.IntN(15) == 0 {
		items[0].Qty = 30
	}
	return items
}

func (w *world) accept() {
	var drafts []*order.Draft
	for range 1 + w.IntN(5) {
		no := fmt.Sprintf("S%04d", len(w.numbers))
		d := w.Draft([]string{"TB", "WEB", "POS"}[w.IntN(3)], no, w.items()...)
		switch w.IntN(10) {
		case 0:
			d.ChannelState, d.PaidAt = order.Unpaid, 0
		case 1:
			d.NoPartial = true
		case 2:
			d.ShipTogether = true
		case 3:
			d.ShipBy = d.OrderedAt.Add(time.Duration(w.IntN(72)) * time.Hour)
		case 4:
			d.Contact.Phone = ""
		case 5:
			d.Lines[0].Code = "NOBODY KNOWS"
		case 6:
			d.Promotions = []order.Promotion{{Amount: 333}}
		}
		w.numbers = append(w.numbers, no)
		w.told[no] = d
		w.old = append(w.old, d)
		drafts = append(drafts, d)
	}
	w.send(drafts)
	w.orders = w.ids()
}

// send takes messages in.
func (w *world) send(drafts []*order.Draft) {
	prepared := flow.Prepare(w.Kit, w.Shops, drafts)
	w.do(func(tx *db.Tx) error {
		list, err := flow.Accept(tx, w.Kit, prepared)
		return outcomes(w, list, err)
	})
}

// ids gives the orders by number.
func (w *world) ids() []id.Order {
	w.T.Helper()
	var list []id.Order
	dbtest.Read(w.T, w.D, func(tx *db.Tx) (err error) {
		list, err = db.List(tx, `SELECT order_id FROM orders ORDER BY external_no`, func(r db.Row) (o id.Order, err error) {
			return o, r.Scan(&o)
		})
		return err
	})
	return list
}

func (w *world) amend() {
	if len(w.numbers) == 0 {
		return
	}
	no := w.numbers[w.IntN(len(w.numbers))]
	d := change(w.Rand, w.told[no], w.Draft("TB", no).ModifiedAt)
	w.told[no] = d
	w.old = append(w.old, d)
	w.send([]*order.Draft{d})
}

func (w *world) repeat() {
	if len(w.old) == 0 {
		return
	}
	var drafts []*order.Draft
	for range 1 + w.IntN(3) {
		drafts = append(drafts, w.old[w.IntN(len(w.old))])
	}
	w.send(drafts)
}

// some gives a random order, 0 when there is none.
func (w *world) some() id.Order {
	if len(w.orders) == 0 {
		return 0
	}
	return w.orders[w.IntN(len(w.orders))]
}

func (w *world) cancel() {
	list := []flow.Cancellation{{Order: w.some(), Why: "买家不要了"}}
	w.do(func(tx *db.Tx) error { o, err := flow.Cancel(tx, list); return outcomes(w, o, err) })
}

func (w *world) cancelLines() {
	if o := w.some(); o != 0 {
		lines := w.Order(o).Lines
		c := flow.Cancellation{Order: o, Lines: map[id.Line]int64{lines[w.IntN(len(lines))].ID: w.Int64N(3)}, Why: "少要几件"}
		w.do(func(tx *db.Tx) error { o, err := flow.Cancel(tx, []flow.Cancellation{c}); return outcomes(w, o, err) })
	}
}

func (w *world) edit() {
	o, memo, flag := w.some(), fmt.Sprint("人工备注", w.IntN(3)), w.IntN(6)
	w.do(func(tx *db.Tx) error {
		_, err := flow.Edit(tx, o, 0, order.Edit{SellerMemo: &memo, Flag: &flag})
		return err
	})
}

func (w *world) hold() {
	o, n := w.some(), w.IntN(3)
	h := review.HoldDraft{Kind: "by_hand", Handle: fmt.Sprint("hand-", n), ReasonZH: "人工挂起", ReasonEN: "held by hand",
		NeedsPerson: n == 0}
	if n == 1 {
		h.ReleaseHow, h.Deadline = review.ByDeadline, w.D.Now().Add(time.Duration(w.IntN(5))*time.Hour)
	}
	w.do(func(tx *db.Tx) error { return flow.Hold(tx, o, h) })
}

// unhold releases what is live, and now and then what is not.
func (w *world) unhold() {
	o := w.some()
	w.do(func(tx *db.Tx) error {
		live, err := review.Live(tx, []id.Order{o})
		if err != nil {
			return err
		}
		ends := []review.HoldEnd{{Order: o, Handle: "never there", How: "看错了"}}
		for _, h := range live[o] {
			ends = append(ends, review.HoldEnd{Order: o, Handle: h.Handle, How: "已处理"})
		}
		return flow.Unhold(tx, ends)
	})
}

func (w *world) decision(step review.Step) []review.Decision {
	return []review.Decision{{Order: w.some(), Step: step, Reason: "看过了"}}
}

func (w *world) pass() {
	list := w.decision([]review.Step{review.Service, review.Finance}[w.IntN(2)])
	w.do(func(tx *db.Tx) error { o, err := flow.Pass(tx, list); return outcomes(w, o, err) })
}

func (w *world) takeBack() {
	list := w.decision("")
	w.do(func(tx *db.Tx) error { o, err := flow.TakeBack(tx, list); return outcomes(w, o, err) })
}

func (w *world) reject() {
	list := w.decision("")
	w.do(func(tx *db.Tx) error {
		if _, err := flow.TakeBack(tx, list); err != nil {
			return err
		}
		o, err := flow.Reject(tx, list)
		return outcomes(w, o, err)
	})
}

func (w *world) plan() {
	w.do(func(tx *db.Tx) error { _, err := flow.Plan(tx, 50); return err })
}

func (w *world) release() {
	warehouse, limit := w.Warehouses[w.IntN(2)].ID, 1+w.IntN(10)
	w.do(func(tx *db.Tx) error { _, _, err := flow.Release(tx, warehouse, limit); return err })
}

// subset gives some of the packages of a state.
func (w *world) subset(state fulfilment.State) (ids []id.Package) {
	w.T.Helper()
	var waiting []*fulfilment.Package
	dbtest.Read(w.T, w.D, func(tx *db.Tx) (err error) {
		waiting, err = fulfilment.Waiting(tx, fulfilment.Filter{State: state})
		return err
	})
	slices.SortFunc(waiting, func(a, b *fulfilment.Package) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	for _, p := range waiting {
		if w.IntN(3) > 0 {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func (w *world) pick() {
	ids := w.subset(fulfilment.Released)
	w.do(func(tx *db.Tx) error { o, err := flow.Pick(tx, ids); return outcomes(w, o, err) })
}

func (w *world) pack() {
	var list []fulfilment.Packing
	for _, p := range w.subset(fulfilment.Picked) {
		list = append(list, fulfilment.Packing{Package: p, WeightG: 100 + w.Int64N(3000)})
	}
	w.do(func(tx *db.Tx) error { o, err := flow.Pack(tx, list); return outcomes(w, o, err) })
}

func (w *world) handOver() {
	ids := w.subset(fulfilment.Packed)
	var went []id.Package
	w.do(func(tx *db.Tx) error {
		went = nil
		labels, err := shipping.OfPackages(tx, ids)
		if err != nil {
			return err
		}
		var numbers []shipping.Numbered
		for _, p := range ids {
			if l := labels[p]; l != nil {
				numbers = append(numbers, shipping.Numbered{Waybill: l.ID, Number: "SF" + p.String()[2:]})
			}
		}
		if _, err := shipping.Number(tx, numbers); err != nil {
			return err
		}
		list, err := flow.HandOver(tx, append(ids, ids...)) // the scanner beeps twice
		for i, o := range list {
			if o.Fault == nil && i < len(ids) {
				went = append(went, ids[i])
			}
		}
		return outcomes(w, list, err)
	})
	w.out = append(w.out, went...)
}

// track tells news of parcels, in any order and more than once.
func (w *world) track() {
	if len(w.out) == 0 {
		return
	}
	var events []shipping.Event
	for range 1 + w.IntN(6) {
		state := []shipping.Parcel{shipping.PickedUp, shipping.InTransit, shipping.OutForDelivery, shipping.Delivered, shipping.Delivered,
			shipping.Rejected, shipping.Returning, shipping.Returned, "unheard_of"}[w.IntN(9)]
		events = append(events, shipping.Event{Package: w.out[w.IntN(len(w.out))], At: w.D.Now().Add(time.Duration(w.IntN(600)) * time.Minute),
			Code: string(state), State: state, Text: string(state)})
	}
	events = append(events, events[0])
	w.do(func(tx *db.Tx) error { return flow.Track(tx, events) })
}

func (w *world) place() inventory.Place {
	return inventory.Place{Warehouse: w.Warehouses[w.IntN(2)].ID, SKU: w.SKU[codes[w.IntN(4)]]}
}

func (w *world) receive() {
	r := inventory.Receipt{Place: w.place(), Qty: 1 + w.Int64N(20)}
	if n := w.IntN(4); n > 0 {
		r.Lot = inventory.Lot{Code: fmt.Sprint("L", n), ExpiresOn: fmt.Sprintf("2027-0%d-01", n)}
	}
	w.do(func(tx *db.Tx) error { return flow.Receive(tx, []inventory.Receipt{r}) })
}

func (w *world) count() {
	c := inventory.Counted{Place: w.place(), Found: w.Int64N(12)}
	w.do(func(tx *db.Tx) error { return flow.Count(tx, []inventory.Counted{c}) })
}

func (w *world) lose() {
	l := inventory.Loss{Place: w.place(), Qty: 1 + w.Int64N(6), Kind: []string{"damage", "adjust"}[w.IntN(2)]}
	w.do(func(tx *db.Tx) error { return flow.Lose(tx, []inventory.Loss{l}) })
}

// time passes, and what waited for it happens.
func (w *world) time() {
	w.clock.Advance(time.Duration(1+w.IntN(240)) * time.Minute)
	w.do(func(tx *db.Tx) error { _, err := flow.ReleaseDue(tx, 100); return err })
	w.do(func(tx *db.Tx) error { _, err := flow.PassDelayed(tx, 100); return err })
}
