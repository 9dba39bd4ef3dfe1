package flow_test

import (
	"errors"
	"testing"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// What a change of lines is said to do is what it does: to the money, to the stock, to
// what people then have to do; the channel's next message takes nothing of it back.
func TestChangeOfLinesDoesWhatItSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		h.Stock(0, "TOWEL", 1)
		h.Stock(1, "TOWEL", 1)
		draft := h.Draft("TB", "L1", flowtest.Item{Code: "PASTE", Qty: 2}, flowtest.Item{Code: "PASTE", Qty: 1})
		n := h.One(draft)
		o := h.Order(n)
		swap := flow.LineChange{Order: n, Version: o.Version, Drop: o.Lines[0].ID, Code: "towel", Qty: 3, Price: -1}
		swap.Price = 1290
		var said flow.LineEffect
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { said, err = flow.TryLines(tx, swap); return err })
		if said.Was != 2970 || said.Now != 990+3870 || said.Open() != 1890 || said.Short != 1 || len(said.Stock) != 2 || said.Gone.Code != "PASTE" || said.Come.Name != "毛巾" {
			t.Fatalf("said %+v", said)
		}
		if h.Order(n).Version != o.Version {
			t.Fatal("asking changed the order")
		}
		var did order.Effect
		h.Write(func(tx *db.Tx) (err error) { did, err = flow.ChangeLines(tx, h.Kit, swap); return err })
		if did != said.Effect {
			t.Errorf("said %+v, did %+v", said.Effect, did)
		}
		o = h.Order(n)
		towel := top(o, "TOWEL")
		if o.Payable() != 4860 || o.Lines[0].Cancelled != 2 || towel.Reserved != 2 || towel.Short() != 1 {
			t.Errorf("payable %d, %+v", o.Payable(), towel)
		}
		if hold(h, n, review.HoldBalance) == nil || hold(h, n, review.HoldShortage) == nil || !h.Card(n).Blocked {
			t.Error("what the buyer owes, and what is short, does not hold the order")
		}
		// A later change is added to the former: two towels fewer.
		h.Write(func(tx *db.Tx) error {
			_, err := flow.ChangeLines(tx, h.Kit, flow.LineChange{Order: n, Drop: towel.ID, Code: "PASTE", Qty: 1, Price: -1, MayPrice: true})
			return err
		})
		if o = h.Order(n); o.Payable() != 990+1290 {
			t.Errorf("payable %d", o.Payable())
		}
		if hold(h, n, review.HoldBalance) != nil || hold(h, n, review.HoldShortage) != nil {
			t.Error("what is settled or gone still holds the order")
		}
		if work := workOf(h, n, review.KindRefundDue); len(work) != 1 || work[0].EN != "After the change of lines 6.90 goes back to the buyer" {
			t.Errorf("to give back: %+v", work)
		}
		again := *draft
		again.ModifiedAt, again.SellerMemo = again.ModifiedAt.Add(1e9), "平台备注"
		h.Accept(&again)
		if after := h.Order(n); after.SellerMemo != "平台备注" || after.Payable() != 2280 || after.Lines[3].Open() != 1 {
			t.Errorf("the channel's next message undid the change: %d, %+v", after.Payable(), after.Lines[3])
		}
		h.Clean()
	})
}

func workOf(h *flowtest.House, o id.Order, kind string) (list []review.Exception) {
	h.T.Helper()
	dbtest.Read(h.T, h.D, func(tx *db.Tx) (err error) {
		list, err = review.List(tx, review.Filter{Order: o, Kind: kind})
		return err
	})
	return list
}

