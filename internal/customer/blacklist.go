package customer

import (
	"baihuo/internal/db"
)

// Blacklisted gives the buyers on the black list, the latest first, at most limit.
func Blacklisted(tx *db.Tx, limit int) ([]Buyer, error) {
	return db.List(tx, `/* customer.Blacklisted */ SELECT `+buyerColumns+` FROM buyers WHERE blacklisted_at > 0
		ORDER BY blacklisted_at DESC, buyer_id DESC LIMIT $1`, func(r db.Row) (b Buyer, err error) {
		return b, r.Scan(&b.ID, &b.Platform, &b.Name.Cipher, &b.Name.Mask, &b.known, &b.BlacklistedAt, &b.Why, &b.CreatedAt, &b.ErasedAt)
	}, limit)
}
