package carrier

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

const columns = `carrier_id, code, name, number_pattern, version, created_at`

func scan(r db.Row) (c Carrier, err error) {
	return c, r.Scan(&c.ID, &c.Code, &c.Name, &c.NumberPattern, &c.Version, &c.CreatedAt)
}

// All gives every carrier by code. A merchant has tens of them.
func All(tx *db.Tx) ([]Carrier, error) {
	return db.List(tx, `/* carrier.All */ SELECT `+columns+` FROM carriers ORDER BY code LIMIT 10000`, scan)
}

// ByCode finds carriers by code. The map's keys are the codes as they were given;
// a code that no carrier has is absent.
func ByCode(tx *db.Tx, codes []string) (map[string]Carrier, error) {
	folded := make([]string, 0, len(codes))
	for _, c := range codes {
		if storable(c) {
			folded = append(folded, Fold(c))
		}
	}
	found := make(map[string]Carrier, len(folded))
	if len(folded) == 0 {
		return found, nil
	}
	all, err := db.List(tx, `/* carrier.ByCode */ SELECT `+columns+` FROM carriers WHERE code = ANY($1)`, scan, folded)
	if err != nil {
		return nil, err
	}
	known := make(map[string]Carrier, len(all))
	for _, c := range all {
		known[c.Code] = c
	}
	for _, given := range codes {
		if c, ok := known[Fold(given)]; ok {
			found[given] = c
		}
	}
	return found, nil
}

// ByID finds carriers by id; one that does not exist is absent.
func ByID(tx *db.Tx, ids []id.Carrier) (map[id.Carrier]Carrier, error) {
	found := make(map[id.Carrier]Carrier, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	all, err := db.List(tx, `/* carrier.ByID */ SELECT `+columns+` FROM carriers WHERE carrier_id = ANY($1)`, scan, ids)
	for _, c := range all {
		found[c.ID] = c
	}
	return found, err
}

const tariffColumns = `carrier_id, service, origin, destination, first_weight_g, first_price, next_weight_g, next_price,
	days`

func scanTariff(r db.Row) (t Tariff, err error) {
	return t, r.Scan((*int64)(&t.Carrier), &t.Service, &t.Origin, &t.Destination, &t.FirstWeightG, (*int64)(&t.FirstPrice),
		&t.NextWeightG, (*int64)(&t.NextPrice), &t.Days)
}

const stopColumns = `region, carrier_id, service, reason, from_at, until_at`

func scanStop(r db.Row) (s Stoppage, err error) {
	return s, r.Scan(&s.Region, &s.Carrier, &s.Service, &s.Reason, &s.From, &s.Until)
}

// Ahead gives the stops that hold at an instant or later, by place; at most 1,000. One
// that was called off before it began is none.
func Ahead(tx *db.Tx, at db.Instant) ([]Stoppage, error) {
	return db.List(tx, `/* carrier.Ahead */ SELECT `+stopColumns+` FROM carrier_stops
		WHERE until_at = 0 OR until_at > $1 AND until_at > from_at ORDER BY region, carrier_id, service, from_at LIMIT 1000`, scanStop, int64(at))
}

// Stops gives the stops that hold at an instant, by place; at most 1,000.
func Stops(tx *db.Tx, at db.Instant) ([]Stoppage, error) {
	return db.List(tx, `/* carrier.Stops */ SELECT `+stopColumns+` FROM carrier_stops
		WHERE from_at <= $1 AND (until_at = 0 OR until_at > $1) ORDER BY region, carrier_id, service, from_at LIMIT 1000`,
		scanStop, int64(at))
}

// stopsAt gives the stops that touch any of the places at an instant, the one
// that explains most first: every carrier before one, a nearer place before a
// wider one, a later stop before an earlier.
func stopsAt(tx *db.Tx, places []string, at db.Instant) ([]Stoppage, error) {
	return db.List(tx, `/* carrier.stopsAt */ SELECT `+stopColumns+` FROM carrier_stops
		WHERE region = ANY($1) AND from_at <= $2 AND (until_at = 0 OR until_at > $2)
		ORDER BY carrier_id > 0, LENGTH(region) DESC, from_at DESC, stop_id`, scanStop, places, int64(at))
}
