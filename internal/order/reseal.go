package order

import (
	"bytes"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// notedAtOnce bounds the orders whose notes are read at once.
const notedAtOnce = 100

type sealedNote struct {
	order id.Order
	note  int64
	body  []byte
}

// noted gives the notes of the next orders after one that have any, and where to go on, 0
// at the end. Notes lie beside their order, so it walks from order to order.
func noted(tx *db.Tx, after int64, limit int) (notes []sealedNote, next int64, err error) {
	limit = max(1, min(limit, notedAtOnce))
	orders, err := db.List(tx, `/* order.noted */ SELECT DISTINCT order_id FROM order_notes WHERE order_id > $1
		ORDER BY order_id LIMIT $2`, scanID, after, limit)
	if err != nil || len(orders) == 0 {
		return nil, 0, err
	}
	if len(orders) == limit {
		next = int64(orders[limit-1])
	}
	notes, err = db.List(tx, `/* order.noted */ SELECT order_id, note_id, body_cipher FROM order_notes WHERE order_id = ANY($1)
		ORDER BY order_id, note_id`, func(r db.Row) (n sealedNote, err error) { return n, r.Scan(&n.order, &n.note, &n.body) }, orders)
	return notes, next, err
}

// ResealNotes seals notes with the newest key, of the next orders after one.
func ResealNotes(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, next, err := noted(tx, after, limit)
	if err != nil {
		return turn, err
	}
	turn.Next, turn.Seen = next, int64(len(page))
	rows := tx.Batch(`/* order.ResealNotes */ WITH v (order_id, note_id, was, body) AS (VALUES {rows})
		UPDATE order_notes SET body_cipher = v.body FROM v WHERE order_notes.order_id = v.order_id
		AND order_notes.note_id = v.note_id AND order_notes.body_cipher = v.was`, "BIGINT", "BIGINT", "BYTEA", "BYTEA")
	var orders []id.Order
	for _, n := range page {
		fresh, err := keys.Reseal(purposeNote, n.body)
		if err != nil {
			return turn, err
		}
		if !bytes.Equal(fresh, n.body) {
			rows.Add(int64(n.order), n.note, n.body, fresh)
			orders = append(orders, n.order)
		}
	}
	if _, err := db.Lock(tx, "orders", "order_id", orders); err != nil {
		return turn, err
	}
	turn.Changed, err = rows.Run()
	return turn, err
}

// TallyNotes counts the notes of the next orders after one by the key that sealed them.
func TallyNotes(tx *db.Tx, after int64, limit int) (t seal.Tally, err error) {
	page, next, err := noted(tx, after, limit)
	for _, n := range page {
		t.Count(n.body)
	}
	t.Next = next
	return t, err
}
