package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/web"
)

// safeHeads says what a page's heads leave open.
func safeHeads(head http.Header) (wrong []string) {
	policy := map[string]string{}
	for part := range strings.SplitSeq(head.Get("Content-Security-Policy"), ";") {
		name, sources, _ := strings.Cut(strings.TrimSpace(part), " ")
		policy[name] = sources
		for _, open := range []string{"unsafe-", "*", "http:", "https:", "blob:"} {
			if strings.Contains(sources, open) {
				wrong = append(wrong, "the policy allows "+part)
			}
		}
	}
	for name, want := range map[string]string{"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "frame-ancestors": "'none'",
		"base-uri": "'none'", "form-action": "'self'"} {
		if policy[name] != want {
			wrong = append(wrong, name+" is "+policy[name])
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store"} {
		if got := head.Get(name); got != want {
			wrong = append(wrong, name+" is "+got)
		}
	}
	return wrong
}

// inline is what the policy would stop: a script, a style or a handler in the page.
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle\s*=|<[^>]+\son[a-z]+\s*=|javascript:`)

func wantSafe(t *testing.T, what string, a answer) {
	t.Helper()
	for _, wrong := range safeHeads(a.head) {
		t.Errorf("%s (%d): %s", what, a.status, wrong)
	}
	if found := inline.FindString(a.body); found != "" && strings.HasPrefix(a.head.Get("Content-Type"), "text/html") {
		t.Errorf("%s (%d): inline %q", what, a.status, found)
	}
}

// glance reads the heads of an answer that never ends.
func (v *visitor) glance(path string) answer {
	v.t.Helper()
	ctx, stop := context.WithCancel(v.t.Context())
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.server.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	got, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer got.Body.Close()
	return answer{status: got.StatusCode, head: got.Header}
}

// Every page guards itself: each GET of the route table, by the owner, by somebody who
// may do little and by nobody; of what there is and of what there is not. Files of ours
// alone may be kept.
func TestHeadsOfEveryPage(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	w := live(t, d)
	s := raise(t, d)
	s.hire("owner", everywhere(), "owner")
	s.hire("picker", everywhere(), "picker")
	browsers := map[string]*visitor{"the owner": s.in("owner"), "a picker": s.in("picker"), "nobody": s.visitor()}
	seen := map[int]bool{}
	for _, r := range web.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		for name, v := range browsers {
			what := r.Path + " by " + name
			switch {
			case r.Path == "/board/stream":
				a := v.glance(r.Path)
				wantSafe(t, what, a)
				continue
			case strings.HasPrefix(r.Path, "/static/"):
				wantSafe(t, what, v.get("/static/none/none.css")) // one that is not there; the others below
				continue
			}
			a := v.get(address(r.Path))
			seen[a.status] = true
			wantSafe(t, what, a)
			wantSafe(t, what+", its live part", v.get(address(r.Path)+"?part=live"))
		}
	}
	v := browsers["the owner"]
	for _, path := range []string{"/orders/" + w.gone.String(), "/orders/" + w.held.String(), "/orders/" + w.short.String(), "/nowhere", "/orders//x", "/../orders",
		"/exceptions?after=zz", "/stock/PASTE", "/products/PASTE", "/products/PASTE/barcode.png", "/files/export/orders", "/review/orders/" + w.held.String()} {
		a := v.get(path)
		seen[a.status] = true
		wantSafe(t, path, a)
	}
	for _, status := range []int{200, 303, 400, 403, 404} {
		if !seen[status] {
			t.Errorf("no answer was a %d", status)
		}
	}
	page := v.get("/").body
	for _, link := range regexp.MustCompile(`/static/[^"]+`).FindAllString(page, -1) {
		a := v.get(link)
		if a.head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.head.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", link, a.head)
		}
	}
}

// Error pages guard themselves, too: a form refused, a method that is not taken, a page
// that fails on our side.
func TestHeadsOfErrors(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	live(t, d)
	v := owner(t, d)
	large := map[string][]string{"login": {strings.Repeat("x", 70<<10)}}
	for name, c := range map[string]struct {
		ask  func() answer
		want int
	}{
		"signed out":       {func() answer { return v.stage.visitor().post("/account/language", nil) }, 401},
		"no form key":      {func() answer { return v.post("/orders/columns", nil) }, 400},
		"too large":        {func() answer { return v.post("/sign-in", large) }, 413},
		"another method":   {func() answer { return v.send("DELETE", "/orders", nil) }, 404},
		"a wrong password": {func() answer { return v.post("/sign-in", map[string][]string{"login": {"x"}, "password": {"y"}}) }, 403},
	} {
		a := c.ask()
		if a.status != c.want {
			t.Errorf("%s: %d", name, a.status)
		}
		wantSafe(t, name, a)
	}
	v.head.Set("Origin", "https://evil.example")
	v.head.Set("Sec-Fetch-Site", "cross-site")
	wantSafe(t, "another site", v.post("/sign-in", nil))
	v.head = http.Header{"Host": {"evil.example"}}
	wantSafe(t, "another host", v.get("/"))
	v.head = http.Header{}
	dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(`ALTER TABLE order_cards RENAME TO hidden`); return err })
	a := v.get("/orders?view=all")
	if a.status != http.StatusInternalServerError || strings.Contains(a.body, "order_cards") {
		t.Errorf("a page that fails: %d", a.status)
	}
	wantSafe(t, "a page that fails", a)
}
