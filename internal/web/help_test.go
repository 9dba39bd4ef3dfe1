package web_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// stage is an open door on a database, with a clock that is moved by hand.
type stage struct {
	t      testing.TB
	d      *db.DB
	wall   *dbtest.Clock
	guard  *staff.Guard
	server *httptest.Server
	line   *line
	site   *web.Site
	codes  map[string]string // secrets of authenticators by login
	people map[string]staff.Person
}

const password = "correct horse battery"

// raise opens the door. Hashing costs next to nothing here. change may alter what the
// door works with.
func raise(t testing.TB, d *db.DB, change ...func(*web.Config)) *stage {
	t.Helper()
	s := &stage{t: t, d: d, wall: dbtest.NewClock(), codes: map[string]string{}, people: map[string]staff.Person{}}
	keys := seal.NewKeyring(rand.Reader, seal.Key{Version: 1})
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	kit := flow.Kit{Keys: keys, Rules: rule.NewShelf(kinds)}
	s.guard = staff.NewGuard(keys, s.wall.Now, nil, staff.Cost{MemoryKiB: 8, Passes: 1})
	s.serve(web.Config{DB: d, Guard: s.guard, Kit: kit, Wall: s.wall.Now, LocalOnly: true}, change...)
	return s
}

func (s *stage) serve(cfg web.Config, change ...func(*web.Config)) {
	s.t.Helper()
	for _, fn := range change {
		fn(&cfg)
	}
	site, err := web.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.line = &line{next: site.Handler()}
	s.site, s.server = site, httptest.NewServer(s.line)
	s.t.Cleanup(func() { site.Close(); s.server.Close() })
}

// node opens a second door of the same house, as another node does.
func (s *stage) node(d *db.DB) *stage {
	other := &stage{t: s.t, d: d, wall: s.wall, guard: s.guard, codes: s.codes, people: s.people}
	other.serve(web.Config{DB: d, Guard: s.guard, Wall: s.wall.Now, LocalOnly: true})
	return other
}

func (s *stage) write(fn func(*db.Tx) error) {
	s.t.Helper()
	dbtest.Write(s.t, s.d, fn)
}

// hire takes somebody in who can sign in, with an authenticator where a role asks for
// one.
func (s *stage) hire(login string, scope staff.Scope, roles ...string) staff.Person {
	s.t.Helper()
	var p staff.Person
	secret := ""
	s.write(func(tx *db.Tx) (err error) {
		if p, err = staff.Hire(tx, staff.Machine("test"), staff.Details{Login: login, Name: "Ms " + login, Roles: roles, Scope: scope}); err != nil {
			return err
		}
		secret, err = s.guard.Invite(tx, staff.Machine("test"), p.ID)
		return err
	})
	if _, err := s.guard.UseLink(s.t.Context(), s.d, secret, password); err != nil {
		s.t.Fatal(err)
	}
	if p.Careful() {
		s.bind(p)
	}
	s.people[login] = p
	return p
}

func (s *stage) bind(p staff.Person) {
	s.t.Helper()
	s.write(func(tx *db.Tx) error {
		e, err := s.guard.OfferCode(tx, p.ID)
		if err != nil {
			return err
		}
		s.codes[p.Login] = e.Secret
		return s.guard.BindCode(tx, p.ID, s.code(p.Login))
	})
}

// code gives what an authenticator shows now.
func (s *stage) code(login string) string {
	code, err := totp.GenerateCode(s.codes[login], s.wall.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// visitor is one browser.
type visitor struct {
	*stage
	client *http.Client
	lang   string
	head   http.Header // sent along with every request
}

func (s *stage) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	client := http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &visitor{stage: s, client: &client, lang: "zh", head: http.Header{}}
}

// in gives a browser in which somebody is signed in.
func (s *stage) in(login string) *visitor {
	s.t.Helper()
	v := s.visitor()
	v.signIn(login)
	return v
}

func (v *visitor) signIn(login string) {
	v.t.Helper()
	a := v.post("/sign-in", url.Values{"login": {login}, "password": {password}})
	if a.status == 303 && strings.HasPrefix(a.to, "/sign-in/code") {
		v.wall.Advance(time.Minute) // a code counts once
		a = v.post("/sign-in/code", url.Values{"code": {v.code(login)}})
	}
	if a.status != 303 || strings.HasPrefix(a.to, "/sign-in") {
		v.t.Fatalf("%s does not get in: %d to %q\n%s", login, a.status, a.to, text(a.body))
	}
}

// answer is what came back.
type answer struct {
	status int
	body   string
	to     string
	head   http.Header
	set    []*http.Cookie
}

func (v *visitor) get(path string) answer { return v.send("GET", path, nil) }

// post sends a form as a browser does from a page of ours.
func (v *visitor) post(path string, form url.Values) answer { return v.send("POST", path, form) }

func (v *visitor) send(method, path string, form url.Values) answer {
	v.t.Helper()
	r, err := http.NewRequest(method, v.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method != "GET" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.server.URL)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, values := range v.head {
		r.Header.Del(name)
		for _, one := range values {
			if one != "" {
				r.Header.Add(name, one)
			}
		}
	}
	if host := v.head.Get("Host"); host != "" {
		r.Host = host
	}
	r.AddCookie(&http.Cookie{Name: "lang", Value: v.lang})
	got, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{status: got.StatusCode, body: string(body), to: got.Header.Get("Location"), head: got.Header, set: got.Cookies()}
}

// key gives the key of a page's forms.
func (v *visitor) key(path string) string {
	v.t.Helper()
	a := v.get(path)
	found := regexp.MustCompile(`name="form_key" value="([^"]+)"`).FindStringSubmatch(a.body)
	if found == nil {
		v.t.Fatalf("%s: %d, no form", path, a.status)
	}
	return found[1]
}

// act sends a form of a page with its key.
func (v *visitor) act(page, path string, form url.Values) answer {
	v.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("form_key", v.key(page))
	return v.post(path, form)
}

var (
	tags   = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]+>`)
	blanks = regexp.MustCompile(`\s+`)
)

// text is what a person reads of a page.
func text(page string) string { return blanks.ReplaceAllString(tags.ReplaceAllString(page, " "), " ") }

// from makes every request of a door seem to come from the address in a header, as a
// proxy that is trusted does.
func from(cfg *web.Config) {
	cfg.Address = func(r *http.Request) netip.Addr {
		if a, err := netip.ParseAddr(r.Header.Get("X-Test-From")); err == nil {
			return a
		}
		return netip.MustParseAddr("192.0.2.1")
	}
}

func everywhere() staff.Scope { return staff.Everywhere() }

func shops(list ...id.Shop) staff.Scope { return staff.Scope{Shops: list, AllWarehouses: true} }
