package flow_test

import (
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// The accident: a piece added while the order stood packed was reserved and never
// planned, and the order stayed partly shipped for ever.
func TestGrownOrderIsPlannedAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "TOWEL", 5)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "TOWEL", Qty: 1}))
		work(h)
		h.Accept(h.Draft("TB", "T1", flowtest.Item{Code: "TOWEL", Qty: 2}))
		if c := h.Card(o); c.Word != order.Reviewed {
			t.Fatalf("grown: %+v", c)
		}
		h.Clean()
		ship(h, work(h))
		if c, l := h.Card(o), h.Order(o).Lines[0]; c.Word != order.Out || l.Shipped != 2 {
			t.Fatalf("shipped: %+v %+v", c, l)
		}
		h.Clean()
	})
}
