package customer

import (
	"encoding/binary"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// Erase empties recipients: what stays is the id, the order and that it was erased. It
// gives how many were not empty before.
func Erase(tx *db.Tx, recipients []id.Recipient, reason string) (erased int, err error) {
	if _, err := db.Lock(tx, "recipients", "recipient_id", recipients); err != nil {
		return 0, err
	}
	note := noteRow(tx, "recipient", Erased, reason)
	err = tx.Each(`/* customer.Erase */ UPDATE recipients SET name_cipher = $1, phone_cipher = $1, address_cipher = $1,
		phone_index = $1, digest = $1, name_mask = '', phone_mask = '', address_mask = '', opaque_id = '', region = '',
		place = '', issues = '', erased_at = $2, revealed = revealed + 1 WHERE recipient_id = ANY($3) AND erased_at = 0
		RETURNING recipient_id, revealed`, func(r db.Row) error {
		erased++
		return note(r)
	}, []byte{}, tx.Now(), recipients)
	return erased, err
}

// EraseBuyers empties buyers, who are known to nobody from then on: who buys again is a
// new buyer. It gives how many were not empty before.
func EraseBuyers(tx *db.Tx, buyers []id.Buyer, reason string) (erased int, err error) {
	if _, err := db.Lock(tx, "buyers", "buyer_id", buyers); err != nil {
		return 0, err
	}
	rows := tx.Batch(`/* customer.EraseBuyers */ WITH v (buyer_id, digest, empty, at) AS (VALUES {rows})
		UPDATE buyers SET digest = v.digest, name_cipher = v.empty, id_cipher = v.empty, name_mask = '',
		blacklisted_at = 0, blacklisted_why = '', blacklisted_until = 0, erased_at = v.at, version = buyers.version + 1 FROM v
		WHERE buyers.buyer_id = v.buyer_id AND buyers.erased_at = 0 RETURNING buyers.buyer_id, buyers.version`,
		"BIGINT", "BYTEA", "BYTEA", "BIGINT")
	for _, n := range buyers {
		// A digest is unique; this one is shorter than any and digests nothing.
		rows.Add(int64(n), binary.BigEndian.AppendUint64(nil, uint64(n)), []byte{}, int64(tx.Now()))
	}
	note := noteRow(tx, "buyer", Erased, reason)
	err = rows.Each(func(r db.Row) error {
		erased++
		return note(r)
	})
	return erased, err
}

// Register keeps that the person with this number (Whole) was erased, by whom and why,
// without the number: the house must be able to show what it did.
func Register(tx *db.Tx, keys *seal.Keyring, number, reason string) error {
	_, err := tx.Exec(`/* customer.Register */ INSERT INTO erasures (erasure_id, phone_digest, reason, actor, at)
		VALUES ($1, $2, $3, $4, $5)`, tx.NewID(), keys.Digests(digestErased, number)[0], reason, tx.By().Actor, tx.Now())
	return err
}
