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
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	ordering "baihuo/internal/order"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
)

// canaries are a name, a phone and an address that occur nowhere else.
var canaries = []string{"欧阳金丝雀", "13712340987", "金丝雀巷 4711 号"}

// Personal data goes in by the API and by file and does not come out again: not in
// answers and their heads, pages of any role of the demo, redirects, webhooks, messages
// to customers, answers to assistants, logs, metrics, the journal, exports, the
// database's own bytes or its dump, or a backup. After it is erased, a search by the
// phone finds no order and a dump is as clean. That no sealed column still opens to it is
// flow's own test.
func TestCanaries(t *testing.T) {
	engines(t, func(t *testing.T, engine db.Engine) {
		p := begin(t, "canaries, "+engine.String())
		b := cage(t, engine)
		b.come()
		orders := b.orders()
		for _, o := range orders {
			b.send("GET", "/api/v1/orders/"+o, "", "")
			b.send("GET", "/api/v1/orders/"+o+"/timeline", "", "")
		}
		pages := b.browse(orders)
		b.ask(orders)
		for _, o := range orders {
			b.send("POST", "/api/v1/orders/"+o+"/cancellation", media, `{"why":"买家不要了"}`)
		}
		dbtest.Write(t, b.d, func(tx *db.Tx) error { // a colleague writes one down, for colleagues to read
			list, err := ordering.List(tx, ordering.Filter{Scope: staff.Everywhere()})
			if err == nil {
				_, err = ordering.AddNote(tx, b.h.Kit.Keys, list[0].Order, "请找 欧阳金丝雀 13712340987")
			}
			return err
		})
		for _, path := range []string{"/api/v1/exceptions", "/api/v1/imports", "/api/v1/journal?limit=1000", "/api/v1/exports/orders",
			"/api/v1/exports/stock", "/api/v1/packages", "/metrics"} {
			b.send("GET", path, "", "")
		}
		told := b.follow()
		b.clean("log", b.log.String())
		clean(t, b.d)
		b.dumped()
		gone, err := flow.Erase(t.Context(), b.d, dbtest.By, b.h.Kit, flow.Subject{Phone: canaries[1]}, "本人申请")
		if err != nil || gone.Orders < 3 {
			t.Fatalf("erased %+v: %v", gone, err)
		}
		left, err := flow.PersonData(t.Context(), b.d, dbtest.By, b.h.Kit, flow.Subject{Phone: canaries[1]}, "本人申请")
		text, _ := json.Marshal(left)
		if len(left.Orders) > 0 {
			t.Errorf("the person is still found: %v %s", err, text)
		}
		b.clean("what is left", string(text))
		b.dumped()
		p.kept("%d answers, heads, %d pages of 15 roles, %d webhooks and messages, logs, dumps looked at, no name, phone or address; %d orders erased",
			b.looked, pages, told, gone.Orders)
	})
}

const media = "application/json"

// birds is a house with its doors open and everything it says listened to.
type birds struct {
	t      *testing.T
	d      *db.DB
	h      *flowtest.House
	guard  *staff.Guard
	log    bytes.Buffer
	url    string // of the database
	door   string // of the API
	key    string
	looked int
	shown  int // pages that show an order of the person

	hooks webhook.Kit
	heard chan string // what is told to others
}

