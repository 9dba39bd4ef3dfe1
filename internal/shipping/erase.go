package shipping

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Erase empties what waybills and trackings of packages tell of people: whom the label
// was for, and what the carrier wrote (签收人). Numbers, states and times stay, so that a
// carrier's bill can still be compared. The journal row stands with the order's.
func Erase(tx *db.Tx, packages []id.Package) error {
	if len(packages) == 0 {
		return nil
	}
	// Two questions, because each has an index of its own.
	waybills, err := db.List(tx, `/* shipping.Erase */ SELECT waybill_id FROM waybills
		WHERE package_id = ANY($1) AND state <> 'reclaimed'
		UNION ALL SELECT waybill_id FROM waybills WHERE package_id = ANY($2) AND state = 'reclaimed'`,
		func(r db.Row) (w id.Waybill, err error) { return w, r.Scan(&w) }, packages, packages)
	if err != nil {
		return err
	}
	if _, err := db.Lock(tx, "waybills", "waybill_id", waybills); err != nil {
		return err
	}
	if len(waybills) > 0 {
		_, err := tx.Exec(`/* shipping.Erase */ UPDATE waybills SET recipient_digest = $1 WHERE waybill_id = ANY($2)`, []byte{}, waybills)
		if err != nil {
			return err
		}
	}
	_, err = tx.Exec(`/* shipping.Erase */ UPDATE trackings SET text = '', place = '' WHERE package_id = ANY($1)`, packages)
	return err
}
