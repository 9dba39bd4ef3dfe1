package web_test

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/insight"
	"baihuo/internal/web"
)

// dress is how a page is looked at.
type dress struct {
	lang, theme string
	width       int64
}

var widths = []int64{360, 768, 1440}

// notPages are routes that answer with something else than a page of their own: a
// picture, a part, a file, or the way to another page.
var notPages = []string{"/account/code/qr.png", "/products/{sku}/barcode.png", "/board.json", "/board/stream", "/store/catalog", "/store/held", "/store/worker.js",
	"/files/export/{what}", "/sign-in/back", "/sign-in/sso", "/static/{path...}"}

// Every page in a real browser, in both languages and both themes, from the phone to the
// desk: it never scrolls sideways, the policy of contents refuses nothing, no script
// fails, and axe finds nothing serious. The short run judges each page with axe in one
// language and theme, the next page in the next; BAIHUO_PROOF=1 tries all of them.
func TestEveryPageInABrowser(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	s := fill(t)
	b := s.browse("owner")
	axe, err := os.ReadFile("testdata/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	e := &eye{browser: b, axe: string(axe), all: os.Getenv("BAIHUO_PROOF") == "1"}
	for _, path := range slices.Sorted(maps.Values(s.pages(t))) {
		e.look(path)
	}
	call(b, network.ClearBrowserCookies, cdp.Empty{})
	e.look("/sign-in")
	half := s.visitor() // who has given the password only
	half.post("/sign-in", url.Values{"login": {"owner"}, "password": {password}})
	b.cookies(half)
	e.look("/sign-in/code")
	b.server = raise(t, testDB(t)).server // an empty house
	e.look("/set-up")
	b.quiet()
	if e.all {
		fmt.Printf("PROOF every page in a browser | %d looks at %d pages, zh and en, light and dark, 360, 768 and 1440 px: none scrolls sideways, none breaks the content policy, axe-core finds nothing serious | - | %.0f\n",
			e.looks, e.pages, time.Since(begun).Seconds())
	}
}

// eye looks at pages.
type eye struct {
	*browser
	axe          string
	all          bool
	pages, looks int
}

// look opens a page in its dresses and judges it.
func (e *eye) look(path string) {
	e.t.Helper()
	dresses := []dress{{"zh", "light", 0}, {"en", "dark", 0}, {"zh", "dark", 0}, {"en", "light", 0}}
	at := e.pages % len(dresses)
	e.pages++
	if !e.all {
		dresses = dresses[at : at+1]
	}
	before := ""
	for _, d := range dresses {
		if d.lang != before {
			e.wear(d)
			e.open(path)
			if got := e.text("location.pathname"); got != strings.Split(path, "?")[0] {
				e.t.Errorf("%s leads to %s", path, got)
				return
			}
			run(e.browser, chromedp.Evaluate[string](e.axe+`;""`))
		}
		before = d.lang
		e.text(fmt.Sprintf("document.documentElement.dataset.theme = %q", d.theme))
		for i, width := range widths {
			d.width = width
			e.wide(d.width)
			e.looks++
			if wide := e.text(sideways); wide != "" {
				e.t.Errorf("%s %v scrolls sideways: %s", path, d, wide)
			}
			if e.all || i == at%len(widths) {
				e.judge(path, d)
			}
		}
	}
}

// wear makes the server render the next page so.
func (b *browser) wear(d dress) {
	b.t.Helper()
	for name, value := range map[string]string{"lang": d.lang, "theme": d.theme} {
		call(b, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.server.URL})
	}
}

// wide makes the window so wide and as high as such a screen is.
func (b *browser) wide(px int64) {
	b.t.Helper()
	run(b, chromedp.EmulateViewport(px, map[bool]int64{true: 740, false: 900}[px < 500]))
}

// sideways names what reaches over the right edge, "" when the page does not scroll.
const sideways = `(function () {
	if (document.scrollingElement.scrollWidth <= innerWidth) { return ""; }
	var over = [...document.querySelectorAll("body *")].filter(function (x) { return x.getBoundingClientRect().right > innerWidth + 1; });
	return document.scrollingElement.scrollWidth + " px: " + over.slice(0, 4).map(function (x) { return x.tagName + "." + x.className + "#" + x.id; }).join(", ");
})()`

