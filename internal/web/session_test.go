package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

const sessionCookie = "baihuo"

// token gives the session cookie that a browser holds, empty when it holds none.
func (v *visitor) token() string {
	v.t.Helper()
	at, err := url.Parse(v.server.URL)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(at) {
		if c.Name == sessionCookie {
			return c.Value
		}
	}
	return ""
}

// plant puts a session cookie into a browser, as somebody does who sat there before, or
// who copied it.
func (v *visitor) plant(token string) *visitor {
	v.t.Helper()
	at, err := url.Parse(v.server.URL)
	if err != nil {
		v.t.Fatal(err)
	}
	v.client.Jar.SetCookies(at, []*http.Cookie{{Name: sessionCookie, Value: token, Path: "/"}})
	return v
}

// opens tells how far a copied session cookie leads a browser that has nothing else: a
// page, the live part of one, and a form.
func (s *stage) opens(token string) (list []string) {
	s.t.Helper()
	if a := s.visitor().plant(token).get("/account"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/sign-in") {
		list = append(list, fmt.Sprintf("a page: %d to %q", a.status, a.to))
	}
	if a := s.visitor().plant(token).get("/account?part=live"); a.status != http.StatusUnauthorized {
		list = append(list, fmt.Sprintf("a live part: %d", a.status))
	}
	if a := s.visitor().plant(token).post("/account/language", url.Values{"lang": {"en"}, "form_key": {strings.Repeat("A", 26)}}); a.status != http.StatusUnauthorized {
		list = append(list, fmt.Sprintf("a form: %d to %q", a.status, a.to))
	}
	return list
}

// A session cookie that somebody put into a browser before its person signed in is never
// the one they have after it, and leads nowhere: a made-up one, one that belongs to the
// thief's own session, one whose second factor is still missing. The step of the second
// factor gives a new one, too.
func TestFixation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := raise(t, d)
		s.hire("wang", everywhere(), "reader")
		s.hire("boss", everywhere(), "owner")
		s.hire("thief", everywhere(), "reader")
		if s.codes["boss"] == "" {
			t.Fatal("an owner without a second factor")
		}
		half := func(login string) *visitor {
			v := s.visitor()
			if a := v.post("/sign-in", url.Values{"login": {login}, "password": {password}}); a.to != "/sign-in/code" {
				t.Fatalf("%s: the password leads to %q", login, a.to)
			}
			return v
		}
		for name, plant := range map[string]func() string{
			"made up":     func() string { return strings.Repeat("A", 43) },
			"the thief's": func() string { return s.in("thief").token() },
			"half":        func() string { return half("boss").token() },
		} {
			for _, login := range []string{"wang", "boss"} {
				planted := plant()
				v := s.visitor().plant(planted)
				v.signIn(login)
				if now := v.token(); now == planted || now == "" {
					t.Errorf("%s: %s goes on with %q", name, login, now)
				}
				if led := s.opens(planted); led != nil {
					t.Errorf("%s: after %s signed in the planted cookie opens %v", name, login, led)
				}
			}
		}
		v := half("boss")
		before := v.token()
		if led := s.opens(before); led != nil { // it leads to where the second factor is asked for
			t.Errorf("with the second factor missing a cookie opens %v", led)
		}
		s.wall.Advance(time.Minute)
		if a := v.post("/sign-in/code", url.Values{"code": {s.code("boss")}}); a.status != http.StatusSeeOther || v.token() == before || v.get("/account").status != http.StatusOK {
			t.Errorf("the second factor: %d, the same cookie: %v", a.status, v.token() == before)
		}
		if led := s.opens(before); led != nil {
			t.Errorf("after the second factor the cookie before it opens %v", led)
		}
	})
}

