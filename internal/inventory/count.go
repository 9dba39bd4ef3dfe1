package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Counted is the result of counting one lot in one bin.
type Counted struct {
	Place
	Lot id.Lot
	Bin id.Bin
	// Found is how many pieces lie there, the allocated ones among them.
	Found     int64
	Reference string
}

// Count books the difference between the books and what was found. Less than
// the books is a loss with its shortages; more is received and serves the queue.
// Of two counts of one slot in a batch the later holds. Faults: as of Lose and
// Receive.
func Count(tx *db.Tx, list []Counted) ([]Shortage, []Grant, error) {
	places, lots := make([]Place, len(list)), make([]Lot, len(list))
	last := map[slotOf]int{}
	for i, c := range list {
		if c.Found < 0 || c.Found > QtyMax {
			return nil, nil, ErrQuantity.With(c.Found)
		}
		if c.Bin == BinStage {
			return nil, nil, ErrStaging
		}
		places[i], lots[i] = c.Place, Lot{ID: c.Lot, SKU: c.SKU}
		last[c.slot()] = i
	}
	if _, err := openLots(tx, lots); err != nil { // lots are locked before counters
		return nil, nil, err
	}
	books, err := onHand(tx, places)
	if err != nil {
		return nil, nil, err
	}
	var losses []Loss
	var finds []Receipt
	for i, c := range list {
		if last[c.slot()] != i {
			continue
		}
		switch diff := c.Found - books[c.slot()]; {
		case diff < 0:
			losses = append(losses, Loss{Place: c.Place, Lot: c.Lot, Bin: c.Bin, Qty: -diff, Kind: counting,
				Reference: c.Reference, Exact: true})
		case diff > 0:
			finds = append(finds, Receipt{Place: c.Place, Lot: Lot{ID: c.Lot}, Bin: c.Bin, Qty: diff, Kind: counting,
				Reference: c.Reference})
		}
	}
	return book(tx, losses, finds)
}

type slotOf struct {
	Place
	lot id.Lot
	bin id.Bin
}

func (c Counted) slot() slotOf { return slotOf{c.Place, c.Lot, c.Bin} }

// onHand gives what the books say of every slot of places, their counters locked.
func onHand(tx *db.Tx, places []Place) (map[slotOf]int64, error) {
	lv, err := lockPlaces(tx, places)
	if err != nil {
		return nil, err
	}
	books := map[slotOf]int64{}
	err = tx.Each(`/* inventory.onHand */ SELECT stock_id, lot_id, bin_id, qty_on_hand FROM stock_lots
		WHERE stock_id = ANY($1) ORDER BY stock_id, lot_id, bin_id`, func(r db.Row) error {
		var stock id.Stock
		var s slotOf
		var qty int64
		err := r.Scan(&stock, &s.lot, &s.bin, &qty)
		s.Place = lv.byStock[stock].Place
		books[s] = qty
		return err
	}, lv.stocks())
	return books, err
}

func book(tx *db.Tx, losses []Loss, finds []Receipt) (shortages []Shortage, grants []Grant, err error) {
	if len(losses) > 0 {
		if shortages, err = Lose(tx, losses); err != nil {
			return nil, nil, err
		}
	}
	if len(finds) > 0 {
		if grants, err = Receive(tx, finds); err != nil {
			return nil, nil, err
		}
	}
	return shortages, grants, nil
}
