package web_test

import (
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/shipping"
)

// One box finds an order by any number of it, and jumps where there is one alone.
func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		find := func(q string) answer { return v.get("/search?q=" + url.QueryEscape(q)) }
		var waybill, pack string
		packages := packagesOf(w)
		w.h.Write(func(tx *db.Tx) error {
			found, err := shipping.OfPackages(tx, packages)
			pack, waybill = packages[0].String(), found[packages[0]].Number
			return err
		})
		for q, want := range map[string]string{
			"W-1002": w.waits.String(), "w-1002": w.waits.String(), w.held.String(): w.held.String(), "2026111100003": w.held.String(), "00003": w.held.String(),
			waybill: w.gone.String(), strings.ToLower(waybill): w.gone.String(), pack: w.gone.String(),
		} {
			if a := find(q); a.status != 303 || a.to != "/orders/"+want {
				t.Errorf("%q: %d to %q, want %s", q, a.status, a.to, want)
			}
		}
		phone := w.h.Draft("WEB", "x").Contact.Phone
		typed := func(q string) answer { return v.post("/search", url.Values{"q": {q}}) }
		if a := typed("W-1002 2026111100003"); a.status != 303 || a.to != "/search?q=W-1002+2026111100003" {
			t.Errorf("numbers typed: %d to %q", a.status, a.to)
		}
		for _, q := range []string{phone, "+86 " + phone[:3] + " " + phone[3:7] + " " + phone[7:], "陈小平", phone + ", W-1002, 2026111100003"} {
			if a := typed(q); a.status != 200 || strings.Contains(a.body, "q="+url.QueryEscape(q)) {
				t.Errorf("%q typed: %d to %q: it stands in an address", q, a.status, a.to)
			}
		}
		for _, q := range []string{phone, phone[:3] + " " + phone[3:7] + " " + phone[7:], phone[len(phone)-4:]} {
			if a := find(q); a.status != 200 || !strings.Contains(text(a.body), "收件人电话") || !strings.Contains(a.body, "W-1002") || !strings.Contains(a.body, "138****8000") {
				t.Errorf("%q: %d %s", q, a.status, text(a.body))
			}
		}
		if a := find(phone[len(phone)-4:] + " 2019-01-01"); a.status != 200 || strings.Contains(a.body, "W-1002") {
			t.Error("another day's order is found")
		}
		if a := find("PAN"); a.status != 303 || !strings.Contains(a.to, "sku=PAN") {
			t.Errorf("a SKU: %d %s", a.status, a.to)
		}
		v.lang = "en"
		if a := find("W-1002 2026111100003, 9999999999"); a.status != 200 || !strings.Contains(a.body, "2 found, 1 missing") || !strings.Contains(a.body, "9999999999 ") {
			t.Errorf("many: %s", text(a.body))
		}
		v.lang = "zh"
		var many []string
		for range 197 {
			many = append(many, w.held.String())
		}
		if a := find(strings.Join(many, "\n") + "\nNO-1234"); !strings.Contains(a.body, "找到 1,缺 1") {
			t.Errorf("the same number many times: %s", text(a.body))
		}
		if a := find("没有这个"); a.status != 200 || !strings.Contains(a.body, "没有找到") {
			t.Errorf("nothing: %d", a.status)
		}
		for _, q := range []string{"", "%", "'", "\x00", strings.Repeat("9", 9000), "O-", "P-999999999999999999999"} {
			if a := find(q); a.status != 200 {
				t.Errorf("%.20q: %d", q, a.status)
			}
		}
		// Who sees one shop finds nothing of another.
		v.hire("web", shops(w.h.Order(w.waits).Shop), "reader")
		web := v.in("web")
		if a := web.get("/search?q=2026111100003"); a.status != 200 || strings.Contains(a.body, w.held.String()) {
			t.Errorf("another shop's order: %d", a.status)
		}
	})
}

// packagesOf are the packages of the order that has left.
func packagesOf(w world) (list []id.Package) {
	w.h.Write(func(tx *db.Tx) error {
		of, err := fulfilment.OfOrders(tx, []id.Order{w.gone})
		for _, p := range of[w.gone] {
			list = append(list, p.ID)
		}
		return err
	})
	return list
}
