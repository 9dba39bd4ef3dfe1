package flow_test

import (
	"errors"
	"testing"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/finance"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// counter is an open till in the shop POS.
type counter struct {
	*flowtest.House
	shift finance.Shift
}

func openTill(t *testing.T, d *db.DB) *counter {
	c := &counter{House: flowtest.Open(t, d)}
	c.Stock(0, "SHAMPOO", 10)
	c.Stock(0, "PASTE", 10)
	c.Write(func(tx *db.Tx) (err error) {
		c.shift, err = finance.OpenShift(tx, finance.Shift{Shop: c.Shops["POS"].ID, Terminal: "1", Currency: money.CNY, Float: 20000})
		return err
	})
	return c
}

// sale makes a sale paid in cash, to the cent.
func (c *counter) sale(key string, kind order.Kind, items ...flowtest.Item) flow.Sale {
	d := c.Draft("POS", key, items...)
	d.Kind, d.Buyer = kind, customer.BuyerDraft{}
	if kind == order.Counter {
		d.Contact = customer.Contact{}
	}
	return flow.Sale{Prepared: flow.Prepare(c.Kit, c.Shops, []*order.Draft{d})[0], Shop: c.Shops["POS"], Digest: []byte(key),
		Tenders: []finance.Tender{{Method: finance.Cash, Given: d.Paid}}}
}

// sell books a sale, or gives what refuses it: then nothing was written.
func (c *counter) sell(s flow.Sale) (sold flow.Sold, f *fault.Fault) {
	c.T.Helper()
	err := c.D.Write(c.T.Context(), dbtest.By, func(tx *db.Tx) (err error) { sold, err = flow.Sell(tx, c.Kit, s); return err })
	if err != nil {
		return sold, fault.Of(err)
	}
	return sold, nil
}

func (c *counter) onHand(sku string) int64 {
	var n int64
	dbtest.Read(c.T, c.D, func(tx *db.Tx) error {
		levels, err := inventory.Look(tx, []id.SKU{c.SKU[sku]})
		for _, w := range c.Warehouses {
			if at := levels.At(inventory.Place{Warehouse: w.ID, SKU: c.SKU[sku]}); at != nil {
				n += at.OnHand
			}
		}
		return err
	})
	return n
}

func TestSell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := openTill(t, d)
		t.Run("goods that go with the customer leave the stock at once", func(t *testing.T) {
			s := c.sale("T1", order.Counter, flowtest.Item{Code: "SHAMPOO", Qty: 2}, flowtest.Item{Code: "KIT", Qty: 1})
			s.Tenders = []finance.Tender{{Method: finance.WeChat, Given: 480}, {Method: finance.Cash, Given: 20000}}
			s.Change = 20480 - s.Prepared.Draft.Paid
			sold, f := c.sell(s)
			if f != nil || !sold.Sale.Handed || sold.Why != "" || sold.Again {
				t.Fatalf("%+v %v", sold, f)
			}
			if o := c.Order(sold.Sale.Order); o.CompletedAt == 0 || o.Paid != 10480 || c.onHand("SHAMPOO") != 7 || c.onHand("PASTE") != 8 {
				t.Errorf("completed %d, paid %d, on hand %d and %d", o.CompletedAt, o.Paid, c.onHand("SHAMPOO"), c.onHand("PASTE"))
			}
			again, f := c.sell(s)
			if f != nil || !again.Again || again.Sale.ID != sold.Sale.ID || c.onHand("SHAMPOO") != 7 {
				t.Errorf("told twice: %+v %v", again, f)
			}
			s.Digest = []byte("something else")
			if _, f := c.sell(s); !errors.Is(f, finance.ErrKeyUsed) {
				t.Errorf("another sale under its key: %v", f)
			}
			var sums finance.Totals
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { sums, err = finance.Sum(tx, c.shift); return err })
			if sums.Amount[finance.Cash] != 10000 || sums.Amount[finance.WeChat] != 480 || sums.Expected != 30000 || sums.Sales != 1 {
				t.Errorf("%+v", sums)
			}
		})
		t.Run("what the books lack is booked and stays to be mended", func(t *testing.T) {
			sold, f := c.sell(c.sale("T2", order.Counter, flowtest.Item{Code: "PAN", Qty: 30}))
			if f != nil || sold.Sale.Handed || sold.Why == "" {
				t.Fatalf("%+v %v", sold, f)
			}
			if card := c.Card(sold.Sale.Order); !card.Short || card.Blocked {
				t.Errorf("%+v", card)
			}
		})
		t.Run("what is fetched later waits until it is packed", func(t *testing.T) {
			sold, f := c.sell(c.sale("T3", order.PickUp, flowtest.Item{Code: "SHAMPOO", Qty: 1}))
			if f != nil || sold.Sale.Handed {
				t.Fatalf("%+v %v", sold, f)
			}
			handOut := func() *fault.Fault {
				if err := d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error { _, err := flow.HandOut(tx, c.Kit, sold.Sale.Order, "8000"); return err }); err != nil {
					return fault.Of(err)
				}
				return nil
			}
			if f := handOut(); !errors.Is(f, flow.ErrNotPacked) {
				t.Errorf("not packed: %v", f)
			}
			c.prepare()
			var found []flow.Fetching
			dbtest.Read(t, d, func(tx *db.Tx) (err error) {
				found, err = flow.FindFetches(tx, c.Kit, staff.Everywhere(), []id.Shop{c.Shops["POS"].ID}, "8000")
				return err
			})
			if len(found) != 1 || found[0].Not != nil || len(found[0].Ready) != 1 {
				t.Fatalf("by the phone's tail: %+v", found)
			}
			if f := handOut(); f != nil {
				t.Error(f)
			}
			if f := handOut(); !errors.Is(f, flow.ErrFetched) {
				t.Errorf("twice: %v", f)
			}
		})
		t.Run("refused", func(t *testing.T) {
			for name, x := range map[string]struct {
				change func(*flow.Sale)
				kind   order.Kind
				want   *fault.Fault
			}{
				"a price without the right": {func(s *flow.Sale) { s.Prepared.Draft.Lines[0].Price-- }, order.Counter, flow.ErrPrice},
				"goods nobody knows":        {func(s *flow.Sale) { s.Prepared.Draft.Lines[0].Code = "NONE" }, order.Counter, flow.ErrGoods},
				"a cent too little":         {func(s *flow.Sale) { s.Tenders[0].Given-- }, order.Counter, finance.ErrTenders},
				"change from a card":        {func(s *flow.Sale) { s.Tenders[0].Method, s.Change = finance.Card, 1 }, order.Counter, finance.ErrTender},
				"brought by a counter":      {func(*flow.Sale) {}, order.Normal, flow.ErrNoDelivery},
				"another shop's shift":      {func(s *flow.Sale) { s.Shop = c.Shops["WEB"] }, order.Counter, finance.ErrShiftShop},
			} {
				s := c.sale("R-"+name, x.kind, flowtest.Item{Code: "PASTE", Qty: 1})
				x.change(&s)
				if _, f := c.sell(s); !errors.Is(f, x.want) {
					t.Errorf("%s: %v", name, f)
				}
			}
		})
		t.Run("a price by right", func(t *testing.T) {
			s := c.sale("T4", order.Counter, flowtest.Item{Code: "PASTE", Qty: 1})
			s.Prepared.Draft.Lines[0].Price, s.Prepared.Draft.Paid, s.Tenders[0].Given, s.MayPrice = 900, 900, 900, true
			if sold, f := c.sell(s); f != nil || sold.Sale.Total != 900 {
				t.Errorf("%+v %v", sold, f)
			}
		})
		c.Clean()
	})
}

