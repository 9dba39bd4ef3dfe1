package fulfilment

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Step is where the carrier's news, or a person in the carrier's place, takes a
// package.
type Step struct {
	Package id.Package
	To      State
	Why     string
}

// tracked are the states that Move leads to.
var tracked = []State{InTransit, Refused, Delivered, Returned, Lost}

// Move follows packages that have left the house. News comes again and again, so
// a step to where the package stands already changes nothing. Why may be empty.
// Faults: ErrMissing, ErrMove, ErrTarget, ErrWhy.
func Move(tx *db.Tx, list []Step) ([]fault.Outcome[*Package], error) {
	return change(tx, "", list, func(s Step) id.Package { return s.Package },
		func(p *Package, s Step) (string, *fault.Fault) {
			why, ok := reason(s.Why)
			switch {
			case !slices.Contains(tracked, s.To):
				return "", ErrTarget.With(string(s.To))
			case why != "" && !ok:
				return "", ErrWhy
			case p.State == s.To:
				return "", nil
			}
			return why, p.move(verbMove, s.To)
		})
}
