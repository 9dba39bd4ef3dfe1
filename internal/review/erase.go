package review

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// What stands in place of a sentence that may have quoted the person.
const (
	erasedZH = "(已按个人信息删除要求清除)"
	erasedEN = "(erased at the person's request)"
)

// Erase empties what holds and exceptions of ended orders say in words, for they may
// quote what people typed, and their raw messages. Kind, handle and times stay.
func Erase(tx *db.Tx, orders []id.Order, reason string) error {
	holds, err := ofOrders[id.Hold](tx, `/* review.Erase */ SELECT hold_id FROM holds WHERE order_id = ANY($1)`, orders)
	if err != nil {
		return err
	}
	work, err := ofOrders[id.Exception](tx, `/* review.Erase */ SELECT exception_id FROM exceptions
		WHERE order_id = ANY($1) AND order_id > 0`, orders)
	if err != nil {
		return err
	}
	if err := eraseHolds(tx, holds, reason); err != nil {
		return err
	}
	return EraseExceptions(tx, work, reason)
}

func ofOrders[K ~int64](tx *db.Tx, text string, orders []id.Order) ([]K, error) {
	return db.List(tx, text, func(r db.Row) (k K, err error) { return k, r.Scan(&k) }, orders)
}

func eraseHolds(tx *db.Tx, holds []id.Hold, reason string) error {
	if _, err := db.Lock(tx, "holds", "hold_id", holds); err != nil || len(holds) == 0 {
		return err
	}
	payload := journal.JSON(map[string]string{"reason": reason})
	return tx.Each(`/* review.Erase */ UPDATE holds SET reason_zh = $1, reason_en = $2, facts = '{}',
		released_why = CASE WHEN released_at > 0 THEN $2 ELSE '' END, version = version + 1
		WHERE hold_id = ANY($3) AND reason_zh <> $1 RETURNING hold_id, version`, func(r db.Row) error {
		var h Hold
		err := r.Scan(&h.ID, &h.Version)
		journal.Write(tx, journal.Entry{Kind: "hold", ID: int64(h.ID), Version: h.Version, What: "erased", Payload: payload})
		return err
	}, erasedZH, erasedEN, holds)
}

// EraseExceptions empties what exceptions say in words, and their raw messages. One that
// was open stays open.
func EraseExceptions(tx *db.Tx, work []id.Exception, reason string) error {
	if _, err := db.Lock(tx, "exceptions", "exception_id", work); err != nil || len(work) == 0 {
		return err
	}
	payload := journal.JSON(map[string]string{"reason": reason})
	return tx.Each(`/* review.Erase */ UPDATE exceptions SET zh = $1, en = $2, detail = '', raw_cipher = NULL,
		closed_how = CASE WHEN closed_at > 0 THEN $2 ELSE '' END, version = version + 1
		WHERE exception_id = ANY($3) AND (zh <> $1 OR raw_cipher IS NOT NULL) RETURNING exception_id, version`,
		func(r db.Row) error { return noteException(tx, r, "erased", payload) }, erasedZH, erasedEN, work)
}
