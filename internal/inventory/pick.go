package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

const portionColumns = `a.allocation_id, a.package_id, a.order_id, a.line_id, s.warehouse_id, s.sku_id, a.lot_id, a.bin_id,
	a.qty_open, a.qty_picked, a.reservation_id, a.stock_id`

const portionsOfPackages = ` SELECT ` + portionColumns + ` FROM allocations a JOIN stock s ON s.stock_id = a.stock_id
	WHERE a.package_id = ANY($1) AND a.qty_open > 0 ORDER BY a.allocation_id`

func scanPortion(r db.Row) (p Portion, err error) {
	err = r.Scan(&p.ID, &p.Package, &p.Order, &p.Line, &p.Place.Warehouse, &p.Place.SKU, &p.Lot, &p.Bin,
		&p.Qty, &p.Picked, &p.reservation, &p.stock)
	return p, err
}

// Portions gives what is allocated to packages and not shipped.
func Portions(tx *db.Tx, packages []id.Package) ([]Portion, error) {
	return db.List(tx, `/* inventory.Portions */`+portionsOfPackages, scanPortion, sorted(packages))
}

// PortionsAt gives what of a place is allocated to packages, those with the most
// slack first: who must be taken back before goods that Lose calls ErrPicked can
// be booked off.
func PortionsAt(tx *db.Tx, p Place, limit int) ([]Portion, error) {
	stock, err := stockOf(tx, p)
	if err != nil {
		return nil, err
	}
	return db.List(tx, `/* inventory.PortionsAt */ SELECT `+portionColumns+` FROM reservations r
		JOIN allocations a ON a.reservation_id = r.reservation_id AND a.qty_open > 0 JOIN stock s ON s.stock_id = r.stock_id
		WHERE r.stock_id = $1 AND r.qty_open > 0 ORDER BY r.deadline DESC, a.allocation_id DESC LIMIT $2`,
		scanPortion, stock, bounded(limit))
}

// handful is the portions of some packages with all that changes with them.
type handful struct {
	portions []Portion
	claims   []*claimed
	byID     map[id.Reservation]*claimed
	*Levels
}

// hold locks the portions of packages, their claims and their counters, in that
// order: two hands on one package work one after the other.
func hold(tx *db.Tx, packages []id.Package) (h handful, err error) {
	h.portions, err = db.List(tx, `/* inventory.hold */`+portionsOfPackages+` FOR UPDATE OF a`, scanPortion, sorted(packages))
	if err != nil {
		return h, err
	}
	orders := make([]id.Order, len(h.portions))
	for i, p := range h.portions {
		orders[i] = p.Order
	}
	h.claims, h.Levels, err = lockClaims(tx, orders)
	h.byID = make(map[id.Reservation]*claimed, len(h.claims))
	for _, c := range h.claims {
		h.byID[c.id] = c
	}
	return h, err
}

// Pick moves all that is allocated to the packages to the staging bin. What lies
// there already stays: picking twice changes nothing.
func Pick(tx *db.Tx, packages []id.Package) error {
	h, err := hold(tx, packages)
	if err != nil {
		return err
	}
	for _, p := range h.portions {
		if n := p.Qty - p.Picked; n > 0 {
			counter := h.byStock[p.stock]
			h.put(counter, p.Lot, p.Bin, binChange{onHand: -n, allocated: -n})
			h.put(counter, p.Lot, BinStage, binChange{onHand: n, allocated: n})
			h.post(p.entry(counter, "pick", n))
		}
	}
	_, err = tx.Exec(`/* inventory.Pick */ UPDATE allocations SET qty_picked = qty_open WHERE allocation_id = ANY($1)`, h.ids())
	if err != nil {
		return err
	}
	return h.save(tx)
}

// Unallocate undoes Allocate, and Pick where that was done: goods go back to
// the bins they came from, the reservations stay. Goods of a lot that was barred
// meanwhile become unsellable, and claims give way as in Lose: the shortages are
// the caller's to pass on.
func Unallocate(tx *db.Tx, packages []id.Package) ([]Shortage, error) {
	h, err := hold(tx, packages)
	if err != nil || len(h.portions) == 0 {
		return nil, err
	}
	for _, p := range h.portions {
		counter := h.byStock[p.stock]
		h.put(counter, p.Lot, p.Bin, binChange{onHand: p.Picked, allocated: p.Picked - p.Qty})
		h.put(counter, p.Lot, BinStage, binChange{onHand: -p.Picked, allocated: -p.Picked})
		if p.Picked > 0 {
			h.post(p.entry(counter, "unpick", p.Picked))
		}
		if n := p.Qty - p.Picked; n > 0 {
			h.post(p.entry(counter, "unallocate", n))
		}
		h.byID[p.reservation].alloc -= p.Qty
	}
	if err := h.close(tx); err != nil {
		return nil, err
	}
	if err := h.settle(tx, h.claims); err != nil {
		return nil, err
	}
	return barAgain(tx, h.portions)
}

// Ship takes what is picked for the packages out of the house. Faults:
// ErrNotAllocated when a package has nothing picked, or not all of it.
func Ship(tx *db.Tx, packages []id.Package) ([]Portion, error) {
	h, err := hold(tx, packages)
	if err != nil {
		return nil, err
	}
	ready := map[id.Package]bool{}
	for _, p := range h.portions {
		if p.Picked < p.Qty {
			return nil, ErrNotAllocated
		}
		ready[p.Package] = true
		counter, c := h.byStock[p.stock], h.byID[p.reservation]
		c.less += p.Qty
		c.alloc -= p.Qty
		h.put(counter, p.Lot, BinStage, binChange{onHand: -p.Qty, allocated: -p.Qty})
		e := p.entry(counter, "ship", p.Qty)
		e.onHand, e.reserved = -p.Qty, -p.Qty
		h.post(e)
	}
	for _, pack := range packages {
		if !ready[pack] {
			return nil, ErrNotAllocated
		}
	}
	if err := h.close(tx); err != nil {
		return nil, err
	}
	return h.portions, h.settle(tx, h.claims)
}

func (h handful) ids() []id.Allocation {
	ids := make([]id.Allocation, len(h.portions))
	for i, p := range h.portions {
		ids[i] = p.ID
	}
	return ids
}

func (h handful) close(tx *db.Tx) error {
	_, err := tx.Exec(`/* inventory.close */ UPDATE allocations SET qty_open = 0, qty_picked = 0
		WHERE allocation_id = ANY($1)`, h.ids())
	return err
}
