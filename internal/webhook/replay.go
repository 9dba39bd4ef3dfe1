package webhook

import (
	"maps"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// replayMax bounds one step of a replay.
const replayMax = 1000

// Replay sends deliveries again that were delivered or given up, with all attempts
// before them, each after the earlier ones of its object. Those that are not over
// are passed over, and so are all beyond the first thousand. It gives the number put
// back. To a disabled endpoint they go once it is enabled.
func Replay(tx *db.Tx, ids []id.Delivery) (put int, err error) {
	ids = ids[:min(len(ids), replayMax)]
	list, err := db.List(tx, `/* webhook.Replay */ SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE delivery_id = ANY($1)
		ORDER BY delivery_id`, scanDelivery, ids)
	if err != nil {
		return 0, err
	}
	byEndpoint := map[id.Endpoint][]id.Delivery{}
	for _, d := range list {
		byEndpoint[d.Endpoint] = append(byEndpoint[d.Endpoint], d.ID)
	}
	for _, n := range slices.Sorted(maps.Keys(byEndpoint)) {
		e, err := lock(tx, n)
		if err != nil {
			return 0, err
		}
		some, err := e.replay(tx, byEndpoint[n])
		if err != nil {
			return 0, err
		}
		put += some
	}
	return put, nil
}

// ReplayRange puts back what was delivered to an endpoint or given up for it from one
// instant to before another, at most limit (1,000): what a receiver lost in that
// time. The oldest go first, so calling it again with the same range until it gives
// 0 keeps the order. Faults: ErrMissing, ErrRange.
func ReplayRange(tx *db.Tx, n id.Endpoint, from, to db.Instant, limit int) (put int, err error) {
	if from >= to || to > tx.Now() {
		return 0, ErrRange
	}
	e, err := lock(tx, n)
	if err != nil {
		return 0, err
	}
	ids, err := db.List(tx, `/* webhook.ReplayRange */ SELECT delivery_id FROM webhook_deliveries WHERE endpoint_id = $1
		AND ended_at > 0 AND ended_at >= $2 AND ended_at < $3 ORDER BY ended_at, delivery_id LIMIT $4`, scanID, n, from, to, step(limit))
	if err != nil {
		return 0, err
	}
	return e.replay(tx, ids)
}

// ReplayDead puts back what was given up for an endpoint, at most limit (1,000), the
// oldest first: call it until it gives 0. Fault: ErrMissing.
func ReplayDead(tx *db.Tx, n id.Endpoint, limit int) (put int, err error) {
	e, err := lock(tx, n)
	if err != nil {
		return 0, err
	}
	ids, err := db.List(tx, `/* webhook.ReplayDead */ SELECT delivery_id FROM webhook_deliveries WHERE endpoint_id = $1
		AND state = 'dead' ORDER BY delivery_id LIMIT $2`, scanID, n, step(limit))
	if err != nil {
		return 0, err
	}
	return e.replay(tx, ids)
}

func scanID(r db.Row) (n id.Delivery, err error) { return n, r.Scan(&n) }

func step(limit int) int {
	if limit <= 0 || limit > replayMax {
		return replayMax
	}
	return limit
}

// replay puts deliveries of an endpoint that is locked back into line.
func (e *Endpoint) replay(tx *db.Tx, ids []id.Delivery) (put int, err error) {
	list, err := db.List(tx, `/* webhook.replay */ SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE delivery_id = ANY($1)
		AND state IN ('delivered', 'dead') ORDER BY delivery_id`, scanDelivery, ids)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	var back []id.Delivery
	var objects []int64
	for _, d := range list {
		if err := d.move(verbReplay, Behind); err != nil {
			return 0, err
		}
		back, objects = append(back, d.ID), append(objects, d.Object)
	}
	_, err = tx.Exec(`/* webhook.replay */ UPDATE webhook_deliveries SET state = 'behind', due_at = $1, attempts = 0, ended_at = 0
		WHERE delivery_id = ANY($2)`, tx.Now(), back)
	if err != nil {
		return 0, err
	}
	if err := lineUp(tx, e.ID, objects); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(`/* webhook.replay */ UPDATE webhook_endpoints SET version = version + 1 WHERE endpoint_id = $1`, e.ID); err != nil {
		return 0, err
	}
	e.Version++
	note(tx, *e, "replayed", map[string]any{"deliveries": len(back)})
	return len(back), nil
}
