package web_test

import (
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/web"
)

// The price and the stock of a change of lines are shown before it is done; it is done
// once, as it was shown, by who may; another warehouse and carrier likewise.
func TestDeskChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		for i := range h.Warehouses {
			h.Stock(i, "PASTE", 10)
			h.Stock(i, "TOWEL", 1)
		}
		n := h.One(h.Draft("TB", "CH-1", flowtest.Item{Code: "PASTE", Qty: 2}))
		s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
		s.hire("wang", everywhere(), "reviewer")
		s.hire("li", everywhere(), "reviewer")
		s.hire("reader", everywhere(), "reader")
		v := s.in("wang")
		page := "/review/orders/" + n.String()
		version := func() string { return versionOf(world{h: h}, n) }
		form := url.Values{"version": {version()}, "drop": {h.Order(n).Lines[0].ID.String()}, "code": {"TOWEL"}, "qty": {"3"}, "price": {"12.90"}}
		v.lang = "en"
		if a := v.post(page+"/lines?part=live", form); a.status != 200 || !strings.Contains(a.body, "The buyer owes ¥18.90") || !strings.Contains(a.body, "¥38.70") {
			t.Errorf("in English: %d %s", a.status, text(a.body))
		}
		v.lang = "zh"
		a := v.post(page+"/lines", form)
		for _, want := range []string{"原应付 ¥19.80", "现应付 ¥38.70", "+¥18.90", "买家要补 ¥18.90", "杭州仓 毛巾 3 1", "要等到货: 1"} {
			if !strings.Contains(text(a.body), want) {
				t.Errorf("the preview lacks %q: %s", want, text(a.body))
			}
		}
		if len(h.Order(n).Lines) != 1 {
			t.Fatal("the preview changed the order")
		}
		for name, bad := range map[string][2]string{"figures": {"qty", "viele"}, "goods": {"code", "NONE"}, "price": {"price", "0.01"}} {
			wrong := url.Values{}
			for k, val := range form {
				wrong[k] = val
			}
			wrong.Set(bad[0], bad[1])
			if a := v.post(page+"/lines", wrong); a.status != 400 && a.status != 403 || !strings.Contains(a.body, `id="complaint"`) {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		form.Set("do", "change")
		form.Set("form_key", v.key(page))
		for range 2 { // pressed twice
			if a := v.post(page+"/lines", form); a.status != 303 || !strings.Contains(a.to, "desk_lines") {
				t.Fatalf("changed: %d %s", a.status, text(a.body))
			}
		}
		if o := h.Order(n); len(o.Lines) != 2 || o.Payable() != 3870 || !h.Card(n).Blocked {
			t.Errorf("%d lines, %d owed", len(o.Lines), o.Payable())
		}
		if a := v.act(page, page+"/lines", form); a.status != 409 || !strings.Contains(a.body, "订单已被他人修改") || !strings.Contains(a.body, `value="TOWEL"`) {
			t.Errorf("a stale form: %d %s", a.status, text(a.body))
		}
		if a := s.in("reader").act("/review", page+"/lines", form); a.status != 403 {
			t.Errorf("a reader: %d", a.status)
		}
		other := s.in("li")
		other.post(page+"/claim?part=live", nil)
		if a := v.act(page, page+"/warehouse", url.Values{"version": {version()}, "warehouse": {"DG"}}); a.status != 409 || !strings.Contains(a.body, "正在处理这个订单") {
			t.Errorf("while another works on it: %d", a.status)
		}
		h.Write(func(tx *db.Tx) error {
			_, err := tx.Exec("/* test */ DELETE FROM review_claims WHERE order_id > 0")
			return err
		})
		if a := v.act(page, page+"/warehouse", url.Values{"version": {version()}, "warehouse": {"DG"}}); a.status != 409 || !strings.Contains(a.body, "这个仓库货不够") {
			t.Errorf("to a warehouse that lacks: %d %s", a.status, text(a.body))
		}
		second := h.One(h.Draft("TB", "CH-2", flowtest.Item{Code: "PASTE", Qty: 1}))
		page2 := "/review/orders/" + second.String()
		if body := text(v.get(page2).body); !strings.Contains(body, "改到这个仓") || !strings.Contains(body, "飞快快递 标快 ¥8.00") {
			t.Errorf("the choices: %s", body)
		}
		v2 := func() string { return versionOf(world{h: h}, second) }
		if a := v.act(page2, page2+"/warehouse", url.Values{"version": {v2()}, "warehouse": {"DG"}}); a.status != 303 || h.Card(second).Warehouses != "DG" {
			t.Errorf("moved: %d %s", a.status, text(a.body))
		}
		if a := v.act(page2, page2+"/carrier", url.Values{"version": {v2()}, "carrier": {"FAST"}}); a.status != 303 || !strings.Contains(h.Order(second).Wishes, "FAST") {
			t.Errorf("by another carrier: %d %s", a.status, text(a.body))
		}
		body := text(v.get("/orders/" + second.String()).body)
		if !strings.Contains(body, "改仓") {
			t.Errorf("the timeline: %s", body)
		}
		h.Clean()
	})
}

