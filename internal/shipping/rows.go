package shipping

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

const columns = `waybill_id, package_id, carrier_id, service, number, state, recipient_digest, freight, tracked, asked_at,
	numbered_at, attempt_until, in_doubt, version`

func scan(r db.Row) (*Waybill, error) {
	w := &Waybill{}
	return w, r.Scan(&w.ID, &w.Package, &w.Carrier, &w.Service, &w.Number, &w.State, &w.RecipientDigest, &w.Freight,
		&w.Tracked, &w.AskedAt, &w.NumberedAt, &w.attemptUntil, &w.inDoubt, &w.Version)
}

// insert writes new waybills and gives how many found their place: another
// transaction may have asked for the same package meanwhile.
func insert(tx *db.Tx, list []*Waybill) (int64, error) {
	rows := tx.Batch(`/* shipping.insert */ INSERT INTO waybills (` + columns + `) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, w := range list {
		rows.Add(int64(w.ID), int64(w.Package), int64(w.Carrier), w.Service, w.Number, string(w.State),
			stored(w.RecipientDigest), int64(w.Freight), string(w.Tracked), int64(w.AskedAt), int64(w.NumberedAt),
			int64(w.attemptUntil), w.inDoubt, w.Version)
	}
	return rows.Run()
}

// update writes what may change of waybills. The count says whether each still
// had the version that the change was decided on.
func update(tx *db.Tx, list []*Waybill) error {
	rows := tx.Batch(`/* shipping.update */ WITH v (waybill_id, was, number, state, tracked, numbered_at, attempt_until,
		in_doubt) AS (VALUES {rows}) UPDATE waybills SET number = v.number, state = v.state, tracked = v.tracked,
		numbered_at = v.numbered_at, attempt_until = v.attempt_until, in_doubt = v.in_doubt, version = waybills.version + 1
		FROM v WHERE waybills.waybill_id = v.waybill_id AND waybills.version = v.was`,
		"BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BOOLEAN")
	for _, w := range list {
		rows.Add(int64(w.ID), w.Version-1, w.Number, string(w.State), string(w.Tracked), int64(w.NumberedAt),
			int64(w.attemptUntil), w.inDoubt)
	}
	n, err := rows.Run()
	if err == nil && n != int64(rows.Len()) {
		return ErrDrift
	}
	return err
}

// lockIDs locks waybills by id and gives those that exist.
func lockIDs(tx *db.Tx, ids []id.Waybill) (map[id.Waybill]*Waybill, error) {
	found := make(map[id.Waybill]*Waybill, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	list, err := db.List(tx, `/* shipping.lockIDs */ SELECT `+columns+` FROM waybills WHERE waybill_id = ANY($1)
		ORDER BY waybill_id FOR UPDATE`, scan, sorted(ids))
	for _, w := range list {
		found[w.ID] = w
	}
	return found, err
}

// lockLive locks the live waybills of packages; a package without one is absent.
func lockLive(tx *db.Tx, packages []id.Package) (map[id.Package]*Waybill, error) {
	return live(tx, packages, ` FOR UPDATE`)
}

func live(tx *db.Tx, packages []id.Package, lock string) (map[id.Package]*Waybill, error) {
	found := make(map[id.Package]*Waybill, len(packages))
	if len(packages) == 0 {
		return found, nil
	}
	list, err := db.List(tx, `/* shipping.live */ SELECT `+columns+` FROM waybills
		WHERE package_id = ANY($1) AND state <> 'reclaimed' ORDER BY waybill_id`+lock, scan, sorted(packages))
	for _, w := range list {
		found[w.Package] = w
	}
	return found, err
}

// stored keeps an absent digest from becoming NULL.
func stored(digest []byte) []byte {
	if digest == nil {
		return []byte{}
	}
	return digest
}

func sorted[K ~int64](ids []K) []K { return slices.Compact(slices.Sorted(slices.Values(ids))) }
