package staff

import (
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"golang.org/x/text/unicode/norm"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// codeStep is the life of one code in seconds, RFC 6238's default.
const codeStep = 30

const purposeCode = "staff.totp"

// codeIssuer is how an authenticator names this house.
const codeIssuer = "Baihuo"

// spendCode says whether a code is right now, one step early or late, and not one
// that was used before. The person is locked.
func (g *Guard) spendCode(tx *db.Tx, p Person, code string) (bool, error) {
	secret, err := g.keys.Open(purposeCode, p.totp)
	if err != nil {
		return false, err
	}
	code = norm.NFKC.String(code)
	now := g.wall().Unix() / codeStep
	for step := now - 1; step <= now+1; step++ {
		if step <= p.totpStep {
			continue
		}
		ok, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil || !ok {
			continue // also a code that is not six digits
		}
		n, err := tx.Exec(`/* staff.spendCode */ UPDATE staff SET totp_step = $1 WHERE staff_id = $2 AND totp_step < $3`, step, p.ID, step)
		return n == 1, err
	}
	return false, nil
}

// Enrolment is what an authenticator needs to know, shown once to its person and
// never printed.
type Enrolment struct {
	Secret string // base32, for typing
	URL    string // otpauth://, for the QR code
}

const enrolmentText = "[authenticator secret]"

// String shows nothing of it.
func (e Enrolment) String() string { return enrolmentText }

// Format shows nothing of it, whatever the verb.
func (e Enrolment) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, enrolmentText) }

// LogValue shows nothing of it.
func (e Enrolment) LogValue() slog.Value { return slog.StringValue(enrolmentText) }

// MarshalText shows nothing of it.
func (e Enrolment) MarshalText() ([]byte, error) { return []byte(enrolmentText), nil }

// OfferCode makes a secret for a person's authenticator. It counts only after
// BindCode. Faults: ErrMissing, ErrEnrolled.
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
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Secret: key.Secret(), URL: key.URL()}, note(tx, n, "code_offered", nil)
}

// Offered gives the secret that was offered and is not bound yet; found is false when
// there is none. Fault: ErrMissing.
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

// BindCode makes the offered secret count, proved by a code. Sessions that were opened
// without it end: the door opens this one anew. Faults: ErrMissing, ErrCode,
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
	if err := endSessions(tx, n); err != nil {
		return err
	}
	return note(tx, n, "code_bound", nil)
}

// DropCode takes a lost authenticator off a person, who binds a new one at the next
// sign-in when a role asks for it. Faults: ErrMissing, ErrNotPermitted, ErrBeyond.
func DropCode(tx *db.Tx, by Caller, n id.Staff) error {
	p, err := lock(tx, n)
	if err != nil {
		return err
	}
	if err := MayTouch(by, p); err != nil {
		return err
	}
	if _, err := tx.Exec(`/* staff.DropCode */ UPDATE staff SET totp_cipher = $1, totp_step = 0, totp_at = 0 WHERE staff_id = $2`,
		[]byte{}, n); err != nil {
		return err
	}
	if err := endSessions(tx, n); err != nil {
		return err
	}
	return note(tx, n, "code_dropped", nil)
}

// ResealCodes does one step of a change of the master key: the secrets of at most
// limit people after one are sealed anew.
func ResealCodes(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, err := sealed(tx, after, limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = int64(page[len(page)-1].ID)
	}
	for _, p := range page {
		fresh, err := keys.Reseal(purposeCode, p.totp)
		if err != nil {
			return turn, err
		}
		if len(p.totp) == 0 || keys.Current(p.totp) {
			continue
		}
		n, err := tx.Exec(`/* staff.ResealCodes */ UPDATE staff SET totp_cipher = $1 WHERE staff_id = $2 AND totp_cipher = $3`,
			fresh, p.ID, p.totp)
		if err != nil {
			return turn, err
		}
		turn.Changed += n
	}
	return turn, nil
}

// TallyCodes counts a page of sealed secrets by the key that sealed them.
func TallyCodes(tx *db.Tx, after int64, limit int) (t seal.Tally, err error) {
	page, err := sealed(tx, after, limit)
	for _, p := range page {
		t.Count(p.totp)
	}
	if len(page) == limit {
		t.Next = int64(page[len(page)-1].ID)
	}
	return t, err
}

func sealed(tx *db.Tx, after int64, limit int) ([]Person, error) {
	return db.List(tx, `/* staff.sealed */ SELECT `+columns+` FROM staff WHERE staff_id > $1 ORDER BY staff_id LIMIT $2`, scan, after, limit)
}
