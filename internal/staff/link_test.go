package staff_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/staff"
)

func TestLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p := h.hire("wang", "finance")
		secret := h.enrol(p.ID)
		invite := func() (link string) {
			h.must(func(tx *db.Tx) (err error) { link, err = h.guard.Invite(tx, top, p.ID); return err })
			return link
		}
		use := func(link, fresh string) error { _, err := h.guard.UseLink(ctx, h.d, link, fresh); return err }
		const fresh = "another good password"
		void, link := invite(), invite()
		h.want(use(void, fresh), staff.ErrLink)
		h.want(use("", fresh), staff.ErrLink)
		h.want(use(link, "weak"), staff.ErrPassword)
		h.session(p, "one")
		h.want(use(link, fresh), nil)
		if h.live("one") {
			t.Error("a session from before lives")
		}
		h.want(use(link, fresh), staff.ErrLink)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: fresh}), staff.ErrCodeNeeded) // the link does not stand for it
		h.clock.Advance(day / 2)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: fresh, Code: h.code(secret)}), nil)

		old := invite()
		h.clock.Advance(staff.LinkLives)
		h.want(use(old, fresh), staff.ErrLink)

		open := invite() // a new password shuts what a link opened
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, fresh, password), nil)
		h.want(use(open, fresh), staff.ErrLink)
		if n := h.count(`SELECT COUNT(*) FROM staff_links`); n != 0 {
			t.Errorf("%d links are left", n)
		}
		h.sound()
	})
}

// One link, used in many places at the same moment, sets one password.
func TestLinkOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		var link string
		h.must(func(tx *db.Tx) (err error) { link, err = h.guard.Invite(tx, top, p.ID); return err })
		words := []string{"first good password", "second good password", "third good password", "fourth good password"}
		errs := make([]error, len(words))
		var all sync.WaitGroup
		for i, word := range words {
			all.Go(func() { _, errs[i] = h.guard.UseLink(ctx, h.d, link, word) })
		}
		all.Wait()
		if got := tally(errs); got != "map[:1 link_gone:3]" {
			t.Error(got)
		}
		for i, word := range words {
			if err := h.signIn(staff.Attempt{Login: "wang", Password: word}); (err == nil) != (errs[i] == nil) {
				t.Errorf("%q: its use said %v, signing in says %v", word, errs[i], err)
			}
		}
	})
}

func TestSetUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		setUp := func() (secret string) {
			h.must(func(tx *db.Tx) (err error) { secret, err = h.guard.SetUp(tx); return err })
			return secret
		}
		first, second := setUp(), setUp()
		if first == "" || second == "" || first == second {
			t.Fatal("a start without an owner shows no link of its own")
		}
		_, err := h.guard.UseLink(ctx, h.d, first, password)
		h.want(err, staff.ErrLink)
		p, err := h.guard.UseLink(ctx, h.d, second, password)
		h.want(err, nil)
		if setUp() != "" {
			t.Error("a house with an owner is set up again")
		}
		if diff := cmp.Diff([]string{"owner"}, p.Roles); diff != "" {
			t.Error(diff)
		}
		h.want(h.signIn(staff.Attempt{Login: "owner", Password: password}), nil)
		h.sound()
	})
}

// Two nodes start on an empty database: one owner, and one link that counts.
func TestSetUpTogether(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secrets, errs := make([]string, 2), make([]error, 2)
		var all sync.WaitGroup
		for i := range secrets {
			all.Go(func() {
				errs[i] = h.write(func(tx *db.Tx) (err error) { secrets[i], err = h.guard.SetUp(tx); return err })
			})
		}
		all.Wait()
		good := 0
		for i, s := range secrets {
			h.want(errs[i], nil)
			if s == "" {
				continue
			}
			if _, err := h.guard.UseLink(ctx, h.d, s, password); err == nil {
				good++
			}
		}
		if good != 1 || h.count(`SELECT COUNT(*) FROM staff`) != 1 {
			t.Errorf("%d links open the house of %d people", good, h.count(`SELECT COUNT(*) FROM staff`))
		}
	})
}
