package inventory

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Shortage is a claim that had to give way because the goods are not there.
type Shortage struct {
	Order id.Order
	Line  id.Line
	Place Place
	Qty   int64
}

// Loss takes goods off what can be sold: a damage, a negative adjustment, a
// count below the books.
type Loss struct {
	Place
	Lot id.Lot
	Bin id.Bin
	Qty int64
	// Kind is damage (they stay on hand, unsellable), adjust or count (gone).
	Kind      string
	Reference string
}

// Lose books losses. Where they take a place below its reservations, the claims
// with the most slack give way in the same transaction; each is returned as a
// shortage for the caller to pass on. Claims that are allocated give way last
// and only where no package has picked them: ErrPicked. Faults: ErrNoStock,
// ErrBelowZero, ErrQuantity.
func Lose(tx *db.Tx, list []Loss) ([]Shortage, error) {
	claims, lv, err := lockPlaces(tx, list)
	if err != nil {
		return nil, err
	}
	slots, err := loadSlots(tx, lv)
	if err != nil {
		return nil, err
	}
	var shortages []Shortage
	for _, loss := range list {
		counter := lv.At(loss.Place)
		if counter == nil {
			return nil, ErrNoStock
		}
		if loss.Qty <= 0 || loss.Qty > QtyMax {
			return nil, ErrQuantity.With(loss.Qty)
		}
		if sellable := counter.OnHand - counter.Unsellable; sellable < loss.Qty {
			return nil, ErrBelowZero.With(sellable, loss.Qty)
		}
		given, err := lv.giveWay(counter, claims, loss.Qty-counter.Free())
		if err != nil {
			return nil, err
		}
		shortages = append(shortages, given...)
		if err := lv.lose(counter, loss, slots[counter.stock]); err != nil {
			return nil, err
		}
	}
	return shortages, lv.settle(tx, claims)
}

// lockPlaces locks the live claims on the places of losses, then the counters.
func lockPlaces(tx *db.Tx, list []Loss) ([]*claimed, *Levels, error) {
	var skus []id.SKU
	var warehouses []id.Warehouse
	for _, l := range list {
		skus, warehouses = append(skus, l.SKU), append(warehouses, l.Warehouse)
	}
	claims, err := db.List(tx, `/* inventory.lockPlaces */ SELECT `+claimedColumns+` FROM reservations
		WHERE qty_open > 0 AND stock_id IN (SELECT stock_id FROM stock WHERE sku_id = ANY($1) AND warehouse_id = ANY($2))
		ORDER BY reservation_id FOR UPDATE`, scanClaimed, sorted(skus), sorted(warehouses))
	if err != nil {
		return nil, nil, err
	}
	lv, err := Lock(tx, skus, warehouses)
	return claims, lv, err
}

// giveWay releases n pieces of the claims on a counter, the latest deadline
// first, the youngest among equals.
func (l *Levels) giveWay(counter *Counter, claims []*claimed, n int64) ([]Shortage, error) {
	if n <= 0 {
		return nil, nil
	}
	mine := slices.DeleteFunc(slices.Clone(claims), func(c *claimed) bool { return c.stock != counter.stock })
	slices.SortFunc(mine, func(a, b *claimed) int {
		return cmp.Or(-cmp.Compare(slack(a), slack(b)), -cmp.Compare(a.id, b.id))
	})
	var shortages []Shortage
	for _, c := range mine {
		qty := min(n, c.open-c.less-c.allocated)
		if qty <= 0 {
			continue
		}
		n -= qty
		f := l.release(c, qty)
		shortages = append(shortages, Shortage{Order: f.Order, Line: f.Line, Place: f.Place, Qty: qty})
	}
	if n > 0 {
		return nil, ErrPicked
	}
	return shortages, nil
}

func slack(c *claimed) db.Instant {
	if c.deadline == 0 {
		return farFuture
	}
	return c.deadline
}

// loadSlots gives what of each counter lies where and is neither allocated nor
// unsellable, the freshest last.
func loadSlots(tx *db.Tx, lv *Levels) (map[id.Stock][]*slot, error) { return loadShelf(tx, lv) }

