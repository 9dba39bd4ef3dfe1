package intake_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/order"
)

func undo(h *flowtest.House, n id.Import) (intake.Undone, error) {
	return intake.Undo(context.Background(), h.D, n, dbtest.By)
}

func TestUndoTakesHistoryBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		o := intake.OrderOptions{File: quirks, Profile: "uci", CreateSKUs: true}
		r := importOrders(t, h, o)
		done, err := undo(h, r.Import)
		if err != nil || done.Orders != r.Orders || done.Exceptions != r.Exceptions || done.Documents == 0 {
			t.Fatalf("%+v, %v; the import had %d orders and %d exceptions", done, err, r.Orders, r.Exceptions)
		}
		if open := waiting(t, d); len(open) != 0 {
			t.Errorf("still open: %v", open)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			orders, err := order.Page(tx, 0, 10_000)
			for _, o := range orders {
				if o.CancelledAt == 0 || o.CancelledWhy != "导入撤销" || o.CompletedAt != 0 {
					t.Fatalf("order %s: cancelled %d (%s), completed %d", o.ExternalNo, o.CancelledAt, o.CancelledWhy,
						o.CompletedAt)
				}
				for _, l := range o.Lines {
					if l.Cancelled != l.Ordered || l.Shipped+l.Delivered+l.Returned+l.Refunded+l.Picked+l.Packed != 0 {
						t.Fatalf("order %s line %d: %+v", o.ExternalNo, l.Position, l)
					}
				}
			}
			return err
		})
		if _, err := undo(h, r.Import); !errors.Is(err, intake.ErrUndone) {
			t.Errorf("undone twice: %v", err)
		}
		// The numbers stay used, and a new import of the file says so.
		again := importOrders(t, h, o)
		if again.Already || again.Orders != 0 || again.ProblemCounts["import_order_cancelled"] != r.Orders {
			t.Errorf("imported again: %d orders, %v", again.Orders, again.ProblemCounts)
		}
		clean(t, d)
	})
}

func TestUndoIsRefusedOnceAnOrderWasTouched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		r := importOrders(t, h, intake.OrderOptions{File: quirks, Profile: "uci", CreateSKUs: true})
		touched := orderNo(t, d, "UCI", "700211")
		dbtest.Write(t, d, func(tx *db.Tx) error {
			orders, err := order.Lock(tx, []id.Order{touched})
			if err != nil {
				return err
			}
			return order.Move(tx, orders, "goods_back", []order.Change{{Line: orders[0].Lines[0].ID, Returned: 1}})
		})
		before := fingerprint(t, d)
		_, err := undo(h, r.Import)
		f := fault.Of(err)
		if !errors.Is(err, intake.ErrTouched) || len(f.Fields) != 1 || f.Fields[0].Name != touched.String() {
			t.Fatalf("%v", err)
		}
		if after := fingerprint(t, d); after != before {
			t.Errorf("a refused undo changed something: %v, then %v", before, after)
		}
	})
}

// Taking goods back from another import's order ties the two together.
func TestUndoIsRefusedForFilesThatShareOrders(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	sale := head + "\n1,1,2023-03-01T10:00:00,7,UK,A1,NAME,5,100,GBP,sale,0\n"
	back := "C2,1,2023-03-02T10:00:00,7,UK,A1,NAME,-2,100,GBP,cancel,0\n"
	first := importOrders(t, h, intake.OrderOptions{File: written(t, sale), Profile: "uci", CreateSKUs: true})
	second := importOrders(t, h, intake.OrderOptions{File: written(t, sale+back), Profile: "uci"})
	if second.OrdersBefore != 1 || second.Of("cancel", intake.TakenBack).Units != -2 {
		t.Fatalf("%+v", second)
	}
	for _, n := range []id.Import{first.Import, second.Import} {
		if _, err := undo(h, n); !errors.Is(err, intake.ErrTouched) {
			t.Errorf("undo: %v", err)
		}
	}
	clean(t, h.D)
}

func TestUndoCancelsLiveOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PAN", 10)
		r := importOrders(t, h, intake.OrderOptions{File: written(t,
			ownHead+"\n"+goodRow("A1")+"\n"+goodRow("A2")+"\n")})
		if done, err := undo(h, r.Import); err != nil || done.Orders != 2 {
			t.Fatalf("%+v %v", done, err)
		}
		if o := h.Order(orderNo(t, d, "TB", "A1")); o.CancelledAt == 0 || o.Lines[0].Reserved != 0 {
			t.Errorf("%+v", o)
		}
		clean(t, d)
	})
}

func TestUndoOfNothing(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	if _, err := undo(h, 42); !errors.Is(err, intake.ErrMissing) {
		t.Error(err)
	}
}

// An import that broke off in the middle goes on where it was: the same orders,
// returns and exceptions as in one go, and it can be undone as one.
func TestABrokenImportGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		for _, stage := range []intake.Stage{intake.StageOrders, intake.StageLoose} {
			ctx, stop := context.WithCancel(context.Background())
			_, err := intake.Orders(ctx, d, h.Kit, intake.OrderOptions{File: quirks, Profile: "uci", CreateSKUs: true,
				By: dbtest.By,
				Progress: func(p intake.Progress) {
					if p.Stage == stage && p.Done > 0 {
						stop()
					}
				}})
			stop()
			if stage == intake.StageOrders && err == nil {
				t.Fatal("the import was not broken off")
			}
		}
		r := importOrders(t, h, intake.OrderOptions{File: quirks, Profile: "uci", CreateSKUs: true})
		p := fingerprint(t, d)
		if p.orders != 485 || p.exceptions != 23 {
			t.Errorf("%+v", p)
		}
		returned := int64(0)
		dbtest.Read(t, d, func(tx *db.Tx) (err error) {
			returned, err = tx.Number(`/* test */ SELECT SUM(qty_returned) FROM order_lines`)
			return err
		})
		if returned != 105001 {
			t.Errorf("%d returned", returned)
		}
		if _, err := undo(h, r.Import); err != nil {
			t.Error(err)
		}
		clean(t, d)
	})
}

// A file of live orders goes through review and stock like any channel's.
func TestLiveOrdersReserveStock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PAN", 10)
		text := ownHead + ",运费,买家留言\n"
		for i := range 3 {
			text += goodRow(fmt.Sprintf("A%d", i)) + ",8.00,\n"
		}
		text += ownRow("A0", "TB", "2026-11-11 08:00:00", "", "1", "5.00", "费用") + ",,\n"
		r := importOrders(t, h, intake.OrderOptions{File: written(t, text)})
		if r.Orders != 3 || len(r.Problems) != 0 {
			t.Fatalf("%+v", r)
		}
		o := h.Order(orderNo(t, d, "TB", "A0"))
		if o.Freight != 800 || o.Fee != 500 || o.Total != 11200 || o.Paid != 11200 || o.Lines[0].Reserved != 1 || o.History {
			t.Errorf("%+v", o)
		}
		clean(t, d)
	})
}
