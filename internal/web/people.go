package web

import (
	"net/http"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/staff"
)

// personRow is one person of the list.
type personRow struct {
	ID, Login, Name, Roles, Scope, Factor string
	SignedIn                              stamp
	Disabled, Waits, Lacks                bool
}

// peoplePage is how many people one page shows.
const peoplePage = 200

// people lists who works here, by sign-in name.
func (s *Site) people(v *visit) error {
	q := v.r.URL.Query()
	word, after := strings.ToLower(strings.TrimSpace(q.Get("q"))), q.Get("after")
	var all []staff.Person
	var now db.Instant
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		all, err = staff.List(tx)
		return err
	}); err != nil {
		return err
	}
	where, err := s.places(v)
	if err != nil {
		return err
	}
	var rows []personRow
	next := ""
	for _, p := range all {
		if p.Login <= after || word != "" && !strings.Contains(p.Login, word) && !strings.Contains(strings.ToLower(p.Name), word) {
			continue
		}
		if len(rows) == peoplePage {
			q.Set("after", rows[len(rows)-1].Login)
			next = "/people?" + q.Encode()
			break
		}
		rows = append(rows, v.personRow(p, where, now))
	}
	return s.render(v, http.StatusOK, "people", map[string]any{"Title": v.word("people"), "Rows": rows, "Count": int64(len(all)), "Q": q.Get("q"),
		"Next": next, "Paged": after != "", "MayManage": v.caller.May(staff.StaffManage)})
}

func (v *visit) personRow(p staff.Person, where places, now db.Instant) personRow {
	return personRow{ID: p.ID.String(), Login: p.Login, Name: p.Name, Roles: v.roleNames(p.Roles), Scope: where.words(v, p.Scope),
		Factor: v.factor(p), SignedIn: v.stampOf(p.SignedInAt, now, houseZone), Disabled: p.DisabledAt != 0,
		Waits: !p.HasPassword && p.Subject == "", Lacks: p.Careful() && !p.HasCode}
}

// factor says what somebody signs in with.
func (v *visit) factor(p staff.Person) string {
	var list []string
	if p.HasPassword {
		list = append(list, v.word("factor_password"))
	}
	if p.Subject != "" {
		list = append(list, v.word("factor_sso"))
	}
	if p.HasCode {
		list = append(list, v.word("factor_code"))
	}
	return strings.Join(list, " + ")
}

func (v *visit) roleNames(codes []string) string {
	var names []string
	for _, code := range codes {
		if r, ok := staff.RoleOf(code); ok {
			names = append(names, pair{r.ZH, r.EN}.in(v.lang))
		}
	}
	return strings.Join(names, v.word("and"))
}

// roleChoices are the roles of people, those beyond the caller's own rights off.
func (v *visit) roleChoices(chosen []string) (list []choice) {
	owner := slices.Contains(v.caller.Roles, "owner")
	for _, r := range staff.Roles() {
		if r.Machine {
			continue
		}
		label := pair{r.ZH, r.EN}.in(v.lang)
		if r.Careful {
			label += v.word("role_careful")
		}
		list = append(list, choice{Value: r.Code, Label: label, Chosen: slices.Contains(chosen, r.Code),
			Off: r.Careful && !owner})
	}
	return list
}

// newPerson is the form for somebody new.
func (s *Site) newPerson(v *visit) error {
	return s.askPerson(v, http.StatusOK, staff.Details{Lang: "zh"}, nil)
}

func (s *Site) askPerson(v *visit, status int, d staff.Details, c *complaint) error {
	where, err := s.places(v)
	if err != nil {
		return err
	}
	return s.render(v, status, "person_new", map[string]any{"Title": v.word("person_new"), "Under": "people", "FormKey": formKey(), "Complaint": c,
		"D": d, "Roles": v.roleChoices(d.Roles), "Scope": where.form(v, d.Scope), "SignOn": s.cfg.SignOn != nil})
}

// details reads what a form says of a person.
func (s *Site) details(v *visit) (staff.Details, error) {
	where, err := s.places(v)
	form := v.r.PostForm
	return staff.Details{Login: form.Get("login"), Name: form.Get("name"), Lang: form.Get("lang"), Roles: form["role"],
		Scope: where.scopeOf(form), Subject: form.Get("subject")}, err
}

// hire takes somebody in and shows the one-time link with which they set a password.
func (s *Site) hire(v *visit) error {
	d, err := s.details(v)
	if err != nil {
		return err
	}
	var p staff.Person
	secret := ""
	went, fresh, err := s.once(v, func(tx *db.Tx) (_ string, err error) {
		if p, err = staff.Hire(tx, v.caller, d); err != nil {
			return "", err
		}
		if d.Subject == "" {
			secret, err = s.cfg.Guard.Invite(tx, v.caller, p.ID)
		}
		return "/people/" + p.ID.String(), err
	})
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.askPerson(v, status, d, c)
	}
	if !fresh || secret == "" {
		return v.lead(went)
	}
	return s.showPerson(v, http.StatusOK, p.ID, shown{link: s.linkOf(v, secret), done: v.fill("hired", p.Name)})
}

// linkOf makes a one-time link of a secret. The secret stands behind a #, which never
// leaves the browser.
func (s *Site) linkOf(v *visit, secret string) string {
	scheme := "http"
	if s.cfg.HTTPS {
		scheme = "https"
	}
	return scheme + "://" + v.r.Host + "/set-up#" + secret
}
