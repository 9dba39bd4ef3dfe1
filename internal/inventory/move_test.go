package inventory_test

import (
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

func TestMove(t *testing.T) {
	each(t, func(h *house) {
		p := inventory.Place{Warehouse: h.north, SKU: soap}
		var bins map[string]id.Bin
		h.do(func(tx *db.Tx) (err error) {
			bins, err = inventory.OpenBins(tx, h.north, []string{"A-1", "A-2"})
			return err
		})
		h.receive(inventory.Receipt{Place: p, Qty: 10, Bin: bins["A-1"]})
		h.reserve(inventory.Claim{Place: p, Order: 1, Line: 1, Shop: h.online, Qty: 8})
		h.allocate(inventory.Need{Package: 7, Order: 1, Line: 1, Warehouse: h.north, Qty: 3})
		h.do(func(tx *db.Tx) error {
			return inventory.Move(tx, []inventory.BinMove{{Place: p, From: bins["A-1"], To: bins["A-2"], Qty: 4},
				{Place: p, From: bins["A-1"], To: inventory.BinNone, Qty: 2}})
		})
		h.stock(p, 10, 8, 0)
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			slots, err := inventory.Slots(tx, staff.Everywhere(), soap, 10)
			got := map[string][2]int64{}
			for _, s := range slots {
				got[s.BinCode] = [2]int64{s.OnHand, s.Loose()}
			}
			same(h, "bins", got, map[string][2]int64{"": {2, 2}, "A-1": {4, 1}, "A-2": {4, 4}})
			return err
		})
		move := func(m inventory.BinMove) func(*db.Tx) error {
			return func(tx *db.Tx) error { return inventory.Move(tx, []inventory.BinMove{m}) }
		}
		h.refused(inventory.ErrNotThere, move(inventory.BinMove{Place: p, From: bins["A-1"], To: bins["A-2"], Qty: 2}))
		h.refused(inventory.ErrSameBin, move(inventory.BinMove{Place: p, From: bins["A-1"], To: bins["A-1"], Qty: 1}))
		h.refused(inventory.ErrStaging, move(inventory.BinMove{Place: p, From: bins["A-1"], To: inventory.BinStage, Qty: 1}))
		h.refused(inventory.ErrNoStock, move(inventory.BinMove{Place: inventory.Place{Warehouse: h.south, SKU: pan}, To: bins["A-1"], Qty: 1}))
	})
}

func TestDispatch(t *testing.T) {
	each(t, func(h *house) {
		from, to := inventory.Place{Warehouse: h.north, SKU: soap}, inventory.Place{Warehouse: h.south, SKU: soap}
		old := h.lot(inventory.Lot{SKU: soap, Code: "L1", ExpiresOn: "2027-01-01"})
		h.receive(inventory.Receipt{Place: from, Qty: 4, Lot: inventory.Lot{ID: old}}, inventory.Receipt{Place: from, Qty: 6})
		h.reserve(inventory.Claim{Place: from, Order: 1, Line: 1, Shop: h.online, Qty: 3})
		h.refused(inventory.ErrBelowZero, func(tx *db.Tx) error {
			_, err := inventory.Dispatch(tx, h.north, h.south, []inventory.Consigned{{SKU: soap, Qty: 8}}, "")
			return err
		})
		h.refused(inventory.ErrSameWarehouse, func(tx *db.Tx) error {
			_, err := inventory.Dispatch(tx, h.north, h.north, nil, "")
			return err
		})
		var n id.Transfer
		h.do(func(tx *db.Tx) (err error) {
			n, err = inventory.Dispatch(tx, h.north, h.south, []inventory.Consigned{{SKU: soap, Qty: 5}, {SKU: soap, Qty: 1}}, "补货")
			return err
		})
		h.stock(from, 4, 3, 0)
		h.clean() // while the goods are under way
		h.do(func(tx *db.Tx) error {
			return inventory.Queue(tx, []inventory.Wait{{Order: 2, Line: 2, Shop: h.online, SKU: soap, Province: "33", Qty: 2}})
		})
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			coming, err := inventory.Arriving(tx, []id.SKU{soap, towel})
			same(h, "in transit", coming, map[inventory.Place]int64{to: 6})
			return err
		})
		arrive := func(came ...inventory.ShipmentLine) func(*db.Tx) error {
			return func(tx *db.Tx) error { _, err := inventory.Arrive(tx, n, came, inventory.BinNone); return err }
		}
		h.refused(inventory.ErrTransferOver, arrive(inventory.ShipmentLine{SKU: soap, Lot: old, Received: 5}))
		h.do(arrive(inventory.ShipmentLine{SKU: soap, Lot: old, Received: 4}, inventory.ShipmentLine{SKU: soap, Received: 1})) // one is lost
		h.stock(to, 5, 2, 0)
		h.refused(inventory.ErrTransferDone, arrive())
		h.refused(inventory.ErrTransferNone, func(tx *db.Tx) error { _, err := inventory.Arrive(tx, 5, nil, 0); return err })
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			list, err := inventory.Shipments(tx, staff.Scope{Warehouses: []id.Warehouse{h.south}}, 0, 10)
			if err != nil || len(list) != 1 || !list[0].Received || len(list[0].Lines) != 2 {
				h.Errorf("shipments: %+v %v", list, err)
			}
			none, err := inventory.Shipments(tx, staff.Scope{Warehouses: []id.Warehouse{h.store}}, n, 10)
			same(h, "other warehouses", len(none), 0)
			return err
		})
	})
}

