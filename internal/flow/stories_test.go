package flow_test

import (
	"fmt"
	"strings"
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
)

// A batch of 500 with a few bad members: each hears its own fault, the others
// stand as if alone.
func TestBadMembersOfABatchHurtNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 1000)
		bad := map[int]func(*order.Draft){
			7:   func(d *order.Draft) { d.ShopCode = "NOBODY" },
			99:  func(d *order.Draft) { d.Lines[0].Qty = -1 },
			100: func(d *order.Draft) { d.SellerMemo = "a\x00b" },
			300: func(d *order.Draft) { d.Lines = nil },
			499: func(d *order.Draft) { d.Lines[0].Together = "\xff" },
		}
		var drafts []*order.Draft
		for i := range 500 {
			dr := h.Draft("TB", fmt.Sprint("T", i), flowtest.Item{Code: "PASTE", Qty: 1})
			if spoil := bad[i]; spoil != nil {
				spoil(dr)
			}
			drafts = append(drafts, dr)
		}
		for i, o := range h.Accept(drafts...) {
			switch {
			case bad[i] == nil && (o.Fault != nil || o.Value.Word != order.Reviewed):
				t.Fatalf("member %d: %+v", i, o)
			case bad[i] != nil && (o.Fault == nil || o.Fault.Kind != fault.Invalid || o.Fault.ZH == ""):
				t.Errorf("bad member %d: %+v", i, o)
			}
		}
		if n := count(h, `SELECT COUNT(*) FROM orders`); n != 495 {
			t.Errorf("%d orders", n)
		}
		if _, reserved := onHand(h, 0, "PASTE"); reserved != 495 {
			t.Errorf("%d reserved", reserved)
		}
		h.Clean()
	})
}

// A member that the database refuses, though Check let it pass, waits for a person;
// the rest of its batch is taken in.
func TestTheDatabaseRefusesOneMember(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 100)
		var list []flow.Message
		for i := range 20 {
			dr := h.Draft("TB", fmt.Sprint("T", i), flowtest.Item{Code: "PASTE", Qty: 1})
			p := flow.Prepare(h.Kit, h.Shops, []*order.Draft{dr})[0]
			if i == 13 {
				dr.Flag = 77 // a CHECK of the table refuses it
			}
			list = append(list, flow.Message{Prepared: p, Raw: []byte(dr.ExternalNo)})
		}
		outcomes, err := flow.AcceptAll(t.Context(), d, dbtest.By, h.Kit, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range outcomes {
			if (i == 13) != (o.Fault != nil) || i == 13 && !o.Fault.Is(flow.ErrBroken) {
				t.Errorf("member %d: %+v", i, o)
			}
		}
		if n := exceptions(h, flow.ExceptionBroken); n != 1 {
			t.Errorf("%d exceptions", n)
		}
		h.Clean()
	})
}

func TestShortage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 3)
		h.Stock(0, "PAN", 1)
		few := h.Accept(h.Draft("TB", "few", flowtest.Item{Code: "PASTE", Qty: 4}))[0].Value
		if few.Short != 1 || hold(h, few.Order, review.HoldShortage) == nil || exceptions(h, review.HoldShortage) != 1 {
			t.Errorf("a little is short: somebody asks the customer: %+v", few)
		}
		many := h.Accept(h.Draft("TB", "many", flowtest.Item{Code: "TOWEL", Qty: 30}))[0].Value
		if many.Word != order.Gone || !strings.Contains(many.Why, "致歉") {
			t.Errorf("much is short and nothing else is left: %+v", many)
		}
		some := h.Accept(h.Draft("TB", "some", flowtest.Item{Code: "TOWEL", Qty: 30}, flowtest.Item{Code: "PAN", Qty: 1}))[0].Value
		if o := h.Order(some.Order); some.Word != order.Reviewed || top(o, "TOWEL").Cancelled != 30 || top(o, "PAN").Reserved != 1 {
			t.Errorf("much of one line is short, the rest goes: %+v %+v", some, o.Lines)
		}
		h.Clean()
		t.Run("who waits is served when goods arrive, and goes on by itself", func(t *testing.T) {
			h.Stock(1, "PASTE", 1)
			if c := h.Card(few.Order); c.Short || c.Blocked || exceptions(h, review.HoldShortage) != 0 {
				t.Errorf("card %+v", c)
			}
			ship(h, work(h))
			if c := h.Card(few.Order); c.Word != order.Out {
				t.Errorf("card %+v", c)
			}
			h.Clean()
		})
	})
}

func TestNoPartialShipment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		draft := h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}, flowtest.Item{Code: "PAN", Qty: 1})
		draft.NoPartial = true
		o := h.One(draft)
		if l := top(h.Order(o), "PASTE"); l.Reserved != 0 {
			t.Errorf("it claims a part: %+v", l)
		}
		h.Stock(0, "PAN", 1)
		if c := h.Card(o); c.Short || c.Word != order.Reviewed || len(work(h)) != 1 {
			t.Errorf("all of it is there: %+v", c)
		}
		h.Clean()
	})
}

func TestShipTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 1)
		h.Stock(1, "PASTE", 5)
		h.Stock(0, "PAN", 5)
		together := h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}, flowtest.Item{Code: "PAN", Qty: 1})
		together.ShipTogether = true
		o := h.One(together)
		if c := h.Card(o); strings.Contains(c.Warehouses, " ") || !c.Short {
			t.Errorf("it comes from one warehouse or waits: %+v", c)
		}
		lines := h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1}, flowtest.Item{Code: "PASTE", Qty: 1})
		lines.Lines[0].Together, lines.Lines[1].Together = "a", "a"
		h.One(lines)
		if p := packagesAfterPlan(h, "T2"); p != 1 {
			t.Errorf("lines that belong together lie in %d packages", p)
		}
		h.Clean()
	})
}

func packagesAfterPlan(h *flowtest.House, no string) int64 {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 100); return err })
	return count(h, `SELECT COUNT(DISTINCT i.package_id) FROM package_items i JOIN orders o ON o.order_id = i.order_id WHERE o.external_no = $1`, no)
}

// The web shop promises by what is left above the safety stock; what a marketplace
// has sold already may take the rest.
func TestPromiseKeepsTheSafetyStock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		h.Write(func(tx *db.Tx) error {
			return inventory.SetSafety(tx, inventory.Place{Warehouse: h.Warehouses[0].ID, SKU: h.SKU["PASTE"]}, 3)
		})
		if a := h.Accept(h.Draft("WEB", "W1", flowtest.Item{Code: "PASTE", Qty: 4}))[0].Value; a.Short != 2 {
			t.Errorf("the web shop promises 2 of 5: %+v", a)
		}
		if a := h.Accept(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 3}))[0].Value; a.Short != 0 {
			t.Errorf("what is sold elsewhere is served: %+v", a)
		}
		h.Clean()
	})
}

func TestUnpaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		for _, c := range []struct {
			shop     string
			kind     order.Kind
			paid     bool
			reserved int64
		}{{"TB", order.Normal, false, 2}, {"WEB", order.Normal, false, 0}, {"WEB", order.Presale, true, 2}} {
			draft := h.Draft(c.shop, fmt.Sprint(c), flowtest.Item{Code: "PASTE", Qty: 2})
			draft.Kind, draft.ChannelState, draft.PaidAt = c.kind, order.Unpaid, 0
			if !c.paid {
				draft.Paid = 0
			}
			o := h.One(draft)
			if l, card := h.Order(o).Lines[0], h.Card(o); l.Reserved != c.reserved || card.Word != order.WaitPay || card.Short {
				t.Errorf("%+v: line %+v card %+v", c, l, card)
			}
		}
		if packages := work(h); len(packages) != 0 {
			t.Errorf("%d packages of unpaid orders", len(packages))
		}
		h.Clean()
	})
}

// A hold stops the package at every step, and lifting it lets the package go on.
func TestHoldStopsThePackageAtEveryStep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		handle := review.HoldDraft{Kind: "by_hand", Handle: "hand", ReasonZH: "客户来电", ReasonEN: "the customer called"}
		stop := func() { h.Write(func(tx *db.Tx) error { return flow.Hold(tx, o, handle) }) }
		resume := func() {
			h.Write(func(tx *db.Tx) error {
				return flow.Unhold(tx, []review.HoldEnd{{Order: o, Handle: "hand", How: "已回电"}})
			})
		}
		var packages []id.Package
		step := func(name string, fn func(tx *db.Tx) (went int, err error)) {
			t.Helper()
			stop()
			for _, want := range []int{0, 1} {
				h.Write(func(tx *db.Tx) error {
					n, err := fn(tx)
					if n != want {
						t.Errorf("%s: %d went, want %d", name, n, want)
					}
					return err
				})
				if want == 0 {
					if c := h.Card(o); !c.Blocked || c.Why != "客户来电" {
						t.Errorf("%s: card %+v", name, c)
					}
					resume()
				}
				h.Clean()
			}
		}
		ok := func(list []fault.Outcome[*fulfilment.Package], err error) (int, error) {
			if err == nil && list[0].Fault == nil {
				return 1, nil
			}
			return 0, err
		}
		step("plan", func(tx *db.Tx) (int, error) { return flow.Plan(tx, 10) })
		step("release", func(tx *db.Tx) (n int, err error) {
			_, packages, err = flow.Release(tx, h.Warehouses[0].ID, 10)
			return len(packages), err
		})
		step("pick", func(tx *db.Tx) (int, error) { return ok(flow.Pick(tx, packages)) })
		step("pack", func(tx *db.Tx) (int, error) {
			return ok(flow.Pack(tx, []fulfilment.Packing{{Package: packages[0], WeightG: 100}}))
		})
		stop()
		h.Write(func(tx *db.Tx) error {
			if n, err := ok(flow.HandOver(tx, packages)); n != 0 || err != nil {
				t.Errorf("a held package left: %v", err)
			}
			return nil
		})
		resume()
		ship(h, packages)
		h.Clean()
	})
}

