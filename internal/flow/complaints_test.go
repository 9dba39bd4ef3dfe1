package flow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
)

// The tests of this file bear the numbers of the complaints that people have with
// other systems (capabilities.md, section 2), as far as they are about whole
// stories; those about stock alone stand in room inventory.

// count counts rows.
func count(h *flowtest.House, text string, args ...any) (n int64) {
	h.T.Helper()
	dbtest.Read(h.T, h.D, func(tx *db.Tx) (err error) { n, err = tx.Number(text, args...); return err })
	return n
}

func onHand(h *flowtest.House, warehouse int, sku string) (hand, reserved int64) {
	h.T.Helper()
	dbtest.Read(h.T, h.D, func(tx *db.Tx) error {
		_, err := tx.One(`SELECT qty_on_hand, qty_reserved FROM stock WHERE warehouse_id = $1 AND sku_id = $2`,
			[]any{&hand, &reserved}, h.Warehouses[warehouse].ID, h.SKU[sku])
		return err
	})
	return hand, reserved
}

// C3: a parallel step fails after its siblings and leaves an order without its
// reservation. Here an acceptance is one transaction: what fails leaves nothing.
func TestC03_AnOrderWithoutItsReservationCannotBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		broken := fault.New(fault.Transient, "test", "断电", "the power is cut")
		prepared := flow.Prepare(h.Kit, h.Shops, []*order.Draft{h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2})})
		err := d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error {
			if _, err := flow.Accept(tx, h.Kit, prepared); err != nil {
				return err
			}
			return broken
		})
		if fault.KindOf(err) != fault.Transient {
			t.Fatal(err)
		}
		if n := count(h, `SELECT COUNT(*) FROM orders`); n != 0 {
			t.Errorf("%d orders", n)
		}
		if _, reserved := onHand(h, 0, "PASTE"); reserved != 0 {
			t.Errorf("%d reserved for nobody", reserved)
		}
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}))
		if l := h.Order(o).Lines[0]; l.Reserved != 2 {
			t.Errorf("line %+v", l)
		}
		h.Clean()
	})
}

// C8: the warehouse is chosen without looking at fulfilment. Here the shop's list
// for the province decides, the reservation follows, and the package is made where
// the reservation is.
func TestC08_SourcingDecidesAndReservationFollows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		for w := range 2 {
			h.Stock(w, "PASTE", 5)
			h.Stock(w, "TOWEL", 5)
		}
		h.Stock(1, "PAN", 5)
		south := h.Draft("TB", "south", flowtest.Item{Code: "PASTE", Qty: 1})
		south.Contact.Province, south.Contact.City, south.Contact.District, south.Contact.Detail = "广东省", "东莞市", "", "莞城街道东城路 1 号"
		for _, c := range []struct {
			name, want string
			draft      *order.Draft
		}{
			{"the first of the list", "HZ", h.Draft("TB", "east", flowtest.Item{Code: "PASTE", Qty: 1})},
			{"another list for another province", "DG", south},
			{"the whole order from one warehouse where possible", "DG",
				h.Draft("TB", "pan", flowtest.Item{Code: "PASTE", Qty: 1}, flowtest.Item{Code: "PAN", Qty: 1})},
		} {
			if o := h.One(c.draft); h.Card(o).Warehouses != c.want {
				t.Errorf("%s: %s, want %s", c.name, h.Card(o).Warehouses, c.want)
			}
		}
		h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 100); return err })
		if n := count(h, `SELECT COUNT(*) FROM packages p JOIN package_items i ON i.package_id = p.package_id WHERE NOT EXISTS
			(SELECT 1 FROM reservations r JOIN stock s ON s.stock_id = r.stock_id WHERE r.line_id = i.line_id AND s.warehouse_id = p.warehouse_id)`); n != 0 {
			t.Errorf("%d items lie in a package of a warehouse that reserved nothing", n)
		}
		h.Clean()
	})
}

// C9: an order cannot be fulfilled from two warehouses, or loses a quantity there.
func TestC09_OneLineFromTwoWarehouses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 3)
		h.Stock(1, "PASTE", 2)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 5}))
		packages := work(h)
		if c := h.Card(o); c.Warehouses != "DG HZ" || len(packages) != 2 {
			t.Fatalf("card %+v, %d packages", c, len(packages))
		}
		ship(h, packages)
		if l := h.Order(o).Lines[0]; l.Shipped != 5 || h.Card(o).Word != order.Out {
			t.Errorf("line %+v", l)
		}
		h.Clean()
	})
}

