package staff_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/staff"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		got, err := h.guard.SignIn(ctx, h.d, staff.Attempt{Login: " ＷANG ", Password: password})
		if err != nil || got.ID != p.ID || got.SignedInAt == 0 || h.get(p.ID).SignedInAt == 0 {
			t.Fatalf("signed in as %v: %v", got, err)
		}
		h.hireIn(staff.Scope{}, "gone", "reader")
		h.must(func(tx *db.Tx) error {
			gone, err := staff.ByLogin(tx, "gone")
			if err != nil {
				return err
			}
			return staff.Disable(tx, top, gone.ID)
		})
		h.must(func(tx *db.Tx) error {
			_, err := staff.Hire(tx, top, staff.Details{Login: "sso", Name: "单", Roles: []string{"reader"}, Subject: "https://id.example 1"})
			return err
		})
		for name, a := range map[string]staff.Attempt{
			"a wrong password":             {Login: "wang", Password: "wrong horse battery"},
			"no password":                  {Login: "wang"},
			"nobody":                       {Login: "nobody", Password: password},
			"no name":                      {Password: password},
			"a disabled person":            {Login: "gone", Password: password},
			"a person without a password":  {Login: "sso", Password: "nobody's password"},
			"nobody with the dummy's word": {Login: "nobody", Password: "nobody's password"},
		} {
			if err := h.signIn(a); !errors.Is(err, staff.ErrSignIn) || err.Error() != staff.ErrSignIn.Error() {
				t.Errorf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff([]string{"hired", "invited", "password_set", "signed_in", "sign_in_failed", "sign_in_failed"}, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFullWidthPassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, password, "ｈｏｒｓｅ１２３４５"), nil)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: "horse12345"}), nil)
	})
}

// Twenty guesses at once: as many reach the hash as would one after the other.
func TestParallelGuesses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("wang", "reader")
		errs := make([]error, 20)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Address: "203.0.113.7"})
			})
		}
		all.Wait()
		if got := tally(errs); got != "map[sign_in_wait:15 sign_in_wrong:5]" {
			t.Error(got)
		}
	})
}

// From wherever guesses come, and with the mark of a known device, fewer than 100 a
// day reach the hash; and the day after no more than that.
func TestGuessesADay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		mark := h.device(p)
		for range 2 {
			looked, end := 0, h.clock.Now().Add(day)
			for h.clock.Now().Before(end) {
				waits := 0
				for _, device := range []string{mark, ""} {
					switch err := h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Device: device}); says(err) {
					case "sign_in_wrong":
						looked++
					case "sign_in_wait":
						waits++
					default:
						t.Fatal(err)
					}
				}
				if waits > 0 {
					h.clock.Advance(time.Minute)
				}
			}
			if looked >= 100 || looked < 80 {
				t.Errorf("%d guesses reached the hash in a day", looked)
			}
		}
	})
}

// Strangers keep the account's bucket full and the gate shut; its person gets in from
// a browser known from before, at once, whatever address they share with the strangers.
func TestHonestPersonGetsIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		mark := h.device(p)
		const shared = "203.0.113.7"
		for range 80 {
			_ = h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Address: shared})
			_ = h.signIn(staff.Attempt{Login: "somebody", Password: "wrong horse battery", Address: shared})
			h.clock.Advance(time.Second)
		}
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Address: shared}), staff.ErrWait)
		defer h.guard.FillGate()()
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Address: shared, Device: mark}), nil)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Address: shared, Device: "bh-a-mark-of-nobody"}), staff.ErrWait)
		h.hire("li", "reader")
		h.guard.SetPatience(time.Millisecond) // another's mark is a stranger's
		h.want(h.signIn(staff.Attempt{Login: "li", Password: "wrong horse battery", Device: mark}), staff.ErrGateFull)
	})
}

// A good sign-in clears what its own tries left; of a shared address only its own.
func TestClearing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("wang", "reader")
		h.hire("li", "reader")
		const shared = "203.0.113.7"
		failures := func() int64 { return h.count(`SELECT SUM(failures) FROM sign_in_tries`) }
		for range 4 {
			_ = h.signIn(staff.Attempt{Login: "li", Password: "wrong horse battery", Address: shared})
			_ = h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Address: shared})
		}
		if n := failures(); n != 4+4+8 {
			t.Fatalf("%d failures", n)
		}
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Address: shared}), nil)
		if n := failures(); n != 4+8 {
			t.Errorf("after a good sign-in %d failures are left, want li's 4 and the address's 8", n)
		}
	})
}

func TestSharedAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var waits int
		for range 60 { // one guesser of many accounts, with a network of his own
			h.clock.Advance(time.Millisecond)
			login := "nobody" + h.clock.Now().Format("050000.000")
			address := "2001:db8:1:2::" + h.clock.Now().Format("05")
			if says(h.signIn(staff.Attempt{Login: login, Password: password, Address: address})) == "sign_in_wait" {
				waits++
			}
		}
		if waits != 10 {
			t.Errorf("%d of 60 tries waited, want 10", waits)
		}
	})
	for address, want := range map[string]string{"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "2001:db8:1:2:3::9": "2001:db8:1:2::/64",
		"2001:db8:1:2::/64": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "@": "@"} {
		if got := staff.Network(address); got != want {
			t.Errorf("%s is charged as %s, want %s", address, got, want)
		}
	}
}

// Too many at once is not a failure of whoever came last.
func TestGateFull(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("wang", "reader")
		h.guard.SetPatience(time.Millisecond)
		empty := h.guard.FillGate()
		for range 10 {
			h.want(h.signIn(staff.Attempt{Login: "wang", Password: password}), staff.ErrGateFull)
		}
		empty()
		h.guard.SetPatience(time.Minute)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password}), nil)
	})
}

// Who is nobody costs as many commits and hears as soon as somebody does.
func TestNobodyTakesAsLong(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("wang", "reader")
		commits := func(login string) int64 {
			before := h.d.Stats().Functions.Load()
			_ = h.signIn(staff.Attempt{Login: login, Password: "wrong horse battery"})
			return h.d.Stats().Functions.Load() - before
		}
		if somebody, nobody := commits("wang"), commits("nobody"); somebody != nobody || somebody != 2 {
			t.Errorf("somebody costs %d writes, nobody %d", somebody, nobody)
		}
	})
}

func TestSignInSubject(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var p staff.Person
		h.must(func(tx *db.Tx) (err error) {
			p, err = staff.Hire(tx, top, staff.Details{Login: "sso", Name: "单", Roles: []string{"reader"}, Subject: "https://id.example 42"})
			return err
		})
		in := func(subject string) error {
			return h.write(func(tx *db.Tx) error { _, err := staff.SignInSubject(tx, subject); return err })
		}
		h.want(in("https://id.example 42"), nil)
		h.want(in("https://id.example 43"), staff.ErrSubject)
		h.hire("wang", "reader") // without an identity
		h.want(in(""), staff.ErrSubject)
		h.must(func(tx *db.Tx) error { return staff.Disable(tx, top, p.ID) })
		h.want(in("https://id.example 42"), staff.ErrSubject)
	})
}
