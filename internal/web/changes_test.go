package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// C22: nobody can see who changed an order, or the wrong user is stored. Each change of
// a field shows before and after with the person who made it, on the order's timeline and
// in the audit search, in both languages; personal fields are masks, and an erasure takes
// the former values along.
func TestC22_WhoChangedWhatFieldBeforeAndAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		v.hire("xiaoli", everywhere(), "service")
		xiaoli := v.in("xiaoli")
		page := "/orders/" + w.waits.String()
		edit := url.Values{"version": {versionOf(w, w.waits)}, "memo": {"先打 13700001111 再发"}, "flag": {"2"}, "label": {""}, "tags": {"vip"},
			"was_memo": {""}, "was_flag": {"0"}, "was_label": {""}, "was_tags": {""}}
		if a := xiaoli.act(page, page+"/edit", edit); a.status != 303 {
			t.Fatalf("edited: %d %s", a.status, text(a.body))
		}
		line := w.h.Order(w.waits).Lines[0]
		if a := v.act(page, page+"/lines", url.Values{"version": {versionOf(w, w.waits)}, "reason": {"客户少要"}, "cancel_" + line.ID.String(): {"1"}}); a.status != 303 {
			t.Fatalf("one piece less: %d", a.status)
		}
		if a := xiaoli.act(page, page+"/recipient", url.Values{"version": {versionOf(w, w.waits)}, "name": {"赵小北"}, "phone": {"13912345678"},
			"address": {"浙江省杭州市余杭区文一西路969号"}}); a.status != 303 {
			t.Fatalf("sent elsewhere: %d", a.status)
		}
		wants := map[string][]string{
			"zh": {"旗帜 0 → 2", "卖家备注 (空) → 先打 **** 再发", "标签 (空) → vip", "件数 PASTE 3 → 2", "→ 赵*北", "→ 139****5678", "Ms xiaoli"},
			"en": {"Flag 0 → 2", "Memo (none) → 先打 **** 再发", "Pieces PASTE 3 → 2", "→ 赵*北", "Ms xiaoli"},
		}
		for lang, words := range wants {
			v.lang = lang
			timeline := v.get(page).body
			timeline = timeline[strings.Index(timeline, `id="timeline"`):]
			trail := v.get("/audit?people=1&object=" + w.waits.String()).body
			for name, body := range map[string]string{"timeline": timeline, "audit": trail} {
				for _, want := range words {
					if !strings.Contains(text(body), want) {
						t.Errorf("%s, %s: lacks %q\n%s", name, lang, want, text(body))
					}
				}
				for _, personal := range []string{"13700001111", "13912345678", "969号", "赵小北"} {
					if strings.Contains(body, personal) {
						t.Errorf("%s, %s: shows %s", name, lang, personal)
					}
				}
			}
		}
		v.lang = "zh"
		// The real actor: what the owner did is not told of the other, and the search by
		// person finds what each did.
		mine := text(v.get("/audit?actor=xiaoli&object=" + w.waits.String()).body)
		if !strings.Contains(mine, "旗帜 0 → 2") || strings.Contains(mine, "件数 PASTE") {
			t.Errorf("by person: %s", mine)
		}
		w.h.Clean()
	})
}

// C22: what the channel changes shows before and after too, and goes with an erasure.
func TestC22_TheChannelsChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 20)
		draft := h.Draft("TB", "C22-1", flowtest.Item{Code: "PASTE", Qty: 1})
		n := h.One(draft)
		draft = h.Draft("TB", "C22-1", flowtest.Item{Code: "PASTE", Qty: 4})
		draft.SellerMemo, draft.ModifiedAt = "平台备注", draft.ModifiedAt.Add(time.Hour)
		h.Accept(draft)
		v := owner(t, d, withKit(h))
		body := text(v.get("/orders/" + n.String()).body)
		for _, want := range []string{"件数 PASTE 1 → 4", "卖家备注 (空) → 平台备注"} {
			if !strings.Contains(body, want) {
				t.Errorf("lacks %q: %s", want, body)
			}
		}
		if a := v.act("/orders/"+n.String(), "/orders/"+n.String()+"/act", url.Values{"act": {"cancel"}, "reason": {"买家不要了"}}); a.status != 303 {
			t.Fatalf("cancelled: %d", a.status)
		}
		h.Write(func(tx *db.Tx) error {
			_, err := order.Erase(tx, []*order.Order{h.Order(n)}, "买家要求删除")
			return err
		})
		if body := text(v.get("/orders/" + n.String()).body); strings.Contains(body, "平台备注") {
			t.Errorf("an erased order still tells: %s", body)
		}
	})
}
