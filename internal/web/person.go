package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// person is the page of one person.
func (s *Site) person(v *visit) error {
	n, err := staffOf(v)
	if err != nil {
		return err
	}
	done := ""
	if text := v.r.URL.Query().Get("done"); words["done_"+text].zh != "" {
		done = v.word("done_" + text)
	}
	return s.showPerson(v, http.StatusOK, n, shown{done: done})
}

// shown is what a person's page shows besides the person: a link made just now, what
// was done, and what a refused edit said.
type shown struct {
	link, done string
	complaint  *complaint
	edit       *staff.Details
	// stale: somebody else changed the person meanwhile; both sides are shown.
	stale bool
}

// side is one thing on which two edits differ.
type side struct{ Key, Now, Yours string }

func (s *Site) showPerson(v *visit, status int, n id.Staff, show shown) error {
	var p staff.Person
	var sessions []staff.Session
	var devices []staff.Device
	var now db.Instant
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if p, err = staff.Get(tx, n); err != nil {
			return err
		}
		if sessions, err = staff.SessionsOf(tx, s.cfg.Guard, n); err != nil {
			return err
		}
		devices, err = staff.DevicesOf(tx, n)
		return err
	})
	if err != nil {
		return err
	}
	where, err := s.places(v)
	if err != nil {
		return err
	}
	d := staff.Details{Login: p.Login, Name: p.Name, Lang: p.Lang, Roles: p.Roles, Scope: p.Scope, Subject: p.Subject}
	var sides []side
	if show.edit != nil {
		if show.stale {
			sides = v.sides(d, *show.edit, where)
		}
		d = *show.edit
	}
	key := formKey()
	may := v.caller.May(staff.StaffManage) && staff.MayTouch(v.caller, p) == nil
	table := sessionTable{Rows: s.sessionRows(v, sessions), May: make([]bool, len(sessions)), Action: "/people/" + n.String() + "/sessions/end",
		FormKey: key}
	if may {
		table.May = always(len(sessions))
	}
	return s.render(v, status, "person", map[string]any{"Title": p.Name, "Under": "people", "FormKey": key, "Complaint": show.complaint,
		"Done": show.done, "Link": show.link, "Row": v.personRow(p, where, now), "D": d, "Version": p.Version, "Sides": sides,
		"Roles": v.roleChoices(d.Roles), "Scope": where.form(v, d.Scope), "Created": v.stampOf(p.CreatedAt, now, houseZone),
		"Sessions": table, "Devices": s.deviceRows(v, devices), "Self": p.ID == v.person.ID,
		"MayManage": may, "HasCode": p.HasCode,
		"SignOn": s.cfg.SignOn != nil || p.Subject != "", "MayAudit": v.caller.May(staff.JournalRead)})
}

// sides names what differs between what stands and what was sent.
func (v *visit) sides(now, yours staff.Details, where places) (list []side) {
	add := func(key, a, b string) {
		if a != b {
			list = append(list, side{key, a, b})
		}
	}
	add("login", now.Login, staff.FoldLogin(yours.Login))
	add("name", now.Name, strings.TrimSpace(yours.Name))
	add("language", now.Lang, yours.Lang)
	add("roles", v.roleNames(now.Roles), v.roleNames(yours.Roles))
	add("scope", where.words(v, now.Scope), where.words(v, yours.Scope))
	add("subject", now.Subject, strings.TrimSpace(yours.Subject))
	return list
}

// changePerson writes an edit of the version that was looked at. An edit of an older
// one shows both sides and may be sent again.
func (s *Site) changePerson(v *visit) error {
	n, err := staffOf(v)
	if err != nil {
		return err
	}
	d, err := s.details(v)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(v.r.PostFormValue("version"), 10, 64)
	went, _, err := s.once(v, func(tx *db.Tx) (string, error) {
		_, err := staff.Change(tx, v.caller, n, version, d)
		return "/people/" + n.String() + "?done=person", err
	})
	if err == nil {
		return v.lead(went)
	}
	stale := errors.Is(err, staff.ErrStale)
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showPerson(v, status, n, shown{complaint: c, edit: &d, stale: stale})
}

// invite makes a new one-time link; those made before are void.
func (s *Site) invite(v *visit) error {
	n, err := staffOf(v)
	if err != nil {
		return err
	}
	secret := ""
	_, fresh, err := s.once(v, func(tx *db.Tx) (_ string, err error) {
		secret, err = s.cfg.Guard.Invite(tx, v.caller, n)
		return "/people/" + n.String(), err
	})
	switch {
	case err != nil:
		return s.refused(v, n, err)
	case !fresh:
		return errFormSent
	}
	return s.showPerson(v, http.StatusOK, n, shown{link: s.linkOf(v, secret)})
}

