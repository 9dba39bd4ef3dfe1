package webhook

import (
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// keepDead is how long a person has to replay what was given up.
const keepDead = 90 * 24 * time.Hour

// Forget deletes deliveries that were delivered 30 days ago or given up 90 days ago,
// at most limit of each endpoint, and former secrets whose time is over. It gives the
// number of deliveries deleted: 0 when nothing is that old.
func Forget(tx *db.Tx, limit int) (gone int, err error) {
	_, err = tx.Exec(`/* webhook.Forget */ UPDATE webhook_endpoints SET former_cipher = $1, former_until = 0
		WHERE former_until > 0 AND former_until <= $2`, []byte{}, tx.Now())
	if err != nil {
		return 0, err
	}
	endpoints, err := db.List(tx, `/* webhook.Forget */ SELECT endpoint_id FROM webhook_endpoints ORDER BY endpoint_id LIMIT 10000`,
		func(r db.Row) (n id.Endpoint, err error) { return n, r.Scan(&n) })
	if err != nil {
		return 0, err
	}
	for _, n := range endpoints {
		deleted, err := tx.Exec(`/* webhook.Forget */ DELETE FROM webhook_deliveries WHERE delivery_id IN (
			SELECT delivery_id FROM webhook_deliveries WHERE endpoint_id = $1 AND ended_at > 0 AND ended_at < $2
			AND (state = 'delivered' OR ended_at < $3) ORDER BY ended_at, delivery_id LIMIT $4)`, n,
			tx.Now().Add(-keepDelivered), tx.Now().Add(-keepDead), limit)
		if err != nil {
			return 0, err
		}
		gone += int(deleted)
	}
	return gone, nil
}
