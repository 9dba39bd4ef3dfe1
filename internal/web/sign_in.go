package web

import (
	"errors"
	"net/http"
	"net/url"

	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// signInPage asks for a name and a password.
func (s *Site) signInPage(v *visit) error {
	next := inHouse(v.r.URL.Query().Get("next"))
	if v.level == whole {
		return v.lead(next)
	}
	return s.askName(v, http.StatusOK, "", next, nil)
}

// askName shows the form of the door. What was typed as a password is never sent back.
func (s *Site) askName(v *visit, status int, login, next string, c *complaint) error {
	return s.render(v, status, "sign_in", map[string]any{"Title": v.word("sign_in"), "Login": login, "Next": next,
		"Complaint": c, "SignOn": s.cfg.SignOn != nil, "Demo": s.cfg.Demo})
}

// signIn takes a name and a password.
func (s *Site) signIn(v *visit) error {
	login, next := v.r.PostFormValue("login"), inHouse(v.r.PostFormValue("next"))
	p, err := s.cfg.Guard.SignIn(v.ctx, s.cfg.DB, staff.Attempt{Login: login, Password: v.r.PostFormValue("password"), Device: s.device(v),
		Address: s.cfg.Address(v.r).String()})
	needsCode := errors.Is(err, staff.ErrCodeNeeded)
	if err != nil && !needsCode {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		v.standing = standing{}
		return s.askName(v, status, login, next, c)
	}
	if err := s.enter(v, p, !needsCode && !s.mustBind(p)); err != nil {
		return err
	}
	return s.onward(v, next)
}

// onward leads somebody who came a step further to the next one, and in the end to
// where they wanted to go.
func (s *Site) onward(v *visit, next string) error {
	if v.level == whole {
		return v.lead(next)
	}
	to := s.entrance(v)
	if next != "/" {
		to += "?next=" + url.QueryEscape(next)
	}
	return v.lead(to)
}

// codePage asks for the second factor.
func (s *Site) codePage(v *visit) error {
	next := inHouse(v.r.URL.Query().Get("next"))
	if v.level != giving {
		return s.onward(v, next)
	}
	return s.askCode(v, http.StatusOK, next, nil)
}

func (s *Site) askCode(v *visit, status int, next string, c *complaint) error {
	return s.render(v, status, "sign_in_code", map[string]any{"Title": v.word("code_ask"), "Next": next, "Complaint": c})
}

// giveCode takes the second factor, and gives the session a new token for it.
func (s *Site) giveCode(v *visit) error {
	next := inHouse(v.r.PostFormValue("next"))
	if v.level != giving {
		return s.onward(v, next)
	}
	p, err := s.cfg.Guard.GiveCode(v.ctx, s.cfg.DB, v.person.ID, staff.Attempt{Code: digits(v.r.PostFormValue("code")), Device: s.device(v),
		Address: s.cfg.Address(v.r).String()})
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.askCode(v, status, next, c)
	}
	if err := s.enter(v, p, true); err != nil {
		return err
	}
	return s.onward(v, next)
}

// digits leaves the digits of a code that was typed with blanks.
func digits(text string) string {
	var out []rune
	for _, r := range text {
		if r >= '０' && r <= '９' { // as a Chinese keyboard types them
			r += '0' - '０'
		}
		if r >= '0' && r <= '9' {
			out = append(out, r)
		}
	}
	return string(out)
}

// signOut ends the session of this browser.
func (s *Site) signOut(v *visit) error {
	if err := s.leave(v); err != nil {
		return err
	}
	return v.lead("/sign-in")
}

var errPasswordsDiffer = fault.New(fault.Invalid, "passwords_differ", "两次输入的新密码不一样,没有保存", "The two new passwords differ; nothing was saved").
	Field("again", "与上面不一致", "differs from the one above")

// freshPassword reads a new password, typed twice.
func freshPassword(v *visit) (string, error) {
	fresh := v.r.PostFormValue("fresh")
	if fresh != v.r.PostFormValue("again") {
		return "", errPasswordsDiffer
	}
	return fresh, nil
}

// setUpPage takes the secret of a one-time link. A link carries it behind a #, which
// browsers keep to themselves: it reaches no log, no proxy and no referrer. A small
// script puts it into the form and takes it off the address; without script a person
// pastes it.
func (s *Site) setUpPage(v *visit) error { return s.askSetUp(v, http.StatusOK, "", nil) }

func (s *Site) askSetUp(v *visit, status int, secret string, c *complaint) error {
	return s.render(v, status, "set_up", map[string]any{"Title": v.word("set_up"), "Secret": secret, "Complaint": c})
}

// setUp gives the link's person a password and uses the link up.
func (s *Site) setUp(v *visit) error {
	secret := v.r.PostFormValue("secret")
	fresh, err := freshPassword(v)
	var p staff.Person
	if err == nil {
		p, err = s.cfg.Guard.UseLink(v.ctx, s.cfg.DB, secret, fresh)
	}
	if errors.Is(err, staff.ErrLink) {
		return s.askSetUp(v, http.StatusNotFound, "", &complaint{Say: v.say(staff.ErrLink)})
	}
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.askSetUp(v, status, secret, c)
	}
	if v.level != stranger { // somebody else was signed in here
		if err := s.leave(v); err != nil {
			return err
		}
		v.standing = standing{}
	}
	return s.render(v, http.StatusOK, "sign_in", map[string]any{"Title": v.word("sign_in"), "Login": p.Login, "Next": "/",
		"Done": v.fill("set_up_done", p.Login), "SignOn": s.cfg.SignOn != nil})
}
