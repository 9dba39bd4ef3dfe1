package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/job"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/web"
)

// withKit lets a door work orders with the kit of a house.
func withKit(h *flowtest.House) func(*web.Config) {
	return func(cfg *web.Config) { cfg.Kit = h.Kit }
}

// The list is rendered in both languages with the deciding facts, every filter by
// itself leaves what fits, and a wrong one is told and leaves the way back open.
func TestOrderList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		w.h.Write(func(tx *db.Tx) error {
			memo, flag, label, tags := "加急处理", 3, "急", "vip fragile"
			_, err := flow.Edit(tx, w.waits, 0, order.Edit{SellerMemo: &memo, Flag: &flag, Label: &label, Tags: &tags})
			return err
		})
		old := w.h.Draft("WEB", "W-OLD", flowtest.Item{Code: "PASTE", Qty: 1})
		old.OrderedAt = old.OrderedAt.Add(-40 * 24 * time.Hour)
		w.h.One(old)
		v := owner(t, d, withKit(w.h))
		for lang, words := range map[string][]string{"zh": {"待审核", "周末再发", "加急处理", "清除全部", "3急", "vip"}, "en": {"to review", "Clear all", "held"}} {
			status, body, _ := get(t, v, "/orders?view=all", lang)
			if status != 200 {
				t.Fatalf("%s: %d", lang, status)
			}
			for _, want := range words {
				if !strings.Contains(text(body), want) {
					t.Errorf("%s: the list lacks %q", lang, want)
				}
			}
		}
		v.lang = "zh"
		cases := []struct {
			query     string
			has, lack string
		}{
			{"word=wait_service&word=reviewed", "W-1002", "2026111100001"},
			{"held=1", "2026111100003", "W-1002"}, {"short=1", "2026111100004", "W-1002"},
			{"flag=3", "W-1002", "2026111100003"}, {"tag=vip", "W-1002", "2026111100003"}, {"memo=1", "W-1002", "2026111100003"},
			{"message=1", "2026111100003", "W-1002"}, {"sku=PAN", "2026111100004", "W-1002"}, {"shop=WEB", "W-1002", "2026111100003"},
			{"warehouse=HZ", "W-1002", "2026111100004"}, {"paid_min=1&paid_max=1000000", "W-1002", "nothing"},
			{"from=2020-01-01&to=2040-01-01", "W-1002", "nothing"}, {"province=33", "W-1002", "nothing"},
			{"sort=ship_by", "W-1002", "2026111100001"}, {"sort=amount&turned=1", "W-1002", "W-OLD"},
			{"sort=amount&from=2026-01-01", "W-OLD", "nothing"}, {"sort=amount&to=2026-10-10", "W-OLD", "W-1002"},
			{"to=2020-01-01", "没有符合条件的订单", "W-1002"}, {"province=65", "没有符合条件的订单", "W-1002"},
		}
		for _, c := range cases {
			body := v.get("/orders?view=none&" + c.query).body
			if !strings.Contains(body, c.has) || strings.Contains(body, c.lack+"</a>") || !strings.Contains(body, "清除全部") {
				t.Errorf("%s: wants %q and not %q\n%s", c.query, c.has, c.lack, text(body))
			}
		}
		for _, wrong := range []string{"word=nonsense", "flag=9", "sku=NOBODY", "from=yesterday", "paid_min=much", "shop=NOWHERE", "due=soon", "after=x", "sort=luck"} {
			a := v.get("/orders?view=none&" + wrong)
			if a.status != 400 || !strings.Contains(a.body, "筛选条件有误") || !strings.Contains(a.body, `href="/orders?view=all"`) {
				t.Errorf("%s: %d", wrong, a.status)
			}
		}
		if a := v.get("/orders"); a.status != 303 || !strings.HasPrefix(a.to, "/orders?") || !strings.Contains(a.to, "view=live") {
			t.Errorf("a bare address leads to %q", a.to)
		}
	})
}

