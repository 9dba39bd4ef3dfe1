package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

func TestOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 5)
		first := o.order("k1", one("N1"))
		if first.status != 201 || first.body["status"] != "accepted" || first.body["word"] != string(order.Reviewed) {
			t.Fatalf("first: %d %s", first.status, first.raw)
		}
		t.Run("the same key and content hears the same answer", func(t *testing.T) {
			again := o.order("k1", one("N1"))
			if again.status != first.status || again.raw != first.raw {
				t.Errorf("got %d %s", again.status, again.raw)
			}
		})
		t.Run("the same key with other content is refused", func(t *testing.T) {
			if got := o.order("k1", one("N2")); got.status != 409 || got.body["code"] != "idempotency_key_reused" {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
		t.Run("the same order under another key is a duplicate", func(t *testing.T) {
			got := o.order("k2", one("N1"))
			if got.status != 200 || got.body["status"] != "duplicate" || got.body["order_id"] != first.body["order_id"] {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
		t.Run("a later message amends it", func(t *testing.T) {
			got := o.order("k3", one("N1", `"channel_state"`,
				`"modified_at":"2026-11-11T09:00:00+08:00","seller_memo":"加急","channel_state"`))
			if got.status != 200 || got.body["status"] != "amended" {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
		t.Run("what is short says so", func(t *testing.T) {
			got := o.order("k4", one("N4", `"qty":1`, `"qty":6`, `"paid":"9.90"`, `"paid":"59.40"`))
			if got.status != 201 || got.body["short"] != 1.0+0 && got.body["short"] == nil || !strings.Contains(fmt.Sprint(got.body["why"]), "缺") {
				t.Errorf("got %d %s", got.status, got.raw)
			}
		})
		t.Run("one that cannot be taken is refused and kept, sealed", func(t *testing.T) {
			got := o.order("k5", one("N5", `"TB"`, `"NOWHERE"`))
			if got.status != 422 || got.body["code"] != "shop_unknown" || got.head.Get("Content-Type") != "application/problem+json" {
				t.Errorf("got %d %s", got.status, got.raw)
			}
			if again := o.order("k5", one("N5", `"TB"`, `"NOWHERE"`)); again.raw != got.raw {
				t.Errorf("repeated: %s", again.raw)
			}
			o.order("k5b", one("N5", `"TB"`, `"NOWHERE"`))
			if n := o.count(`SELECT COUNT(*) FROM exceptions WHERE kind = 'order_refused' AND LENGTH(raw_cipher) > 100`); n != 1 {
				t.Errorf("%d exceptions", n)
			}
		})
		o.h.Clean()
	})
}

func TestBatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 100)
		list := []string{one("B1"), one("B2", `"qty":1`, `"qty":1.3E+10`), one("B1"), `"no order"`,
			one("B3", `"9.90"}`, `"9.90","colour":"red"}`)}
		body := `{"orders":[` + strings.Join(list, ",") + `]}`
		got := o.order("b", body)
		if got.status != 200 {
			t.Fatalf("%d %s", got.status, got.raw)
		}
		var words []string
		for _, m := range got.body["orders"].([]any) {
			words = append(words, fmt.Sprint(m.(map[string]any)["status"]))
		}
		if diff := cmp.Diff([]string{"accepted", "refused", "duplicate", "refused", "refused"}, words); diff != "" {
			t.Error(diff)
		}
		if again := o.order("b", body); again.raw != got.raw {
			t.Errorf("repeated: %s", again.raw)
		}
		for name, bad := range map[string]string{"none": `{"orders":[]}`,
			"too many": `{"orders":[` + strings.Repeat("{},", 500) + `{}]}`} {
			if got := o.order("b-"+name[:3], bad); got.status != 422 || got.body["code"] != "batch_size" {
				t.Errorf("%s: %d %s", name, got.status, got.raw)
			}
		}
		if got := o.order("word", one("B9", `"小王"`, `"orders"`)); got.status != 201 {
			t.Errorf("a single order that holds the word: %d %s", got.status, got.raw)
		}
		o.h.Clean()
	})
}

// Each wrong input hears a sentence that names the place, why, and how to mend it.
func TestWrongInput(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		cases := []struct {
			name, body   string
			status       int
			field, words string // a field of the answer and words of its or the answer's sentence
		}{
			{"empty", ``, 400, "", "不是有效的 JSON"},
			{"broken json", `{"shop":"TB",`, 400, "", "不是有效的 JSON"},
			{"trailing data", one("W") + `{}`, 400, "", "多余内容"},
			{"broken utf-8", strings.Replace(one("W"), "小王", "\xff\xfe", 1), 400, "", "不是 UTF-8"},
			{"too deep", strings.Repeat(`{"wishes":`, 40) + `1` + strings.Repeat(`}`, 40), 400, "", "嵌套"},
			{"a list", `[]`, 422, "body", "对象"},
			{"null", `null`, 422, "body", "对象"},
			{"unknown field", one("W", `"paid":`, `"payed":`), 422, "payed", "没有这个字段"},
			{"unknown field in a line", one("W", `"qty":`, `"quantity":`), 422, "lines[0].quantity", "没有这个字段"},
			{"nul", one("W", `小王`, `小\u0000王`), 422, "buyer.name", "NUL"},
			{"mangled quantity", one("W", `"qty":1`, `"qty":1.3E+10`), 422, "lines[0].qty", "科学计数法"},
			{"mangled price", one("W", `"price":"9.90"`, `"price":"1.3E+10"`), 422, "lines[0].price", "科学计数法"},
			{"mangled order number", one("W", `"external_no":"W"`, `"external_no":"1.3E+10"`), 422, "external_no",
				"科学计数法"},
			{"mangled number unquoted", one("W", `"external_no":"W"`, `"external_no":1.3E+10`), 422, "external_no",
				"科学计数法"},
			{"mangled phone", one("W", `"13912345678"`, `"1.39E+10"`), 422, "contact.phone", "科学计数法"},
			{"amount as a number", one("W", `"price":"9.90"`, `"price":9.90`), 422, "lines[0].price", "带引号"},
			{"three decimals", one("W", `"price":"9.90"`, `"price":"9.901"`), 422, "lines[0].price", "小数"},
			{"half a piece", one("W", `"qty":1`, `"qty":0.5`), 422, "lines[0].qty", "整数"},
			{"negative quantity", one("W", `"qty":1`, `"qty":-1`), 422, "lines[0].qty", "超出范围"},
			{"absurd quantity", one("W", `"qty":1`, `"qty":99999999`), 422, "lines[0].qty", "超出范围"},
			{"quantity beyond 64 bits", one("W", `"qty":1`, `"qty":99999999999999999999`), 422, "lines[0].qty", "过大"},
			{"negative price", one("W", `"price":"9.90"`, `"price":"-9.90"`), 422, "lines[0].price", "单价"},
			{"time without zone", one("W", `"2026-11-11T08:00:00+08:00"`, `"2026-11-11 08:00"`), 422, "ordered_at",
				"RFC 3339"},
			{"year 20260", one("W", `"2026-11-11T08:01:00+08:00"`, `"1026-11-11T08:01:00+08:00"`), 422, "paid_at",
				"年份"},
			{"unknown kind", one("W", `"channel_state":"to_ship"`, `"channel_state":"sold"`), 422, "channel_state",
				"只能是"},
			{"no lines", one("W", `[{"external_no":"1","code":"PASTE","qty":1,"price":"9.90"}]`, `[]`), 422, "lines",
				"行"},
			{"unknown shop", one("W", `"TB"`, `"XX"`), 422, "", "XX"},
			{"unknown currency", one("W", `"paid":`, `"currency":"ABC","paid":`), 422, "currency", "币种"},
			{"text for a flag", one("W", `"paid":`, `"flag":"red","paid":`), 422, "flag", "整数"},
			{"text for a bool", one("W", `"paid":`, `"no_partial":"yes","paid":`), 422, "no_partial", "true"},
		}
		for i, c := range cases {
			got := o.order(fmt.Sprintf("w%d", i), c.body)
			if got.status != c.status {
				t.Errorf("%s: status %d, want %d: %s", c.name, got.status, c.status, got.raw)
			}
			said := fmt.Sprint(got.body["zh"])
			if c.field != "" {
				said = fieldZH(got, c.field)
			}
			if !strings.Contains(said, c.words) || fmt.Sprint(got.body["en"]) == "" {
				t.Errorf("%s: %q does not say %q: %s", c.name, said, c.words, got.raw)
			}
		}
		if n := o.orders(); n != 0 {
			t.Errorf("%d orders came in", n)
		}
		large := o.order("big", `{"note":"`+strings.Repeat("x", 5<<20)+`"}`)
		if large.status != 413 {
			t.Errorf("large: %d %s", large.status, large.raw)
		}
	})
}

