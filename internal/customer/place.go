package customer

import (
	"bytes"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
)

// The faults of the room.
var (
	ErrRecipientMissing = fault.New(fault.Missing, "recipient_missing", "收件人资料不存在或已按隐私要求删除", "The recipient does not exist or was erased")
	ErrReasonMissing    = fault.New(fault.Invalid, "reveal_reason", "查看明文必须写明理由", "Opening personal data needs a reason")
	ErrBuyerMissing     = fault.New(fault.Missing, "buyer_missing", "买家不存在", "The buyer does not exist")
)

// Buyers finds the buyers of parties, creates those seen for the first time and
// marks who is on the black list.
func Buyers(tx *db.Tx, parties []*Party) error {
	known := map[string][]*Party{}
	var digests [][]byte
	for _, p := range parties {
		p.Buyer, p.Blacklisted = 0, "" // a transaction that was undone may have set them
		if p.BuyerDigest == nil {
			continue
		}
		key := string(p.BuyerDigest)
		if known[key] == nil {
			digests = append(digests, p.BuyerDigest)
		}
		known[key] = append(known[key], p)
	}
	slices.SortFunc(digests, func(a, b []byte) int { return strings.Compare(string(a), string(b)) })
	if err := findBuyers(tx, known, digests); err != nil {
		return err
	}
	rows := tx.Batch(`/* customer.Buyers */ INSERT INTO buyers (buyer_id, platform, digest, name_cipher, name_mask, created_at)
		VALUES {rows} ON CONFLICT (platform, digest) DO NOTHING`)
	var fresh [][]byte
	for _, d := range digests {
		if p := known[string(d)][0]; p.Buyer == 0 {
			n := id.Buyer(tx.NewID())
			for _, same := range known[string(d)] {
				same.Buyer = n
			}
			rows.Add(int64(n), p.Platform, d, p.BuyerName.Cipher, p.BuyerName.Mask, int64(tx.Now()))
			fresh = append(fresh, d)
		}
	}
	n, err := rows.Run()
	if err != nil || n == int64(rows.Len()) {
		return err
	}
	return findBuyers(tx, known, fresh) // another node was first
}

func findBuyers(tx *db.Tx, known map[string][]*Party, digests [][]byte) error {
	list := tx.Batch(`/* customer.Buyers */ WITH v (platform, digest) AS (VALUES {rows})
		SELECT b.digest, b.platform, b.buyer_id, b.blacklisted_why FROM v
		JOIN buyers b ON b.platform = v.platform AND b.digest = v.digest`, "TEXT", "BYTEA")
	for _, d := range digests {
		for _, p := range known[string(d)] {
			list.Add(p.Platform, d)
		}
	}
	return list.Each(func(r db.Row) error {
		var digest []byte
		var platform, why string
		var buyer id.Buyer
		if err := r.Scan(&digest, &platform, &buyer, &why); err != nil {
			return err
		}
		for _, p := range known[string(digest)] {
			if p.Platform == platform {
				p.Buyer, p.Blacklisted = buyer, why
			}
		}
		return nil
	})
}

// Owned is a party and the order it belongs to.
type Owned struct {
	*Party
	Order id.Order
}

// Recipients writes the recipients of orders under the ids they carry.
func Recipients(tx *db.Tx, list []Owned) error {
	rows := tx.Batch(`/* customer.Recipients */ INSERT INTO recipients (recipient_id, order_id, name_cipher, name_mask,
		phone_cipher, phone_mask, address_cipher, address_mask, phone_index, digest, opaque_id, region, place,
		issues, created_at) VALUES {rows}`)
	for _, o := range list {
		rows.Add(int64(o.Recipient), int64(o.Order), cipher(o.Name), o.Name.Mask, cipher(o.Phone), o.Phone.Mask,
			cipher(o.Address), o.Address.Mask, o.phoneIndex, o.Digest, o.OpaqueID, o.Region, o.Place,
			strings.Join(o.Issues, " "), int64(tx.Now()))
	}
	_, err := rows.Run()
	return err
}

func cipher(t seal.Text) []byte {
	if t.Cipher == nil {
		return []byte{}
	}
	return t.Cipher
}

