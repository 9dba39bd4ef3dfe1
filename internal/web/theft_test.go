package web_test

import (
	"net/http"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// A cookie that somebody copied is worth nothing once its owner has signed out
// everywhere, on no node; and a person limited to no shop opens no order page.
func TestStolenCookie(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := raise(t, d, from)
		s.hire("wang", shops(), "reader")
		v := s.in("wang")
		if got := v.get("/account"); got.status != http.StatusOK {
			t.Fatalf("signed in: %d", got.status)
		}
		if got := v.get("/orders/O-1"); got.status != http.StatusNotFound {
			t.Errorf("an order of nobody: %d", got.status)
		}
		other := s.node(d)
		v2 := other.visitor()
		v2.signIn("wang")
		if got := v2.act("/account", "/account/sessions/end-all", nil); got.status >= 400 {
			t.Fatalf("ending all sessions: %d %s", got.status, text(got.body))
		}
		if got := v.get("/account"); got.status == http.StatusOK {
			t.Error("a session lives on after its person signed out everywhere")
		}
	})
}
