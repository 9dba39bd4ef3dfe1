package customer

import (
	"fmt"

	"baihuo/internal/db"
)

// Audit proves that what was erased is empty, and names each row that is not. proved
// counts what was looked at.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	for name, text := range map[string]string{"recipient": `SELECT COUNT(*) FROM recipients`, "buyer": `SELECT COUNT(*) FROM buyers`} {
		if proved[name], err = tx.Number("/* customer.Audit */ " + text); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range audits {
		err := tx.Each("/* customer.Audit */ "+c.text+" LIMIT 100", func(r db.Row) error {
			var n, size int64
			err := r.Scan(&n, &size)
			breaches = append(breaches, fmt.Sprintf(c.words, n, size))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return proved, breaches, nil
}

var audits = []struct{ words, text string }{
	{"recipient %d was erased and still holds %d bytes", `SELECT recipient_id, size FROM (SELECT recipient_id,
		LENGTH(name_cipher) + LENGTH(phone_cipher) + LENGTH(address_cipher) + LENGTH(phone_index) + LENGTH(digest)
		+ LENGTH(name_mask || phone_mask || address_mask || opaque_id || place) AS size FROM recipients WHERE erased_at > 0) e
		WHERE size > 0 ORDER BY recipient_id`},
	{"buyer %d was erased and still holds %d bytes", `SELECT buyer_id, size FROM (SELECT buyer_id,
		LENGTH(name_cipher) + LENGTH(id_cipher) + LENGTH(name_mask || blacklisted_why) AS size FROM buyers WHERE erased_at > 0) e
		WHERE size > 0 ORDER BY buyer_id`},
}
