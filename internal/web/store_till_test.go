package web_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/id"
	"baihuo/internal/order"
)

// What is bought at the till and brought home goes down the same line as an order of the
// web: planned, picked, packed and given to a carrier, on the day and at the time asked for.
func TestTillDelivery(t *testing.T) {
	eachStore(t, func(t *testing.T, s *counter) {
		s.flagship()
		v := s.in("host")
		find := func(form url.Values) tillAnswer {
			a := v.post("/store/customer", form)
			var out tillAnswer
			if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != 200 {
				t.Fatalf("%d %s", a.status, text(a.body))
			}
			return out
		}
		home := func(key, token string, change ...func(map[string]any)) url.Values {
			return sale(key, append(change, func(d map[string]any) {
				d["shop"], d["mode"], d["customer"], d["on"], d["slot"] = "FLAG", "deliver", token, "2026-12-02", "09:00-12:00"
			})...)
		}
		nowhere := find(url.Values{"phone": {"13800138000"}, "name": {"陈小平"}}).Made.Token
		if got := reply(t, v.post("/store/sale", home("T2612010001", nowhere)), 400); got["code"] != "customer_needed" {
			t.Errorf("without an address: %v", got)
		}
		made := find(url.Values{"phone": {"13800138000"}, "name": {"陈小平"}, "address": {"浙江省杭州市西湖区文三路 90 号"}}).Made
		first := reply(t, v.post("/store/sale", home("T2612010002", made.Token)), 200)
		if again := reply(t, v.post("/store/sale", home("T2612010002", made.Token)), 200); first["handed"] != false || again["sale"] != first["sale"] || again["again"] != true {
			t.Errorf("%v, then %v", first, again)
		}
		n, _ := id.Parse("O", first["order"].(string))
		if o := s.h.Order(id.Order(n)); o.Kind != order.Normal || !strings.Contains(o.Wishes, "2026-12-02") || !strings.Contains(o.Wishes, "09:00-12:00") {
			t.Errorf("%s wishes %s", o.Kind, o.Wishes)
		}
		if s.stockOf("PASTE") != 50 {
			t.Error("the goods have left before anybody brought them")
		}
		known := find(url.Values{"phone": {"8000"}}).Known
		if len(known) != 1 || !known[0].Where || known[0].Name != "陈*平" {
			t.Fatalf("%+v", known)
		}
		reply(t, v.post("/store/sale", home("T2612010003", known[0].Token)), 200)
		s.toWarehouse("陈*平")
		if a := v.get("/store/pickup"); strings.Contains(a.body, "T2612010002") {
			t.Error("it waits to be fetched")
		}
		if a := v.get("/store/receipt/" + first["sale"].(string)); !strings.Contains(a.body, "商品待取或待送") || strings.Contains(a.body, "小平") {
			t.Errorf("%s", text(a.body))
		}
		for name, token := range map[string]string{"no letter": "~", "a made-up letter": "~" + strings.Repeat("AAEC", 40)} {
			if got := reply(t, v.post("/store/sale", home("T2612010009", token)), 400); got["code"] != "customer_token" {
				t.Errorf("%s: %v", name, got)
			}
		}
	})
}

type tillAnswer struct {
	Made  tillPerson
	Known []tillPerson
}

type tillPerson struct {
	Token, Name string
	Where       bool
}

// The till's worker keeps files that there are, of this version; the page it keeps is for
// who may sell, and names nobody.
func TestTillWorker(t *testing.T) {
	s := openStore(t, testDB(t))
	a := s.visitor().get("/store/worker.js")
	head, _, _ := strings.Cut(a.body, "\n")
	var kept struct {
		Version string
		Files   []string
	}
	if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(head, "var kept = "), ";")), &kept); err != nil || a.status != 200 ||
		!strings.HasPrefix(a.head.Get("Content-Type"), "text/javascript") || a.head.Get("Cache-Control") != "no-store" || !strings.Contains(a.head.Get("Content-Security-Policy"), "connect-src 'self'") {
		t.Fatalf("%d %v %v %s", a.status, err, a.head, head)
	}
	v := s.in("clerk")
	page := v.get("/store/new?shop=POS&kept=1")
	if page.status != 200 || strings.Contains(page.body, "Ms clerk") || strings.Contains(page.body, "/sign-out") || strings.Contains(page.body, "<nav aria-label=\"菜单\"") {
		t.Errorf("%d %s", page.status, text(page.body))
	}
	for _, file := range kept.Files {
		if got := v.get(file); got.status != 200 || !strings.Contains(file, kept.Version) {
			t.Errorf("%s: %d", file, got.status)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"#]*)`).FindAllStringSubmatch(page.body, -1) {
		if !slices.Contains(kept.Files, m[1]) {
			t.Errorf("the page needs %s, which is not kept", m[1])
		}
	}
	if a := s.visitor().get("/store/new?kept=1"); a.status != 303 {
		t.Errorf("nobody: %d", a.status)
	}
}
