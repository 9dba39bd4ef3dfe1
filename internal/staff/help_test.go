package staff_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
)

// house is an empty house with a guard whose hashes cost nothing and whose clock a test
// moves.
type house struct {
	testing.TB
	d     *db.DB
	clock *dbtest.Clock
	keys  *seal.Keyring
	guard *staff.Guard
}

var cheap = staff.Cost{MemoryKiB: 64, Passes: 1}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) { test(t, open(t, engine)) })
	}
}

func open(t testing.TB, engine db.Engine) *house {
	t.Helper()
	h := &house{TB: t, clock: dbtest.NewClock(), keys: seal.NewKeyring(rand.Reader, seal.Key{Version: 1})}
	h.d = dbtest.Open(t, engine, db.Options{Clock: h.clock.Now})
	h.guard = staff.NewGuard(h.keys, h.clock.Now, nil, cheap)
	return h
}

var ctx = context.Background()

func (h *house) write(fn func(*db.Tx) error) error { return h.d.Write(ctx, dbtest.By, fn) }

func (h *house) must(fn func(*db.Tx) error) {
	h.Helper()
	dbtest.Write(h, h.d, fn)
}

var top = staff.Machine("test")

const password = "correct horse battery"

// hire takes in a person who has a password.
func (h *house) hire(login string, roles ...string) staff.Person {
	h.Helper()
	return h.hireIn(staff.Everywhere(), login, roles...)
}

func (h *house) hireIn(scope staff.Scope, login string, roles ...string) staff.Person {
	h.Helper()
	var link string
	h.must(func(tx *db.Tx) (err error) {
		p, err := staff.Hire(tx, top, staff.Details{Login: login, Name: "员工" + login, Roles: roles, Scope: scope})
		if err != nil {
			return err
		}
		link, err = h.guard.Invite(tx, top, p.ID)
		return err
	})
	p, err := h.guard.UseLink(ctx, h.d, link, password)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *house) get(n id.Staff) (p staff.Person) {
	h.Helper()
	dbtest.Read(h, h.d, func(tx *db.Tx) (err error) { p, err = staff.Get(tx, n); return err })
	return p
}

// details are a person's as they stand.
func details(p staff.Person) staff.Details {
	return staff.Details{Login: p.Login, Name: p.Name, Lang: p.Lang, Roles: p.Roles, Scope: p.Scope, Subject: p.Subject}
}

// enrol binds an authenticator and gives what makes its codes.
func (h *house) enrol(n id.Staff) (secret string) {
	h.Helper()
	h.must(func(tx *db.Tx) error {
		e, err := h.guard.OfferCode(tx, n)
		secret = e.Secret
		return err
	})
	h.must(func(tx *db.Tx) error { return h.guard.BindCode(tx, n, h.code(secret)) })
	return secret
}

func (h *house) code(secret string) string {
	h.Helper()
	code, err := totp.GenerateCode(secret, h.clock.Now())
	if err != nil {
		h.Fatal(err)
	}
	return code
}

func (h *house) signIn(a staff.Attempt) error {
	_, err := h.guard.SignIn(ctx, h.d, a)
	return err
}

// says gives the fault's code of an error, "" for none.
func says(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}

func (h *house) want(err error, want *fault.Fault) {
	h.Helper()
	if want == nil && err == nil || want != nil && errors.Is(err, want) {
		return
	}
	h.Errorf("it says %v, want %v", err, want)
}

// story tells what the journal says about an object.
func (h *house) story(object int64) (all []string) {
	h.Helper()
	dbtest.Read(h, h.d, func(tx *db.Tx) error {
		rows, err := journal.Timeline(tx, object, 0, 500)
		for i, r := range rows {
			all = append(all, r.What)
			if r.Version != int64(i+1) {
				h.Errorf("row %d of the journal has version %d", i+1, r.Version)
			}
		}
		return err
	})
	return all
}

func (h *house) sound() {
	h.Helper()
	dbtest.Read(h, h.d, func(tx *db.Tx) error {
		_, breaches, err := staff.Audit(tx)
		if len(breaches) > 0 {
			h.Errorf("audit: %v", breaches)
		}
		return err
	})
}

func (h *house) count(text string, args ...any) (n int64) {
	h.Helper()
	dbtest.Read(h, h.d, func(tx *db.Tx) (err error) { n, err = tx.Number(text, args...); return err })
	return n
}

// tally counts answers by their code.
func tally(errs []error) string {
	n := map[string]int{}
	for _, err := range errs {
		n[says(err)]++
	}
	return fmt.Sprint(n)
}

func in(shops []id.Shop, warehouses []id.Warehouse) staff.Scope {
	return staff.Scope{Shops: shops, Warehouses: warehouses}
}

const day = 24 * time.Hour
