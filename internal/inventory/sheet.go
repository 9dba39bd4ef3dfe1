package inventory

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// A count sheet lives for hours while goods come and go. What was found is compared
// with the books as they stood when it was scanned, and only the difference is booked:
// a sale between the scan and the posting is neither undone nor counted as a loss. The
// rows of a counter have an order (their versions), and a scan notes where in it it
// stands, under the counter's lock.

// SheetState says how far a count is.
type SheetState string

// Open sheets take scans; a posted one has changed the books, a dropped one has not.
const (
	SheetOpen    SheetState = "open"
	SheetPosted  SheetState = "posted"
	SheetDropped SheetState = "dropped"
)

// Sheet is a stock count of one warehouse.
type Sheet struct {
	ID        id.Sheet
	Warehouse id.Warehouse
	Title     string
	// Blind hides the books from those who count.
	Blind    bool
	State    SheetState
	Reason   string
	OpenedBy string
	OpenedAt db.Instant
	ClosedBy string
	ClosedAt db.Instant
}

const sheetColumns = `sheet_id, warehouse_id, title, blind, state, reason, opened_by, opened_at, closed_by, closed_at`

func scanSheet(r db.Row) (s Sheet, err error) {
	err = r.Scan(&s.ID, &s.Warehouse, &s.Title, &s.Blind, &s.State, &s.Reason, &s.OpenedBy, &s.OpenedAt, &s.ClosedBy, &s.ClosedAt)
	return s, err
}

// SheetLinesMax bounds a sheet; a larger scope makes several.
const SheetLinesMax = 2000

// Extent is what a sheet is to count: slots in these bins, or of these SKUs. With
// neither the sheet begins empty and takes what is scanned.
type Extent struct {
	Bins []id.Bin
	SKUs []id.SKU
}