// lose takes goods out of the named lot and bin, or, where none is named, out of
// whatever slots have them.
func (l *Levels) lose(counter *Counter, loss Loss, slots []*slot) error {
	left := loss.Qty
	named := loss.Lot != NoLot || loss.Bin != BinNone
	for _, s := range slots {
		if named && (s.lot != loss.Lot || s.bin != loss.Bin) {
			continue
		}
		n := min(left, s.left)
		if n <= 0 {
			continue
		}
		s.left -= n
		left -= n
		e := entry{counter: counter, kind: loss.Kind, qty: -n, lot: s.lot, bin: s.bin, reference: loss.Reference}
		if loss.Kind == "damage" {
			e.unsellable = n
			l.put(counter, s.lot, s.bin, lotChange{unsellable: n})
		} else {
			e.onHand = -n
			l.put(counter, s.lot, s.bin, lotChange{onHand: -n})
		}
		l.post(e)
	}
	if left > 0 {
		return ErrBelowZero.With(loss.Qty-left, loss.Qty)
	}
	return nil
}

// Counted is the result of counting one lot in one bin.
type Counted struct {
	Place
	Lot id.Lot
	Bin id.Bin
	// Found is how many pieces lie there.
	Found     int64
	Reference string
}

// Count books the difference between the books and what was found. Less than
// the books is a loss with its shortages; more is received and serves the queue.
func Count(tx *db.Tx, list []Counted) ([]Shortage, []Grant, error) {
	var losses []Loss
	var finds []Receipt
	for _, c := range list {
		if c.Found < 0 || c.Found > QtyMax {
			return nil, nil, ErrQuantity.With(c.Found)
		}
		booked, err := tx.Number(`/* inventory.Count */ SELECT l.qty_on_hand FROM stock_lots l JOIN stock s ON s.stock_id = l.stock_id
			WHERE s.warehouse_id = $1 AND s.sku_id = $2 AND l.lot_id = $3 AND l.bin_id = $4`, c.Warehouse, c.SKU, c.Lot, c.Bin)
		if err != nil {
			return nil, nil, err
		}
		switch diff := c.Found - booked; {
		case diff < 0:
			losses = append(losses, Loss{Place: c.Place, Lot: c.Lot, Bin: c.Bin, Qty: -diff, Kind: "count", Reference: c.Reference})
		case diff > 0:
			finds = append(finds, Receipt{Place: c.Place, Qty: diff, Bin: c.Bin, Kind: "count", Reference: c.Reference,
				Lot: Lot{ID: c.Lot}})
		}
	}
	var shortages []Shortage
	if len(losses) > 0 {
		var err error
		if shortages, err = Lose(tx, losses); err != nil {
			return nil, nil, err
		}
	}
	grants, err := Receive(tx, finds)
	return shortages, grants, err
}

// Transfer moves free goods from one warehouse to another and serves the queue
// there. Faults: ErrSameWarehouse, ErrBelowZero, ErrNoStock.
func Transfer(tx *db.Tx, from Place, to id.Warehouse, qty int64, reference string) ([]Grant, error) {
	if from.Warehouse == to {
		return nil, ErrSameWarehouse
	}
	if qty <= 0 || qty > QtyMax {
		return nil, ErrQuantity.With(qty)
	}
	lv, err := openPlaces(tx, []Place{from, {to, from.SKU}})
	if err != nil {
		return nil, err
	}
	source, target := lv.At(from), lv.At(Place{to, from.SKU})
	if source.Free() < qty {
		return nil, ErrBelowZero.With(source.Free(), qty)
	}
	slots, err := loadShelf(tx, lv)
	if err != nil {
		return nil, err
	}
	left := qty
	for _, s := range slots[source.stock] {
		n := min(left, s.left)
		if n <= 0 {
			continue
		}
		left -= n
		lv.post(entry{counter: source, kind: "transfer", qty: -n, onHand: -n, lot: s.lot, bin: s.bin, reference: reference})
		lv.put(source, s.lot, s.bin, lotChange{onHand: -n})
		lv.post(entry{counter: target, kind: "transfer", qty: n, onHand: n, lot: s.lot, reference: reference})
		lv.put(target, s.lot, BinNone, lotChange{onHand: n})
	}
	if left > 0 {
		return nil, ErrBelowZero.With(qty-left, qty)
	}
	if err := lv.save(tx); err != nil {
		return nil, err
	}
	return Serve(tx, lv)
}
