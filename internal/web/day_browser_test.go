package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// day is a browser in a house in the middle of its day, used by keys alone.
type day struct {
	*browser
	w world
}

// begin signs somebody in by the form, without a mouse.
func (b *day) begin(role string) {
	b.t.Helper()
	p := b.hire(role, everywhere(), role)
	call(b.browser, network.ClearBrowserCookies, cdp.Empty{})
	b.open("/sign-in")
	b.tab("[name=login]")
	b.enter(role)
	b.tab("[name=password]")
	b.enter(password)
	b.press("Enter")
	if p.Careful() {
		b.until(`location.pathname === "/sign-in/code" && document.readyState === "complete"`)
		b.wall.Advance(time.Minute) // a code counts once
		b.tab("[name=code]")
		b.enter(b.code(role))
		b.press("Enter")
	}
	b.until(`location.pathname === "/" && document.readyState === "complete"`)
}

// follow goes to a link with Tab, presses Enter and waits for the page.
func (b *day) follow(selector, path string) {
	b.t.Helper()
	b.tab(selector)
	b.press("Enter")
	b.arrive(path)
}

// arrive waits for a page whose address begins so.
func (b *day) arrive(path string) {
	b.t.Helper()
	b.until(`location.pathname.startsWith("` + path + `") && document.readyState === "complete"`)
}

func (b *day) pieces(sku string) (n int64) {
	dbtest.Read(b.t, b.d, func(tx *db.Tx) error {
		for _, w := range b.w.h.Warehouses {
			rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Warehouse: w.ID, SKU: b.w.h.SKU[sku]})
			if err != nil {
				return err
			}
			for _, r := range rows {
				n += r.OnHand
			}
		}
		return nil
	})
	return n
}

func (b *day) notes() (n int) {
	dbtest.Read(b.t, b.d, func(tx *db.Tx) error {
		list, err := order.Notes(tx, b.w.h.Kit.Keys, b.w.waits)
		n = len(list)
		return err
	})
	return n
}

// Each role does its main task from the sign-in to the end with the keyboard alone. A
// button that is pressed twice, and a form that is sent again after going back, have one
// effect.
func TestDayOfEachRoleByKeyboard(t *testing.T) {
	t.Parallel()
	d := testDB(t)
	w := live(t, d)
	s := raise(t, d, withKit(w.h))
	b := &day{browser: s.window(), w: w}
	b.wide(1440)
	for _, role := range []struct {
		code string
		does func()
	}{
		{"warehouse", func() { // receives goods, pressing twice, then goes back and sends again
			had := b.pieces("PASTE")
			b.follow(`a[href="/stock/receive"]`, "/stock/receive")
			b.tab("[name=code]")
			b.enter("PASTE")
			b.tab("[name=qty]")
			b.enter("5")
			b.tab("main form button.first")
			run(b.browser, chromedp.Evaluate[string](`(document.activeElement.click(), document.activeElement.click(), "")`))
			b.until(`document.querySelector(".toast")`)
			if got := b.pieces("PASTE"); got != had+5 {
				t.Errorf("pressed twice: %d pieces came, want 5", got-had)
			}
		}},
		{"service", func() { // finds an order by its number and leaves a note, once
			b.press("/")
			b.enter("W-1002")
			b.press("Enter")
			b.arrive("/orders/O-")
			const form = `document.querySelector('form[action$="/notes"]')`
			key := b.text(form + ".form_key.value")
			b.tab("textarea[name=text]")
			b.enter("已电话确认")
			b.tab(`form[action$="/notes"] button`)
			b.press("Enter")
			b.until(`document.querySelector(".note-list li")`)
			run(b.browser, chromedp.Evaluate[string](`(window.before = "this page")`))
			run(b.browser, chromedp.NavigateBack())
			b.until("!window.before && " + form)
			if b.text(form+".form_key.value") == key { // the very form again: its key counts once
				run(b.browser, chromedp.Evaluate[string]("("+form+`.text.value = "已电话确认", `+form+`.querySelector("button").click(), "")`))
				b.until(`document.querySelector(".note-list li")`)
			} else if typed := b.text(form + ".text.value"); typed != "" {
				t.Errorf("a new form holds %q", typed)
			}
			if n := b.notes(); n != 1 {
				t.Errorf("%d notes", n)
			}
		}},
		{"clerk", func() { // opens the shift and sells
			b.follow(`a[href="/store/shift"]`, "/store/shift")
			b.tab("[name=float]")
			b.enter("100")
			b.press("Enter")
			b.until(`document.querySelector(".toast")`)
			b.follow(`a[href="/store/new"]`, "/store/new")
			b.until(`document.body.dataset.scanner === "on" && Object.keys(localStorage).some(k => k.startsWith("baihuo.shelf."))`)
			b.scan("PASTE", false, time.Now())
			b.press("F2", "Enter", "F9")
			sold := &counter{h: w.h, stage: b.stage, shop: "POS"}
			b.until(`document.getElementById("till-lines").rows.length === 0 && !/1/.test(document.getElementById("till-net").textContent)`)
			if n := sold.sold(); n != 1 {
				t.Errorf("%d sales", n)
			}
		}},
		{"reviewer", func() { // passes what is held
			b.press("g", "r")
			b.arrive("/review")
			b.until(`document.querySelector("#desk-detail .desk-order")`)
			was := b.text(`document.querySelector("#desk-detail .desk-order").dataset.order`)
			b.press("a")
			b.until(`document.querySelector(".toast")`)
			if was == w.held.String() && w.h.Card(w.held).Blocked {
				t.Errorf("%s is still held", was)
			}
		}},
		{"picker", func() { b.press("g", "s"); b.arrive("/stock"); b.follow(`main tbody a[href^="/stock/"]`, "/stock/") }},
		{"packer", func() {
			b.press("g", "p")
			b.arrive("/products")
			b.follow(`main tbody a[href^="/products/"]`, "/products/")
		}},
		{"dispatcher", func() { b.follow(`a[href="/store/pickup"]`, "/store/pickup") }},
		{"buyer", func() {
			b.press("g", "w")
			b.arrive("/waiting")
			b.follow(`main tbody a[href^="/waiting/"]`, "/waiting/")
		}},
		{"finance", func() { b.press("g", "a"); b.arrive("/audit") }},
		{"sales", func() { // rehearses a rule
			b.follow(`a[href="/rules"]`, "/rules")
			b.follow(`main tbody a[href^="/rules/"]`, "/rules/")
			b.follow(`button[value=rehearse]`, "/rules/")
			b.until(`document.getElementById("rehearsal")`)
		}},
		{"owner", func() { b.press("g", "d"); b.arrive("/dashboard"); b.follow(`main a.figure`, "/orders") }},
	} {
		b.begin(role.code)
		role.does()
	}
	b.quiet()
	w.h.Clean()
}
