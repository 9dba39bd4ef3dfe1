package web_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// send sends a file as a browser does.
func (v *visitor) sendFile(name, content string, fields map[string]string) answer {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, value := range fields {
		_ = form.WriteField(key, value)
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err != nil {
		v.t.Fatal(err)
	}
	_ = form.Close()
	r, err := http.NewRequest("POST", v.server.URL+"/files/upload", &body)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", v.server.URL)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "lang", Value: v.lang})
	got, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer got.Body.Close()
	text, _ := io.ReadAll(got.Body)
	return answer{status: got.StatusCode, body: string(text), to: got.Header.Get("Location")}
}

// until asks for a page until it holds a text.
func (v *visitor) until(path, want string) string {
	v.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if a := v.get(path); strings.Contains(a.body, want) {
			return a.body
		}
	}
	v.t.Fatalf("%s never says %q:\n%s", path, want, text(v.get(path).body))
	return ""
}

const orderFile = "订单号,店铺编码,下单时间,商家编码,数量,单价,收件人,手机,省,市,区,详细地址\n" +
	"F1,WEB,2026-11-11 08:00,PASTE,2,9.90,陈小平,13800138000,浙江省,杭州市,余杭区,文一西路 969 号\n" +
	"F2,WEB,2026-11-11 08:01,PASTE,很多,9.90,陈小平,13800138000,浙江省,杭州市,余杭区,文一西路 969 号\n"

// A file is tried before it is taken in, each row's problem is named, taking it in
// makes orders once, and undoing takes them back.
func TestImportPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		v := owner(t, d, func(c *web.Config) { c.Kit = h.Kit })
		orders := func() (n int) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				list, err := order.List(tx, order.Filter{Scope: staff.Everywhere(), Word: order.Reviewed})
				n = len(list)
				return err
			})
			return n
		}
		if a := v.sendFile("empty.csv", "", map[string]string{"what": "orders"}); a.status != 400 || !strings.Contains(a.body, "没有收到文件") {
			t.Errorf("an empty file: %d", a.status)
		}
		if a := v.sendFile("x.bin", "\x00\x01\x02", map[string]string{"what": "orders"}); a.status != 400 || !strings.Contains(a.body, `id="complaint"`) {
			t.Errorf("no table: %d %s", a.status, text(a.body))
		}
		a := v.sendFile("orders.csv", orderFile, map[string]string{"what": "orders"})
		if a.status != 303 || !strings.HasPrefix(a.to, "/file-runs/") {
			t.Fatalf("%d to %q\n%s", a.status, a.to, text(a.body))
		}
		run := a.to
		page := v.until(run, "已试算")
		if !strings.Contains(page, "qty") && !strings.Contains(page, "数量") || orders() != 0 {
			t.Errorf("tried: %d orders\n%s", orders(), text(page))
		}
		form := v.key(run)
		for range 2 {
			if a := v.post(run, map[string][]string{"form_key": {form}}); a.status != 303 {
				t.Fatalf("taking in: %d", a.status)
			}
		}
		page = v.until(run, "已导入")
		if orders() != 1 {
			t.Errorf("%d orders", orders())
		}
		v.lang = "en"
		if page := v.get("/files").body; !strings.Contains(page, "orders.csv") || !strings.Contains(page, "Problems") {
			t.Error("the list does not show it")
		}
		v.lang = "zh"
		at := page[strings.Index(page, `href="/files/I-`)+6:]
		at = at[:strings.Index(at, `"`)]
		if a := v.act(at, at+"/undoing", nil); a.status != 303 || orders() != 0 {
			t.Errorf("undone: %d to %q, %d orders\n%s", a.status, a.to, orders(), text(a.body))
		}
		if page := v.get(at).body; !strings.Contains(page, "已撤销") {
			t.Error("it does not say that it is undone")
		}
	})
}

// What a person may not do once they may not do by the thousand, and a download needs
// its permit and leaves its row in the audit trail.
func TestFilesAreGuarded(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	flowtest.Open(t, d)
	s := raise(t, d)
	s.hire("buyer", everywhere(), "buyer")
	s.hire("reader", everywhere(), "reader")
	s.hire("exporter", everywhere(), "exporter")
	buyer := s.in("buyer")
	if a := buyer.sendFile("orders.csv", orderFile, map[string]string{"what": "orders"}); a.status != 400 {
		t.Errorf("a buyer places orders: %d", a.status)
	}
	if a := s.in("reader").sendFile("orders.csv", orderFile, map[string]string{"what": "orders"}); a.status != 403 {
		t.Errorf("a reader imports: %d", a.status)
	}
	if a := s.in("reader").get("/files/export/stock"); a.status != 403 {
		t.Errorf("a reader exports: %d", a.status)
	}
	e := s.in("exporter")
	if a := e.get("/files/export/orders"); a.status != 200 || !strings.Contains(a.head.Get("Content-Disposition"), "orders.csv") {
		t.Errorf("%d %v", a.status, a.head)
	}
	if a := e.get("/files/export/journal"); a.status != 403 {
		t.Errorf("without journal.read: %d", a.status)
	}
	if n := rowsOf(t, d, "export"); n != 1 {
		t.Errorf("%d rows in the audit trail", n)
	}
}

func rowsOf(t *testing.T, d *db.DB, kind string) (n int64) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) {
		n, err = tx.Number(`SELECT COUNT(*) FROM journal WHERE object_kind = $1`, kind)
		return err
	})
	return n
}

// The pages of jobs, places and health are there in both languages; the books are
// proven at a press; places are saved once.
func TestSystemPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		v := owner(t, d, func(c *web.Config) {
			c.Check = func(ctx context.Context) (flow.Report, error) { return flow.Check(ctx, h.D, "") }
		})
		for path, want := range map[string][2]string{"/jobs": {"失败待处理", "Dead letters"}, "/health": {"数据库写入", "Database writes"},
			"/settings": {"截单时间", "Cut-off"}, "/files": {"导入记录", "Imports"}, "/dev/ui": {"界面样式", "Styles"}} {
			for i, lang := range []string{"zh", "en"} {
				if status, page, _ := get(t, v, path, lang); status != 200 || !strings.Contains(page, want[i]) {
					t.Errorf("%s %s: %d", lang, path, status)
				}
			}
		}
		v.lang = "zh"
		if a := v.act("/health", "/health/check", nil); a.status != 303 {
			t.Errorf("check: %d", a.status)
		}
		v.until("/health", "账目无误")
		shop := map[string][]string{"code": {"NEW"}, "name": {"新店"}, "kind": {"web"}, "platform": {"own"}, "currency": {"CNY"}, "time_zone": {"Asia/Shanghai"}}
		if a := v.act("/settings", "/settings/shops", shop); a.status != 303 {
			t.Errorf("a shop: %d %s", a.status, text(a.body))
		}
		if a := v.act("/settings", "/settings/routes", map[string][]string{"shop": {"NEW"}, "warehouses": {"NOWHERE"}}); a.status != 400 {
			t.Errorf("a warehouse that is not there: %d", a.status)
		}
		shop["currency"] = []string{"USD"}
		if a := v.act("/settings", "/settings/shops", shop); a.status != 409 && a.status != 400 || !strings.Contains(a.body, "complaint") {
			t.Errorf("another currency: %d", a.status)
		}
		if page := v.get("/settings").body; !strings.Contains(page, "新店") {
			t.Error("the shop is not there")
		}
	})
}
