package webhook_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/webhook"
)

func fieldsOf(err error) (fields []string) {
	var f *fault.Fault
	if errors.As(err, &f) {
		for _, field := range f.Fields {
			fields = append(fields, field.Name)
		}
	}
	return fields
}

// Real orders: an endpoint with shops is told of theirs alone, of everything that
// belongs to them; orders completed elsewhere say nothing when they come.
func TestShops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 100)
		r := newRig(t, d, dbtest.NewClock())
		open := func(kinds string, shops ...string) id.Endpoint {
			draft := webhook.Draft{URL: "https://hooks.example.com/", Kinds: strings.Fields(kinds)}
			for _, code := range shops {
				draft.Shops = append(draft.Shops, h.Shops[code].ID)
			}
			var e webhook.Endpoint
			r.write(func(tx *db.Tx) (err error) { e, _, err = webhook.Open(tx, r.kit, draft, ""); return err })
			return e.ID
		}
		all, web, none := open("*"), open("*", "WEB"), open("order.*", "POS")
		past := h.Draft("WEB", "OLD", flowtest.Item{Code: "PASTE", Qty: 1})
		past.History = true
		h.One(past)
		tb := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		wb := h.One(h.Draft("WEB", "W1", flowtest.Item{Code: "PASTE", Qty: 1}))
		short := h.One(h.Draft("WEB", "W2", flowtest.Item{Code: "PASTE", Qty: 1000}))
		h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 10); return err })
		h.Write(func(tx *db.Tx) error {
			_, err := flow.Cancel(tx, []flow.Cancellation{{Order: short, Why: "张三 13800138000 不要了"}})
			return err
		})
		r.follow()
		told := func(e id.Endpoint) map[string][]string {
			of := map[string][]string{}
			r.read(func(tx *db.Tx) error {
				list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e})
				for _, d := range list {
					of[d.Shown()] = append(of[d.Shown()], d.Event)
				}
				return err
			})
			return of
		}
		var ours, theirs []*fulfilment.Package
		r.read(func(tx *db.Tx) error {
			packages, err := fulfilment.OfOrders(tx, []id.Order{tb, wb})
			ours, theirs = packages[wb], packages[tb]
			return err
		})
		if len(ours) != 1 || len(theirs) != 1 {
			t.Fatalf("%d and %d packages", len(ours), len(theirs))
		}
		got := told(web)
		for _, name := range []string{wb.String(), short.String(), ours[0].ID.String()} {
			if len(got[name]) == 0 {
				t.Errorf("nothing is told of %s", name)
			}
		}
		for _, name := range []string{tb.String(), theirs[0].ID.String()} {
			if len(got[name]) != 0 {
				t.Errorf("another shop's %s is told: %v", name, got[name])
			}
		}
		if n := len(told(none)); n != 0 {
			t.Errorf("a shop without orders is told of %d things", n)
		}
		full := told(all)
		for name := range got {
			if !slices.Equal(got[name], full[name]) {
				t.Errorf("%s: %v and %v", name, got[name], full[name])
			}
		}
		if len(full[tb.String()]) == 0 {
			t.Error("the other shop's order is told to nobody")
		}
		accepted := 0
		for _, events := range full {
			if slices.Contains(events, "order.accepted") {
				accepted++
			}
		}
		if accepted != 3 {
			t.Errorf("%d acceptances are told, want 3: history says nothing", accepted)
		}
		r.outward(h)
		r.sound()
	})
}

// outward looks at the body of every delivery: every event has its name, ids are
// text, and no word of a person leaves the house.
func (r *rig) outward(h *flowtest.House) {
	r.t.Helper()
	known := map[string]bool{}
	for _, e := range webhook.Events() {
		known[e.Type] = true
	}
	r.read(func(tx *db.Tx) error {
		list, err := webhook.Deliveries(tx, webhook.Filter{})
		for _, d := range list {
			body, err := webhook.Body(tx, d)
			if err != nil {
				return err
			}
			if !known[d.Event] {
				r.t.Errorf("%s is no event that can be asked for by name", d.Event)
			}
			for _, word := range []string{"张三", "13800138000", "陈小平", "文一西路", "recipient", "digest", "facts", `"why"`} {
				if strings.Contains(string(body), word) {
					r.t.Errorf("%s tells %q: %s", d.Event, word, body)
				}
			}
			exact(r.t, string(body))
		}
		return err
	})
}

// exact fails when a number would lose digits in a reader that keeps numbers as
// floats.
func exact(t testing.TB, text string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		if n, ok := token.(json.Number); ok {
			if i, err := n.Int64(); err == nil && (i > 1<<53 || i < -1<<53) {
				t.Errorf("%d in %s", i, text)
			}
		}
	}
}

func TestBody(t *testing.T) {
	at := db.Instant(1_794_355_200_123_456)
	row := journal.Row{Entry: journal.Entry{Kind: "hold", ID: 987654321012345678, Version: 3, What: "hold_placed",
		Payload: `{"order":987654321012345679,"kind":"by_hand","why":"张三","blocks":"release","line":987654321012345680,` +
			`"lines":[987654321012345681,2],"source":"<a&b>","weight_g":1200,"sku_id":5,"nested":{"recipient_id":1,"qty":-3}}`}, At: at}
	body, err := webhook.BodyOf(row)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"hold.placed","timestamp":"2026-11-11T00:00:00.123456Z","data":{"object":"hold","id":"H-987654321012345678",` +
		`"version":3,"what":"hold_placed","payload":{"blocks":"release","kind":"by_hand","line":"L-987654321012345680",` +
		`"lines":["L-987654321012345681",2],"nested":{"qty":-3},"order":"O-987654321012345679","sku_id":"5","source":"<a&b>","weight_g":1200}}}`
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Error(diff)
	}
	again, _ := webhook.BodyOf(row)
	if string(again) != string(body) {
		t.Error("another attempt sends another body")
	}
	row.Payload = ""
	if body, err := webhook.BodyOf(row); err != nil || !strings.HasSuffix(string(body), `"payload":{}}}`) {
		t.Errorf("%s, %v", body, err)
	}
}

// Every state of a package can be asked for, and the page for users lists every
// event and no other.
func TestEvents(t *testing.T) {
	known := map[string]bool{}
	for _, e := range webhook.Events() {
		if known[e.Type] || e.ZH == "" || e.EN == "" {
			t.Errorf("%s stands twice or says nothing", e.Type)
		}
		known[e.Type] = true
	}
	for _, s := range fulfilment.States() {
		if !known["package."+string(s)] {
			t.Errorf("package.%s is missing", s)
		}
	}
	page, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			if name, _, ok := strings.Cut(rest, "`"); ok && strings.Contains(name, ".") && !strings.Contains(name, "*") {
				listed[name] = true
			}
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(listed))); diff != "" {
		t.Error(diff)
	}
}
