package inventory

import (
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Scan is one act of counting. ID makes it count once however often it is sent.
type Scan struct {
	ID    string
	Sheet id.Sheet
	SKU   id.SKU
	Lot   id.Lot
	Bin   id.Bin
	Qty   int64
	// Whole says that Qty is all that lies there, and replaces what was scanned before;
	// otherwise Qty is added.
	Whole bool
	// Late is how long the scan waited in its device.
	Late time.Duration
}

// lateMost bounds how long a scan may have waited.
const lateMost = 24 * time.Hour

// AtBin notes that the actor stands at a bin: their next scans are counted there.
// Faults: ErrSheetNone, ErrSheetClosed.
func AtBin(tx *db.Tx, scan string, sheet id.Sheet, bin id.Bin) error {
	if _, err := lockSheet(tx, sheet, "SHARE"); err != nil {
		return err
	}
	_, err := noteScan(tx, Scan{ID: scan, Sheet: sheet, Bin: bin}, 0, tx.Now())
	return err
}

// BinOf says at which bin the actor stands: the last that AtBin noted. known is false
// for who has named none.
func BinOf(tx *db.Tx, sheet id.Sheet, actor string) (bin id.Bin, known bool, err error) {
	known, err = tx.One(`/* inventory.BinOf */ SELECT bin_id FROM count_scans WHERE sheet_id = $1 AND actor = $2
		AND sku_id = 0 ORDER BY at DESC, scan_id DESC LIMIT 1`, []any{&bin}, sheet, actor)
	return bin, known, err
}

// TakeScan counts goods and gives the line as it stands then. A scan known already
// changes nothing. Faults: ErrSheetNone, ErrSheetClosed, ErrQuantity, ErrStaging.
func TakeScan(tx *db.Tx, s Scan) (SheetLine, error) {
	if s.Qty < 0 || s.Qty > QtyMax || s.Qty == 0 && !s.Whole {
		return SheetLine{}, ErrQuantity.With(s.Qty)
	}
	if s.Bin == BinStage {
		return SheetLine{}, ErrStaging
	}
	sheet, err := lockSheet(tx, s.Sheet, "SHARE")
	if err != nil {
		return SheetLine{}, err
	}
	lv, err := openPlaces(tx, []Place{{sheet.Warehouse, s.SKU}})
	if err != nil {
		return SheetLine{}, err
	}
	counter := lv.At(Place{sheet.Warehouse, s.SKU})
	line, version, err := lineOfSheet(tx, s)
	if err != nil {
		return line, err
	}
	at := tx.Now().Add(-min(max(s.Late, 0), lateMost))
	round := line.Round
	if s.Whole && line.CountedAt != 0 {
		round++
	}
	if fresh, err := noteScan(tx, s, round, at); err != nil || !fresh {
		return line, err
	}
	b, err := bookAt(tx, counter, slotKey{counter.stock, s.Lot, s.Bin}, at, version)
	if err != nil {
		return line, err
	}
	if s.Whole {
		line.Round, line.Found, line.Moved = round, 0, false
	} else {
		line.Moved = line.Moved || line.CountedAt != 0 && b.moved
	}
	line.Found, line.Book, line.CountedAt, line.CountedBy = line.Found+s.Qty, b.qty, at, tx.By().Actor
	if line.Found > QtyMax {
		return line, ErrQuantity.With(line.Found)
	}
	_, err = tx.Exec(`/* inventory.TakeScan */ UPDATE count_lines SET round = $1, qty_found = $2, qty_book = $3, stock_version = $4,
		moved = $5, counted_at = $6, counted_by = $7 WHERE sheet_id = $8 AND sku_id = $9 AND lot_id = $10 AND bin_id = $11`,
		line.Round, line.Found, line.Book, max(b.version, version), line.Moved, line.CountedAt, line.CountedBy, s.Sheet, s.SKU, s.Lot, s.Bin)
	return line, err
}

// lineOfSheet gives the line of a slot, made when it is new; its counter is locked, so
// nobody else makes it meanwhile.
func lineOfSheet(tx *db.Tx, s Scan) (l SheetLine, version int64, err error) {
	if _, err = tx.Exec(`/* inventory.TakeScan */ INSERT INTO count_lines (sheet_id, sku_id, lot_id, bin_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, s.Sheet, s.SKU, s.Lot, s.Bin); err != nil {
		return l, 0, err
	}
	l = SheetLine{SKU: s.SKU, Lot: s.Lot, Bin: s.Bin}
	_, err = tx.One(`/* inventory.TakeScan */ SELECT round, qty_found, qty_book, moved, counted_at, counted_by, stock_version FROM count_lines
		WHERE sheet_id = $1 AND sku_id = $2 AND lot_id = $3 AND bin_id = $4`,
		[]any{&l.Round, &l.Found, &l.Book, &l.Moved, &l.CountedAt, &l.CountedBy, &version}, s.Sheet, s.SKU, s.Lot, s.Bin)
	return l, version, err
}

func noteScan(tx *db.Tx, s Scan, round int64, at db.Instant) (fresh bool, err error) {
	n, err := tx.Exec(`/* inventory.noteScan */ INSERT INTO count_scans (scan_id, sheet_id, sku_id, lot_id, bin_id, round, qty, whole, at, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`, s.ID, s.Sheet, s.SKU, s.Lot, s.Bin, round, s.Qty, s.Whole,
		at, tx.By().Actor)
	return n == 1, err
}

// bookedAt is what the books said of a slot at a time: the pieces there, the version of
// the counter then, and whether the slot changed after an older version.
type bookedAt struct {
	qty, version int64
	moved        bool
}

// bookAt takes what happened to a slot after a time off what lies there now. The
// counter is locked.
func bookAt(tx *db.Tx, c *Counter, slot slotKey, at db.Instant, since int64) (b bookedAt, err error) {
	b.version = c.version
	if _, err = tx.One(`/* inventory.bookAt */ SELECT qty_on_hand FROM stock_lots WHERE stock_id = $1 AND lot_id = $2 AND bin_id = $3`,
		[]any{&b.qty}, slot.stock, slot.lot, slot.bin); err != nil {
		return b, err
	}
	before := Mark{Version: c.version + 1}
	for {
		rows, err := db.List(tx, `/* inventory.bookAt */ SELECT stock_version, entry_id, kind, qty, on_hand, reserved, unsellable,
			lot_id, bin_id, order_id, line_id, package_id, reference, actor, cause, at FROM stock_ledger
			WHERE stock_id = $1 AND (stock_version, entry_id) < ($2, $3) ORDER BY stock_version DESC, entry_id DESC LIMIT $4`,
			scanEntry, slot.stock, before.Version, before.ID, bookPiece)
		if err != nil {
			return b, err
		}
		for _, e := range rows {
			d := e.slots()[slotKey{lot: slot.lot, bin: slot.bin}].onHand
			switch {
			case e.At > at:
				b.qty, b.version = b.qty-d, e.Version-1
			case e.Version > since:
				b.moved = b.moved || d != 0
			default:
				return b, nil
			}
			before = e.Mark
		}
		if len(rows) < bookPiece {
			return b, nil
		}
	}
}

const bookPiece = 200

// Recount forgets what was found of a line; its scans stay on record. Faults:
// ErrSheetNone, ErrSheetClosed, ErrSheetLine.
func Recount(tx *db.Tx, sheet id.Sheet, l SheetLine) error {
	if _, err := lockSheet(tx, sheet, "SHARE"); err != nil {
		return err
	}
	n, err := tx.Exec(`/* inventory.Recount */ UPDATE count_lines SET round = round + 1, qty_found = 0, qty_book = 0, stock_version = 0,
		moved = FALSE, counted_at = 0, counted_by = '' WHERE sheet_id = $1 AND sku_id = $2 AND lot_id = $3 AND bin_id = $4`,
		sheet, l.SKU, l.Lot, l.Bin)
	if err == nil && n == 0 {
		err = ErrSheetLine
	}
	return err
}
