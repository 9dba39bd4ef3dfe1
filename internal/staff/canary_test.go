package staff_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/journal"
	"baihuo/internal/staff"
)

// What must stay secret is in no way of printing what holds it, nor in the journal, nor
// in any fault.
func TestCanary(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const canary = "canary password 4711"
		p := h.hire("wang", "finance")
		h.want(h.guard.SetPassword(ctx, h.d, p.ID, password, canary), nil)
		var e staff.Enrolment
		h.must(func(tx *db.Tx) (err error) { e, err = h.guard.OfferCode(tx, p.ID); return err })
		h.must(func(tx *db.Tx) error { return h.guard.BindCode(tx, p.ID, h.code(e.Secret)) })
		var link string
		h.must(func(tx *db.Tx) (err error) { link, err = h.guard.Invite(tx, top, p.ID); return err })
		key, keySecret := h.key(staff.KeyDraft{Name: "x", Kind: "key_reader"})
		mark := h.device(p)
		attempt := staff.Attempt{Login: "canary 4711 login", Password: canary, Code: "471147", Device: mark, Address: "203.0.113.7"}
		p = h.get(p.ID)

		secrets := []string{canary, "canary 4711 login", "471147", e.Secret, link, keySecret, mark, "$argon2id$"}
		look := func(where, text string) {
			for _, s := range secrets {
				if strings.Contains(text, s) {
					t.Errorf("%s shows %q: %.200s", where, s, text)
				}
			}
		}
		for name, v := range map[string]any{"attempt": attempt, "person": p, "enrolment": e, "key": key, "caller": key.Caller(), "guard": h.guard,
			"attempts": []staff.Attempt{attempt}, "within": struct{ P staff.Person }{p}, "pointer": &attempt} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
				look(name+" "+verb, fmt.Sprintf(verb, v))
			}
			if b, err := json.Marshal(v); err == nil {
				look(name+" json", string(b))
			}
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("x", name, v)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("x", name, v)
			look(name+" log", log.String())
		}
		for _, err := range []error{h.signIn(attempt), h.signIn(staff.Attempt{Login: "wang", Password: canary, Code: "471147"}),
			h.guard.SetPassword(ctx, h.d, p.ID, canary, "canary"), h.guard.SetPassword(ctx, h.d, p.ID, "wrong horse battery", canary)} {
			look("fault", fmt.Sprintf("%v %+v", err, err))
		}
		if _, err := staff.NewRing(h.d, h.guard).Caller(ctx, keySecret+"x", somewhere); err == nil {
			t.Error("a wrong key is right")
		} else {
			look("fault", err.Error())
		}
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			rows, _, err := journal.Next(tx, journal.Position{}, 1000)
			for _, r := range rows {
				look("journal", fmt.Sprintf("%+v", r))
				if strings.Contains(r.Payload, "员工") {
					t.Errorf("the journal names a person: %s", r.Payload)
				}
			}
			if len(rows) < 8 {
				t.Errorf("the journal holds %d rows", len(rows))
			}
			return err
		})
	})
}
