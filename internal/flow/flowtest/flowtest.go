// Package flowtest opens a small believable house for tests of the stories: two
// warehouses, shops of three kinds, a few SKUs, a bundle, a carrier.
package flowtest

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	"baihuo/internal/shop"
)

// House is an open house on one database.
type House struct {
	T          testing.TB
	D          *db.DB
	Kit        flow.Kit
	Shops      map[string]shop.Shop
	Warehouses []inventory.Warehouse // HZ, DG
	SKU        map[string]id.SKU     // SHAMPOO, PASTE, TOWEL, PAN and the bundle KIT
	clock      db.Instant
}

// Open fills d. Stock is empty.
func Open(t testing.TB, d *db.DB) *House {
	t.Helper()
	h := empty(t, d)
	dbtest.Write(t, d, h.fill)
	return h
}

func empty(t testing.TB, d *db.DB) *House {
	t.Helper()
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	return &House{T: t, D: d, Kit: flow.Kit{Keys: seal.NewKeyring(rand.Reader, seal.Key{Version: 1}), Rules: rule.NewShelf(kinds)},
		Shops: map[string]shop.Shop{}, SKU: map[string]id.SKU{}, clock: db.At(time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC))}
}

// Join gives the house that Open filled on another connection to the same
// database, in this process or another.
func Join(t testing.TB, d *db.DB) *House {
	t.Helper()
	h := empty(t, d)
	dbtest.Read(t, d, func(tx *db.Tx) (err error) {
		if h.Shops, err = shop.ByCode(tx, []string{"TB", "WEB", "POS"}); err != nil {
			return err
		}
		all, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		for _, code := range []string{"HZ", "DG"} {
			for _, w := range all {
				if w.Code == code {
					h.Warehouses = append(h.Warehouses, w)
				}
			}
		}
		skus, err := catalog.Find(tx, []string{"SHAMPOO", "PASTE", "TOWEL", "PAN", "KIT"})
		for code, s := range skus {
			h.SKU[code] = s.ID
		}
		return err
	})
	return h
}

func (h *House) fill(tx *db.Tx) error {
	if _, err := review.Install(tx); err != nil {
		return err
	}
	var err error
	h.Warehouses, err = inventory.OpenWarehouses(tx, []inventory.Warehouse{
		{Code: "HZ", Name: "杭州仓", Province: "33", TimeZone: "Asia/Shanghai", CutOff: "16:00"},
		{Code: "DG", Name: "东莞仓", Province: "44", TimeZone: "Asia/Shanghai", CutOff: "16:00"},
	})
	if err != nil {
		return err
	}
	if err := h.shops(tx); err != nil {
		return err
	}
	if err := h.goods(tx); err != nil {
		return err
	}
	carriers, err := carrier.Put(tx, []carrier.Carrier{{Code: "FAST", Name: "飞快快递"}})
	if err != nil {
		return err
	}
	var tariffs []carrier.Tariff
	for _, to := range []string{"33", "44", "11", "31"} {
		for _, from := range []string{"33", "44"} {
			tariffs = append(tariffs, carrier.Tariff{Carrier: carriers[0].ID, Service: "标快", Origin: from, Destination: to,
				FirstWeightG: 1000, FirstPrice: 800, NextWeightG: 1000, NextPrice: 200, Days: 2})
		}
	}
	outcomes, err := carrier.PutTariffs(tx, tariffs)
	return firstFault(outcomes, err)
}

func (h *House) shops(tx *db.Tx) error {
	shops, err := shop.Open(tx, []shop.Shop{
		{Code: "TB", Name: "淘宝店", Platform: "taobao", Kind: shop.Online, Currency: "CNY", TimeZone: "Asia/Shanghai", ReserveUnpaid: true},
		{Code: "WEB", Name: "自营商城", Platform: "web", Kind: shop.Web, Currency: "CNY", TimeZone: "Asia/Shanghai", Promises: true},
		{Code: "POS", Name: "门店", Platform: "store", Kind: shop.Counter, Currency: "CNY", TimeZone: "Asia/Shanghai"},
	})
	if err != nil {
		return err
	}
	for _, s := range shops {
		h.Shops[s.Code] = s
		if err := shop.SetWarehouses(tx, s.ID, "", []id.Warehouse{h.Warehouses[0].ID, h.Warehouses[1].ID}); err != nil {
			return err
		}
	}
	return shop.SetWarehouses(tx, h.Shops["TB"].ID, "44", []id.Warehouse{h.Warehouses[1].ID, h.Warehouses[0].ID})
}

func (h *House) goods(tx *db.Tx) error {
	skus := []catalog.SKU{
		{Code: "SHAMPOO", Name: "洗发水 500ml", Cost: 1000, Price: 2990, WeightG: 600},
		{Code: "PASTE", Name: "牙膏 120g", Cost: 400, Price: 990, WeightG: 150},
		{Code: "TOWEL", Name: "毛巾", Cost: 500, Price: 1290, WeightG: 120},
		{Code: "PAN", Name: "平底锅 28cm", Cost: 4000, Price: 9900, WeightG: 1200},
	}
	outcomes, err := catalog.Put(tx, skus)
	if err := firstFault(outcomes, err); err != nil {
		return err
	}
	for i, o := range outcomes {
		h.SKU[skus[i].Code] = o.Value
	}
	outcomes, err = catalog.Put(tx, []catalog.SKU{{Code: "KIT", Name: "洗漱套装", Price: 4500, Bundle: true,
		Parts: []catalog.Part{{SKU: h.SKU["SHAMPOO"], Qty: 1}, {SKU: h.SKU["PASTE"], Qty: 2}}}})
	if err := firstFault(outcomes, err); err != nil {
		return err
	}
	h.SKU["KIT"] = outcomes[0].Value
	return nil
}

