package fulfilment

import (
	"fmt"
	"math"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Filter chooses open packages: those that are not delivered, returned, lost or
// voided.
type Filter struct {
	// Warehouse 0 means every warehouse.
	Warehouse id.Warehouse
	State     State
	// Scope leaves the packages of its warehouses; nil is the house's own look.
	Scope *staff.Scope
	// After is where the last page ended; the zero Cursor is the beginning.
	After Cursor
	// Limit is at most LimitMax, which 0 means too.
	Limit int
}

// Cursor is a place in the list that Waiting gives.
type Cursor struct {
	ShipBy  db.Instant
	Package id.Package
}

// LimitMax is the longest page of a list.
const LimitMax = 1000

// byDeadline is the order of the list: no deadline comes last. The index
// packages_open is built on the same words.
const byDeadline = `(CASE WHEN ship_by = 0 THEN 9223372036854775807 ELSE ship_by END)`

// Waiting gives open packages of one state with their items, the most urgent
// first: by deadline, then id; those without a deadline last.
func Waiting(tx *db.Tx, f Filter) ([]*Package, error) {
	where, args := "ended_at = 0", []any{}
	and := func(condition string, values ...any) {
		places := make([]any, len(values))
		for i := range values {
			places[i] = len(args) + i + 1
		}
		where, args = where+" AND "+fmt.Sprintf(condition, places...), append(args, values...)
	}
	and("state = $%d", string(f.State))
	if f.Warehouse != 0 {
		and("warehouse_id = $%d", int64(f.Warehouse))
	}
	if f.Scope != nil && !f.Scope.AllWarehouses {
		and("warehouse_id = ANY($%d)", f.Scope.Warehouses)
	}
	if f.After != (Cursor{}) {
		// SQLite finds its way by the first condition, the second is exact.
		rank := f.After.rank()
		and(byDeadline+" >= $%d AND ("+byDeadline+", package_id) > ($%d, $%d)", rank, rank, int64(f.After.Package))
	}
	if f.Limit <= 0 || f.Limit > LimitMax {
		f.Limit = LimitMax
	}
	packages, err := db.List(tx, `/* fulfilment.Waiting */ SELECT `+columns+` FROM packages WHERE `+where+`
		ORDER BY `+byDeadline+`, package_id`+fmt.Sprintf(" LIMIT $%d", len(args)+1), scan, append(args, f.Limit)...)
	if err != nil || len(packages) == 0 {
		return nil, err
	}
	byID, ids := make(map[id.Package]*Package, len(packages)), make([]id.Package, len(packages))
	for i, p := range packages {
		byID[p.ID], ids[i] = p, p.ID
	}
	return packages, fill(tx, byID, ids)
}

// Next is the cursor behind a package of the list.
func (p *Package) Next() Cursor { return Cursor{ShipBy: p.ShipBy, Package: p.ID} }

func (c Cursor) rank() int64 {
	if c.ShipBy == 0 {
		return math.MaxInt64
	}
	return int64(c.ShipBy)
}

// Tally is the number of open packages of one state in one warehouse.
type Tally struct {
	State     State
	Warehouse id.Warehouse
	Packages  int64
}

// Counts gives the open packages per state and warehouse, ordered by both; what
// has none is absent.
func Counts(tx *db.Tx) ([]Tally, error) {
	return db.List(tx, `/* fulfilment.Counts */ SELECT state, warehouse_id, COUNT(*) FROM packages WHERE ended_at = 0
		GROUP BY state, warehouse_id ORDER BY state, warehouse_id`,
		func(r db.Row) (t Tally, err error) { return t, r.Scan(&t.State, &t.Warehouse, &t.Packages) })
}