// What may not be changed is refused, and nothing happens.
func TestChangeOfLinesRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 20)
		one := h.One(h.Draft("TB", "R1", flowtest.Item{Code: "PASTE", Qty: 1}))
		rejected := h.One(h.Draft("TB", "R2", flowtest.Item{Code: "PASTE", Qty: 1}))
		released := h.One(h.Draft("TB", "R3", flowtest.Item{Code: "PASTE", Qty: 1}))
		line := func(n id.Order) id.Line { return h.Order(n).Lines[0].ID }
		h.Write(func(tx *db.Tx) error {
			if _, err := flow.TakeBack(tx, []review.Decision{{Order: rejected, Reason: "no"}, {Order: one, Reason: "no"}}); err != nil {
				return err
			}
			_, err := flow.Reject(tx, []review.Decision{{Order: rejected, Reason: "no"}})
			return err
		})
		h.Write(func(tx *db.Tx) error {
			if _, err := flow.Plan(tx, 10); err != nil {
				return err
			}
			_, _, err := flow.Release(tx, h.Warehouses[0].ID, 10)
			return err
		})
		for name, c := range map[string]struct {
			change flow.LineChange
			want   error
		}{
			"nothing":        {flow.LineChange{Order: one}, order.ErrLinesNothing},
			"the_last_line":  {flow.LineChange{Order: one, Drop: line(one)}, order.ErrLinesLast},
			"stale":          {flow.LineChange{Order: one, Version: 99, Drop: line(one)}, order.ErrVersion},
			"strange_line":   {flow.LineChange{Order: one, Drop: line(rejected)}, order.ErrLine},
			"unknown_goods":  {flow.LineChange{Order: one, Code: "NONE", Qty: 1, Price: -1}, flow.ErrTyped},
			"no_quantity":    {flow.LineChange{Order: one, Code: "PASTE", Price: -1}, flow.ErrFields},
			"below_the_list": {flow.LineChange{Order: one, Code: "PASTE", Qty: 1, Price: 100}, flow.ErrBelowPrice},
			"rejected":       {flow.LineChange{Order: rejected, Code: "PASTE", Qty: 1, Price: -1}, order.ErrRejected},
			"released":       {flow.LineChange{Order: released, Code: "PASTE", Qty: 1, Price: -1}, order.ErrReleased},
			"missing":        {flow.LineChange{Order: 1, Code: "PASTE", Qty: 1, Price: -1}, order.ErrMissing},
		} {
			before := h.Order(one).Version
			err := d.Write(t.Context(), db.By{Actor: "test"}, func(tx *db.Tx) error { _, err := flow.ChangeLines(tx, h.Kit, c.change); return err })
			said := d.Read(t.Context(), func(tx *db.Tx) error { _, err := flow.TryLines(tx, c.change); return err })
			if !errors.Is(err, c.want) || !errors.Is(said, c.want) || h.Order(one).Version != before {
				t.Errorf("%s: said %v, did %v", name, said, err)
			}
		}
		h.Clean()
	})
}

// An order moves to another warehouse as a whole or not at all, and the stock that it
// leaves behind is free for who waits.
func TestRelocate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 2)
		h.Stock(1, "PASTE", 2)
		n := h.One(h.Draft("TB", "W1", flowtest.Item{Code: "PASTE", Qty: 2}))
		options := func() (list []flow.WarehouseOption) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { list, err = flow.WarehouseOptions(tx, h.Order(n)); return err })
			return list
		}
		if list := options(); len(list) != 2 || !list[0].Now || list[1].Now || list[1].Lacks != 0 || list[1].Stock[0].Has != 2 {
			t.Fatalf("options %+v", list)
		}
		h.Write(func(tx *db.Tx) error {
			return flow.Relocate(tx, flow.Relocation{Order: n, Version: h.Order(n).Version, Warehouse: h.Warehouses[1].ID})
		})
		if list := options(); list[0].Now || !list[1].Now || h.Card(n).Warehouses != "DG" {
			t.Errorf("options %+v, card at %s", list, h.Card(n).Warehouses)
		}
		other := h.One(h.Draft("TB", "W2", flowtest.Item{Code: "PASTE", Qty: 1}))
		if h.Card(other).Warehouses != "HZ" {
			t.Errorf("what is free again serves %s", h.Card(other).Warehouses)
		}
		move := func(n id.Order, w id.Warehouse) error {
			return d.Write(t.Context(), db.By{Actor: "test"}, func(tx *db.Tx) error { return flow.Relocate(tx, flow.Relocation{Order: n, Warehouse: w}) })
		}
		if err := move(n, h.Warehouses[0].ID); !errors.Is(err, flow.ErrWarehouseLacks) || h.Card(n).Warehouses != "DG" {
			t.Errorf("to where too little lies: %v", err)
		}
		if err := move(n, 99); !errors.Is(err, flow.ErrWarehouseRoute) {
			t.Errorf("to where the shop does not ship from: %v", err)
		}
		if err := move(1, 99); !errors.Is(err, order.ErrMissing) {
			t.Errorf("missing: %v", err)
		}
		h.Clean()
	})
}

