package flow_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// counterSale is an order over the counter: nobody to reach, nowhere to deliver.
func counterSale(h *flowtest.House, no string, items ...flowtest.Item) *order.Draft {
	d := h.Draft("POS", no, items...)
	d.Contact = order.Draft{}.Contact
	return d
}

func collect(h *flowtest.House, packages []id.Package) (outcomes []fault.Outcome[*fulfilment.Package]) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) {
		outcomes, err = flow.Collect(tx, packages)
		return err
	})
	return outcomes
}

func TestCollect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "TOWEL", 10)
		o := h.One(counterSale(h, "C1", flowtest.Item{Code: "TOWEL", Qty: 3}))
		packages := work(h)
		t.Run("goods_taken_at_the_counter_complete_the_order", func(t *testing.T) {
			if got := collect(h, packages); len(got) != 1 || got[0].Fault != nil || got[0].Value.State != fulfilment.Delivered {
				t.Fatalf("collected: %+v", got)
			}
			if c := h.Card(o); c.Word != order.Completed {
				t.Errorf("card: %+v", c)
			}
			if got := collect(h, packages); !errors.Is(got[0].Fault, fulfilment.ErrMove) {
				t.Errorf("a second time: %+v", got)
			}
			h.Clean()
		})
		line := h.Order(o).Lines[0].ID
		bring := func(qty int64) error {
			return d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error {
				return flow.BringBack(tx, []flow.Brought{{Order: o, Line: line, Qty: qty, Reference: "R1"}})
			})
		}
		t.Run("what_is_brought_back_is_for_sale_again", func(t *testing.T) {
			if err := bring(2); err != nil {
				t.Fatal(err)
			}
			if l := h.Order(o).Lines[0]; l.Returned != 2 || l.Refunded != 2 {
				t.Errorf("line: %+v", l)
			}
			if got := h.Accept(counterSale(h, "C2", flowtest.Item{Code: "TOWEL", Qty: 9}))[0]; got.Value.Short != 0 {
				t.Errorf("nine of ten towels are there: %+v", got)
			}
			h.Clean()
		})
		t.Run("more_than_was_sold_is_refused", func(t *testing.T) {
			if err := bring(2); !errors.Is(err, flow.ErrNotSold) {
				t.Errorf("got %v", err)
			}
		})
		t.Run("two_lines_of_the_same_goods_come_back_on_one_paper", func(t *testing.T) {
			h.Stock(0, "PASTE", 2)
			o := h.One(counterSale(h, "C3", flowtest.Item{Code: "PASTE", Qty: 1}, flowtest.Item{Code: "PASTE", Qty: 1}))
			collect(h, work(h))
			var back []flow.Brought
			for _, l := range h.Order(o).Lines {
				back = append(back, flow.Brought{Order: o, Line: l.ID, Qty: 1, Reference: "R2"})
			}
			h.Write(func(tx *db.Tx) error { return flow.BringBack(tx, back) })
			if got := h.Accept(counterSale(h, "C4", flowtest.Item{Code: "PASTE", Qty: 2}))[0]; got.Value.Short != 0 {
				t.Errorf("both tubes are there: %+v", got)
			}
			h.Clean()
		})
		t.Run("what_a_carrier_brings_is_not_given_out", func(t *testing.T) {
			h.Stock(0, "PAN", 1)
			h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PAN", Qty: 1}))
			var carried int
			for _, got := range collect(h, work(h)) {
				switch {
				case got.Fault == nil:
				case errors.Is(got.Fault, flow.ErrCarried):
					carried++
				default:
					t.Error(got.Fault)
				}
			}
			if carried != 1 {
				t.Errorf("%d packages refused", carried)
			}
			h.Clean()
		})
	})
}

// An order of charges alone stood in front of the others for ever.
func TestPlanCompletesWhatOwesNoGoods(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		fee := counterSale(h, "FEE")
		fee.Lines = []order.DraftLine{{Kind: order.Charge, Code: "POST", Qty: 1, Price: 500}}
		o := h.One(fee)
		h.Write(func(tx *db.Tx) error {
			if n, err := flow.Plan(tx, 1); err != nil || n != 1 {
				t.Errorf("planned %d, %v", n, err)
			}
			n, err := flow.Plan(tx, 1)
			if n != 0 {
				t.Errorf("it is planned again")
			}
			return err
		})
		if c := h.Card(o); c.Word != order.Completed {
			t.Errorf("card: %+v", c)
		}
		h.Clean()
	})
}
