package webhook

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// purpose binds the sealed secrets to their place.
const purpose = "webhook.secret"

// Open adds an endpoint, which is told of events from now on, and gives its secret:
// the only time that it is shown. secret is empty to have one made, or the caller's
// own: whsec_ and the base64 of 24 to 64 bytes. Faults: ErrInvalid, ErrMany.
func Open(tx *db.Tx, k Kit, d Draft, secret string) (Endpoint, string, error) {
	secret, badSecret := orNew(secret)
	if err := d.check(tx, k.Gate); err != nil {
		return Endpoint{}, "", err
	}
	if badSecret != nil {
		return Endpoint{}, "", badSecret
	}
	if err := room(tx); err != nil {
		return Endpoint{}, "", err
	}
	e := Endpoint{ID: id.Endpoint(tx.NewID()), Version: 1}
	_, err := tx.Exec(`/* webhook.Open */ INSERT INTO webhook_endpoints (endpoint_id, url, kinds, shops, description, secret_cipher,
		former_cipher, opened_at, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, e.ID, d.URL, strings.Join(d.Kinds, " "),
		encodeShops(d.Shops), d.Description, k.Keys.Seal(purpose, secret), []byte{}, tx.Now(), tx.Now())
	if err != nil {
		return Endpoint{}, "", err
	}
	note(tx, e, "opened", d.facts())
	e, err = Get(tx, e.ID)
	return e, secret, err
}

// Change writes what somebody says of an endpoint as it stood at version. Deliveries
// that exist go to the new address. Faults: ErrMissing, ErrStale, ErrInvalid.
func Change(tx *db.Tx, k Kit, n id.Endpoint, version int64, d Draft) (Endpoint, error) {
	if err := d.check(tx, k.Gate); err != nil {
		return Endpoint{}, err
	}
	e, err := lockAt(tx, n, version)
	if err != nil {
		return Endpoint{}, err
	}
	_, err = tx.Exec(`/* webhook.Change */ UPDATE webhook_endpoints SET url = $1, kinds = $2, shops = $3, description = $4,
		rest_until = 0, version = version + 1 WHERE endpoint_id = $5`, d.URL, strings.Join(d.Kinds, " "), encodeShops(d.Shops),
		d.Description, n)
	if err != nil {
		return Endpoint{}, err
	}
	if d.URL != e.URL {
		if err := hurry(tx, n); err != nil {
			return Endpoint{}, err
		}
	}
	e.Version++
	note(tx, e, "changed", d.facts())
	return Get(tx, n)
}

const overlapMax = 7 * 24 * time.Hour

// RotateSecret gives an endpoint, as it stood at version, another secret (one made,
// or the caller's own as of Open). The one before signs beside it for overlap, at
// most seven days, so that the receiver can change over; one still older ends at
// once. Faults: ErrMissing, ErrStale, ErrInvalid, ErrOverlap.
func RotateSecret(tx *db.Tx, k Kit, n id.Endpoint, version int64, secret string, overlap time.Duration) (Endpoint, string, error) {
	if overlap < 0 || overlap > overlapMax {
		return Endpoint{}, "", ErrOverlap
	}
	secret, badSecret := orNew(secret)
	if badSecret != nil {
		return Endpoint{}, "", badSecret
	}
	e, err := lockAt(tx, n, version)
	if err != nil {
		return Endpoint{}, "", err
	}
	former, until := e.secret, tx.Now().Add(overlap)
	if overlap == 0 {
		former, until = []byte{}, 0
	}
	_, err = tx.Exec(`/* webhook.RotateSecret */ UPDATE webhook_endpoints SET secret_cipher = $1, former_cipher = $2, former_until = $3,
		version = version + 1 WHERE endpoint_id = $4`, k.Keys.Seal(purpose, secret), former, until, n)
	if err != nil {
		return Endpoint{}, "", err
	}
	e.Version++
	note(tx, e, "secret_rotated", map[string]any{"former_until": until})
	e, err = Get(tx, n)
	return e, secret, err
}

// orNew gives the caller's secret, or a new one for none.
func orNew(secret string) (string, error) {
	if secret = strings.TrimSpace(secret); secret == "" {
		return newSecret(), nil
	}
	if _, ok := parseSecret(secret); !ok {
		return "", ErrInvalid.Field("secret", "应为 whsec_ 加上 24 到 64 字节的 base64;留空则自动生成",
			"is whsec_ and the base64 of 24 to 64 bytes; leave it empty to have one made")
	}
	return secret, nil
}

// Disable ends the telling of an endpoint for a reason of 1 to 200 characters. What
// waits for it goes on waiting; what happens meanwhile is not kept for it. One that
// is disabled already stays as it is. Faults: ErrMissing, ErrWhy.
func Disable(tx *db.Tx, n id.Endpoint, why string) (Endpoint, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n == 0 || n > 200 || !utf8.ValidString(why) || strings.ContainsRune(why, 0) {
		return Endpoint{}, ErrWhy
	}
	e, err := lock(tx, n)
	if err != nil {
		return Endpoint{}, err
	}
	if err := e.disable(tx, why); err != nil {
		return Endpoint{}, err
	}
	return Get(tx, n)
}

func (e *Endpoint) disable(tx *db.Tx, why string) error {
	if e.DisabledAt != 0 {
		return nil
	}
	_, err := tx.Exec(`/* webhook.Disable */ UPDATE webhook_endpoints SET disabled_at = $1, disabled_why = $2, version = version + 1
		WHERE endpoint_id = $3`, tx.Now(), why, e.ID)
	e.DisabledAt, e.DisabledWhy = tx.Now(), why
	e.Version++
	facts := map[string]any{"by": "person"} // whose words may hold anything
	if why == Gone || why == Failing {
		facts["by"] = why
	}
	note(tx, *e, "disabled", facts)
	return err
}

// Enable has an endpoint told again of what happens from now on; what waited for it
// is sent at once. One that is enabled stays as it is. Faults: ErrMissing, ErrMany.
func Enable(tx *db.Tx, n id.Endpoint) (Endpoint, error) {
	e, err := lock(tx, n)
	if err != nil || e.DisabledAt == 0 {
		return e, err
	}
	if err := room(tx); err != nil {
		return Endpoint{}, err
	}
	_, err = tx.Exec(`/* webhook.Enable */ UPDATE webhook_endpoints SET disabled_at = 0, disabled_why = '', since = $1, failing_since = 0,
		failures = 0, rest_until = 0, version = version + 1 WHERE endpoint_id = $2`, tx.Now(), n)
	if err != nil {
		return Endpoint{}, err
	}
	if err := hurry(tx, n); err != nil {
		return Endpoint{}, err
	}
	e.Version++
	note(tx, e, "enabled", nil)
	return Get(tx, n)
}

// hurry ends the pauses of what waits for an endpoint: somebody has mended it.
func hurry(tx *db.Tx, n id.Endpoint) error {
	_, err := tx.Exec(`/* webhook.hurry */ UPDATE webhook_deliveries SET due_at = $1 WHERE endpoint_id = $2
		AND state IN ('behind', 'waiting') AND due_at > $1`, tx.Now(), n)
	return err
}

// room refuses another enabled endpoint beyond the bound. Two at the same moment may
// pass it by one, which harms nothing.
func room(tx *db.Tx) error {
	n, err := tx.Number(`/* webhook.room */ SELECT COUNT(*) FROM webhook_endpoints WHERE disabled_at = 0`)
	if err == nil && n >= endpointsMax {
		err = ErrMany.With(endpointsMax)
	}
	return err
}

// facts are what the journal keeps of a draft: of the address its host alone, for
// some receivers write a secret into the rest.
func (d Draft) facts() map[string]any {
	host := ""
	if u, err := url.Parse(d.URL); err == nil {
		host = u.Host
	}
	return map[string]any{"host": host, "kinds": d.Kinds, "shops": d.Shops}
}

func note(tx *db.Tx, e Endpoint, what string, facts map[string]any) {
	text := ""
	if facts != nil {
		text = journal.JSON(facts)
	}
	journal.Write(tx, journal.Entry{Kind: "endpoint", ID: int64(e.ID), Version: e.Version, What: what, Payload: text})
}
