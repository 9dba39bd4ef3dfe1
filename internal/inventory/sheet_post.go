package inventory

import (
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// SheetPlaces gives the places that a sheet has counted, so that whoever holds their
// goods can be locked before they are.
func SheetPlaces(tx *db.Tx, n id.Sheet) ([]Place, error) {
	return db.List(tx, `/* inventory.SheetPlaces */ SELECT DISTINCT s.warehouse_id, l.sku_id FROM count_lines l
		JOIN count_sheets s ON s.sheet_id = l.sheet_id WHERE l.sheet_id = $1 AND l.counted_at > 0 ORDER BY s.warehouse_id, l.sku_id`,
		func(r db.Row) (p Place, err error) { return p, r.Scan(&p.Warehouse, &p.SKU) }, n)
}

// PostSheet closes a sheet. Settle then says what to book. Faults: ErrSheetReason,
// ErrSheetNone, ErrSheetClosed, ErrSheetMoved.
func PostSheet(tx *db.Tx, n id.Sheet, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > 200 {
		return ErrSheetReason
	}
	if _, err := lockSheet(tx, n, "UPDATE"); err != nil {
		return err
	}
	moved, err := tx.Number(`/* inventory.PostSheet */ SELECT COUNT(*) FROM count_lines WHERE sheet_id = $1 AND moved`, n)
	if err != nil {
		return err
	}
	if moved > 0 {
		return ErrSheetMoved.With(moved)
	}
	return closeSheet(tx, n, SheetPosted, reason)
}

// Settle locks the counters of a sheet and says, for Count, what lies in each slot now
// where its count differs from the books of its time: what lies there by the books and
// the difference. Fewer than none is none. Lines that nobody counted stay as they are.
func Settle(tx *db.Tx, n id.Sheet) ([]Counted, error) {
	places, err := SheetPlaces(tx, n)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	books, err := onHand(tx, places)
	if err != nil {
		return nil, err
	}
	var list []Counted
	err = tx.Each(`/* inventory.Settle */ SELECT sku_id, lot_id, bin_id, qty_found - qty_book FROM count_lines
		WHERE sheet_id = $1 AND counted_at > 0 AND qty_found <> qty_book ORDER BY sku_id, lot_id, bin_id`, func(r db.Row) error {
		c := Counted{Place: Place{Warehouse: places[0].Warehouse}, Reference: n.String()}
		var diff int64
		if err := r.Scan(&c.SKU, &c.Lot, &c.Bin, &diff); err != nil {
			return err
		}
		c.Found = max(books[c.slot()]+diff, 0)
		list = append(list, c)
		return nil
	}, n)
	return list, err
}

// NotePosted keeps with the lines what was booked for them, and what each place lost
// by it to shortages.
func NotePosted(tx *db.Tx, n id.Sheet, freed []Shortage) error {
	if _, err := tx.Exec(`/* inventory.NotePosted */ UPDATE count_lines SET qty_posted = COALESCE((SELECT SUM(l.qty) FROM stock_ledger l
		JOIN stock s ON s.stock_id = l.stock_id WHERE l.reference = $1 AND l.reference <> '' AND s.sku_id = count_lines.sku_id AND l.lot_id = count_lines.lot_id
		AND l.bin_id = count_lines.bin_id), 0) WHERE sheet_id = $2`, n.String(), n); err != nil {
		return err
	}
	bySKU := map[id.SKU]int64{}
	for _, s := range freed {
		bySKU[s.Place.SKU] += s.Qty
	}
	for sku, qty := range bySKU {
		if _, err := tx.Exec(`/* inventory.NotePosted */ UPDATE count_lines SET qty_freed = $1 WHERE sheet_id = $2 AND sku_id = $3
			AND qty_posted < 0`, qty, n, sku); err != nil {
			return err
		}
	}
	return nil
}