func TestBack(t *testing.T) {
	each(t, func(h *house) {
		p := inventory.Place{Warehouse: h.north, SKU: soap}
		h.receive(inventory.Receipt{Place: p, Qty: 10})
		h.reserve(inventory.Claim{Place: p, Order: 1, Line: 1, Shop: h.online, Qty: 4})
		h.do(func(tx *db.Tx) error {
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 1, Qty: 4}})
			return err
		})
		h.reserve(inventory.Claim{Place: p, Order: 2, Line: 2, Shop: h.online, Qty: 1})
		h.lose(inventory.Loss{Place: p, Qty: 2, Kind: "damage"})
		var kinds []string
		var free []int64
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			leaf := inventory.Leaf{Limit: 2}
			for leaf.Limit > 0 {
				rows, next, err := inventory.Back(tx, p, leaf)
				if err != nil {
					return err
				}
				for _, r := range rows {
					kinds, free = append(kinds, r.Kind), append(free, r.After.Free())
				}
				leaf = next
			}
			same(h, "before the first row", leaf.At, inventory.Balance{})
			only, _, err := inventory.Back(tx, p, inventory.Leaf{Limit: 5, Kinds: []string{"receive"}})
			if err != nil || len(only) != 1 || only[0].After.OnHand != 10 {
				h.Errorf("filtered: %+v %v", only, err)
			}
			return err
		})
		same(h, "kinds", kinds, []string{"damage", "reserve", "release", "reserve", "receive"})
		same(h, "free after each", free, []int64{7, 9, 10, 6, 10})
	})
}

// A counter that somebody changed by hand is found out on its own page.
func TestProve(t *testing.T) {
	each(t, func(h *house) {
		p := inventory.Place{Warehouse: h.north, SKU: soap}
		h.receive(inventory.Receipt{Place: p, Qty: 10})
		h.reserve(inventory.Claim{Place: p, Order: 1, Line: 1, Shop: h.online, Qty: 4})
		h.allocate(inventory.Need{Package: 7, Order: 1, Line: 1, Warehouse: h.north, Qty: 3})
		h.do(func(tx *db.Tx) error { return inventory.Pick(tx, []id.Package{7}) })
		prove := func() (proof inventory.Proof) {
			dbtest.Read(h, h.d, func(tx *db.Tx) (err error) { proof, err = inventory.Prove(tx, p); return err })
			return proof
		}
		same(h, "proof", prove(), inventory.Proof{Rows: 4, Versions: 4, Claims: 1, Slots: 2})
		tamper := func(n int64) {
			h.do(func(tx *db.Tx) error {
				_, err := tx.Exec(`/* test */ UPDATE stock SET qty_on_hand = qty_on_hand + $1`, n)
				return err
			})
		}
		tamper(1)
		same(h, "breaches", len(prove().Breaches), 1)
		tamper(-1)
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			for cond, want := range map[inventory.Condition]int{inventory.Out: 0, inventory.Ample: 1, inventory.Low: 0, inventory.Short: 0, inventory.Marred: 0} {
				rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), SKUs: []id.SKU{soap}, Condition: cond})
				if err != nil || len(rows) != want {
					h.Errorf("%s: %d rows, want %d (%v)", cond, len(rows), want, err)
				}
			}
			return nil
		})
	})
}
