package notice

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

const columns = `notice_id, unique_key, order_id, recipient_id, template, state, queued_at, due_at, attempts, ended_at,
	last_error, version`

func scan(r db.Row) (n Notice, err error) {
	return n, r.Scan(&n.ID, &n.Key, &n.Order, &n.Recipient, &n.Template, &n.State, &n.QueuedAt, &n.DueAt, &n.Attempts,
		&n.EndedAt, &n.LastError, &n.Version)
}

// note writes the journal row of a notice that moved. Attempts that did not end
// are no fact of trade and leave none.
func (n *Notice) note(tx *db.Tx, what string) {
	payload := map[string]any{"order": n.Order, "template": n.Template}
	if n.LastError != "" {
		payload["error"] = n.LastError
	}
	journal.Write(tx, journal.Entry{Kind: "notice", ID: int64(n.ID), Version: n.Version, What: what,
		Payload: journal.JSON(payload)})
}

// OfOrder gives the messages of one order by id.
func OfOrder(tx *db.Tx, order id.Order) ([]Notice, error) {
	return db.List(tx, `/* notice.OfOrder */ SELECT `+columns+` FROM notices WHERE order_id = $1 ORDER BY notice_id LIMIT 1000`,
		scan, order)
}

// Counts says how many messages wait and how many were given up or sent. It reads
// the whole table: it is for a report, not for a loop.
func Counts(tx *db.Tx) (map[State]int64, error) {
	counts := map[State]int64{}
	err := tx.Each(`/* notice.Counts */ SELECT state, COUNT(*) FROM notices GROUP BY state ORDER BY state`,
		func(r db.Row) error {
			var s State
			var n int64
			err := r.Scan(&s, &n)
			counts[s] = n
			return err
		})
	return counts, err
}
