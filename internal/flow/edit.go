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
	o, err := lockOne(tx, n, version)
	if err != nil {
		return o, err
	}
	if err := e.Change(tx, o); err != nil {
		return nil, err
	}
	return o, refresh(tx, []*order.Order{o})
}

// lockOne locks an order that somebody saw at version (0: whatever it is now). With
// order.ErrVersion it gives the order all the same. Faults: order.ErrMissing, ErrVersion.
func lockOne(tx *db.Tx, n id.Order, version int64) (*order.Order, error) {
	locked, err := order.Lock(tx, []id.Order{n})
	switch {
	case err != nil:
		return nil, err
	case len(locked) == 0:
		return nil, order.ErrMissing
	case version != 0 && locked[0].Version != version:
		return locked[0], order.ErrVersion
	}
	return locked[0], nil
}
