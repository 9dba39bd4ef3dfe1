package flow_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// An acceptance that was undone left its buyer's id in the prepared draft, and the
// second run took the buyer for one who exists.
func TestAcceptAgainAfterItWasUndone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		prepared := flow.Prepare(h.Kit, h.Shops, []*order.Draft{h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1})})
		undone := errors.New("undone")
		for _, end := range []error{undone, nil} {
			err := d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error {
				if _, err := flow.Accept(tx, h.Kit, prepared); err != nil {
					return err
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			n, err := tx.Number(`SELECT COUNT(*) FROM orders o JOIN buyers b ON b.buyer_id = o.buyer_id`)
			if n != 1 {
				t.Errorf("%d orders have their buyer", n)
			}
			return err
		})
	})
}
