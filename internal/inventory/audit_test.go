package inventory_test

import (
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// Somebody with a database tool changes one row of the books: the audit names it.
func TestAuditFinds(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 9, Bin: 9}, inventory.Receipt{Place: h.in(soap), Qty: 1,
			Bin: 8},
			inventory.Receipt{Place: h.in(towel), Qty: 1, Lot: inventory.Lot{Code: "A"}})
		h.reserve(h.claim(1, soap, 4), h.claim(2, soap, 2))
		h.allocate(h.need(7, 1, 2), h.need(8, 1, 1), h.need(9, 2, 1))
		h.pick(7)
		h.do(func(tx *db.Tx) error { _, err := inventory.Ship(tx, []id.Package{7}); return err })
		h.pick(8)
		h.do(func(tx *db.Tx) error {
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 2, Qty: 1}})
			return err
		})
		h.lose(inventory.Loss{Place: h.in(soap), Qty: 1, Kind: "damage"})
		h.clean()
		h.do(func(tx *db.Tx) error {
			_, err := tx.Exec(`CREATE TABLE saved AS SELECT * FROM stock_ledger`)
			return err
		})
		copied := `INSERT INTO stock_ledger (entry_id, stock_id, stock_version, kind, qty, on_hand, reserved, unsellable, reservation_id,
			order_id, line_id, actor, cause, at) SELECT 5, stock_id, stock_version, kind, qty, on_hand, reserved, unsellable,
			reservation_id, order_id, line_id, actor, cause, at FROM stock_ledger WHERE kind = `
		for _, c := range []struct{ name, do, undo, want string }{
			{"a_changed_counter", `UPDATE stock SET qty_on_hand = qty_on_hand + 1`,
				`UPDATE stock SET qty_on_hand = qty_on_hand - 1`, "the counter says"},
			{"a_changed_reserved", `UPDATE stock SET qty_reserved = qty_reserved - 1 WHERE qty_reserved > 0`,
				`UPDATE stock SET qty_reserved = qty_reserved + 1 WHERE qty_reserved > 0`, "the counter says"},
			{"a_changed_version", `UPDATE stock SET version = version + 1`,
				`UPDATE stock SET version = version - 1`, "the counter says"},
			{"a_changed_ledger_row", `UPDATE stock_ledger SET on_hand = on_hand + 1, qty = qty + 1 WHERE kind = 'receive' AND bin_id = 9`,
				`UPDATE stock_ledger SET on_hand = on_hand - 1, qty = qty - 1 WHERE kind = 'receive' AND bin_id = 9`, "its ledger"},
			{"a_changed_pick", `UPDATE stock_ledger SET qty = qty + 1 WHERE kind = 'pick' AND package_id = 8`,
				`UPDATE stock_ledger SET qty = qty - 1 WHERE kind = 'pick' AND package_id = 8`,
				"lot 0 bin 9: on hand is off"},
			{"a_changed_allocation_row", `UPDATE stock_ledger SET qty = qty + 1 WHERE kind = 'allocate' AND package_id = 9`,
				`UPDATE stock_ledger SET qty = qty - 1 WHERE kind = 'allocate' AND package_id = 9`, "reservation"},
			{"a_row_moved_to_another_line", `UPDATE stock_ledger SET line_id = 3 WHERE kind = 'release'`,
				`UPDATE stock_ledger SET line_id = 2 WHERE kind = 'release'`, "(release 1) does not fit"},
			{"a_row_of_another_kind", `UPDATE stock_ledger SET kind = 'bar' WHERE kind = 'release'`,
				`UPDATE stock_ledger SET kind = 'release' WHERE kind = 'bar'`, "(bar 1) does not fit"},
			{"a_row_with_another_bin", `UPDATE stock_ledger SET bin_id = 5 WHERE kind = 'receive' AND bin_id = 8`,
				`UPDATE stock_ledger SET bin_id = 8 WHERE kind = 'receive' AND bin_id = 5`, "bin 5"},
			{"a_removed_row", `DELETE FROM stock_ledger WHERE kind = 'release'`,
				`INSERT INTO stock_ledger SELECT * FROM saved WHERE kind = 'release'`, "are missing"},
			{"a_removed_row_without_figures", `DELETE FROM stock_ledger WHERE kind = 'allocate' AND package_id = 9`,
				`INSERT INTO stock_ledger SELECT * FROM saved WHERE kind = 'allocate' AND package_id = 9`, "reservation"},
			{"an_added_row", copied + `'release'`, `DELETE FROM stock_ledger WHERE entry_id = 5`, "its ledger"},
			{"an_added_row_without_figures", copied + `'pick' AND package_id = 8`,
				`DELETE FROM stock_ledger WHERE entry_id = 5`, "on hand is off"},
			{"a_changed_reservation", `UPDATE reservations SET qty = qty + 1 WHERE line_id = 1`,
				`UPDATE reservations SET qty = qty - 1 WHERE line_id = 1`, "reservation"},
			{"a_changed_open", `UPDATE reservations SET qty_open = qty_open - 1 WHERE line_id = 1`,
				`UPDATE reservations SET qty_open = qty_open + 1 WHERE line_id = 1`, "open is 1, its ledger says 2"},
			{"a_changed_allocated", `UPDATE reservations SET qty_allocated = qty_allocated - 1 WHERE line_id = 1`,
				`UPDATE reservations SET qty_allocated = qty_allocated + 1 WHERE line_id = 1`, "allocated is 0"},
			{"a_changed_allocation", `UPDATE allocations SET qty_open = 0 WHERE package_id = 9`,
				`UPDATE allocations SET qty_open = 1 WHERE package_id = 9`, "its allocations 0"},
			{"a_changed_bin", `UPDATE stock_lots SET qty_on_hand = qty_on_hand + 1 WHERE bin_id = 8`,
				`UPDATE stock_lots SET qty_on_hand = qty_on_hand - 1 WHERE bin_id = 8`, "bin 8: on hand is off by 1"},
			{"a_lot_barred_past_the_room", `UPDATE lots SET barred = TRUE`, `UPDATE lots SET barred = FALSE`,
				"the lot is barred, yet 1"},
			{"goods_moved_between_bins", `UPDATE stock_lots SET qty_on_hand = qty_on_hand + CASE WHEN bin_id = 8 THEN 1 ELSE -1 END WHERE bin_id IN (8, 9)`,
				`UPDATE stock_lots SET qty_on_hand = qty_on_hand - CASE WHEN bin_id = 8 THEN 1 ELSE -1 END WHERE bin_id IN (8, 9)`, "bin 9: on hand is off by -1"},
		} {
			h.Run(c.name, func(t *testing.T) {
				h.do(func(tx *db.Tx) error { _, err := tx.Exec(c.do); return err })
				if got := strings.Join(h.breaches(), "; "); !strings.Contains(got, c.want) {
					t.Errorf("found %q, want %q", got, c.want)
				}
				h.do(func(tx *db.Tx) error { _, err := tx.Exec(c.undo); return err })
				h.clean()
			})
		}
	})
}
