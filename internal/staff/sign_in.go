package staff

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Attempt is one try to sign in.
type Attempt struct {
	Login    string
	Password string
	// Code is the second factor, empty where none is asked for.
	Code string
	// Device is the mark that an earlier sign-in left, Address the caller's.
	Device  string
	Address string
}

// SignIn tells who it is. A person with a second factor gives it in the same
// attempt, or after ErrCodeNeeded with GiveCode: the person comes with that fault, for
// the password was right, and nobody is charged. Unknown names, disabled people and
// wrong passwords hear the same and take the same time. Faults: ErrSignIn,
// ErrCodeNeeded, ErrWait, ErrGateFull.
//
// It is an errand: hashing takes a quarter of a second and so stands between two
// transactions.
func (g *Guard) SignIn(ctx context.Context, d *db.DB, a Attempt) (Person, error) {
	by := db.By{Actor: "web", Cause: "sign in"}
	var p Person
	var charged []bucket
	err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
		p, err = byLogin(tx, a.Login)
		if err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
		device := ""
		if known, err := knownDevice(tx, p.ID, a.Device); err != nil {
			return err
		} else if known {
			device = a.Device
		}
		charged = buckets(a.Login, device, a.Address)
		return charge(tx, g.now(), charged)
	})
	if err != nil {
		return Person{}, err
	}
	hash := p.password
	if p.DisabledAt != 0 {
		hash = ""
	}
	right, err := g.matches(a.Password, hash)
	if err != nil {
		return Person{}, err
	}
	err = d.Write(ctx, db.By{Actor: actorOf(p), Cause: "sign in"}, func(tx *db.Tx) error {
		if !right {
			return g.failed(tx, p)
		}
		if p.HasCode && a.Code == "" { // ErrCodeNeeded, below
			for _, b := range charged {
				if err := uncharge(tx, b); err != nil {
					return err
				}
			}
			return nil
		}
		return g.enter(tx, &p, a, charged)
	})
	switch {
	case err != nil:
		return Person{}, err
	case !right:
		return Person{}, ErrSignIn
	case p.HasCode && a.Code == "":
		return p, ErrCodeNeeded
	}
	return p, nil
}

// GiveCode takes the second factor of somebody whose password was right. Only Code,
// Device and Address of the attempt count. A try is charged like one to sign in, so
// codes are guessed no faster than passwords. Faults: ErrSignIn, ErrWait.
func (g *Guard) GiveCode(ctx context.Context, d *db.DB, n id.Staff, a Attempt) (p Person, err error) {
	right := false
	err = d.Write(ctx, db.By{Actor: n.String(), Cause: "sign in"}, func(tx *db.Tx) error {
		right = false
		if p, err = lock(tx, n); err != nil {
			return err
		}
		if p.DisabledAt != 0 || !p.HasCode {
			return ErrSignIn
		}
		known, err := knownDevice(tx, n, a.Device)
		if err != nil {
			return err
		}
		if !known {
			a.Device = ""
		}
		charged := buckets(p.Login, a.Device, a.Address)
		if err := charge(tx, g.now(), charged); err != nil {
			return err
		}
		if right, err = g.spendCode(tx, p, a.Code); err != nil || !right {
			return errors.Join(err, g.failed(tx, p))
		}
		return g.entered(tx, &p, charged)
	})
	if err == nil && !right {
		err = ErrSignIn
	}
	return p, err
}

func actorOf(p Person) string {
	if p.ID == 0 {
		return "web"
	}
	return p.ID.String()
}

// failed leaves a trace where there is a person to leave it with; the throttle
// bounds how many.
func (g *Guard) failed(tx *db.Tx, p Person) error {
	if p.ID == 0 {
		return nil
	}
	return note(tx, p.ID, "sign_in_failed", nil)
}

// enter checks the second factor and writes the sign-in down.
func (g *Guard) enter(tx *db.Tx, p *Person, a Attempt, charged []bucket) error {
	now, err := lock(tx, p.ID)
	if err != nil {
		return err
	}
	if now.password != p.password || now.DisabledAt != 0 {
		return ErrSignIn
	}
	*p = now
	if p.HasCode {
		ok, err := g.spendCode(tx, *p, a.Code)
		if err != nil {
			return err
		}
		if !ok {
			return ErrSignIn
		}
	}
	return g.entered(tx, p, charged)
}

func (g *Guard) entered(tx *db.Tx, p *Person, charged []bucket) error {
	if _, err := tx.Exec(`/* staff.entered */ UPDATE staff SET signed_in_at = $1 WHERE staff_id = $2`, tx.Now(), p.ID); err != nil {
		return err
	}
	if err := refund(tx, charged); err != nil {
		return err
	}
	return note(tx, p.ID, "signed_in", nil)
}