func fieldZH(r reply, name string) string {
	list, _ := r.body["fields"].([]any)
	for _, f := range list {
		if f := f.(map[string]any); f["name"] == name {
			return fmt.Sprint(f["zh"])
		}
	}
	return ""
}

func TestReadAndCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 2)
		var ids []string
		for i := range 3 {
			ids = append(ids, fmt.Sprint(o.order(fmt.Sprint("r", i), one(fmt.Sprint("R", i))).body["order_id"]))
		}
		got := o.send("GET", "/api/v1/orders/"+ids[2], "", "")
		if got.status != 200 || strings.Contains(got.raw, "王小明") || strings.Contains(got.raw,
			"13912345678") || !strings.Contains(got.raw, "139****5678") {
			t.Errorf("%d %s", got.status, got.raw)
		}
		for _, part := range []string{"lines", "holds", "timeline", "packages"} {
			if list, ok := got.body[part].([]any); !ok || (len(list) == 0 && part != "packages") {
				t.Errorf("%s: %v", part, got.body[part])
			}
		}
		list := o.send("GET", "/api/v1/orders?shop=tb&limit=2", "", "")
		if n := len(list.body["orders"].([]any)); n != 2 || list.body["next"] == "" {
			t.Errorf("%d orders, next %v", n, list.body["next"])
		}
		rest := o.send("GET", "/api/v1/orders?limit=2&before="+fmt.Sprint(list.body["next"]), "", "")
		if n := len(rest.body["orders"].([]any)); n != 1 {
			t.Errorf("second page: %d", n)
		}
		if n := len(o.send("GET", "/api/v1/orders?blocked=true", "", "").body["orders"].([]any)); n != 1 {
			t.Errorf("blocked: %d", n)
		}
		for _, bad := range []string{"shop=zz", "word=x", "blocked=1", "before=5", "limit=0", "colour=red"} {
			if got := o.send("GET", "/api/v1/orders?"+bad, "", ""); got.status != 400 || got.body["fields"] == nil {
				t.Errorf("%s: %d %s", bad, got.status, got.raw)
			}
		}
		path := "/api/v1/orders/" + ids[0] + "/cancellation"
		gone := o.send("POST", path, "c1", `{"why":"买家不要了"}`)
		if gone.status != 200 || gone.body["word"] != string(order.Gone) {
			t.Errorf("cancel: %d %s", gone.status, gone.raw)
		}
		if again := o.send("POST", path, "c1", `{"why":"买家不要了"}`); again.raw != gone.raw {
			t.Errorf("repeated: %s", again.raw)
		}
		for _, c := range []struct {
			path, key, body string
			status          int
			code            string
		}{
			{path, "c1", `{"why":"别的"}`, 409, "idempotency_key_reused"},
			{path, "c2", `{"why":"再来"}`, 409, "order_ended"},
			{path, "", `{"why":"再来"}`, 400, "idempotency_key_missing"},
			{path, "c3", `{}`, 422, "fields_invalid"},
			{path, "c4", `{"why":"x","lines":[{"line_id":"7"}]}`, 422, "fields_invalid"},
			{"/api/v1/orders/O-7/cancellation", "c5", `{"why":"x"}`, 404, "order_missing"},
			{"/api/v1/orders/7/cancellation", "c6", `{"why":"x"}`, 404, "order_missing"},
		} {
			if got := o.send("POST", c.path, c.key, c.body); got.status != c.status || got.body["code"] != c.code {
				t.Errorf("%s %s: %d %s", c.key, c.body, got.status, got.raw)
			}
		}
		o.h.Clean()
	})
}