// Pages follow each other without a gap, and a view and columns are kept.
func TestOrderPagesAndViews(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		seen := map[id.Order]bool{}
		f := order.Browsing{Scope: everywhere(), Sort: order.ByOrdered, Limit: 4}
		for range 10 {
			var s order.Sheaf
			if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { s, err = order.Browse(tx, f); return err }); err != nil {
				t.Fatal(err)
			}
			if s.Total != 16 {
				t.Fatalf("%d orders, want 16", s.Total)
			}
			for _, c := range s.Cards {
				if seen[c.Order] {
					t.Errorf("%s twice", c.ExternalNo)
				}
				seen[c.Order] = true
			}
			if f.After = s.Next; !s.More {
				break
			}
		}
		if len(seen) != 16 {
			t.Errorf("pages show %d of 16", len(seen))
		}
		v := owner(t, d, withKit(w.h))
		list := "/orders?view=none&flag=0&word=reviewed"
		a := v.act(list, "/orders/views", url.Values{"name": {"我的"}, "query": {"flag=0&word=reviewed"}})
		if a.status != 303 || !strings.Contains(v.get(a.to).body, "我的") {
			t.Fatalf("the view is not kept: %d to %s", a.status, a.to)
		}
		a = v.act(list, "/orders/columns", url.Values{"from": {list}, "column": {"left", "goods"}})
		if body := v.get(list).body; a.status != 303 || strings.Contains(body, `class="c-notes"`) || !strings.Contains(body, `class="c-goods"`) {
			t.Error("the columns are not kept")
		}
		a = v.act(list, "/orders/views", url.Values{"name": {"x"}, "query": {""}})
		if a.status != 400 {
			t.Errorf("a view of nothing: %d", a.status)
		}
		v.hire("clerk", everywhere(), "clerk")
		clerk := v.in("clerk")
		if a := clerk.act(list, "/orders/views", url.Values{"name": {"x"}, "team": {"1"}, "query": {"flag=1"}}); a.status != 403 {
			t.Errorf("a clerk makes a view for the team: %d", a.status)
		}
	})
}

