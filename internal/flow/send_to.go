package flow

import (
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// SendTo gives an order, as it stood at version (0: whatever it is now), another
// recipient because a person says so: packages that are not packed yet are undone, a
// packed one is stopped, the rules are asked again, and the channel's next message does
// not undo it. party is made by customer.Prepare outside the transaction. Faults:
// order.ErrMissing, ErrEnded, ErrVersion, ErrShipped.
func SendTo(tx *db.Tx, kit Kit, n id.Order, version int64, party *customer.Party) error {
	locked, err := order.Lock(tx, []id.Order{n})
	if err != nil {
		return err
	}
	if len(locked) == 0 {
		return order.ErrMissing
	}
	o := locked[0]
	switch {
	case o.Ended():
		return order.ErrEnded
	case version != 0 && o.Version != version:
		return order.ErrVersion
	case openGoods(o) == 0:
		return order.ErrShipped
	}
	people, err := customer.Get(tx, []id.Recipient{o.Recipient})
	if err != nil {
		return err
	}
	was := o.Recipient
	party.Recipient = id.Recipient(tx.NewID())
	if err := customer.Recipients(tx, []customer.Owned{{Party: party, Order: n, Replaces: o.Recipient}}); err != nil {
		return err
	}
	if err := order.Redirect(tx, o, party.Recipient, party.Region, people[o.Recipient].Digest, true); err != nil {
		return err
	}
	if err := order.Record(tx, o, sentElsewhere(people[was], party)); err != nil {
		return err
	}
	if err := unpack(tx, o, "收件信息已由人工修改"); err != nil {
		return err
	}
	shops, err := shop.ByID(tx, []id.Shop{o.Shop})
	if err != nil {
		return err
	}
	if err := judgeAgain(tx, kit, asked{o, party, shops[o.Shop]}); err != nil {
		return err
	}
	if locked, err = order.Lock(tx, []id.Order{n}); err != nil {
		return err
	}
	return refresh(tx, locked)
}

// sentElsewhere tells by masks to whom an order went and goes.
func sentElsewhere(was customer.Recipient, party *customer.Party) []order.Changed {
	return []order.Changed{{Field: "name", Was: was.Name.Mask, Now: party.Name.Mask}, {Field: "phone", Was: was.Phone.Mask, Now: party.Phone.Mask},
		{Field: "address", Was: was.Address.Mask, Now: party.Address.Mask}}
}
