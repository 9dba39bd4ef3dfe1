package worker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/worker"
)

// outside is a carrier and a carrier of messages, both of which keep their promise
// about keys.
type outside struct {
	mu      sync.Mutex
	numbers map[string]string
	sent    map[string]int
}

func (o *outside) Number(_ context.Context, key string, _ shipping.Shipment) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.numbers[key] == "" {
		o.numbers[key] = fmt.Sprintf("FQ%08d", len(o.numbers)+1)
	}
	return o.numbers[key], nil
}

func (o *outside) Lookup(_ context.Context, key string) (string, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, found := o.numbers[key]
	return n, found, nil
}

func (o *outside) Track(context.Context, string) ([]shipping.Event, error) { return nil, nil }

func (o *outside) Send(_ context.Context, key string, _ notice.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent[key]++
	return nil
}

func house(t *testing.T, d *db.DB) (*flowtest.House, *outside, *worker.Worker) {
	h := flowtest.Open(t, d)
	h.Stock(0, "PASTE", 100)
	o := &outside{numbers: map[string]string{}, sent: map[string]int{}}
	return h, o, &worker.Worker{DB: d, Kit: h.Kit, Carrier: o, Sender: o,
		AnchorFile: filepath.Join(t.TempDir(), "anchors")}
}

// settle turns until there is nothing to do.
func settle(t *testing.T, w *worker.Worker) {
	t.Helper()
	for {
		n, err := w.Turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// pack brings everything that is ready as far as the packing table.
func pack(h *flowtest.House) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		if _, err := flow.Plan(tx, 100); err != nil {
			return err
		}
		_, released, err := flow.Release(tx, h.Warehouses[0].ID, 100)
		if err != nil {
			return err
		}
		if _, err := flow.Pick(tx, released); err != nil {
			return err
		}
		var list []fulfilment.Packing
		for _, p := range released {
			list = append(list, fulfilment.Packing{Package: p, WeightG: 300})
		}
		_, err = flow.Pack(tx, list)
		return err
	})
}

func TestTurn(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		h, out, w := house(t, d)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		held := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1}))
		h.Write(func(tx *db.Tx) error {
			return flow.Hold(tx, held, review.HoldDraft{Kind: "wait", Handle: "wait", ReasonZH: "等一小时",
				ReasonEN: "An hour",
				Source:   "test", Blocks: review.BlocksRelease, ReleaseHow: review.ByDeadline, Deadline: tx.Now().Add(time.Hour)})
		})
		pack(h)
		settle(t, w)
		key := fmt.Sprintf("order-received-%d", o)
		if len(out.numbers) != 1 || out.sent[key] != 1 || len(out.sent) != 2 {
			t.Errorf("numbers %v, messages %v", out.numbers, out.sent)
		}
		if c := h.Card(held); !c.Blocked {
			t.Errorf("held: %+v", c)
		}
		clock.Advance(61 * time.Minute)
		settle(t, w)
		if c := h.Card(held); c.Blocked || c.Word != order.Reviewed {
			t.Errorf("after its deadline: %+v", c)
		}
		text, err := os.ReadFile(w.AnchorFile)
		if lines := strings.Count(string(text), "\n"); err != nil || lines != 2 {
			t.Errorf("%d anchors: %v", lines, err)
		}
		report, err := flow.Check(t.Context(), d, string(text))
		if err != nil || !report.OK() {
			t.Errorf("check: %v %v", report.Breaches, err)
		}
	})
}

// What fails is told and tried again, and does not keep the rest from its turn.
func TestFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, out, w := house(t, d)
		w.Chores = []worker.Chore{
			{Name: "broken", Do: func(context.Context) (int, error) { return 0, errors.New("no") }},
			{Name: "panics", Do: func(context.Context) (int, error) { panic("no") }},
		}
		h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		pack(h)
		for range 3 {
			if _, err := w.Turn(t.Context()); err == nil {
				t.Fatal("the failure is not told")
			}
		}
		if len(out.numbers) != 1 || len(out.sent) != 1 {
			t.Errorf("numbers %v, messages %v", out.numbers, out.sent)
		}
		h.Clean()
	})
}

// Two nodes work side by side until both stop; everything happens once.
func TestRun(t *testing.T) {
	dbtest.EachWith(t, db.Options{}, func(t *testing.T, d *db.DB) {
		h, out, w := house(t, d)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var chores atomic.Int64
		done := make(chan struct{})
		second := *w
		second.AnchorFile += "2"
		second.Chores = []worker.Chore{{Name: "watch", Rest: time.Millisecond, Do: func(context.Context) (int, error) {
			chores.Add(1)
			out.mu.Lock()
			defer out.mu.Unlock()
			if len(out.numbers) == 20 && len(out.sent) == 20 {
				stop()
			}
			return 0, nil
		}}}
		var all sync.WaitGroup
		all.Go(func() { w.Run(ctx) })
		all.Go(func() { second.Run(ctx) })
		var ids []id.Order
		for i := range 20 {
			ids = append(ids, h.One(h.Draft("TB", fmt.Sprint("R", i), flowtest.Item{Code: "PASTE", Qty: 1})))
			if i%10 == 9 {
				pack(h)
			}
		}
		go func() { all.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Fatalf("numbers %d, messages %d after %d looks", len(out.numbers), len(out.sent), chores.Load())
		}
		for _, o := range ids {
			if n := out.sent[fmt.Sprintf("order-received-%d", o)]; n != 1 {
				t.Errorf("order %s was told %d times", o, n)
			}
		}
		h.Clean()
	})
}
