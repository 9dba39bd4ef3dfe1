package flow_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// What is fetched is prepared in the store itself, from wherever the line has it, and
// handed out to who knows the phone's end or the number's.
func TestMakeReady(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openTill(t, d)
		fetch := func(key string, sku string, qty int64) id.Order {
			sold, f := c.sell(c.sale(key, order.PickUp, flowtest.Item{Code: sku, Qty: qty}))
			if f != nil {
				t.Fatal(f)
			}
			return sold.Sale.Order
		}
		do := func(fn func(*db.Tx) ([]id.Package, error)) (list []id.Package, f *fault.Fault) {
			err := d.Write(t.Context(), dbtest.By, func(tx *db.Tx) (err error) { list, err = fn(tx); return err })
			if err != nil {
				return nil, fault.Of(err)
			}
			return list, nil
		}
		ready := func(n id.Order) ([]id.Package, *fault.Fault) {
			return do(func(tx *db.Tx) ([]id.Package, error) { return flow.MakeReady(tx, n) })
		}
		give := func(n id.Order, proof string) *fault.Fault {
			_, f := do(func(tx *db.Tx) ([]id.Package, error) { return flow.HandOut(tx, c.Kit, n, proof) })
			return f
		}

		one, two := fetch("T2612010001AAA", "PASTE", 2), fetch("T2612010002BBB", "SHAMPOO", 1)
		for range 2 { // asked twice it is prepared once
			if list, f := ready(one); f != nil || len(list) != 1 {
				t.Fatalf("%v %v", list, f)
			}
		}
		c.Write(func(tx *db.Tx) error { // the other one is under way in the line already
			if _, err := flow.Plan(tx, 10); err != nil {
				return err
			}
			_, _, err := flow.Release(tx, c.Warehouses[0].ID, 10)
			return err
		})
		if list, f := ready(two); f != nil || len(list) != 1 {
			t.Fatalf("%v %v", list, f)
		}
		for _, wrong := range []string{"", "0", "8001", "13800138001", "01AAA", "2612010002BBB", "0002BBB"} {
			if f := give(one, wrong); !errors.Is(f, flow.ErrProof) {
				t.Errorf("%q: %v", wrong, f)
			}
		}
		if f := give(one, "0001aaa"); f != nil {
			t.Error(f)
		}
		if f := give(two, "138 0013 8000"); f != nil {
			t.Error(f)
		}
		if _, f := ready(one); !errors.Is(f, flow.ErrFetched) {
			t.Errorf("handed out: %v", f)
		}
		if _, f := ready(fetch("T2612010003CCC", "PAN", 3)); !errors.Is(f, flow.ErrLacking) {
			t.Errorf("goods that are short: %v", f)
		}
		if _, f := ready(c.One(c.Draft("WEB", "W1", flowtest.Item{Code: "PASTE", Qty: 1}))); !errors.Is(f, flow.ErrNotFetched) {
			t.Errorf("a carrier's order: %v", f)
		}
		if _, f := ready(7); !errors.Is(f, order.ErrMissing) {
			t.Errorf("no order: %v", f)
		}

		// With a stockroom of its own the store prepares nothing that lies elsewhere.
		c.Write(func(tx *db.Tx) error {
			own, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: "POSW", Name: "门店后仓", Province: "33", TimeZone: "Asia/Shanghai", CutOff: "16:00", Store: true}})
			if err != nil {
				return err
			}
			return shop.SetWarehouses(tx, c.Shops["POS"].ID, "", []id.Warehouse{own[0].ID, c.Warehouses[0].ID})
		})
		if _, f := ready(fetch("T2612010004DDD", "PASTE", 1)); !errors.Is(f, flow.ErrElsewhere) {
			t.Errorf("goods in another place: %v", f)
		}
		c.Clean()
	})
}
