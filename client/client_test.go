package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"baihuo/client"
	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/staff"
)

// hub serves the real API of a small house and gives its address and a key.
func hub(t testing.TB) (base, key string) {
	t.Helper()
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	h := flowtest.Open(t, d)
	h.Stock(0, "PASTE", 50)
	guard := staff.NewGuard(h.Kit.Keys, time.Now, nil, staff.Cost{MemoryKiB: 64, Passes: 1})
	a, err := api.New(api.Config{DB: d, Kit: h.Kit, Guard: guard})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(a.Handler())
	t.Cleanup(func() { s.Close(); a.Close() })
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		_, key, err = guard.MakeKey(tx, staff.Machine("test"), staff.KeyDraft{Name: "erp", Kind: "key_full", Scope: staff.Everywhere()})
		return err
	})
	h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 10); return err })
	return s.URL, key
}

func order(no string) client.Order {
	return client.Order{Shop: "TB", ExternalNo: no, OrderedAt: "2026-11-11T08:00:00+08:00", PaidAt: "2026-11-11T08:01:00+08:00", Paid: "9.90",
		Lines: []client.OrderLine{{Code: "PASTE", Qty: 1, Price: "9.90"}}, Buyer: &client.Buyer{Name: "wang-88"},
		Contact: &client.Contact{Name: "王小明", Phone: "13912345678", Province: "浙江省", City: "杭州市", District: "余杭区", Detail: "文一西路 969 号"}}
}

// The day of a system that speaks to the hub: orders in, one looked at, edited, held,
// cancelled, stock received, the journal read.
func TestADay(t *testing.T) {
	c, ctx := client.New(hub(t)), t.Context()
	p, err := c.PlaceOrder(ctx, order("C-1"))
	if err != nil || p.Status != "accepted" {
		t.Fatalf("%+v %v", p, err)
	}
	if again, err := c.PlaceOrder(ctx, order("C-1")); err != nil || again.Status != "duplicate" || again.OrderID != p.OrderID {
		t.Errorf("again: %+v %v", again, err)
	}
	bad := order("C-3")
	bad.Lines[0].Qty = -1
	batch, err := c.PlaceOrders(ctx, []client.Order{order("C-2"), bad})
	if err != nil || len(batch) != 2 || batch[0].Status != "accepted" || batch[1].Status != "refused" || batch[1].Fault == nil {
		t.Errorf("batch: %+v %v", batch, err)
	}
	cards, next, err := c.Orders(ctx, client.OrderFilter{Shop: "TB", Limit: 1})
	if err != nil || len(cards) != 1 || next == "" || cards[0].NameMask == "王小明" {
		t.Errorf("list: %+v %q %v", cards, next, err)
	}
	whole, err := c.Order(ctx, p.OrderID)
	if err != nil || whole.Card.ExternalNo != "C-1" || whole.ETag == "" {
		t.Fatalf("one: %+v %v", whole, err)
	}
	flag := 3
	if err := c.EditOrder(ctx, p.OrderID, whole.ETag, client.Edit{Flag: &flag}); err != nil {
		t.Error(err)
	}
	var stale *client.Error
	if err := c.EditOrder(ctx, p.OrderID, whole.ETag, client.Edit{Flag: &flag}); !errors.As(err, &stale) || stale.Status != 409 || stale.Current == nil {
		t.Errorf("a stale edit: %v", err)
	}
	if s, err := c.HoldOrder(ctx, p.OrderID, "check", "核对"); err != nil || !s.Blocked {
		t.Errorf("held: %+v %v", s, err)
	}
	for range 2 {
		if s, err := c.ReleaseHold(ctx, p.OrderID, "check"); err != nil || s.Blocked {
			t.Errorf("released: %+v %v", s, err)
		}
	}
	if err := c.AddNote(ctx, p.OrderID, "已联系"); err != nil {
		t.Error(err)
	}
	if v, err := c.Review(ctx, []string{p.OrderID}, "take_back", "再看看"); err != nil || len(v) != 1 {
		t.Errorf("review: %+v %v", v, err)
	}
	if s, err := c.CancelOrder(ctx, p.OrderID, "买家不要了", nil); err != nil || s.Word != "cancelled" {
		t.Errorf("cancelled: %+v %v", s, err)
	}
	if _, err := c.CancelOrder(ctx, p.OrderID, "买家不要了", nil); !client.Is(err, "order_ended") {
		t.Errorf("cancelled twice: %v", err)
	}
	if err := c.Receive(ctx, []client.Receipt{{Warehouse: "HZ", SKU: "PAN", Qty: 5}}); err != nil {
		t.Error(err)
	}
	if err := c.Adjust(ctx, []client.Adjustment{{Warehouse: "HZ", SKU: "PAN", Kind: "damage", Qty: 1}}); err != nil {
		t.Error(err)
	}
	if s, err := c.Stock(ctx, "PAN"); err != nil || len(s) == 0 {
		t.Errorf("stock: %v %v", s, err)
	}
	if _, _, err := c.Packages(ctx, "planned", ""); err != nil {
		t.Error(err)
	}
	if _, _, err := c.Exceptions(ctx, "", ""); err != nil {
		t.Error(err)
	}
	rows, after, err := c.Journal(ctx, "", 5)
	if err != nil || len(rows) != 5 || after == "" || rows[0].Object == "" {
		t.Errorf("journal: %+v %q %v", rows, after, err)
	}
}

