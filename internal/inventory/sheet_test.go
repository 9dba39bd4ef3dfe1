package inventory_test

import (
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// sheet opens a count of the north.
func (h *house) sheet(extent inventory.Extent) (n id.Sheet) {
	h.Helper()
	h.do(func(tx *db.Tx) (err error) {
		n, err = inventory.OpenSheet(tx, inventory.Sheet{Warehouse: h.north, Title: "A 区"}, extent)
		return err
	})
	return n
}

func (h *house) scan(s inventory.Scan) (l inventory.SheetLine) {
	h.Helper()
	h.do(func(tx *db.Tx) (err error) { l, err = inventory.TakeScan(tx, s); return err })
	return l
}

// post closes a sheet and books it.
func (h *house) post(n id.Sheet) (shortages []inventory.Shortage) {
	h.Helper()
	h.do(func(tx *db.Tx) error {
		if err := inventory.PostSheet(tx, n, "月度盘点"); err != nil {
			return err
		}
		counted, err := inventory.Settle(tx, n)
		if err != nil || len(counted) == 0 {
			return err
		}
		if shortages, _, err = inventory.Count(tx, counted); err != nil {
			return err
		}
		return inventory.NotePosted(tx, n, shortages)
	})
	return shortages
}

func TestSheet(t *testing.T) {
	t.Run("a sale after the scan is not undone", func(t *testing.T) {
		each(t, func(h *house) {
			p := inventory.Place{Warehouse: h.north, SKU: soap}
			h.receive(inventory.Receipt{Place: p, Qty: 10})
			n := h.sheet(inventory.Extent{SKUs: []id.SKU{soap}})
			h.scan(inventory.Scan{ID: "a", Sheet: n, SKU: soap, Qty: 9, Whole: true})
			h.lose(inventory.Loss{Place: p, Qty: 3, Kind: "adjust"}) // gone between scan and posting
			h.post(n)
			h.stock(p, 6, 0, 0)
		})
	})
	t.Run("a scan that waited is compared with the books of its own time", func(t *testing.T) {
		clock := dbtest.NewClock()
		dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
			h := newHouse(t, d)
			p := inventory.Place{Warehouse: h.north, SKU: soap}
			h.receive(inventory.Receipt{Place: p, Qty: 10})
			n := h.sheet(inventory.Extent{})
			clock.Advance(time.Minute) // counted here: 10 lie there
			clock.Advance(time.Second)
			h.lose(inventory.Loss{Place: p, Qty: 4, Kind: "adjust"})
			clock.Advance(time.Minute)
			l := h.scan(inventory.Scan{ID: "a", Sheet: n, SKU: soap, Qty: 10, Whole: true, Late: time.Minute + time.Second})
			same(t, "book and difference", [2]int64{l.Book, l.Diff()}, [2]int64{10, 0})
			h.post(n)
			h.stock(p, 6, 0, 0)
			h.clean()
		})
	})
	t.Run("ten scans are ten and a scan sent twice is one", func(t *testing.T) {
		each(t, func(h *house) {
			n := h.sheet(inventory.Extent{})
			for _, scan := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "3", "9"} {
				h.scan(inventory.Scan{ID: scan, Sheet: n, SKU: soap, Qty: 1})
			}
			same(h, "found", h.scan(inventory.Scan{ID: "0", Sheet: n, SKU: soap, Qty: 1}).Found, 10)
			h.post(n)
			h.stock(inventory.Place{Warehouse: h.north, SKU: soap}, 10, 0, 0)
			h.refused(inventory.ErrSheetClosed, func(tx *db.Tx) error {
				_, err := inventory.TakeScan(tx, inventory.Scan{ID: "x", Sheet: n, SKU: soap, Qty: 1})
				return err
			})
		})
	})
	t.Run("goods that move while they are counted must be counted again", func(t *testing.T) {
		each(t, func(h *house) {
			p := inventory.Place{Warehouse: h.north, SKU: soap}
			h.receive(inventory.Receipt{Place: p, Qty: 10})
			n := h.sheet(inventory.Extent{SKUs: []id.SKU{soap}})
			h.scan(inventory.Scan{ID: "a", Sheet: n, SKU: soap, Qty: 5})
			h.lose(inventory.Loss{Place: p, Qty: 3, Kind: "adjust"})
			l := h.scan(inventory.Scan{ID: "b", Sheet: n, SKU: soap, Qty: 5})
			same(h, "moved", l.Moved, true)
			h.refused(inventory.ErrSheetMoved, func(tx *db.Tx) error { return inventory.PostSheet(tx, n, "x") })
			h.do(func(tx *db.Tx) error { return inventory.Recount(tx, n, l) })
			h.scan(inventory.Scan{ID: "c", Sheet: n, SKU: soap, Qty: 7})
			h.post(n)
			h.stock(p, 7, 0, 0)
		})
	})
	t.Run("below the claims of orders the claims give way", func(t *testing.T) {
		each(t, func(h *house) {
			p := inventory.Place{Warehouse: h.north, SKU: soap}
			h.receive(inventory.Receipt{Place: p, Qty: 10})
			h.reserve(inventory.Claim{Place: p, Order: 1, Line: 1, Shop: h.online, Qty: 8})
			n := h.sheet(inventory.Extent{SKUs: []id.SKU{soap}})
			h.scan(inventory.Scan{ID: "a", Sheet: n, SKU: soap, Qty: 6, Whole: true})
			same(h, "freed", h.post(n), []inventory.Shortage{{Order: 1, Line: 1, Place: p, Qty: 2}})
			h.stock(p, 6, 6, 0)
			dbtest.Read(h, h.d, func(tx *db.Tx) error {
				s, err := inventory.GetSheet(tx, staff.Everywhere(), n)
				if err != nil {
					return err
				}
				lines, err := inventory.SheetLines(tx, s, 0)
				same(h, "posted and freed", [2]int64{lines[0].Posted, lines[0].Freed}, [2]int64{-4, 2})
				return err
			})
		})
	})
	t.Run("what nobody counted stays", func(t *testing.T) {
		each(t, func(h *house) {
			p := inventory.Place{Warehouse: h.north, SKU: soap}
			h.receive(inventory.Receipt{Place: p, Qty: 10})
			n := h.sheet(inventory.Extent{SKUs: []id.SKU{soap}})
			h.post(n)
			h.stock(p, 10, 0, 0)
			h.refused(inventory.ErrSheetTitle, func(tx *db.Tx) error {
				_, err := inventory.OpenSheet(tx, inventory.Sheet{Warehouse: h.north, Title: " "}, inventory.Extent{})
				return err
			})
			h.refused(inventory.ErrSheetNone, func(tx *db.Tx) error { return inventory.DropSheet(tx, 1) })
		})
	})
	t.Run("a sheet takes the slots of its bins and remembers where somebody stands", func(t *testing.T) {
		each(t, func(h *house) {
			p := inventory.Place{Warehouse: h.north, SKU: soap}
			var bins map[string]id.Bin
			h.do(func(tx *db.Tx) (err error) {
				bins, err = inventory.OpenBins(tx, h.north, []string{"A-1", "A-2"})
				return err
			})
			h.receive(inventory.Receipt{Place: p, Qty: 4, Bin: bins["A-1"]}, inventory.Receipt{Place: p, Qty: 5, Bin: bins["A-2"]})
			n := h.sheet(inventory.Extent{Bins: []id.Bin{bins["A-2"]}})
			h.do(func(tx *db.Tx) error {
				if err := inventory.AtBin(tx, "s1", n, bins["A-2"]); err != nil {
					return err
				}
				at, known, err := inventory.BinOf(tx, n, tx.By().Actor)
				same(h, "bin", at, bins["A-2"])
				same(h, "known", known, true)
				return err
			})
			dbtest.Read(h, h.d, func(tx *db.Tx) error {
				lines, err := inventory.SheetLines(tx, inventory.Sheet{ID: n, Warehouse: h.north}, soap)
				same(h, "lines", lines, []inventory.SheetLine{{SKU: soap, Bin: bins["A-2"], Round: 1, Now: 5}})
				return err
			})
			h.do(func(tx *db.Tx) error { return inventory.DropSheet(tx, n) })
		})
	})
}
