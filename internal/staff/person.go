package staff

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Person is somebody who works here. A person is disabled, never deleted: the
// journal names them.
type Person struct {
	ID    id.Staff
	Login string // folded: trimmed and in lower case
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
	events   int64
}

// Caller is the person as a door knows them.
func (p Person) Caller() Caller {
	return Caller{Actor: p.ID.String(), Name: p.Name, Staff: p.ID, Roles: p.Roles, Lang: p.Lang, Scope: p.Scope, permits: permitsOf(p.Roles)}
}

// Careful says that a role of the person asks for a second factor.
func (p Person) Careful() bool {
	return slices.ContainsFunc(p.Roles, func(code string) bool { r, _ := RoleOf(code); return r.Careful })
}

// Stamp sums up what a sign-in rests on: password, second factor, roles and scope. A
// session carries it, so one that was opened while any of them changed ends too.
func (p Person) Stamp() string {
	shops, warehouses := p.Scope.encode()
	code := ""
	if p.HasCode {
		code = string(p.totp)
	}
	sum := digest(strings.Join([]string{p.password, code, strings.Join(p.Roles, " "), shops, warehouses, p.Subject}, "\x00"))
	return string(encodeDigest(sum[:12]))
}

// FoldLogin makes names for signing in comparable.
func FoldLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

const columns = `staff_id, login, name, lang, roles, shops, warehouses, password, totp_cipher, totp_step, totp_at, subject,
	signed_in_at, disabled_at, created_at, events, version`

func scan(r db.Row) (p Person, err error) {
	var roles, shops, warehouses string
	var totpAt db.Instant
	err = r.Scan(&p.ID, &p.Login, &p.Name, &p.Lang, &roles, &shops, &warehouses, &p.password, &p.totp, &p.totpStep, &totpAt,
		&p.Subject, &p.SignedInAt, &p.DisabledAt, &p.CreatedAt, &p.events, &p.Version)
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
	list, err := db.List(tx, `/* staff.Get */ SELECT `+columns+` FROM staff WHERE staff_id = $1`, scan, n)
	return only(list, err)
}