// A hub that is busy is asked again when it says, under the same key; a line that
// breaks after the hub did the work makes no second order; a refusal is not repeated.
func TestAgain(t *testing.T) {
	base, key := hub(t)
	var keys []string
	var waited []time.Duration
	calls := 0
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		switch calls {
		case 1:
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2: // done, and the answer is lost
			again, _ := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.Path, r.Body)
			again.Header = r.Header.Clone()
			if got, err := http.DefaultClient.Do(again); err == nil {
				_ = got.Body.Close()
			}
			panic(http.ErrAbortHandler)
		default:
			again, _ := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.RequestURI(), r.Body)
			again.Header = r.Header.Clone()
			got, err := http.DefaultClient.Do(again)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			defer got.Body.Close()
			w.Header().Set("Content-Type", got.Header.Get("Content-Type"))
			w.WriteHeader(got.StatusCode)
			_, _ = io.Copy(w, got.Body)
		}
	}))
	t.Cleanup(front.Close)
	c := client.New(front.URL, key, client.WithPause(func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }))
	p, err := c.PlaceOrder(t.Context(), order("R-1"))
	if err != nil || p.Status != "accepted" || calls != 3 {
		t.Fatalf("%+v %v after %d calls", p, err, calls)
	}
	if keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] {
		t.Errorf("keys %v", keys)
	}
	if len(waited) == 0 || waited[0] < 3*time.Second { // a broken line is tried again by net/http itself, for the key's sake
		t.Errorf("waited %v", waited)
	}
	calls = 10
	if _, err := c.Order(t.Context(), "O-7"); !client.Is(err, "order_missing") || calls != 11 {
		t.Errorf("a refusal: %v after %d calls", err, calls-10)
	}
	if _, err := client.New(base, "bh_wrong-key-that-is-long-enough-to-be-one").Order(t.Context(), "O-7"); !strings.Contains(fmt.Sprint(err), "401") {
		t.Errorf("a wrong key: %v", err)
	}
}

func ExampleClient_PlaceOrder() {
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { // stands for https://hub.example
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"order_id":"O-1","external_no":"4711","status":"accepted","word":"reviewed"}`)
	}))
	defer hub.Close()
	c := client.New(hub.URL, "bh_…", client.WithLanguage("en"))
	ctx := client.WithKey(context.Background(), "erp-order-4711") // the same after a restart: nothing is done twice
	placed, err := c.PlaceOrder(ctx, client.Order{Shop: "TB", ExternalNo: "4711", OrderedAt: "2026-11-11T08:00:00+08:00", PaidAt: "2026-11-11T08:01:00+08:00",
		Lines: []client.OrderLine{{Code: "PASTE", Qty: 2, Price: "9.90"}}, Paid: "19.80",
		Contact: &client.Contact{Name: "王小明", Phone: "13912345678", Detail: "浙江省杭州市余杭区文一西路 969 号"}})
	fmt.Println(placed.Status, err)
	// Output: accepted <nil>
}