// Recipient is what the rooms may carry of a recipient.
type Recipient struct {
	ID       id.Recipient
	Order    id.Order
	Name     seal.Text
	Phone    seal.Text
	Address  seal.Text
	Digest   []byte
	OpaqueID string
	Region   string
	Place    string
	Issues   []string
}

// Get gives recipients by id, sealed.
func Get(tx *db.Tx, ids []id.Recipient) (map[id.Recipient]Recipient, error) {
	found := map[id.Recipient]Recipient{}
	err := tx.Each(`/* customer.Get */ SELECT recipient_id, order_id, name_cipher, name_mask, phone_cipher, phone_mask,
		address_cipher, address_mask, digest, opaque_id, region, place, issues FROM recipients WHERE recipient_id = ANY($1)`,
		func(r db.Row) error {
			var c Recipient
			var issues string
			err := r.Scan(&c.ID, &c.Order, &c.Name.Cipher, &c.Name.Mask, &c.Phone.Cipher, &c.Phone.Mask,
				&c.Address.Cipher, &c.Address.Mask, &c.Digest, &c.OpaqueID, &c.Region, &c.Place, &issues)
			c.Issues = strings.Fields(issues)
			found[c.ID] = c
			return err
		}, ids)
	return found, err
}

// ByPhone gives the orders whose recipient has this phone, the newest first: the
// whole number, or its last four digits.
func ByPhone(tx *db.Tx, keys *seal.Keyring, digits string, limit int) ([]id.Order, error) {
	if len(digits) < 4 {
		return nil, nil
	}
	from := tailIndex(keys, digits)
	if len(digits) > 4 {
		from = append(from, keys.Digest(digestPhone, digits)...)
	}
	to := append(slices.Clone(from), bytes.Repeat([]byte{0xff}, 32)...)
	return db.List(tx, `/* customer.ByPhone */ SELECT order_id FROM recipients WHERE phone_index >= $1 AND phone_index <= $2
		ORDER BY recipient_id DESC LIMIT $3`, func(r db.Row) (o id.Order, err error) { return o, r.Scan(&o) }, from, to, limit)
}

// Reveal opens one recipient's data for a reason, and leaves a journal row that
// says who saw it. Faults: ErrReasonMissing, ErrRecipientMissing.
func Reveal(tx *db.Tx, keys *seal.Keyring, recipient id.Recipient, reason string) (Contact, error) {
	if strings.TrimSpace(reason) == "" {
		return Contact{}, ErrReasonMissing
	}
	found, err := Get(tx, []id.Recipient{recipient})
	if err != nil {
		return Contact{}, err
	}
	r, ok := found[recipient]
	if !ok {
		return Contact{}, ErrRecipientMissing
	}
	c := Contact{OpaqueID: r.OpaqueID}
	for purpose, field := range map[string]struct {
		from seal.Text
		to   *string
	}{purposeName: {r.Name, &c.Name}, purposePhone: {r.Phone, &c.Phone}, purposeAddress: {r.Address, &c.Detail}} {
		if *field.to, err = keys.OpenText(purpose, field.from); err != nil {
			return Contact{}, err
		}
	}
	version, err := tx.Number(`/* customer.Reveal */ UPDATE recipients SET revealed = revealed + 1 WHERE recipient_id = $1
		RETURNING revealed`, recipient)
	journal.Write(tx, journal.Entry{Kind: "recipient", ID: int64(recipient), Version: version, What: "revealed",
		Payload: journal.JSON(map[string]string{"reason": reason})})
	return c, err
}

// Blacklist puts a buyer on the black list, or takes them off with an empty why.
func Blacklist(tx *db.Tx, buyer id.Buyer, why string) error {
	at := int64(tx.Now())
	if why == "" {
		at = 0
	}
	version, err := tx.Number(`/* customer.Blacklist */ UPDATE buyers SET blacklisted_at = $1, blacklisted_why = $2,
		version = version + 1 WHERE buyer_id = $3 RETURNING version`, at, why, buyer)
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
	journal.Write(tx, journal.Entry{Kind: "buyer", ID: int64(buyer), Version: version, What: what, Payload: journal.JSON(map[string]string{"why": why})})
	return nil
}
