package shipping

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Using is a package that is handed over now, with its recipient's digest at
// this moment.
type Using struct {
	Package id.Package
	Digest  []byte
}

// Use marks the live numbers of packages that are handed over. The interlock of
// the label lies here: faults ErrNone without a live waybill, ErrStale when the
// label names somebody else (C27), ErrMove when it has no number or is used.
func Use(tx *db.Tx, list []Using) ([]fault.Outcome[*Waybill], error) {
	packages := make([]id.Package, len(list))
	for i, u := range list {
		packages[i] = u.Package
	}
	standing, err := lockLive(tx, packages)
	if err != nil {
		return nil, err
	}
	var c changes
	outcomes := make([]fault.Outcome[*Waybill], len(list))
	for i, u := range list {
		w := standing[u.Package]
		if refused := use(w, u); refused != nil {
			outcomes[i] = fault.Refused[*Waybill](refused)
			continue
		}
		c.note(w, nil)
		outcomes[i] = fault.OK(w)
	}
	return outcomes, c.save(tx, "used")
}

func use(w *Waybill, u Using) *fault.Fault {
	if w == nil {
		return ErrNone.With(u.Package)
	}
	if w.Stale(u.Digest) {
		return ErrStale.With(u.Package)
	}
	return w.move(verbUse, StateUsed)
}

// Check says whether the label of a package is stale: made for another digest
// than the recipient's at this moment. A package without a live waybill has no
// label that could be.
func Check(tx *db.Tx, pack id.Package, digest []byte) (stale bool, err error) {
	found, err := live(tx, []id.Package{pack}, "")
	w := found[pack]
	return w != nil && w.Stale(digest), err
}
