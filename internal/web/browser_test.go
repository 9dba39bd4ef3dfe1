package web_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is where Debian puts it; BAIHUO_TEST_CHROMIUM names another one.
const chromium = "/usr/bin/chromium"

// waitMost is how long a page may take to become what a test waits for: a machine that
// does much else is slow, and only a failing test waits that long.
const waitMost = time.Minute

// browser is one window of a real browser in which somebody is signed in.
type browser struct {
	*stage
	ctx context.Context
	mu  sync.Mutex
	// wrong is what the browser complained of: scripts that fail, what the policy of
	// contents refuses.
	wrong []string
}

// browse opens a browser for somebody.
func (s *stage) browse(login string) *browser {
	s.t.Helper()
	b := s.window()
	b.cookies(s.in(login))
	return b
}

// window opens a browser for nobody yet. The test is skipped where there is none.
func (s *stage) window() *browser {
	s.t.Helper()
	path := chromium
	if named := os.Getenv("BAIHUO_TEST_CHROMIUM"); named != "" {
		path = named
	}
	if _, err := exec.LookPath(path); err != nil {
		s.t.Skipf("no browser at %s: install Debian's chromium, or name another in BAIHUO_TEST_CHROMIUM", path)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(s.t.TempDir()),
		chromedp.WindowSize(1440, 900))
	all, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, shut := chromedp.NewContext(all)
	b := &browser{stage: s, ctx: ctx}
	s.t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil { // it has ended before its folder is removed
			s.t.Log(err)
		}
		shut()
		stop()
	})
	go listen(b, chromedp.Events(ctx, runtime.ExceptionThrown), func(e runtime.EventExceptionThrown) string {
		return e.ExceptionDetails.Text + " " + e.ExceptionDetails.URL
	})
	go listen(b, chromedp.Events(ctx, log.EntryAdded), func(e log.EventEntryAdded) string {
		if e.Entry.Source == log.EntrySourceSecurity || e.Entry.Source == log.EntrySourceJavascript {
			return e.Entry.Text
		}
		return ""
	})
	call(b, runtime.Enable, cdp.Empty{})
	call(b, log.Enable, cdp.Empty{})
	call(b, network.Enable, network.EnableParams{})
	return b
}

// listen notes what the browser complains of until it ends.
func listen[E any](b *browser, events iter.Seq2[E, error], words func(E) string) {
	for e, err := range events {
		if err != nil {
			return
		}
		if w := words(e); w != "" {
			b.mu.Lock()
			b.wrong = append(b.wrong, w)
			b.mu.Unlock()
		}
	}
}

// quiet fails the test when the browser complained of anything.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		b.t.Errorf("the browser says: %s", w)
	}
}

// run runs one action. The browser lives as long as its own context, so that a limit
// does not end it.
func run[T any](b *browser, a chromedp.Action[T]) T {
	b.t.Helper()
	return runFor(b, waitMost, a)
}

// runFor is run for what may take longer.
func runFor[T any](b *browser, most time.Duration, a chromedp.Action[T]) (out T) {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (T, error) {
		limited, stop := context.WithTimeout(ctx, most)
		defer stop()
		return a(limited, t)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// call sends one command of the browser's protocol.
func call[P, R any](b *browser, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	return run(b, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, params) })
}

// cookies hands the session of a visitor to the browser.
func (b *browser) cookies(v *visitor) {
	b.t.Helper()
	u, err := url.Parse(b.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(u) {
		call(b, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.server.URL})
	}
}

// open goes to a page of ours.
func (b *browser) open(path string) {
	b.t.Helper()
	run(b, chromedp.Navigate(b.server.URL+path))
}

// text gives what a script says, as text.
func (b *browser) text(script string) string {
	b.t.Helper()
	return run(b, chromedp.Evaluate[string]("String("+script+")"))
}

// until waits until a script says true, on this page or on the one that comes next.
func (b *browser) until(script string) {
	b.t.Helper()
	done, err := b.try(patience(script))
	for range 2 { // a page that gives way to the next takes what waits in it along
		if err != nil {
			done, err = b.try(patience(script))
		}
	}
	if !done {
		b.t.Fatalf("waited for %s; the page says %s", script, b.text("document.body.innerText.slice(0, 3000)"))
	}
}

// patience asks in the page until a script says true.
func patience(script string) string {
	return `(async function () {
		for (var end = performance.now() + 45000; performance.now() < end;) {
			try { if (await (` + script + `)) return true; } catch (e) { }
			await new Promise(function (on) { setTimeout(on, 20); });
		}
		return false;
	})()`
}

func (b *browser) try(script string) (bool, error) {
	return chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (bool, error) {
		limited, stop := context.WithTimeout(ctx, waitMost)
		defer stop()
		return chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)(limited, t)
	})
}

