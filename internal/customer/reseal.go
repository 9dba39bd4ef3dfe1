package customer

import (
	"bytes"

	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
	"baihuo/internal/shop"
)

// A step of the rotation opens rows that an older key sealed, seals them anew and makes
// their digests anew from what was opened. Each row is written only if its ciphertexts
// are still those that were read: what was erased or written meanwhile stays as it is.

type sealedRecipient struct {
	id                   id.Recipient
	name, phone, address []byte
	index, digest        []byte
	opaque               string
}

// ResealRecipients does one step over at most limit recipients after one.
func ResealRecipients(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, err := db.List(tx, `/* customer.ResealRecipients */ SELECT recipient_id, name_cipher, phone_cipher, address_cipher,
		digest, opaque_id FROM recipients WHERE recipient_id > $1 ORDER BY recipient_id LIMIT $2`,
		func(r db.Row) (s sealedRecipient, err error) {
			return s, r.Scan(&s.id, &s.name, &s.phone, &s.address, &s.digest, &s.opaque)
		}, after, limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = int64(page[len(page)-1].id)
	}
	var stale []sealedRecipient
	var ids []id.Recipient
	for _, s := range page {
		if s.old(keys) {
			stale, ids = append(stale, s), append(ids, s.id)
		}
	}
	if len(stale) == 0 {
		return turn, nil
	}
	platforms, err := platformsOf(tx)
	if err != nil {
		return turn, err
	}
	if _, err := db.Lock(tx, "recipients", "recipient_id", ids); err != nil {
		return turn, err
	}
	turn.Changed, err = saveResealed(tx, keys, stale, platforms)
	return turn, err
}

func (s *sealedRecipient) old(keys *seal.Keyring) bool {
	for _, c := range [][]byte{s.name, s.phone, s.address} {
		if len(c) > 0 && !keys.Current(c) {
			return true
		}
	}
	return false
}

func saveResealed(tx *db.Tx, keys *seal.Keyring, stale []sealedRecipient, platforms []string) (int64, error) {
	rows := tx.Batch(`/* customer.ResealRecipients */ WITH v (recipient_id, was_name, was_phone, was_address, name, phone, address,
		phone_index, digest) AS (VALUES {rows}) UPDATE recipients SET name_cipher = v.name, phone_cipher = v.phone,
		address_cipher = v.address, phone_index = v.phone_index, digest = v.digest FROM v
		WHERE recipients.recipient_id = v.recipient_id AND recipients.name_cipher = v.was_name
		AND recipients.phone_cipher = v.was_phone AND recipients.address_cipher = v.was_address`,
		"BIGINT", "BYTEA", "BYTEA", "BYTEA", "BYTEA", "BYTEA", "BYTEA", "BYTEA", "BYTEA")
	for _, s := range stale {
		fresh, err := s.anew(keys, platforms)
		if err != nil {
			return 0, err
		}
		rows.Add(int64(s.id), stored(s.name), stored(s.phone), stored(s.address), stored(fresh.name), stored(fresh.phone),
			stored(fresh.address), stored(fresh.index), stored(fresh.digest))
	}
	return rows.Run()
}

// anew seals and digests a recipient with the newest key.
func (s *sealedRecipient) anew(keys *seal.Keyring, platforms []string) (fresh sealedRecipient, err error) {
	open := Recipient{Name: seal.Text{Cipher: s.name}, Phone: seal.Text{Cipher: s.phone}, Address: seal.Text{Cipher: s.address}, OpaqueID: s.opaque}
	c, err := open.Open(keys)
	if err != nil {
		return fresh, err
	}
	for _, f := range []struct {
		purpose string
		from    []byte
		to      *[]byte
	}{{purposeName, s.name, &fresh.name}, {purposePhone, s.phone, &fresh.phone}, {purposeAddress, s.address, &fresh.address}} {
		if *f.to, err = keys.Reseal(f.purpose, f.from); err != nil {
			return fresh, err
		}
	}
	phone := address.ParsePhone(c.Phone)
	fresh.index, fresh.digest = phoneIndex(keys, phone), s.digest
	if c.OpaqueID == "" {
		platforms = []string{""}
	}
	for _, platform := range platforms {
		all := sameRecipient(keys, platform, c, phone, address.Parse(c.Detail))
		if in(all, s.digest) {
			fresh.digest = all[0]
			return fresh, nil
		}
	}
	// The address reads otherwise as one text than it did in fields. The digest stays:
	// as long as the order lives, its channel may seem to name another recipient once.
	return fresh, nil
}

func in(all [][]byte, one []byte) bool {
	for _, d := range all {
		if bytes.Equal(d, one) {
			return true
		}
	}
	return false
}

func platformsOf(tx *db.Tx) (platforms []string, err error) {
	shops, err := shop.All(tx)
	seen := map[string]bool{}
	for _, s := range shops {
		if !seen[s.Platform] {
			seen[s.Platform], platforms = true, append(platforms, s.Platform)
		}
	}
	return platforms, err
}

