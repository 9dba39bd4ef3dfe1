package shipping

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
)

// Asking is a package that needs a number. Digest is its recipient's at this
// moment; Freight what we expect to pay, in minor units.
type Asking struct {
	Package id.Package
	Carrier id.Carrier
	Service string
	Digest  []byte
	Freight money.Amount
}

// Ask writes down that packages need numbers; the errand Fetch gets them. To ask
// again for the same carrier, service and digest gives the waybill that stands.
// Faults: ErrAsking; ErrLive when another one stands, which must be reclaimed.
func Ask(tx *db.Tx, list []Asking) ([]fault.Outcome[*Waybill], error) {
	packages := make([]id.Package, len(list))
	for i, a := range list {
		packages[i] = a.Package
	}
	standing, err := lockLive(tx, packages)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[*Waybill], len(list))
	var fresh []*Waybill
	for i, a := range list {
		if a.Package == 0 || a.Carrier == 0 {
			outcomes[i] = fault.Refused[*Waybill](ErrAsking)
			continue
		}
		w := standing[a.Package]
		if w == nil {
			w = a.waybill(tx)
			standing[a.Package] = w
			fresh = append(fresh, w)
		}
		if w.Carrier != a.Carrier || w.Service != a.Service || w.Stale(a.Digest) {
			outcomes[i] = fault.Refused[*Waybill](ErrLive.With(a.Package))
			continue
		}
		outcomes[i] = fault.OK(w)
	}
	return outcomes, open(tx, fresh)
}

func (a Asking) waybill(tx *db.Tx) *Waybill {
	return &Waybill{ID: id.Waybill(tx.NewID()), Package: a.Package, Carrier: a.Carrier, Service: a.Service,
		State: StateAsked, RecipientDigest: stored(a.Digest), Freight: a.Freight, AskedAt: tx.Now(), Version: 1}
}

func open(tx *db.Tx, fresh []*Waybill) error {
	slices.SortFunc(fresh, func(a, b *Waybill) int { return cmp.Compare(a.Package, b.Package) })
	n, err := insert(tx, fresh)
	if err != nil {
		return err
	}
	if n < int64(len(fresh)) {
		return db.ErrAgain // another node asked for the same package meanwhile
	}
	for _, w := range fresh {
		journal.Write(tx, w.entry("asked", map[string]any{"package_id": w.Package, "carrier_id": w.Carrier,
			"service": w.Service, "recipient_digest": w.RecipientDigest, "freight": w.Freight}))
	}
	return nil
}