// judge lets axe look for what keeps people out.
func (e *eye) judge(path string, d dress) {
	e.t.Helper()
	found := runFor(e.browser, 3*waitMost, chromedp.Evaluate[string](`axe.run(document, {resultTypes: ["violations"], preload: false, iframes: false}).then(function (r) {
		return r.violations.filter(function (v) { return v.impact === "serious" || v.impact === "critical"; }).map(function (v) {
			return v.id + ": " + v.nodes.slice(0, 3).map(function (n) { return n.target.join(" ") + " " + n.html.slice(0, 160) + " (" + n.failureSummary.split("\n").slice(1, 2).join() + ")"; }).join("\n    ");
		}).join("\n  ");
	})`, chromedp.EvalAwaitPromise))
	if found != "" {
		e.t.Errorf("%s %v: axe finds\n  %s", path, d, found)
	}
}

// filled is a house that has something on each of its pages.
type filled struct {
	*stage
	w  world
	at map[string]string // an address for each route that names one thing
}

// fill makes one, through its own pages.
func fill(t *testing.T) *filled {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	w := live(t, d)
	s := &filled{w: w, stage: raise(t, d, withKit(w.h))}
	s.hire("owner", everywhere(), "owner")
	clerk := s.hire("clerk", everywhere(), "clerk")
	till := &counter{h: w.h, stage: s.stage, shop: "POS"}
	till.shift(clerk, "1")
	sold := reply(t, s.in("clerk").post("/store/sale", sale("T2612010001")), 200)
	s.at = map[string]string{"/store/receipt/{id}": "/store/receipt/" + sold["sale"].(string)}
	v := s.in("owner")
	went := func(route, page, path string, form url.Values) {
		t.Helper()
		a := v.act(page, path, form)
		if a.status != 303 {
			t.Fatalf("%s: %d %s", path, a.status, text(a.body))
		}
		s.at[route] = strings.Split(a.to, "?")[0]
	}
	went("/batches/{id}", "/orders?view=all", "/batches", url.Values{"act": {"tag"}, "all": {"1"}, "query": {""}, "from": {"/orders?view=all"}})
	went("/counts/{id}", "/stock/count", "/stock/count", url.Values{"warehouse": {"HZ"}, "title": {"A 区"}, "skus": {"SHAMPOO PASTE"}})
	went("/transfers/{id}", "/stock/transfer", "/stock/transfer", url.Values{"warehouse": {"HZ"}, "to_warehouse": {"DG"}, "code": {"PASTE"}, "qty": {"6"}, "note": {"补货"}})
	a := v.act("/webhooks/new", "/webhooks", url.Values{"url": {"https://hooks.example.com/hook"}, "event": {"order.*"}})
	s.at["/webhooks/{id}"] = regexp.MustCompile(`/webhooks/E-\d+`).FindString(a.body)
	s.at["/file-runs/{run}"] = v.sendFile("orders.csv", orderFile, map[string]string{"what": "orders"}).to
	took := s.at["/file-runs/{run}"]
	v.until(took, "已试算")
	v.act(took, took, nil)
	v.until(took, "已导入")
	first := func(route, page, pattern string) {
		t.Helper()
		if s.at[route] = regexp.MustCompile(pattern).FindString(v.get(page).body); s.at[route] == "" {
			t.Fatalf("%s names no %s", page, pattern)
		}
	}
	first("/people/{id}", "/people", `/people/[A-Z]+-\d+`)
	first("/rules/{id}", "/rules", `/rules/[A-Z]+-\d+`)
	first("/files/{id}", took, `/files/[A-Z]+-\d+`)
	first("/store/shift/{id}", "/store/shift", `/store/shift/[A-Z]+-\d+`)
	if _, err := insight.Reader().Turn(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return s
}

// pages gives the address of each page that somebody who is signed in can open.
func (s *filled) pages(t *testing.T) map[string]string {
	out := map[string]string{"/orders filtered to none": "/orders?q=nothing&view=all", "/search of many": "/search?q=2026111"}
	for _, r := range web.Routes() {
		path := strings.TrimSuffix(r.Path, "{$}")
		if r.Method != "GET" || slices.Contains(notPages, path) || strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/sign-in") || path == "/set-up" {
			continue
		}
		if at := s.at[path]; at != "" {
			out[path] = at
			continue
		}
		to := strings.NewReplacer("{sku}", "PASTE").Replace(path)
		if path == "/orders/{id}" || path == "/orders/{id}/brief" || path == "/review/orders/{id}" {
			to = strings.Replace(path, "{id}", s.w.held.String(), 1)
			out[path+" completed"] = "/orders/" + s.w.gone.String()
		}
		if strings.Contains(to, "{") {
			t.Errorf("%s is looked at by nobody: name one in fill, or say in notPages that it is none", path)
			continue
		}
		out[path] = to
	}
	return out
}
