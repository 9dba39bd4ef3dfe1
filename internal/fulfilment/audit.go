package fulfilment

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Audit proves the packages and names each row that does not fit. proved counts
// what was looked at.
//
//   - a live package has items; every item belongs to a package;
//   - a state is known; a package has left exactly when its hand-over has a time,
//     and has ended exactly when its end has one;
//   - a package past its plan is on a pick list, and each list has as many
//     packages as were released on it;
//   - the version of a package is that of its last journal row.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	breach := func(format string, args ...any) { breaches = append(breaches, fmt.Sprintf(format, args...)) }
	if err := auditPackages(tx, proved, breach); err != nil {
		return nil, nil, err
	}
	err = tx.Each(`/* fulfilment.Audit */ SELECT i.package_id, i.line_id, i.qty FROM package_items i
		LEFT JOIN packages p ON p.package_id = i.package_id WHERE p.package_id IS NULL
		ORDER BY i.package_id, i.line_id LIMIT 100`, func(r db.Row) error {
		var pack id.Package
		var line id.Line
		var qty int64
		err := r.Scan(&pack, &line, &qty)
		breach("package %s: there is none, yet %d pieces of line %s lie in it", pack, qty, line)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if proved["pick list"], err = tx.Number(`/* fulfilment.Audit */ SELECT COUNT(*) FROM pick_lists`); err != nil {
		return nil, nil, err
	}
	err = tx.Each(`/* fulfilment.Audit */ SELECT l.pick_list_id, l.packages, COUNT(p.package_id) FROM pick_lists l
		LEFT JOIN packages p ON p.pick_list_id = l.pick_list_id AND p.pick_list_id > 0
		GROUP BY l.pick_list_id, l.packages HAVING l.packages <> COUNT(p.package_id) ORDER BY l.pick_list_id LIMIT 100`,
		func(r db.Row) error {
			var list, want, have int64
			err := r.Scan(&list, &want, &have)
			breach("pick list %d: %d packages were released on it, %d name it", list, want, have)
			return err
		})
	return proved, breaches, err
}

func auditPackages(tx *db.Tx, proved map[string]int64, breach func(string, ...any)) error {
	for after := id.Package(0); ; {
		packages, err := db.List(tx, `/* fulfilment.Audit */ SELECT `+columns+` FROM packages
			WHERE package_id > $1 ORDER BY package_id LIMIT 1000`, scan, int64(after))
		if err != nil || len(packages) == 0 {
			return err
		}
		byID, ids := make(map[id.Package]*Package, len(packages)), make([]id.Package, len(packages))
		for i, p := range packages {
			byID[p.ID], ids[i] = p, p.ID
		}
		if err := fill(tx, byID, ids); err != nil {
			return err
		}
		for _, p := range packages {
			proved["package"]++
			proved["package item"] += int64(len(p.Items))
			p.audit(breach)
			if err := p.auditVersion(tx, breach); err != nil {
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

func (p *Package) audit(breach func(string, ...any)) {
	if !p.State.Known() {
		breach("package %s: its state %q is not known", p.ID, p.State)
		return
	}
	if p.Live() && len(p.Items) == 0 {
		breach("package %s: it is %s and empty", p.ID, p.State)
	}
	if p.State.Out() != (p.HandedOverAt > 0) {
		breach("package %s: it is %s, its hand-over time is %d", p.ID, p.State, p.HandedOverAt)
	}
	if p.State.Ended() != (p.EndedAt > 0) {
		breach("package %s: it is %s, the time of its end is %d", p.ID, p.State, p.EndedAt)
	}
	if p.State != Planned && p.State != Voided && (p.PickList == 0 || p.ReleasedAt == 0) {
		breach("package %s: it is %s and was never released", p.ID, p.State)
	}
}

// auditVersion looks for the row of the package's version and for one behind it.
func (p *Package) auditVersion(tx *db.Tx, breach func(string, ...any)) error {
	rows, err := journal.Timeline(tx, int64(p.ID), p.Version-1, 2)
	if err == nil && (len(rows) != 1 || rows[0].Version != p.Version) {
		breach("package %s: it is at version %d, its journal is not", p.ID, p.Version)
	}
	return err
}