func (s *Site) disable(v *visit) error {
	return s.actOn(v, "disabled", func(tx *db.Tx, n id.Staff) error { return staff.Disable(tx, v.caller, n) })
}

func (s *Site) enable(v *visit) error {
	return s.actOn(v, "enabled", func(tx *db.Tx, n id.Staff) error { return staff.Enable(tx, v.caller, n) })
}

func (s *Site) dropCode(v *visit) error {
	return s.actOn(v, "code_dropped", func(tx *db.Tx, n id.Staff) error { return staff.DropCode(tx, v.caller, n) })
}

// endSessions ends one session of a person, or without one all of them.
func (s *Site) endSessions(v *visit) error {
	digest := v.r.PostFormValue("session")
	return s.actOn(v, "session", func(tx *db.Tx, n id.Staff) error {
		p, err := staff.Get(tx, n)
		if err != nil {
			return err
		}
		if err := staff.MayTouch(v.caller, p); err != nil {
			return err
		}
		if digest != "" {
			return staff.SignOut(tx, n, digest)
		}
		return staff.SignOutEverywhere(tx, n)
	})
}

// actOn does one thing to the person of the address and leads back to their page, or
// to the list of sessions where it was asked for there.
func (s *Site) actOn(v *visit, done string, do func(tx *db.Tx, n id.Staff) error) error {
	n, err := staffOf(v)
	if err != nil {
		return err
	}
	to := "/people/" + n.String() + "?done=" + done
	if v.r.PostFormValue("from") == "sessions" {
		to = "/sessions"
	}
	err = s.act(v, func(tx *db.Tx) (string, error) { return to, do(tx, n) })
	return s.refused(v, n, err)
}

// refused shows a refusal on the person's page.
func (s *Site) refused(v *visit, n id.Staff, err error) error {
	if err == nil || errors.Is(err, staff.ErrMissing) {
		return err
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showPerson(v, status, n, shown{complaint: c})
}

// sessions lists who is signed in now.
func (s *Site) sessions(v *visit) error {
	var list []staff.Session
	names := map[id.Staff]staff.Person{}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if list, err = staff.AllSessions(tx, s.cfg.Guard, sessionsMax); err != nil {
			return err
		}
		people, err := staff.List(tx)
		for _, p := range people {
			names[p.ID] = p
		}
		return err
	})
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(one staff.Session) bool { return names[one.Staff].ID == 0 })
	table := sessionTable{Rows: s.sessionRows(v, list), Who: true, May: make([]bool, len(list)), From: "sessions", FormKey: formKey()}
	for i, one := range list {
		p := names[one.Staff]
		table.Rows[i].Who, table.Rows[i].WhoID = p.Name, p.ID.String()
		table.May[i] = v.caller.May(staff.StaffManage) && staff.MayTouch(v.caller, p) == nil
	}
	return s.render(v, http.StatusOK, "sessions", map[string]any{"Title": v.word("sessions"), "Sessions": table,
		"Full": len(list) == sessionsMax})
}

// sessionsMax bounds the list of everybody's sessions.
const sessionsMax = 500

// roles is the table of what each role may do.
func (s *Site) roles(v *visit) error {
	var people, machines []staff.Role
	for _, r := range staff.Roles() {
		if r.Machine {
			machines = append(machines, r)
		} else {
			people = append(people, r)
		}
	}
	return s.render(v, http.StatusOK, "roles", map[string]any{"Title": v.word("roles"), "Tables": []matrix{
		v.matrix(v.word("roles_people"), people), v.matrix(v.word("roles_keys"), machines)}})
}

// matrix is a table of permits down and roles across.
type matrix struct {
	Title string
	Heads []matrixHead
	Rows  []matrixRow
}

type matrixHead struct {
	Name, Code string
	Careful    bool
}

type matrixRow struct {
	Permit, Code string
	Has          []bool
}

func (v *visit) matrix(title string, roles []staff.Role) matrix {
	m := matrix{Title: title}
	for _, r := range roles {
		m.Heads = append(m.Heads, matrixHead{pair{r.ZH, r.EN}.in(v.lang), r.Code, r.Careful})
	}
	for _, p := range staff.Permits() {
		zh, en := p.Words()
		row := matrixRow{Permit: pair{zh, en}.in(v.lang), Code: string(p), Has: make([]bool, len(roles))}
		held := false
		for i, r := range roles {
			row.Has[i] = r.May(p)
			held = held || row.Has[i]
		}
		if held {
			m.Rows = append(m.Rows, row)
		}
	}
	return m
}
