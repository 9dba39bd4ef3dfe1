package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Erase empties what packages that have ended know of their recipient, and the sentence
// of their stop, which may quote what people typed. They are not changed otherwise: the
// journal row stands with the order's.
func Erase(tx *db.Tx, packages []id.Package) error {
	if _, err := db.Lock(tx, "packages", "package_id", packages); err != nil || len(packages) == 0 {
		return err
	}
	_, err := tx.Exec(`/* fulfilment.Erase */ UPDATE packages SET recipient_digest = $1, stop = '' WHERE package_id = ANY($2)`,
		[]byte{}, packages)
	return err
}