func TestDoor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		for _, r := range api.Routes() {
			path := strings.Replace(r.Path, "{id}", "O-1", 1)
			got := o.send(r.Method, path, "k", "", "Authorization", "")
			wrong := o.send(r.Method, path, "k", "", "Authorization", "Bearer bh_wrong")
			if open := r.Permit == staff.Public; (got.status == 401) == open || (wrong.status == 401) == open {
				t.Errorf("%s %s (%s): without a key %d, with a wrong one %d", r.Method, r.Path, r.Permit, got.status,
					wrong.status)
			}
		}
		for _, c := range []struct {
			method, path string
			status       int
			heads        []string
		}{
			{"DELETE", "/api/v1/orders", 405, nil},
			{"GET", "/api/v1/nothing", 404, nil},
			{"POST", "/api/v1/orders", 415, []string{"Content-Type", "text/xml"}},
			{"POST", "/api/v1/orders", 400, []string{"Idempotency-Key", "with blank"}},
			{"GET", "/healthz", 200, nil},
			{"GET", "/readyz", 200, nil},
		} {
			if got := o.send(c.method, c.path, "k", "{}", c.heads...); got.status != c.status {
				t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.raw)
			}
		}
		o.order("m", one("M"))
		if got := o.send("GET", "/metrics", "", ""); !strings.Contains(got.raw,
			`baihuo_orders_total{status="accepted"} 1`) ||
			!strings.Contains(got.raw, "baihuo_commits_total") || !strings.Contains(got.raw,
			"baihuo_batch_orders_count 1") {
			t.Errorf("metrics: %s", got.raw)
		}
		o.api.Close()
		if got := o.order("late", one("LATE")); got.status != 503 || got.head.Get("Retry-After") == "" {
			t.Errorf("after closing: %d %s", got.status, got.raw)
		}
		if got := o.send("GET", "/readyz", "", ""); got.status != 503 {
			t.Errorf("ready after closing: %d", got.status)
		}
	})
}

func TestForgetAnswers(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.order("k", one("F"))
		clock.Advance(api.AnswersKept + 1e9)
		dbtest.Write(t, d, func(tx *db.Tx) error {
			n, err := api.ForgetAnswers(tx, 1000)
			if n != 1 {
				t.Errorf("forgot %d", n)
			}
			return err
		})
		var got map[string]any
		r := o.order("k", one("F"))
		if _ = json.Unmarshal([]byte(r.raw), &got); r.status != http.StatusOK || got["status"] != "duplicate" {
			t.Errorf("after that: %d %s", r.status, r.raw)
		}
	})
}
