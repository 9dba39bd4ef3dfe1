package flow_test

import (
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

func cancelLines(h *flowtest.House, list ...flow.Cancellation) (outcomes []fault.Outcome[id.Order]) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) {
		for i := range list {
			list[i].Why = "少要几件"
		}
		outcomes, err = flow.Cancel(tx, list)
		return err
	})
	return outcomes
}

// The accident: a component had been cancelled alone, the channel took a set back,
// the refusal came when half of the lines were changed, and the queue for arriving
// stock forgot pieces.
func TestCancelASetWhoseComponentIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "KIT", Qty: 5}))
		var paste id.Line
		for _, l := range h.Order(o).Lines {
			if l.Code == "PASTE" {
				paste = l.ID
			}
		}
		cancelLines(h, flow.Cancellation{Order: o, Lines: map[id.Line]int64{paste: 0}})
		h.One(h.Draft("TB", "T1", flowtest.Item{Code: "KIT", Qty: 4}))
		for _, l := range h.Order(o).Lines {
			if want := map[string]int64{"KIT": 4, "SHAMPOO": 4, "PASTE": 0}[l.Code]; l.Ordered-l.Cancelled != want {
				t.Errorf("line %s: %+v", l.Code, l)
			}
		}
		h.Clean()
	})
}

// A member that cannot be cancelled leaves the others alone, whatever it asks.
func TestCancelMembersOfABatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 100)
		gone := h.One(h.Draft("TB", "gone", flowtest.Item{Code: "PASTE", Qty: 1}))
		ship(h, work(h))
		good := h.One(h.Draft("TB", "good", flowtest.Item{Code: "PASTE", Qty: 3}))
		line := h.Order(good).Lines[0].ID
		outcomes := cancelLines(h, flow.Cancellation{Order: gone}, flow.Cancellation{Order: 77},
			flow.Cancellation{Order: good, Lines: map[id.Line]int64{line: 9}}, flow.Cancellation{Order: good, Lines: map[id.Line]int64{line: -1}},
			flow.Cancellation{Order: good, Lines: map[id.Line]int64{42: 1}}, flow.Cancellation{Order: good, Lines: map[id.Line]int64{line: 2}},
			flow.Cancellation{Order: good}, flow.Cancellation{Order: good})
		for i, want := range []*fault.Fault{order.ErrShipped, order.ErrMissing, order.ErrShipped, order.ErrShipped, order.ErrLine, nil, nil, order.ErrEnded} {
			if f := outcomes[i].Fault; (f == nil) != (want == nil) || f != nil && !f.Is(want) {
				t.Errorf("member %d: %v, want %v", i, f, want)
			}
		}
		if c := h.Card(good); c.Word != order.Gone || c.Why != "少要几件" {
			t.Errorf("card %+v", c)
		}
		h.Clean()
	})
}
