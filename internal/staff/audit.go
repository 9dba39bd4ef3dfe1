package staff

import (
	"fmt"
	"slices"

	"baihuo/internal/db"
)

// Audit proves people and keys and names what does not fit: everybody's roles exist and
// hold no kind of key, what they prove themselves with can be read, an owner is left who
// has access, no link or session belongs to nobody or to somebody disabled. proved counts
// what was looked at.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	people, err := List(tx)
	if err != nil {
		return nil, nil, err
	}
	proved = map[string]int64{"person": int64(len(people))}
	for _, p := range people {
		for _, why := range p.unfit() {
			breaches = append(breaches, fmt.Sprintf("person %d: %s", p.ID, why))
		}
	}
	has := func(fits func(Person) bool) bool { return slices.ContainsFunc(people, fits) }
	if has(Person.owner) && !has(func(p Person) bool { return p.owner() && p.DisabledAt == 0 }) {
		breaches = append(breaches, "there are owners and none has access")
	}
	keys, err := ListKeys(tx)
	if err != nil {
		return nil, nil, err
	}
	proved["key"] = int64(len(keys))
	for _, k := range keys {
		if !k.Kind.Machine || k.Version < 1 || k.CreatedBy == "" {
			breaches = append(breaches, fmt.Sprintf("key %d: its kind, its version or who made it does not fit", k.ID))
		}
	}
	for _, c := range audits {
		if proved[c.name], err = tx.Number("/* staff.Audit */ SELECT COUNT(*) FROM " + c.table); err != nil {
			return nil, nil, err
		}
		err := tx.Each("/* staff.Audit */ "+c.text+" LIMIT 100", func(r db.Row) error {
			var n int64
			err := r.Scan(&n)
			breaches = append(breaches, fmt.Sprintf(c.words, n))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return proved, breaches, nil
}

func (p Person) unfit() (why []string) {
	for _, code := range p.Roles {
		if r, ok := RoleOf(code); !ok || r.Machine {
			why = append(why, "role "+code+" is none of people")
		}
	}
	if len(p.Roles) == 0 {
		why = append(why, "no role")
	}
	if p.HasPassword {
		if _, err := parseHash(p.password); err != nil {
			why = append(why, "the password's hash cannot be read")
		}
	}
	if p.HasCode && len(p.totp) == 0 {
		why = append(why, "an authenticator is bound and its secret is missing")
	}
	if p.Login != FoldLogin(p.Login) || p.Version < 1 || p.epoch < 1 {
		why = append(why, "name or counters are not as they are written")
	}
	return why
}

var audits = []struct{ name, table, words, text string }{
	{"link", "staff_links", "a link leads to person %d, who is missing, disabled or has another link",
		`SELECT l.staff_id FROM staff_links l LEFT JOIN staff p ON p.staff_id = l.staff_id GROUP BY l.staff_id
		HAVING COUNT(*) > 1 OR MAX(p.staff_id) IS NULL OR MAX(p.disabled_at) > 0 ORDER BY l.staff_id`},
	{"session", "sessions", "a session is of person %d, who is missing or has a lower epoch",
		`SELECT DISTINCT s.staff_id FROM sessions s LEFT JOIN staff p ON p.staff_id = s.staff_id
		WHERE s.staff_id <> 0 AND (p.staff_id IS NULL OR s.epoch > p.epoch) ORDER BY s.staff_id`},
	{"device", "staff_devices", "a device is of person %d, who is missing",
		`SELECT DISTINCT d.staff_id FROM staff_devices d LEFT JOIN staff p ON p.staff_id = d.staff_id
		WHERE p.staff_id IS NULL ORDER BY d.staff_id`},
}
