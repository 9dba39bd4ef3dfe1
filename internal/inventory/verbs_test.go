package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

func (h *house) in(sku id.SKU) inventory.Place { return inventory.Place{Warehouse: h.north, SKU: sku} }

func (h *house) claim(line id.Line, sku id.SKU, qty int64) inventory.Claim {
	return inventory.Claim{Place: h.in(sku), Order: 1, Line: line, Shop: h.online, Qty: qty}
}

func (h *house) need(pack id.Package, line id.Line, qty int64) inventory.Need {
	return inventory.Need{Package: pack, Order: 1, Line: line, Warehouse: h.north, Qty: qty}
}

func (h *house) pick(packages ...id.Package) {
	h.Helper()
	h.do(func(tx *db.Tx) error { return inventory.Pick(tx, packages) })
}

func TestWarehouses(t *testing.T) {
	each(t, func(h *house) {
		h.do(func(tx *db.Tx) error {
			opened, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: " S ", Name: "杭州新仓",
				Province: "33", CutOff: "18:30"}})
			want := inventory.Warehouse{ID: h.south, Code: "S", Name: "杭州新仓", Province: "33",
				TimeZone: "Asia/Shanghai", CutOff: "18:30"}
			same(h, "the warehouse keeps its id and changes the rest", opened[0], want)
			return err
		})
		h.refused(inventory.ErrWarehouseUnnamed, func(tx *db.Tx) error {
			_, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: " ", Name: "x"}})
			return err
		})
		h.refused(inventory.ErrWarehouseTimes, func(tx *db.Tx) error {
			_, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: "X", Name: "x", CutOff: "25:00"}})
			return err
		})
		h.do(func(tx *db.Tx) error {
			first, err := inventory.OpenBins(tx, h.north, []string{"A-01", "A-02", "A-01"})
			if err != nil {
				return err
			}
			again, err := inventory.OpenBins(tx, h.north, []string{"A-02"})
			same(h, "a bin is opened once", again["A-02"], first["A-02"])
			return err
		})
	})
}

func TestLots(t *testing.T) {
	open := func(l inventory.Lot) func(*db.Tx) error {
		return func(tx *db.Tx) error { _, err := inventory.OpenLots(tx, []inventory.Lot{l}); return err }
	}
	each(t, func(h *house) {
		l := h.lot(inventory.Lot{SKU: soap, Code: "A", MadeOn: "2026-01-01", ExpiresOn: "2027-01-01"})
		same(h, "a lot is opened once", h.lot(inventory.Lot{SKU: soap, Code: "A"}), l)
		h.refused(inventory.ErrLotOther, open(inventory.Lot{SKU: soap, Code: "A", ExpiresOn: "2027-10-01"}))
		h.refused(inventory.ErrLot, open(inventory.Lot{SKU: soap, Code: "B", ExpiresOn: "01/02/2027"}))
		h.refused(inventory.ErrLot, open(inventory.Lot{SKU: soap, Code: "B", MadeOn: "2028-01-01",
			ExpiresOn: "2027-01-01"}))
		h.refused(inventory.ErrLotNone, func(tx *db.Tx) error {
			_, err := inventory.Receive(tx, []inventory.Receipt{{Place: h.in(towel), Qty: 1, Lot: inventory.Lot{ID: l}}})
			return err
		})
	})
}

func TestReceive(t *testing.T) {
	each(t, func(h *house) {
		h.Run("two_of_one_sku_in_a_batch_add_up", func(*testing.T) {
			h.receive(inventory.Receipt{Place: h.in(soap), Qty: 3, Reference: "PO1"},
				inventory.Receipt{Place: h.in(soap), Qty: 4, Bin: 9},
				inventory.Receipt{Place: h.in(soap), Qty: 2, Unsellable: true, Kind: "return"})
			h.stock(h.in(soap), 9, 0, 2)
		})
		h.Run("a_paper_handed_in_twice_counts_once", func(*testing.T) {
			h.receive(inventory.Receipt{Place: h.in(soap), Qty: 3, Reference: "PO1"})
			h.receive(inventory.Receipt{Place: h.in(pan), Qty: 1, Reference: "PO2"},
				inventory.Receipt{Place: h.in(pan), Qty: 1, Reference: "PO2"})
			h.stock(h.in(soap), 9, 0, 2)
			h.stock(h.in(pan), 1, 0, 0)
		})
		h.Run("what_cannot_be_is_refused", func(*testing.T) {
			for _, c := range []struct {
				want *fault.Fault
				r    inventory.Receipt
			}{
				{inventory.ErrQuantity, inventory.Receipt{Place: h.in(soap)}},
				{inventory.ErrQuantity, inventory.Receipt{Place: h.in(soap), Qty: inventory.QtyMax + 1}},
				{inventory.ErrKind, inventory.Receipt{Place: h.in(soap), Qty: 1, Kind: "release"}},
				{inventory.ErrStaging, inventory.Receipt{Place: h.in(soap), Qty: 1, Bin: inventory.BinStage}},
			} {
				h.refused(c.want, func(tx *db.Tx) error { _, err := inventory.Receive(tx, []inventory.Receipt{c.r}); return err })
			}
			h.stock(h.in(soap), 9, 0, 2)
		})
	})
}

