package carrier

import (
	"regexp"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Put creates carriers, or changes those whose code exists, and gives them as
// they now stand. All or none: ErrInvalid names every wrong field as "CODE.field".
// A carrier that changes in nothing is left alone. ID, Version and CreatedAt are
// not read.
func Put(tx *db.Tx, carriers []Carrier) ([]Carrier, error) {
	wanted := slices.Clone(carriers)
	codes := make([]string, len(wanted))
	for i := range wanted {
		c := &wanted[i]
		c.Code, c.Name, c.NumberPattern = Fold(c.Code), strings.TrimSpace(c.Name), strings.TrimSpace(c.NumberPattern)
		codes[i] = c.Code
	}
	if err := check(wanted); err != nil {
		return nil, err
	}
	there, err := lock(tx, codes)
	if err != nil {
		return nil, err
	}
	var fresh, changed []Carrier
	for i, c := range wanted {
		old, exists := there[c.Code]
		if !exists {
			c.ID, c.Version, c.CreatedAt = id.Carrier(tx.NewID()), 1, tx.Now()
			fresh = append(fresh, c)
		} else {
			c.ID, c.Version, c.CreatedAt = old.ID, old.Version, old.CreatedAt
			if c != old {
				c.Version++
				changed = append(changed, c)
			}
		}
		wanted[i] = c
	}
	return wanted, save(tx, fresh, changed)
}

func check(carriers []Carrier) error {
	bad, seen := ErrInvalid, map[string]bool{}
	for _, c := range carriers {
		wrong := func(field, zh, en string) { bad = bad.Field(shown(c.Code)+"."+field, zh, en) }
		if !fits(c.Code) {
			wrong("code", "必填，最多 200 个字，不能含看不见的空字符", "needed: at most 200 characters, without NUL")
		}
		if !fits(c.Name) {
			wrong("name", "必填，最多 200 个字，不能含看不见的空字符", "needed: at most 200 characters, without NUL")
		}
		if seen[c.Code] {
			wrong("code", "这批里有两个快递公司用了同一个编码，请改掉一个", "two carriers of this batch have the same code; change one")
		}
		seen[c.Code] = true
		if _, err := regexp.Compile(c.NumberPattern); err != nil || c.NumberPattern != "" && !fits(c.NumberPattern) {
			wrong("number_pattern", "单号规则不是正确的正则表达式，例如 YL\\d{13}", "it is no regular expression; one is YL\\d{13}")
		}
	}
	if f := fieldsOrNil(bad); f != nil {
		return f
	}
	return nil
}

// lock gives the existing carriers of codes, locked in the order of their ids.
func lock(tx *db.Tx, codes []string) (map[string]Carrier, error) {
	there, err := ByCode(tx, codes)
	if err != nil || len(there) == 0 {
		return there, err
	}
	ids := make([]id.Carrier, 0, len(there))
	for _, c := range there {
		ids = append(ids, c.ID)
	}
	if _, err := db.Lock(tx, "carriers", "carrier_id", ids); err != nil {
		return nil, err
	}
	return ByCode(tx, codes) // as they are now that nobody else changes them
}

func save(tx *db.Tx, fresh, changed []Carrier) error {
	slices.SortFunc(fresh, func(a, b Carrier) int { return strings.Compare(a.Code, b.Code) })
	insert := tx.Batch(`/* carrier.Put */ INSERT INTO carriers (` + columns + `) VALUES {rows} ON CONFLICT DO NOTHING`)
	for _, c := range fresh {
		insert.Add(int64(c.ID), c.Code, c.Name, c.NumberPattern, c.Version, int64(c.CreatedAt))
		note(tx, c, "carrier_created")
	}
	if n, err := insert.Run(); err != nil {
		return err
	} else if n < int64(len(fresh)) {
		return db.ErrAgain // another node created the same code meanwhile
	}
	for _, c := range changed {
		_, err := tx.Exec(`/* carrier.Put */ UPDATE carriers SET name = $1, number_pattern = $2, version = $3
			WHERE carrier_id = $4`, c.Name, c.NumberPattern, c.Version, int64(c.ID))
		if err != nil {
			return err
		}
		note(tx, c, "carrier_changed")
	}
	return nil
}

func note(tx *db.Tx, c Carrier, what string) {
	journal.Write(tx, journal.Entry{Kind: "carrier", ID: int64(c.ID), Version: c.Version, What: what,
		Payload: journal.JSON(map[string]any{"code": c.Code, "name": c.Name, "number_pattern": c.NumberPattern})})
}
