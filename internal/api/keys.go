package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
)

const keySetting = "api_key_sha256"

// EnsureKey makes the house's API key if there is none and gives it in the clear,
// once: only its SHA-256 is stored. It gives an empty text when there is a key
// already. random is where the key comes from (crypto/rand.Reader in the product).
// Of several nodes that start together one makes the key.
func EnsureKey(ctx context.Context, d *db.DB, random io.Reader) (plaintext string, err error) {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", fault.Of(err)
	}
	key := "bh_" + base64.RawURLEncoding.EncodeToString(secret)
	sum := sha256.Sum256([]byte(key))
	err = d.Write(ctx, db.By{Actor: "system", Cause: "first start"}, func(tx *db.Tx) error {
		plaintext = ""
		there, err := db.Setting(tx, keySetting)
		if err != nil || there != "" {
			return err
		}
		// The row is the lock between nodes: only one of them can add it.
		first, err := keepAnswers(tx, []kept{{caller: "system", key: keySetting, digest: sum[:],
			answer: answer{status: 200}}})
		if err != nil {
			return err
		}
		if first == 0 {
			return db.ErrAgain
		}
		plaintext = key
		return db.SetSetting(tx, keySetting, hex.EncodeToString(sum[:]))
	})
	if err != nil {
		return "", err
	}
	return plaintext, nil
}

// Keys knows the digests of the keys that may call.
type Keys struct{ sum []byte }

// LoadKeys reads what EnsureKey stored.
func LoadKeys(ctx context.Context, d *db.DB) (k Keys, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		text, err := db.Setting(tx, keySetting)
		if err != nil {
			return err
		}
		k.sum, err = hex.DecodeString(text)
		return err
	})
	return k, err
}

// Caller names who calls, or refuses with ErrUnauthorized. It takes the same time
// whatever the key.
func (k Keys) Caller(r *http.Request) (string, error) {
	text, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(text)))
	if !bearer || len(k.sum) != sha256.Size || subtle.ConstantTimeCompare(sum[:], k.sum) != 1 {
		return "", ErrUnauthorized
	}
	return "api", nil
}