// prepare packs all that is ready.
func (c *counter) prepare() {
	c.Write(func(tx *db.Tx) error {
		if _, err := flow.Plan(tx, 10); err != nil {
			return err
		}
		_, ids, err := flow.Release(tx, c.Warehouses[0].ID, 10)
		if err != nil {
			return err
		}
		if _, err := flow.Pick(tx, ids); err != nil {
			return err
		}
		var list []fulfilment.Packing
		for _, p := range ids {
			list = append(list, fulfilment.Packing{Package: p, WeightG: 500})
		}
		_, err = flow.Pack(tx, list)
		return err
	})
}

func TestVoidSale(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		c := openTill(t, d)
		void := func(s finance.Sale, why string) error {
			return d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error { _, err := flow.VoidSale(tx, s.ID, why); return err })
		}
		gone, _ := c.sell(c.sale("V1", order.Counter, flowtest.Item{Code: "SHAMPOO", Qty: 2}, flowtest.Item{Code: "KIT", Qty: 1}))
		waits, _ := c.sell(c.sale("V2", order.PickUp, flowtest.Item{Code: "PASTE", Qty: 1}))
		old, _ := c.sell(c.sale("V3", order.Counter, flowtest.Item{Code: "PASTE", Qty: 1}))
		if err := void(gone.Sale, " "); !errors.Is(err, finance.ErrShiftInput) {
			t.Errorf("without a reason: %v", err)
		}
		for _, s := range []finance.Sale{gone.Sale, waits.Sale} {
			if err := void(s, "错收"); err != nil {
				t.Fatal(err)
			}
			if err := void(s, "错收"); !errors.Is(err, finance.ErrVoided) {
				t.Errorf("twice: %v", err)
			}
		}
		if c.onHand("SHAMPOO") != 10 || c.onHand("PASTE") != 9 || c.Order(waits.Sale.Order).CancelledAt == 0 {
			t.Errorf("on hand %d and %d", c.onHand("SHAMPOO"), c.onHand("PASTE"))
		}
		var sums finance.Totals
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { sums, err = finance.Sum(tx, c.shift); return err })
		if sums.Expected != 20990 {
			t.Errorf("the drawer should hold %d", sums.Expected)
		}
		c.Clean()
		clock.Advance(24 * time.Hour)
		if err := void(old.Sale, "错收"); !errors.Is(err, flow.ErrNotToday) {
			t.Errorf("a day later: %v", err)
		}
	})
}
