package shipping

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Audit proves the waybills and names each row that does not fit. proved counts
// what was looked at.
//
//   - a state is known; a numbered or used waybill has a number, one that is
//     asked for has none; a number has a time and a time a number;
//   - a package has at most one live waybill;
//   - the parcel's state is what its events say;
//   - every event's number is a waybill of the event's package, or none;
//   - the version of a waybill is that of its last journal row.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	breach := func(format string, args ...any) { breaches = append(breaches, fmt.Sprintf(format, args...)) }
	if err := auditWaybills(tx, proved, breach); err != nil {
		return nil, nil, err
	}
	err = tx.Each(`/* shipping.Audit */ SELECT package_id, COUNT(*) FROM waybills WHERE state <> 'reclaimed'
		GROUP BY package_id HAVING COUNT(*) > 1 ORDER BY package_id LIMIT 100`, func(r db.Row) error {
		var pack id.Package
		var n int64
		err := r.Scan(&pack, &n)
		breach("package %s: it has %d live waybills", pack, n)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if proved["tracking"], err = tx.Number(`/* shipping.Audit */ SELECT COUNT(*) FROM trackings`); err != nil {
		return nil, nil, err
	}
	err = tx.Each(`/* shipping.Audit */ SELECT t.package_id, t.waybill_id, t.at FROM trackings t
		LEFT JOIN waybills w ON w.waybill_id = t.waybill_id AND w.package_id = t.package_id
		WHERE t.waybill_id <> 0 AND w.waybill_id IS NULL ORDER BY t.package_id, t.waybill_id, t.at LIMIT 100`,
		func(r db.Row) error {
			var pack id.Package
			var waybill id.Waybill
			var at int64
			err := r.Scan(&pack, &waybill, &at)
			breach("package %s: news of %d names waybill %s, which is not its", pack, at, key(waybill))
			return err
		})
	return proved, breaches, err
}

func auditWaybills(tx *db.Tx, proved map[string]int64, breach func(string, ...any)) error {
	for after := id.Waybill(0); ; {
		list, err := db.List(tx, `/* shipping.Audit */ SELECT `+columns+` FROM waybills
			WHERE waybill_id > $1 ORDER BY waybill_id LIMIT 1000`, scan, int64(after))
		if err != nil || len(list) == 0 {
			return err
		}
		packages := make([]id.Package, len(list))
		for i, w := range list {
			packages[i] = w.Package
		}
		known, err := marksOf(tx, packages)
		if err != nil {
			return err
		}
		for _, w := range list {
			proved["waybill"]++
			w.audit(known, breach)
			if err := w.auditVersion(tx, breach); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
	}
}

func (w *Waybill) audit(known *marks, breach func(string, ...any)) {
	if !w.State.Known() {
		breach("waybill %s: its state %q is not known", w.Key(), w.State)
	}
	if w.State == StateAsked && w.Number != "" || (w.State == StateNumbered || w.State == StateUsed) && w.Number == "" {
		breach("waybill %s: it is %s, its number is %q", w.Key(), w.State, w.Number)
	}
	if (w.Number != "") != (w.NumberedAt > 0) {
		breach("waybill %s: its number is %q, the time of it %d", w.Key(), w.Number, w.NumberedAt)
	}
	// News of a number that was reclaimed is kept and counts no more.
	if says := known.derive(w).parcel; w.Live() && says != w.Tracked {
		breach("waybill %s: its parcel stands as %q, its events say %q", w.Key(), w.Tracked, says)
	}
}

// auditVersion looks for the row of the waybill's version and for one behind it.
func (w *Waybill) auditVersion(tx *db.Tx, breach func(string, ...any)) error {
	rows, err := journal.Timeline(tx, int64(w.ID), w.Version-1, 2)
	if err == nil && (len(rows) != 1 || rows[0].Version != w.Version) {
		breach("waybill %s: it is at version %d, its journal is not", w.Key(), w.Version)
	}
	return err
}
