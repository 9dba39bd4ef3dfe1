package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// provider stands for one: it gives who a code is for, when nonce and verifier are
// those of this sign-in.
type provider struct {
	nonce, verifier string
	down            bool
	people          map[string]string
}

func (p *provider) Begin(_ context.Context, state, nonce, verifier string) (string, error) {
	if p.down {
		return "", errors.New("down")
	}
	p.nonce, p.verifier = nonce, verifier
	return "https://login.example/auth?state=" + state, nil
}

func (p *provider) Finish(_ context.Context, code, nonce, verifier string) (string, error) {
	if nonce != p.nonce || verifier != p.verifier || p.people[code] == "" {
		return "", errors.New("no")
	}
	return p.people[code], nil
}

// Who comes back from the provider is let in when their subject is a person of the
// house; a state of another browser, a second use, an unknown or disabled person and a
// provider that is down are refused with a sentence.
func TestSignOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := &provider{people: map[string]string{"wang": "https://login.example u-1", "stranger": "https://login.example u-9", "gone": "https://login.example u-2"}}
		s := raise(t, d, func(c *web.Config) { c.SignOn = p })
		s.write(func(tx *db.Tx) error {
			for _, one := range []staff.Details{{Login: "wang", Name: "王芳", Roles: []string{"reader"}, Scope: everywhere(), Subject: "https://login.example u-1"},
				{Login: "gone", Name: "李四", Roles: []string{"reader"}, Scope: everywhere(), Subject: "https://login.example u-2"}} {
				who, err := staff.Hire(tx, staff.Machine("test"), one)
				if err == nil && one.Login == "gone" {
					err = staff.Disable(tx, staff.Machine("test"), who.ID)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		begin := func(v *visitor) (state string) {
			t.Helper()
			a := v.get("/sign-in/sso")
			if a.status != http.StatusSeeOther {
				t.Fatalf("begin: %d", a.status)
			}
			_, state, _ = strings.Cut(a.to, "state=")
			return state
		}
		v := s.visitor()
		state := begin(v)
		at, _ := url.Parse(v.server.URL)
		copied := v.client.Jar.Cookies(at)
		if a := v.get("/sign-in/back?code=wang&state=" + state); a.status != http.StatusSeeOther || strings.HasPrefix(a.to, "/sign-in") {
			t.Fatalf("%d to %q %s", a.status, a.to, text(a.body))
		}
		if a := v.get("/account"); a.status != 200 || !strings.Contains(a.body, "王芳") {
			t.Errorf("who is in: %d", a.status)
		}
		thief := s.visitor()
		thief.client.Jar.SetCookies(at, copied)
		if a := thief.get("/sign-in/back?code=wang&state=" + state); a.status != 403 || !strings.Contains(a.body, `id="complaint"`) {
			t.Errorf("a copied cookie, after the sign-in it was made for: %d", a.status)
		}
		for name, back := range map[string]func(v *visitor) string{
			"the state of another browser": func(v *visitor) string { begin(v); return "code=wang&state=" + begin(s.visitor()) },
			"used before": func(v *visitor) string {
				at := "code=wang&state=" + begin(v)
				v.get("/sign-in/back?" + at)
				v.get("/sign-in/sso")
				return at
			},
			"nobody we know": func(v *visitor) string { return "code=stranger&state=" + begin(v) },
			"disabled":       func(v *visitor) string { return "code=gone&state=" + begin(v) },
			"no code":        func(v *visitor) string { return "state=" + begin(v) },
			"never begun":    func(*visitor) string { return "code=wang&state=x" },
		} {
			v := s.visitor()
			at := back(v)
			if a := v.get("/sign-in/back?" + at); a.status < 400 || a.status >= 500 || !strings.Contains(a.body, `id="complaint"`) {
				t.Errorf("%s: %d %s", name, a.status, text(a.body))
			}
		}
		p.down = true
		if a := s.visitor().get("/sign-in/sso"); a.status != 503 || !strings.Contains(a.body, "没有应答") {
			t.Errorf("down: %d", a.status)
		}
	})
}
