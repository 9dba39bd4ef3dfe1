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

// device makes a browser known to a person and gives its mark.
func (h *house) device(p staff.Person) string {
	h.Helper()
	mark, _ := h.remember(p.ID, "")
	return mark
}

func (h *house) remember(n id.Staff, mark string) (kept string, fresh bool) {
	h.Helper()
	h.must(func(tx *db.Tx) (err error) {
		kept, fresh, err = h.guard.RememberDevice(tx, n, mark, "Chrome\x00 · Win\u202edows")
		return err
	})
	return kept, fresh
}

func TestDevices(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p, q := h.hire("wang", "reader"), h.hire("li", "reader")
		mark, fresh := h.remember(p.ID, "a mark that somebody planted")
		if !fresh || mark == "a mark that somebody planted" || len(mark) < 40 {
			t.Fatalf("the first visit keeps %q, fresh %v", mark, fresh)
		}
		if again, fresh := h.remember(p.ID, mark); fresh || again != mark {
			t.Error("the second visit is a new device")
		}
		shared, fresh := h.remember(q.ID, mark)
		if !fresh || shared != mark {
			t.Error("a second person on the same browser takes its mark away, or is known there already")
		}
		if again, _ := h.remember(p.ID, shared); again != mark {
			t.Error("people who share a browser push each other out")
		}
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			list, err := staff.DevicesOf(tx, p.ID)
			if len(list) != 1 || list[0].Label != "Chrome · Windows" {
				t.Errorf("devices: %+v", list)
			}
			return err
		})
		if diff := cmp.Diff([]string{"hired", "invited", "password_set", "device_new"}, h.story(int64(p.ID))); diff != "" {
			t.Error(diff)
		}
		h.must(func(tx *db.Tx) error { return staff.SignOutEverywhere(tx, p.ID) })
		if _, fresh := h.remember(p.ID, mark); !fresh {
			t.Error("signing out everywhere leaves a device known")
		}
		h.sound()
	})
}

// Ten failures in a day make a known device a stranger's, so a stolen mark is worth
// little; its person's next sign-in makes it known again.
func TestDeviceHasItsTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := h.hire("wang", "reader")
		mark := h.device(p)
		guess := func(device string) string {
			return says(h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Device: device}))
		}
		for range 10 {
			h.clock.Advance(time.Minute)
			if got := guess(mark); got != "sign_in_wrong" {
				t.Fatal(got)
			}
		}
		for range 5 {
			guess("")
		}
		if got := guess(mark); got != "sign_in_wait" {
			t.Errorf("the eleventh: %s", got)
		}
		h.clock.Advance(time.Minute)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Device: mark}), nil)
		for range 9 {
			guess("")
		}
		if got := guess(mark); got != "sign_in_wrong" {
			t.Errorf("after a good sign-in: %s", got)
		}
	})
}

func TestForgetting(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p := h.hire("wang", "reader")
		h.device(p)
		h.session(p, "one")
		_ = h.signIn(staff.Attempt{Login: "wang", Password: "wrong horse battery", Address: "203.0.113.7"})
		h.must(func(tx *db.Tx) error { _, err := h.guard.Invite(tx, top, p.ID); return err })
		forget := func(limit int) (gone int) {
			h.must(func(tx *db.Tx) (err error) { gone, err = staff.ForgetTries(tx, h.guard, limit); return err })
			return gone
		}
		if n := forget(100); n != 0 {
			t.Errorf("%d rows of today went", n)
		}
		h.clock.Advance(2*day + time.Minute)
		if n, rest := forget(1), forget(100); n != 3 || rest != 1 {
			t.Errorf("%d and %d rows went, want a try, a session and a link, then the other try", n, rest)
		}
		h.clock.Advance(181 * day)
		if n := forget(100); n != 1 {
			t.Errorf("%d rows went, want the device", n)
		}
		h.sound()
	})
}