// The carrier that a person chose carries the parcel, though another one is cheaper; one
// that does not reach the address is refused.
func TestPrefer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		var dear, far carrier.Carrier
		h.Write(func(tx *db.Tx) error {
			made, err := carrier.Put(tx, []carrier.Carrier{{Code: "DEAR", Name: "贵快递"}, {Code: "FAR", Name: "远快递"}})
			if err != nil {
				return err
			}
			dear, far = made[0], made[1]
			_, err = carrier.PutTariffs(tx, []carrier.Tariff{{Carrier: dear.ID, Service: "特快", Origin: "33", Destination: "33",
				FirstWeightG: 1000, FirstPrice: 2000, NextWeightG: 1000, NextPrice: 500, Days: 1}})
			return err
		})
		n := h.One(h.Draft("TB", "P1", flowtest.Item{Code: "PASTE", Qty: 1}))
		prefer := func(c id.Carrier) error {
			return d.Write(t.Context(), db.By{Actor: "test"}, func(tx *db.Tx) error { return flow.Prefer(tx, n, 0, c) })
		}
		if err := prefer(far.ID); !errors.Is(err, flow.ErrCarrierReach) {
			t.Errorf("one that does not go there: %v", err)
		}
		if err := prefer(dear.ID); err != nil {
			t.Fatal(err)
		}
		work(h)
		if list := packagesOf(h, n); len(list) != 1 || list[0].Carrier != dear.ID || list[0].Service != "特快" {
			t.Errorf("it goes by %+v", list[0])
		}
		if err := prefer(0); !errors.Is(err, order.ErrReleased) {
			t.Errorf("after the release: %v", err)
		}
		h.Clean()
	})
}

// Judging again after a repair ends the holds whose cause is gone and passes what no rule
// keeps any more; a delay ends when a person says so.
func TestRejudge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 20)
		stopped := carrier.Stoppage{Region: "33", From: d.Now(), Until: d.Now().Add(1e15), Reason: "暴雪"}
		h.Write(func(tx *db.Tx) error { return carrier.Stop(tx, stopped) })
		n := h.One(h.Draft("TB", "J1", flowtest.Item{Code: "PASTE", Qty: 1}))
		message := h.Draft("TB", "J2", flowtest.Item{Code: "PASTE", Qty: 1})
		message.BuyerMessage = "周末再发"
		m := h.One(message)
		if hold(h, n, "undeliverable") == nil || hold(h, m, "buyer_message") == nil {
			t.Fatal("they are not held")
		}
		rejudge := func(ids ...id.Order) (list []flow.Rejudged) {
			h.Write(func(tx *db.Tx) error {
				outcomes, err := flow.Rejudge(tx, h.Kit, ids)
				list = nil
				for _, o := range outcomes {
					list = append(list, o.Value)
				}
				return err
			})
			return list
		}
		if r := rejudge(n); r[0].Ended+r[0].Placed != 0 {
			t.Errorf("before the repair: %+v", r)
		}
		h.Write(func(tx *db.Tx) error {
			over := stopped
			over.Until = tx.Now()
			return carrier.Stop(tx, over)
		})
		if r := rejudge(n, m); r[0].Ended != 1 || r[0].Placed != 0 || h.Card(n).Blocked {
			t.Errorf("after the repair: %+v", r)
		}
		if hold(h, m, "buyer_message") == nil {
			t.Error("a message is still to be read")
		}
		h.Write(func(tx *db.Tx) error {
			_, err := review.Delay(tx, []review.Decision{{Order: n, Until: tx.Now().Add(1e15), Reason: "wait"}})
			return err
		})
		if r := rejudge(n); r[0].Review != order.Pending {
			t.Errorf("judging again ended a delay: %+v", r)
		}
		var delays []order.Delaying
		dbtest.Read(t, d, func(tx *db.Tx) (err error) {
			delays, err = order.Delays(tx, staff.Everywhere(), order.Mark{}, 10)
			return err
		})
		if len(delays) != 1 || delays[0].Order != n || delays[0].Until <= d.Now() {
			t.Errorf("delayed: %+v", delays)
		}
		h.Write(func(tx *db.Tx) error {
			outcomes, err := flow.JudgeNow(tx, h.Kit, []id.Order{n, 1})
			if err == nil && (outcomes[0].Value.Review != order.Passed || !errors.Is(outcomes[1].Fault, order.ErrMissing)) {
				t.Errorf("judged now: %+v", outcomes)
			}
			return err
		})
		if o := h.Order(n); o.Review != order.Passed || o.DelayUntil != 0 {
			t.Errorf("%s, delayed to %d", o.Review, o.DelayUntil)
		}
		h.Clean()
	})
}

