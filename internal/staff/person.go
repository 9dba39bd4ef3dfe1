package staff

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Person is somebody who works here. A person is disabled, never deleted: the
// journal names them. Printed, it is its number: a log holds no hash.
type Person struct {
	ID    id.Staff
	Login string // folded: see FoldLogin
	Name  string
	Lang  string
	Roles []string
	Scope Scope
	// Subject is who they are for single sign-on ("issuer subject"), empty for none.
	Subject string
	// HasPassword and HasCode say what they sign in with.
	HasPassword bool
	HasCode     bool
	SignedInAt  db.Instant
	DisabledAt  db.Instant
	CreatedAt   db.Instant
	Version     int64

	password string
	totp     []byte
	totpStep int64
	epoch    int64
}

// Caller is the person as a door knows them.
func (p Person) Caller() Caller {
	return Caller{Actor: p.ID.String(), Name: p.Name, Staff: p.ID, Roles: p.Roles, Lang: p.Lang, Scope: p.Scope, permits: permitsOf(p.Roles)}
}

// Careful says that a role of the person asks for a second factor.
func (p Person) Careful() bool {
	return slices.ContainsFunc(p.Roles, func(code string) bool { r, _ := RoleOf(code); return r.Careful })
}

// able says that the person can sign in, by a password or by single sign-on.
// May says that one of the person's roles holds a permit and that they work here.
func (p Person) May(permit Permit) bool { return p.DisabledAt == 0 && p.Caller().May(permit) }

func (p Person) able() bool { return p.DisabledAt == 0 && (p.HasPassword || p.Subject != "") }

func (p Person) owner() bool { return slices.Contains(p.Roles, owner) }

// String shows the number.
func (p Person) String() string { return p.ID.String() }

// Format shows the number, whatever the verb.
func (p Person) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.String()) }

// LogValue shows the number.
func (p Person) LogValue() slog.Value { return slog.StringValue(p.String()) }

// FoldLogin makes names for signing in comparable: without blanks around them, in
// lower case, full-width characters as plain ones.
func FoldLogin(login string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(login)))
}

const columns = `staff_id, login, name, lang, roles, shops, warehouses, password, totp_cipher, totp_step, totp_at, subject,
	signed_in_at, disabled_at, created_at, epoch, version`

func scan(r db.Row) (p Person, err error) {
	var roles, shops, warehouses string
	var totpAt db.Instant
	err = r.Scan(&p.ID, &p.Login, &p.Name, &p.Lang, &roles, &shops, &warehouses, &p.password, &p.totp, &p.totpStep, &totpAt,
		&p.Subject, &p.SignedInAt, &p.DisabledAt, &p.CreatedAt, &p.epoch, &p.Version)
	p.Roles, p.Scope = strings.Fields(roles), decodeScope(shops, warehouses)
	p.HasPassword, p.HasCode = p.password != "", totpAt != 0
	return p, err
}

// List gives everybody by login, at most 10,000.
func List(tx *db.Tx) ([]Person, error) {
	return db.List(tx, `/* staff.List */ SELECT `+columns+` FROM staff ORDER BY login LIMIT 10000`, scan)
}

// Get gives one person, or ErrMissing.
func Get(tx *db.Tx, n id.Staff) (Person, error) {
	return only(db.List(tx, `/* staff.Get */ SELECT `+columns+` FROM staff WHERE staff_id = $1`, scan, n))
}

// lock is Get under lock.
func lock(tx *db.Tx, n id.Staff) (Person, error) {
	return only(db.List(tx, `/* staff.lock */ SELECT `+columns+` FROM staff WHERE staff_id = $1 FOR UPDATE`, scan, n))
}

// ByLogin gives the person of a sign-in name, or ErrMissing.
func ByLogin(tx *db.Tx, login string) (Person, error) {
	return only(db.List(tx, `/* staff.ByLogin */ SELECT `+columns+` FROM staff WHERE login = $1`, scan, FoldLogin(login)))
}

func only(list []Person, err error) (Person, error) {
	if err == nil && len(list) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// Names gives the names of actors such as S-12 and K-7, for showing; an actor that
// is nobody's is absent.
func Names(tx *db.Tx, actors []string) (map[string]string, error) {
	var people []id.Staff
	var keys []id.Key
	for _, a := range actors {
		if n, ok := id.Parse("S", a); ok {
			people = append(people, id.Staff(n))
		} else if n, ok := id.Parse("K", a); ok {
			keys = append(keys, id.Key(n))
		}
	}
	names := map[string]string{}
	if len(people) > 0 {
		err := tx.Each(`/* staff.Names */ SELECT staff_id, name FROM staff WHERE staff_id = ANY($1)`, func(r db.Row) error {
			var n id.Staff
			var name string
			err := r.Scan(&n, &name)
			names[n.String()] = name
			return err
		}, people)
		if err != nil {
			return nil, err
		}
	}
	if len(keys) == 0 {
		return names, nil
	}
	return names, tx.Each(`/* staff.Names */ SELECT key_id, name FROM api_keys WHERE key_id = ANY($1)`, func(r db.Row) error {
		var n id.Key
		var name string
		err := r.Scan(&n, &name)
		names[n.String()] = name
		return err
	}, keys)
}

// note writes a journal row about a person.
func note(tx *db.Tx, n id.Staff, what string, payload any) error {
	version, err := tx.Number(`/* staff.note */ UPDATE staff SET events = events + 1 WHERE staff_id = $1 RETURNING events`, n)
	if err != nil {
		return err
	}
	text := "{}"
	if payload != nil {
		text = journal.JSON(payload)
	}
	journal.Write(tx, journal.Entry{Kind: "staff", ID: int64(n), Version: version, What: what, Payload: text})
	return nil
}
