package web

import (
	"net/http"

	"baihuo/internal/db"
	"baihuo/internal/staff"
)

// sessionRow is one browser in which somebody is signed in.
type sessionRow struct {
	Digest, Label, Who, WhoID, Seen string
	Since                           stamp
	Here                            bool
}

// sessionTable is what the list of sessions shows. Who: whose they are, too.
type sessionTable struct {
	Rows                  []sessionRow
	Who                   bool
	May                   []bool // end it
	Action, From, FormKey string
}

func (s *Site) sessionRows(v *visit, list []staff.Session) []sessionRow {
	now, here := db.At(s.cfg.Wall()), v.session()
	rows := make([]sessionRow, len(list))
	for i, one := range list {
		rows[i] = sessionRow{Digest: one.Digest, Label: one.Label, Seen: v.fill("ago", v.age(one.SeenAt, now)), Since: v.stampOf(one.CreatedAt, now, houseZone),
			Here: one.Digest == here}
	}
	return rows
}

// deviceRow is a browser that somebody signed in from before.
type deviceRow struct {
	Label, Seen string
	Since       stamp
}

func (s *Site) deviceRows(v *visit, list []staff.Device) []deviceRow {
	now := db.At(s.cfg.Wall())
	rows := make([]deviceRow, len(list))
	for i, d := range list {
		rows[i] = deviceRow{d.Label, v.fill("ago", v.age(d.SeenAt, now)), v.stampOf(d.CreatedAt, now, houseZone)}
	}
	return rows
}

// account is what a person sees and changes of their own.
func (s *Site) account(v *visit) error { return s.showAccount(v, http.StatusOK, "", nil) }

// showAccount shows it, with what was done or why not.
func (s *Site) showAccount(v *visit, status int, done string, c *complaint) error {
	if text := v.r.URL.Query().Get("done"); text != "" && words["done_"+text].zh != "" {
		done = v.word("done_" + text)
	}
	var sessions []staff.Session
	var devices []staff.Device
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if sessions, err = staff.SessionsOf(tx, s.cfg.Guard, v.person.ID); err != nil {
			return err
		}
		devices, err = staff.DevicesOf(tx, v.person.ID)
		return err
	})
	if err != nil {
		return err
	}
	scope, err := s.scopeWords(v, v.person.Scope)
	if err != nil {
		return err
	}
	key := formKey()
	table := sessionTable{Rows: s.sessionRows(v, sessions), May: always(len(sessions)), Action: "/account/sessions/end", FormKey: key}
	return s.render(v, status, "account", map[string]any{"Title": v.word("account"), "FormKey": key, "Complaint": c, "Done": done,
		"P": v.person, "Roles": v.roleNames(v.person.Roles), "Scope": scope, "Sessions": table, "Devices": s.deviceRows(v, devices),
		"Careful": v.person.Careful()})
}

func always(n int) []bool {
	list := make([]bool, n)
	for i := range list {
		list[i] = true
	}
	return list
}

// changePassword takes the old and a new password. All sessions end; this one begins
// anew under a new token. A form sent twice finds the old password changed and says so.
func (s *Site) changePassword(v *visit) error {
	fresh, err := freshPassword(v)
	if err == nil {
		err = s.cfg.Guard.SetPassword(v.ctx, s.cfg.DB, v.person.ID, v.r.PostFormValue("old"), fresh)
	}
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showAccount(v, status, "", c)
	}
	if err := s.again(v, v.ticket.Passed); err != nil {
		return err
	}
	return v.lead("/account?done=password")
}

// again begins this browser's session anew after something that it rests on changed.
func (s *Site) again(v *visit, passed bool) error {
	var p staff.Person
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) { p, err = staff.Get(tx, v.person.ID); return err }); err != nil {
		return err
	}
	return s.enter(v, p, passed)
}

// changeLanguage takes a person's own language, for all their browsers; this one too.
func (s *Site) changeLanguage(v *visit) error {
	lang := v.r.PostFormValue("lang")
	went, _, err := s.once(v, func(tx *db.Tx) (string, error) { return "/account?done=language", staff.SetLang(tx, v.person.ID, lang) })
	if err != nil {
		return err
	}
	s.setLanguage(v, lang)
	return v.lead(went)
}

// endOwnSession ends one of the person's sessions.
func (s *Site) endOwnSession(v *visit) error {
	digest := v.r.PostFormValue("session")
	if digest == v.session() {
		return s.signOut(v)
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		return "/account?done=session", staff.SignOut(tx, v.person.ID, digest)
	})
}

// endOwnSessions signs the person out everywhere, here too.
func (s *Site) endOwnSessions(v *visit) error {
	err := s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "sign out everywhere"}, func(tx *db.Tx) error {
		return staff.SignOutEverywhere(tx, v.person.ID)
	})
	if err != nil {
		return err
	}
	return s.signOut(v)
}
