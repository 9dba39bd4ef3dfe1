package customer

import (
	"cmp"
	"encoding/json"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
)

// Sight is somebody who saw a person's data, or erased it.
type Sight struct {
	What   string     `json:"what"` // Revealed, Exported, Erased
	Actor  string     `json:"actor"`
	At     db.Instant `json:"at"`
	Reason string     `json:"reason"`
	// Recipient and Order it was about; 0 for an erasure of which only the number's
	// digest is left.
	Recipient id.Recipient `json:"recipient,omitempty"`
	Order     id.Order     `json:"order,omitempty"`
}

const (
	// seenMost bounds the recipients of one number that are looked at, the newest
	// first. Who orders more often than that is asked about order by order.
	seenMost  = 5000
	sightMost = 1000

	sawRecipients = `/* customer.WhoSaw */ SELECT recipient_id, order_id FROM recipients
		WHERE phone_index = $1 AND revealed > 0 ORDER BY recipient_id DESC LIMIT $2`
	sawErasures = `/* customer.WhoSaw */ SELECT actor, at, reason FROM erasures WHERE phone_digest = $1
		ORDER BY erasure_id DESC LIMIT $2`
)

// WhoSaw tells who saw the data of the person with this whole phone number, the newest
// first, at most limit. Exports and erasures are among them. What was seen before an
// erasure is no longer found by the number: nothing leads from it to those orders any
// more. Fault: ErrPhone.
func WhoSaw(tx *db.Tx, keys *seal.Keyring, phone string, limit int) ([]Sight, error) {
	number, err := Whole(phone)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > sightMost {
		limit = sightMost
	}
	orders := map[id.Recipient]id.Order{}
	for _, index := range phoneIndexes(keys, number) {
		found, err := db.List(tx, sawRecipients, scanReached, index, seenMost)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			orders[f.recipient] = f.order
		}
	}
	list, err := Saw(tx, orders, limit)
	if err != nil {
		return nil, err
	}
	erasures, err := erasuresOf(tx, keys, number, limit)
	list = append(list, erasures...)
	slices.SortStableFunc(list, func(a, b Sight) int { return cmp.Compare(b.At, a.At) })
	return list[:min(len(list), limit)], err
}

// Saw tells who saw recipients, given with their orders, the newest first.
func Saw(tx *db.Tx, recipients map[id.Recipient]id.Order, limit int) (list []Sight, err error) {
	objects := make([]int64, 0, len(recipients))
	for n := range recipients {
		objects = append(objects, int64(n))
	}
	slices.Sort(objects)
	rows, err := journal.Latest(tx, objects, limit)
	for _, r := range rows {
		n := id.Recipient(r.ID)
		list = append(list, Sight{What: r.What, Actor: r.By.Actor, At: r.At, Reason: reasonIn(r.Payload), Recipient: n, Order: recipients[n]})
	}
	return list, err
}

func erasuresOf(tx *db.Tx, keys *seal.Keyring, number string, limit int) (list []Sight, err error) {
	for _, digest := range keys.Digests(digestErased, number) {
		found, err := db.List(tx, sawErasures, func(r db.Row) (Sight, error) {
			s := Sight{What: Erased}
			return s, r.Scan(&s.Actor, &s.At, &s.Reason)
		}, digest, limit)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

func reasonIn(payload string) string {
	var p struct{ Reason string }
	_ = json.Unmarshal([]byte(payload), &p) // a row of another kind has none
	return p.Reason
}
