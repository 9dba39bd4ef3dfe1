package flow_test

import (
	"context"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// An unpaid order of a shop that counts stock at order time holds it until the
// platform's pay deadline, and not a minute longer.
func TestUnpaidHoldsStockUntilItsDeadline(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			clock := dbtest.NewClock()
			h := flowtest.Open(t, dbtest.Open(t, engine, db.Options{Clock: clock.Now}))
			h.Stock(0, "PAN", 1)
			d := h.Draft("TB", "U1", flowtest.Item{Code: "PAN", Qty: 1})
			d.ChannelState, d.Paid, d.PaidAt, d.PayBy = order.Unpaid, 0, 0, db.At(clock.Now().Add(30*time.Minute))
			unpaid := h.One(d)
			waiting := h.One(h.Draft("TB", "U2", flowtest.Item{Code: "PAN", Qty: 1}))
			expire := func() (n int) {
				t.Helper()
				err := h.D.Write(context.Background(), dbtest.By, func(tx *db.Tx) (err error) { n, err = flow.ExpireUnpaid(tx, 10); return err })
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			if n := expire(); n != 0 || h.Order(unpaid).Lines[0].Reserved != 1 {
				t.Fatalf("before the deadline %d expired", n)
			}
			clock.Advance(31 * time.Minute)
			if n := expire(); n != 1 || h.Order(unpaid).Lines[0].Reserved != 0 {
				t.Fatalf("after the deadline %d expired", n)
			}
			if n := expire(); n != 0 {
				t.Fatal("expired twice")
			}
			if l := h.Order(waiting).Lines[0]; l.Reserved != 1 {
				t.Errorf("the one that waited: %+v", l)
			}
			h.Clean()
		})
	}
}
