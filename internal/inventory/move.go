package inventory

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// BinMove takes loose goods of one lot from one bin of a place to another.
type BinMove struct {
	Place
	Lot      id.Lot
	From, To id.Bin
	Qty      int64
}

// Move moves goods between bins, all or none. What is on hand, free and promised stays
// as it is: a move is two rows of the kind transfer on one counter. Goods that are
// allocated to packages stay where their pickers look for them. Faults: ErrQuantity,
// ErrStaging, ErrSameBin, ErrNoStock, ErrNotThere.
func Move(tx *db.Tx, list []BinMove) error {
	places := make([]Place, len(list))
	for i, m := range list {
		switch {
		case m.From == BinStage || m.To == BinStage:
			return ErrStaging
		case m.From == m.To:
			return ErrSameBin
		}
		if err := inRange(m.Qty); err != nil {
			return err
		}
		places[i] = m.Place
	}
	lv, err := lockPlaces(tx, places)
	if err != nil {
		return err
	}
	shelf, err := loadShelf(tx, lv)
	if err != nil {
		return err
	}
	paper := fmt.Sprintf("M-%d", tx.NewID())
	for i, m := range list {
		counter := lv.At(m.Place)
		if counter == nil {
			return ErrNoStock
		}
		if err := lv.moveBin(counter, m, shelf[counter.stock], fmt.Sprintf("%s.%d", paper, i+1)); err != nil {
			return err
		}
	}
	return lv.save(tx)
}

func (l *Levels) moveBin(c *Counter, m BinMove, slots []*slot, reference string) error {
	loose := int64(0)
	for _, s := range slots {
		if s.lot == m.Lot && s.bin == m.From {
			if loose = s.sellable(); loose >= m.Qty {
				s.left -= m.Qty
			}
		}
	}
	if loose < m.Qty {
		return ErrNotThere.With(loose, m.Qty)
	}
	for _, e := range []struct {
		bin id.Bin
		qty int64
	}{{m.From, -m.Qty}, {m.To, m.Qty}} {
		l.post(entry{counter: c, kind: moving, qty: e.qty, onHand: e.qty, lot: m.Lot, bin: e.bin, reference: reference})
		l.put(c, m.Lot, e.bin, binChange{onHand: e.qty})
	}
	return nil
}