func TestReserve(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 10})
		h.do(func(tx *db.Tx) error { return inventory.SetSafety(tx, h.in(soap), 2) })
		h.do(func(tx *db.Tx) error {
			return inventory.SetQuotas(tx, []inventory.Quota{{Place: h.in(soap), Shop: h.web, Qty: 3}})
		})
		promised := h.claim(1, soap, 9)
		promised.Promise = true
		h.Run("a_promise_leaves_safety_and_quotas_of_others", func(*testing.T) {
			same(h, "granted", h.reserve(promised), []int64{5})
		})
		h.Run("what_is_sold_elsewhere_may_take_all_that_is_free", func(*testing.T) {
			same(h, "granted, in the order given", h.reserve(h.claim(2, soap, 3), h.claim(3, soap, 3),
				h.claim(4, pan, 1), h.claim(5, soap, -1)),
				[]int64{3, 2, 0, 0})
			h.stock(h.in(soap), 10, 10, 0)
		})
		h.Run("counters_looked_at_before_another_change_are_refused", func(*testing.T) {
			h.refused(inventory.ErrDrift, func(tx *db.Tx) error {
				lv, err := inventory.Look(tx, []id.SKU{soap})
				if err != nil {
					return err
				}
				if _, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 2}}); err != nil {
					return err
				}
				if _, err := inventory.Receive(tx, []inventory.Receipt{{Place: h.in(soap), Qty: 1}}); err != nil {
					return err
				}
				lv.At(h.in(soap)).OnHand += 5
				_, err = inventory.Reserve(tx, lv, []inventory.Claim{h.claim(6, soap, 1)})
				return err
			})
			h.stock(h.in(soap), 10, 10, 0)
		})
	})
}

func TestRelease(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 10})
		h.reserve(h.claim(1, soap, 4), h.claim(1, soap, 2))
		var freed []inventory.Freed
		h.do(func(tx *db.Tx) (err error) {
			freed, err = inventory.Release(tx, []inventory.Free{{Order: 1, Line: 1, Qty: 1}, {Order: 1, Line: 1,
				Qty: 2}, {Order: 1, Line: 9}})
			return err
		})
		piece := func(n int64) inventory.Freed { return inventory.Freed{Order: 1, Line: 1, Place: h.in(soap), Qty: n} }
		same(h, "the youngest claim goes first", freed, []inventory.Freed{piece(1), piece(1), piece(1)})
		h.allocate(h.need(7, 1, 2))
		h.do(func(tx *db.Tx) (err error) {
			freed, err = inventory.Release(tx, []inventory.Free{{Order: 1, Line: 1}})
			return err
		})
		same(h, "what is allocated stays", freed, []inventory.Freed{piece(1)})
		h.stock(h.in(soap), 10, 2, 0)
	})
}

