package inventory

import (
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
	// Lot and Bin name where; with neither the goods that must leave first go.
	Lot id.Lot
	Bin id.Bin
	Qty int64
	// Kind is damage (they stay on hand, unsellable), adjust or count (gone).
	Kind string
	// Unsellable goods are what goes: scrapped after a damage or a bar.
	Unsellable bool
	// Reference names the paper; see Receipt.
	Reference string

	// Exact says that Lot and Bin name the slot even where both are zero.
	Exact bool
}

// Kinds of movements, as the ledger names them.
const (
	receiving = "receive"
	returning = "return"
	adjusting = "adjust"
	counting  = "count"
	damaging  = "damage"
	barring   = "bar"
	moving    = "transfer"
)

func (l Loss) check() error {
	switch {
	case l.Bin == BinStage:
		return ErrStaging
	case !slices.Contains([]string{damaging, adjusting, counting, barring}, l.Kind):
		return ErrKind.With(l.Kind)
	case l.Unsellable && l.stays():
		return ErrKind.With(l.Kind)
	}
	return inRange(l.Qty)
}

// stays says that the goods stay on hand, unsellable.
func (l Loss) stays() bool { return l.Kind == damaging || l.Kind == barring }

func (l Loss) named() bool { return l.Exact || l.Lot != NoLot || l.Bin != BinNone }

// Lose books losses, all or none. Where they take a place below its
// reservations, the claims with the most slack give way in the same transaction;
// each is returned as a shortage for the caller to pass on. What is allocated to
// packages is not touched: ErrPicked says so. Faults: ErrNoStock, ErrBelowZero,
// ErrQuantity, ErrKind, ErrStaging.
//
// Counters are locked before claims here, unlike elsewhere: only so is it known
// which claims must give way. A claim that somebody else holds is passed over
// instead of waited for, so the house's order of locks stays free of circles.
func Lose(tx *db.Tx, list []Loss) ([]Shortage, error) {
	places, references := make([]Place, len(list)), make([]string, len(list))
	for i, loss := range list {
		if err := loss.check(); err != nil {
			return nil, err
		}
		places[i], references[i] = loss.Place, loss.Reference
	}
	lv, err := lockPlaces(tx, places)
	if err != nil {
		return nil, err
	}
	papers, err := loadPapers(tx, references)
	if err != nil {
		return nil, err
	}
	shelf, err := loadShelf(tx, lv)
	if err != nil {
		return nil, err
	}
	var takes []take
	for _, loss := range list {
		counter := lv.At(loss.Place)
		if counter == nil {
			return nil, ErrNoStock
		}
		if papers.knows(loss.Reference, slotKey{counter.stock, loss.Lot, loss.Bin}, loss.named()) {
			continue
		}
		taken, err := loss.from(counter, shelf[counter.stock])
		if err != nil {
			return nil, err
		}
		for _, t := range taken {
			papers.note(loss.Reference, slotKey{counter.stock, t.lot, t.bin})
		}
		takes = append(takes, taken...)
	}
	return lv.lose(tx, takes)
}

// take is what a loss takes out of one slot.
type take struct {
	Loss
	counter   *Counter
	lot       id.Lot
	bin       id.Bin
	good, bad int64 // sellable and unsellable pieces
}

// from chooses what a loss takes. Who counts too few cannot know which are
// missing: the sellable ones, so that nothing is sold that may not be there.
func (l Loss) from(counter *Counter, slots []*slot) ([]take, error) {
	var takes []take
	var held int64
	left := l.Qty
	for _, s := range slots {
		if l.named() && (s.lot != l.Lot || s.bin != l.Bin) {
			continue
		}
		t := take{Loss: l, counter: counter, lot: s.lot, bin: s.bin}
		if !l.Unsellable {
			t.good = min(left, s.left)
		}
		if l.Unsellable || l.Kind == counting {
			t.bad = min(left-t.good, s.bad)
		}
		s.left -= t.good
		s.bad -= t.bad
		if l.stays() {
			s.bad += t.good
		}
		left -= t.good + t.bad
		held += s.held
		if t.good+t.bad > 0 {
			takes = append(takes, t)
		}
	}
	if left == 0 {
		return takes, nil
	}
	if !l.Unsellable && left <= held {
		return nil, ErrPicked.With(l.Qty-left, l.Qty)
	}
	return nil, ErrBelowZero.With(l.Qty-left, l.Qty)
}

// lose releases what must give way and books the takes.
func (l *Levels) lose(tx *db.Tx, takes []take) ([]Shortage, error) {
	good := map[*Counter]int64{}
	for _, t := range takes {
		good[t.counter] += t.good
	}
	var claims []*claimed
	var shortages []Shortage
	for _, c := range l.order {
		if need := good[c] - c.Free(); need > 0 {
			slack, err := lockSlack(tx, c, need)
			if err != nil {
				return nil, err
			}
			given, err := l.giveWay(slack, need)
			if err != nil {
				return nil, err
			}
			claims, shortages = append(claims, slack...), append(shortages, given...)
		}
	}
	for _, t := range takes {
		e := entry{counter: t.counter, kind: t.Kind, qty: -t.good - t.bad, onHand: -t.good - t.bad, unsellable: -t.bad,
			lot: t.lot, bin: t.bin, reference: t.Reference}
		if t.stays() {
			e.onHand, e.unsellable = 0, t.good
		}
		l.put(t.counter, t.lot, t.bin, binChange{onHand: e.onHand, unsellable: e.unsellable})
		l.post(e)
	}
	return shortages, l.settle(tx, claims)
}

// lockSlack locks enough claims on a counter to give n pieces, the latest
// deadline first, the youngest among equals.
func lockSlack(tx *db.Tx, c *Counter, n int64) ([]*claimed, error) {
	return db.List(tx, `/* inventory.lockSlack */ SELECT `+claimedColumns+` FROM reservations
		WHERE stock_id = $1 AND qty_open > 0 AND qty_open > qty_allocated
		ORDER BY deadline DESC, reservation_id DESC LIMIT $2 FOR UPDATE SKIP LOCKED`, scanClaimed, c.stock, n)
}

func (l *Levels) giveWay(slack []*claimed, n int64) ([]Shortage, error) {
	var shortages []Shortage
	for _, c := range slack {
		if qty := min(n, c.loose()); qty > 0 {
			n -= qty
			f := l.release(c, qty)
			shortages = append(shortages, Shortage(f))
		}
	}
	if n > 0 {
		return nil, db.ErrAgain // somebody else is just changing the claims that would give way
	}
	return shortages, nil
}
