package proof

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/insight"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	ordering "baihuo/internal/order"
	"baihuo/internal/staff"
)

// canaries are a name, a phone and an address that occur nowhere else.
var canaries = []string{"欧阳金丝雀", "13712340987", "金丝雀巷 4711 号"}

// Personal data goes in by the API and by file and does not come out again: not in
// answers and their heads, logs, metrics, the journal, exports, the database's own bytes
// or a backup. After it is erased, a search by the phone finds no order. That no sealed
// column still opens to it is flow's own test; pages and webhooks are not looked at here.
func TestCanaries(t *testing.T) {
	p := begin(t, "canaries")
	file := filepath.Join(t.TempDir(), "canary.db")
	if _, err := db.Migrate(t.Context(), "sqlite:"+file); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), "sqlite:"+file, db.Options{Clock: dbtest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h := flowtest.Open(t, d)
	h.Stock(0, "PASTE", 50)
	var log bytes.Buffer
	guard := staff.NewGuard(h.Kit.Keys, time.Now, rand.Reader, staff.Cost{MemoryKiB: 64, Passes: 1})
	a, err := api.New(api.Config{DB: d, Kit: h.Kit, Guard: guard, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	door := httptest.NewServer(a.Handler())
	t.Cleanup(door.Close)
	key := ""
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		_, key, err = guard.MakeKey(tx, staff.Machine("test"), staff.KeyDraft{Name: "all", Kind: "key_full", Scope: staff.Everywhere()})
		return err
	})
	looked := 0
	clean := func(where, text string) {
		t.Helper()
		looked++
		for _, c := range canaries {
			if i := strings.Index(text, c); i >= 0 {
				t.Errorf("%s: %q in …%s…", where, c, text[max(0, i-60):min(len(text), i+80)])
			}
		}
	}
	send := func(method, path, media, body string) string {
		t.Helper()
		r, err := http.NewRequest(method, door.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Idempotency-Key", fmt.Sprint("canary-", looked))
		if body != "" {
			r.Header.Set("Content-Type", media)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range got.Header {
			clean("head "+name, strings.Join(values, " "))
		}
		clean(method+" "+path, string(text))
		return string(text)
	}
	order := func(no string, change ...string) string {
		body := `{"shop":"TB","external_no":"` + no + `","ordered_at":"2026-11-11T08:00:00+08:00","paid_at":"2026-11-11T08:01:00+08:00","paid":"9.90",
			"lines":[{"code":"PASTE","qty":1,"price":"9.90"}],"buyer":{"name":"欧阳金丝雀"},"invoice":{"title":"欧阳金丝雀","kind":"paper"},
			"contact":{"name":"欧阳金丝雀","phone":"13712340987","province":"浙江省","city":"杭州市","district":"余杭区","detail":"金丝雀巷 4711 号"}}`
		return strings.NewReplacer(change...).Replace(body)
	}
	const media = "application/json"
	send("POST", "/api/v1/orders", media, order("CAN-1"))
	send("POST", "/api/v1/orders", media, order("CAN-2", `"qty":1`, `"qty":-1`))                             // refused, kept
	send("POST", "/api/v1/orders", media, order("CAN-3", `"shop":"TB"`, `"shop":"欧阳金丝雀","x":"13712340987"`)) // nonsense
	send("POST", "/api/v1/orders", media, order("CAN-4")[:200])                                              // cut off
	send("POST", "/api/v1/orders", media, `{"orders":[`+order("CAN-5")+`,`+order("CAN-1")+`]}`)
	send("POST", "/api/v1/imports?what=orders", "text/csv", "订单号,店铺编码,下单时间,商家编码,数量,单价,收件人,手机,地址\n"+
		"CAN-6,TB,2026-11-11 08:00,PASTE,1,9.90,欧阳金丝雀,13712340987,浙江省杭州市余杭区金丝雀巷 4711 号\nCAN-7,TB,欧阳金丝雀,PASTE,13712340987,x,欧阳金丝雀,13712340987,金丝雀巷 4711 号\n")
	var page struct {
		Orders []struct {
			OrderID string `json:"order_id"`
		}
	}
	if err := json.Unmarshal([]byte(send("GET", "/api/v1/orders", "", "")), &page); err != nil || len(page.Orders) < 3 {
		t.Fatalf("%v, %d orders", err, len(page.Orders))
	}
	for _, o := range page.Orders {
		send("GET", "/api/v1/orders/"+o.OrderID, "", "")
		send("GET", "/api/v1/orders/"+o.OrderID+"/timeline", "", "")
		send("POST", "/api/v1/orders/"+o.OrderID+"/cancellation", media, `{"why":"买家不要了"}`)
	}
	dbtest.Write(t, d, func(tx *db.Tx) error { // a colleague writes one down, for colleagues to read
		list, err := ordering.List(tx, ordering.Filter{Scope: staff.Everywhere()})
		if err == nil {
			_, err = ordering.AddNote(tx, h.Kit.Keys, list[0].Order, "请找 欧阳金丝雀 13712340987")
		}
		return err
	})
	for _, path := range []string{"/api/v1/exceptions", "/api/v1/imports", "/api/v1/journal?limit=1000", "/api/v1/exports/orders", "/api/v1/exports/stock", "/api/v1/packages", "/metrics"} {
		send("GET", path, "", "")
	}
	for _, r := range []journal.Reader{notice.Reader(), insight.Reader()} {
		if _, err := r.Turn(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	clean("log", log.String())
	if _, err := flow.Check(t.Context(), d, ""); err != nil {
		t.Error(err)
	}
	copied := filepath.Join(t.TempDir(), "backup.db")
	if err := d.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", copied} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		clean("bytes of "+filepath.Ext(name), string(raw))
	}
	gone, err := flow.Erase(t.Context(), d, dbtest.By, h.Kit, flow.Subject{Phone: canaries[1]}, "本人申请")
	if err != nil || gone.Orders < 3 {
		t.Fatalf("erased %+v: %v", gone, err)
	}
	left, err := flow.PersonData(t.Context(), d, dbtest.By, h.Kit, flow.Subject{Phone: canaries[1]}, "本人申请")
	text, _ := json.Marshal(left)
	if len(left.Orders) > 0 {
		t.Errorf("the person is still found: %v %s", err, text)
	}
	p.kept("%d answers, heads, pages, logs and files looked at, no name, phone or address; %d orders erased", looked, gone.Orders)
}
