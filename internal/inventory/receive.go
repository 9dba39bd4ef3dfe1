package inventory

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Receipt brings goods to a place.
type Receipt struct {
	Place
	Qty int64
	// Lot is named by ID, or by Code and then created where it is new; zero for
	// goods not tracked by lot.
	Lot Lot
	Bin id.Bin
	// Kind is receive, return, adjust or count; empty means receive.
	Kind string
	// Unsellable goods are on hand and never promised: a damaged return.
	Unsellable bool
	// Reference names the paper; a second receipt with the same reference, place,
	// lot and bin is a repeat and changes nothing. Empty means never a repeat.
	Reference string
	Order     id.Order
	Line      id.Line
	Package   id.Package
}

// Grant is stock that reached a line which had been waiting for it.
type Grant struct {
	Order id.Order
	Line  id.Line
	Place Place
	Qty   int64
}

// Receive books goods in, all or none, and in the same transaction serves the
// queue of the lines that wait for them. The grants are the caller's to pass on
// to the orders. Faults: ErrQuantity, ErrKind, ErrStaging, those of OpenLots.
func Receive(tx *db.Tx, list []Receipt) ([]Grant, error) {
	for _, r := range list {
		if err := r.check(); err != nil {
			return nil, err
		}
	}
	return takeIn(tx, list)
}

// takeIn books receipts that are in order.
func takeIn(tx *db.Tx, list []Receipt) ([]Grant, error) {
	places, lots, references := make([]Place, len(list)), make([]Lot, len(list)), make([]string, len(list))
	for i, r := range list {
		places[i], lots[i], references[i] = r.Place, r.Lot, r.Reference
		lots[i].SKU = r.SKU
	}
	lots, err := openLots(tx, lots)
	if err != nil {
		return nil, err
	}
	lv, err := openPlaces(tx, places)
	if err != nil {
		return nil, err
	}
	papers, err := loadPapers(tx, references)
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		key := slotKey{lv.At(r.Place).stock, lots[i].ID, r.Bin}
		if papers.knows(r.Reference, key, true) {
			continue
		}
		papers.note(r.Reference, key)
		lv.receive(r, lots[i])
	}
	if err := lv.save(tx); err != nil {
		return nil, err
	}
	return Serve(tx, lv)
}

func (r Receipt) check() error {
	if r.Bin == BinStage {
		return ErrStaging
	}
	if !slices.Contains([]string{"", receiving, returning, adjusting, counting}, r.Kind) {
		return ErrKind.With(r.Kind)
	}
	return inRange(r.Qty)
}

func (l *Levels) receive(r Receipt, lot Lot) {
	counter := l.At(r.Place)
	kind := r.Kind
	if kind == "" {
		kind = receiving
	}
	bad := int64(0)
	if r.Unsellable || lot.Barred {
		bad = r.Qty
	}
	l.post(entry{counter: counter, kind: kind, qty: r.Qty, onHand: r.Qty, unsellable: bad, lot: lot.ID, bin: r.Bin,
		reference: r.Reference, order: r.Order, line: r.Line, pack: r.Package})
	l.put(counter, lot.ID, r.Bin, binChange{onHand: r.Qty, unsellable: bad})
}
