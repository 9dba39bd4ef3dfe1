package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Need asks for the lots and bins of pieces that a line has reserved in a
// warehouse, for a package. A line has one SKU.
type Need struct {
	Package   id.Package
	Order     id.Order
	Line      id.Line
	Warehouse id.Warehouse
	Qty       int64
}

// Portion is goods of one lot in one bin, fixed for a package.
type Portion struct {
	ID      id.Allocation
	Package id.Package
	Order   id.Order
	Line    id.Line
	Place   Place
	Lot     id.Lot
	Bin     id.Bin
	Qty     int64
	Picked  int64 // of Qty, how many lie on the staging bin

	reservation id.Reservation
	stock       id.Stock
}

// Allocate fixes lots and bins, first expired first out, for each need wholly
// or not at all. Outcomes are in the order given. Faults: ErrQuantity,
// ErrNotReserved, ErrLotMissing.
func Allocate(tx *db.Tx, needs []Need) ([]fault.Outcome[[]Portion], error) {
	orders := make([]id.Order, len(needs))
	for i, n := range needs {
		orders[i] = n.Order
	}
	claims, lv, err := lockClaims(tx, orders)
	if err != nil {
		return nil, err
	}
	shelf, err := loadShelf(tx, lv)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[[]Portion], len(needs))
	lines := byLine(claims)
	var all []Portion
	for i, n := range needs {
		if n.Qty <= 0 {
			outcomes[i] = fault.Refused[[]Portion](ErrQuantity.With(n.Qty))
			continue
		}
		portions, refused := lv.allocate(tx, n, lv.in(n.Warehouse, lines[n.Line]), shelf)
		outcomes[i] = fault.Outcome[[]Portion]{Value: portions, Fault: refused}
		all = append(all, portions...)
	}
	if err := savePortions(tx, all); err != nil {
		return nil, err
	}
	return outcomes, lv.settle(tx, claims)
}

// in gives those of the claims that are on goods of a warehouse.
func (l *Levels) in(warehouse id.Warehouse, claims []*claimed) []*claimed {
	var there []*claimed
	for _, c := range claims {
		if l.byStock[c.stock].Warehouse == warehouse {
			there = append(there, c)
		}
	}
	return there
}

// slot is goods of one lot in one bin.
type slot struct {
	lot    id.Lot
	bin    id.Bin
	left   int64 // sellable and not allocated
	held   int64 // allocated
	bad    int64 // unsellable
	barred bool
}

// loadShelf gives the slots of each counter in the order they must leave: the
// first to expire first, goods without a date last. All that lies on the staging
// bin is allocated.
func loadShelf(tx *db.Tx, lv *Levels) (map[id.Stock][]*slot, error) {
	shelf := map[id.Stock][]*slot{}
	err := tx.Each(`/* inventory.loadShelf */ SELECT s.stock_id, s.lot_id, s.bin_id,
		s.qty_on_hand - s.qty_allocated - s.qty_unsellable, s.qty_allocated, s.qty_unsellable, COALESCE(l.barred, FALSE)
		FROM stock_lots s LEFT JOIN lots l ON l.lot_id = s.lot_id
		WHERE s.stock_id = ANY($1) AND s.qty_on_hand > 0
		ORDER BY CASE WHEN COALESCE(l.expires_on, '') = '' THEN '9' ELSE l.expires_on END,
		COALESCE(l.made_on, ''), s.lot_id, s.bin_id`,
		func(r db.Row) error {
			var stock id.Stock
			s := &slot{}
			err := r.Scan(&stock, &s.lot, &s.bin, &s.left, &s.held, &s.bad, &s.barred)
			shelf[stock] = append(shelf[stock], s)
			return err
		}, lv.stocks())
	return shelf, err
}

func (l *Levels) allocate(tx *db.Tx, n Need, claims []*claimed, shelf map[id.Stock][]*slot) ([]Portion, *fault.Fault) {
	var reserved, shelved int64
	for _, c := range claims {
		reserved += c.loose()
	}
	if reserved < n.Qty {
		return nil, ErrNotReserved.With(reserved, n.Qty)
	}
	slots := shelf[claims[0].stock]
	for _, s := range slots {
		shelved += s.sellable()
	}
	if shelved < n.Qty {
		return nil, ErrLotMissing
	}
	var portions []Portion
	left := n.Qty
	for _, c := range claims {
		for _, s := range slots {
			if qty := min(left, s.sellable(), c.loose()); qty > 0 {
				left -= qty
				portions = append(portions, l.fix(tx, n, c, s, qty))
			}
		}
	}
	return portions, nil
}

func (s *slot) sellable() int64 {
	if s.barred {
		return 0
	}
	return s.left
}

// fix books qty pieces of a slot for a claim.
func (l *Levels) fix(tx *db.Tx, n Need, c *claimed, s *slot, qty int64) Portion {
	s.left -= qty
	s.held += qty
	c.alloc += qty
	counter := l.byStock[c.stock]
	p := Portion{ID: id.Allocation(tx.NewID()), Package: n.Package, Order: n.Order, Line: n.Line, Place: counter.Place,
		Lot: s.lot, Bin: s.bin, Qty: qty, reservation: c.id, stock: c.stock}
	l.put(counter, s.lot, s.bin, binChange{allocated: qty})
	l.post(p.entry(counter, "allocate", qty))
	return p
}

func (p Portion) entry(c *Counter, kind string, qty int64) entry {
	return entry{counter: c, kind: kind, qty: qty, lot: p.Lot, bin: p.Bin, reservation: p.reservation,
		order: p.Order, line: p.Line, pack: p.Package}
}

func savePortions(tx *db.Tx, list []Portion) error {
	rows := tx.Batch(`/* inventory.Allocate */ INSERT INTO allocations (allocation_id, reservation_id, stock_id, lot_id, bin_id,
		package_id, order_id, line_id, qty, qty_open) VALUES {rows}`)
	for _, p := range list {
		rows.Add(int64(p.ID), int64(p.reservation), int64(p.stock), int64(p.Lot), int64(p.Bin), int64(p.Package),
			int64(p.Order), int64(p.Line), p.Qty, p.Qty)
	}
	_, err := rows.Run()
	return err
}
