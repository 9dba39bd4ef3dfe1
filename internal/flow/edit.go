package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// Edit applies what a person changes on an order as it stood at version (0:
// whatever it is now), and shows it anew. It gives the order as it then is; with
// order.ErrVersion, as it is instead. Faults: order.ErrMissing, ErrEnded,
// ErrVersion, ErrInvalid.
func Edit(tx *db.Tx, n id.Order, version int64, e order.Edit) (*order.Order, error) {
	locked, err := order.Lock(tx, []id.Order{n})
	if err != nil {
		return nil, err
	}
	if len(locked) == 0 {
		return nil, order.ErrMissing
	}
	o := locked[0]
	if version != 0 && o.Version != version {
		return o, order.ErrVersion
	}
	if err := e.Change(tx, o); err != nil {
		return nil, err
	}
	return o, refresh(tx, locked)
}
