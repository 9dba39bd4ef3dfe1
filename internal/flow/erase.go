package flow

import (
	"context"
	"slices"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

// Gone says how much was erased of a person.
type Gone struct {
	Orders     int `json:"orders"`
	Recipients int `json:"recipients"`
	Buyers     int `json:"buyers"`
	Messages   int `json:"messages"`
	// Shared are buyers who also bought for others, and so are still known.
	Shared []id.Buyer `json:"shared,omitempty"`
}

// Erase deletes what the house holds of a person (个人信息删除): names, phones, addresses
// and all that finds them, what people typed on their orders, the sentences of holds and
// exceptions, what carriers wrote, and messages kept raw. Orders, goods, money and stock
// stay, and so does the journal, which never held any of it.
//
// It is refused while an order of theirs has not ended, and then nothing is erased. It
// works in transactions of its own, each of at most 200 orders; one that was broken off
// goes on when it is called again, and one that is complete does nothing. Faults:
// ErrSubject, ErrLive, customer.ErrPhone, ErrReasonMissing, ErrReasonPersonal.
func Erase(ctx context.Context, d *db.DB, by db.By, kit Kit, who Subject, reason string) (Gone, error) {
	var gone Gone
	if err := customer.CheckReason(reason); err != nil {
		return gone, err
	}
	p, err := findPerson(ctx, d, kit, who)
	if err != nil {
		return gone, err
	}
	if err := p.live(); err != nil {
		return gone, err
	}
	t, err := tracesOf(ctx, d, kit, p, reason)
	if err != nil {
		return gone, err
	}
	// In this order whatever breaks off can be found again: messages by what the rest
	// still says, buyers by their orders, recipients by their number.
	err = messages(ctx, d, kit, &t, func(page []message) error {
		gone.Messages += len(page)
		return d.Write(ctx, by, func(tx *db.Tx) error { return review.EraseExceptions(tx, exceptionsOf(page), reason) })
	})
	if err != nil {
		return gone, err
	}
	gone.Shared = p.shared
	if err := p.eraseBuyers(ctx, d, by, kit, reason, &gone); err != nil {
		return gone, err
	}
	if err := p.eraseOrders(ctx, d, by, reason, &gone); err != nil {
		return gone, err
	}
	return gone, p.eraseRecipients(ctx, d, by, p.recipientIDs(), reason, &gone)
}

func exceptionsOf(page []message) (ids []id.Exception) {
	for _, m := range page {
		ids = append(ids, m.exception)
	}
	return ids
}

// eraseBuyers empties the buyers, and enters the erasure into the register if there is
// anything to erase.
func (p *person) eraseBuyers(ctx context.Context, d *db.DB, by db.By, kit Kit, reason string, gone *Gone) error {
	return d.Write(ctx, by, func(tx *db.Tx) error {
		n, err := customer.EraseBuyers(tx, p.buyers, reason)
		if err != nil {
			return err
		}
		gone.Buyers = n
		if p.number == "" || n == 0 && gone.Messages == 0 && len(p.recipientIDs()) == 0 {
			return nil
		}
		return customer.Register(tx, kit.Keys, p.number, reason)
	})
}

// eraseOrders empties the orders page by page, each with its recipients and all that
// hangs on it.
func (p *person) eraseOrders(ctx context.Context, d *db.DB, by db.By, reason string, gone *Gone) error {
	var left []id.Order
	for _, b := range p.orders {
		if !b.Erased {
			left = append(left, b.Order)
		}
	}
	for page := range slices.Chunk(left, personPage) {
		orders, recipients := 0, 0
		err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
			orders, recipients, err = p.erasePage(tx, page, reason)
			return err
		})
		if err != nil {
			return err
		}
		gone.Orders += orders
		gone.Recipients += recipients
	}
	return nil
}

func (p *person) erasePage(tx *db.Tx, page []id.Order, reason string) (orders, recipients int, err error) {
	locked, err := order.Lock(tx, page)
	if err != nil {
		return 0, 0, err
	}
	erased, err := order.Erase(tx, locked, reason)
	if err != nil {
		return 0, 0, err
	}
	if err := review.Erase(tx, erased, reason); err != nil {
		return 0, 0, err
	}
	if err := erasePackages(tx, erased); err != nil {
		return 0, 0, err
	}
	var ids []id.Recipient
	for n, r := range p.recipients {
		if slices.Contains(erased, r.Order) {
			ids = append(ids, n)
		}
	}
	if recipients, err = customer.Erase(tx, sortedIDs(ids), reason); err != nil {
		return 0, 0, err
	}
	again, err := order.Get(tx, erased)
	if err != nil {
		return 0, 0, err
	}
	return len(erased), recipients, refresh(tx, again)
}

// erasePackages empties what packages and their labels know of the person. One that also
// holds goods of an order that stays is left alone.
func erasePackages(tx *db.Tx, orders []id.Order) error {
	of, err := fulfilment.OfOrders(tx, orders)
	if err != nil {
		return err
	}
	var ids []id.Package
	for _, packages := range of {
		for _, p := range packages {
			if !slices.ContainsFunc(p.Items, func(it fulfilment.Item) bool { return !slices.Contains(orders, it.Order) }) {
				ids = append(ids, p.ID)
			}
		}
	}
	ids = sortedIDs(ids)
	if err := fulfilment.Erase(tx, ids); err != nil {
		return err
	}
	return shipping.Erase(tx, ids)
}

// eraseRecipients empties recipients that no order of the person holds any more.
func (p *person) eraseRecipients(ctx context.Context, d *db.DB, by db.By, ids []id.Recipient, reason string, gone *Gone) error {
	for page := range slices.Chunk(ids, personPage) {
		n := 0
		err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
			n, err = customer.Erase(tx, page, reason)
			return err
		})
		if err != nil {
			return err
		}
		gone.Recipients += n
	}
	return nil
}

// RawKept is how long a raw message is kept.
const RawKept = 180 * 24 * time.Hour

// ForgetRaw deletes raw messages whose time is over, at most limit, and gives their
// number. What was mapped of them stays.
func ForgetRaw(tx *db.Tx, limit int) (int, error) {
	return review.Forget(tx, tx.Now().Add(-RawKept), max(1, min(limit, resealMost)))
}
