package review

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
)

// Kept is an exception's raw message, sealed.
type Kept struct {
	Exception id.Exception
	Raw       seal.Bytes
	OpenedAt  db.Instant
}

// rawMost bounds the messages read at once: one may be some megabytes large.
const rawMost = 50

// Kepts gives raw messages that are still kept, by their exception and after one, at
// most limit (50 at most).
func Kepts(tx *db.Tx, after id.Exception, limit int) ([]Kept, error) {
	return db.List(tx, `/* review.Kepts */ SELECT exception_id, raw_cipher, opened_at FROM exceptions
		WHERE raw_cipher IS NOT NULL AND exception_id > $1 ORDER BY exception_id LIMIT $2`, func(r db.Row) (k Kept, err error) {
		var raw []byte
		err = r.Scan(&k.Exception, &raw, &k.OpenedAt)
		k.Raw = raw
		return k, err
	}, after, max(1, min(limit, rawMost)))
}

// Forget deletes the raw messages of exceptions that were opened before an instant, the
// oldest first, at most limit, and gives their number. What was mapped of them stays,
// and so does the exception.
func Forget(tx *db.Tx, before db.Instant, limit int) (int, error) {
	// Ids grow with time, so the oldest messages stand first.
	old, err := db.List(tx, `/* review.Forget */ SELECT exception_id, opened_at FROM exceptions
		WHERE raw_cipher IS NOT NULL ORDER BY exception_id LIMIT $1`, func(r db.Row) (k Kept, err error) {
		return k, r.Scan(&k.Exception, &k.OpenedAt)
	}, limit)
	if err != nil {
		return 0, err
	}
	var ids []id.Exception
	for _, k := range old {
		if k.OpenedAt < before {
			ids = append(ids, k.Exception)
		}
	}
	if _, err := db.Lock(tx, "exceptions", "exception_id", ids); err != nil || len(ids) == 0 {
		return 0, err
	}
	forgotten := 0
	return forgotten, tx.Each(`/* review.Forget */ UPDATE exceptions SET raw_cipher = NULL, version = version + 1
		WHERE exception_id = ANY($1) AND raw_cipher IS NOT NULL RETURNING exception_id, version`, func(r db.Row) error {
		forgotten++
		return noteException(tx, r, "raw_forgotten", `{"why":"age"}`)
	}, ids)
}

func noteException(tx *db.Tx, r db.Row, what, payload string) error {
	var e Exception
	err := r.Scan(&e.ID, &e.Version)
	journal.Write(tx, journal.Entry{Kind: "exception", ID: int64(e.ID), Version: e.Version, What: what, Payload: payload})
	return err
}

// ResealRaw seals raw messages anew with the newest key, of at most limit exceptions
// after one (50 at most). purpose is the one that they are sealed under.
func ResealRaw(tx *db.Tx, keys *seal.Keyring, purpose string, after int64, limit int) (turn seal.Turn, err error) {
	limit = max(1, min(limit, rawMost))
	page, err := Kepts(tx, id.Exception(after), limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = int64(page[len(page)-1].Exception)
	}
	rows := tx.Batch(`/* review.ResealRaw */ WITH v (exception_id, was, raw) AS (VALUES {rows})
		UPDATE exceptions SET raw_cipher = v.raw FROM v WHERE exceptions.exception_id = v.exception_id
		AND exceptions.raw_cipher = v.was`, "BIGINT", "BYTEA", "BYTEA")
	var ids []id.Exception
	for _, k := range page {
		fresh, err := keys.Reseal(purpose, k.Raw)
		if err != nil {
			return turn, err
		}
		if !slices.Equal(fresh, k.Raw) {
			rows.Add(int64(k.Exception), []byte(k.Raw), fresh)
			ids = append(ids, k.Exception)
		}
	}
	if _, err := db.Lock(tx, "exceptions", "exception_id", ids); err != nil {
		return turn, err
	}
	turn.Changed, err = rows.Run()
	return turn, err
}

// TallyRaw counts a page of raw messages by the key that sealed them.
func TallyRaw(tx *db.Tx, after int64, limit int) (t seal.Tally, err error) {
	seen := 0
	err = tx.Each(`/* review.TallyRaw */ SELECT exception_id, SUBSTR(raw_cipher, 1, 3) FROM exceptions
		WHERE raw_cipher IS NOT NULL AND exception_id > $1 ORDER BY exception_id LIMIT $2`, func(r db.Row) error {
		var head []byte
		err := r.Scan(&t.Next, &head)
		t.Count(head)
		seen++
		return err
	}, after, limit)
	if seen < limit {
		t.Next = 0
	}
	return t, err
}
