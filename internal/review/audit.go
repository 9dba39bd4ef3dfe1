package review

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Audit proves what this room's rows say among themselves, and names each row that
// does not fit: a live hold that needs a person has its open exception, an exception
// of a hold that ended is closed, and what ended says by whom and how. proved counts
// what was looked at. Whether orders exist, and have ended, is for flow: see Orders.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	for name, text := range map[string]string{
		"hold": `SELECT COUNT(*) FROM holds`, "exception": `SELECT COUNT(*) FROM exceptions`,
	} {
		if proved[name], err = tx.Number("/* review.Audit */ " + text); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range audits {
		err := tx.Each("/* review.Audit */ "+c.text+" LIMIT 100", func(r db.Row) error {
			var key, other int64
			err := r.Scan(&key, &other)
			breaches = append(breaches, fmt.Sprintf(c.words, key, other))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return proved, breaches, nil
}

var audits = []struct{ words, text string }{
	{
		"hold %d of order %d needs a person and has no open exception",
		`SELECT h.hold_id, h.order_id FROM holds h LEFT JOIN exceptions e
		ON e.kind = h.kind AND e.unique_key = 'hold:H-' || CAST(h.hold_id AS TEXT) AND e.closed_at = 0
		WHERE h.released_at = 0 AND h.needs_person AND e.exception_id IS NULL ORDER BY h.hold_id`,
	},
	{
		"exception %d of order %d is open and its hold is not live",
		`SELECT e.exception_id, e.order_id FROM exceptions e LEFT JOIN holds h
		ON h.order_id = e.order_id AND h.released_at = 0 AND e.unique_key = 'hold:H-' || CAST(h.hold_id AS TEXT)
		WHERE e.closed_at = 0 AND e.unique_key LIKE 'hold:H-%' AND h.hold_id IS NULL ORDER BY e.exception_id`,
	},
	{
		"hold %d of order %d was released and does not say by whom or how",
		`SELECT hold_id, order_id FROM holds WHERE released_at > 0 AND (released_by = '' OR released_why = '')
		ORDER BY hold_id`,
	},
	{
		"exception %d of order %d was closed and does not say by whom or how",
		`SELECT exception_id, order_id FROM exceptions WHERE closed_at > 0 AND (closed_by = '' OR closed_how = '')
		ORDER BY exception_id`,
	},
}

// Orders gives a page of the orders that live holds or open exceptions name, by id and
// after after, for flow to compare with room order: each exists, and none that a live
// hold names has ended.
func Orders(tx *db.Tx, after id.Order, limit int) ([]Named, error) {
	return db.List(tx, `/* review.Orders */ SELECT order_id, MAX(held) FROM (
		SELECT order_id, 1 AS held FROM holds WHERE released_at = 0 AND order_id > $1
		UNION ALL SELECT order_id, 0 FROM exceptions WHERE closed_at = 0 AND order_id > $2) n
		GROUP BY order_id ORDER BY order_id LIMIT $3`, func(r db.Row) (n Named, err error) {
		var held int64
		err = r.Scan(&n.Order, &held)
		n.Held = held > 0
		return n, err
	}, after, after, limit)
}

// Named is an order that this room speaks of.
type Named struct {
	Order id.Order
	// Held: by a live hold, not only by an exception.
	Held bool
}
