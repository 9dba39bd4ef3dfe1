package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Transfer moves free goods from one warehouse to another, those that must leave
// first, and serves the queue there. A second transfer with the same reference
// from the same place is a repeat and changes nothing. Faults: ErrSameWarehouse,
// ErrQuantity, ErrBelowZero.
func Transfer(tx *db.Tx, from Place, to id.Warehouse, qty int64, reference string) ([]Grant, error) {
	if from.Warehouse == to {
		return nil, ErrSameWarehouse
	}
	if err := inRange(qty); err != nil {
		return nil, err
	}
	lv, err := openPlaces(tx, []Place{from, {to, from.SKU}})
	if err != nil {
		return nil, err
	}
	source, target := lv.At(from), lv.At(Place{to, from.SKU})
	papers, err := loadPapers(tx, []string{reference})
	if err != nil || papers.knows(reference, slotKey{stock: source.stock}, false) {
		return nil, err
	}
	if source.Free() < qty {
		return nil, ErrBelowZero.With(source.Free(), qty)
	}
	shelf, err := loadShelf(tx, lv)
	if err != nil {
		return nil, err
	}
	if left := lv.move(source, target, shelf[source.stock], qty, reference); left > 0 {
		return nil, ErrBelowZero.With(qty-left, qty)
	}
	if err := lv.save(tx); err != nil {
		return nil, err
	}
	return Serve(tx, lv)
}

// move books what leaves each slot and, one row per lot, what arrives without a
// place yet.
func (l *Levels) move(source, target *Counter, slots []*slot, qty int64, reference string) (left int64) {
	var lots []id.Lot
	arrived := map[id.Lot]int64{}
	left = qty
	for _, s := range slots {
		n := min(left, s.sellable())
		if n <= 0 {
			continue
		}
		left -= n
		l.post(entry{counter: source, kind: moving, qty: -n, onHand: -n, lot: s.lot, bin: s.bin, reference: reference})
		l.put(source, s.lot, s.bin, binChange{onHand: -n})
		if arrived[s.lot] == 0 {
			lots = append(lots, s.lot)
		}
		arrived[s.lot] += n
	}
	for _, lot := range lots {
		n := arrived[lot]
		l.post(entry{counter: target, kind: moving, qty: n, onHand: n, lot: lot, reference: reference})
		l.put(target, lot, BinNone, binChange{onHand: n})
	}
	return left
}
