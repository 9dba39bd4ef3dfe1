package inventory

import (
	"fmt"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// listMax bounds every list of this room.
const listMax = 1000

func bounded(limit int) int { return max(1, min(limit, listMax)) }

// Row is a counter as lists and exports show it. ATP is what is left when every
// shop's quota is kept back.
type Row struct {
	ID id.Stock
	Place
	OnHand     int64
	Reserved   int64
	Unsellable int64
	Safety     int64
	Free       int64
	ATP        int64
	Version    int64
}

// Condition is how a counter stands.
type Condition string

// Low counters have some free, and no more than their safety stock; out have none
// free; short ones are of a SKU that orders wait for; marred ones hold unsellable goods; ample ones have more than their safety stock.
const (
	Low    Condition = "low"
	Out    Condition = "out"
	Short  Condition = "short"
	Marred Condition = "marred"
	Ample  Condition = "ample"
)

var conditions = map[Condition]string{
	Low: "qty_safety > 0 AND qty_on_hand - qty_reserved - qty_unsellable > 0 AND " +
		"qty_on_hand - qty_reserved - qty_unsellable <= qty_safety",
	Out:    "qty_on_hand - qty_reserved - qty_unsellable <= 0",
	Short:  "EXISTS (SELECT 1 FROM stock_waits w WHERE w.sku_id = stock.sku_id)",
	Marred: "qty_unsellable > 0",
	Ample:  "qty_on_hand - qty_reserved - qty_unsellable > qty_safety",
}

// Known says whether there is such a condition.
func (c Condition) Known() bool { return conditions[c] != "" }

// Filter chooses counters; zero fields choose all. After is the last row of the
// page before. At most 1,000 rows come at once.
type Filter struct {
	SKU id.SKU
	// SKUs chooses several; nil chooses all.
	SKUs      []id.SKU
	Warehouse id.Warehouse
	Condition Condition
	// Scope leaves the counters of its warehouses; the zero Scope sees none.
	Scope staff.Scope
	After id.Stock
	Limit int
}

// List gives counters by id.
func List(tx *db.Tx, f Filter) ([]Row, error) {
	where, args := []string{"stock_id > $1"}, []any{f.After}
	add := func(column string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf("%s = $%d", column, len(args)))
	}
	if f.SKU != 0 {
		add("sku_id", f.SKU)
	}
	if f.SKUs != nil {
		args = append(args, sorted(f.SKUs))
		where = append(where, fmt.Sprintf("sku_id = ANY($%d)", len(args)))
	}
	if f.Warehouse != 0 {
		add("warehouse_id", f.Warehouse)
	}
	if cond := conditions[f.Condition]; cond != "" {
		where = append(where, cond)
	}
	if !f.Scope.AllWarehouses {
		args = append(args, f.Scope.Warehouses)
		where = append(where, fmt.Sprintf("warehouse_id = ANY($%d)", len(args)))
	}
	args = append(args, bounded(f.Limit))
	counters, err := db.List(tx, fmt.Sprintf(`/* inventory.List */ SELECT %s FROM stock WHERE %s ORDER BY stock_id LIMIT $%d`,
		counterColumns, strings.Join(where, " AND "), len(args)), scanCounter, args...)
	if err != nil {
		return nil, err
	}
	lv, err := newLevels(tx, counters)
	rows := make([]Row, len(counters))
	for i, c := range lv.order {
		rows[i] = Row{ID: c.stock, Place: c.Place, OnHand: c.OnHand, Reserved: c.Reserved, Unsellable: c.Unsellable,
			Safety: c.Safety, Free: c.Free(), ATP: c.ATP(0), Version: c.version}
	}
	return rows, err
}

// Entry is a row of the stock ledger. Kind reserve stands for the reservation
// itself, whose actor is that of its order.
type Entry struct {
	Mark
	Kind       string
	Qty        int64
	OnHand     int64 // what it did to the counter
	Reserved   int64
	Unsellable int64
	Lot        id.Lot
	Bin        id.Bin
	Order      id.Order
	Line       id.Line
	Package    id.Package
	Reference  string
	Actor      string
	Cause      string
	At         db.Instant
}

// Mark is a place in the ledger of one counter.
type Mark struct {
	Version int64
	ID      int64
}

// Ledger gives what happened at a place after a mark, in the order of versions.
// The place's reservations are those still open and those that a later row ended.
func Ledger(tx *db.Tx, p Place, after Mark, limit int) ([]Entry, error) {
	stock, err := stockOf(tx, p)
	if err != nil {
		return nil, err
	}
	return db.List(tx, `/* inventory.Ledger */ SELECT stock_version, entry_id, kind, qty, on_hand, reserved, unsellable,
		lot_id, bin_id, order_id, line_id, package_id, reference, actor, cause, at FROM stock_ledger
		WHERE stock_id = $1 AND (stock_version, entry_id) > ($2, $3)
		UNION ALL SELECT stock_version, reservation_id, 'reserve', qty, 0, qty, 0,
		0, 0, order_id, line_id, 0, '', '', cause, at FROM reservations
		WHERE (order_id, reservation_id) IN (SELECT order_id, reservation_id FROM reservations WHERE stock_id = $1 AND qty_open > 0
			UNION SELECT order_id, reservation_id FROM stock_ledger
			WHERE stock_id = $1 AND stock_version > $2 AND reservation_id > 0)
		AND (stock_version, reservation_id) > ($2, $3)
		ORDER BY 1, 2 LIMIT $4`, scanEntry, stock, after.Version, after.ID, bounded(limit))
}

// Holder is a line that has goods of a place reserved.
type Holder struct {
	Reservation id.Reservation
	Order       id.Order
	Line        id.Line
	Shop        id.Shop
	Qty         int64      // still claimed
	Allocated   int64      // of Qty, fixed to a package
	Deadline    db.Instant // 0 for none
	Since       db.Instant
}

// Holders says who has the goods of a place: the nearest deadline first, so the
// last gives way first.
func Holders(tx *db.Tx, p Place, limit int) ([]Holder, error) {
	stock, err := stockOf(tx, p)
	if err != nil {
		return nil, err
	}
	return db.List(tx, `/* inventory.Holders */ SELECT reservation_id, order_id, line_id, shop_id,
		qty_open, qty_allocated, deadline, at
		FROM reservations WHERE stock_id = $1 AND qty_open > 0 ORDER BY deadline, reservation_id LIMIT $2`,
		func(r db.Row) (h Holder, err error) {
			var deadline int64
			err = r.Scan(&h.Reservation, &h.Order, &h.Line, &h.Shop, &h.Qty, &h.Allocated, &deadline, &h.Since)
			h.Deadline = fromLast(deadline)
			return h, err
		}, stock, bounded(limit))
}

func stockOf(tx *db.Tx, p Place) (id.Stock, error) {
	n, err := tx.Number(`/* inventory.stockOf */ SELECT stock_id FROM stock WHERE sku_id = $1 AND warehouse_id = $2`,
		p.SKU, p.Warehouse)
	if err == nil && n == 0 {
		err = ErrNoStock
	}
	return id.Stock(n), err
}
