package staff_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

func (h *house) sessions() staff.Sessions { return staff.Sessions{DB: h.d, Guard: h.guard} }

// commit writes a session, as a request that carries this ticket does at its end.
func (h *house) commit(digest string, t staff.Ticket) {
	h.Helper()
	end := h.clock.Now().Add(staff.SessionLife)
	data, err := h.sessions().Encode(end, map[string]any{"ticket": t})
	if err != nil {
		h.Fatal(err)
	}
	if err := h.sessions().Commit(digest, data, end); err != nil {
		h.Fatal(err)
	}
}

func (h *house) session(p staff.Person, digest string) staff.Ticket {
	h.Helper()
	t := staff.Ticket{Staff: p.ID, Label: "Chrome · Windows", Passed: true, Stamp: h.get(p.ID).Stamp()}
	h.commit(digest, t)
	return t
}

func (h *house) live(digest string) bool {
	h.Helper()
	_, found, err := h.sessions().Find(digest)
	if err != nil {
		h.Fatal(err)
	}
	return found
}

func TestSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		want := h.session(p, "one")
		data, found, err := h.sessions().Find("one")
		if err != nil || !found {
			t.Fatal(found, err)
		}
		_, values, err := h.sessions().Decode(data)
		if diff := cmp.Diff(map[string]any{"ticket": want}, values); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if h.live("two") || h.live("") {
			t.Error("a session that is nobody's lives")
		}
		h.commit("anonymous", staff.Ticket{})
		if !h.live("anonymous") {
			t.Error("a session before sign-in is gone")
		}
		if _, err := h.sessions().Encode(h.clock.Now(), map[string]any{"basket": 1}); err == nil {
			t.Error("what a session cannot keep is taken")
		}
	})
}

func TestSessionEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		quiet := h.sessions()
		quiet.Quiet = true
		h.session(p, "idle")
		h.session(p, "used")
		h.clock.Advance(staff.SessionIdle - time.Minute)
		if _, found, _ := quiet.Find("idle"); !found || !h.live("used") {
			t.Fatal("a session ends before it is idle for long")
		}
		h.clock.Advance(2 * time.Minute)
		if h.live("idle") || !h.live("used") {
			t.Error("an idle session lives, or a used one ended; a page that refreshes itself is no use")
		}
		for range 23 {
			h.clock.Advance(29 * time.Minute)
			h.live("used")
		}
		if !h.live("used") {
			t.Error("a session in use ends before its day")
		}
		h.clock.Advance(25 * time.Minute)
		if h.live("used") {
			t.Error("a session outlives its longest life")
		}
	})
}

// A request under way writes its session back when it ends. What was signed out
// meanwhile stays signed out: theft is answered at once, on every node.
func TestSignedOutStaysOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		ends := map[string]func() error{
			"sign out": func() error { return h.sessions().Delete("thief") },
			"one":      func() error { return h.write(func(tx *db.Tx) error { return staff.SignOut(tx, p.ID, "thief") }) },
			"all":      func() error { return h.write(func(tx *db.Tx) error { return staff.SignOutEverywhere(tx, p.ID) }) },
			"disabled": func() error {
				return h.write(func(tx *db.Tx) error {
					if err := staff.Disable(tx, top, p.ID); err != nil {
						return err
					}
					return staff.Enable(tx, top, p.ID)
				})
			},
		}
		for name, end := range ends {
			h.must(func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM sessions`); return err })
			under := h.session(p, "thief")
			h.want(end(), nil)
			h.commit("thief", under)
			h.commit("renewed", under) // under a new token, too, where the person is out altogether
			if h.live("thief") {
				t.Errorf("%s: the session is back", name)
			}
			if h.live("renewed") != (name == "sign out" || name == "one") {
				t.Errorf("%s: a session of an older sign-in lives: %v", name, h.live("renewed"))
			}
		}
	})
}

func TestSessionsOf(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p, q := h.hire("wang", "reader"), h.hire("li", "reader")
		h.session(p, "first")
		h.clock.Advance(time.Minute)
		h.session(p, "second")
		h.session(q, "other")
		h.commit("anonymous", staff.Ticket{})
		list := func(whose id.Staff) (all []string) {
			dbtest.Read(t, h.d, func(tx *db.Tx) error {
				sessions, err := staff.AllSessions(tx, h.guard, 100)
				if whose != 0 {
					sessions, err = staff.SessionsOf(tx, h.guard, whose)
				}
				for _, s := range sessions {
					all = append(all, s.Digest)
				}
				return err
			})
			return all
		}
		if diff := cmp.Diff([]string{"second", "first"}, list(p.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"other", "second", "first"}, list(0)); diff != "" {
			t.Error(diff)
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.SignOut(tx, q.ID, "second") }), nil) // not theirs: nothing happens
		h.want(h.write(func(tx *db.Tx) error { return staff.SignOut(tx, p.ID, "second") }), nil)
		h.want(h.write(func(tx *db.Tx) error { return staff.SignOut(tx, p.ID, "second") }), nil)
		if diff := cmp.Diff([]string{"first"}, list(p.ID)); diff != "" {
			t.Error(diff)
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.SignOutEverywhere(tx, p.ID) }), nil)
		if diff := cmp.Diff([]string{"other"}, list(0)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"hired", "invited", "password_set", "session_ended", "signed_out_everywhere"}, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.SignOutEverywhere(tx, 12345) }), staff.ErrMissing)
		h.sound()
	})
}
