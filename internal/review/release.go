package review

import (
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// HoldEnd names a hold that is to end.
type HoldEnd struct {
	Order  id.Order
	Handle string
	// Kind of the hold, where the caller knows it: another one is not released.
	Kind string
	// How it was settled, in words.
	How string
}

const howMax = 500

// Release ends live holds of orders that are locked in this transaction, and closes
// their exceptions. The outcome is true where a hold was live and is not any more.
// Releasing what does not exist, or no longer lives, is no fault, changes nothing and
// creates nothing. Faults of members: ErrHow, ErrHoldKind.
func Release(tx *db.Tx, releases []HoldEnd) ([]fault.Outcome[bool], error) {
	orders := make([]id.Order, len(releases))
	for i, r := range releases {
		orders[i] = r.Order
	}
	live, err := Live(tx, orders)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[bool], len(releases))
	var ending []ended
	for i, r := range releases {
		at := slices.IndexFunc(live[r.Order], func(h Hold) bool { return h.Handle == r.Handle })
		switch {
		case strings.TrimSpace(r.How) == "" || !storable(r.How, howMax):
			outcomes[i] = fault.Refused[bool](ErrHow)
		case at < 0:
		case r.Kind != "" && r.Kind != live[r.Order][at].Kind:
			outcomes[i] = fault.Refused[bool](ErrHoldKind.With(live[r.Order][at].Kind, r.Kind))
		default:
			outcomes[i] = fault.OK(true)
			ending = append(ending, ended{live[r.Order][at], r.How})
			live[r.Order] = slices.Delete(live[r.Order], at, at+1) // named twice, it ends once
		}
	}
	return outcomes, end(tx, ending)
}

// ReleaseAll ends every live hold of orders that are locked in this transaction, and
// gives how many those were: an order that has ended is stopped by nothing.
func ReleaseAll(tx *db.Tx, orders []id.Order, how string) (released int, err error) {
	live, err := Live(tx, orders)
	if err != nil {
		return 0, err
	}
	var ending []ended
	for _, o := range sortedOrders(orders) {
		for _, h := range live[o] {
			ending = append(ending, ended{h, how})
		}
	}
	return len(ending), end(tx, ending)
}

// ReleaseDue ends at most limit holds that end by themselves and whose deadline has come,
// and gives the orders, by id. It locks them.
func ReleaseDue(tx *db.Tx, limit int) ([]id.Order, error) {
	due, err := db.List(tx, `/* review.ReleaseDue */ SELECT order_id FROM holds
		WHERE released_at = 0 AND deadline > 0 AND release_how = 'deadline' AND deadline <= $1
		ORDER BY deadline, hold_id LIMIT $2`, func(r db.Row) (o id.Order, err error) { return o, r.Scan(&o) },
		tx.Now(), limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	due = sortedOrders(due)
	if _, err := order.Lock(tx, due); err != nil {
		return nil, err
	}
	live, err := Live(tx, due) // as they are now that nobody else changes them
	if err != nil {
		return nil, err
	}
	var ending []ended
	for _, o := range due {
		for _, h := range live[o] {
			if h.ReleaseHow == ByDeadline && h.Deadline <= tx.Now() {
				ending = append(ending, ended{h, "deadline"})
			}
		}
	}
	return due, end(tx, ending)
}

// ended is a live hold and how it ends.
type ended struct {
	Hold
	how string
}

// end writes the end of live holds, their journal rows, and closes their exceptions.
func end(tx *db.Tx, list []ended) error {
	if len(list) == 0 {
		return nil
	}
	rows := tx.Batch(`/* review.Release */ WITH v (hold_id, at, by, why) AS (VALUES {rows})
		UPDATE holds SET released_at = v.at, released_by = v.by, released_why = v.why, version = holds.version + 1
		FROM v WHERE holds.hold_id = v.hold_id AND holds.released_at = 0`, "BIGINT", "BIGINT", "TEXT", "TEXT")
	var worked []Hold
	for i := range list {
		h := &list[i]
		rows.Add(int64(h.ID), int64(tx.Now()), tx.By().Actor, h.how)
		h.Version++
		note(tx, &h.Hold, "hold_released", h.how)
		if h.NeedsPerson {
			worked = append(worked, h.Hold)
		}
	}
	n, err := rows.Run()
	if err != nil {
		return err
	}
	if n != int64(len(list)) {
		return db.ErrAgain // the caller held no lock and another one was faster
	}
	return closeHeld(tx, worked)
}

func sortedOrders(orders []id.Order) []id.Order {
	return slices.Compact(slices.Sorted(slices.Values(orders)))
}
