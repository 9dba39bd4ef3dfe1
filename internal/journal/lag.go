package journal

import "baihuo/internal/db"

// Lag is how far a reader is behind the journal.
type Lag struct {
	Reader string
	Rows   int64
}

// Lags tells how many rows each reader has not seen, by name. Its cost is readers
// times streams.
func Lags(tx *db.Tx) ([]Lag, error) {
	heads, err := Heads(tx)
	if err != nil {
		return nil, err
	}
	return db.List(tx, `/* journal.Lags */ SELECT reader, position FROM journal_cursors ORDER BY reader`, func(r db.Row) (l Lag, err error) {
		var text string
		if err := r.Scan(&l.Reader, &text); err != nil {
			return l, err
		}
		at, err := ParsePosition(text)
		for stream, head := range heads {
			l.Rows += max(head.Seq-at[stream], 0)
		}
		return l, err
	})
}
