package flow

import (
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// regularsLook bounds the orders that are looked at for one phone.
const regularsLook = 50

// Regulars gives the people whom the orders of a scope know under a phone, or under
// its last four digits: sealed, each once, those of the newest orders first, at most
// limit. Who is known by a platform's opaque id alone is left out.
func Regulars(tx *db.Tx, kit Kit, scope staff.Scope, digits string, limit int) ([]customer.Recipient, error) {
	ids, err := customer.ByPhone(tx, kit.Keys, digits, regularsLook)
	if err != nil {
		return nil, err
	}
	if ids, err = inScope(tx, scope, ids); err != nil || len(ids) == 0 {
		return nil, err
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return nil, err
	}
	to := map[id.Order]id.Recipient{}
	var recipients []id.Recipient
	for _, o := range orders {
		to[o.ID] = o.Recipient
		recipients = append(recipients, o.Recipient)
	}
	people, err := customer.Get(tx, recipients)
	if err != nil {
		return nil, err
	}
	var list []customer.Recipient
	seen := map[string]bool{}
	for _, n := range ids {
		r, known := people[to[n]]
		if !known || r.ErasedAt > 0 || r.OpaqueID != "" || seen[string(r.Digest)] || len(list) == limit {
			continue
		}
		seen[string(r.Digest)] = true
		list = append(list, r)
	}
	return list, nil
}

// ContactOf opens what an order for somebody known is made of. Nobody sees it: it goes
// from one sealed place to another. Fault: customer.ErrRecipientMissing.
func ContactOf(tx *db.Tx, kit Kit, recipient id.Recipient) (customer.Contact, error) {
	found, err := customer.Get(tx, []id.Recipient{recipient})
	if err != nil {
		return customer.Contact{}, err
	}
	r, known := found[recipient]
	if !known || r.ErasedAt > 0 {
		return customer.Contact{}, customer.ErrRecipientMissing
	}
	return r.Open(kit.Keys)
}
