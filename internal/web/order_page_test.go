package web_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
)

func versionOf(w world, o id.Order) string { return strconv.FormatInt(w.h.Order(o).Version, 10) }

// What is done on an order's page is done once, told, and refused with a reason.
func TestOrderPageActs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		page := "/orders/" + w.waits.String()
		for lang, want := range map[string][]string{"zh": {"修改收件信息", "今日剩余", "取消部分商品", "反审核", "HZ"}, "en": {"Send elsewhere", "left today", "Cancel pieces", "previous"}} {
			status, body, _ := get(t, v, page+"?from="+url.QueryEscape("/orders?view=all"), lang)
			for _, text := range want {
				if status != 200 || !strings.Contains(body, text) {
					t.Errorf("%s: %d, lacks %q", lang, status, text)
				}
			}
		}
		v.lang = "zh"
		edit := url.Values{"version": {versionOf(w, w.waits)}, "memo": {"先发这单"}, "flag": {"2"}, "label": {"急"}, "tags": {"vip 老客"},
			"was_memo": {""}, "was_flag": {"0"}, "was_label": {""}, "was_tags": {""}}
		if a := v.act(page, page+"/edit", edit); a.status != 303 {
			t.Fatalf("edited: %d %s", a.status, text(a.body))
		}
		if o := w.h.Order(w.waits); o.SellerMemo != "先发这单" || o.Flag != 2 || o.Label != "急" || o.Tags != "vip 老客" {
			t.Errorf("%+v", o)
		}
		// A second person had opened the page before: both sides are shown, nothing is lost.
		edit.Set("memo", "晚点发")
		a := v.act(page, page+"/edit", edit)
		if body := text(a.body); a.status != 409 || !strings.Contains(body, "有人同时改了") || !strings.Contains(body, "先发这单") || !strings.Contains(body, "晚点发") {
			t.Errorf("a stale form: %d %s", a.status, body)
		}
		if got := w.h.Order(w.waits).SellerMemo; got != "先发这单" {
			t.Errorf("overwritten by %q", got)
		}
		if a := v.act(page, page+"/notes", url.Values{"text": {"请 @owner 确认"}}); a.status != 303 || !strings.Contains(v.get(page).body, "<b>@owner</b>") {
			t.Errorf("noted: %d", a.status)
		}
		if a := v.act(page, page+"/notes", url.Values{"text": {" "}}); a.status != 400 {
			t.Errorf("an empty note: %d", a.status)
		}
		line := w.h.Order(w.waits).Lines[0]
		take := url.Values{"version": {versionOf(w, w.waits)}, "reason": {"客户少要"}, "cancel_" + line.ID.String(): {"9"}}
		if a := v.act(page, page+"/lines", take); a.status != 400 || !strings.Contains(a.body, "最多还能取消 3 件") {
			t.Errorf("more than there is: %d", a.status)
		}
		take.Set("cancel_"+line.ID.String(), "1")
		if a := v.act(page, page+"/lines", take); a.status != 303 || w.h.Order(w.waits).Lines[0].Cancelled != 1 {
			t.Errorf("one piece less: %d %s", a.status, text(a.body))
		}
		send := url.Values{"version": {versionOf(w, w.waits)}, "name": {"赵小北"}, "phone": {"13912345678"}, "address": {"浙江省杭州市余杭区文一西路969号"}}
		if a := v.act(page, page+"/recipient", send); a.status != 303 {
			t.Errorf("sent elsewhere: %d %s", a.status, text(a.body))
		}
		if card := w.h.Card(w.waits); card.NameMask != "赵*北" || card.Province != "33" {
			t.Errorf("goes to %q in %q", card.NameMask, card.Province)
		}
		send.Set("phone", "")
		if a := v.act(page, page+"/recipient", send); a.status != 400 || strings.Contains(a.body, "969号") {
			t.Errorf("without a phone: %d, and the address comes back", a.status)
		}
		a = v.act(page, page+"/act", url.Values{"act": {"hold"}, "reason": {"客户失联"}})
		if a.status != 303 || !w.h.Card(w.waits).Blocked {
			t.Errorf("held: %d", a.status)
		}
		if a := v.act(page, page+"/act", url.Values{"act": {"unhold"}, "reason": {"已联系上"}}); a.status != 303 || w.h.Card(w.waits).Blocked {
			t.Errorf("released: %d", a.status)
		}
		if a := v.act(page, page+"/act", url.Values{"act": {"unhold"}, "reason": {"再来"}}); a.status != 409 {
			t.Errorf("released twice: %d", a.status)
		}
		gone := "/orders/" + w.gone.String()
		if body := v.get(gone).body; !strings.Contains(text(body), "订单已完成或已取消") {
			t.Error("why an ended order cannot be cancelled is not said")
		}
		w.h.Clean()
	})
}

// C22: the page shows masks alone; who may sees one recipient for a reason, once per
// form, within the quota, and the timeline says so.
func TestRevealOnThePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		v.hire("service", everywhere(), "service")
		v.hire("sales", everywhere(), "sales")
		service := v.in("service")
		page := "/orders/" + w.waits.String()
		var plain customer.Contact
		w.h.Write(func(tx *db.Tx) error { // quota of one
			return db.SetSetting(tx, customer.SettingQuota, "1")
		})
		key := service.key(page)
		form := url.Values{"form_key": {key}, "reason": {"联系客户"}}
		before := service.get(page).body
		a := service.post(page+"/reveal", form)
		plain = w.h.Draft("WEB", "x").Contact
		if a.status != 200 || !strings.Contains(a.body, plain.Phone) || strings.Contains(before, plain.Phone) {
			t.Fatalf("revealed: %d, before it %v", a.status, strings.Contains(before, plain.Phone))
		}
		if !strings.HasPrefix(a.head.Get("Refresh"), "60;") || a.head.Get("Cache-Control") != "no-store" {
			t.Error("what is shown does not go by itself")
		}
		if again := service.post(page+"/reveal", form); again.status != 303 {
			t.Errorf("sent again: %d", again.status)
		}
		if a := service.act(page, page+"/reveal", url.Values{"reason": {"核对地址"}}); a.status != 403 || strings.Contains(a.body, plain.Phone) {
			t.Errorf("beyond the quota: %d", a.status)
		}
		if body := service.get(page + "?show=recipient").body; !strings.Contains(body, "查看明文") || !strings.Contains(body, "联系客户") || strings.Contains(body, plain.Phone) {
			t.Error("the timeline does not say who saw it")
		}
		sales := v.in("sales")
		if a := sales.act(page, page+"/reveal", url.Values{"reason": {"看看"}}); a.status != 403 || strings.Contains(a.body, plain.Phone) {
			t.Errorf("without the permit: %d", a.status)
		}
	})
}

// The page knows its neighbours in the list that it was reached from.
func TestOrderNeighbours(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		from := url.QueryEscape("/orders?view=none&shop=TB&turned=1")
		seen := map[string]bool{}
		at := "/orders/" + w.gone.String() + "?from=" + from
		for range 20 {
			body := v.get(at).body
			seen[at] = true
			_, rest, more := strings.Cut(body, `data-key="j"`)
			if !more || rest == "" {
				break
			}
			head := body[:strings.Index(body, `data-key="j"`)]
			href := head[strings.LastIndex(head, `href="`)+6:]
			at = strings.ReplaceAll(href[:strings.Index(href, `"`)], "&amp;", "&")
		}
		if len(seen) != 15 {
			t.Errorf("%d orders are reached one after the other, want 15", len(seen))
		}
	})
}