func TestShip(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 3, Bin: 9}, inventory.Receipt{Place: h.in(towel), Qty: 2})
		h.reserve(h.claim(1, soap, 3), h.claim(2, towel, 1))
		h.Run("more_than_reserved_is_refused_and_hurts_no_other", func(*testing.T) {
			var outcomes []fault.Outcome[[]inventory.Portion]
			h.do(func(tx *db.Tx) (err error) {
				outcomes, err = inventory.Allocate(tx, []inventory.Need{h.need(7, 1, 4), h.need(7, 1, 2),
					h.need(8, 2, 0), h.need(8, 5, 1)})
				return err
			})
			got := []string{"", "", "", ""}
			for i, o := range outcomes {
				if o.Fault != nil {
					got[i] = o.Fault.Code
				}
			}
			same(h, "faults", got, []string{"stock_not_reserved", "", "stock_quantity", "stock_not_reserved"})
			same(h, "bin", outcomes[1].Value[0].Bin, 9)
		})
		ship := func(packages ...id.Package) func(*db.Tx) error {
			return func(tx *db.Tx) error { _, err := inventory.Ship(tx, packages); return err }
		}
		h.Run("what_is_not_picked_is_refused", func(*testing.T) {
			h.refused(inventory.ErrNotAllocated, ship(7))
			h.pick(7, 7)
			h.refused(inventory.ErrNotAllocated, ship(7, 8))
		})
		h.Run("picked_goods_leave_once", func(*testing.T) {
			h.do(ship(7))
			h.refused(inventory.ErrNotAllocated, ship(7))
			h.stock(h.in(soap), 1, 1, 0)
		})
		h.Run("they_come_back_into_their_lot", func(*testing.T) {
			h.receive(inventory.Receipt{Place: h.in(soap), Qty: 1, Kind: "return", Order: 1, Line: 1, Package: 7})
			h.stock(h.in(soap), 2, 1, 0)
		})
	})
}

func TestLose(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 6, Bin: 9}, inventory.Receipt{Place: h.in(soap), Qty: 2,
			Bin: 8})
		claim := func(line id.Line, qty int64, deadline db.Instant) inventory.Claim {
			c := h.claim(line, soap, qty)
			c.Deadline = deadline
			return c
		}
		h.reserve(claim(1, 2, 50), claim(2, 2, 0), claim(3, 2, 90), claim(4, 1, 90))
		h.Run("the_claims_with_the_most_slack_give_way", func(*testing.T) {
			got := h.lose(inventory.Loss{Place: h.in(soap), Qty: 3, Kind: "damage", Bin: 9, Reference: "D1"},
				inventory.Loss{Place: h.in(soap), Qty: 2, Kind: "adjust", Reference: "D2"})
			short := func(line id.Line, qty int64) inventory.Shortage {
				return inventory.Shortage{Order: 1, Line: line, Place: h.in(soap), Qty: qty}
			}
			same(h, "shortages", got, []inventory.Shortage{short(2, 2), short(4, 1), short(3, 1)})
			h.stock(h.in(soap), 6, 3, 3)
		})
		h.Run("a_paper_handed_in_twice_counts_once", func(*testing.T) {
			h.lose(inventory.Loss{Place: h.in(soap), Qty: 3, Kind: "damage", Bin: 9, Reference: "D1"},
				inventory.Loss{Place: h.in(soap), Qty: 2, Kind: "adjust", Reference: "D2"})
			h.stock(h.in(soap), 6, 3, 3)
		})
		h.Run("unsellable_goods_can_be_scrapped", func(*testing.T) {
			h.lose(inventory.Loss{Place: h.in(soap), Qty: 2, Kind: "adjust", Unsellable: true})
			h.stock(h.in(soap), 4, 3, 1)
		})
		h.Run("what_cannot_be_is_refused", func(*testing.T) {
			for _, c := range []struct {
				want *fault.Fault
				l    inventory.Loss
			}{
				{inventory.ErrNoStock, inventory.Loss{Place: h.in(pan), Qty: 1, Kind: "adjust"}},
				{inventory.ErrBelowZero, inventory.Loss{Place: h.in(soap), Qty: 4, Kind: "adjust"}},
				{inventory.ErrBelowZero, inventory.Loss{Place: h.in(soap), Qty: 2, Kind: "adjust", Unsellable: true}},
				{inventory.ErrQuantity, inventory.Loss{Place: h.in(soap), Kind: "adjust"}},
				{inventory.ErrKind, inventory.Loss{Place: h.in(soap), Qty: 1, Kind: "ship"}},
				{inventory.ErrStaging, inventory.Loss{Place: h.in(soap), Qty: 1, Kind: "adjust", Bin: inventory.BinStage}},
			} {
				h.refused(c.want, func(tx *db.Tx) error { _, err := inventory.Lose(tx, []inventory.Loss{c.l}); return err })
			}
		})
		h.Run("goods_of_packages_are_not_touched", func(*testing.T) {
			h.allocate(h.need(7, 1, 2))
			h.refused(inventory.ErrPicked, func(tx *db.Tx) error {
				_, err := inventory.Lose(tx, []inventory.Loss{{Place: h.in(soap), Qty: 2, Kind: "adjust"}})
				return err
			})
			var held []inventory.Portion
			dbtest.Read(h, h.d, func(tx *db.Tx) (err error) {
				held, err = inventory.PortionsAt(tx,
					h.in(soap), 9)
				return err
			})
			same(h, "who has them", []any{len(held), held[0].Package, held[0].Qty}, []any{1, id.Package(7), int64(2)})
		})
	})
}