// A message that was refused for something that is mended here goes through the same
// story again and settles its exception; pressing twice changes nothing.
func TestReprocess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 5)
		h.Refused(h.Draft("NEW", "RAW-1", flowtest.Item{Code: "PASTE", Qty: 1}))
		var work []review.Exception
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { work, err = review.List(tx, review.Filter{}); return err })
		if len(work) != 1 || work[0].Kind != flow.ExceptionRefused {
			t.Fatalf("work: %+v", work)
		}
		again := func() (a flow.Accepted, fresh bool, err error) {
			m, err := flow.Reread(t.Context(), d, h.Kit, staff.Everywhere(), work[0].ID)
			if err != nil {
				return a, false, err
			}
			err = d.Write(t.Context(), db.By{Actor: "test"}, func(tx *db.Tx) error {
				a, fresh, err = flow.Reprocess(tx, h.Kit, work[0].ID, m)
				return err
			})
			return a, fresh, err
		}
		if _, _, err := again(); !errors.Is(err, flow.ErrShop) {
			t.Errorf("before the repair: %v", err)
		}
		h.Write(func(tx *db.Tx) error {
			made, err := shop.Open(tx, []shop.Shop{{Code: "NEW", Name: "新店", Platform: "web", Kind: shop.Web, Currency: "CNY", TimeZone: "Asia/Shanghai"}})
			if err != nil {
				return err
			}
			return shop.SetWarehouses(tx, made[0].ID, "", []id.Warehouse{h.Warehouses[0].ID})
		})
		a, fresh, err := again()
		if err != nil || !fresh || a.Order == 0 || a.Duplicate {
			t.Fatalf("after the repair: %+v %v %v", a, fresh, err)
		}
		if b, fresh, err := again(); err != nil || fresh || b.Order != 0 {
			t.Errorf("a second press: %+v %v %v", b, fresh, err)
		}
		if h.Card(a.Order).Word != order.Reviewed {
			t.Errorf("the order is %s", h.Card(a.Order).Word)
		}
		if _, err := flow.Reread(t.Context(), d, h.Kit, staff.Scope{}, work[0].ID); !errors.Is(err, review.ErrExceptionMissing) {
			t.Errorf("beyond the scope: %v", err)
		}
		h.Clean()
	})
}

// A buyer whose time on the black list has run out is not stopped by judging again.
func TestRejudgeKnowsWhenTheBlackListEnds(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		buyer := func(no string) *order.Draft {
			draft := h.Draft("TB", no, flowtest.Item{Code: "PASTE", Qty: 1})
			draft.Buyer.ID = "one-and-the-same"
			return draft
		}
		first := h.One(buyer("B1"))
		h.Write(func(tx *db.Tx) error {
			return customer.Blacklist(tx, h.Order(first).Buyer, "恶意退款", tx.Now().Add(24*time.Hour))
		})
		held := h.One(buyer("B2"))
		if hold(h, held, "blacklisted") == nil {
			t.Fatal("the black list stops nobody")
		}
		clock.Advance(48 * time.Hour)
		after := h.One(buyer("B3"))
		h.Write(func(tx *db.Tx) error { _, err := flow.Rejudge(tx, h.Kit, []id.Order{after}); return err })
		if hold(h, after, "blacklisted") != nil {
			t.Error("the time on the black list is over, and the order is stopped")
		}
		h.Clean()
	})
}
