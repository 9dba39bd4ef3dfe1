package customer

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// Owned is a party and the order it belongs to.
type Owned struct {
	*Party
	Order id.Order
	// Replaces is the recipient that the order had before; 0 for a new order.
	Replaces id.Recipient
}

// Recipients writes the recipients of orders under the ids they carry.
func Recipients(tx *db.Tx, list []Owned) error {
	rows := tx.Batch(`/* customer.Recipients */ INSERT INTO recipients (recipient_id, order_id, name_cipher, name_mask,
		phone_cipher, phone_mask, address_cipher, address_mask, phone_index, digest, opaque_id, region, place,
		issues, created_at) VALUES {rows}`)
	for _, o := range list {
		rows.Add(int64(o.Recipient), int64(o.Order), stored(o.Name.Cipher), o.Name.Mask, stored(o.Phone.Cipher), o.Phone.Mask,
			stored(o.Address.Cipher), o.Address.Mask, o.phoneIndex, o.Digest, o.OpaqueID, o.Region, o.Place,
			strings.Join(o.Issues, " "), int64(tx.Now()))
	}
	if _, err := rows.Run(); err != nil {
		return err
	}
	for _, o := range list { // few: acceptance pays no column for it
		if o.Replaces == 0 {
			continue
		}
		_, err := tx.Exec(`/* customer.Recipients */ UPDATE recipients SET replaces = $1 WHERE recipient_id = $2`,
			o.Replaces, o.Recipient)
		if err != nil {
			return err
		}
	}
	return nil
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
	// Replaces is the recipient that the order had before; 0 for none.
	Replaces  id.Recipient
	CreatedAt db.Instant
	// ErasedAt: nothing of the above but the ids is left.
	ErasedAt db.Instant
}

const recipientColumns = `recipient_id, order_id, name_cipher, name_mask, phone_cipher, phone_mask, address_cipher,
	address_mask, digest, opaque_id, region, place, issues, replaces, created_at, erased_at`

func scanRecipient(r db.Row) (c Recipient, err error) {
	var issues string
	err = r.Scan(&c.ID, &c.Order, &c.Name.Cipher, &c.Name.Mask, &c.Phone.Cipher, &c.Phone.Mask, &c.Address.Cipher,
		&c.Address.Mask, &c.Digest, &c.OpaqueID, &c.Region, &c.Place, &issues, &c.Replaces, &c.CreatedAt, &c.ErasedAt)
	c.Issues = strings.Fields(issues)
	return c, err
}

// Get gives recipients by id, sealed.
func Get(tx *db.Tx, ids []id.Recipient) (map[id.Recipient]Recipient, error) {
	found := map[id.Recipient]Recipient{}
	err := tx.Each(`/* customer.Get */ SELECT `+recipientColumns+` FROM recipients WHERE recipient_id = ANY($1)`,
		func(r db.Row) error {
			c, err := scanRecipient(r)
			found[c.ID] = c
			return err
		}, ids)
	return found, err
}
