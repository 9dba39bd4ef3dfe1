package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// fuzzGrounds gives a house for each database that there is. While the engine makes up
// inputs SQLite alone is asked: its processes come and go, and would leave databases on
// the server behind.
func fuzzGrounds(f *testing.F) (list []*ground) {
	f.Helper()
	engines := []db.Engine{db.SQLite}
	fuzzing := false
	for _, arg := range os.Args {
		fuzzing = fuzzing || strings.HasPrefix(arg, "-test.fuzz=") || strings.HasPrefix(arg, "-test.fuzzworker")
	}
	if os.Getenv(dbtest.Env) != "" && !fuzzing {
		engines = append(engines, db.Postgres)
	}
	for _, engine := range engines {
		list = append(list, prepare(f, dbtest.Open(f, engine, db.Options{Clock: dbtest.NewClock().Now})))
	}
	return list
}

// direct asks the door without a network between, so that heads arrive as they are.
func (g *ground) direct(t *testing.T, method, path, body string, head http.Header) reply {
	t.Helper()
	g.owner()()
	r, err := http.NewRequest(method, "http://127.0.0.1", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(path, "?")
	r.URL.Path, r.URL.RawQuery, r.Header = path, query, head
	w := httptest.NewRecorder()
	g.api.Handler().ServeHTTP(w, r)
	return reply{status: w.Code, head: w.Header(), raw: w.Body.String()}
}

// pages are the lists that are turned by a cursor, with its name.
func (c *contract) pages() (list [][2]string) {
	for _, name := range sortedNames(c.routes) {
		r := c.routes[name]
		params, _ := dig(c.doc, "paths", r.Path, strings.ToLower(r.Method))["parameters"].([]any)
		for _, p := range params {
			if at := fmt.Sprint(p.(map[string]any)["name"]); r.Method == http.MethodGet && (at == "after" || at == "before") {
				list = append(list, [2]string{name, at})
			}
		}
	}
	return list
}

// Whatever stands where a list's cursor should turns the page or is refused with a
// sentence, on every list that has one and on both databases; the answer is as described
// and the cursor that it gives is taken.
func FuzzCursor(f *testing.F) {
	grounds := fuzzGrounds(f)
	lists := grounds[0].contract.pages()
	if len(lists) < 10 {
		f.Fatalf("only %d lists have cursors: %v", len(lists), lists)
	}
	for i := range lists {
		for _, seed := range []string{"", "0", "zz", "O-7", "ST-1", "J-0", "X--1", "1.2", "0.0", "-1.-1", "1.2.3", "9223372036854775807.9223372036854775807", "9223372036854775808", "O-9223372036854775807",
			"bnVsbA", "eyIwIjotMX0", "e30", "\x00", "\xff", "PASTE", "陈", strings.Repeat("9", 300), "+1", "1 ", "%", "'"} {
			f.Add(uint(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, which uint, cursor string) {
		list := lists[which%uint(len(lists))]
		for _, g := range grounds {
			g.t = t
			r := g.contract.routes[list[0]]
			path := fill(r.Path, append(g.trials()[r.Name].path, "7")...)
			got := g.direct(t, "GET", path+"?"+url.Values{list[1]: {cursor}}.Encode(), "", http.Header{})
			if got.status != http.StatusOK && (got.status < 400 || got.status > 499) {
				t.Fatalf("%s: %s=%q: %d %s", r.Name, list[1], cursor, got.status, got.raw)
			}
			if err := g.contract.judge(t, r, got); err != nil {
				t.Errorf("%s: %s=%q: %v\n%s", r.Name, list[1], cursor, err, got.raw)
			}
			var page struct{ Next string }
			if got.status != http.StatusOK || json.Unmarshal([]byte(got.raw), &page) != nil || page.Next == "" {
				continue
			}
			if got := g.direct(t, "GET", path+"?"+url.Values{list[1]: {page.Next}}.Encode(), "", http.Header{}); got.status != http.StatusOK {
				t.Errorf("%s: its own %s=%q after %q: %d %s", r.Name, list[1], page.Next, cursor, got.status, got.raw)
			}
		}
	})
}

// Whatever the heads of a command hold, it is done or refused with a sentence; a refused
// one did nothing, and one that was done is told the same again, and done once.
func FuzzHeads(f *testing.F) {
	grounds := fuzzGrounds(f)
	for i, seed := range [][2]string{{"k1", ""}, {"", `"1"`}, {"k2", `"1"`}, {"k3", "*"}, {"k4", `W/"1"`}, {"k5", `"1"x`}, {"k6", `"01"`}, {"k7", `"+1"`}, {"k8", `" 1"`}, {"k9", `1`}, {"k10", `""1""`},
		{"k11", `"9223372036854775808"`}, {"k12", `"-1"`}, {"k13", "\x00"}, {"a b", ""}, {"\x00", ""}, {"钥匙", ""}, {strings.Repeat("k", 201), ""}, {strings.Repeat("k", 200), ""}, {"'", `"1", "2"`}, {"\xff", "\xff"}} {
		f.Add(seed[0], seed[1], uint8(i%6))
	}
	f.Fuzz(func(t *testing.T, key, match string, flag uint8) {
		for _, g := range grounds {
			g.t = t
			head := http.Header{"Idempotency-Key": {key}, "If-Match": {match}}
			edit, path := g.contract.routes["editOrder"], "/api/v1/orders/"+g.order
			before := g.count(`SELECT COUNT(*) FROM journal`)
			got := g.direct(t, "PATCH", path, fmt.Sprintf(`{"flag":%d}`, flag%6), head)
			after := g.count(`SELECT COUNT(*) FROM journal`)
			if err := g.contract.judge(t, edit, got); err != nil || got.status >= 500 {
				t.Fatalf("key %q, match %q: %d %v %s", key, match, got.status, err, got.raw)
			}
			if got.status >= 400 {
				if after != before {
					t.Errorf("key %q, match %q: refused with %d, and %d rows in the journal", key, match, got.status, after-before)
				}
				continue
			}
			if visible := strings.IndexFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) < 0; !visible || key == "" || len(key) > 200 {
				t.Errorf("the key %q is taken", key)
			}
			if match != "" && match != "*" {
				n, version := 0, ""
				if n, _ = fmt.Sscanf(match, "%q", &version); n != 1 || fmt.Sprintf("%q", version) != match || strings.Trim(version, "0123456789") != "" {
					t.Errorf("the version %q is taken", match)
				}
			}
			if again := g.direct(t, "PATCH", path, fmt.Sprintf(`{"flag":%d}`, flag%6), head); again.raw != got.raw || again.status != got.status {
				t.Errorf("key %q: repeated it hears %d %s, before %d %s", key, again.status, again.raw, got.status, got.raw)
			}
			if n := g.count(`SELECT COUNT(*) FROM journal`); n != after {
				t.Errorf("key %q: repeated it is done again", key)
			}
		}
	})
}
