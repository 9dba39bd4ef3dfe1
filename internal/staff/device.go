package staff

import (
	"strings"
	"unicode"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Device is a browser that a person signed in from before.
type Device struct {
	Label     string
	CreatedAt db.Instant
	SeenAt    db.Instant
}

// RememberDevice gives the mark that a browser keeps after a sign-in: the one it has,
// when it is one of ours, or a new one. fresh says that this person had not signed in
// there before. People who share a browser share its mark.
func (g *Guard) RememberDevice(tx *db.Tx, n id.Staff, mark, label string) (kept string, fresh bool, err error) {
	if _, err := lock(tx, n); err != nil {
		return "", false, err
	}
	ours, err := tx.Number(`/* staff.RememberDevice */ SELECT COUNT(*) FROM staff_devices WHERE digest = $1`, digest(mark))
	if err != nil {
		return "", false, err
	}
	if ours == 0 {
		mark = g.secret()
	}
	now := g.now()
	added, err := tx.Exec(`/* staff.RememberDevice */ INSERT INTO staff_devices (digest, staff_id, label, created_at, seen_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, digest(mark), n, shorten(label), now, now)
	if err != nil {
		return "", false, err
	}
	if added == 1 {
		return mark, true, note(tx, n, "device_new", nil)
	}
	_, err = tx.Exec(`/* staff.RememberDevice */ UPDATE staff_devices SET seen_at = $1 WHERE digest = $2 AND staff_id = $3`,
		now, digest(mark), n)
	return mark, false, err
}

func knownDevice(tx *db.Tx, n id.Staff, mark string) (bool, error) {
	if mark == "" || n == 0 {
		return false, nil
	}
	found, err := tx.Number(`/* staff.knownDevice */ SELECT COUNT(*) FROM staff_devices WHERE digest = $1 AND staff_id = $2`, digest(mark), n)
	return found > 0, err
}

// DevicesOf lists the browsers a person signed in from, the last used first.
func DevicesOf(tx *db.Tx, n id.Staff) ([]Device, error) {
	return db.List(tx, `/* staff.DevicesOf */ SELECT label, created_at, seen_at FROM staff_devices WHERE staff_id = $1
		ORDER BY seen_at DESC, digest LIMIT 100`, func(r db.Row) (v Device, err error) { return v, r.Scan(&v.Label, &v.CreatedAt, &v.SeenAt) }, n)
}

// shorten bounds what a browser says of itself.
func shorten(label string) string {
	label = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, label)
	if runes := []rune(label); len(runes) > 120 {
		label = string(runes[:120])
	}
	return label
}