// A cookie that somebody copied opens nothing on any node once its session ended, by
// whatever ended it.
func TestCopiedCookie(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := raise(t, d)
		other := s.node(d)
		s.hire("boss", everywhere(), "owner")
		boss := s.in("boss")
		const fresh = "another horse battery"
		ends := []struct {
			name string
			end  func(p staff.Person, v *visitor) answer
			// in says that the person's own browser stays signed in.
			in bool
		}{
			{"sign out", func(_ staff.Person, v *visitor) answer { return v.post("/sign-out", nil) }, false},
			{"sign out everywhere, here", func(_ staff.Person, v *visitor) answer { return v.act("/account", "/account/sessions/end-all", nil) }, false},
			{"sign out everywhere, elsewhere", func(p staff.Person, _ *visitor) answer {
				v := other.visitor()
				v.signIn(p.Login)
				return v.act("/account", "/account/sessions/end-all", nil)
			}, false},
			{"a new password", func(_ staff.Person, v *visitor) answer {
				return v.act("/account", "/account/password", url.Values{"old": {password}, "fresh": {fresh}, "again": {fresh}})
			}, true},
			{"ended by the office", func(p staff.Person, _ *visitor) answer {
				at := "/people/" + p.ID.String()
				return boss.act(at, at+"/sessions/end", nil)
			}, false},
			{"disabled", func(p staff.Person, _ *visitor) answer {
				at := "/people/" + p.ID.String()
				return boss.act(at, at+"/disabling", nil)
			}, false},
		}
		for i, c := range ends {
			p := s.hire(fmt.Sprintf("wang%d", i), everywhere(), "reader")
			v := s.in(p.Login)
			copied := v.token()
			if a := other.visitor().plant(copied).get("/account"); a.status != http.StatusOK {
				t.Fatalf("%s: before it a copied cookie is no use: %d", c.name, a.status)
			}
			if a := c.end(p, v); a.status != http.StatusSeeOther {
				t.Fatalf("%s: %d to %q\n%s", c.name, a.status, a.to, text(a.body))
			}
			for node, at := range map[string]*stage{"this": s, "another": other} {
				if led := at.opens(copied); led != nil {
					t.Errorf("%s: on %s node the copied cookie opens %v", c.name, node, led)
				}
			}
			if in := v.get("/account").status == http.StatusOK; in != c.in {
				t.Errorf("%s: the person's own browser is signed in: %v", c.name, in)
			}
		}
	})
}

// The session cookie is bound to this host and to https, no script reads it, no other
// site sends it, and it is gone with the browser.
func TestSessionCookie(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	s := raise(t, d, func(c *web.Config) { c.HTTPS, c.Secure = true, func(*http.Request) bool { return true } })
	s.hire("wang", everywhere(), "reader")
	seen := map[string]bool{}
	for _, c := range s.visitor().post("/sign-in", url.Values{"login": {"wang"}, "password": {password}}).set {
		seen[c.Name] = true
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %v", c.Name, c)
		}
		if c.Name == "__Host-"+sessionCookie && (c.MaxAge != 0 || !c.Expires.IsZero()) {
			t.Errorf("the session outlives the browser: %v", c)
		}
	}
	if !seen["__Host-"+sessionCookie] || !seen["__Host-baihuo-device"] {
		t.Errorf("cookies: %v", seen)
	}
}

