package review

import (
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

// SealedRaw is where raw messages lie; purpose is the one that they are sealed under.
func SealedRaw(purpose string) db.Sealed {
	return db.Sealed{Table: "exceptions", Key: "exception_id", Columns: []db.SealedColumn{{Name: "raw_cipher", Purpose: purpose}},
		Only: "raw_cipher IS NOT NULL", PageMost: rawMost}
}
