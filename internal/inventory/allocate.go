package inventory

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Need asks for the lots and bins of pieces that a line has reserved in a
// warehouse, for a package.
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

	reservation id.Reservation
	stock       id.Stock
	picked      int64
}

// Allocate fixes lots and bins, first expired first out, for each need wholly
// or not at all. Outcomes are in the order given. Faults: ErrNotReserved,
// ErrLotMissing.
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
	var all []Portion
	for i, n := range needs {
		mine := claimsOf(claims, lv, n)
		if reserved := unallocated(mine); reserved < n.Qty {
			outcomes[i] = fault.Refused[[]Portion](ErrNotReserved.With(reserved, n.Qty))
			continue
		}
		portions, ok := lv.allocate(tx, n, mine, shelf)
		if !ok {
			outcomes[i] = fault.Refused[[]Portion](ErrLotMissing)
			continue
		}
		outcomes[i] = fault.OK(portions)
		all = append(all, portions...)
	}
	if err := savePortions(tx, all); err != nil {
		return nil, err
	}
	return outcomes, lv.settle(tx, claims)
}

func claimsOf(claims []*claimed, lv *Levels, n Need) []*claimed {
	return slices.DeleteFunc(slices.Clone(claims), func(c *claimed) bool {
		return c.line != n.Line || lv.byStock[c.stock].Warehouse != n.Warehouse
	})
}

func unallocated(claims []*claimed) (n int64) {
	for _, c := range claims {
		n += c.open - c.allocated - c.alloc
	}
	return n
}

// slot is sellable goods of one lot in one bin.
type slot struct {
	lot  id.Lot
	bin  id.Bin
	left int64
}

// loadShelf gives the slots of each counter in the order they must leave: the
// first to expire first, goods without a date last. Picked goods on the staging
// bin belong to somebody already.
func loadShelf(tx *db.Tx, lv *Levels) (map[id.Stock][]*slot, error) {
	shelf := map[id.Stock][]*slot{}
	stocks := make([]id.Stock, len(lv.order))
	for i, c := range lv.order {
		stocks[i] = c.stock
	}
	err := tx.Each(`/* inventory.loadShelf */ SELECT s.stock_id, s.lot_id, s.bin_id,
		s.qty_on_hand - s.qty_allocated - s.qty_unsellable
		FROM stock_lots s LEFT JOIN lots l ON l.lot_id = s.lot_id
		WHERE s.stock_id = ANY($1) AND s.bin_id <> 1 AND s.qty_on_hand - s.qty_allocated - s.qty_unsellable > 0
		ORDER BY CASE WHEN COALESCE(l.expires_on, '') = '' THEN '9' ELSE l.expires_on END, s.lot_id, s.bin_id`,
		func(r db.Row) error {
			var stock id.Stock
			s := &slot{}
			err := r.Scan(&stock, &s.lot, &s.bin, &s.left)
			shelf[stock] = append(shelf[stock], s)
			return err
		}, stocks)
	return shelf, err
}

func (l *Levels) allocate(tx *db.Tx, n Need, claims []*claimed, shelf map[id.Stock][]*slot) ([]Portion, bool) {
	if shelved(claims, shelf) < n.Qty {
		return nil, false
	}
	var portions []Portion
	left := n.Qty
	for _, c := range claims {
		counter := l.byStock[c.stock]
		for _, s := range shelf[c.stock] {
			qty := min(left, s.left, c.open-c.allocated-c.alloc)
			if qty <= 0 {
				continue
			}
			s.left -= qty
			c.alloc += qty
			left -= qty
			p := Portion{ID: id.Allocation(tx.NewID()), Package: n.Package, Order: n.Order, Line: n.Line, Place: counter.Place,
				Lot: s.lot, Bin: s.bin, Qty: qty, reservation: c.id, stock: c.stock}
			portions = append(portions, p)
			l.put(counter, s.lot, s.bin, lotChange{allocated: qty})
			l.post(p.entry(counter, "allocate"))
		}
	}
	return portions, left == 0
}

func shelved(claims []*claimed, shelf map[id.Stock][]*slot) (n int64) {
	seen := map[id.Stock]bool{}
	for _, c := range claims {
		if seen[c.stock] {
			continue
		}
		seen[c.stock] = true
		for _, s := range shelf[c.stock] {
			n += s.left
		}
	}
	return n
}

