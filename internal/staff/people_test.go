package staff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

func TestHire(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		good := staff.Details{Login: " Ｃhen.Ping ", Name: " 陈平 ", Roles: []string{"service", "reviewer", "service"},
			Scope: in([]id.Shop{5, 3, 5}, nil), Subject: "https://id.example 42"}
		var p staff.Person
		h.must(func(tx *db.Tx) (err error) { p, err = staff.Hire(tx, top, good); return err })
		if p.Login != "chen.ping" || p.Name != "陈平" || p.Lang != "zh" || p.HasPassword || p.HasCode || p.Version != 1 {
			t.Errorf("hired: %q %q %q %v", p.Login, p.Name, p.Lang, p.HasPassword)
		}
		if diff := cmp.Diff([]string{"reviewer", "service"}, p.Roles); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(in([]id.Shop{3, 5}, nil), p.Scope); diff != "" {
			t.Error(diff)
		}
		bad := func(change func(*staff.Details)) staff.Details {
			d := staff.Details{Login: "another", Name: "某", Roles: []string{"reader"}}
			change(&d)
			return d
		}
		for name, c := range map[string]struct {
			d    staff.Details
			want *fault.Fault
			in   string
		}{
			"a taken name":         {bad(func(d *staff.Details) { d.Login = "CHEN.PING" }), staff.ErrLoginTaken, ""},
			"a taken identity":     {bad(func(d *staff.Details) { d.Subject = good.Subject }), staff.ErrSubjectTaken, ""},
			"no name to sign in":   {bad(func(d *staff.Details) { d.Login = " x " }), staff.ErrInvalid, "login"},
			"a blank within":       {bad(func(d *staff.Details) { d.Login = "a b" }), staff.ErrInvalid, "login"},
			"an invisible sign":    {bad(func(d *staff.Details) { d.Login = "chen\u200bping" }), staff.ErrInvalid, "login"},
			"no name":              {bad(func(d *staff.Details) { d.Name = "  " }), staff.ErrInvalid, "name"},
			"a line break":         {bad(func(d *staff.Details) { d.Name = "a\nb" }), staff.ErrInvalid, "name"},
			"a long name":          {bad(func(d *staff.Details) { d.Name = strings.Repeat("名", 65) }), staff.ErrInvalid, "name"},
			"another language":     {bad(func(d *staff.Details) { d.Lang = "fr" }), staff.ErrInvalid, "lang"},
			"no role":              {bad(func(d *staff.Details) { d.Roles = nil }), staff.ErrInvalid, "roles"},
			"an unknown role":      {bad(func(d *staff.Details) { d.Roles = []string{"king"} }), staff.ErrInvalid, "roles"},
			"a kind of key":        {bad(func(d *staff.Details) { d.Roles = []string{"key_full"} }), staff.ErrInvalid, "roles"},
			"an owner of one shop": {bad(func(d *staff.Details) { d.Roles, d.Scope = []string{"owner"}, in([]id.Shop{1}, nil) }), staff.ErrInvalid, "scope"},
			"a long identity":      {bad(func(d *staff.Details) { d.Subject = strings.Repeat("x", 501) }), staff.ErrInvalid, "subject"},
		} {
			err := h.write(func(tx *db.Tx) error { _, err := staff.Hire(tx, top, c.d); return err })
			h.want(err, c.want)
			if f := fault.Of(err); c.in != "" && (len(f.Fields) != 1 || f.Fields[0].Name != c.in) {
				t.Errorf("%s: fields %v", name, f.Fields)
			}
		}
		if diff := cmp.Diff([]string{"hired"}, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

// Nobody hands out more than they have, nor lays hands on who has more: neither by
// editing, nor by a link, nor by taking the authenticator off.
func TestGranting(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		admin := h.hireIn(in([]id.Shop{1, 2}, []id.Warehouse{8}), "admin", "admin").Caller()
		grant := func(roles []string, scope staff.Scope) error {
			return h.write(func(tx *db.Tx) error {
				_, err := staff.Hire(tx, admin, staff.Details{Login: "new", Name: "新", Roles: roles, Scope: scope})
				if err == nil {
					err = errUndo
				}
				return err
			})
		}
		small := in([]id.Shop{2}, []id.Warehouse{8})
		for _, role := range []string{"sales", "reviewer", "warehouse", "picker", "packer", "dispatcher", "service", "buyer", "clerk", "reader"} {
			if err := grant([]string{role}, small); err != errUndo {
				t.Errorf("an administrator hires a %s: %v", role, err)
			}
		}
		for _, role := range []string{"owner", "admin", "finance", "privacy", "exporter"} {
			scope := small
			if role == "owner" {
				scope = staff.Everywhere()
			}
			h.want(grant([]string{"reader", role}, scope), staff.ErrBeyond)
		}
		h.want(grant([]string{"reader"}, staff.Everywhere()), staff.ErrBeyond)
		h.want(grant([]string{"reader"}, in([]id.Shop{3}, nil)), staff.ErrBeyond)
		h.want(grant([]string{"reader"}, in(nil, []id.Warehouse{9})), staff.ErrBeyond)

		for name, p := range map[string]staff.Person{"finance": h.hireIn(small, "money", "finance"), "beyond": h.hire("everywhere", "reader")} {
			verbs := map[string]func(*db.Tx) error{
				"change":  func(tx *db.Tx) error { _, err := staff.Change(tx, admin, p.ID, p.Version, details(p)); return err },
				"disable": func(tx *db.Tx) error { return staff.Disable(tx, admin, p.ID) },
				"enable":  func(tx *db.Tx) error { return staff.Enable(tx, admin, p.ID) },
				"drop":    func(tx *db.Tx) error { return staff.DropCode(tx, admin, p.ID) },
				"invite":  func(tx *db.Tx) error { _, err := h.guard.Invite(tx, admin, p.ID); return err },
			}
			for verb, do := range verbs {
				if err := h.write(do); says(err) != "staff_beyond" {
					t.Errorf("an administrator may %s %s: %v", verb, name, err)
				}
			}
		}
		reader := h.hireIn(small, "looker", "reader")
		for _, by := range []staff.Caller{{}, reader.Caller(), {Actor: "K-1", Key: 1, Scope: staff.Everywhere(), Roles: []string{"owner"}}} {
			err := h.write(func(tx *db.Tx) error {
				_, err := staff.Change(tx, by, reader.ID, reader.Version, details(reader))
				return err
			})
			h.want(err, staff.ErrNotPermitted)
		}
	})
}

func TestChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.hire("boss", "owner").Caller()
		p := h.hire("wang", "reader")
		change := func(by staff.Caller, version int64, edit func(*staff.Details)) error {
			d := details(h.get(p.ID))
			edit(&d)
			return h.write(func(tx *db.Tx) error { _, err := staff.Change(tx, by, p.ID, version, d); return err })
		}
		h.session(p, "one")
		h.want(change(boss, 1, func(d *staff.Details) { d.Name = "王五" }), nil)
		if !h.live("one") {
			t.Error("a new name signs out")
		}
		h.want(change(boss, 1, func(d *staff.Details) { d.Name = "王六" }), staff.ErrStale)
		h.want(change(boss, 2, func(d *staff.Details) { d.Login = "boss" }), staff.ErrLoginTaken)
		h.want(change(boss, 2, func(d *staff.Details) { d.Roles = append(d.Roles, "sales") }), nil)
		if h.live("one") {
			t.Error("a new role leaves the session open")
		}
		now := h.get(p.ID)
		if now.Version != 3 || now.Name != "王五" || !now.Caller().May(staff.OrderPlace) {
			t.Errorf("changed: version %d, %q, %v", now.Version, now.Name, now.Roles)
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.SetLang(tx, p.ID, "en") }), nil)
		h.want(h.write(func(tx *db.Tx) error { return staff.SetLang(tx, p.ID, "xx") }), staff.ErrInvalid)
		if diff := cmp.Diff([]string{"hired", "invited", "password_set", "changed", "changed", "language_chosen"}, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
		h.sound()
	})
}

func TestSelf(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		other := h.hire("second", "owner")
		d := details(other)
		d.Name = "老二"
		h.want(h.write(func(tx *db.Tx) error { _, err := staff.Change(tx, other.Caller(), other.ID, 1, d); return err }), nil)
		for _, edit := range []func(*staff.Details){
			func(d *staff.Details) { d.Roles = []string{"reader"} },
			func(d *staff.Details) { d.Roles = append(d.Roles, "reader") },
			func(d *staff.Details) { d.Subject = "https://id.example me" },
		} {
			d := details(h.get(other.ID))
			edit(&d)
			h.want(h.write(func(tx *db.Tx) error { _, err := staff.Change(tx, other.Caller(), other.ID, 2, d); return err }), staff.ErrSelf)
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.Disable(tx, other.Caller(), other.ID) }), staff.ErrSelf)
	})
}

func TestDisable(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p := h.hire("wang", "reader")
		h.session(p, "one")
		var link string
		h.must(func(tx *db.Tx) (err error) { link, err = h.guard.Invite(tx, top, p.ID); return err })
		disable := func(tx *db.Tx) error { return staff.Disable(tx, top, p.ID) }
		h.want(h.write(disable), nil)
		h.want(h.write(disable), nil)
		if h.live("one") {
			t.Error("a disabled person's session lives")
		}
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password}), staff.ErrSignIn)
		h.want(h.write(func(tx *db.Tx) error { return staff.Enable(tx, top, p.ID) }), nil)
		if h.live("one") {
			t.Error("enabling brings a session back")
		}
		_, err := h.guard.UseLink(ctx, h.d, link, "another good password")
		h.want(err, staff.ErrLink)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password}), nil)
		want := []string{"hired", "invited", "password_set", "invited", "disabled", "sign_in_failed", "enabled", "signed_in"}
		if diff := cmp.Diff(want, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.Disable(tx, top, 12345) }), staff.ErrMissing)
		h.sound()
	})
}

func TestNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "owner")
		key, _ := h.key(staff.KeyDraft{Name: "收银", Kind: "key_reader"})
		h.must(func(tx *db.Tx) error {
			names, err := staff.Names(tx, []string{p.ID.String(), key.ID.String(), "S-1", "K-2", "worker", "S-x"})
			if diff := cmp.Diff(map[string]string{p.ID.String(): "员工wang", key.ID.String(): "收银"}, names); diff != "" {
				t.Error(diff)
			}
			if none, err := staff.Names(tx, nil); err != nil || len(none) != 0 {
				t.Errorf("nobody: %v %v", none, err)
			}
			return err
		})
	})
}
