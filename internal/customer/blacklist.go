package customer

import (
	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
)

// BlackMark is a place in the black list, the latest first.
type BlackMark struct {
	At    db.Instant
	Buyer id.Buyer
}

// Blacklisted gives the buyers on the black list, the latest first and after a mark, at
// most limit. Those whose time has run out are left out.
func Blacklisted(tx *db.Tx, after BlackMark, limit int) ([]Buyer, error) {
	if after.At == 0 {
		after.At = 1<<63 - 1
	}
	return db.List(tx, `/* customer.Blacklisted */ SELECT `+buyerColumns+` FROM buyers WHERE blacklisted_at > 0
		AND (blacklisted_at, buyer_id) < ($1, $2) AND (blacklisted_until = 0 OR blacklisted_until > $3)
		ORDER BY blacklisted_at DESC, buyer_id DESC LIMIT $4`, scanBuyer, after.At, after.Buyer, tx.Now(), limit)
}

// Blacklist puts a buyer on the black list until an instant (0 for always), or takes them
// off with an empty why. Faults: ErrBuyerMissing, ErrBlackUntil.
func Blacklist(tx *db.Tx, buyer id.Buyer, why string, until db.Instant) error {
	at := int64(tx.Now())
	if why == "" {
		at, until = 0, 0
	}
	if until != 0 && until <= tx.Now() {
		return ErrBlackUntil
	}
	version, err := tx.Number(`/* customer.Blacklist */ UPDATE buyers SET blacklisted_at = $1, blacklisted_why = $2,
		blacklisted_until = $3, version = version + 1 WHERE buyer_id = $4 RETURNING version`, at, why, until, buyer)
	if err != nil {
		return err
	}
	if version == 0 {
		return ErrBuyerMissing
	}
	what := "blacklisted"
	if why == "" {
		what = "unblacklisted"
	}
	// The sentence stays in the table, where an erasure reaches it.
	journal.Write(tx, journal.Entry{Kind: "buyer", ID: int64(buyer), Version: version, What: what,
		Payload: journal.JSON(map[string]db.Instant{"until": until})})
	return nil
}

// blackOrders bounds the orders in which a phone's buyers are looked for, the newest.
const blackOrders = 500

// OrdersOfPhone gives the newest orders that went to a whole phone. It is known by its
// digest: the number is compared nowhere and kept nowhere. Fault: ErrPhone.
func OrdersOfPhone(tx *db.Tx, keys *seal.Keyring, phone string) ([]id.Order, error) {
	p := address.ParsePhone(phone)
	if !indexed(p) {
		return nil, ErrPhone
	}
	return ByPhone(tx, keys, p.Number, blackOrders)
}