// Acts on many orders say first what they would do, do it once, and can be undone.
func TestBulk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		list := "/orders?view=all"
		begin := func(act string, more url.Values) string {
			t.Helper()
			form := url.Values{"act": {act}, "from": {list}, "all": {"1"}, "query": {""}}
			for k, values := range more {
				form[k] = values
			}
			a := v.act(list, "/batches", form)
			if a.status != 303 {
				t.Fatalf("%s: %d %s", act, a.status, text(a.body))
			}
			return a.to
		}
		page := begin("tag", nil)
		if body := text(v.get(page).body); !strings.Contains(body, "可执行 15,拦下 1") || !strings.Contains(body, "已完成或已取消") {
			t.Errorf("the preview: %s", body)
		}
		v.lang = "en"
		if body := text(v.get(page).body); !strings.Contains(body, "15 will be done, 1 will not") {
			t.Errorf("the preview in English: %s", body)
		}
		v.lang = "zh"
		if a := v.act(page, page, url.Values{"tag": {"a b"}}); a.status != 400 || !strings.Contains(a.body, "不含空格") {
			t.Errorf("a tag with a blank: %d", a.status)
		}
		key := v.key(page)
		form := url.Values{"tag": {"夏促"}, "form_key": {key}}
		first, second := v.post(page, form), v.post(page, form)
		if first.status != 303 || second.to != first.to {
			t.Fatalf("sent twice: %d %q, then %q", first.status, first.to, second.to)
		}
		tagged := w.h.Order(w.waits)
		if tagged.Tags != "夏促" || tagged.Version != w.h.Order(w.waits).Version {
			t.Errorf("tags %q", tagged.Tags)
		}
		u, _ := url.Parse(first.to)
		undo := u.Query().Get("undo")
		if !strings.HasPrefix(undo, "/undo/orders/") {
			t.Fatalf("no undo in %s", first.to)
		}
		if a := v.act(first.to, undo, nil); a.status != 303 || w.h.Order(w.waits).Tags != "" {
			t.Errorf("undone: %d, tags %q", a.status, w.h.Order(w.waits).Tags)
		}

		// Passing: what is held stays, and what is shown before is what happens.
		page = begin("hold", url.Values{"all": {""}, "order": {w.waits.String()}})
		if a := v.act(page, page, url.Values{"reason": {"客户要求等待"}}); a.status != 303 || !w.h.Card(w.waits).Blocked {
			t.Errorf("held: %d", a.status)
		}
		page = begin("unhold", url.Values{"all": {""}, "order": {w.waits.String()}})
		if a := v.act(page, page, url.Values{"reason": {"已联系"}}); a.status != 303 || w.h.Card(w.waits).Blocked {
			t.Errorf("released: %d", a.status)
		}
		page = begin("cancel", url.Values{"all": {""}, "order": {w.waits.String(), w.gone.String()}})
		if body := text(v.get(page).body); !strings.Contains(body, "可执行 1,拦下 1") {
			t.Errorf("the preview of a cancellation: %s", body)
		}
		if a := v.act(page, page, url.Values{"reason": {"重复下单"}}); !strings.HasPrefix(a.to, page) || w.h.Order(w.waits).CancelledAt == 0 {
			t.Errorf("cancelled: %d to %s", a.status, a.to)
		}
		if body := text(v.get("/batches").body); !strings.Contains(body, "取消订单") {
			t.Error("the list of batches lacks it")
		}
		w.h.Clean()

		v.hire("reader", everywhere(), "reader")
		reader := v.in("reader")
		if a := reader.act(list, "/batches", url.Values{"act": {"cancel"}, "order": {w.held.String()}}); a.status != 403 {
			t.Errorf("a reader cancels: %d", a.status)
		}
		if a := reader.get(page); a.status != 404 {
			t.Errorf("another's batch: %d", a.status)
		}
	})
}

// C31: a batch of a thousand passes shows progress and leaves a list of results.
func TestThousandPassesInPieces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const many = 1000
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10*many)
		var drafts []*order.Draft
		for i := range many {
			draft := h.Draft("TB", "B"+id.Text("", int64(100000+i)), flowtest.Item{Code: "PASTE", Qty: 1})
			drafts = append(drafts, draft)
		}
		for i := 0; i < many; i += 250 {
			var back []review.Decision
			for _, o := range h.Accept(drafts[i : i+250]...) {
				back = append(back, review.Decision{Order: o.Value.Order, Reason: "looked at again"})
			}
			h.Write(func(tx *db.Tx) error { _, err := flow.TakeBack(tx, back); return err })
		}
		v := owner(t, d, withKit(h))
		a := v.act("/orders?view=review&word=wait_service", "/batches", url.Values{"act": {"pass_service"}, "all": {"1"}, "query": {"word=wait_service"}, "from": {"/orders?view=all"}})
		page := a.to
		if body := text(v.get(page).body); !strings.Contains(body, "1,000") {
			t.Fatalf("the preview: %s", body)
		}
		if a := v.act(page, page, nil); a.status != 303 || a.to != page {
			t.Fatalf("begun: %d to %s", a.status, a.to)
		}
		if body := text(v.get(page).body); !strings.Contains(body, "还在执行") {
			t.Errorf("no progress is shown: %s", body)
		}
		r := &job.Runner{DB: d, Handlers: map[string]job.Handler{web.JobBatch: web.BatchHandler(h.Kit)}}
		if n, err := r.Turn(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d jobs, %v", n, err)
		}
		body := v.get(page).body
		if !strings.Contains(text(body), "通过 1,000") || !strings.Contains(body, "下一页") {
			t.Errorf("the result: %s", text(body))
		}
	})
}