func TestCount(t *testing.T) {
	each(t, func(h *house) {
		l := h.lot(inventory.Lot{SKU: soap, Code: "A", ExpiresOn: "2027-01-01"})
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 4, Bin: 9, Lot: inventory.Lot{ID: l}},
			inventory.Receipt{Place: h.in(soap), Qty: 4})
		h.reserve(h.claim(1, soap, 6))
		count := func(list ...inventory.Counted) (shortages []inventory.Shortage, grants []inventory.Grant) {
			h.do(func(tx *db.Tx) (err error) { shortages, grants, err = inventory.Count(tx, list); return err })
			return shortages, grants
		}
		h.Run("below_the_reservations_releases_them", func(*testing.T) {
			shortages, _ := count(inventory.Counted{Place: h.in(soap), Found: 1, Reference: "C1"})
			same(h, "shortages", shortages, []inventory.Shortage{{Order: 1, Line: 1, Place: h.in(soap), Qty: 1}})
			h.stock(h.in(soap), 5, 5, 0)
			same(h, "only the counted slot changes", h.bins(), map[[2]int64]int64{{0, 0}: 1, {int64(l), 9}: 4})
		})
		h.Run("above_the_books_is_found_in_its_lot", func(*testing.T) {
			h.do(func(tx *db.Tx) error {
				return inventory.Queue(tx, []inventory.Wait{{Order: 2, Line: 5, Shop: h.online, SKU: soap,
					Province: "11", Qty: 2}})
			})
			_, grants := count(inventory.Counted{Place: h.in(soap), Lot: l, Bin: 9, Found: 99},
				inventory.Counted{Place: h.in(soap), Lot: l, Bin: 9, Found: 5})
			same(h, "grants", grants, []inventory.Grant{{Order: 2, Line: 5, Place: h.in(soap), Qty: 1}})
			same(h, "the later count of a slot holds", h.bins(), map[[2]int64]int64{{0, 0}: 1, {int64(l), 9}: 5})
		})
		h.Run("of_allocated_goods_is_refused", func(*testing.T) {
			h.allocate(h.need(7, 1, 5))
			h.refused(inventory.ErrPicked, func(tx *db.Tx) error {
				_, _, err := inventory.Count(tx, []inventory.Counted{{Place: h.in(soap), Lot: l, Bin: 9, Found: 0}})
				return err
			})
		})
		for want, c := range map[*fault.Fault]inventory.Counted{inventory.ErrQuantity: {Place: h.in(soap), Found: -1},
			inventory.ErrStaging: {Place: h.in(soap), Bin: inventory.BinStage},
			inventory.ErrLotNone: {Place: h.in(soap), Lot: 77, Found: 1}} {
			h.refused(want, func(tx *db.Tx) error { _, _, err := inventory.Count(tx, []inventory.Counted{c}); return err })
		}
	})
}

// bins gives what lies where of soap, by lot and bin.
func (h *house) bins() map[[2]int64]int64 {
	h.Helper()
	lie := map[[2]int64]int64{}
	dbtest.Read(h, h.d, func(tx *db.Tx) error {
		return tx.Each(`SELECT l.lot_id, l.bin_id, l.qty_on_hand FROM stock_lots l JOIN stock s ON s.stock_id = l.stock_id
			WHERE s.sku_id = $1 AND l.qty_on_hand > 0`, func(r db.Row) error {
			var k [2]int64
			var n int64
			err := r.Scan(&k[0], &k[1], &n)
			lie[k] = n
			return err
		}, soap)
	})
	return lie
}

func TestTransfer(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 3, Bin: 8}, inventory.Receipt{Place: h.in(soap), Qty: 3,
			Bin: 9})
		h.reserve(h.claim(1, soap, 1))
		h.do(func(tx *db.Tx) error {
			return inventory.Queue(tx, []inventory.Wait{{Order: 2, Line: 5, Shop: h.web, SKU: soap, Province: "33",
				Qty: 2}})
		})
		south := inventory.Place{Warehouse: h.south, SKU: soap}
		move := func(qty int64, to id.Warehouse) func(*db.Tx) error {
			return func(tx *db.Tx) error { _, err := inventory.Transfer(tx, h.in(soap), to, qty, "T1"); return err }
		}
		h.refused(inventory.ErrBelowZero, move(6, h.south))
		h.refused(inventory.ErrSameWarehouse, move(1, h.north))
		h.refused(inventory.ErrQuantity, move(0, h.south))
		for range 2 { // the second is a repeat
			h.do(move(5, h.south))
			h.stock(h.in(soap), 1, 1, 0)
			h.stock(south, 5, 2, 0)
		}
	})
}

