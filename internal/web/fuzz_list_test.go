package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// entered is a house's door with the cookie of its owner, asked without a network.
type entered struct {
	*visitor
	cookie string
}

// fuzzDoors gives a door for each database that there is; while the engine makes up
// inputs SQLite alone: its processes would leave databases on the server behind.
func fuzzDoors(f *testing.F) (list []entered) {
	f.Helper()
	engines, fuzzing := []db.Engine{db.SQLite}, false
	for _, arg := range os.Args {
		fuzzing = fuzzing || strings.HasPrefix(arg, "-test.fuzz=") || strings.HasPrefix(arg, "-test.fuzzworker")
	}
	if os.Getenv(dbtest.Env) != "" && !fuzzing {
		engines = append(engines, db.Postgres)
	}
	for _, engine := range engines {
		d := dbtest.Open(f, engine, db.Options{Clock: dbtest.NewClock().Now})
		live(f, d)
		v := owner(f, d)
		list = append(list, entered{v, v.token()})
	}
	return list
}

func (e entered) ask(method, path, query string, form url.Values) answer {
	r := httptest.NewRequest(method, "http://127.0.0.1/", strings.NewReader(form.Encode()))
	r.URL.Path, r.URL.RawQuery = path, query
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: e.cookie})
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://127.0.0.1")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	e.site.Handler().ServeHTTP(w, r)
	return answer{status: w.Code, body: w.Body.String(), to: w.Header().Get("Location"), head: w.Header()}
}

// Whatever stands behind the question mark of a list's address shows the list or says
// what is wrong; nothing that a person can type is a failure of ours.
func FuzzLists(f *testing.F) {
	doors := fuzzDoors(f)
	lists := []string{"/orders", "/exceptions", "/review", "/search", "/products", "/stock", "/stock/PASTE/ledger", "/files", "/jobs", "/people", "/audit", "/waiting", "/batches", "/stock/count", "/webhooks",
		"/stock/move", "/store/catalog", "/blacklist", "/dashboard"}
	for i := range lists {
		for _, seed := range []string{"", "after=zz", "after=-1", "after=1.O-7", "after=%00", "after=9223372036854775807.O-9223372036854775807", "q=%00", "q=%ff%fe", "q=%25%27", "before=zz", "before=I-0", "page=-1",
			"kind=%00&state=%00", "part=live&after=X-1", "view=%00", "category=%00", "lang=en", "actor=%00", "from=0000-00-00&to=9999-12-31", "q=" + strings.Repeat("9", 400), "done=%00", "until=%00", "what=%00",
			"q=O-1&q=O-2", "object=%00&id=%00"} {
			f.Add(uint(i), seed)
		}
	}
	for _, seed := range []string{"word=%00", "shop=%00", "warehouse=%00", "warehouse=%ff", "tag=%ff", "tag=%00", "province=33&sku=%00", "sku=%ff", "paid_min=1e9&paid_max=-1", "paid_min=99999999999999999999", "flag=6", "due=x",
		"sort=x", "size=99999&turned=1&view=none", "held=1&short=1&message=1&memo=1&view=none", "from=2026-13-01", "from=-0001-01-01", "view=all&after=1.O-7&sort=amount", "warehouse=" + strings.Repeat("x", 5000)} {
		f.Add(uint(0), seed)
	}
	f.Fuzz(func(t *testing.T, which uint, query string) {
		path := lists[which%uint(len(lists))]
		for _, e := range doors {
			a := e.ask(http.MethodGet, path, query, nil)
			if a.status >= 500 || a.status == 401 || a.status == 403 {
				t.Fatalf("%s?%s on %v: %d %s", path, query, e.d.Engine(), a.status, text(a.body))
			}
			if a.status == http.StatusSeeOther && !strings.HasPrefix(a.to, "/") {
				t.Errorf("%s?%s leads to %q", path, query, a.to)
			}
			if strings.Contains(a.body, "<script>alert") {
				t.Errorf("%s?%s: unescaped", path, query)
			}
		}
	})
}

// A view that somebody keeps opens again as the same filter, or was refused and is not
// kept: no filter is kept with which the list fails.
func FuzzView(f *testing.F) {
	doors := fuzzDoors(f)
	for _, seed := range [][2]string{{"急单", "word=reviewed"}, {"", "word=reviewed"}, {"x", ""}, {"x", "word=nonsense"}, {"\x00", "held=1"}, {"\xff", "held=1"}, {"<script>alert(1)</script>", "held=1"}, {"a", "tag=%00"},
		{"b", "warehouse=%00"}, {"c", "sku=%00"}, {"d", "tag=%ff"}, {"e", "warehouse=" + strings.Repeat("x", 3000)}, {"f", "due=late&sort=ship_by&size=200"}, {"g", "paid_min=0.01"}, {"h", "%zz"}, {"i", "from=2026-11-01"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, query string) {
		for _, e := range doors {
			a := e.ask(http.MethodPost, "/orders/views", "", url.Values{"name": {name}, "query": {query}, "form_key": {strings.Repeat("K", 26)}})
			if a.status >= 500 {
				t.Fatalf("keeping %q as %q on %v: %d %s", query, name, e.d.Engine(), a.status, text(a.body))
			}
			if a.status != http.StatusSeeOther {
				continue
			}
			at, err := url.Parse(a.to)
			if err != nil || at.Path != "/orders" {
				t.Fatalf("keeping %q leads to %q", query, a.to)
			}
			if page := e.ask(http.MethodGet, at.Path, at.RawQuery, nil); page.status != http.StatusOK || strings.Contains(page.body, "<script>alert") {
				t.Errorf("the view %q of %q on %v: %d", name, query, e.d.Engine(), page.status)
			}
			drop := url.Values{"view": {at.Query().Get("view")}, "form_key": {strings.Repeat("D", 26)}}
			if gone := e.ask(http.MethodPost, "/orders/views/drop", "", drop); gone.status != http.StatusSeeOther {
				t.Errorf("dropping it: %d", gone.status)
			}
		}
	})
}