// A thousand wrong passwords through the door: a handful reach the hash, the others hear
// how long to wait, and all of them leave two rows that go after a day. The person with
// the right password gets in when the wait is over, from the same address.
func TestThousandTries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := raise(t, d)
		s.hire("wang", everywhere(), "reader")
		thief := s.visitor()
		rows := func(table string) (n int64) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { n, err = tx.Number(`SELECT COUNT(*) FROM ` + table); return err })
			return n
		}
		sessions, journal := rows("sessions"), rows("journal")
		looked, last := 0, answer{}
		for range 1000 {
			last = thief.post("/sign-in", url.Values{"login": {"wang"}, "password": {"wrong horse battery"}})
			switch last.status {
			case http.StatusForbidden:
				looked++
			case http.StatusTooManyRequests:
				wantWait(t, last)
			default:
				t.Fatalf("a wrong password: %d to %q", last.status, last.to)
			}
			if len(last.set) > 0 || strings.Contains(last.body, "wrong horse battery") {
				t.Fatalf("a wrong password is told %v\n%s", last.set, last.body)
			}
		}
		if looked != 5 {
			t.Errorf("%d of 1,000 tries reached the hash", looked)
		}
		if n := rows("sign_in_tries"); n != 2 {
			t.Errorf("1,000 tries left %d rows of tries", n)
		}
		if rows("sessions") != sessions || rows("journal") != journal+5 {
			t.Errorf("1,000 tries left %d sessions and %d journal rows", rows("sessions")-sessions, rows("journal")-journal)
		}
		honest := s.visitor()
		if a := honest.post("/sign-in", url.Values{"login": {"wang"}, "password": {password}}); a.status != http.StatusTooManyRequests {
			t.Errorf("within the wait: %d", a.status)
		}
		s.wall.Advance(wantWait(t, last))
		honest.signIn("wang")
		if a := honest.get("/account"); a.status != http.StatusOK {
			t.Errorf("after the wait: %d", a.status)
		}
		s.wall.Advance(25 * time.Hour)
		s.write(func(tx *db.Tx) error { _, err := staff.ForgetTries(tx, s.guard, 500); return err })
		if n := rows("sign_in_tries"); n != 0 {
			t.Errorf("after a day %d rows of tries are left", n)
		}
	})
}

// One guesser of a thousand names hears the wait of his address; names that nobody
// tried leave no row once it runs.
func TestThousandNames(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	s := raise(t, d)
	s.hire("wang", everywhere(), "reader")
	v := s.visitor()
	looked := 0
	for i := range 1000 {
		a := v.post("/sign-in", url.Values{"login": {fmt.Sprintf("somebody%d", i)}, "password": {password}})
		if a.status == http.StatusForbidden {
			looked++
		} else {
			wantWait(t, a)
		}
	}
	if looked != 50 {
		t.Errorf("%d of 1,000 names reached the hash", looked)
	}
	dbtest.Read(t, d, func(tx *db.Tx) error {
		n, err := tx.Number(`SELECT COUNT(*) FROM sign_in_tries`)
		if n != 51 {
			t.Errorf("1,000 names left %d rows", n)
		}
		return err
	})
}

// Who knows the password guesses the second factor no faster.
func TestThousandCodes(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	s := raise(t, d)
	s.hire("boss", everywhere(), "owner")
	v := s.visitor()
	v.post("/sign-in", url.Values{"login": {"boss"}, "password": {password}})
	looked := 0
	var last answer
	for i := range 1000 {
		last = v.post("/sign-in/code", url.Values{"code": {fmt.Sprintf("%06d", i)}})
		if last.status == http.StatusForbidden {
			looked++
		} else {
			wantWait(t, last)
		}
	}
	if looked != 5 {
		t.Errorf("%d of 1,000 codes were looked at", looked)
	}
	s.wall.Advance(wantWait(t, last) + time.Minute)
	if a := v.post("/sign-in/code", url.Values{"code": {s.code("boss")}}); a.status != http.StatusSeeOther || a.to != "/" {
		t.Errorf("the right code after the wait: %d to %q", a.status, a.to)
	}
}

// wantWait wants an answer to say how long to wait, to people and to programs, and gives
// it.
func wantWait(t *testing.T, a answer) time.Duration {
	t.Helper()
	seconds, err := strconv.Atoi(a.head.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 1201 ||
		!strings.Contains(text(a.body), fmt.Sprintf("尝试次数过多,请 %d 秒后再试", seconds)) {
		t.Fatalf("%d, Retry-After %q\n%s", a.status, a.head.Get("Retry-After"), text(a.body))
	}
	return time.Duration(seconds) * time.Second
}
