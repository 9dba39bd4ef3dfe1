package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"

	"baihuo/internal/db"
	"baihuo/internal/staff"
)

// level says how far somebody has come in proving who they are.
type level int

const (
	// stranger: nobody signed in, or no longer.
	stranger level = iota
	// giving: the password was right, the second factor is still to be given.
	giving
	// binding: a role asks for a second factor and none is bound yet.
	binding
	whole
)

// standing is who a visit comes from. person is set from giving on; caller, with its
// permits, only when whole.
type standing struct {
	level  level
	person staff.Person
	caller staff.Caller
	ticket staff.Ticket
}

// manager makes the session manager over the house's store. quiet: its looks keep no
// session alive.
func manager(cfg Config, quiet bool) *scs.SessionManager {
	store := staff.Sessions{DB: cfg.DB, Guard: cfg.Guard, Quiet: quiet}
	m := scs.New()
	m.Store, m.Codec, m.HashTokenInStore = store, store, true
	m.Lifetime = staff.SessionLife
	m.Cookie.Name = cookieName(cfg, "baihuo")
	m.Cookie.Secure = cfg.HTTPS
	m.Cookie.Persist = false // gone with the browser; its end is the store's business
	return m
}

// cookieName gives a cookie the name that binds it to this very host and to https,
// where there is https.
func cookieName(cfg Config, name string) string {
	if cfg.HTTPS {
		return "__Host-" + name
	}
	return name
}

// stand finds out who a visit comes from. The person is read anew each time, so a
// right that was taken is gone at once, on every node.
func (s *Site) stand(v *visit) error {
	v.manager = s.active
	if v.r.URL.Query().Get("part") == "live" {
		v.manager = s.passive
	}
	token := ""
	if c, err := v.r.Cookie(v.manager.Cookie.Name); err == nil {
		token = c.Value
	}
	var err error
	if v.ctx, err = v.manager.Load(context.WithoutCancel(v.r.Context()), token); err != nil {
		return err
	}
	t, _ := v.manager.Get(v.ctx, staff.TicketKey).(staff.Ticket)
	if t.Staff == 0 {
		return nil
	}
	var p staff.Person
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) { p, err = staff.Get(tx, t.Staff); return err })
	switch {
	case errors.Is(err, staff.ErrMissing):
		return nil
	case err != nil:
		return err
	case p.DisabledAt != 0 || p.Stamp() != t.Stamp:
		return nil
	}
	v.known(p, t)
	return nil
}

// stillIn reads anew who a visit comes from, for what lasts longer than an answer.
func (s *Site) stillIn(v *visit) error {
	v.standing = standing{}
	if err := s.stand(v); err != nil {
		return err
	}
	if v.level != whole { // a change of roles ends the session, too
		return errSignIn
	}
	return nil
}

// known fills in the standing of a person with a ticket.
func (v *visit) known(p staff.Person, t staff.Ticket) {
	v.person, v.ticket, v.lang = p, t, language(v.r, p.Lang)
	switch {
	case t.Passed:
		v.level, v.caller = whole, p.Caller()
	case p.HasCode:
		v.level = giving
	default:
		v.level = binding
	}
}

// mustBind says that a role of the person asks for a second factor and none is bound.
func (s *Site) mustBind(p staff.Person) bool { return p.Careful() && !p.HasCode && s.cfg.Demo == nil }

// entrance is where somebody goes to have a whole session.
func (s *Site) entrance(v *visit) string {
	switch v.level {
	case giving:
		return "/sign-in/code"
	case binding:
		return "/account/code"
	}
	return "/sign-in"
}

// enter begins a session under a new token, so that a token that somebody else put
// into this browser is worth nothing. The old one ends. passed: no second factor is
// missing.
func (s *Site) enter(v *visit, p staff.Person, passed bool) error {
	t := staff.Ticket{Staff: p.ID, Label: v.label(s), Passed: passed, Stamp: p.Stamp()}
	if err := v.manager.RenewToken(v.ctx); err != nil {
		return err
	}
	v.manager.Put(v.ctx, staff.TicketKey, t)
	v.manager.SetDeadline(v.ctx, s.cfg.Wall().Add(staff.SessionLife))
	token, expiry, err := v.manager.Commit(v.ctx)
	if err != nil {
		return err
	}
	v.manager.WriteSessionCookie(v.ctx, v.w, token, expiry)
	v.known(p, t)
	if v.level == giving {
		return nil
	}
	return s.remember(v)
}

// leave ends the session of this browser.
func (s *Site) leave(v *visit) error {
	if err := v.manager.Destroy(v.ctx); err != nil {
		return err
	}
	http.SetCookie(v.w, &http.Cookie{Name: v.manager.Cookie.Name, Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.cfg.HTTPS,
		SameSite: http.SameSiteLaxMode})
	return nil
}

// session names this visit's own session among those of its person.
func (v *visit) session() string {
	sum := sha256.Sum256([]byte(v.manager.Token(v.ctx)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// label says in a few words what a browser is, and where it came from.
func (v *visit) label(s *Site) string {
	return strings.Join([]string{browser(v.r.UserAgent()), s.cfg.Address(v.r).String()}, " · ")
}

// browser names the browser and the system of a User-Agent, as far as they are known.
func browser(agent string) string {
	find := func(list [][2]string) string {
		for _, w := range list {
			if strings.Contains(agent, w[0]) {
				return w[1]
			}
		}
		return "?"
	}
	name := find([][2]string{{"MicroMessenger", "WeChat"}, {"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"},
		{"Safari/", "Safari"}, {"curl/", "curl"}, {"Go-http", "Go"}})
	system := find([][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
		{"Mac OS", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	return name + " · " + system
}

// deviceCookie holds the mark by which guard knows this browser again.
func (s *Site) deviceCookie() string { return cookieName(s.cfg, "baihuo-device") }

func (s *Site) device(v *visit) string {
	c, err := v.r.Cookie(s.deviceCookie())
	if err != nil {
		return ""
	}
	return c.Value
}

// remember makes this browser a known device of its person.
func (s *Site) remember(v *visit) error {
	mark := s.device(v)
	by := db.By{Actor: v.person.ID.String(), Cause: "sign in"}
	if err := s.cfg.DB.Write(v.ctx, by, func(tx *db.Tx) (err error) {
		mark, _, err = s.cfg.Guard.RememberDevice(tx, v.person.ID, s.device(v), v.ticket.Label)
		return err
	}); err != nil {
		return err
	}
	http.SetCookie(v.w, &http.Cookie{Name: s.deviceCookie(), Value: mark, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
		Secure: s.cfg.HTTPS, SameSite: http.SameSiteLaxMode})
	return nil
}
