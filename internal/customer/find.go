package customer

import (
	"bytes"
	"cmp"
	"slices"

	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// ByPhone gives the orders whose recipient has this phone, the newest first: the
// whole number, or its last four digits.
func ByPhone(tx *db.Tx, keys *seal.Keyring, digits string, limit int) ([]id.Order, error) {
	if len(digits) < 4 {
		return nil, nil
	}
	var from [][]byte
	if phone := address.ParsePhone(digits); indexed(phone) {
		from = phoneIndexes(keys, phone.Number)
	} else if from = tailIndexes(keys, digits); len(digits) > 4 {
		from = phoneIndexes(keys, digits)
	}
	var found []reached
	for _, index := range from {
		to := append(slices.Clone(index), bytes.Repeat([]byte{0xff}, 32)...)
		list, err := db.List(tx, `/* customer.ByPhone */ SELECT recipient_id, order_id FROM recipients
			WHERE phone_index >= $1 AND phone_index <= $2 ORDER BY recipient_id DESC LIMIT $3`, scanReached, index, to, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, func(a, b reached) int { return cmp.Compare(b.recipient, a.recipient) })
	var orders []id.Order
	for _, f := range found[:min(len(found), limit)] {
		orders = append(orders, f.order)
	}
	return orders, nil
}

// reached is a recipient found by phone, and the order it was written for.
type reached struct {
	recipient id.Recipient
	order     id.Order
}

func scanReached(r db.Row) (f reached, err error) { return f, r.Scan(&f.recipient, &f.order) }

// Whole reads a person's phone as search and digests know it. Fault: ErrPhone, for a
// number that is cut, masked or virtual.
func Whole(phone string) (number string, err error) {
	p := address.ParsePhone(phone)
	if !indexed(p) {
		return "", ErrPhone
	}
	return p.Number, nil
}

// OfPhone gives the recipients that have a whole number (Whole), by id and after one,
// at most limit.
func OfPhone(tx *db.Tx, keys *seal.Keyring, number string, after id.Recipient, limit int) ([]Recipient, error) {
	var found []Recipient
	for _, index := range phoneIndexes(keys, number) {
		list, err := db.List(tx, `/* customer.OfPhone */ SELECT `+recipientColumns+` FROM recipients
			WHERE phone_index = $1 AND recipient_id > $2 ORDER BY recipient_id LIMIT $3`, scanRecipient, index, after, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, func(a, b Recipient) int { return cmp.Compare(a.ID, b.ID) })
	return found[:min(len(found), limit)], nil
}

// Ends says of which recipients the phone is a whole number, or ends in four digits. One
// without an index, as a platform's mask or an erased one, has no end.
func Ends(tx *db.Tx, keys *seal.Keyring, recipients []id.Recipient, digits string) (map[id.Recipient]bool, error) {
	var from [][]byte
	switch number, err := Whole(digits); {
	case err == nil:
		from = phoneIndexes(keys, number)
	case len(digits) == 4:
		from = tailIndexes(keys, digits)
	}
	ends := map[id.Recipient]bool{}
	if len(from) == 0 {
		return ends, nil
	}
	return ends, tx.Each(`/* customer.Ends */ SELECT recipient_id, phone_index FROM recipients WHERE recipient_id = ANY($1)`, func(r db.Row) error {
		var n id.Recipient
		var index []byte
		err := r.Scan(&n, &index)
		ends[n] = slices.ContainsFunc(from, func(one []byte) bool { return bytes.HasPrefix(index, one) })
		return err
	}, recipients)
}

// replacedMost bounds the recipients that one order is followed back through.
const replacedMost = 100

// WithReplaced gives recipients and those that they took the place of on their orders.
func WithReplaced(tx *db.Tx, ids []id.Recipient) (map[id.Recipient]Recipient, error) {
	all := map[id.Recipient]Recipient{}
	for range replacedMost {
		found, err := Get(tx, ids)
		if err != nil {
			return nil, err
		}
		ids = nil
		for n, r := range found {
			all[n] = r
			if _, seen := all[r.Replaces]; r.Replaces != 0 && !seen {
				ids = append(ids, r.Replaces)
			}
		}
		if len(ids) == 0 {
			break
		}
	}
	return all, nil
}

// Buyer is what the rooms may carry of a buyer.
type Buyer struct {
	ID       id.Buyer
	Platform string
	Name     seal.Text
	// known is what the channel calls the buyer, where that is not the name.
	known         []byte
	BlacklistedAt db.Instant
	Why           string
	// Until is when the black list lets go of the buyer, 0 for never.
	Until     db.Instant
	CreatedAt db.Instant
	ErasedAt  db.Instant
}

// Black gives why a buyer stands on the black list at an instant, "" for one who does not.
func (b Buyer) Black(now db.Instant) string {
	if b.BlacklistedAt == 0 || b.Until > 0 && b.Until <= now {
		return ""
	}
	return b.Why
}

const buyerColumns = `buyer_id, platform, name_cipher, name_mask, id_cipher, blacklisted_at, blacklisted_why, blacklisted_until, created_at,
	erased_at`

func scanBuyer(r db.Row) (b Buyer, err error) {
	return b, r.Scan(&b.ID, &b.Platform, &b.Name.Cipher, &b.Name.Mask, &b.known, &b.BlacklistedAt, &b.Why, &b.Until, &b.CreatedAt, &b.ErasedAt)
}

// GetBuyers gives buyers by id, sealed.
func GetBuyers(tx *db.Tx, ids []id.Buyer) (map[id.Buyer]Buyer, error) {
	found := map[id.Buyer]Buyer{}
	err := tx.Each(`/* customer.GetBuyers */ SELECT `+buyerColumns+` FROM buyers WHERE buyer_id = ANY($1)`,
		func(r db.Row) error {
			b, err := scanBuyer(r)
			found[b.ID] = b
			return err
		}, ids)
	return found, err
}