// The held orders are filtered by kind with the age of each; delayed ones show what is
// left and are judged at once; judging again clears what was mended.
func TestDeskQueues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		message, phone := h.Draft("TB", "Q-MSG", flowtest.Item{Code: "PASTE", Qty: 1}), h.Draft("TB", "Q-TEL", flowtest.Item{Code: "PASTE", Qty: 1})
		message.BuyerMessage, phone.Contact.Phone = "周末再发", "12"
		h.One(message)
		held := h.One(phone)
		delayed := h.One(h.Draft("TB", "Q-DELAY", flowtest.Item{Code: "PASTE", Qty: 1}))
		h.Write(func(tx *db.Tx) error {
			_, err := review.Delay(tx, []review.Decision{{Order: delayed, Until: tx.Now().Add(3 * 3600 * 1e9), Reason: "wait"}})
			return err
		})
		s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
		s.hire("wang", everywhere(), "reviewer")
		v := s.in("wang")
		body := v.get("/review?queue=held").body
		for _, want := range []string{"买家留言 <b>1</b>", "电话无效 <b>1</b>", "Q-MSG", "Q-TEL", "已等待"} {
			if !strings.Contains(body, want) {
				t.Errorf("the held: lacks %q", want)
			}
		}
		if body := v.get("/review?queue=held&kind=buyer_message").body; !strings.Contains(body, "Q-MSG") || strings.Contains(body, "Q-TEL") {
			t.Error("the filter by kind")
		}
		v.lang = "en"
		if body := v.get("/review?queue=delayed").body; !strings.Contains(body, "Q-DELAY") || !strings.Contains(body, "Passes in") || !strings.Contains(body, "Judge now") {
			t.Errorf("the delayed: %s", text(body))
		}
		v.lang = "zh"
		act := func(queue, verb string, n string) answer {
			return v.act("/review?queue="+queue, "/review/acts", url.Values{"order": {n}, "queue": {queue}, "act": {verb}})
		}
		if a := act("delayed", "judge_now", delayed.String()); a.status != 303 || h.Order(delayed).Review != order.Passed {
			t.Errorf("judged now: %d %s", a.status, text(a.body))
		}
		h.Write(func(tx *db.Tx) error {
			o := h.Order(held)
			return flow.SendTo(tx, h.Kit, held, o.Version, prepared(h, "13800138000"))
		})
		if a := act("held", "judge", held.String()); a.status != 303 || h.Card(held).Blocked {
			t.Errorf("judged again: %d %s", a.status, text(a.body))
		}
		h.Clean()
	})
}

// Work is taken, handed over and given back; a refused message is taken in again once
// what it lacked is there, and a second press does nothing.
func TestExceptionCentre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		h.Refused(h.Draft("NEW", "RAW-1", flowtest.Item{Code: "PASTE", Qty: 1}))
		s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
		s.hire("wang", everywhere(), "reviewer")
		li := s.hire("li", everywhere(), "reviewer")
		v, other := s.in("wang"), s.in("li")
		body := v.get("/exceptions").body
		for _, want := range []string{"重新处理", "领取", "补好缺的店铺或商品", "期限", "拒收订单"} {
			if !strings.Contains(body, want) {
				t.Errorf("the centre lacks %q: %s", want, text(body))
			}
		}
		v.lang = "en"
		if body := v.get("/exceptions").body; !strings.Contains(body, "Take in again") || !strings.Contains(body, "Mend what is missing here") {
			t.Errorf("in English: %s", text(body))
		}
		v.lang = "zh"
		x := firstRow(body)
		one := url.Values{"one": {x}}
		if a := v.act("/exceptions", "/exceptions/taking", one); a.status != 303 || !strings.Contains(a.to, "n=1") {
			t.Errorf("taken: %d %s", a.status, text(a.body))
		}
		if a := other.act("/exceptions", "/exceptions/taking", one); a.status != 409 || !strings.Contains(a.body, "Ms wang 已经领取") {
			t.Errorf("taken by another: %d %s", a.status, text(a.body))
		}
		if body := v.get("/exceptions?mine=1").body; !strings.Contains(body, x) {
			t.Error("mine is not there")
		}
		hand := url.Values{"exception": {x}, "to": {"S-1"}}
		if a := v.act("/exceptions", "/exceptions/handing", hand); a.status != 400 {
			t.Errorf("handed to nobody: %d", a.status)
		}
		hand.Set("to", li.ID.String())
		if a := v.act("/exceptions", "/exceptions/handing", hand); a.status != 303 || !strings.Contains(other.get("/exceptions?mine=1").body, x) {
			t.Errorf("handed over: %d", a.status)
		}
		if a := other.act("/exceptions", "/exceptions/returning", one); a.status != 303 {
			t.Errorf("given back: %d", a.status)
		}
		if a := v.act("/exceptions", "/exceptions/"+x+"/reprocess", one); a.status != 400 || !strings.Contains(a.body, "店铺编码 &#34;NEW&#34; 不存在") {
			t.Errorf("before the repair: %d %s", a.status, text(a.body))
		}
		h.Write(func(tx *db.Tx) error {
			_, err := shop.Open(tx, []shop.Shop{{Code: "NEW", Name: "新店", Platform: "web", Kind: shop.Web, Currency: "CNY", TimeZone: "Asia/Shanghai"}})
			return err
		})
		if a := v.act("/exceptions", "/exceptions/"+x+"/reprocess", one); a.status != 303 || !strings.HasPrefix(a.to, "/orders/O-") {
			t.Fatalf("after the repair: %d to %s %s", a.status, a.to, text(a.body))
		}
		if a := v.act("/exceptions", "/exceptions/"+x+"/reprocess", one); a.status != 303 || !strings.Contains(a.to, "reprocessed_before") {
			t.Errorf("a second press: %d to %s", a.status, a.to)
		}
		h.Clean()
	})
}

// prepared is a whole recipient with a phone.
func prepared(h *flowtest.House, phone string) *customer.Party {
	return customer.Prepare(h.Kit.Keys, "taobao", customer.BuyerDraft{}, customer.Contact{Name: "陈小平", Phone: phone, Detail: "浙江省杭州市余杭区文一西路 969 号 3 幢 201 室"})
}
