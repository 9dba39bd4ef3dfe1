package webhook

import (
	"bytes"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// Reseal does one step of a change of the master key over at most limit endpoints
// after one, which nobody can change meanwhile.
func Reseal(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, err := db.List(tx, `/* webhook.Reseal */ SELECT `+columns+` FROM webhook_endpoints WHERE endpoint_id > $1
		ORDER BY endpoint_id LIMIT $2 FOR UPDATE`, scan, after, limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = int64(page[len(page)-1].ID)
	}
	for _, e := range page {
		secret, err := keys.Reseal(purpose, e.secret)
		if err != nil {
			return turn, err
		}
		former, err := keys.Reseal(purpose, e.former)
		if err != nil {
			return turn, err
		}
		if bytes.Equal(secret, e.secret) && bytes.Equal(former, e.former) {
			continue
		}
		n, err := tx.Exec(`/* webhook.Reseal */ UPDATE webhook_endpoints SET secret_cipher = $1, former_cipher = $2 WHERE endpoint_id = $3`,
			secret, stored(former), e.ID)
		if err != nil {
			return turn, err
		}
		turn.Changed += n
	}
	return turn, nil
}

// stored keeps an absent secret from becoming NULL.
func stored(cipher []byte) []byte {
	if cipher == nil {
		return []byte{}
	}
	return cipher
}

// Tally counts a page of endpoints by the oldest key that sealed their secrets.
func Tally(tx *db.Tx, after int64, limit int) (t seal.Tally, err error) {
	seen := 0
	err = tx.Each(`/* webhook.Tally */ SELECT endpoint_id, secret_cipher, former_cipher FROM webhook_endpoints WHERE endpoint_id > $1
		ORDER BY endpoint_id LIMIT $2`, func(r db.Row) error {
		var n id.Endpoint
		var secret, former []byte
		err := r.Scan(&n, &secret, &former)
		t.Count(secret, former)
		t.Next = int64(n)
		seen++
		return err
	}, after, limit)
	if seen < limit {
		t.Next = 0
	}
	return t, err
}
