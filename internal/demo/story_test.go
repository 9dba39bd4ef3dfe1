package demo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/demo/goods"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

func testTeller(t *testing.T, seed uint64) *teller {
	t.Helper()
	a, err := goods.Load()
	if err != nil {
		t.Fatal(err)
	}
	told, err := newTeller(seed, a)
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func TestTeller(t *testing.T) {
	told, again := testTeller(t, 3), testTeller(t, 3)
	at := db.At(Start())
	seen := map[string]int{}
	for k := int64(1); k <= 3000; k++ {
		d := told.tell(k, at, at)
		if f := d.Check(); f != nil {
			t.Fatalf("order %d: %v", k, f)
		}
		if orderOf(d.ExternalNo) != k {
			t.Fatalf("order %d is called %s", k, d.ExternalNo)
		}
		seen[d.ShopCode]++
		seen[string(d.ChannelState)]++
		steps := 0
		for due := told.next(k, at, at); due > 0; due = told.next(k, at, due) {
			m := told.tell(k, at, due)
			if f := m.Check(); f != nil {
				t.Fatalf("order %d at %d: %v", k, due, f)
			}
			if m.ModifiedAt < d.ModifiedAt || m.ExternalNo != d.ExternalNo || due > at.Add(24*time.Hour) {
				t.Fatalf("order %d: %+v after %+v", k, m, d)
			}
			seen["message"]++
			seen["then "+string(m.ChannelState)]++
			if steps++; steps > 20 {
				t.Fatalf("order %d never ends", k)
			}
			d = m
		}
		if k%100 == 0 {
			if diff := cmp.Diff(*d, *again.tell(k, at, at.Add(48*time.Hour))); diff != "" {
				t.Fatalf("order %d is told differently: %s", k, diff)
			}
		}
	}
	for _, word := range []string{taobao, jd, web, store, "unpaid", "forbidden", "to_ship", "then closed",
		"then to_ship"} {
		if seen[word] == 0 {
			t.Errorf("never seen: %s", word)
		}
	}
	if seen["message"] < 500 {
		t.Errorf("only %d later messages", seen["message"])
	}
}

func TestOrderOf(t *testing.T) {
	for _, foreign := range []string{"", "T1", "W-000000001", "WABCDEFGHIJ", "123456789012345678901234"} {
		if k := orderOf(foreign); k != 0 {
			t.Errorf("%q is order %d", foreign, k)
		}
	}
}

// TestMended: what a buyer corrected can be dialled and holds no mask.
func TestMended(t *testing.T) {
	told := testTeller(t, 3)
	at := db.At(Start())
	for k := int64(1); k <= 500; k++ {
		d := told.tell(k, at, at)
		total := d.Total
		told.mend(k, d)
		if f := d.Check(); f != nil || d.Total != total || d.Contact.OpaqueID != "" || len(d.Contact.Phone) != 11 {
			t.Fatalf("order %d: %v", k, f)
		}
	}
}

// TestSupply: the share of demand that stands before an empty shelf stays near what
// the demo promises, over a year and many seeds.
func TestSupply(t *testing.T) {
	a, err := goods.Load()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(10) {
		s := newSupply(seed, a)
		var out, all float64
		for day := range 365 {
			at := Start().AddDate(0, 0, day)
			for i, k := range s.goods {
				all += s.weekly[k.Code]
				age := float64(at.Sub(s.first(i))-time.Duration(s.slot(i, at))*week) / float64(week)
				if s.fails(i, s.slot(i, at)) && age+1 > coverWeeks {
					out += s.weekly[k.Code]
				}
			}
		}
		if share := out / all; share < 0.01 || share > 0.02 {
			t.Errorf("seed %d: %.4f of the demand is short", seed, share)
		}
	}
}

func TestSum(t *testing.T) {
	d := &order.Draft{Lines: []order.DraftLine{{Qty: 3, Price: 1000, Discount: 100}}, Freight: 600,
		Promotions: []order.Promotion{{Amount: 500}}, PaidAt: 1}
	sum(d)
	if d.Total != money.Amount(3000) || d.Paid != d.Total || d.AmountCOD != 0 {
		t.Errorf("%+v", d)
	}
}
