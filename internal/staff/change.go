package staff

import (
	"errors"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Change writes what an administrator says of a person, as it stood at version.
// Whoever loses or gains a right is signed out. Faults: ErrStale, ErrInvalid,
// ErrLoginTaken, ErrSubjectTaken, ErrNotPermitted, ErrBeyond, ErrSelf, ErrLastOwner,
// ErrMissing.
func Change(tx *db.Tx, by Caller, n id.Staff, version int64, d Details) (Person, error) {
	if err := d.check(); err != nil {
		return Person{}, err
	}
	p, others, err := lockWithOwners(tx, n)
	if err != nil {
		return Person{}, err
	}
	if err := p.mayBecome(by, d, others); err != nil {
		return Person{}, err
	}
	if p.Version != version {
		return Person{}, ErrStale.With(p.Version)
	}
	if err := d.taken(tx, n); err != nil {
		return Person{}, err
	}
	shops, warehouses := d.Scope.encode()
	_, err = tx.Exec(`/* staff.Change */ UPDATE staff SET login = $1, name = $2, lang = $3, roles = $4, shops = $5, warehouses = $6,
		subject = $7, version = version + 1 WHERE staff_id = $8`, d.Login, d.Name, d.Lang, strings.Join(d.Roles, " "), shops, warehouses,
		d.Subject, n)
	if errors.Is(err, db.ErrConstraint) { // another took the name meanwhile
		return Person{}, ErrLoginTaken.With(d.Login)
	}
	if err != nil {
		return Person{}, err
	}
	if p.rightsDiffer(d) {
		if err := endSessions(tx, n); err != nil {
			return Person{}, err
		}
	}
	if err := note(tx, n, "changed", p.difference(d)); err != nil {
		return Person{}, err
	}
	return Get(tx, n)
}

// lockWithOwners locks a person together with all owners, in the order of their
// ids, so that two of the last two owners cannot go at once. others are the owners
// besides the person.
func lockWithOwners(tx *db.Tx, n id.Staff) (p Person, others []Person, err error) {
	people, err := db.List(tx, `/* staff.lockWithOwners */ SELECT `+columns+` FROM staff WHERE staff_id = $1
		OR ' ' || roles || ' ' LIKE '% owner %' ORDER BY staff_id FOR UPDATE`, scan, n)
	if err != nil {
		return p, nil, err
	}
	for _, one := range people {
		if one.ID == n {
			p = one
		} else {
			others = append(others, one)
		}
	}
	if p.ID == 0 {
		return p, nil, ErrMissing
	}
	return p, others, nil
}

// mayBecome looks at what an edit would do to the house's safety.
func (p Person) mayBecome(by Caller, d Details, others []Person) error {
	if err := mayGrant(by, d.Roles, d.Scope); err != nil {
		return err
	}
	if err := MayTouch(by, p); err != nil {
		return err
	}
	if by.Staff == p.ID && p.rightsDiffer(d) {
		return ErrSelf
	}
	if !slices.Contains(d.Roles, owner) {
		return p.mayLeave(others)
	}
	return nil
}

// mayLeave refuses to leave the house without an owner who can sign in.
func (p Person) mayLeave(others []Person) error {
	if p.owner() && !slices.ContainsFunc(others, Person.able) {
		return ErrLastOwner
	}
	return nil
}

func (p Person) rightsDiffer(d Details) bool {
	oldShops, oldPlaces := p.Scope.encode()
	newShops, newPlaces := d.Scope.encode()
	return !slices.Equal(p.Roles, d.Roles) || oldShops != newShops || oldPlaces != newPlaces || p.Subject != d.Subject
}

// difference is what the journal keeps of an edit: rights from and to, and the names
// of the other fields, whose text is personal.
func (p Person) difference(d Details) map[string]any {
	diff := map[string]any{}
	oldShops, oldPlaces := p.Scope.encode()
	newShops, newPlaces := d.Scope.encode()
	if !slices.Equal(p.Roles, d.Roles) {
		diff["roles"] = [2][]string{p.Roles, d.Roles}
	}
	if oldShops != newShops {
		diff["shops"] = [2]string{oldShops, newShops}
	}
	if oldPlaces != newPlaces {
		diff["warehouses"] = [2]string{oldPlaces, newPlaces}
	}
	for field, pair := range map[string][2]string{"login": {p.Login, d.Login}, "name": {p.Name, d.Name}, "lang": {p.Lang, d.Lang},
		"subject": {p.Subject, d.Subject}} {
		if pair[0] != pair[1] {
			diff[field] = true
		}
	}
	return diff
}

// SetLang is a person's own choice of language. Faults: ErrInvalid, ErrMissing.
func SetLang(tx *db.Tx, n id.Staff, lang string) error {
	if lang != "zh" && lang != "en" {
		return ErrInvalid.Field("lang", "只能是 zh 或 en", "is zh or en")
	}
	p, err := lock(tx, n)
	if err != nil || p.Lang == lang {
		return err
	}
	if _, err := tx.Exec(`/* staff.SetLang */ UPDATE staff SET lang = $1 WHERE staff_id = $2`, lang, n); err != nil {
		return err
	}
	return note(tx, n, "language_chosen", map[string]string{"lang": lang})
}

// Disable ends a person's access at once. One who is disabled already stays as they
// are. Faults: ErrMissing, ErrNotPermitted, ErrBeyond, ErrSelf, ErrLastOwner.
func Disable(tx *db.Tx, by Caller, n id.Staff) error {
	p, others, err := lockWithOwners(tx, n)
	if err != nil {
		return err
	}
	if err := p.mayBeTurned(by); err != nil || p.DisabledAt != 0 {
		return err
	}
	if err := p.mayLeave(others); err != nil {
		return err
	}
	if err := turn(tx, n, tx.Now()); err != nil {
		return err
	}
	if err := dropLinks(tx, n); err != nil {
		return err
	}
	if err := endSessions(tx, n); err != nil {
		return err
	}
	return note(tx, n, "disabled", nil)
}

// Enable gives a disabled person access again. Faults: ErrMissing, ErrNotPermitted,
// ErrBeyond, ErrSelf.
func Enable(tx *db.Tx, by Caller, n id.Staff) error {
	p, err := lock(tx, n)
	if err != nil {
		return err
	}
	if err := p.mayBeTurned(by); err != nil || p.DisabledAt == 0 {
		return err
	}
	if err := turn(tx, n, 0); err != nil {
		return err
	}
	return note(tx, n, "enabled", nil)
}

func (p Person) mayBeTurned(by Caller) error {
	if err := MayTouch(by, p); err != nil {
		return err
	}
	if by.Staff == p.ID {
		return ErrSelf
	}
	return nil
}

func turn(tx *db.Tx, n id.Staff, at db.Instant) error {
	_, err := tx.Exec(`/* staff.turn */ UPDATE staff SET disabled_at = $1, version = version + 1 WHERE staff_id = $2`, at, n)
	return err
}
