package review_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// Work is taken by one person at a time, handed to another and given back; it is late by
// what its kind says, and a settled one is nobody's any more to take.
func TestOwners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var n id.Exception
		dbtest.Write(t, d, func(tx *db.Tx) error {
			opened, err := review.Open(tx, []review.Exception{{Kind: "order_refused", Key: "a", ZH: "坏", EN: "bad"}})
			n = opened[0].Value
			return err
		})
		as := func(actor string, do func(*db.Tx, []id.Exception) ([]fault.Outcome[bool], error)) fault.Outcome[bool] {
			var out []fault.Outcome[bool]
			if err := d.Write(t.Context(), db.By{Actor: actor}, func(tx *db.Tx) (err error) { out, err = do(tx, []id.Exception{n}); return err }); err != nil {
				t.Fatal(err)
			}
			return out[0]
		}
		get := func() (e review.Exception) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { e, err = review.GetException(tx, n); return err })
			return e
		}
		if e := get(); e.DueAt.Time().Sub(e.OpenedAt.Time()) != review.AdviceOn("order_refused").Within {
			t.Errorf("due at %v, opened at %v", e.DueAt, e.OpenedAt)
		}
		if o := as("S-1", review.TakeOn); !o.Value || get().Owner != "S-1" {
			t.Errorf("taken: %+v", o)
		}
		if o := as("S-1", review.TakeOn); o.Value || o.Fault != nil {
			t.Errorf("taken twice: %+v", o)
		}
		if o := as("S-2", review.TakeOn); !errors.Is(o.Fault, review.ErrOwned) || get().Owner != "S-1" {
			t.Errorf("taken by another: %+v", o)
		}
		if o := as("S-2", review.GiveBack); !errors.Is(o.Fault, review.ErrNotOwned) {
			t.Errorf("given back by another: %+v", o)
		}
		if o := as("S-1", func(tx *db.Tx, ids []id.Exception) ([]fault.Outcome[bool], error) {
			return review.HandTo(tx, ids, "S-2")
		}); !o.Value || get().Owner != "S-2" {
			t.Errorf("handed over: %+v", o)
		}
		var mine []review.Exception
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { mine, err = review.List(tx, review.Filter{Owner: "S-2"}); return err })
		if len(mine) != 1 || mine[0].OwnedAt == 0 {
			t.Errorf("mine: %+v", mine)
		}
		if o := as("S-2", review.GiveBack); !o.Value || get().Owner != "" {
			t.Errorf("given back: %+v", o)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { _, err := review.Close(tx, []id.Exception{n}, "done"); return err })
		if o := as("S-1", review.TakeOn); o.Value || o.Fault != nil || get().Owner != "" {
			t.Errorf("settled and taken: %+v", o)
		}
		n++
		if o := as("S-1", review.TakeOn); !errors.Is(o.Fault, review.ErrExceptionMissing) {
			t.Errorf("missing: %+v", o)
		}
	})
}

// What is held is listed by kind, an order once, those first that wait longest, and
// within a scope.
func TestHoldings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		draft := func(kind, handle string, blocks review.Blocks) review.HoldDraft {
			return review.HoldDraft{Kind: kind, Handle: handle, ReasonZH: "因", ReasonEN: "why", Source: "test", Blocks: blocks}
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for _, h := range []review.Hold{
				{Order: 1, Shop: 7, HoldDraft: draft("b", "x", review.BlocksRelease)}, {Order: 2, Shop: 8, HoldDraft: draft("a", "x", review.BlocksRelease)},
				{Order: 1, Shop: 7, HoldDraft: draft("a", "y", review.BlocksRelease)}, {Order: 3, Shop: 7, HoldDraft: draft("a", "x", review.BlocksPass)},
			} {
				if _, err := review.Place(tx, []review.Hold{h}); err != nil {
					return err
				}
			}
			return nil
		})
		list := func(scope staff.Scope, kind string, after id.Hold) (orders []id.Order, last id.Hold) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				all, err := review.Holdings(tx, scope, kind, after, 1)
				for _, h := range all {
					orders, last = append(orders, h.Order), h.First
				}
				return err
			})
			return orders, last
		}
		all := staff.Everywhere()
		first, last := list(all, "", 0)
		second, last := list(all, "", last)
		none, _ := list(all, "", last)
		if len(first) != 1 || first[0] != 1 || len(second) != 1 || second[0] != 2 || none != nil {
			t.Errorf("page by page: %v %v %v", first, second, none)
		}
		if a, _ := list(all, "a", 0); a[0] != 2 {
			t.Errorf("of kind a: %v", a)
		}
		if own, _ := list(staff.Scope{Shops: []id.Shop{7}}, "a", 0); own[0] != 1 {
			t.Errorf("within a scope: %v", own)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			tallies, err := review.HoldCounts(tx, all)
			if len(tallies) != 2 || tallies[0].Kind != "a" || tallies[0].Orders != 2 || tallies[1].Orders != 1 || tallies[0].Since == 0 {
				t.Errorf("tallies %+v", tallies)
			}
			return err
		})
	})
}