// TallyRecipients counts a page of recipients by the oldest key that sealed them.
func TallyRecipients(tx *db.Tx, after int64, limit int) (seal.Tally, error) {
	return db.Sealed{Table: "recipients", Key: "recipient_id",
		Columns: []db.SealedColumn{{Name: "name_cipher"}, {Name: "phone_cipher"}, {Name: "address_cipher"}}}.Tally(tx, after, limit)
}

type sealedBuyer struct {
	id                   id.Buyer
	platform             string
	digest, name, idText []byte
}

// ResealBuyers does one step over at most limit buyers after one. Their digests are made
// anew even where the name is sealed with the newest key: a buyer who came before
// TurnDigests has the one and not the other.
func ResealBuyers(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, err := db.List(tx, `/* customer.ResealBuyers */ SELECT buyer_id, platform, digest, name_cipher, id_cipher FROM buyers
		WHERE buyer_id > $1 ORDER BY buyer_id LIMIT $2`, func(r db.Row) (s sealedBuyer, err error) {
		return s, r.Scan(&s.id, &s.platform, &s.digest, &s.name, &s.idText)
	}, after, limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = int64(page[len(page)-1].id)
	}
	fresh, err := buyersAnew(tx, keys, page)
	if err != nil || len(fresh) == 0 {
		return turn, err
	}
	var ids []id.Buyer
	for _, f := range fresh {
		ids = append(ids, f.old.id)
	}
	if _, err := db.Lock(tx, "buyers", "buyer_id", ids); err != nil {
		return turn, err
	}
	rows := tx.Batch(`/* customer.ResealBuyers */ WITH v (buyer_id, was_digest, was_name, digest, name, id) AS (VALUES {rows})
		UPDATE buyers SET digest = v.digest, name_cipher = v.name, id_cipher = v.id FROM v WHERE buyers.buyer_id = v.buyer_id
		AND buyers.digest = v.was_digest AND buyers.name_cipher = v.was_name`,
		"BIGINT", "BYTEA", "BYTEA", "BYTEA", "BYTEA", "BYTEA")
	for _, f := range fresh {
		rows.Add(int64(f.old.id), f.old.digest, f.old.name, f.digest, f.name, stored(f.idText))
	}
	turn.Changed, err = rows.Run()
	return turn, err
}

type buyerAnew struct {
	old                  sealedBuyer
	digest, name, idText []byte
}

// buyersAnew gives what is to be written of a page of buyers.
func buyersAnew(tx *db.Tx, keys *seal.Keyring, page []sealedBuyer) (list []buyerAnew, err error) {
	digests := make([][][]byte, len(page))
	for i, s := range page {
		if digests[i], err = s.digests(keys); err != nil {
			return nil, err
		}
	}
	taken, err := takenDigests(tx, page, digests)
	if err != nil {
		return nil, err
	}
	for i, s := range page {
		all := digests[i]
		if all == nil {
			continue // erased
		}
		f := buyerAnew{old: s, digest: s.digest}
		// A buyer entered twice, under two keys, keeps the older digest and is found no
		// more once that key is gone: the other one stands for them.
		if in(all, s.digest) && !taken[string(all[0])] {
			f.digest = all[0]
		}
		if f.name, err = keys.Reseal(purposeBuyer, s.name); err != nil {
			return nil, err
		}
		if f.idText, err = keys.Reseal(purposeBuyerID, s.idText); err != nil {
			return nil, err
		}
		if !bytes.Equal(f.digest, s.digest) || !bytes.Equal(f.name, s.name) || !bytes.Equal(f.idText, s.idText) {
			list = append(list, f)
		}
	}
	return list, nil
}

// digests gives the digests of a buyer under all keys, the newest first; none of one who
// was erased.
func (s *sealedBuyer) digests(keys *seal.Keyring) ([][]byte, error) {
	if len(s.name) == 0 {
		return nil, nil
	}
	purpose, sealed := purposeBuyer, s.name
	if len(s.idText) > 0 {
		purpose, sealed = purposeBuyerID, s.idText
	}
	who, err := keys.Open(purpose, sealed)
	if err != nil {
		return nil, err
	}
	return keys.Digests(digestBuyer, s.platform, who), nil
}

// takenDigests tells which of the newest digests another buyer of the house has already.
func takenDigests(tx *db.Tx, page []sealedBuyer, digests [][][]byte) (map[string]bool, error) {
	taken := map[string]bool{}
	rows := tx.Batch(`/* customer.ResealBuyers */ WITH v (platform, digest) AS (VALUES {rows})
		SELECT b.digest FROM v JOIN buyers b ON b.platform = v.platform AND b.digest = v.digest`, "TEXT", "BYTEA")
	for i, s := range page {
		if all := digests[i]; all != nil && !bytes.Equal(all[0], s.digest) {
			rows.Add(s.platform, all[0])
		}
	}
	return taken, rows.Each(func(r db.Row) error {
		var digest []byte
		err := r.Scan(&digest)
		taken[string(digest)] = true
		return err
	})
}

// TallyBuyers counts a page of buyers by the oldest key that sealed them.
func TallyBuyers(tx *db.Tx, after int64, limit int) (seal.Tally, error) {
	return db.Sealed{Table: "buyers", Key: "buyer_id", Columns: []db.SealedColumn{{Name: "name_cipher"}, {Name: "id_cipher"}}}.Tally(tx, after, limit)
}
