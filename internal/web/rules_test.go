package web_test

import (
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/web"
)

// A rule is rehearsed on the orders of some days (the same twice, writing nothing), saved
// as a version, and an older version is brought back; stops and the black list are kept
// up; the queue of a SKU stands in its order of service.
func TestRulePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		h.One(h.Draft("TB", "RULE-1", flowtest.Item{Code: "PASTE", Qty: 1}))
		h.One(h.Draft("TB", "RULE-2", flowtest.Item{Code: "PASTE", Qty: 7}))
		h.One(h.Draft("TB", "RULE-3", flowtest.Item{Code: "PAN", Qty: 1}))
		v := owner(t, d, func(c *web.Config) { c.Kit = h.Kit })
		for _, path := range []string{"/rules", "/rules/new", "/stops", "/blacklist", "/waiting", "/waiting/PAN"} {
			for _, lang := range []string{"zh", "en"} {
				if status, page, _ := get(t, v, path, lang); status != 200 || strings.Contains(page, "陈小平") {
					t.Errorf("%s %s: %d", lang, path, status)
				}
			}
		}
		v.lang = "zh"
		if page := v.get("/waiting/PAN").body; !strings.Contains(page, "RULE-3") || strings.Contains(page, "RULE-2") {
			t.Error("the queue of PAN")
		}
		form := url.Values{"kind": {"review"}, "name": {"多件复核"}, "owner": {"王芳"}, "priority": {"50"}, "expression": {"units >= 7"},
			"then": {`{"hold":"many","zh":"件数较多,请核对","en":"Many pieces","person":true}`}, "active": {"1"}, "do": {"rehearse"}, "days": {"30"}, "version": {"0"}}
		rows := rowsOf(t, d, "rule")
		first := v.act("/rules/new", "/rules/new", form)
		second := v.act("/rules/new", "/rules/new", form)
		if first.status != 200 || !strings.Contains(first.body, "RULE-2") || strings.Contains(first.body, "RULE-1<") || strings.Count(first.body, "RULE-2") != strings.Count(second.body, "RULE-2") {
			t.Errorf("rehearsal: %d\n%s", first.status, text(first.body))
		}
		if rowsOf(t, d, "rule") != rows {
			t.Error("a rehearsal wrote something")
		}
		form.Set("expression", "units >>> 7")
		if a := v.act("/rules/new", "/rules/new", form); a.status != 400 && a.status != 422 || !strings.Contains(a.body, "complaint") {
			t.Errorf("a broken rule: %d", a.status)
		}
		form.Set("expression", "units >= 7")
		form.Set("do", "save")
		a := v.act("/rules/new", "/rules/new", form)
		if a.status != 303 || !strings.HasPrefix(a.to, "/rules/R-") {
			t.Fatalf("saved: %d to %q %s", a.status, a.to, text(a.body))
		}
		at, _, _ := strings.Cut(a.to, "?")
		held := h.Draft("TB", "RULE-4", flowtest.Item{Code: "PASTE", Qty: 8})
		if o := h.One(held).String(); !strings.Contains(v.get("/orders/"+o).body, "件数较多") {
			t.Error("the new rule does not hold")
		}
		form.Set("version", "1")
		form.Set("expression", "units >= 70")
		if a := v.act(at, at, form); a.status != 303 {
			t.Errorf("a second version: %d %s", a.status, text(a.body))
		}
		if a := v.act(at, at, form); a.status != 409 || !strings.Contains(a.body, "complaint") {
			t.Errorf("a stale version: %d", a.status)
		}
		form.Set("version", "2")
		form.Set("expression", "units >= 7")
		if a := v.act(at, at, form); a.status != 303 || !strings.Contains(v.get(at).body, "恢复到此版本") {
			t.Errorf("brought back: %d", a.status)
		}
		if a := v.act("/stops", "/stops", url.Values{"region": {"65"}, "reason": {"大雪封路"}}); a.status != 303 {
			t.Errorf("a stop: %d %s", a.status, text(a.body))
		}
		if page := v.get("/stops").body; !strings.Contains(page, "大雪封路") {
			t.Error("the stop is not there")
		}
		if a := v.act("/stops", "/stops", url.Values{"region": {"nowhere"}, "reason": {"x"}}); a.status < 400 || a.status >= 500 {
			t.Errorf("no region: %d", a.status)
		}
		if a := v.act("/blacklist", "/blacklist", url.Values{"number": {"RULE-1"}, "why": {"多次恶意退款"}}); a.status != 303 {
			t.Errorf("black list: %d %s", a.status, text(a.body))
		}
		page := v.get("/blacklist").body
		if !strings.Contains(page, "多次恶意退款") {
			t.Error("the buyer is not on the list")
		}
		if a := v.act("/blacklist", "/blacklist", url.Values{"number": {"NONE"}, "why": {"x"}}); a.status != 404 {
			t.Errorf("no such order: %d", a.status)
		}
	})
}

// A rule about shortages is rehearsed on the lines that are short: what would become of
// each, before and after, the same twice, and nothing is written.
func TestShortageRuleIsRehearsed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		h.One(h.Draft("TB", "FULL-1", flowtest.Item{Code: "PASTE", Qty: 1}))
		n := h.One(h.Draft("TB", "SHORT-1", flowtest.Item{Code: "PAN", Qty: 2}))
		v := owner(t, d, func(c *web.Config) { c.Kit = h.Kit })
		form := url.Values{"kind": {"shortage"}, "name": {"平底锅直接取消"}, "owner": {"王芳"}, "priority": {"1"}, "expression": {`code == "PAN"`},
			"then": {`{"cancel":true,"zh":"停产","en":"no longer made"}`}, "active": {"1"}, "do": {"rehearse"}, "days": {"30"}, "version": {"0"}}
		rows := rowsOf(t, d, "rule")
		for lang, want := range map[string][]string{"zh": {"会改变 1", "PAN ×2 问买家(", "PAN ×2 取消缺货部分(停产)", "现在仍缺货"}, "en": {"PAN ×2 ask the customer (", "PAN ×2 cancel what is missing (no longer made)"}} {
			v.lang = lang
			first, second := v.act("/rules/new?kind=shortage", "/rules/new", form), v.act("/rules/new?kind=shortage", "/rules/new", form)
			for _, w := range want {
				for _, a := range []answer{first, second} {
					if a.status != 200 || !strings.Contains(text(a.body), w) {
						t.Errorf("%s: %d, lacks %q: %s", lang, a.status, w, text(a.body))
					}
				}
			}
			if !strings.Contains(first.body, `href="/orders/`+n.String()+`"`) || strings.Contains(first.body, "FULL-1") {
				t.Errorf("%s: the links", lang)
			}
		}
		if rowsOf(t, d, "rule") != rows || h.Order(n).Lines[0].Cancelled != 0 {
			t.Error("a rehearsal wrote something")
		}
		if a := v.get("/rules/new?kind=shortage"); !strings.Contains(a.body, "order_short_units") {
			t.Error("what such a rule may look at is not listed")
		}
	})
}
