package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Void gives packages up before they are handed over; a stopped one may be
// voided. Its items stay as a record and count for nothing. Faults: ErrWhy for
// all; ErrMissing and ErrMove of a member.
func Void(tx *db.Tx, packages []id.Package, why string) ([]fault.Outcome[*Package], error) {
	why, ok := reason(why)
	if !ok {
		return nil, ErrWhy
	}
	return change(tx, "", packages, self, func(p *Package, _ id.Package) (string, *fault.Fault) {
		return why, p.move(verbVoid, Voided)
	})
}
