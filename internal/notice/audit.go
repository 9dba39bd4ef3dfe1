package notice

import (
	"fmt"

	"baihuo/internal/db"
)

// Audit proves the messages and names each that does not fit: an ended one has its
// time and a waiting one has none, a sent one names whom it told, its key names its
// order. proved counts what was looked at.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	if proved["notice"], err = tx.Number(`/* notice.Audit */ SELECT COUNT(*) FROM notices`); err != nil {
		return nil, nil, err
	}
	breaches, err = db.List(tx, `/* notice.Audit */ SELECT notice_id, state, unique_key FROM notices
		WHERE (state = 'queued') <> (ended_at = 0) OR (state = 'sent' AND recipient_id = 0) OR version < 1
		OR unique_key NOT IN ('order-received-' || CAST(order_id AS TEXT), 'order-cancelled-' || CAST(order_id AS TEXT))
		ORDER BY notice_id LIMIT 100`, func(r db.Row) (string, error) {
		var n int64
		var state, key string
		err := r.Scan(&n, &state, &key)
		return fmt.Sprintf("notice %d (%s, key %s): its state, its times, whom it told or its key do not fit", n,
			state, key), err
	})
	return proved, breaches, err
}
