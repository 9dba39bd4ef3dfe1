package flow_test

import (
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
)

// What one cancellation gives up may reach another order of the same batch, or
// another line of the same order. The batch then saved a stale copy and was undone.
func TestCancelServesTheOrdersInHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 4)
		first := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 3}))
		second := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1}, flowtest.Item{Code: "PASTE", Qty: 2}))
		third := h.One(h.Draft("TB", "T3", flowtest.Item{Code: "PASTE", Qty: 1}, flowtest.Item{Code: "TOWEL", Qty: 1}))
		line := func(o id.Order, n int) map[id.Line]int64 { return map[id.Line]int64{h.Order(o).Lines[n].ID: 1} }
		list := []flow.Cancellation{{Order: first, Lines: line(first, 0), Why: "少要一件"}, {Order: second, Lines: line(second, 0), Why: "不要了"},
			{Order: third, Lines: line(third, 1), Why: "不要毛巾"}}
		h.Write(func(tx *db.Tx) error {
			outcomes, err := flow.Cancel(tx, list)
			for _, o := range outcomes {
				if o.Fault != nil {
					t.Error(o.Fault)
				}
			}
			return err
		})
		// One piece of the first and one of the second line go to the line that waited.
		if l := h.Order(second).Lines[1]; l.Reserved != 2 || h.Card(second).Short {
			t.Errorf("the second's other line: %+v", l)
		}
		if c := h.Card(third); !c.Short {
			t.Errorf("the third waits still: %+v", c)
		}
		h.Clean()
	})
}