// C10: splitting shipments corrupts quantities. Whatever is ordered, wherever it
// lies, in whatever order the packages leave: shipped is what was ordered.
func TestC10_SplitPackagesConserve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		seed := rand.Uint64N(1_000_000)
		random := rand.New(rand.NewPCG(seed, 0))
		for n := range 25 {
			skus := []string{"SHAMPOO", "PASTE", "TOWEL", "PAN"}
			for _, sku := range skus {
				for w := range 2 {
					h.Stock(w, sku, 1+random.Int64N(6))
				}
			}
			var items []flowtest.Item
			for range 1 + random.IntN(4) {
				items = append(items, flowtest.Item{Code: append(skus, "KIT")[random.IntN(5)], Qty: 1 + random.Int64N(5)})
			}
			o := h.One(h.Draft("TB", fmt.Sprint("T", n), items...))
			packages := work(h)
			for len(packages) > 0 {
				k := 1 + random.IntN(len(packages))
				ship(h, packages[:k])
				packages = packages[k:]
			}
			inPackages := map[id.Line]int64{}
			for _, p := range packagesOf(h, o) {
				for _, it := range p.Items {
					inPackages[it.Line] += it.Qty
				}
			}
			for _, l := range h.Order(o).Lines {
				if l.Moves() && (l.Shipped != inPackages[l.ID] || l.Shipped+l.Reserved+l.Short() != l.Ordered) {
					t.Errorf("seed %d, order %d: line %+v, in packages %d", seed, n, l, inPackages[l.ID])
				}
			}
		}
		h.Clean()
	})
}

// C11: cancelling after packing does not give the allocation back.
func TestC11_CancelAfterPackingGivesTheGoodsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 2)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}))
		work(h)
		h.Write(func(tx *db.Tx) error {
			_, err := flow.Cancel(tx, []flow.Cancellation{{Order: o, Why: "不要了"}})
			return err
		})
		if hand, reserved := onHand(h, 0, "PASTE"); hand != 2 || reserved != 0 {
			t.Errorf("on hand %d, reserved %d", hand, reserved)
		}
		if n := count(h, `SELECT COUNT(*) FROM allocations WHERE qty_open > 0`); n != 0 {
			t.Errorf("%d allocations are left", n)
		}
		again := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 2}))
		ship(h, work(h))
		if c := h.Card(again); c.Word != order.Out {
			t.Errorf("the goods do not go out again: %+v", c)
		}
		h.Clean()
	})
}

// C12: the same item is shipped twice.
func TestC12_NothingShipsTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}))
		packages := work(h)
		ship(h, packages)
		h.Write(func(tx *db.Tx) error { // planned, released and handed over once more
			if _, err := flow.Plan(tx, 100); err != nil {
				return err
			}
			if _, released, err := flow.Release(tx, h.Warehouses[0].ID, 100); err != nil || len(released) > 0 {
				t.Errorf("released again: %v %v", released, err)
			}
			for _, verb := range []func() ([]fault.Outcome[*fulfilment.Package], error){
				func() ([]fault.Outcome[*fulfilment.Package], error) { return flow.Pick(tx, packages) },
				func() ([]fault.Outcome[*fulfilment.Package], error) { return flow.HandOver(tx, packages) },
				func() ([]fault.Outcome[*fulfilment.Package], error) {
					return flow.Pack(tx, []fulfilment.Packing{{Package: packages[0], WeightG: 1}})
				},
			} {
				outcomes, err := verb()
				if err != nil {
					return err
				}
				if outcomes[0].Fault == nil {
					t.Errorf("a package that left was moved again: %+v", outcomes[0].Value)
				}
			}
			return nil
		})
		if l := h.Order(o).Lines[0]; l.Shipped != 2 || len(packagesOf(h, o)) != 1 {
			t.Errorf("line %+v", l)
		}
		if hand, _ := onHand(h, 0, "PASTE"); hand != 8 {
			t.Errorf("on hand %d", hand)
		}
		h.Clean()
	})
}

// C16: retries make duplicate orders, at the same instant even.
func TestC16_RetriesMakeNoSecondOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 100)
		one := h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1})
		outcomes := h.Accept(one, one, one)
		again := h.Accept(one)
		first := outcomes[0].Value
		if first.Duplicate == outcomes[1].Value.Duplicate && first.Duplicate == outcomes[2].Value.Duplicate {
			t.Errorf("one is new and two are repeats: %+v", outcomes)
		}
		for _, o := range append(outcomes, again...) {
			if o.Fault != nil || o.Value.Order != first.Order || o.Value.Word != order.Reviewed {
				t.Errorf("%+v", o)
			}
		}
		concurrently(h, 8, func() *order.Draft { return one })
		other := h.Draft("WEB", "T1", flowtest.Item{Code: "PASTE", Qty: 1})
		if o := h.One(other); o == first.Order {
			t.Error("the same number in another shop is another order")
		}
		if n := count(h, `SELECT COUNT(*) FROM orders`); n != 2 {
			t.Errorf("%d orders", n)
		}
		if _, reserved := onHand(h, 0, "PASTE"); reserved != 2 {
			t.Errorf("%d reserved", reserved)
		}
		h.Clean()
	})
}

