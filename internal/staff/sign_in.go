package staff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Attempt is one try to sign in. Printed, it shows nothing: people type passwords
// into the field of the name, too.
type Attempt struct {
	Login    string
	Password string
	// Code is the second factor, empty where none is asked for.
	Code string
	// Device is the mark that an earlier sign-in left, Address the caller's.
	Device  string
	Address string
}

const attemptText = "[sign-in attempt]"

// String shows nothing of it.
func (a Attempt) String() string { return attemptText }

// Format shows nothing of it, whatever the verb.
func (a Attempt) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, attemptText) }

// LogValue shows nothing of it.
func (a Attempt) LogValue() slog.Value { return slog.StringValue(attemptText) }

// MarshalText shows nothing of it.
func (a Attempt) MarshalText() ([]byte, error) { return []byte(attemptText), nil }

// try is an attempt on its way: whom it names, and what it was charged to.
type try struct {
	person  Person // the zero Person is nobody
	known   bool   // the device is
	charged []bucket
	cleared []bucket // what a good sign-in clears
}

// SignIn tells who it is. A person with a second factor gives it in the same
// attempt, or after ErrCodeNeeded with GiveCode: the person comes with that fault, for
// the password was right, and nobody is charged. Unknown names, disabled people and
// wrong passwords hear the same, take the same time and cost as many writes. Faults:
// ErrSignIn, ErrCodeNeeded, ErrWait, ErrGateFull.
//
// It is an errand: hashing takes a quarter of a second and so stands between two
// transactions.
func (g *Guard) SignIn(ctx context.Context, d *db.DB, a Attempt) (Person, error) {
	var t try
	err := d.Write(ctx, db.By{Actor: "web", Cause: "sign in"}, func(tx *db.Tx) error {
		p, err := ByLogin(tx, a.Login)
		if err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
		t, err = g.begin(tx, p, a)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	ctx = context.WithoutCancel(ctx) // what was charged is settled, whoever still listens
	by := db.By{Actor: t.actor(), Cause: "sign in"}
	right, err := g.matches(ctx, t.gate(g), a.Password, t.hash())
	if err != nil {
		return Person{}, giveBack(ctx, d, by, t.charged, err)
	}
	var p Person
	var refusal error
	err = d.Write(ctx, by, func(tx *db.Tx) (err error) {
		p, refusal, err = g.settle(tx, t, right, a.Code)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return p, refusal
}

// GiveCode takes the second factor of somebody whose password was right. Only Code,
// Device and Address of the attempt count. A try is charged like one to sign in, so
// codes are guessed no faster than passwords. Faults: ErrSignIn, ErrWait, ErrMissing.
func (g *Guard) GiveCode(ctx context.Context, d *db.DB, n id.Staff, a Attempt) (p Person, err error) {
	var refusal error
	err = d.Write(ctx, db.By{Actor: n.String(), Cause: "sign in"}, func(tx *db.Tx) error {
		now, err := lock(tx, n)
		if err != nil {
			return err
		}
		if now.DisabledAt != 0 || !now.HasCode {
			return ErrSignIn
		}
		a.Login = now.Login
		t, err := g.begin(tx, now, a)
		if err != nil {
			return err
		}
		p, refusal, err = g.settle(tx, t, true, cmp.Or(a.Code, "none"))
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// giveBack takes the charge of a try back that why kept from being looked at, and
// gives why.
func giveBack(ctx context.Context, d *db.DB, by db.By, charged []bucket, why error) error {
	if err := d.Write(context.WithoutCancel(ctx), by, func(tx *db.Tx) error { return uncharge(tx, charged) }); err != nil {
		return err
	}
	return why
}

func (t try) actor() string {
	if t.person.ID == 0 {
		return "web"
	}
	return t.person.ID.String()
}

func (t try) gate(g *Guard) gate {
	if t.known {
		return g.known
	}
	return g.strange
}

// hash is what the password must match; empty when nothing may.
func (t try) hash() string {
	if t.person.DisabledAt != 0 {
		return ""
	}
	return t.person.password
}

// begin charges an attempt of p, or of nobody. The device's bucket is charged where
// the mark is known, until it has had its tries.
func (g *Guard) begin(tx *db.Tx, p Person, a Attempt) (t try, err error) {
	t.person = p
	if t.known, err = knownDevice(tx, p.ID, a.Device); err != nil {
		return t, err
	}
	strangers := strangerBuckets(a.Login, a.Address)
	if !t.known {
		t.charged, t.cleared = strangers, strangers
		return t, charge(tx, g.now(), strangers)
	}
	own := []bucket{deviceBucket(p.ID, a.Device)}
	t.charged, t.cleared = own, own
	if err = charge(tx, g.now(), own); errors.Is(err, errSpent) {
		t.known, t.charged, t.cleared = false, strangers, slices.Concat(strangers, own)
		err = charge(tx, g.now(), strangers)
	}
	return t, err
}

// settle decides an attempt under the person's lock and writes it down; the refusal
// is what the caller hears when the transaction stands.
func (g *Guard) settle(tx *db.Tx, t try, right bool, code string) (p Person, refusal, err error) {
	if t.person.ID == 0 { // nobody: as much is written as for somebody
		return Person{}, ErrSignIn, touch(tx, t.charged, g.now())
	}
	if p, err = lock(tx, t.person.ID); err != nil {
		return Person{}, nil, err
	}
	if !right || p.password != t.person.password || p.DisabledAt != 0 {
		return Person{}, ErrSignIn, note(tx, p.ID, "sign_in_failed", map[string]string{"factor": "password"})
	}
	if p.HasCode && code == "" {
		return p, ErrCodeNeeded, uncharge(tx, t.charged)
	}
	if p.HasCode {
		ok, err := g.spendCode(tx, p, code)
		if err != nil {
			return Person{}, nil, err
		}
		if !ok {
			return Person{}, ErrSignIn, note(tx, p.ID, "sign_in_failed", map[string]string{"factor": "code"})
		}
	}
	if err := refund(tx, t.cleared); err != nil {
		return Person{}, nil, err
	}
	err = entered(tx, &p)
	return p, nil, err
}

func entered(tx *db.Tx, p *Person) error {
	p.SignedInAt = tx.Now()
	if _, err := tx.Exec(`/* staff.entered */ UPDATE staff SET signed_in_at = $1 WHERE staff_id = $2`, tx.Now(), p.ID); err != nil {
		return err
	}
	return note(tx, p.ID, "signed_in", nil)
}

// SignInSubject tells who a single sign-on identity is. Its second factor is the
// provider's matter. Faults: ErrSubject.
func SignInSubject(tx *db.Tx, subject string) (Person, error) {
	list, err := db.List(tx, `/* staff.SignInSubject */ SELECT `+columns+` FROM staff WHERE subject = $1 AND subject <> '' FOR UPDATE`,
		scan, subject)
	if err != nil {
		return Person{}, err
	}
	if len(list) == 0 || list[0].DisabledAt != 0 {
		return Person{}, ErrSubject
	}
	p := list[0]
	err = entered(tx, &p)
	return p, err
}
