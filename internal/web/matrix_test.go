package web_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

var update = flag.Bool("update", false, "write the reviewed table anew, to be read before it is committed")

// Every page and form x every role, and nobody: who gets past the permit is what the
// reviewed table says. A route without a line fails, and so does a line without a route.
func TestEveryPageByEveryRole(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	flowtest.Open(t, d)
	s := raise(t, d)
	browsers := map[string]*visitor{"nobody": s.visitor()}
	names := []string{"nobody"}
	for _, r := range staff.Roles() {
		if r.Machine {
			continue
		}
		s.hire(r.Code, everywhere(), r.Code)
		browsers[r.Code] = s.in(r.Code)
		names = append(names, r.Code)
	}
	var lines []string
	for _, r := range web.Routes() {
		if r.Path == "/sign-out" || strings.HasPrefix(r.Path, "/account/sessions/end") || strings.HasPrefix(r.Path, "/static/") || r.Path == "/board/stream" {
			continue // they end the session, or never end
		}
		var may []string
		for _, name := range names {
			v := browsers[name]
			a := v.send(r.Method, address(r.Path), url.Values{})
			switch {
			case a.status == http.StatusSeeOther && strings.HasPrefix(a.to, "/sign-in") && r.Permit != staff.Public && name == "nobody":
			case a.status == http.StatusUnauthorized && name == "nobody":
			case a.status == http.StatusForbidden && strings.Contains(a.body, "没有权限"):
			default:
				may = append(may, name)
			}
			if a.status >= 500 {
				t.Errorf("%s %s as %s: %d %s", r.Method, r.Path, name, a.status, text(a.body))
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s | %s | %s", r.Method, r.Path, r.Permit, strings.Join(may, " ")))
	}
	slices.Sort(lines)
	const file = "testdata/permits.txt"
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s no longer tells the truth; read the difference, then run with -update:\n%s", file, diff)
	}
}

// address puts something into each part of a path.
func address(path string) string {
	path = strings.TrimSuffix(path, "{$}")
	for strings.Contains(path, "{") {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + "7" + path[to+1:]
	}
	return path
}