func TestBar(t *testing.T) {
	each(t, func(h *house) {
		l := h.lot(inventory.Lot{SKU: soap, Code: "A", ExpiresOn: "2026-12-01"})
		lotA := inventory.Lot{Code: "A"}
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 5, Lot: lotA}, inventory.Receipt{Place: h.in(soap), Qty: 1})
		h.reserve(h.claim(1, soap, 3), h.claim(2, soap, 3))
		h.allocate(h.need(7, 1, 2))
		h.pick(7)
		bar := func() (shortages []inventory.Shortage) {
			h.do(func(tx *db.Tx) (err error) { shortages, err = inventory.Bar(tx, []id.Lot{l}); return err })
			return shortages
		}
		h.Run("claims_give_way_and_packages_stay", func(*testing.T) {
			same(h, "shortages", bar(), []inventory.Shortage{{Order: 1, Line: 2, Place: h.in(soap), Qty: 3}})
			h.stock(h.in(soap), 6, 3, 3)
			same(h, "again changes nothing", bar(), nil, cmpopts.EquateEmpty())
		})
		h.Run("new_goods_of_the_lot_are_unsellable", func(*testing.T) {
			h.receive(inventory.Receipt{Place: h.in(soap), Qty: 1, Lot: lotA}, inventory.Receipt{Place: h.in(soap),
				Qty: 1, Lot: inventory.Lot{ID: l}, Kind: "return"})
			h.stock(h.in(soap), 8, 3, 5)
		})
		h.Run("goods_that_come_back_from_a_package_are_unsellable_too", func(*testing.T) {
			var shortages []inventory.Shortage
			h.do(func(tx *db.Tx) (err error) { shortages, err = inventory.Unallocate(tx, []id.Package{7}); return err })
			same(h, "shortages", shortages, []inventory.Shortage{{Order: 1, Line: 1, Place: h.in(soap), Qty: 2}})
			h.stock(h.in(soap), 8, 1, 7)
		})
		h.Run("ageing_lots_are_found_once", func(*testing.T) {
			fresh := h.lot(inventory.Lot{SKU: towel, Code: "B", ExpiresOn: "2026-12-01"})
			days := map[int64]string{0: "2026-11-11", 30: "2026-12-11"}
			var old []id.Lot
			for least, want := range map[int64][]id.Lot{0: nil, 30: {fresh}} {
				dbtest.Read(h, h.d, func(tx *db.Tx) (err error) {
					old, err = inventory.Ageing(tx, func(n int64) string { return days[n] }, map[id.SKU]int64{towel: least})
					return err
				})
				same(h, "old", old, want)
			}
		})
	})
}

