package api_test

import (
	"net/http"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// unsafe says what an answer's heads leave to a browser that was led to it.
func unsafe(head http.Header) (wrong []string) {
	policy := head.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(policy, want) || strings.Contains(policy, "unsafe-") {
			wrong = append(wrong, "the policy is "+policy)
		}
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store"} {
		if got := head.Get(name); got != want {
			wrong = append(wrong, name+" is "+got)
		}
	}
	return wrong
}

// Every answer of the API guards itself: each question of the table by its owner, by a
// stranger and without a key, what is not there, a method that is not taken, and what
// fails on our side.
func TestHeadsOfEveryAnswer(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	g := prepare(t, d)
	trials, seen := g.trials(), map[int]bool{}
	look := func(what string, got reply) {
		t.Helper()
		seen[got.status] = true
		for _, wrong := range unsafe(got.head) {
			t.Errorf("%s (%d): %s", what, got.status, wrong)
		}
	}
	for _, name := range sortedNames(g.contract.routes) {
		if r := g.contract.routes[name]; r.Method == http.MethodGet {
			at := fill(r.Path, append(trials[name].path, "7")...)
			look(name, g.as(g.owner(), r.Method, at, ""))
			look(name+" by a stranger", g.as(g.stranger(), r.Method, at, ""))
		}
	}
	look("what is not there", g.as(g.owner(), "GET", "/api/v1/orders/O-7", ""))
	look("no such address", g.as(g.owner(), "GET", "/api/v1/nothing", ""))
	look("an address put right", g.as(g.owner(), "GET", "/api//v1/../nothing", ""))
	look("another method", g.as(g.owner(), "DELETE", "/api/v1/orders", ""))
	look("a wrong question", g.as(g.owner(), "GET", "/api/v1/orders?limit=0", ""))
	look("a command without a key", g.send("POST", "/api/v1/orders", "", one("H-1")))
	o := open(t, dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now}), nil)
	look("an unknown API key", o.send("GET", "/api/v1/orders", "", "", "Authorization", "Bearer nobody"))
	dbtest.Write(t, o.h.D, func(tx *db.Tx) error { _, err := tx.Exec(`ALTER TABLE order_cards RENAME TO hidden`); return err })
	look("what fails", o.send("GET", "/api/v1/orders", "", ""))
	for _, status := range []int{200, 400, 401, 403, 404, 405, 500} {
		if !seen[status] {
			t.Errorf("no answer was a %d", status)
		}
	}
}
