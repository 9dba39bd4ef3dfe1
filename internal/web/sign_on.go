package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// SignOn is single sign-on at an outside provider (OpenID Connect).
type SignOn interface {
	// Begin gives the provider's address to which the browser is sent. state comes back
	// with the browser, nonce inside the provider's answer; verifier is what the code can
	// be exchanged with alone (PKCE).
	Begin(ctx context.Context, state, nonce, verifier string) (url string, err error)
	// Finish exchanges the code that came back for who it is: "issuer subject".
	Finish(ctx context.Context, code, nonce, verifier string) (subject string, err error)
}

var errSignOn = fault.New(fault.Forbidden, "sign_on_failed", "单点登录没有成功;请重试,或改用账号和密码登录",
	"Single sign-on did not succeed; try again, or use your name and password")

var errSignOnDown = fault.New(fault.Busy, "sign_on_down", "单点登录服务暂时没有应答;请稍后再试,或用账号和密码登录",
	"The provider of single sign-on does not answer; try again soon, or use your name and password")

// signOnLives bounds the time at the provider.
const signOnLives = 10 * time.Minute

func (s *Site) signOnCookie() string { return cookieName(s.cfg, "baihuo-sso") }

// signOnBegin sends the browser to the provider. What must match on the way back is in
// a cookie of its own: a stranger's way costs the database nothing.
func (s *Site) signOnBegin(v *visit) error {
	if s.cfg.SignOn == nil {
		return ErrNothing
	}
	state, nonce, verifier := rand.Text(), rand.Text(), rand.Text()+rand.Text()
	ctx, cancel := context.WithTimeout(v.ctx, 15*time.Second)
	defer cancel()
	to, err := s.cfg.SignOn.Begin(ctx, state, nonce, verifier)
	if err != nil {
		s.cfg.Log.Warn("the provider of single sign-on does not answer", "error", err)
		return s.askName(v, http.StatusServiceUnavailable, "", "/", &complaint{Say: v.say(errSignOnDown), Fields: map[string]string{}})
	}
	s.setSignOn(v, state+"."+nonce+"."+verifier, int(signOnLives/time.Second))
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

func (s *Site) setSignOn(v *visit, value string, seconds int) {
	http.SetCookie(v.w, &http.Cookie{Name: s.signOnCookie(), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true,
		Secure: s.cfg.HTTPS, SameSite: http.SameSiteLaxMode})
}

// signOnBack takes the browser back from the provider, whose matter the second factor
// is.
func (s *Site) signOnBack(v *visit) error {
	if s.cfg.SignOn == nil {
		return ErrNothing
	}
	p, err := s.signedOn(v)
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		v.standing = standing{}
		return s.askName(v, status, "", "/", c)
	}
	if err := s.enter(v, p, true); err != nil {
		return err
	}
	return s.onward(v, "/")
}

func (s *Site) signedOn(v *visit) (p staff.Person, err error) {
	c, err := v.r.Cookie(s.signOnCookie())
	if err != nil {
		return p, errSignOn.Wrap(err)
	}
	s.setSignOn(v, "", -1)
	q := v.r.URL.Query()
	state, rest, _ := strings.Cut(c.Value, ".")
	nonce, verifier, ok := strings.Cut(rest, ".")
	if !ok || state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(q.Get("state"))) != 1 || q.Get("code") == "" {
		return p, errSignOn
	}
	ctx, cancel := context.WithTimeout(v.ctx, 15*time.Second)
	defer cancel()
	subject, err := s.cfg.SignOn.Finish(ctx, q.Get("code"), nonce, verifier)
	if err != nil {
		s.cfg.Log.Warn("single sign-on failed", "error", err)
		return p, errSignOn.Wrap(err)
	}
	err = s.cfg.DB.Write(v.ctx, db.By{Actor: "web", Cause: "sign in"}, func(tx *db.Tx) (err error) {
		// A state counts once here too: a copied cookie must not rest on the provider
		// refusing a code that was used.
		_, fresh, err := claim(tx, "sso."+state, "web")
		if err != nil {
			return err
		}
		if !fresh {
			return errSignOn
		}
		p, err = staff.SignInSubject(tx, subject)
		return err
	})
	return p, err
}
