package web_test

import (
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
)

// Safety stock and quotas of a SKU in a warehouse are set once per form, told in the
// journal with before and after, refused without the right, and two people who change
// them at once see both sides.
func TestStockLimits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		v := owner(t, d, withKit(h))
		page := "/stock/PASTE/limits?warehouse=HZ"
		for lang, want := range map[string]string{"zh": "安全库存与店铺配额", "en": "Safety stock and quotas"} {
			if status, body, _ := get(t, v, page, lang); status != 200 || !strings.Contains(body, want) || !strings.Contains(body, "quota_WEB") {
				t.Errorf("%s: %d", lang, status)
			}
		}
		v.lang = "zh"
		form := url.Values{"form_key": {v.key(page)}, "warehouse": {"HZ"}, "version": {"0"}, "safety": {"5"}, "quota_WEB": {"20"}}
		one, two := v.post("/stock/PASTE/limits", form), v.post("/stock/PASTE/limits", form)
		if one.status != 303 || two.to != one.to {
			t.Fatalf("saved: %d %s, sent again: %d", one.status, text(one.body), two.status)
		}
		if body := v.get(page).body; !strings.Contains(body, `name="safety" inputmode="numeric" maxlength="8" value="5"`) || !strings.Contains(body, `value="20"`) || !strings.Contains(body, `name="version" value="2"`) {
			t.Errorf("what was set: %s", body)
		}
		if body := text(v.get("/audit?kind=stock").body); !strings.Contains(body, "安全库存 0 → 5") || !strings.Contains(body, "配额 自营商城 0 → 20") {
			t.Errorf("the journal: %s", body)
		}
		if a := v.act(page, "/stock/PASTE/limits", url.Values{"warehouse": {"HZ"}, "version": {"0"}, "safety": {"9"}, "quota_WEB": {"20"}}); a.status != 409 ||
			!strings.Contains(text(a.body), "现在 5") || !strings.Contains(a.body, `value="9"`) || strings.Contains(text(a.body), "现在 20") {
			t.Errorf("a stale form: %d %s", a.status, text(a.body))
		}
		if a := v.act(page, "/stock/PASTE/limits", url.Values{"warehouse": {"HZ"}, "version": {"2"}, "safety": {"many"}}); a.status != 400 || !strings.Contains(a.body, "0 到 10,000,000") {
			t.Errorf("no number: %d", a.status)
		}
		if a := v.get("/stock/PASTE/limits?warehouse=NONE"); a.status < 400 || a.status >= 500 {
			t.Errorf("no such warehouse: %d", a.status)
		}
		v.hire("service", everywhere(), "service")
		if a := v.in("service").act("/account", "/stock/PASTE/limits", form); a.status != 403 {
			t.Errorf("without the right: %d", a.status)
		}
		v.hire("half", shops(h.Shops["WEB"].ID), "warehouse")
		if a := v.in("half").act("/account", "/stock/PASTE/limits", form); a.status != 403 {
			t.Errorf("with some shops alone: %d", a.status)
		}
		h.Clean()
	})
}

// The page of a SKU shows its latest orders and leads to the list with the same count.
func TestProductOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		body := v.get("/products/SHAMPOO").body
		if !strings.Contains(text(body), "近期订单 14 单") && !strings.Contains(text(body), "近期订单 13 单") || !strings.Contains(body, "/orders/O-") || strings.Contains(body, "陈小平") {
			t.Fatalf("%s", text(body))
		}
		n := strings.Fields(text(body)[strings.Index(text(body), "近期订单"):])[1]
		if list := text(v.get("/orders?view=none&sku=SHAMPOO").body); !strings.Contains(list, n+" 单") {
			t.Errorf("the list does not count %s: %s", n, list)
		}
		v.lang = "en"
		if !strings.Contains(v.get("/products/SHAMPOO").body, "Recent orders") {
			t.Error("English")
		}
	})
}
