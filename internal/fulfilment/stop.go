package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Stopping is a package that must not go on, and why: one sentence for the
// people in the warehouse, without personal data.
type Stopping struct {
	Package id.Package
	Why     string
}

// Stop sets the stop mark on packages that have not left: Release, StartPick,
// Pick, Pack and HandOver then refuse and say why. A second stop replaces the
// sentence. Faults: ErrMissing, ErrWhy, and ErrMove for a package that has left
// or is voided: it can only be intercepted.
func Stop(tx *db.Tx, list []Stopping) ([]fault.Outcome[*Package], error) {
	return change(tx, "stopped", list, func(s Stopping) id.Package { return s.Package },
		func(p *Package, s Stopping) (string, *fault.Fault) {
			why, ok := reason(s.Why)
			if !ok {
				return "", ErrWhy
			}
			if refused := p.may(verbStop, p.State); refused != nil {
				return "", refused
			}
			p.Stop = why
			return "", nil
		})
}

// Resume takes the stop mark off. A package that is not stopped stays as it is;
// that is no fault. Faults: ErrMissing, and ErrMove for a package that has left
// or is voided.
func Resume(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*Package], error) {
	return change(tx, "resumed", packages, self, func(p *Package, _ id.Package) (string, *fault.Fault) {
		if refused := p.may(verbResume, p.State); refused != nil {
			return "", refused
		}
		p.Stop = ""
		return "", nil
	})
}