// OpenSheet begins a count. Faults: ErrSheetTitle, ErrSheetLarge.
func OpenSheet(tx *db.Tx, s Sheet, extent Extent) (id.Sheet, error) {
	if s.Title = strings.TrimSpace(s.Title); s.Title == "" || utf8.RuneCountInString(s.Title) > 100 {
		return 0, ErrSheetTitle
	}
	s.ID = id.Sheet(tx.NewID())
	if _, err := tx.Exec(`/* inventory.OpenSheet */ INSERT INTO count_sheets (sheet_id, warehouse_id, title, blind, opened_by, opened_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, s.ID, s.Warehouse, s.Title, s.Blind, tx.By().Actor, tx.Now()); err != nil {
		return 0, err
	}
	if len(extent.Bins)+len(extent.SKUs) == 0 {
		return s.ID, nil
	}
	n, err := tx.Exec(`/* inventory.OpenSheet */ INSERT INTO count_lines (sheet_id, sku_id, lot_id, bin_id)
		SELECT CAST($1 AS BIGINT), s.sku_id, p.lot_id, p.bin_id FROM stock s JOIN stock_lots p ON p.stock_id = s.stock_id
		WHERE s.warehouse_id = $2 AND p.qty_on_hand > 0 AND p.bin_id <> 1 AND (p.bin_id = ANY($3) OR s.sku_id = ANY($4))
		ORDER BY p.bin_id, s.sku_id, p.lot_id LIMIT $5`, s.ID, s.Warehouse, sorted(extent.Bins), sorted(extent.SKUs), SheetLinesMax+1)
	if err == nil && n > SheetLinesMax {
		err = ErrSheetLarge.With(SheetLinesMax)
	}
	return s.ID, err
}

// GetSheet gives a sheet. Fault: ErrSheetNone, also for one of a warehouse outside the
// scope.
func GetSheet(tx *db.Tx, scope staff.Scope, n id.Sheet) (Sheet, error) {
	list, err := db.List(tx, `/* inventory.GetSheet */ SELECT `+sheetColumns+` FROM count_sheets WHERE sheet_id = $1`, scanSheet, n)
	if err == nil && (len(list) == 0 || !scope.HasWarehouse(list[0].Warehouse)) {
		err = ErrSheetNone
	}
	if err != nil {
		return Sheet{}, err
	}
	return list[0], nil
}

// lockSheet holds an open sheet: several may scan, while nobody closes it.
func lockSheet(tx *db.Tx, n id.Sheet, how string) (Sheet, error) {
	list, err := db.List(tx, fmt.Sprintf(`/* inventory.lockSheet */ SELECT %s FROM count_sheets WHERE sheet_id = $1 FOR %s`, sheetColumns, how),
		scanSheet, n)
	switch {
	case err != nil:
		return Sheet{}, err
	case len(list) == 0:
		return Sheet{}, ErrSheetNone
	case list[0].State != SheetOpen:
		return Sheet{}, ErrSheetClosed.With(n.String())
	}
	return list[0], nil
}

// Sheets gives the newest sheets before one (0 for the newest of all) in a scope.
func Sheets(tx *db.Tx, scope staff.Scope, before id.Sheet, limit int) ([]Sheet, error) {
	where, args := "TRUE", []any{}
	if !scope.AllWarehouses {
		args = append(args, scope.Warehouses)
		where += " AND warehouse_id = ANY($1)"
	}
	if before != 0 {
		args = append(args, before)
		where += fmt.Sprintf(" AND sheet_id < $%d", len(args))
	}
	args = append(args, bounded(limit))
	return db.List(tx, fmt.Sprintf(`/* inventory.Sheets */ SELECT %s FROM count_sheets WHERE %s ORDER BY sheet_id DESC LIMIT $%d`,
		sheetColumns, where, len(args)), scanSheet, args...)
}

// DropSheet ends a count without changing the books. Faults: ErrSheetNone, ErrSheetClosed.
func DropSheet(tx *db.Tx, n id.Sheet) error {
	if _, err := lockSheet(tx, n, "UPDATE"); err != nil {
		return err
	}
	return closeSheet(tx, n, SheetDropped, "")
}

func closeSheet(tx *db.Tx, n id.Sheet, state SheetState, reason string) error {
	_, err := tx.Exec(`/* inventory.closeSheet */ UPDATE count_sheets SET state = $1, reason = $2, closed_by = $3, closed_at = $4
		WHERE sheet_id = $5`, string(state), reason, tx.By().Actor, tx.Now(), n)
	return err
}

// SheetLine is one slot of a sheet.
type SheetLine struct {
	SKU   id.SKU
	Lot   id.Lot
	Bin   id.Bin
	Round int64
	Found int64
	// Book is what the ledger said when it was last scanned; Now what lies there by the
	// books now.
	Book, Now int64
	// Moved: goods of the slot moved between two scans of it; it must be counted again.
	Moved     bool
	CountedAt db.Instant // 0: not counted yet
	CountedBy string
	// Posted is the difference that was booked, Freed what it took from orders.
	Posted, Freed int64
}

// Diff is what the count found more than the books said.
func (l SheetLine) Diff() int64 { return l.Found - l.Book }

// SheetLines gives the lines of a sheet by bin, SKU and lot, or of one SKU; 0 for all.
func SheetLines(tx *db.Tx, s Sheet, sku id.SKU) ([]SheetLine, error) {
	return db.List(tx, `/* inventory.SheetLines */ SELECT c.sku_id, c.lot_id, c.bin_id, c.round, c.qty_found, c.qty_book,
		COALESCE(p.qty_on_hand, 0), c.moved, c.counted_at, c.counted_by, c.qty_posted, c.qty_freed FROM count_lines c
		LEFT JOIN stock s ON s.sku_id = c.sku_id AND s.warehouse_id = $1
		LEFT JOIN stock_lots p ON p.stock_id = s.stock_id AND p.lot_id = c.lot_id AND p.bin_id = c.bin_id
		LEFT JOIN bins b ON b.bin_id = c.bin_id
		WHERE c.sheet_id = $2 AND (c.sku_id = $3 OR $3 = 0) ORDER BY COALESCE(b.code, ''), c.bin_id, c.sku_id, c.lot_id`, func(r db.Row) (l SheetLine, err error) {
		err = r.Scan(&l.SKU, &l.Lot, &l.Bin, &l.Round, &l.Found, &l.Book, &l.Now, &l.Moved, &l.CountedAt, &l.CountedBy, &l.Posted, &l.Freed)
		return l, err
	}, s.Warehouse, s.ID, sku)
}
