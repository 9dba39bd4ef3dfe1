package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// HandOver says that packed packages are in the carrier's hands. What lies in
// them counts as shipped from here on. Faults: ErrMissing, ErrMove, ErrStopped.
func HandOver(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*Package], error) {
	return change(tx, "", packages, self, advance(verbHandOver, HandedOver))
}

// MayHandOver says what refuses a hand-over now, nil when nothing does. The
// package is locked in this transaction.
func (p *Package) MayHandOver() *fault.Fault { return p.may(verbHandOver, HandedOver) }