// leave does what leads away from a page.
func (b *browser) leave(script string) {
	b.t.Helper()
	b.text(`setTimeout(function () { ` + script + ` })`)
}

// line is the network between the browsers and the door. Cut, no request arrives; of
// those that arrive at losing, the answer is lost once.
type line struct {
	next   http.Handler
	cut    atomic.Bool
	losing atomic.Pointer[string]
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.cut.Load() {
		path := l.losing.Load()
		if path == nil || *path != r.URL.Path || !l.losing.CompareAndSwap(path, nil) {
			l.next.ServeHTTP(w, r)
			return
		}
		l.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close() // nobody listens any more
	}
}

// lose has the answer to the next request to a path vanish when the work is done.
func (l *line) lose(path string) { l.losing.Store(&path) }

// conditions are what the browser is told of its network.
type conditions struct {
	Offline            bool    `json:"offline"`
	Latency            float64 `json:"latency"`
	DownloadThroughput float64 `json:"downloadThroughput"`
	UploadThroughput   float64 `json:"uploadThroughput"`
}

// offline cuts the network, or gives it back: for the page, which is told, and for its
// workers, which find out.
func (b *browser) offline(cut bool) {
	b.t.Helper()
	b.line.cut.Store(cut)
	call(b, cdp.Command[conditions, cdp.Empty]{Method: "Network.emulateNetworkConditions"}, conditions{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
}

// ownClock gives the pages a clock that later moves, so that no test waits a minute.
func (b *browser) ownClock() {
	b.t.Helper()
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `(function () {
		var real = Date.now.bind(Date);
		Date.now = function () { return real() + Number(sessionStorage.getItem("test.later") || 0); };
	})()`})
}

func (b *browser) later(d time.Duration) {
	b.t.Helper()
	b.text(fmt.Sprintf(`sessionStorage.setItem("test.later", Number(sessionStorage.getItem("test.later") || 0) + %d)`, d.Milliseconds()))
}

// enter types a text where the focus stands.
func (b *browser) enter(text string) {
	b.t.Helper()
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// tab presses Tab until the focus stands on what a selector finds.
func (b *browser) tab(selector string) {
	b.t.Helper()
	for range 120 {
		if b.text(fmt.Sprintf("!!document.activeElement && document.activeElement.matches(%q)", selector)) == "true" {
			return
		}
		b.press("Tab")
	}
	b.t.Fatalf("no number of tabs leads to %s on %s", selector, b.text("location.href"))
}

// press sends the keys of a person, such as F9 or Enter, one after the other.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	at := time.Now()
	for _, k := range keys {
		at = at.Add(200 * time.Millisecond)
		b.key(k, k, keyCodes[k], at)
	}
}

// scan sends the keys of a scanner: 8 ms apart and Enter at the end. With ime the keys
// come as an input method reports them, by their place alone, while it composes. It gives
// when it ended.
func (b *browser) scan(code string, ime bool, at time.Time) time.Time {
	b.t.Helper()
	for _, c := range strings.ToUpper(code) {
		where, key := "Key"+string(c), strings.ToLower(string(c))
		if c >= '0' && c <= '9' {
			where, key = "Digit"+string(c), string(c)
		}
		number := int64(c)
		if ime {
			key, number = "Process", 229
		}
		at = at.Add(8 * time.Millisecond)
		b.key(key, where, number, at)
	}
	if ime { // what it makes of the keys stands in the box, not yet confirmed
		call(b, input.ImeSetComposition, input.ImeSetCompositionParams{Text: "牙" + strings.ToLower(code), SelectionStart: 1, SelectionEnd: 1})
	}
	at = at.Add(8 * time.Millisecond)
	b.key("Enter", "Enter", 13, at)
	return at
}

// keyCodes are the numbers by which a browser knows keys that write nothing.
var keyCodes = map[string]int64{"Enter": 13, "Escape": 27, "F2": 113, "F3": 114, "F4": 115, "F6": 117, "F7": 118, "F8": 119, "F9": 120, "F10": 121,
	"ArrowUp": 38, "ArrowDown": 40, "Delete": 46, "Tab": 9}

// write types a text into what an expression names, as a person does.
func (b *browser) write(element, text string) {
	b.t.Helper()
	b.text(element + ".focus()")
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// key presses one key and lets it go. Its time is what the page sees, however busy the
// machine is.
func (b *browser) key(key, code string, number int64, at time.Time) {
	b.t.Helper()
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: code, WindowsVirtualKeyCode: number,
		Timestamp: input.TimeSinceEpoch(float64(at.UnixMicro()) / 1e6)}
	if len(key) == 1 {
		p.Text = key
	} else if key == "Enter" {
		p.Text = "\r" // what sends a form
	}
	call(b, input.DispatchKeyEvent, p)
	p.Type, p.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(b, input.DispatchKeyEvent, p)
}
