package staff_test

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
)

func TestEnrol(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p := h.hire("wang", "finance")
		bind := func(code string) error {
			return h.write(func(tx *db.Tx) error { return h.guard.BindCode(tx, p.ID, code) })
		}
		h.want(bind("123456"), staff.ErrCode)
		var first, second staff.Enrolment
		offer := func(e *staff.Enrolment) {
			h.must(func(tx *db.Tx) (err error) { *e, err = h.guard.OfferCode(tx, p.ID); return err })
		}
		offer(&first)
		offer(&second)
		h.must(func(tx *db.Tx) error {
			e, found, err := h.guard.Offered(tx, p.ID)
			if !found || e != second {
				t.Errorf("offered: %v, the same %v", found, e == second)
			}
			return err
		})
		h.want(bind(h.code(first.Secret)), staff.ErrCode)
		h.want(bind("12345"), staff.ErrCode)
		h.session(p, "one")
		h.want(bind(h.code(second.Secret)), nil)
		if h.live("one") {
			t.Error("a session from before the second factor lives")
		}
		h.want(bind(h.code(second.Secret)), staff.ErrEnrolled)
		h.want(h.write(func(tx *db.Tx) error { _, err := h.guard.OfferCode(tx, p.ID); return err }), staff.ErrEnrolled)
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			_, found, err := h.guard.Offered(tx, p.ID)
			if found {
				t.Error("a bound secret is shown again")
			}
			return err
		})
		want := []string{"hired", "invited", "password_set", "code_offered", "code_offered", "code_bound"}
		if diff := cmp.Diff(want, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
		h.sound()
	})
}

func TestSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "finance")
		secret := h.enrol(p.ID)
		in := func(code string) error { return h.signIn(staff.Attempt{Login: "wang", Password: password, Code: code}) }
		got, err := h.guard.SignIn(ctx, h.d, staff.Attempt{Login: "wang", Password: password})
		if !errors.Is(err, staff.ErrCodeNeeded) || got.ID != p.ID {
			t.Errorf("a right password alone: %v %v", got, err)
		}
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery"}), staff.ErrSignIn)
		h.want(in(h.code(secret)), staff.ErrSignIn) // it bound the authenticator
		h.clock.Advance(30 * time.Second)
		code := h.code(secret)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Code: code}), staff.ErrSignIn)
		h.want(in(code), nil)
		h.want(in(code), staff.ErrSignIn)
		h.clock.Advance(30 * time.Second)
		h.want(in(code), staff.ErrSignIn) // one step late, but used
		h.clock.Advance(30 * time.Second)
		late := h.code(secret)
		h.clock.Advance(30 * time.Second)
		h.want(in(late), nil)
		h.clock.Advance(60 * time.Second)
		late = h.code(secret)
		h.clock.Advance(61 * time.Second)
		h.want(in(late), staff.ErrSignIn)
		h.want(in("１２３"), staff.ErrSignIn)
		h.clock.Advance(time.Hour)
		early := h.clock.Now()
		h.clock.Advance(30 * time.Second)
		code = h.code(secret)
		h.clock.Set(early)
		h.want(in(full(code)), nil)
	})
}

// full writes digits as an input method types them.
func full(code string) string {
	var out []rune
	for _, r := range code {
		out = append(out, r-'0'+'０')
	}
	return string(out)
}

// One code, used in many places at the same moment, opens one.
func TestCodeOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "finance")
		secret := h.enrol(p.ID)
		h.clock.Advance(time.Minute)
		code := h.code(secret)
		errs := make([]error, 4)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = h.signIn(staff.Attempt{Login: "wang", Password: password, Code: code}) })
		}
		all.Wait()
		if got := tally(errs); got != "map[:1 sign_in_wrong:3]" {
			t.Error(got)
		}
	})
}

// Guessed codes add up: neither the right password without a code, nor anything else
// that a guesser can do, washes them away.
func TestWrongCodeIsNotWashed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "finance")
		h.enrol(p.ID)
		looked := 0
		for range 40 {
			_ = h.signIn(staff.Attempt{Login: "wang", Password: password}) // tells that a code is needed
			if says(h.signIn(staff.Attempt{Login: "wang", Password: password, Code: "000000"})) == "sign_in_wrong" {
				looked++
			}
			h.clock.Advance(time.Second)
		}
		if looked > 10 {
			t.Errorf("%d codes were looked at in 40 seconds", looked)
		}
	})
}

func TestGiveCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "finance")
		give := func(code string) error {
			_, err := h.guard.GiveCode(ctx, h.d, p.ID, staff.Attempt{Code: code, Address: "203.0.113.7"})
			return err
		}
		h.want(give("123456"), staff.ErrSignIn) // none is bound: nothing to give
		secret := h.enrol(p.ID)
		h.clock.Advance(time.Minute)
		h.want(give(""), staff.ErrSignIn)
		code := h.code(secret)
		h.want(give(code), nil)
		h.want(give(code), staff.ErrSignIn)
		looked := 0
		for range 30 {
			if says(give("000000")) == "sign_in_wrong" {
				looked++
			}
		}
		if looked != 4 {
			t.Errorf("%d codes were looked at, want 4 more", looked)
		}
		_, err := h.guard.GiveCode(ctx, h.d, 12345, staff.Attempt{Code: "123456"})
		h.want(err, staff.ErrMissing)
		h.clock.Advance(day)
		h.must(func(tx *db.Tx) error { return staff.Disable(tx, top, p.ID) })
		h.want(give(h.code(secret)), staff.ErrSignIn)
	})
}

func TestDropCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "finance")
		old := h.enrol(p.ID)
		h.session(p, "one")
		h.want(h.write(func(tx *db.Tx) error { return staff.DropCode(tx, top, p.ID) }), nil)
		if h.live("one") || h.get(p.ID).HasCode {
			t.Error("the authenticator or a session is still there")
		}
		h.clock.Advance(time.Minute)
		fresh := h.enrol(p.ID)
		h.clock.Advance(time.Minute)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Code: h.code(old)}), staff.ErrSignIn)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Code: h.code(fresh)}), nil)
	})
}

// After a change of the master key the old one may go, and codes still count.
func TestResealCodes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p, q := h.hire("wang", "finance"), h.hire("li", "finance")
		secret := h.enrol(p.ID)
		h.enrol(q.ID)
		h.hire("none", "reader")
		both := seal.NewKeyring(rand.Reader, seal.Key{Version: 1}, seal.Key{Version: 2})
		turn := func(after int64, limit int) (turn seal.Turn) {
			h.must(func(tx *db.Tx) (err error) { turn, err = staff.ResealCodes(tx, both, after, limit); return err })
			return turn
		}
		first := turn(0, 1)
		second := turn(first.Next, 10)
		if first.Changed+second.Changed != 2 || first.Next == 0 || second.Next != 0 || turn(0, 10).Changed != 0 {
			t.Errorf("turned %+v, then %+v", first, second)
		}
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			tally, err := staff.TallyCodes(tx, 0, 10)
			if diff := cmp.Diff(map[uint16]int64{2: 2}, tally.Versions); diff != "" {
				t.Error(diff)
			}
			return err
		})
		h.guard = staff.NewGuard(seal.NewKeyring(rand.Reader, seal.Key{Version: 2}), h.clock.Now, nil, cheap)
		h.clock.Advance(time.Minute)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Code: h.code(secret)}), nil)
	})
}
