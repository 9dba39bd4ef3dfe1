package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// wanting are n orders that five kinds of rules hold in turn.
func wanting(h *flowtest.House, name string, n int) []*order.Draft {
	drafts := make([]*order.Draft, n)
	for i := range drafts {
		draft := h.Draft("TB", fmt.Sprintf("%s-%03d", name, i), flowtest.Item{Code: "PASTE", Qty: 1})
		switch i % 5 {
		case 0:
			draft.BuyerMessage = "周末再发,谢谢"
		case 1:
			draft.Contact.Phone = ""
		case 2:
			draft.Contact.Phone = "12"
		case 3:
			draft.Lines[0].Price, draft.Paid = 100, 100 // below cost
		case 4:
			draft.Lines[0].Refund = order.RefundRequested
		}
		drafts[i] = draft
	}
	return drafts
}

// A hundred held orders of five kinds are cleared through the desk one after the other;
// each act leads to the next order, a second press does nothing, and what a person
// cannot clear stays and says why.
func TestDeskClears(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 1000)
		n := 100
		if d.Engine() == db.Postgres {
			n = 20 // the same way through; the other engine shows the length
		}
		for _, draft := range wanting(h, "DESK", n) {
			h.One(draft)
		}
		s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
		s.hire("wang", everywhere(), "reviewer")
		s.hire("li", everywhere(), "reviewer")
		v, other := s.in("wang"), s.in("li")
		held := func() int {
			k := 0
			dbtest.Read(t, d, func(tx *db.Tx) error {
				list, err := order.List(tx, order.Filter{Scope: staff.Everywhere(), Blocked: true})
				k = len(list)
				return err
			})
			return k
		}
		if held() != n {
			t.Fatalf("%d of %d are held", held(), n)
		}
		page := v.get("/review").body
		for _, want := range []string{"审单台", "DESK-000", "周末再发", "核对通过"} {
			if !strings.Contains(page, want) {
				t.Errorf("the desk does not say %q", want)
			}
		}
		v.lang = "en"
		if page := v.get("/review?queue=service").body; !strings.Contains(page, "No order stands in this queue") {
			t.Error("an empty queue does not say so")
		}
		v.lang = "zh"
		first := firstRow(page)
		if a := v.post("/review/orders/"+first+"/claim?part=live", nil); a.status != 200 || !strings.Contains(a.body, "为什么没有自动通过") || strings.Contains(a.body, "正在处理") {
			t.Errorf("claim: %d %s", a.status, text(a.body))
		}
		if a := other.post("/review/orders/"+first+"/claim?part=live", nil); !strings.Contains(a.body, "Ms wang 正在处理") {
			t.Errorf("the other is not told: %s", text(a.body))
		}
		form := url.Values{"order": {first}, "queue": {"held"}, "act": {"clear"}, "form_key": {other.key("/review")}}
		if a := other.post("/review/acts", form); a.status != 409 || !strings.Contains(a.body, "正在处理这个订单") || held() != n {
			t.Errorf("the other decides: %d, %d held", a.status, held())
		}
		for i := 0; i < 3*n && held() > 0; i++ {
			page := v.get("/review").body
			at := firstRow(page)
			form := url.Values{"order": {at}, "queue": {"held"}, "act": {"clear"}, "form_key": {formKeyOf(page)}}
			for range 1 + i%10/9 { // now and then a key is pressed twice
				if a := v.post("/review/acts", form); a.status != 303 || !strings.HasPrefix(a.to, "/review?queue=held") && !strings.HasPrefix(a.to, "/review?") {
					t.Fatalf("clear: %d to %q %s", a.status, a.to, text(a.body))
				}
			}
		}
		if held() != 0 {
			t.Errorf("%d are still held: %s", held(), text(v.get("/review").body))
		}
		if a := v.post("/review/acts", url.Values{"order": {first}, "queue": {"passed"}, "act": {"take_back"}, "reason": {"再看看"}, "form_key": {v.key("/review?queue=passed")}}); a.status != 303 {
			t.Errorf("taken back: %d %s", a.status, text(a.body))
		}
		if page := v.get("/review?queue=service").body; !strings.Contains(page, "DESK-000") {
			t.Error("what was taken back does not wait again")
		}
	})
}

func firstRow(page string) string {
	_, rest, _ := strings.Cut(page, `<tr data-row="`)
	row, _, _ := strings.Cut(rest, `"`)
	return row
}

func formKeyOf(page string) string {
	_, rest, _ := strings.Cut(page, `name="form_key" value="`)
	key, _, _ := strings.Cut(rest, `"`)
	return key
}

// C31: releasing a hold that does not exist resolves nothing, creates nothing, and is no
// failure of ours.
func TestC31_ReleasingAHoldThatIsNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		o := h.One(h.Draft("TB", "C31", flowtest.Item{Code: "PASTE", Qty: 1})).String()
		s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
		s.hire("wang", everywhere(), "reviewer")
		v := s.in("wang")
		before := rowsOf(t, d, "hold")
		a := v.post("/review/acts", url.Values{"order": {o}, "queue": {"held"}, "act": {"clear"}, "form_key": {v.key("/review")}})
		if a.status != 409 || rowsOf(t, d, "hold") != before {
			t.Errorf("%d, holds %d -> %d", a.status, before, rowsOf(t, d, "hold"))
		}
	})
}

// Work without a hold is closed from the list once, with how it was settled; what
// belongs to a hold stays.
func TestExceptionsClose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		held := h.Draft("TB", "EXC-1", flowtest.Item{Code: "PASTE", Qty: 1})
		held.BuyerMessage = "周末再发,谢谢"
		h.One(held)
		h.Write(func(tx *db.Tx) error {
			_, err := review.Open(tx, []review.Exception{{Kind: "late_cancellation", Key: "k", ZH: "发货后取消", EN: "cancelled after shipping", Detail: "{}"}})
			return err
		})
		v := owner(t, d, func(c *web.Config) { c.Kit = h.Kit })
		page := v.get("/exceptions").body
		form := url.Values{"how": {"已与买家协商"}}
		for _, part := range strings.Split(page, `name="exception" value="`)[1:] {
			one, _, _ := strings.Cut(part, `"`)
			form.Add("exception", one)
		}
		if len(form["exception"]) < 2 {
			t.Fatalf("the list: %s", text(page))
		}
		a := v.act("/exceptions", "/exceptions/closing", form)
		if a.status != 303 || !strings.Contains(a.to, "n=1") {
			t.Errorf("%d to %q %s", a.status, a.to, text(a.body))
		}
		if page := v.get("/exceptions").body; strings.Contains(page, `<td class="what">发货后取消`) || !strings.Contains(page, `<td class="what">买家有留言`) {
			t.Errorf("afterwards: %s", text(page))
		}
	})
}
