package flow

import (
	"context"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// A message that could not be taken in is kept, sealed, with the exception that it
// became. When what was wrong here is mended, it goes through the same story again.

// The faults of taking a message in again.
var (
	ErrRawNone = fault.New(fault.Conflict, "raw_none", "这条异常没有保留原始报文,不能重新处理;请让发送方重新发送",
		"This exception keeps no message, or no longer; ask its sender to send it again")
)

// Reread opens the message of an exception within a scope and prepares it as if it came
// now. It runs outside of any transaction. Faults: review.ErrExceptionMissing, ErrRawNone.
func Reread(ctx context.Context, d *db.DB, kit Kit, scope staff.Scope, n id.Exception) (Message, error) {
	var sealed []byte
	shops := map[string]shop.Shop{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		open, err := review.GetException(tx, n)
		if err != nil {
			return err
		}
		if !scope.HasShop(open.Shop) {
			return review.ErrExceptionMissing
		}
		if sealed, err = review.Raw(tx, n); err != nil {
			return err
		}
		all, err := shop.All(tx)
		for _, s := range all {
			shops[s.Code] = s
		}
		return err
	})
	if err != nil {
		return Message{}, err
	}
	if len(sealed) == 0 || kit.Read == nil {
		return Message{}, ErrRawNone
	}
	raw, err := kit.Keys.OpenBytes(PurposeRaw, sealed)
	if err != nil {
		return Message{}, err
	}
	return kit.Read(raw, shops), nil
}

// Reprocess takes the message of an open exception in and settles it. One that was
// settled before changes nothing, and fresh is false; one whose order is here already is
// settled as a duplicate. Fault: what refused the message, and then nothing is changed.
func Reprocess(tx *db.Tx, kit Kit, n id.Exception, m Message) (a Accepted, fresh bool, err error) {
	e, err := review.LockException(tx, n)
	if err != nil || e.ClosedAt > 0 {
		return a, false, err
	}
	outcomes, err := Accept(tx, kit, []Prepared{m.Prepared})
	if err != nil {
		return a, false, err
	}
	if f := outcomes[0].Fault; f != nil {
		return a, false, f
	}
	a = outcomes[0].Value
	closed, err := review.Close(tx, []id.Exception{n}, "taken in again: "+a.Order.String())
	if err == nil && closed[0].Fault != nil {
		err = closed[0].Fault
	}
	return a, true, err
}
