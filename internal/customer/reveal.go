package customer

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
)

// What the journal says of a recipient: each row is somebody who saw it, or its end.
const (
	Revealed = "revealed"
	Exported = "exported"
	Erased   = "erased"
)

const (
	// SettingQuota names the setting of how many people's data one actor may open a
	// business day; quotaDefault where it is not set.
	SettingQuota = "reveal_quota"
	quotaDefault = 200
	reasonMax    = 500
)

// houseZone is where the house's business day begins. China has one time and never
// turns the clock.
var houseZone = time.FixedZone("UTC+8", 8*60*60)

// HouseDay is the business day of the house, in Beijing time whatever a shop's own
// zone is: a quota belongs to a person, not to a shop.
func HouseDay(at db.Instant) string { return at.Time().In(houseZone).Format(time.DateOnly) }

// Reveal opens one recipient's data for a reason, takes it from the actor's quota of
// the day, and leaves a journal row that says who saw it. Faults: ErrReasonMissing,
// ErrReasonPersonal, ErrRecipientMissing, ErrQuota.
func Reveal(tx *db.Tx, keys *seal.Keyring, recipient id.Recipient, reason string) (Contact, error) {
	if err := CheckReason(reason); err != nil {
		return Contact{}, err
	}
	r, err := live(tx, recipient)
	if err != nil {
		return Contact{}, err
	}
	if err := Spend(tx); err != nil {
		return Contact{}, err
	}
	c, err := r.Open(keys)
	if err != nil {
		return Contact{}, err
	}
	if c.MentionedIn(reason) {
		return Contact{}, ErrReasonPersonal
	}
	return c, Note(tx, []id.Recipient{recipient}, Revealed, reason)
}

// OpenFor opens one recipient's data for an errand of the house itself, as a message
// that must reach somebody. It knows no quota; the journal row is the same. Fault:
// ErrRecipientMissing.
func OpenFor(tx *db.Tx, keys *seal.Keyring, recipient id.Recipient, errand string) (Contact, error) {
	r, err := live(tx, recipient)
	if err != nil {
		return Contact{}, err
	}
	c, err := r.Open(keys)
	if err != nil {
		return Contact{}, err
	}
	return c, Note(tx, []id.Recipient{recipient}, Revealed, errand)
}

// CheckReason refuses a reason that says nothing or is a story. Fault: ErrReasonMissing.
func CheckReason(reason string) error {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > reasonMax {
		return ErrReasonMissing
	}
	return nil
}

func live(tx *db.Tx, recipient id.Recipient) (Recipient, error) {
	found, err := Get(tx, []id.Recipient{recipient})
	if err != nil {
		return Recipient{}, err
	}
	r, ok := found[recipient]
	if !ok || r.ErasedAt > 0 {
		return Recipient{}, ErrRecipientMissing
	}
	return r, nil
}

// Open gives a recipient in the clear, the address as one text. It notes nothing: who
// calls it has noted who sees it, and why.
func (r Recipient) Open(keys *seal.Keyring) (c Contact, err error) {
	c.OpaqueID = r.OpaqueID
	if c.Name, err = keys.OpenText(purposeName, r.Name); err != nil {
		return Contact{}, err
	}
	if c.Phone, err = keys.OpenText(purposePhone, r.Phone); err != nil {
		return Contact{}, err
	}
	if c.Detail, err = keys.OpenText(purposeAddress, r.Address); err != nil {
		return Contact{}, err
	}
	return c, nil
}

// Open gives a buyer in the clear, under the same rule as a recipient.
func (b Buyer) Open(keys *seal.Keyring) (d BuyerDraft, err error) {
	if d.Name, err = keys.OpenText(purposeBuyer, b.Name); err != nil {
		return BuyerDraft{}, err
	}
	if len(b.known) > 0 {
		d.ID, err = keys.Open(purposeBuyerID, b.known)
	}
	return d, err
}

// MentionedIn says whether a text names the person: it would stay in the journal.
func (c Contact) MentionedIn(text string) bool {
	name := strings.TrimSpace(c.Name)
	return utf8.RuneCountInString(name) > 1 && strings.Contains(text, name) || Mentions(text, c.Phone)
}

// Mentions says whether the digits of a phone stand in a text, however it spaces them.
func Mentions(text, phone string) bool {
	digits := digitsOf(phone)
	return len(digits) >= 7 && strings.Contains(digitsOf(text), digits)
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, text)
}

// Spend takes one from the actor's quota of the business day. The statement itself
// guards the limit, so that no two can pass it together. Fault: ErrQuota.
func Spend(tx *db.Tx) error {
	quota, err := Quota(tx)
	if err != nil {
		return err
	}
	if quota <= 0 {
		return ErrQuota.With(quota)
	}
	n, err := tx.Exec(`/* customer.Spend */ INSERT INTO reveal_days (actor, day, reveals) VALUES ($1, $2, 1)
		ON CONFLICT (actor, day) DO UPDATE SET reveals = reveal_days.reveals + 1 WHERE reveal_days.reveals < $3`,
		tx.By().Actor, HouseDay(tx.Now()), quota)
	if err == nil && n == 0 {
		return ErrQuota.With(quota)
	}
	return err
}

// Quota is how many people's data one actor may open a business day.
func Quota(tx *db.Tx) (int64, error) {
	text, err := db.Setting(tx, SettingQuota)
	if err != nil || text == "" {
		return quotaDefault, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, nil // who set something unreadable meant a limit
	}
	return n, nil
}

// Spent is how much of the quota the actor has used on this business day.
func Spent(tx *db.Tx, actor string) (int64, error) {
	return tx.Number(`/* customer.Spent */ SELECT reveals FROM reveal_days WHERE actor = $1 AND day = $2`, actor, HouseDay(tx.Now()))
}

// Note writes into the journal what happened to recipients and why: somebody saw them
// (Revealed, Exported).
func Note(tx *db.Tx, recipients []id.Recipient, what, reason string) error {
	if _, err := db.Lock(tx, "recipients", "recipient_id", recipients); err != nil {
		return err
	}
	return tx.Each(`/* customer.Note */ UPDATE recipients SET revealed = revealed + 1 WHERE recipient_id = ANY($1)
		RETURNING recipient_id, revealed`, noteRow(tx, "recipient", what, reason), recipients)
}

// noteRow makes a journal row of each row of object and version.
func noteRow(tx *db.Tx, kind, what, reason string) func(db.Row) error {
	payload := journal.JSON(map[string]string{"reason": reason})
	return func(r db.Row) error {
		var object, version int64
		err := r.Scan(&object, &version)
		journal.Write(tx, journal.Entry{Kind: kind, ID: object, Version: version, What: what, Payload: payload})
		return err
	}
}