func firstFault[T any](outcomes []fault.Outcome[T], err error) error {
	for _, o := range outcomes {
		if err == nil && o.Fault != nil {
			err = o.Fault
		}
	}
	return err
}

// Stock brings qty of a SKU into the warehouse with this index.
func (h *House) Stock(warehouse int, sku string, qty int64) {
	h.T.Helper()
	dbtest.Write(h.T, h.D, func(tx *db.Tx) error {
		return flow.Receive(tx, []inventory.Receipt{{Place: inventory.Place{Warehouse: h.Warehouses[warehouse].ID, SKU: h.SKU[sku]}, Qty: qty}})
	})
}

// Item is a SKU and how many of it.
type Item struct {
	Code string
	Qty  int64
}

// Draft makes a plain, paid order with a good address in Hangzhou. Each draft is
// a second younger than the one before.
func (h *House) Draft(shopCode, no string, items ...Item) *order.Draft {
	h.clock = h.clock.Add(time.Second)
	d := &order.Draft{ShopCode: shopCode, ExternalNo: no, Currency: "CNY", ChannelState: order.ToShip, ModifiedAt: h.clock,
		OrderedAt: h.clock, PaidAt: h.clock, Buyer: customer.BuyerDraft{Name: "买家" + no},
		Contact: customer.Contact{Name: "陈小平", Phone: "13800138000", Province: "浙江省", City: "杭州市", District: "余杭区",
			Detail: "文一西路 969 号 3 幢 201 室"}}
	prices := map[string]money.Amount{"SHAMPOO": 2990, "PASTE": 990, "TOWEL": 1290, "PAN": 9900, "KIT": 4500}
	for i, it := range items {
		d.Lines = append(d.Lines, order.DraftLine{ExternalNo: fmt.Sprintf("%s-%d", no, i+1), Code: it.Code, Qty: it.Qty, Price: prices[it.Code]})
		d.Paid += prices[it.Code] * money.Amount(it.Qty)
	}
	return d
}

// Accept takes drafts in and gives their outcomes.
func (h *House) Accept(drafts ...*order.Draft) []fault.Outcome[flow.Accepted] {
	h.T.Helper()
	var outcomes []fault.Outcome[flow.Accepted]
	prepared := flow.Prepare(h.Kit, h.Shops, drafts)
	dbtest.Write(h.T, h.D, func(tx *db.Tx) (err error) {
		outcomes, err = flow.Accept(tx, h.Kit, prepared)
		return err
	})
	return outcomes
}

// One takes one draft in and gives its order.
func (h *House) One(d *order.Draft) id.Order {
	h.T.Helper()
	o := h.Accept(d)[0]
	if o.Fault != nil {
		h.T.Fatalf("accept %s: %v", d.ExternalNo, o.Fault)
	}
	return o.Value.Order
}

// Order loads an order.
func (h *House) Order(o id.Order) *order.Order {
	h.T.Helper()
	var list []*order.Order
	dbtest.Read(h.T, h.D, func(tx *db.Tx) (err error) { list, err = order.Get(tx, []id.Order{o}); return err })
	if len(list) != 1 {
		h.T.Fatalf("order %d: %d found", o, len(list))
	}
	return list[0]
}

// Card loads a card.
func (h *House) Card(o id.Order) order.Card {
	h.T.Helper()
	var cards map[id.Order]order.Card
	dbtest.Read(h.T, h.D, func(tx *db.Tx) (err error) { cards, err = order.Cards(tx, []id.Order{o}); return err })
	return cards[o]
}

// Clean fails the test when the books are not clean.
func (h *House) Clean() {
	h.T.Helper()
	report, err := flow.Check(h.T.Context(), h.D, "")
	if err != nil {
		h.T.Fatal(err)
	}
	for _, b := range report.Breaches {
		h.T.Errorf("check: %s", b)
	}
}

// Write runs a story.
func (h *House) Write(fn func(*db.Tx) error) {
	h.T.Helper()
	dbtest.Write(h.T, h.D, fn)
}

// Refused has a draft refused, as a door that keeps messages does it: the exception holds
// it sealed, and h.Kit.Read makes the draft of it once more.
func (h *House) Refused(d *order.Draft) {
	h.T.Helper()
	h.Kit.Read = func(raw []byte, shops map[string]shop.Shop) flow.Message {
		return flow.Message{Prepared: flow.Prepare(h.Kit, shops, []*order.Draft{d})[0], Raw: raw}
	}
	outcomes, err := flow.AcceptAll(h.T.Context(), h.D, dbtest.By, h.Kit, []flow.Message{h.Kit.Read([]byte("{}"), h.Shops)}, nil)
	if err != nil || outcomes[0].Fault == nil {
		h.T.Fatalf("not refused: %v %+v", err, outcomes)
	}
}
