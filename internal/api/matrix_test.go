package api_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/staff"
)

var update = flag.Bool("update", false, "write the reviewed tables anew, to be read before they are committed")

// matrix is the reviewed table: one line a route, with its permit and the roles that
// get past it.
const matrix = "testdata/permits.txt"

// Every route x every role, people and kinds of keys and nobody: who gets past the
// permit is what the reviewed table says. The routes are those of the running door, so
// one without a line fails, and so does a line without a route.
func TestEveryRouteByEveryRole(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	o := open(t, d, func(c *api.Config) {
		c.Books = &api.Books{Check: func(context.Context) (flow.Report, error) { return flow.Report{}, nil }, Backup: func(context.Context, string) error { return nil }}
	})
	var as staff.Caller
	o.api.As(func(*http.Request) (staff.Caller, error) {
		if as.Actor == "" {
			return as, staff.ErrUnauthorized
		}
		return as, nil
	})
	var lines []string
	for _, r := range append(api.Routes(), api.BookRoutes()...) {
		var may []string
		for _, role := range append([]staff.Role{{}}, staff.Roles()...) {
			as = staff.Caller{}
			name := "nobody"
			if role.Code != "" {
				as, name = staff.Person{ID: 7, Roles: []string{role.Code}, Scope: staff.Everywhere()}.Caller(), role.Code
			}
			got := o.send(r.Method, fill(r.Path, "7"), "matrix", "{}")
			switch code, _ := got.body["code"].(string); {
			case got.status == http.StatusUnauthorized && name == "nobody":
			case got.status == http.StatusForbidden && code == staff.ErrNotPermitted.Code:
			case got.status == http.StatusUnauthorized:
				t.Errorf("%s %s as %s: 401", r.Method, r.Path, name)
			default:
				may = append(may, name)
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s | %s | %s", r.Method, r.Path, r.Permit, strings.Join(may, " ")))
	}
	slices.Sort(lines)
	reviewed(t, matrix, strings.Join(lines, "\n")+"\n")
}

// reviewed compares a table with the one that was read and committed.
func reviewed(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
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
		t.Errorf("%s no longer tells the truth; read the difference, then run go test -run %s -update:\n%s", file, t.Name(), diff)
	}
}

// fill puts a value into each part of a path.
func fill(path string, values ...string) string {
	for i := 0; strings.Contains(path, "{"); i++ {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + values[min(i, len(values)-1)] + path[to+1:]
	}
	return path
}
