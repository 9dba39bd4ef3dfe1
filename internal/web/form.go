package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
)

var (
	errForm = fault.New(fault.Invalid, "form_invalid", "表单不完整或已过期,没有执行;请返回页面刷新后重试",
		"The form is incomplete or too old and was not done; go back, reload the page and try again")
	errFormSent = fault.New(fault.Conflict, "form_sent", "这张表单已经提交过,没有再次执行;结果请看相应页面(密钥和链接只显示一次)",
		"This form was sent before and was not done again; look at the page for its outcome (keys and links are shown once)")
)

// A form carries a key that was made when its page was. What the form asks for and the
// note of its key are one transaction: a form sent twice (a second click, a reload, a
// browser that tries again) does its work once, and its second sender is led where
// the first one was.

// formKeyLen is the length of a form's key as text.
const formKeyLen = 26

// formKey makes the key of a form.
func formKey() string { return rand.Text() }

// once does what a form asks for, in one transaction. do tells where the sender is led
// afterwards; fresh is false when the form was done before, and went is then where it
// led, empty for errFormSent.
func (s *Site) once(v *visit, do func(tx *db.Tx) (went string, err error)) (went string, fresh bool, err error) {
	key, err := v.formKey()
	if err != nil {
		return "", false, err
	}
	err = s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "web " + key}, func(tx *db.Tx) error {
		if went, fresh, err = claim(tx, key, v.caller.Actor); err != nil || !fresh {
			return err
		}
		if went, err = do(tx); err != nil {
			return err
		}
		return settle(tx, key, v.caller.Actor, went)
	})
	if err == nil && !fresh && went == "" {
		err = errFormSent
	}
	return went, fresh, err
}

// act is once for a form that leads to another page and has nothing to show.
func (s *Site) act(v *visit, do func(tx *db.Tx) (went string, err error)) error {
	went, _, err := s.once(v, do)
	if err != nil {
		return err
	}
	return v.lead(went)
}

// lead sends the browser to a page of ours.
func (v *visit) lead(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// formKey reads the key of a form and adds what is asked for: the forms of one page
// share a key, and whoever goes back and sends another one means something else.
func (v *visit) formKey() (string, error) {
	key := v.r.PostFormValue("form_key")
	if len(key) != formKeyLen {
		return "", errForm
	}
	sum := sha256.Sum256([]byte(v.r.URL.Path + "\n" + v.r.PostForm.Encode()))
	return key + "." + base64.RawURLEncoding.EncodeToString(sum[:12]), nil
}

// claim takes a form's key, or tells where the form led that took it before.
func claim(tx *db.Tx, key, actor string) (went string, fresh bool, err error) {
	n, err := tx.Exec(`/* web.claim */ INSERT INTO web_forms (form_key, actor, created_at) VALUES ($1, $2, $3)
		ON CONFLICT (form_key, actor) DO NOTHING`, key, actor, tx.Now())
	if err != nil || n == 1 {
		return "", n == 1, err
	}
	_, err = tx.One(`/* web.claim */ SELECT went FROM web_forms WHERE form_key = $1 AND actor = $2`, []any{&went}, key, actor)
	return went, false, err
}

func settle(tx *db.Tx, key, actor, went string) error {
	_, err := tx.Exec(`/* web.settle */ UPDATE web_forms SET went = $1 WHERE form_key = $2 AND actor = $3`, went, key, actor)
	return err
}

// formsKept is how long a form may be sent again.
const formsKept = 24 * time.Hour

// ForgetForms deletes what is known of old forms, up to limit, and gives how many.
func ForgetForms(tx *db.Tx, limit int) (int, error) {
	n, err := tx.Exec(`/* web.ForgetForms */ DELETE FROM web_forms WHERE (form_key, actor) IN (SELECT form_key, actor FROM web_forms
		WHERE created_at < $1 ORDER BY created_at, form_key, actor LIMIT $2)`, tx.Now().Add(-formsKept), limit)
	return int(n), err
}

// complaint is what a form hears that was refused: a sentence, and one for each field.
type complaint struct {
	Say    string
	Fields map[string]string
}

// complain turns a refusal that the sender can mend into a complaint and a status;
// anything else stays an error.
func (v *visit) complain(err error) (c *complaint, status int, rest error) {
	f := fault.Of(err)
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Forbidden, fault.Busy:
	default:
		return nil, 0, err
	}
	if f.Code == errForm.Code || f.Code == errFormSent.Code {
		return nil, 0, err
	}
	c = &complaint{Say: v.say(f), Fields: map[string]string{}}
	for _, field := range f.Fields {
		c.Fields[field.Name] = pair{field.ZH, field.EN}.in(v.lang)
	}
	status = statusOf(f)
	v.later(f, status)
	return c, status, nil
}

// addressMax is the longest address that people are led back to.
const addressMax = 500

// inHouse gives an address of ours, or "/" for one that leads away, or to where people
// sign in and out.
func inHouse(to string) string {
	if len(to) > addressMax || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") ||
		strings.HasPrefix(u.Path, "/sign-") || u.Path == "/set-up" {
		return "/"
	}
	u.Fragment = ""
	if to = u.String(); len(to) > addressMax { // written out it is longer, and would not come back from a form
		return "/"
	}
	return to
}
