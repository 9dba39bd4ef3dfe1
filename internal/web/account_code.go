package web

import (
	"bytes"
	"image/png"
	"net/http"
	"net/url"

	"github.com/pquerna/otp"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// enrolPage is where a person binds an authenticator: first a button that asks for a
// secret, then the secret with its picture and a field for a code that proves it.
func (s *Site) enrolPage(v *visit) error { return s.showEnrol(v, http.StatusOK, nil) }

func (s *Site) showEnrol(v *visit, status int, c *complaint) error {
	if v.level == giving {
		return v.lead(s.entrance(v))
	}
	e, found, err := s.offered(v)
	if err != nil {
		return err
	}
	data := map[string]any{"Title": v.word("code_bind"), "Complaint": c, "Bound": v.person.HasCode, "Must": v.level == binding,
		"Next": inHouse(v.r.FormValue("next"))}
	if found {
		data["Secret"] = spaced(e.Secret)
	}
	return s.render(v, status, "account_code", data)
}

func (s *Site) offered(v *visit) (e staff.Enrolment, found bool, err error) {
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		e, found, err = s.cfg.Guard.Offered(tx, v.person.ID)
		return err
	})
	return e, found, err
}

// spaced sets a secret in groups of four, for typing.
func spaced(secret string) string {
	var b bytes.Buffer
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// enrolPicture draws the offered secret for an authenticator's camera.
func (s *Site) enrolPicture(v *visit) error {
	e, found, err := s.offered(v)
	if err != nil {
		return err
	}
	if !found || v.level == giving {
		return ErrNothing
	}
	key, err := otp.NewKeyFromURL(e.URL)
	if err != nil {
		return fault.Of(err)
	}
	picture, err := key.Image(220, 220)
	if err != nil {
		return fault.Of(err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return fault.Of(err)
	}
	v.w.Header().Set("Content-Type", "image/png")
	_, _ = v.w.Write(out.Bytes())
	return nil
}

// enrolOffer makes a secret, or a new one in place of one that was not bound.
func (s *Site) enrolOffer(v *visit) error {
	if v.level == giving {
		return v.lead(s.entrance(v))
	}
	err := s.cfg.DB.Write(v.ctx, db.By{Actor: v.person.ID.String(), Cause: "authenticator"}, func(tx *db.Tx) error {
		_, err := s.cfg.Guard.OfferCode(tx, v.person.ID)
		return err
	})
	if err != nil {
		return err
	}
	to := "/account/code"
	if next := inHouse(v.r.PostFormValue("next")); next != "/" {
		to += "?next=" + url.QueryEscape(next)
	}
	return v.lead(to)
}

// enrolBind takes the code that proves the secret. Other sessions end, for they were
// opened without it; this one goes on under a new token.
func (s *Site) enrolBind(v *visit) error {
	if v.level == giving {
		return v.lead(s.entrance(v))
	}
	next := inHouse(v.r.PostFormValue("next"))
	err := s.cfg.DB.Write(v.ctx, db.By{Actor: v.person.ID.String(), Cause: "authenticator"}, func(tx *db.Tx) error {
		return s.cfg.Guard.BindCode(tx, v.person.ID, digits(v.r.PostFormValue("code")))
	})
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showEnrol(v, status, c)
	}
	if err := s.again(v, true); err != nil {
		return err
	}
	if next == "/" {
		next = "/account?done=code"
	}
	return v.lead(next)
}
