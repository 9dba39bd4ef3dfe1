package customer

import (
	"bytes"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// buyer is one buyer of a batch, and all parties that name them.
type buyer struct {
	*Party         // the first
	digest  []byte // under which they are entered
	parties []*Party
}

// Buyers finds the buyers of parties, creates those seen for the first time and
// marks who is on the black list.
func Buyers(tx *db.Tx, parties []*Party) error {
	list, err := buyersOf(tx, parties)
	if err != nil || len(list) == 0 {
		return err
	}
	slices.SortFunc(list, func(a, b *buyer) int { return bytes.Compare(a.digest, b.digest) })
	if err := findBuyers(tx, list); err != nil {
		return err
	}
	rows := tx.Batch(`/* customer.Buyers */ INSERT INTO buyers (buyer_id, platform, digest, name_cipher, name_mask, id_cipher,
		created_at) VALUES {rows} ON CONFLICT (platform, digest) DO NOTHING`)
	var fresh []*buyer
	for _, b := range list {
		if b.Buyer != 0 {
			continue
		}
		n := id.Buyer(tx.NewID())
		for _, p := range b.parties {
			p.Buyer, p.made = n, true
		}
		rows.Add(int64(n), b.Platform, b.digest, b.BuyerName.Cipher, b.BuyerName.Mask, stored(b.buyerID), int64(tx.Now()))
		fresh = append(fresh, b)
	}
	n, err := rows.Run()
	if err != nil || n == int64(rows.Len()) {
		return err
	}
	return findBuyers(tx, fresh) // another node was first
}

// buyersOf gives the buyers of parties, each once.
func buyersOf(tx *db.Tx, parties []*Party) (list []*buyer, err error) {
	known := map[string]*buyer{}
	for _, p := range parties {
		p.Buyer, p.Blacklisted, p.made = 0, "", false // a transaction that was undone may have set them
		if p.BuyerDigest == nil {
			continue
		}
		b := known[string(p.BuyerDigest)]
		if b == nil {
			b = &buyer{Party: p, digest: p.BuyerDigest}
			known[string(p.BuyerDigest)], list = b, append(list, b)
		}
		b.parties = append(b.parties, p)
	}
	if len(list) == 0 || len(list[0].buyerDigests) == 1 {
		return list, nil
	}
	at, err := digestSlot(tx, list[0].keys)
	for _, b := range list {
		b.digest = b.buyerDigests[at]
	}
	return list, err
}

// findBuyers looks buyers up under every key held. Should one be there twice, the
// first that was entered counts.
func findBuyers(tx *db.Tx, list []*buyer) error {
	rows := tx.Batch(`/* customer.Buyers */ WITH v (platform, digest) AS (VALUES {rows})
		SELECT b.digest, b.buyer_id, b.blacklisted_at, b.blacklisted_why, b.blacklisted_until FROM v
		JOIN buyers b ON b.platform = v.platform AND b.digest = v.digest`, "TEXT", "BYTEA")
	byDigest := make(map[string]*buyer, len(list))
	for _, b := range list {
		for _, d := range b.buyerDigests {
			rows.Add(b.Platform, d)
			byDigest[string(d)] = b
		}
	}
	found := map[*buyer]id.Buyer{}
	return rows.Each(func(r db.Row) error {
		var digest []byte
		var known Buyer
		if err := r.Scan(&digest, &known.ID, &known.BlacklistedAt, &known.Why, &known.Until); err != nil {
			return err
		}
		b := byDigest[string(digest)]
		if first := found[b]; first != 0 && first < known.ID {
			return nil
		}
		found[b] = known.ID
		for _, p := range b.parties {
			p.Buyer, p.Blacklisted, p.made = known.ID, known.Black(tx.Now()), false
		}
		return nil
	})
}

// Unmake takes back the buyers that this transaction entered for parties whose orders
// turned out to have been here before, so that a message told again does not bring an
// erased name back. others are parties that keep theirs.
func Unmake(tx *db.Tx, parties, others []*Party) error {
	kept := map[id.Buyer]bool{}
	for _, p := range others {
		kept[p.Buyer] = true
	}
	var gone []id.Buyer
	for _, p := range parties {
		if p.made && !kept[p.Buyer] {
			gone = append(gone, p.Buyer)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := tx.Exec(`/* customer.Unmake */ DELETE FROM buyers WHERE buyer_id = ANY($1)`, gone)
	return err
}

// stored keeps absent bytes from becoming NULL.
func stored(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
