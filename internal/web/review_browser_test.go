package web_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// arrive waits until a script says true, over as many pages as that takes.
func (b *browser) arrive(script string) {
	b.t.Helper()
	for end := time.Now().Add(waitMost); time.Now().Before(end); {
		is, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (bool, error) {
			limited, stop := context.WithTimeout(ctx, waitMost)
			defer stop()
			return chromedp.Evaluate[bool]("document.readyState === 'complete' && !!("+script+")")(limited, t)
		})
		if err == nil && is { // between two pages there is nobody to ask
			return
		}
	}
	b.t.Fatalf("waited for %s; the page says %s", script, b.text("document.body.innerText.slice(0, 2000)"))
}

// enterKey presses Enter as a keyboard does in a field of a form.
func (b *browser) enterKey() {
	b.t.Helper()
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}
	call(b, input.DispatchKeyEvent, p)
	p.Type, p.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(b, input.DispatchKeyEvent, p)
}

// dictate puts words in at once, as an input method does.
func (b *browser) dictate(text string) {
	b.t.Helper()
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// G7: a hundred held orders of five kinds are cleared by keyboard alone, some one by one
// and the rest kind by kind with a look at what will happen.
func TestHundredHeldByKeyboard(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	h := flowtest.Open(t, d)
	h.Stock(0, "PASTE", 1000)
	h.Accept(wanting(h, "KEY", 100)...)
	s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
	s.hire("wang", everywhere(), "reviewer")
	held := func() (n int) {
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := order.List(tx, order.Filter{Scope: staff.Everywhere(), Blocked: true})
			n = len(list)
			return err
		})
		return n
	}
	b := s.browse("wang")
	began := time.Now()
	b.open("/review?queue=held")
	for i := range 10 {
		b.arrive(fmt.Sprintf(`window.baihuo && baihuo.rows().length === %d && document.querySelector("[data-row].at") && document.getElementById("desk-form").elements.order.value`, 100-i))
		b.press("a")
	}
	left := 90
	for left > 0 {
		// The first kind's chip is reached by Tab, as any link is; its orders are ticked.
		b.arrive(fmt.Sprintf(`window.baihuo && baihuo.rows().length === %d && document.querySelector("[data-row].at")`, left))
		for b.text(`document.activeElement.matches(".kinds a + a")`) != "true" {
			b.press("Tab")
		}
		b.enterKey()
		b.arrive(`window.baihuo && baihuo.rows().length === 18 && document.querySelector("[data-row].at") && location.search.includes("kind=")`)
		for range 18 {
			b.press(" ", "j")
		}
		if got := b.text(`document.querySelector("[data-ticked]").textContent`); got != "18" {
			t.Fatalf("%s are ticked", got)
		}
		b.press("u")
		b.arrive(`location.pathname.startsWith("/batches/") && document.activeElement.name === "reason"`)
		b.dictate("已核对")
		b.enterKey()
		b.arrive(`location.pathname === "/review" && !document.querySelector("[data-row]")`) // back at the kind, which is empty now
		left -= 18
		if n := held(); n != left {
			t.Fatalf("%d are held, want %d", n, left)
		}
		b.press("g", "r")
	}
	b.quiet()
	h.Clean()
	t.Logf("a hundred held orders in %v", time.Since(began).Round(time.Second/10))
}

// Two people have one order open. Who saves second is shown what it was, what the other
// made of it and what they typed themselves, and can save that after looking.
func TestTwoEditOneOrder(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	h := flowtest.Open(t, d)
	h.Stock(0, "PASTE", 10)
	n := h.One(h.Draft("TB", "TWO-1", flowtest.Item{Code: "PASTE", Qty: 1}))
	s := raise(t, d, func(c *web.Config) { c.Kit = h.Kit })
	s.hire("wang", everywhere(), "reviewer")
	s.hire("li", everywhere(), "reviewer")
	first, second := s.browse("wang"), s.browse("li")
	for _, b := range []*browser{first, second} {
		b.open("/orders/" + n.String())
		b.arrive(`document.querySelector("[name=memo]")`)
	}
	save := func(b *browser, memo string) {
		b.text(`(function () { var m = document.querySelector("[name=memo]"), d = m.closest("details, dialog"); if (d) { if (d.showModal) { if (!d.open) d.showModal(); } else d.open = true; } m.focus(); m.select(); })()`)
		b.dictate(memo)
		b.text(`document.querySelector("[name=memo]").form.requestSubmit()`)
	}
	save(first, "先发这单")
	first.arrive(`document.querySelector("[name=was_memo]").value === "先发这单"`)
	save(second, "等客户电话")
	second.arrive(`document.querySelector("table.three")`)
	if row := second.text(`[...document.querySelectorAll("table.three tbody tr")].find(r => r.innerText.includes("等客户电话")).innerText.replace(/\s+/g, " ").trim()`); row != "卖家备注 先发这单 等客户电话" {
		t.Errorf("the sides: %q", row)
	}
	if memo := h.Order(n).SellerMemo; memo != "先发这单" {
		t.Errorf("the first was overwritten by %q", memo)
	}
	if typed := second.text(`document.querySelector("[name=memo]").value`); typed != "等客户电话" {
		t.Errorf("what the second typed is gone: %q", typed)
	}
	second.text(`document.querySelector("[name=memo]").form.requestSubmit()`)
	second.arrive(`document.querySelector("[name=was_memo]").value === "等客户电话"`)
	if memo := h.Order(n).SellerMemo; memo != "等客户电话" {
		t.Errorf("after looking: %q", memo)
	}
	first.quiet()
	h.Clean()
}
