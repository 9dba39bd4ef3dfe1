package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Assignment chooses the carrier and the service of a package.
type Assignment struct {
	Package id.Package
	Carrier id.Carrier
	Service string
}

// Assign sets or changes who carries packages that have not left. A label that
// exists already is shipping's to reclaim. Faults: ErrMissing, ErrMove.
func Assign(tx *db.Tx, list []Assignment) ([]fault.Outcome[*Package], error) {
	return change(tx, "assigned", list, func(a Assignment) id.Package { return a.Package },
		func(p *Package, a Assignment) (string, *fault.Fault) {
			if refused := p.may(verbAssign, p.State); refused != nil {
				return "", refused
			}
			p.Carrier, p.Service = a.Carrier, a.Service
			return "", nil
		})
}
