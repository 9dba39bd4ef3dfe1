package web_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// The privacy officer asks who saw a number, hands out what is held of a person and
// erases it, all from one page. Nobody else is let in, not even to ask who saw it: the
// answer says which orders belong to a number.
func TestOnePersonsData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		draft := h.Draft("TB", "P-1", flowtest.Item{Code: "PASTE", Qty: 1})
		n := h.One(draft)
		s := raise(t, d, withKit(h))
		for _, role := range []string{"privacy", "service", "finance", "admin"} {
			s.hire(role, everywhere(), role)
		}
		who := draft.Contact
		service, v := s.in("service"), s.in("privacy")
		if a := service.act("/orders/"+n.String(), "/orders/"+n.String()+"/reveal", url.Values{"reason": {"联系客户"}}); a.status != http.StatusOK {
			t.Fatalf("revealed: %d", a.status)
		}
		key := v.key("/persons")
		for _, role := range []string{"service", "finance", "admin"} {
			if a := s.in(role).post("/persons/sightings", url.Values{"form_key": {key}, "phone": {who.Phone}}); a.status != http.StatusForbidden {
				t.Errorf("%s asks who saw it: %d", role, a.status)
			}
		}
		ask := url.Values{"phone": {who.Phone}, "reason": {"本人书面申请"}, "sure": {"1"}}
		a := v.act("/persons", "/persons/sightings", ask)
		if a.status != http.StatusOK || !strings.Contains(a.body, "Ms service") || !strings.Contains(a.body, "联系客户") || !strings.Contains(a.body, n.String()) {
			t.Errorf("who saw it: %d %s", a.status, text(a.body))
		}
		a = v.act("/persons", "/persons/export", ask)
		if a.status != http.StatusOK || !strings.Contains(a.head.Get("Content-Disposition"), "attachment") || a.head.Get("Cache-Control") != "no-store" {
			t.Errorf("handed out: %d %v", a.status, a.head)
		}
		for _, piece := range []string{who.Name, who.Phone, who.Detail, "P-1"} {
			if !strings.Contains(a.body, piece) {
				t.Errorf("what is handed out lacks %s", piece)
			}
		}
		if a := v.act("/persons", "/persons/erasure", ask); a.status != http.StatusConflict {
			t.Errorf("erased while an order is under way: %d %s", a.status, text(a.body))
		}
		h.Write(func(tx *db.Tx) error {
			_, err := flow.Cancel(tx, []flow.Cancellation{{Order: n, Why: "买家不要了"}})
			return err
		})
		for name, form := range map[string]url.Values{"unsure": {"phone": ask["phone"], "reason": ask["reason"]},
			"without a reason": {"phone": ask["phone"], "sure": {"1"}}, "with the number as reason": {"phone": ask["phone"], "reason": ask["phone"], "sure": {"1"}}} {
			if a := v.act("/persons", "/persons/erasure", form); a.status != http.StatusBadRequest {
				t.Errorf("%s: %d", name, a.status)
			}
		}
		if a := v.act("/persons", "/persons/erasure", ask); a.status != http.StatusOK || !strings.Contains(text(a.body), "已删除:订单 1") {
			t.Fatalf("erased: %d %s", a.status, text(a.body))
		}
		if a := v.act("/persons", "/persons/export", ask); a.status == http.StatusOK && strings.Contains(a.body, "P-1") {
			t.Errorf("still found: %s", a.body)
		}
		if a := v.act("/persons", "/persons/sightings", ask); !strings.Contains(a.body, "Ms privacy") {
			t.Errorf("nobody says who erased it: %s", text(a.body))
		}
		h.Clean()
	})
}

// A second master key is held: from the page the rotation begins and is watched to its
// end; afterwards everything is sealed by the new key alone and opens to it alone.
func TestRotationFromThePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		fresh, err := seal.ParseKeys("2:" + strings.Repeat("0123456789abcdef", 4))
		if err != nil {
			t.Fatal(err)
		}
		draft := h.Draft("TB", "R-1", flowtest.Item{Code: "PASTE", Qty: 1})
		h.One(draft)
		kit := h.Kit
		kit.Keys = seal.NewKeyring(rand.Reader, seal.Key{Version: 1}, fresh[0])
		kit.Sealed = []flow.Piece{{Name: "authenticators", Reseal: staff.ResealCodes, Tally: staff.TallyCodes}}
		v := owner(t, d, func(cfg *web.Config) { cfg.Kit = kit })
		counted := func() string {
			t.Helper()
			a := v.act("/seals", "/seals/count", nil)
			if a.status != http.StatusOK {
				t.Fatalf("counted: %d", a.status)
			}
			return a.body
		}
		if got := counted(); !strings.Contains(got, "<td>收件人</td><td>1</td>") || !strings.Contains(got, "<td>验证器</td><td>1</td>") {
			t.Errorf("before: %s", got)
		}
		if a := v.act("/seals", "/seals/rotation", nil); a.status != http.StatusSeeOther {
			t.Fatalf("begun: %d %s", a.status, text(a.body))
		}
		if page := v.get("/seals").body; !strings.Contains(page, "换到版本 2") || !strings.Contains(page, "进行中") || strings.Contains(page, "/seals/rotation") {
			t.Errorf("under way: %s", page)
		}
		for done := 1; done > 0; { // what the worker does
			h.Write(func(tx *db.Tx) (err error) { done, err = flow.Reseal(tx, kit, 500); return err })
		}
		if page := text(v.get("/seals").body); !strings.Contains(page, "完成") || strings.Contains(page, "进行中") {
			t.Errorf("over: %s", page)
		}
		if got := counted(); !strings.Contains(got, "<td>收件人</td><td>2</td>") || !strings.Contains(got, "<td>验证器</td><td>2</td>") || strings.Contains(got, "<td>收件人</td><td>1</td>") {
			t.Errorf("after: %s", got)
		}
		kit.Keys = seal.NewKeyring(rand.Reader, fresh...)
		data, err := flow.PersonData(t.Context(), d, dbtest.By, kit, flow.Subject{Phone: draft.Contact.Phone}, "本人书面申请")
		if err != nil || len(data.Orders) != 1 {
			t.Errorf("by the new key alone: %d orders, %v", len(data.Orders), err)
		}
	})
}
