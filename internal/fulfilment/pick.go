package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// StartPick says that somebody has begun to gather released packages. Faults:
// ErrMissing, ErrMove, ErrStopped.
func StartPick(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*Package], error) {
	return change(tx, "", packages, self, advance(verbStartPick, Picking))
}

// Pick says that all goods of the packages lie together, begun or not. Faults:
// ErrMissing, ErrMove, ErrStopped.
func Pick(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*Package], error) {
	return change(tx, "", packages, self, advance(verbPick, Picked))
}
