package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// The forms that hold JSON refuse it by a sentence when it is nested as deep as a form
// has room for.
func TestDeepForms(t *testing.T) {
	s := openStore(t, dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now}))
	s.hire("owner", everywhere(), "owner")
	clerk, owner := s.in("clerk"), s.in("owner")
	const levels = 10_000
	for name, deep := range map[string]string{"lists": strings.Repeat("[", levels) + strings.Repeat("]", levels), "objects": strings.Repeat(`{"a":`, levels), "lists cut off": strings.Repeat("[", 3*levels)} {
		for _, doc := range []string{deep, `{"lines":` + deep + `}`, `{"key":` + deep + `}`} {
			if a := clerk.post("/store/sale", url.Values{"sale": {doc}}); a.status != http.StatusBadRequest && a.status != http.StatusRequestEntityTooLarge {
				t.Errorf("a sale of %s: %d %.200s", name, a.status, text(a.body))
			}
		}
		if s.sold() != 0 {
			t.Errorf("%s were sold", name)
		}
		form := url.Values{"name": {"深"}, "owner": {"审单"}, "expression": {"total > 1"}, "then": {deep}, "kind": {"review"}, "do": {"save"}}
		if a := owner.act("/rules/new", "/rules/new", form); a.status < 400 || a.status > 499 {
			t.Errorf("a rule of %s: %d", name, a.status)
		}
	}
}
