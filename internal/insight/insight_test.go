package insight_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/insight"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// A row of the journal counts once however often the reader turns, history counts
// nothing, and each shop's figures are its own.
func TestCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 2}))
		gone := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1}))
		h.One(h.Draft("WEB", "W1", flowtest.Item{Code: "PASTE", Qty: 4}))
		past := h.Draft("TB", "OLD", flowtest.Item{Code: "PASTE", Qty: 9})
		past.History = true
		h.One(past)
		h.Write(func(tx *db.Tx) error {
			_, err := flow.Cancel(tx, []flow.Cancellation{{Order: gone, Why: "买家不要了"}})
			return err
		})
		for range 3 {
			if _, err := insight.Reader().Turn(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		type count struct {
			What          string
			Orders, Units int64
		}
		look := func(scope staff.Scope) (got []count, top []int64) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				hours, err := insight.Hours(tx, scope, tx.Now()-db.Instant(time.Hour.Microseconds()), tx.Now()+1)
				for _, one := range hours {
					got = append(got, count{one.What, one.Orders, one.Units})
				}
				if err != nil {
					return err
				}
				skus, err := insight.TopSKUs(tx, scope, tx.Now().Time().In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly), 5)
				for _, s := range skus {
					top = append(top, s.Units)
				}
				return err
			})
			return got, top
		}
		got, top := look(staff.Everywhere())
		if diff := cmp.Diff([]count{{"accepted", 3, 7}, {"cancelled", 1, 1}}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int64{7}, top); diff != "" {
			t.Error(diff)
		}
		var web staff.Scope
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := order.List(tx, order.Filter{Scope: staff.Everywhere()})
			for _, c := range list {
				if c.ExternalNo == "W1" {
					web.Shops = append(web.Shops, c.Shop)
				}
			}
			return err
		})
		if got, top := look(web); len(got) != 1 || got[0].Units != 4 || top[0] != 4 {
			t.Errorf("one shop: %v %v", got, top)
		}
		if got, top := look(staff.Scope{}); len(got)+len(top) != 0 {
			t.Errorf("nobody's shops: %v %v", got, top)
		}
	})
}