func TestTakeBackAndReject(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 2)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}))
		h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 10); return err })
		decide := func(verb func(*db.Tx, []review.Decision) ([]fault.Outcome[order.Review], error), step review.Step) *fault.Fault {
			t.Helper()
			var f *fault.Fault
			h.Write(func(tx *db.Tx) error {
				outcomes, err := verb(tx, []review.Decision{{Order: o, Step: step, Reason: "看过了"}})
				if err == nil {
					f = outcomes[0].Fault
				}
				return err
			})
			h.Clean()
			return f
		}
		if f := decide(flow.TakeBack, ""); f != nil || h.Card(o).Word != order.WaitService || packagesOf(h, o)[0].State != fulfilment.Voided {
			t.Errorf("taken back: %v, %+v", f, h.Card(o))
		}
		if f := decide(flow.Reject, ""); f != nil || h.Card(o).Word != order.Refused {
			t.Errorf("rejected: %v, %+v", f, h.Card(o))
		}
		if _, reserved := onHand(h, 0, "PASTE"); reserved != 0 {
			t.Errorf("a rejected order holds %d", reserved)
		}
		if f := decide(flow.TakeBack, ""); f != nil || h.Order(o).Lines[0].Reserved != 2 {
			t.Errorf("taken back again, it claims again: %v", f)
		}
		if f := decide(flow.Pass, review.Service); f != nil || h.Card(o).Word != order.Reviewed {
			t.Errorf("passed: %v %+v", f, h.Card(o))
		}
		work(h)
		if f := decide(flow.TakeBack, ""); f == nil || !f.Is(order.ErrReleased) {
			t.Errorf("taken back from the warehouse: %v", f)
		}
	})
}

// A count below the reservations: the order with the most time gives way, waits,
// and is served first when goods arrive.
func TestCountBelowTheReservations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 4)
		urgent := h.Draft("TB", "urgent", flowtest.Item{Code: "PASTE", Qty: 2})
		urgent.ShipBy = urgent.OrderedAt.Add(time.Hour)
		first, late := h.One(urgent), h.One(h.Draft("TB", "late", flowtest.Item{Code: "PASTE", Qty: 2}))
		h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 10); return err })
		h.Write(func(tx *db.Tx) error {
			return flow.Count(tx, []inventory.Counted{{Place: inventory.Place{Warehouse: h.Warehouses[0].ID, SKU: h.SKU["PASTE"]}, Found: 3}})
		})
		if a, b := h.Card(first), h.Card(late); a.Short || !b.Short || !b.Blocked || hold(h, late, review.HoldShortage) == nil {
			t.Errorf("urgent %+v, late %+v", a, b)
		}
		h.Clean()
		h.Stock(0, "PASTE", 1)
		if c := h.Card(late); c.Short || c.Blocked {
			t.Errorf("served: %+v", c)
		}
		ship(h, work(h))
		if a, b := h.Card(first), h.Card(late); a.Word != order.Out || b.Word != order.Out {
			t.Errorf("urgent %+v, late %+v", a, b)
		}
		h.Clean()
	})
}

// One of two packages has left when the other's goods break: the rest waits, is
// planned anew when goods arrive, and leaves.
func TestTheRestOfAPartlyShippedOrderLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 3)
		h.Stock(1, "PASTE", 2)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 5}))
		var packages []id.Package
		h.Write(func(tx *db.Tx) error {
			if _, err := flow.Plan(tx, 10); err != nil {
				return err
			}
			_, released, err := flow.Release(tx, h.Warehouses[0].ID, 10)
			packages = released
			if err == nil {
				_, err = flow.Pick(tx, released)
			}
			return err
		})
		pack(h, packages)
		ship(h, packages)
		h.Write(func(tx *db.Tx) error {
			return flow.Lose(tx, []inventory.Loss{{Place: inventory.Place{Warehouse: h.Warehouses[1].ID, SKU: h.SKU["PASTE"]}, Qty: 1, Kind: "adjust"}})
		})
		if c := h.Card(o); c.Word != order.PartOut || !c.Short {
			t.Errorf("card %+v", c)
		}
		h.Clean()
		h.Stock(0, "PASTE", 1)
		ship(h, work(h))
		if c := h.Card(o); c.Word != order.Out || h.Order(o).Lines[0].Shipped != 5 {
			t.Errorf("card %+v", c)
		}
		h.Clean()
	})
}

// An order that was closed, or all of whose lines were, before we heard of it is
// kept, ended, and ships nothing.
func TestClosedBeforeWeHeardOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		closed, lines := h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}), h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1})
		closed.ChannelState, closed.Contact.Phone = order.Closed, ""
		lines.Lines[0].Closed, lines.Lines[0].Refund = true, order.RefundDone
		for _, o := range h.Accept(closed, lines) {
			if o.Fault != nil || o.Value.Word != order.Gone || h.Card(o.Value.Order).Blocked {
				t.Errorf("%+v, card %+v", o, h.Card(o.Value.Order))
			}
		}
		if packages := work(h); len(packages) != 0 {
			t.Errorf("%d packages", len(packages))
		}
		if _, reserved := onHand(h, 0, "PASTE"); reserved != 0 {
			t.Errorf("%d reserved", reserved)
		}
		h.Clean()
	})
}
