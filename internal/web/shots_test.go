package web_test

import (
	"cmp"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// shot is a page that the guides show: who looks at it, where it lies, and which link of
// it is followed first, "" for none.
type shot struct{ name, login, path, link string }

var shots = []shot{
	{"workbench", "reviewer", "/", ""},
	{"orders", "reviewer", "/orders?view=all", ""},
	{"order", "reviewer", "/orders?view=all&word=wait_pick", "/orders/O-"},
	{"review", "reviewer", "/review", ""},
	{"exceptions", "service", "/exceptions", ""},
	{"order-new", "service", "/orders/new", ""},
	{"stock", "warehouse", "/stock", ""},
	{"stock-sku", "warehouse", "/stock", "/stock/"},
	{"stock-ledger", "warehouse", "/stock", "/stock/"},
	{"receive", "warehouse", "/stock/receive", ""},
	{"count", "warehouse", "/stock/count", ""},
	{"waiting", "buyer", "/waiting", ""},
	{"products", "buyer", "/products", ""},
	{"files", "buyer", "/files", ""},
	{"till", "clerk", "/store/new", ""},
	{"shift", "clerk", "/store/shift", ""},
	{"rules", "sales", "/rules", ""},
	{"audit", "finance", "/audit", ""},
	{"dashboard", "owner", "/dashboard", ""},
	{"phone", "owner", "/m", ""},
}

// Pictures of the key pages of a running demo, in both languages and themes, for the
// desk and the phone, into the folder BAIHUO_SHOTS; make screenshots does it. English in
// the dark is left out, so that the folder stays under 4 MB.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("BAIHUO_SHOTS")
	if dir == "" {
		t.Skip("pictures are taken by make screenshots")
	}
	s := &stage{t: t, server: &httptest.Server{URL: cmp.Or(os.Getenv("BAIHUO_SHOTS_OF"), "http://127.0.0.1:8080")}}
	b := s.window()
	for _, d := range []dress{{"zh", "light", 0}, {"en", "light", 0}, {"zh", "dark", 0}} {
		b.gallery(d, dir)
	}
	b.quiet()
}

// gallery takes the pictures of all pages in one dress.
func (b *browser) gallery(d dress, dir string) {
	b.t.Helper()
	in := ""
	for _, shot := range shots {
		if shot.login != in {
			v := b.visitor()
			if a := v.post("/sign-in", url.Values{"login": {shot.login}, "password": {demoPassword}}); a.status != 303 {
				b.t.Fatalf("%s does not get in: %d", shot.login, a.status)
			}
			call(b, network.ClearBrowserCookies, cdp.Empty{})
			b.cookies(v)
			in = shot.login
		}
		b.wear(d)
		b.shoot(shot, d, dir)
	}
}

// demoPassword is that of the demo's people.
const demoPassword = "baihuo-demo"

// shoot takes the pictures of one page.
func (b *browser) shoot(s shot, d dress, dir string) {
	b.t.Helper()
	path := s.path
	if s.link != "" {
		b.open(path)
		path = b.text(fmt.Sprintf(`document.querySelector("main tbody a[href^='%s']").getAttribute("href")`, s.link))
		if s.name == "stock-ledger" {
			path = strings.Split(path, "?")[0] + "/ledger"
		}
	}
	b.wide(1440)
	b.open(path)
	b.until(`document.readyState === "complete" && (!document.querySelector(".chart") || document.querySelector(".chart canvas"))`)
	for _, d.width = range []int64{1440, 360} {
		b.wide(d.width)
		quality := int64(40)
		taken := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: "webp", Quality: &quality})
		to := filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.webp", s.name, d.lang, d.theme, d.width))
		if err := os.WriteFile(to, taken.Data, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}