// SignInSubject tells who a single sign-on identity is. Faults: ErrSubject.
func (g *Guard) SignInSubject(tx *db.Tx, subject string) (Person, error) {
	list, err := db.List(tx, `/* staff.SignInSubject */ SELECT `+columns+` FROM staff WHERE subject = $1 AND subject <> '' FOR UPDATE`, scan, subject)
	if err != nil {
		return Person{}, err
	}
	if len(list) == 0 || list[0].DisabledAt != 0 {
		return Person{}, ErrSubject
	}
	return list[0], g.entered(tx, &list[0], nil)
}

// codeStep is the life of one code, RFC 6238's default.
const codeStep = 30

const purposeCode = "staff.totp"

// codeIssuer is how an authenticator names this house.
const codeIssuer = "Baihuo"

// spendCode says whether a code is right now, one step early or late, and not one
// that was used before.
func (g *Guard) spendCode(tx *db.Tx, p Person, code string) (bool, error) {
	secret, err := g.keys.Open(purposeCode, p.totp)
	if err != nil {
		return false, err
	}
	now := g.wall().Unix() / codeStep
	for step := now - 1; step <= now+1; step++ {
		if step <= p.totpStep {
			continue
		}
		ok, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil || !ok {
			continue
		}
		n, err := tx.Exec(`/* staff.spendCode */ UPDATE staff SET totp_step = $1 WHERE staff_id = $2 AND totp_step < $3`, step, p.ID, step)
		return n == 1, err
	}
	return false, nil
}

// Enrolment is what an authenticator needs to know, shown once.
type Enrolment struct {
	Secret string // base32, for typing
	URL    string // otpauth://, for the QR code
}

// OfferCode makes a secret for a person's authenticator. It counts only after
// BindCode. Faults: ErrEnrolled.
func (g *Guard) OfferCode(tx *db.Tx, n id.Staff) (Enrolment, error) {
	p, err := lock(tx, n)
	if err != nil {
		return Enrolment{}, err
	}
	if p.HasCode {
		return Enrolment{}, ErrEnrolled
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: codeIssuer, AccountName: p.Login, Rand: g.random})
	if err != nil {
		return Enrolment{}, err
	}
	_, err = tx.Exec(`/* staff.OfferCode */ UPDATE staff SET totp_cipher = $1, totp_step = 0 WHERE staff_id = $2`,
		g.keys.Seal(purposeCode, key.Secret()), n)
	return Enrolment{Secret: key.Secret(), URL: key.URL()}, err
}

// Offered gives the secret that was offered and is not bound yet; found is false when
// there is none.
func (g *Guard) Offered(tx *db.Tx, n id.Staff) (e Enrolment, found bool, err error) {
	p, err := Get(tx, n)
	if err != nil || p.HasCode || len(p.totp) == 0 {
		return Enrolment{}, false, err
	}
	secret, err := g.keys.Open(purposeCode, p.totp)
	if err != nil {
		return Enrolment{}, false, err
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return Enrolment{}, false, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: codeIssuer, AccountName: p.Login, Secret: raw})
	if err != nil {
		return Enrolment{}, false, err
	}
	return Enrolment{Secret: secret, URL: key.URL()}, true, nil
}

// BindCode makes the offered secret count, proved by a code. Faults: ErrCode,
// ErrEnrolled.
func (g *Guard) BindCode(tx *db.Tx, n id.Staff, code string) error {
	p, err := lock(tx, n)
	if err != nil {
		return err
	}
	if p.HasCode {
		return ErrEnrolled
	}
	if len(p.totp) == 0 {
		return ErrCode
	}
	ok, err := g.spendCode(tx, p, code)
	if err != nil {
		return err
	}
	if !ok {
		return ErrCode
	}
	if _, err := tx.Exec(`/* staff.BindCode */ UPDATE staff SET totp_at = $1 WHERE staff_id = $2`, tx.Now(), n); err != nil {
		return err
	}
	return note(tx, n, "code_bound", nil)
}

// DropCode takes a lost authenticator off a person, who binds a new one at the next
// sign-in when a role asks for it.
func DropCode(tx *db.Tx, by Caller, n id.Staff) error {
	p, err := lock(tx, n)
	if err != nil {
		return err
	}
	if err := mayGrant(by, Details{Roles: p.Roles, Scope: p.Scope}); err != nil {
		return err
	}
	if _, err := tx.Exec(`/* staff.DropCode */ UPDATE staff SET totp_cipher = $1, totp_step = 0, totp_at = 0 WHERE staff_id = $2`,
		[]byte{}, n); err != nil {
		return err
	}
	if err := SignOutEverywhere(tx, n); err != nil {
		return err
	}
	return note(tx, n, "code_dropped", nil)
}

