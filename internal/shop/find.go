package shop

import (
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

const columns = `shop_id, code, name, platform, kind, currency, time_zone, reserve_unpaid, promises, version,
	created_at`

func scan(r db.Row) (s Shop, err error) {
	return s, r.Scan(&s.ID, &s.Code, &s.Name, &s.Platform, &s.Kind, &s.Currency, &s.TimeZone,
		&s.ReserveUnpaid, &s.Promises, &s.Version, &s.CreatedAt)
}

// All gives every shop by code. A merchant has tens of them, never thousands.
func All(tx *db.Tx) ([]Shop, error) {
	return db.List(tx, `/* shop.All */ SELECT `+columns+` FROM shops ORDER BY code LIMIT 10000`, scan)
}

// ByCode finds shops by code. The map's keys are the codes as they were given;
// a code that no shop has is absent.
func ByCode(tx *db.Tx, codes []string) (map[string]Shop, error) {
	folded := make([]string, 0, len(codes))
	for _, c := range codes {
		if utf8.ValidString(c) && !strings.ContainsRune(c, 0) {
			folded = append(folded, Fold(c))
		}
	}
	found := make(map[string]Shop, len(folded))
	if len(folded) == 0 {
		return found, nil
	}
	shops, err := db.List(tx, `/* shop.ByCode */ SELECT `+columns+` FROM shops WHERE code = ANY($1)`, scan, folded)
	if err != nil {
		return nil, err
	}
	known := make(map[string]Shop, len(shops))
	for _, s := range shops {
		known[s.Code] = s
	}
	for _, c := range codes {
		if s, ok := known[Fold(c)]; ok {
			found[c] = s
		}
	}
	return found, nil
}

// ByID finds shops by id; one that does not exist is absent.
func ByID(tx *db.Tx, ids []id.Shop) (map[id.Shop]Shop, error) {
	found := make(map[id.Shop]Shop, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	shops, err := db.List(tx, `/* shop.ByID */ SELECT `+columns+` FROM shops WHERE shop_id = ANY($1)`, scan, ids)
	for _, s := range shops {
		found[s.ID] = s
	}
	return found, err
}