func TestQueue(t *testing.T) {
	each(t, func(h *house) {
		wait := func(line id.Line, qty int64, deadline, paid db.Instant) inventory.Wait {
			return inventory.Wait{Order: id.Order(line), Line: line, Shop: h.online, SKU: soap, Province: "11",
				Qty: qty, Deadline: deadline, PaidAt: paid}
		}
		h.do(func(tx *db.Tx) error {
			return inventory.Queue(tx, []inventory.Wait{wait(1, 2, 0, 0), wait(2, 2, 0, 5), wait(3, 9, 9, 7),
				wait(3, 2, 9, 7), wait(4, 2, 9, 6), wait(5, 1, 1, 9)})
		})
		h.refused(inventory.ErrQuantity, func(tx *db.Tx) error { return inventory.Queue(tx, []inventory.Wait{wait(6, 0, 0, 0)}) })
		h.do(func(tx *db.Tx) error { return inventory.Leave(tx, []id.Line{5, 99}) })
		h.Run("is_served_by_deadline_payment_and_id", func(*testing.T) {
			grants := h.receive(inventory.Receipt{Place: h.in(soap), Qty: 5})
			grant := func(line id.Line, qty int64) inventory.Grant {
				return inventory.Grant{Order: id.Order(line), Line: line, Place: h.in(soap), Qty: qty}
			}
			same(h, "grants", grants, []inventory.Grant{grant(4, 2), grant(3, 2), grant(2, 1)})
			var waiting []inventory.Waiter
			var orders map[id.Order]int64
			dbtest.Read(h, h.d, func(tx *db.Tx) (err error) {
				if waiting, err = inventory.Waiting(tx, soap, 10); err != nil {
					return err
				}
				orders, err = inventory.WaitingOrders(tx, []id.Order{1, 2, 3})
				return err
			})
			left := wait(2, 1, 0, 5)
			same(h, "who waits", []inventory.Wait{waiting[0].Wait, waiting[1].Wait}, []inventory.Wait{left,
				wait(1, 2, 0, 0)})
			same(h, "pieces per order", orders, map[id.Order]int64{1: 2, 2: 1})
		})
		h.Run("only_warehouses_of_the_route_serve", func(*testing.T) {
			far := wait(8, 1, 1, 1)
			far.Shop, far.Province = h.web, "33"
			h.do(func(tx *db.Tx) error { return inventory.Queue(tx, []inventory.Wait{far}) })
			grants := h.receive(inventory.Receipt{Place: inventory.Place{Warehouse: h.store, SKU: soap}, Qty: 1})
			same(h, "the store is on the other shop's list only", grants[0].Line, 2)
		})
		h.Run("of_more_lines_than_one_look_is_served_to_its_end", func(*testing.T) {
			var many []inventory.Wait
			for i := range 1200 {
				many = append(many, wait(id.Line(1000+i), 1, 3, 3))
			}
			h.do(func(tx *db.Tx) error { return inventory.Queue(tx, many) })
			if grants := h.receive(inventory.Receipt{Place: h.in(soap), Qty: 1300}); len(grants) != 1201 {
				h.Errorf("%d lines served", len(grants))
			}
		})
	})
}

func TestQuota(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 10})
		set := func(qty int64) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				return inventory.SetQuotas(tx, []inventory.Quota{{Place: h.in(soap), Shop: h.web, Qty: 9},
					{Place: h.in(soap), Shop: h.web, Qty: qty}})
			}
		}
		h.refused(inventory.ErrQuantity, set(-1))
		h.do(set(4))
		mine := h.claim(1, soap, 3)
		mine.Shop, mine.Promise = h.web, true
		h.reserve(mine, mine)
		same(h, "a used quota keeps nothing from others", h.row(h.in(soap)).ATP, 4)
		h.do(func(tx *db.Tx) error {
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 1, Qty: 5}})
			return err
		})
		same(h, "what is given back refills it", h.row(h.in(soap)).ATP, 6)
		h.do(set(0))
		same(h, "0 takes it away", h.row(h.in(soap)).ATP, 9)
		h.refused(inventory.ErrQuantity, func(tx *db.Tx) error { return inventory.SetSafety(tx, h.in(soap), -1) })
	})
}

func TestFind(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 5, Reference: "PO1"},
			inventory.Receipt{Place: h.in(towel), Qty: 5})
		c := h.claim(1, soap, 2)
		c.Deadline = 77
		h.reserve(c, h.claim(2, soap, 1), h.claim(3, soap, 1))
		h.do(func(tx *db.Tx) error {
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 3}})
			return err
		})
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			first, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Limit: 1})
			if err != nil {
				return err
			}
			rest, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Warehouse: h.north, After: first[0].ID, Limit: 10})
			same(h, "pages by key", []id.SKU{first[0].SKU, rest[0].SKU}, []id.SKU{soap, towel})
			if err != nil {
				return err
			}
			entries, err := inventory.Ledger(tx, h.in(soap), inventory.Mark{}, 10)
			if err != nil {
				return err
			}
			var kinds []string
			for _, e := range entries {
				kinds = append(kinds, e.Kind)
			}
			same(h, "ledger", kinds, []string{"receive", "reserve", "reserve", "reserve", "release"})
			rest2, err := inventory.Ledger(tx, h.in(soap), entries[1].Mark, 10)
			same(h, "ledger after a mark", rest2, entries[2:])
			if err != nil {
				return err
			}
			holders, err := inventory.Holders(tx, h.in(soap), 10)
			same(h, "holders by deadline", []any{holders[0].Line, holders[0].Deadline, holders[0].Qty, holders[1].Deadline},
				[]any{id.Line(1), db.Instant(77), int64(2), db.Instant(0)})
			return err
		})
		h.refused(inventory.ErrNoStock, func(tx *db.Tx) error {
			_, err := inventory.Holders(tx,
				h.in(pan), 10)
			return err
		})
	})
}
