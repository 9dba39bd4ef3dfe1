package flow_test

import (
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/shipping"
)

// warehouse does all that people do until parcels leave, and gives the packages.
func work(h *flowtest.House) []id.Package {
	h.T.Helper()
	var packages []id.Package
	h.Write(func(tx *db.Tx) error {
		packages = nil
		if _, err := flow.Plan(tx, 100); err != nil {
			return err
		}
		for _, w := range h.Warehouses {
			_, released, err := flow.Release(tx, w.ID, 100)
			if err != nil {
				return err
			}
			packages = append(packages, released...)
		}
		_, err := flow.Pick(tx, packages)
		return err
	})
	pack(h, packages)
	return packages
}

func pack(h *flowtest.House, packages []id.Package) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		var list []fulfilment.Packing
		for _, p := range packages {
			list = append(list, fulfilment.Packing{Package: p, WeightG: 900})
		}
		outcomes, err := flow.Pack(tx, list)
		for _, o := range outcomes {
			if o.Fault != nil {
				h.T.Errorf("pack: %v", o.Fault)
			}
		}
		return err
	})
}

// ship numbers the labels and hands the packages over.
func ship(h *flowtest.House, packages []id.Package) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		labels, err := shipping.OfPackages(tx, packages)
		if err != nil {
			return err
		}
		var numbers []shipping.Numbered
		for _, p := range packages {
			numbers = append(numbers, shipping.Numbered{Waybill: labels[p].ID, Number: "FQ" + p.String()[2:]})
		}
		if _, err := shipping.Number(tx, numbers); err != nil {
			return err
		}
		outcomes, err := flow.HandOver(tx, packages)
		for _, o := range outcomes {
			if o.Fault != nil {
				h.T.Errorf("hand over: %v", o.Fault)
			}
		}
		return err
	})
}

func track(h *flowtest.House, p id.Package, state shipping.Parcel, at time.Duration) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		return flow.Track(tx, []shipping.Event{{Package: p, At: tx.Now().Add(at), Code: string(state), State: state, Text: string(state)}})
	})
}

func TestJourney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "SHAMPOO", 10)
		h.Stock(0, "PASTE", 10)
		h.Stock(1, "PAN", 5)

		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "SHAMPOO", Qty: 2}, flowtest.Item{Code: "KIT", Qty: 1}))
		if c := h.Card(o); c.Word != order.Reviewed || c.Warehouses != "HZ" || c.NameMask != "陈*平" {
			t.Fatalf("after acceptance: %+v", c)
		}
		packages := work(h)
		if c := h.Card(o); c.Word != order.WaitShip || len(packages) != 1 {
			t.Fatalf("after packing: %+v, %d packages", c, len(packages))
		}
		ship(h, packages)
		if c := h.Card(o); c.Word != order.Out {
			t.Fatalf("after hand-over: %+v", c)
		}
		track(h, packages[0], shipping.InTransit, time.Hour)
		track(h, packages[0], shipping.Delivered, 2*time.Hour)
		if c := h.Card(o); c.Word != order.Completed {
			t.Fatalf("after delivery: %+v", c)
		}
		for _, l := range h.Order(o).Lines {
			if l.Delivered != l.Ordered || l.Reserved != 0 {
				t.Errorf("line %s: %+v", l.Code, l)
			}
		}
		h.Clean()
	})
}

func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 3)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 3}))
		work(h)
		waiting := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 2}))
		if c := h.Card(waiting); !c.Short {
			t.Fatalf("second order should be short: %+v", c)
		}
		t.Run("after packing the goods go back and serve who waits", func(t *testing.T) {
			h.Write(func(tx *db.Tx) error {
				outcomes, err := flow.Cancel(tx, []flow.Cancellation{{Order: o, Why: "买家不要了"}})
				if err == nil && outcomes[0].Fault != nil {
					err = outcomes[0].Fault
				}
				return err
			})
			if c := h.Card(o); c.Word != order.Gone {
				t.Errorf("cancelled: %+v", c)
			}
			if c := h.Card(waiting); c.Short || c.Blocked || c.Word != order.Reviewed {
				t.Errorf("the one that waited: %+v", c)
			}
			h.Clean()
		})
		t.Run("after shipping is refused", func(t *testing.T) {
			ship(h, work(h))
			h.Write(func(tx *db.Tx) error {
				outcomes, err := flow.Cancel(tx, []flow.Cancellation{{Order: waiting, Why: "late"}})
				if outcomes[0].Fault == nil {
					t.Error("cancelled after shipping")
				}
				return err
			})
			h.Clean()
		})
	})
}

func TestRefusedParcelComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "TOWEL", 1)
		o := h.One(h.Draft("WEB", "W1", flowtest.Item{Code: "TOWEL", Qty: 1}))
		packages := work(h)
		ship(h, packages)
		track(h, packages[0], shipping.Rejected, time.Hour)
		track(h, packages[0], shipping.Returned, 2*time.Hour)
		track(h, packages[0], shipping.Returned, 2*time.Hour) // the carrier says it again
		if l := h.Order(o).Lines[0]; l.Returned != 1 {
			t.Fatalf("line: %+v", l)
		}
		again := h.Accept(h.Draft("WEB", "W2", flowtest.Item{Code: "TOWEL", Qty: 1}))[0]
		if again.Value.Short != 0 {
			t.Fatalf("the towel that came back is not for sale: %+v", again)
		}
		h.Clean()
	})
}
