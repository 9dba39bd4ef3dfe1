package order

import (
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
)

// Note is what a person wrote about an order for the others. Notes are never
// changed; an order that ended may still be noted on.
type Note struct {
	ID    int64
	Order id.Order
	Text  string
	Actor string
	At    db.Instant
}

const (
	noteMax     = 2000
	notesMax    = 500
	purposeNote = "order.note"
)

// AddNote writes a note on an order that the caller has found. Fault: ErrNote.
func AddNote(tx *db.Tx, keys *seal.Keyring, o id.Order, text string) (Note, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > noteMax {
		return Note{}, ErrNote.With(noteMax)
	}
	locked, err := Lock(tx, []id.Order{o})
	if err != nil {
		return Note{}, err
	}
	if len(locked) == 0 {
		return Note{}, ErrMissing
	}
	n := Note{ID: tx.NewID(), Order: o, Text: text, Actor: tx.By().Actor, At: tx.Now()}
	if _, err := tx.Exec(`/* order.AddNote */ INSERT INTO order_notes (order_id, note_id, body_cipher, actor, at) VALUES ($1, $2, $3, $4, $5)`,
		o, n.ID, keys.Seal(purposeNote, text), n.Actor, n.At); err != nil {
		return Note{}, err
	}
	return n, save(tx, locked[0], nil, "noted", map[string]any{"digest": journal.JSON(keys.Digest(purposeNote, text))})
}

// Notes gives the notes on an order, the oldest first, opened.
func Notes(tx *db.Tx, keys *seal.Keyring, o id.Order) ([]Note, error) {
	return db.List(tx, `/* order.Notes */ SELECT note_id, order_id, body_cipher, actor, at FROM order_notes WHERE order_id = $1
		ORDER BY note_id LIMIT $2`, func(r db.Row) (n Note, err error) {
		var sealed []byte
		if err := r.Scan(&n.ID, &n.Order, &sealed, &n.Actor, &n.At); err != nil {
			return n, err
		}
		n.Text, err = keys.Open(purposeNote, sealed)
		return n, err
	}, o, notesMax)
}