// SetPassword gives a person a new password, proved by the old one (UseLink: by a
// link). All sessions end. Guessing the old one from an open session is slowed
// like guessing at the door. Faults: ErrPassword, ErrSignIn, ErrWait, ErrGateFull.
func (g *Guard) SetPassword(ctx context.Context, d *db.DB, n id.Staff, old, fresh string) error {
	var p Person
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { p, err = Get(tx, n); return err }); err != nil {
		return err
	}
	if err := checkPassword(p, fresh); err != nil {
		return err
	}
	tries := buckets("change "+p.Login, "", "")
	by := db.By{Actor: n.String(), Cause: "password"}
	if err := d.Write(ctx, by, func(tx *db.Tx) error { return charge(tx, g.now(), tries) }); err != nil {
		return err
	}
	right, err := g.matches(old, p.password)
	if err != nil {
		return err
	}
	if !right {
		return ErrSignIn
	}
	hash := g.hash(fresh)
	return d.Write(ctx, by, func(tx *db.Tx) error {
		now, err := lock(tx, n)
		if err != nil {
			return err
		}
		if now.password != p.password {
			return ErrSignIn
		}
		if err := refund(tx, tries); err != nil {
			return err
		}
		return savePassword(tx, n, hash)
	})
}

func savePassword(tx *db.Tx, n id.Staff, hash string) error {
	if _, err := tx.Exec(`/* staff.savePassword */ UPDATE staff SET password = $1 WHERE staff_id = $2`, hash, n); err != nil {
		return err
	}
	if err := SignOutEverywhere(tx, n); err != nil {
		return err
	}
	return note(tx, n, "password_set", nil)
}

// LinkLives is how long a link may be used.
const LinkLives = 24 * time.Hour

// Invite makes a one-time link's secret, with which the person sets a password.
// Links made before are void.
func (g *Guard) Invite(tx *db.Tx, by Caller, n id.Staff) (secret string, err error) {
	p, err := lock(tx, n)
	if err != nil {
		return "", err
	}
	if err := mayGrant(by, Details{Roles: p.Roles, Scope: p.Scope}); err != nil {
		return "", err
	}
	if _, err := tx.Exec(`/* staff.Invite */ DELETE FROM staff_links WHERE staff_id = $1`, n); err != nil {
		return "", err
	}
	secret = g.secret()
	if _, err := tx.Exec(`/* staff.Invite */ INSERT INTO staff_links (digest, staff_id, expires_at) VALUES ($1, $2, $3)`,
		digest(secret), n, g.now().Add(LinkLives)); err != nil {
		return "", err
	}
	return secret, note(tx, n, "invited", nil)
}

// Invited says whose link it is, or ErrLink.
func (g *Guard) Invited(tx *db.Tx, secret string) (Person, error) {
	n, err := tx.Number(`/* staff.Invited */ SELECT staff_id FROM staff_links WHERE digest = $1 AND expires_at > $2`, digest(secret), g.now())
	if err != nil {
		return Person{}, err
	}
	if n == 0 {
		return Person{}, ErrLink
	}
	p, err := Get(tx, id.Staff(n))
	if err == nil && p.DisabledAt != 0 {
		err = ErrLink
	}
	return p, err
}

// UseLink sets the password of the link's person and uses the link up. Faults:
// ErrLink, ErrPassword.
func (g *Guard) UseLink(ctx context.Context, d *db.DB, secret, fresh string) (p Person, err error) {
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { p, err = g.Invited(tx, secret); return err }); err != nil {
		return Person{}, err
	}
	if err := checkPassword(p, fresh); err != nil {
		return Person{}, err
	}
	hash := g.hash(fresh)
	err = d.Write(ctx, db.By{Actor: p.ID.String(), Cause: "link"}, func(tx *db.Tx) error {
		n, err := tx.Exec(`/* staff.UseLink */ DELETE FROM staff_links WHERE digest = $1 AND expires_at > $2`, digest(secret), g.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLink
		}
		return savePassword(tx, p.ID, hash)
	})
	return p, err
}

// SetUp makes the first owner and the secret of the link that opens the house, when
// nobody works here yet; otherwise it gives an empty secret. While the first owner
// has not used the link, each start makes a new one.
func (g *Guard) SetUp(tx *db.Tx) (secret string, err error) {
	people, err := List(tx)
	if err != nil {
		return "", err
	}
	house := Machine("setup")
	switch {
	case len(people) == 0:
		p, err := Hire(tx, house, Details{Login: "owner", Name: "老板", Roles: []string{"owner"}, Scope: Everywhere()})
		if err != nil {
			return "", err
		}
		return g.Invite(tx, house, p.ID)
	case len(people) == 1 && !people[0].HasPassword && people[0].Subject == "":
		return g.Invite(tx, house, people[0].ID)
	}
	return "", nil
}

func encodeDigest(b []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(nil, b)
}
