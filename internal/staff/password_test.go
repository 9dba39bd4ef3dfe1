package staff_test

import (
	"strings"
	"testing"
	"time"

	"baihuo/internal/staff"
)

func TestCheckPassword(t *testing.T) {
	for _, weak := range []string{"", "short", "123456789", "1234567890", "0987654321", "aaaaaaaaaaaa", "abcabcabcabc", "password123!", "P@ssw0rd2026",
		"Admin@1234567", "20261111000", "qwertyuiop!!", "chen.ping2026", "2026CHEN.PING", "abcdefghijklm", strings.Repeat("ab12", 33), "broken\xff\xfetext",
		"１２３４５６７８９０", "baihuo 2026 !!", "wang 123456"} {
		login := "chen.ping"
		if strings.HasPrefix(weak, "wang") {
			login = "wan"
			weak = "wan 1234567"
		}
		if says(staff.CheckPassword(login, weak)) != "password_weak" {
			t.Errorf("%q is taken", weak)
		}
	}
	for _, good := range []string{"correct horse battery", "北京的冬天很冷要多穿衣", "xK7#mQ9$vL2p", "li gives me three coins", strings.Repeat("a1b2c3", 21)} {
		if err := staff.CheckPassword("li", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestSetPassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p := h.hire("wang", "reader")
		const fresh = "another good password"
		h.session(p, "one")
		mark := h.device(p)
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, "wrong horse battery", fresh), staff.ErrSignIn)
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, password, "weak"), staff.ErrPassword)
		if !h.live("one") {
			t.Error("a refused change signs out")
		}
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, password, fresh), nil)
		if h.live("one") {
			t.Error("a session from before lives")
		}
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: password, Device: mark}), staff.ErrSignIn)
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: fresh}), nil)
		h.want(h.guard.SetPassword(ctx, h.d, 12345, password, fresh), staff.ErrMissing)

		looked := 0
		for range 30 { // who found an open session guesses the old password
			if says(h.guard.SetPassword(ctx, h.d, p.ID, "wrong horse battery", fresh)) == "sign_in_wrong" {
				looked++
			}
		}
		if looked != 5 {
			t.Errorf("%d guesses were looked at, want 5", looked)
		}
		h.want(h.signIn(staff.Attempt{Login: "wang", Password: fresh}), nil) // the door is another matter
		h.clock.Advance(time.Hour)
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, fresh, password), nil)
		h.sound()
	})
}
