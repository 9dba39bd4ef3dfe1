package flow_test

import (
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// The accident: a line of an unpaid order was taken back, what remained went into the
// queue for arriving stock although the order may hold none, stayed there after the
// payment, and was served a second time.
func TestUnpaidOrderDoesNotWaitForStock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "TOWEL", 5)
		h.Stock(0, "PASTE", 5)
		first := h.Draft("WEB", "W1", flowtest.Item{Code: "TOWEL", Qty: 1}, flowtest.Item{Code: "PASTE", Qty: 2})
		first.ChannelState, first.PaidAt, first.Paid = order.Unpaid, 0, 0
		o := h.One(first)

		less := h.Draft("WEB", "W1", flowtest.Item{Code: "TOWEL", Qty: 1}, flowtest.Item{Code: "PASTE", Qty: 2})
		less.ChannelState, less.PaidAt, less.Paid = order.Unpaid, 0, 0
		less.Lines[1].Closed = true
		h.Accept(less)
		h.Clean()
		if l := h.Order(o).Lines[0]; l.Reserved != 0 {
			t.Errorf("unpaid, but %d reserved", l.Reserved)
		}

		paid := h.Draft("WEB", "W1", flowtest.Item{Code: "TOWEL", Qty: 1}, flowtest.Item{Code: "PASTE", Qty: 2})
		paid.Lines[1].Closed = true
		h.Accept(paid)
		h.Stock(1, "TOWEL", 5)
		if l := h.Order(o).Lines[0]; l.Reserved != 1 {
			t.Errorf("paid, and %d reserved", l.Reserved)
		}
		h.Clean()
	})
}
