package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/staff"
)

// Field by field: what each role's JSON holds of the main reads is what was reviewed.
// Costs are for who holds cost.read alone, and nobody's answer holds a name, a phone or
// an address in the clear.
func TestFieldsOfEveryRole(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	g := prepare(t, d)
	reads := []string{"/api/v1/orders", "/api/v1/orders/" + g.order, "/api/v1/orders/" + g.order + "/timeline", "/api/v1/exceptions", "/api/v1/stock", "/api/v1/stock/PASTE",
		"/api/v1/skus", "/api/v1/skus/PASTE", "/api/v1/packages", "/api/v1/packages/" + g.packages[0], "/api/v1/rules", "/api/v1/staff", "/api/v1/keys", "/api/v1/journal?limit=1000"}
	var lines []string
	for _, r := range staff.Roles() {
		g.api.As(func(*http.Request) (staff.Caller, error) {
			return staff.Person{ID: 7, Roles: []string{r.Code}, Scope: staff.Everywhere()}.Caller(), nil
		})
		for _, path := range reads {
			got := g.send("GET", path, "", "")
			if got.status == http.StatusForbidden {
				continue
			}
			fields := map[string]bool{}
			gatherFields(got.body, "", fields)
			names := strings.Join(sortedSet(fields), " ")
			if !r.May(staff.CostRead) && strings.Contains(got.raw, `cost":`) {
				t.Errorf("%s sees costs at %s: %s", r.Code, path, names)
			}
			for _, secret := range []string{"陈小平", "13800138000", "文一西路 969 号 3 幢"} {
				if strings.Contains(got.raw, secret) {
					t.Errorf("%s reads %q at %s", r.Code, secret, path)
				}
			}
			path = strings.NewReplacer(g.order, "{order}", g.packages[0], "{package}").Replace(path)
			lines = append(lines, fmt.Sprintf("%s | %s | %s", path, r.Code, names))
		}
	}
	slices.Sort(lines)
	reviewed(t, "testdata/fields.txt", strings.Join(lines, "\n")+"\n")
}

func gatherFields(value any, at string, fields map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, part := range v {
			if at == "payload." || strings.HasSuffix(at, ".payload.") || strings.HasSuffix(at, "detail.") || strings.HasSuffix(at, "scope.") {
				name = "*" // named by whoever wrote it
			}
			fields[at+name] = true
			gatherFields(part, at+name+".", fields)
		}
	case []any:
		for _, part := range v {
			gatherFields(part, at, fields)
		}
	}
}

func sortedSet(set map[string]bool) (names []string) {
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