func (p Portion) entry(c *Counter, kind string) entry {
	return entry{counter: c, kind: kind, qty: p.Qty, lot: p.Lot, bin: p.Bin, reservation: p.reservation,
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

// Portions gives what is allocated to packages and not shipped, locked.
func Portions(tx *db.Tx, packages []id.Package) ([]Portion, error) {
	return db.List(tx, `/* inventory.Portions */ SELECT a.allocation_id, a.package_id, a.order_id, a.line_id, s.warehouse_id,
		s.sku_id, a.lot_id, a.bin_id, a.qty_open, a.qty_picked, a.reservation_id, a.stock_id
		FROM allocations a JOIN stock s ON s.stock_id = a.stock_id
		WHERE a.package_id = ANY($1) AND a.qty_open > 0 ORDER BY a.allocation_id`, func(r db.Row) (p Portion, err error) {
		err = r.Scan(&p.ID, &p.Package, &p.Order, &p.Line, &p.Place.Warehouse, &p.Place.SKU, &p.Lot, &p.Bin, &p.Qty,
			&p.picked, &p.reservation, &p.stock)
		return p, err
	}, sorted(packages))
}

// held loads the portions of packages with their claims and counters locked, in
// the house's order.
func held(tx *db.Tx, packages []id.Package) ([]Portion, map[id.Reservation]*claimed, []*claimed, *Levels, error) {
	portions, err := Portions(tx, packages)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	orders := make([]id.Order, len(portions))
	for i, p := range portions {
		orders[i] = p.Order
	}
	claims, lv, err := lockClaims(tx, orders)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	byID := make(map[id.Reservation]*claimed, len(claims))
	for _, c := range claims {
		byID[c.id] = c
	}
	return portions, byID, claims, lv, nil
}

// Pick moves all that is allocated to the packages to the staging bin.
func Pick(tx *db.Tx, packages []id.Package) error {
	portions, _, _, lv, err := held(tx, packages)
	if err != nil {
		return err
	}
	for _, p := range portions {
		if n := p.Qty - p.picked; n > 0 {
			p.Qty = n
			counter := lv.byStock[p.stock]
			lv.put(counter, p.Lot, p.Bin, lotChange{onHand: -n, allocated: -n})
			lv.put(counter, p.Lot, BinStage, lotChange{onHand: n, allocated: n})
			lv.post(p.entry(counter, "pick"))
		}
	}
	if _, err := tx.Exec(`/* inventory.Pick */ UPDATE allocations SET qty_picked = qty_open
		WHERE package_id = ANY($1) AND qty_open > 0`, sorted(packages)); err != nil {
		return err
	}
	return lv.save(tx)
}

// Unallocate undoes Allocate, and Pick where that was done: goods go back to
// the bins they came from, the reservations stay.
func Unallocate(tx *db.Tx, packages []id.Package) ([]Portion, error) {
	portions, byID, claims, lv, err := held(tx, packages)
	if err != nil {
		return nil, err
	}
	for _, p := range portions {
		counter := lv.byStock[p.stock]
		lv.put(counter, p.Lot, p.Bin, lotChange{onHand: p.picked, allocated: -(p.Qty - p.picked)})
		lv.put(counter, p.Lot, BinStage, lotChange{onHand: -p.picked, allocated: -p.picked})
		kind := "unallocate"
		if p.picked > 0 {
			kind = "unpick"
		}
		lv.post(p.entry(counter, kind))
		byID[p.reservation].alloc -= p.Qty
	}
	if err := closePortions(tx, packages); err != nil {
		return nil, err
	}
	return portions, lv.settle(tx, claims)
}

// Ship takes what is picked for the packages out of the house. Faults:
// ErrNotAllocated when a package has nothing picked.
func Ship(tx *db.Tx, packages []id.Package) ([]Portion, error) {
	portions, byID, claims, lv, err := held(tx, packages)
	if err != nil {
		return nil, err
	}
	ready := map[id.Package]bool{}
	for _, p := range portions {
		if p.picked < p.Qty {
			return nil, ErrNotAllocated
		}
		ready[p.Package] = true
		counter, c := lv.byStock[p.stock], byID[p.reservation]
		c.less += p.Qty
		c.alloc -= p.Qty
		lv.put(counter, p.Lot, BinStage, lotChange{onHand: -p.Qty, allocated: -p.Qty})
		e := p.entry(counter, "ship")
		e.onHand, e.reserved = -p.Qty, -p.Qty
		lv.post(e)
	}
	for _, pack := range packages {
		if !ready[pack] {
			return nil, ErrNotAllocated
		}
	}
	if err := closePortions(tx, packages); err != nil {
		return nil, err
	}
	if err := saveClaims(tx, claims); err != nil {
		return nil, err
	}
	return portions, lv.save(tx)
}

func closePortions(tx *db.Tx, packages []id.Package) error {
	_, err := tx.Exec(`/* inventory.closePortions */ UPDATE allocations SET qty_open = 0, qty_picked = 0
		WHERE package_id = ANY($1) AND qty_open > 0`, sorted(packages))
	return err
}