// lock is Get under lock.
func lock(tx *db.Tx, n id.Staff) (Person, error) {
	list, err := db.List(tx, `/* staff.lock */ SELECT `+columns+` FROM staff WHERE staff_id = $1 FOR UPDATE`, scan, n)
	return only(list, err)
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

// ByLogin gives the person of a sign-in name, or ErrMissing.
func ByLogin(tx *db.Tx, login string) (Person, error) { return byLogin(tx, login) }

func byLogin(tx *db.Tx, login string) (Person, error) {
	list, err := db.List(tx, `/* staff.byLogin */ SELECT `+columns+` FROM staff WHERE login = $1`, scan, FoldLogin(login))
	return only(list, err)
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
	return names, tx.Each(`/* staff.Names */ SELECT key_id, name FROM api_keys WHERE key_id = ANY($1)`, func(r db.Row) error {
		var n id.Key
		var name string
		err := r.Scan(&n, &name)
		names[n.String()] = name
		return err
	}, keys)
}

// Details are what an administrator says of a person.
type Details struct {
	Login   string
	Name    string
	Lang    string
	Roles   []string
	Scope   Scope
	Subject string
}

func (d *Details) check() error {
	d.Login, d.Name, d.Subject = FoldLogin(d.Login), strings.TrimSpace(d.Name), strings.TrimSpace(d.Subject)
	d.Lang = cmp.Or(d.Lang, "zh")
	bad := ErrInvalid
	if n := utf8.RuneCountInString(d.Login); n < 2 || n > 64 || strings.ContainsFunc(d.Login, func(r rune) bool { return r <= ' ' }) {
		bad = bad.Field("login", "账号应为 2 到 64 个字符,不含空格", "is 2 to 64 characters without blanks")
	}
	if n := utf8.RuneCountInString(d.Name); n == 0 || n > 64 {
		bad = bad.Field("name", "请填写姓名,最多 64 个字", "is needed, at most 64 characters")
	}
	if d.Lang != "zh" && d.Lang != "en" {
		bad = bad.Field("lang", "只能是 zh 或 en", "is zh or en")
	}
	if len(d.Roles) == 0 {
		bad = bad.Field("roles", "请至少选择一个角色", "choose at least one role")
	}
	for _, code := range d.Roles {
		if r, ok := RoleOf(code); !ok || r.Machine {
			bad = bad.Field("roles", "没有这个角色", "there is no such role")
		}
	}
	if utf8.RuneCountInString(d.Subject) > 500 {
		bad = bad.Field("subject", "最多 500 个字符", "is at most 500 characters")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// mayGrant refuses what the granter may not hand out: the roles of owners and
// administrators are granted by owners alone, and nobody grants a scope beyond
// their own.
func mayGrant(by Caller, d Details) error {
	owner := slices.Contains(by.Roles, "owner") || by.Staff == 0
	for _, code := range d.Roles {
		if (code == "owner" || code == "admin") && !owner {
			return ErrBeyond.With(code)
		}
	}
	if !d.Scope.Within(by.Scope) {
		return ErrBeyond.With("scope")
	}
	return nil
}

// Hire takes a person in. They sign in after SetPassword, which they reach by a
// link (Invite), or by single sign-on. Faults: ErrInvalid, ErrLoginTaken,
// ErrBeyond.
func Hire(tx *db.Tx, by Caller, d Details) (Person, error) {
	if err := d.check(); err != nil {
		return Person{}, err
	}
	if err := mayGrant(by, d); err != nil {
		return Person{}, err
	}
	p := Person{ID: id.Staff(tx.NewID()), Version: 1}
	shops, warehouses := d.Scope.encode()
	n, err := tx.Exec(`/* staff.Hire */ INSERT INTO staff (staff_id, login, name, lang, roles, shops, warehouses, subject, totp_cipher,
		created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`, p.ID, d.Login, d.Name, d.Lang,
		strings.Join(d.Roles, " "), shops, warehouses, d.Subject, []byte{}, tx.Now())
	if err != nil {
		return Person{}, err
	}
	if n == 0 {
		return Person{}, ErrLoginTaken.With(d.Login)
	}
	if err := note(tx, p.ID, "hired", map[string]any{"roles": d.Roles, "shops": shops, "warehouses": warehouses}); err != nil {
		return Person{}, err
	}
	return Get(tx, p.ID)
}

// Change writes what an administrator says of a person, as it stood at version.
// Whoever loses or gains a right is signed out. Faults: ErrStale, ErrInvalid,
// ErrLoginTaken, ErrBeyond, ErrSelf, ErrLastOwner, ErrMissing.
func Change(tx *db.Tx, by Caller, n id.Staff, version int64, d Details) (Person, error) {
	if err := d.check(); err != nil {
		return Person{}, err
	}
	p, err := lock(tx, n)
	if err != nil {
		return Person{}, err
	}
	if p.Version != version {
		return Person{}, ErrStale.With(p.Version)
	}
	if err := p.mayBeChanged(tx, by, d); err != nil {
		return Person{}, err
	}
	rights := p.rightsDiffer(d)
	shops, warehouses := d.Scope.encode()
	taken, err := tx.Number(`/* staff.Change */ SELECT COUNT(*) FROM staff WHERE staff_id <> $1 AND (login = $2 OR (subject = $3 AND subject <> ''))`,
		n, d.Login, d.Subject)
	if err != nil {
		return Person{}, err
	}
	if taken > 0 {
		return Person{}, ErrLoginTaken.With(d.Login)
	}
	if _, err := tx.Exec(`/* staff.Change */ UPDATE staff SET login = $1, name = $2, lang = $3, roles = $4, shops = $5, warehouses = $6,
		subject = $7, version = version + 1 WHERE staff_id = $8`, d.Login, d.Name, d.Lang, strings.Join(d.Roles, " "), shops, warehouses,
		d.Subject, n); err != nil {
		return Person{}, err
	}
	if rights {
		if err := SignOutEverywhere(tx, n); err != nil {
			return Person{}, err
		}
	}
	if err := note(tx, n, "changed", map[string]any{"roles": []any{p.Roles, d.Roles}, "shops": shops, "warehouses": warehouses,
		"subject": d.Subject != ""}); err != nil {
		return Person{}, err
	}
	return Get(tx, n)
}

// SetLang is a person's own choice of language. Fault: ErrInvalid.
func SetLang(tx *db.Tx, n id.Staff, lang string) error {
	if lang != "zh" && lang != "en" {
		return ErrInvalid.Field("lang", "只能是 zh 或 en", "is zh or en")
	}
	_, err := tx.Exec(`/* staff.SetLang */ UPDATE staff SET lang = $1 WHERE staff_id = $2`, lang, n)
	return err
}

// mayBeChanged looks at what an edit would do to the house's safety.
func (p Person) mayBeChanged(tx *db.Tx, by Caller, d Details) error {
	if err := mayGrant(by, d); err != nil {
		return err
	}
	if err := mayGrant(by, Details{Roles: p.Roles, Scope: p.Scope}); err != nil {
		return err // nor touch somebody above them
	}
	if by.Staff == p.ID && p.rightsDiffer(d) {
		return ErrSelf
	}
	if slices.Contains(p.Roles, "owner") && !slices.Contains(d.Roles, "owner") {
		return lastOwner(tx, p.ID)
	}
	return nil
}

func (p Person) rightsDiffer(d Details) bool {
	oldShops, oldPlaces := p.Scope.encode()
	newShops, newPlaces := d.Scope.encode()
	return !slices.Equal(p.Roles, d.Roles) || oldShops != newShops || oldPlaces != newPlaces || p.Subject != d.Subject
}

// lastOwner refuses to leave the house without an owner who can sign in. All
// owners are locked, in the order of their ids, so that two cannot go at once.
func lastOwner(tx *db.Tx, leaving id.Staff) error {
	people, err := db.List(tx, `/* staff.lastOwner */ SELECT `+columns+` FROM staff WHERE disabled_at = 0 ORDER BY staff_id FOR UPDATE`, scan)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID != leaving && slices.Contains(p.Roles, "owner") {
			return nil
		}
	}
	return ErrLastOwner
}

// Disable ends a person's access at once, or with back true gives it again.
func Disable(tx *db.Tx, by Caller, n id.Staff, back bool) error {
	p, err := lock(tx, n)
	if err != nil {
		return err
	}
	if err := mayGrant(by, Details{Roles: p.Roles, Scope: p.Scope}); err != nil {
		return err
	}
	if by.Staff == n {
		return ErrSelf
	}
	at, what := tx.Now(), "disabled"
	if back {
		at, what = 0, "enabled"
	} else if slices.Contains(p.Roles, "owner") {
		if err := lastOwner(tx, n); err != nil {
			return err
		}
	}
	if (p.DisabledAt == 0) == back {
		return nil
	}
	if _, err := tx.Exec(`/* staff.Disable */ UPDATE staff SET disabled_at = $1, version = version + 1 WHERE staff_id = $2`, at, n); err != nil {
		return err
	}
	if err := SignOutEverywhere(tx, n); err != nil {
		return err
	}
	return note(tx, n, what, nil)
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