func cage(t *testing.T, engine db.Engine) *birds {
	t.Helper()
	b := &birds{t: t, url: dbtest.URL(t, engine), heard: make(chan string, 1000)}
	b.d = open(t, b.url, db.Options{})
	b.h = flowtest.Open(t, b.d)
	b.h.Stock(0, "PASTE", 50)
	b.guard = staff.NewGuard(b.h.Kit.Keys, time.Now, rand.Reader, staff.Cost{MemoryKiB: 64, Passes: 1})
	a, err := api.New(api.Config{DB: b.d, Kit: b.h.Kit, Guard: b.guard, Log: slog.New(slog.NewTextHandler(&b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	door := httptest.NewServer(a.Handler())
	t.Cleanup(door.Close)
	b.door = door.URL
	dbtest.Write(t, b.d, func(tx *db.Tx) (err error) {
		_, b.key, err = b.guard.MakeKey(tx, staff.Machine("test"), staff.KeyDraft{Name: "all", Kind: "key_full", Scope: staff.Everywhere()})
		return err
	})
	return b
}

// clean looks for canaries in what was said.
func (b *birds) clean(where, text string) {
	b.t.Helper()
	b.looked++
	for _, c := range canaries {
		if i := strings.Index(text, c); i >= 0 {
			b.t.Errorf("%s: %q in …%s…", where, c, text[max(0, i-60):min(len(text), i+80)])
		}
	}
}

// read looks at an answer and its heads.
func (b *birds) read(where string, got *http.Response) string {
	b.t.Helper()
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, values := range got.Header {
		b.clean("head "+name+" of "+where, strings.Join(values, " "))
	}
	b.clean(where, string(text))
	return string(text)
}

func (b *birds) send(method, path, media, body string) string {
	b.t.Helper()
	r, err := http.NewRequest(method, b.door+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.key)
	r.Header.Set("Idempotency-Key", fmt.Sprint("canary-", b.looked))
	if body != "" {
		r.Header.Set("Content-Type", media)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(method+" "+path, got)
}

// come brings the person in by every way in, the wrong ones too.
func (b *birds) come() {
	b.t.Helper()
	order := func(no string, change ...string) string {
		body := `{"shop":"TB","external_no":"` + no + `","ordered_at":"2026-11-11T08:00:00+08:00","paid_at":"2026-11-11T08:01:00+08:00","paid":"9.90",
			"lines":[{"code":"PASTE","qty":1,"price":"9.90"}],"buyer":{"name":"欧阳金丝雀"},"invoice":{"title":"欧阳金丝雀","kind":"paper"},
			"contact":{"name":"欧阳金丝雀","phone":"13712340987","province":"浙江省","city":"杭州市","district":"余杭区","detail":"金丝雀巷 4711 号"}}`
		return strings.NewReplacer(change...).Replace(body)
	}
	b.hook()
	b.send("POST", "/api/v1/orders", media, order("CAN-1"))
	b.send("POST", "/api/v1/orders", media, order("CAN-2", `"qty":1`, `"qty":-1`))                             // refused, kept
	b.send("POST", "/api/v1/orders", media, order("CAN-3", `"shop":"TB"`, `"shop":"欧阳金丝雀","x":"13712340987"`)) // nonsense
	b.send("POST", "/api/v1/orders", media, order("CAN-4")[:200])                                              // cut off
	b.send("POST", "/api/v1/orders", media, `{"orders":[`+order("CAN-5")+`,`+order("CAN-1")+`]}`)
	b.send("POST", "/api/v1/imports?what=orders", "text/csv", "订单号,店铺编码,下单时间,商家编码,数量,单价,收件人,手机,地址\n"+
		"CAN-6,TB,2026-11-11 08:00,PASTE,1,9.90,欧阳金丝雀,13712340987,浙江省杭州市余杭区金丝雀巷 4711 号\nCAN-7,TB,欧阳金丝雀,PASTE,13712340987,x,欧阳金丝雀,13712340987,金丝雀巷 4711 号\n")
}

func (b *birds) orders() (ids []string) {
	b.t.Helper()
	var page struct {
		Orders []struct {
			OrderID string `json:"order_id"`
		}
	}
	if err := json.Unmarshal([]byte(b.send("GET", "/api/v1/orders", "", "")), &page); err != nil || len(page.Orders) < 3 {
		b.t.Fatalf("%v, %d orders", err, len(page.Orders))
	}
	for _, o := range page.Orders {
		ids = append(ids, o.OrderID)
	}
	return ids
}

// dumped looks at the database as it lies on the disk of whoever steals it: the file of
// SQLite with its log and a backup, or the text of pg_dump.
func (b *birds) dumped() {
	b.t.Helper()
	if b.d.Engine() == db.Postgres {
		text, err := exec.Command("pg_dump", "--inserts", b.url).Output()
		if err != nil || !strings.Contains(string(text), "CAN-1") {
			b.t.Fatalf("pg_dump: %v, %d bytes", err, len(text))
		}
		b.clean("dump", string(text))
		return
	}
	file, copied := strings.TrimPrefix(b.url, "sqlite:"), filepath.Join(b.t.TempDir(), "backup.db")
	if err := b.d.Backup(b.t.Context(), copied); err != nil {
		b.t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", copied} {
		raw, err := os.ReadFile(name)
		if err != nil {
			b.t.Fatal(err)
		}
		b.clean("bytes of "+filepath.Ext(name), string(raw))
	}
}