// concurrently sends a draft n times at once, each in its own transaction.
func concurrently(h *flowtest.House, n int, draft func() *order.Draft) {
	h.T.Helper()
	errs := make(chan error, n)
	for range n {
		prepared := flow.Prepare(h.Kit, h.Shops, []*order.Draft{draft()})
		go func() {
			errs <- h.D.Write(h.T.Context(), dbtest.By, func(tx *db.Tx) error {
				outcomes, err := flow.Accept(tx, h.Kit, prepared)
				if err == nil && outcomes[0].Fault != nil {
					err = outcomes[0].Fault
				}
				return err
			})
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			h.T.Error(err)
		}
	}
}

// C17: paid, but no order, when create and pay arrive at the same moment.
func TestC17_CreatedAndPaidAtOnceIsOnePaidOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 1000)
		for n := range 5 {
			no := fmt.Sprint("T", n)
			created := h.Draft("WEB", no, flowtest.Item{Code: "PASTE", Qty: 1})
			created.ChannelState, created.PaidAt, created.Paid = order.Unpaid, 0, 0
			paid := h.Draft("WEB", no, flowtest.Item{Code: "PASTE", Qty: 1})
			turn := 0
			concurrently(h, 6, func() *order.Draft { turn++; return []*order.Draft{created, paid}[turn%2] })
			if k := count(h, `SELECT COUNT(*) FROM orders WHERE external_no = $1 AND channel_state = 'to_ship' AND paid_at > 0`, no); k != 1 {
				t.Errorf("%s: %d paid orders", no, k)
			}
		}
		if _, reserved := onHand(h, 0, "PASTE"); reserved != 5 {
			t.Errorf("%d reserved", reserved)
		}
		h.Clean()
	})
}

// C25: the pick list does not follow first expired, first out.
func TestC25_TheFirstToExpireLeavesFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		for _, lot := range []inventory.Lot{{Code: "LATE", ExpiresOn: "2028-01-01"}, {Code: "SOON", ExpiresOn: "2027-01-01"}} {
			h.Write(func(tx *db.Tx) error {
				return flow.Receive(tx, []inventory.Receipt{{Place: inventory.Place{Warehouse: h.Warehouses[0].ID, SKU: h.SKU["PASTE"]}, Qty: 5, Lot: lot}})
			})
		}
		h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 3}))
		work(h)
		if n := count(h, `SELECT COALESCE(SUM(a.qty), 0) FROM allocations a JOIN lots l ON l.lot_id = a.lot_id WHERE l.code = 'SOON'`); n != 3 {
			t.Errorf("%d of 3 pieces are of the lot that expires first", n)
		}
		h.Clean()
	})
}

// C31: releasing a hold that does not exist creates it.
func TestC31_ReleasingNoHoldCreatesNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		before, version := count(h, `SELECT COUNT(*) FROM journal`), h.Order(o).Version
		h.Write(func(tx *db.Tx) error {
			return flow.Unhold(tx, []review.HoldEnd{{Order: o, Handle: "nothing", How: "已处理"}, {Order: 12345, Handle: "nobody", How: "已处理"}})
		})
		if n := count(h, `SELECT COUNT(*) FROM holds`) + count(h, `SELECT COUNT(*) FROM journal`) - before; n != 0 || h.Order(o).Version != version {
			t.Errorf("%d rows were written", n)
		}
		if c := h.Card(o); c.Blocked {
			t.Errorf("card %+v", c)
		}
		h.Clean()
	})
}

// C32: "partly shipped" is shown as shipped, and service misses the rest.
func TestC32_PartlyShippedIsShownWithQuantities(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 3)
		h.Stock(1, "PASTE", 2)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 5}))
		packages := work(h)
		ship(h, packages[:1])
		if c := h.Card(o); c.Word != order.PartOut || c.Packages != 2 || c.PackagesOut != 1 {
			t.Errorf("card %+v", c)
		}
		if l := h.Order(o).Lines[0]; l.Shipped != 3 || l.Open() != 2 {
			t.Errorf("line %+v", l)
		}
		track(h, packages[0], shipping.Delivered, time.Hour)
		if c := h.Card(o); c.Word != order.PartOut {
			t.Errorf("one of two is delivered: %+v", c)
		}
		h.Clean()
	})
}
