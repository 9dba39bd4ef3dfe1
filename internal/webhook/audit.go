package webhook

import (
	"fmt"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// audits find what does not fit. Each gives an id and two numbers that words tell.
var audits = []struct{ words, text string }{
	{"delivery %d: its endpoint E-%d does not exist (object %d)", `SELECT delivery_id, endpoint_id, object_id FROM webhook_deliveries
		WHERE endpoint_id NOT IN (SELECT endpoint_id FROM webhook_endpoints) ORDER BY delivery_id`},
	{"delivery %d: its state and its end do not fit (ended at %d, lease %d)", `SELECT delivery_id, ended_at, lease
		FROM webhook_deliveries WHERE (state IN ('delivered', 'dead')) <> (ended_at > 0) OR (state IN ('sending', 'delivered', 'dead')
		AND lease < 1) OR attempts < 0 ORDER BY delivery_id`},
	{"object %d at E-%d: %d deliveries are ahead of the others, not one", `SELECT object_id, endpoint_id,
		COUNT(CASE WHEN state <> 'behind' THEN 1 END) FROM webhook_deliveries WHERE state IN ('behind', 'waiting', 'sending')
		GROUP BY endpoint_id, object_id HAVING COUNT(CASE WHEN state <> 'behind' THEN 1 END) <> 1 ORDER BY endpoint_id, object_id`},
	{"delivery %d: it waits before an earlier one of object %d that stands behind (version %d)", `SELECT w.delivery_id, w.object_id, w.version
		FROM webhook_deliveries w WHERE w.state = 'waiting' AND EXISTS (SELECT 1 FROM webhook_deliveries b
		WHERE b.endpoint_id = w.endpoint_id AND b.object_id = w.object_id AND b.version < w.version AND b.state = 'behind')
		ORDER BY w.delivery_id`},
}

// Audit proves endpoints and deliveries and names each that does not fit: an
// endpoint asks for something and has a secret, a disabled one its reason; a
// delivery has its endpoint, an ended one its time and the others none; and of each
// object that is not all told, one delivery is ahead of the others, the earliest
// unless it is under way. proved counts what was looked at.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	if proved["delivery"], err = tx.Number(`/* webhook.Audit */ SELECT COUNT(*) FROM webhook_deliveries`); err != nil {
		return nil, nil, err
	}
	for _, a := range audits {
		err := tx.Each("/* webhook.Audit */ "+a.text+" LIMIT 100", func(r db.Row) error {
			var key, one, two int64
			err := r.Scan(&key, &one, &two)
			breaches = append(breaches, fmt.Sprintf(a.words, key, one, two))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	var after id.Endpoint
	for {
		list, err := List(tx, after, listMax)
		if err != nil {
			return nil, nil, err
		}
		if len(list) == 0 {
			return proved, breaches, nil
		}
		after = list[len(list)-1].ID
		proved["endpoint"] += int64(len(list))
		for _, e := range list {
			if !e.sound() {
				breaches = append(breaches, fmt.Sprintf("endpoint %s: its events, its secrets or its times do not fit", e.ID))
			}
		}
	}
}

func (e *Endpoint) sound() bool {
	return e.URL != "" && len(e.Kinds) > 0 && !slices.ContainsFunc(e.Kinds, func(k string) bool { return !knownKind(k) }) &&
		len(e.secret) > 0 && (e.FormerUntil > 0) == (len(e.former) > 0) && (e.DisabledAt > 0) == (e.DisabledWhy != "") &&
		(e.Failures > 0) == (e.FailingSince > 0) && e.Since >= e.OpenedAt && e.Version >= 1
}
