package webhook_test

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/seal"
	"baihuo/internal/webhook"
)

func TestRotation(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, first := r.open(v.URL)
		v.secret = first
		r.happen(1)
		r.round()
		var second string
		r.write(func(tx *db.Tx) (err error) {
			if _, _, err := webhook.RotateSecret(tx, r.kit, e.ID, e.Version+1, "", time.Hour); !errors.Is(err, webhook.ErrStale) {
				t.Errorf("stale: %v", err)
			}
			if _, _, err := webhook.RotateSecret(tx, r.kit, e.ID, e.Version, "", 8*24*time.Hour); !errors.Is(err, webhook.ErrOverlap) {
				t.Errorf("too long: %v", err)
			}
			if _, _, err := webhook.RotateSecret(tx, r.kit, e.ID, e.Version, "whsec_short", time.Hour); !errors.Is(err, webhook.ErrInvalid) {
				t.Errorf("a bad secret: %v", err)
			}
			e, second, err = webhook.RotateSecret(tx, r.kit, e.ID, e.Version, "", time.Hour)
			return err
		})
		if first == second {
			t.Fatal("the secret is the same")
		}
		headers := http.Header{}
		v.then = func(w http.ResponseWriter, req *http.Request, e event) { headers = req.Header.Clone(); v.take(req, e) }
		for _, secret := range []string{first, second} { // both are good for an hour
			v.secret = secret
			r.happen(1)
			r.round()
		}
		if n := len(strings.Fields(headers.Get("webhook-signature"))); n != 2 {
			t.Errorf("%d signatures: %v", n, headers)
		}
		r.clock.Advance(time.Hour)
		r.write(func(tx *db.Tx) error { _, err := webhook.Forget(tx, 10); return err })
		r.happen(1)
		r.round()
		if n := len(strings.Fields(headers.Get("webhook-signature"))); n != 1 || r.get(e.ID).FormerUntil != 0 {
			t.Errorf("%d signatures after the hour: %v", n, headers)
		}
		// At the end of an emergency nothing of the old one is left.
		own := "whsec_" + strings.Repeat("Q", 32)
		r.write(func(tx *db.Tx) error {
			_, got, err := webhook.RotateSecret(tx, r.kit, e.ID, e.Version, own, 0)
			if got != own {
				t.Errorf("the caller's own secret became %s", got)
			}
			return err
		})
		v.secret = own
		r.happen(1)
		r.round()
		r.inOrder(v, 1)
		r.read(func(tx *db.Tx) error { // no secret lies in the clear
			n, err := tx.Number(`SELECT COUNT(*) FROM webhook_endpoints WHERE CAST(secret_cipher AS TEXT) LIKE '%whsec%'`)
			if r.d.Engine() == db.SQLite && n != 0 {
				t.Error("the secret is stored in the clear")
			}
			if r.d.Engine() == db.Postgres {
				return nil
			}
			return err
		})
		r.sound()
	})
}

// With the real clock, the library's whole check passes, over TLS.
func TestVerifiedByTheLibrary(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	r := newRig(t, d, nil)
	v := newReceiver(t, true)
	roots := x509.NewCertPool()
	roots.AddCert(v.Certificate())
	r.send = webhook.NewSender(d, r.kit, webhook.Options{Roots: roots})
	_, secret := r.open(v.URL)
	hook, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	called := false
	v.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		called = true
		body := make([]byte, req.ContentLength)
		_, _ = req.Body.Read(body)
		if err := hook.Verify(body, req.Header); err != nil {
			t.Error(err)
		}
		if err := hook.Verify(append(body, ' '), req.Header); err == nil {
			t.Error("a changed body passes")
		}
	})
	r.happen(1)
	if r.round(); !called {
		t.Error("nobody called")
	}
}

// A change of the master key turns both secrets, and deliveries go on.
func TestReseal(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, first := r.open(v.URL)
		for range 3 {
			r.open("https://hooks.example.com/", "order.*")
		}
		r.write(func(tx *db.Tx) (err error) {
			_, _, err = webhook.RotateSecret(tx, r.kit, e.ID, 1, "", time.Hour)
			return err
		})
		v.secret = first
		newer := seal.NewKeyring(rand.Reader, seal.Key{Version: 1}, seal.Key{Version: 2})
		counted, changed := int64(0), int64(0)
		for after, done := int64(0), false; !done; {
			r.write(func(tx *db.Tx) error {
				turn, err := webhook.Sealed().Reseal(tx, newer, after, 2)
				after, changed, counted, done = turn.Next, changed+turn.Changed, counted+turn.Seen, turn.Next == 0
				return err
			})
		}
		if counted != 4 || changed != 4 {
			t.Errorf("%d seen, %d changed", counted, changed)
		}
		r.read(func(tx *db.Tx) error {
			tally, err := webhook.Sealed().Tally(tx, 0, 10)
			if tally.Versions[2] != 4 || len(tally.Versions) != 1 || tally.Next != 0 {
				t.Errorf("%+v", tally)
			}
			return err
		})
		r.kit.Keys = newer
		r.send = webhook.NewSender(r.d, r.kit, webhook.Options{})
		r.happen(1)
		r.round()
		r.inOrder(v, 1)
	})
}
