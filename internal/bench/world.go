package bench

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"math/rand/v2"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/demo/goods"
	"baihuo/internal/demo/people"
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

const (
	skuCount  = 1000
	lineCount = 3
	batchSize = 256
	shopCode  = "BENCH"
)

var by = db.By{Actor: "bench", Cause: "bench"}

// world is a shop with goods in plenty, and a supply of drafts.
type world struct {
	d     *db.DB
	kit   flow.Kit
	shops map[string]shop.Shop
	pool  []people.Recipient
	nicks []string
	skus  []string
	count int64
	run   string
}

func emptyWorld(d *db.DB, seed uint64) (*world, error) {
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		return nil, err
	}
	keys := seal.NewKeyring(cryptorand.Reader, seal.Key{Version: 1})
	w := &world{d: d, kit: flow.Kit{Keys: keys, Rules: rule.NewShelf(kinds)}}
	return w, w.people(seed)
}

// newWorld opens a shop with three warehouses and a thousand SKUs.
func newWorld(ctx context.Context, d *db.DB, seed uint64) (*world, error) {
	w, err := emptyWorld(d, seed)
	if err != nil {
		return nil, err
	}
	err = d.Write(ctx, by, func(tx *db.Tx) error { return w.open(tx) })
	if err != nil {
		return nil, err
	}
	if err := w.stock(ctx); err != nil {
		return nil, err
	}
	return w, d.Read(ctx, func(tx *db.Tx) (err error) {
		w.shops, err = shop.ByCode(tx, []string{shopCode})
		return err
	})
}

// joinWorld works in the shop that newWorld made in another process.
func joinWorld(ctx context.Context, d *db.DB, seed uint64) (*world, error) {
	w, err := emptyWorld(d, seed)
	if err != nil {
		return nil, err
	}
	for i := range skuCount {
		w.skus = append(w.skus, skuCode(i))
	}
	return w, d.Read(ctx, func(tx *db.Tx) (err error) {
		w.shops, err = shop.ByCode(tx, []string{shopCode})
		return err
	})
}

func skuCode(i int) string { return fmt.Sprintf("S%04d", i) }

// people draws recipients once; drafts take them in turn, so that buyers repeat
// as they do in a year of trade.
func (w *world) people(seed uint64) error {
	assortment, err := goods.Load()
	if err != nil {
		return err
	}
	crowd, err := people.NewCrowd(rand.New(rand.NewPCG(seed, 1)), assortment.Provinces)
	if err != nil {
		return err
	}
	for len(w.pool) < 5000 {
		p := crowd.Arrive()
		// Only contacts without a flaw: what is measured is the plain order, which
		// most are, and not the writing of holds.
		r := crowd.Recipient(p)
		if party := customer.Prepare(w.kit.Keys, "taobao", customer.BuyerDraft{Name: p.Nick}, contact(r)); len(party.Issues) == 0 {
			w.pool = append(w.pool, r)
			w.nicks = append(w.nicks, p.Nick)
		}
	}
	return nil
}

func (w *world) open(tx *db.Tx) error {
	if _, err := review.Install(tx); err != nil {
		return err
	}
	places, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{
		{Code: "A", Name: "A", Province: "33", TimeZone: "Asia/Shanghai"},
		{Code: "B", Name: "B", Province: "44", TimeZone: "Asia/Shanghai"},
		{Code: "C", Name: "C", Province: "12", TimeZone: "Asia/Shanghai"},
	})
	if err != nil {
		return err
	}
	shops, err := shop.Open(tx, []shop.Shop{{Code: shopCode, Name: "测量店", Platform: "taobao", Kind: shop.Online, Currency: "CNY",
		TimeZone: "Asia/Shanghai"}})
	if err != nil {
		return err
	}
	list := make([]id.Warehouse, len(places))
	for i, p := range places {
		list[i] = p.ID
	}
	if err := shop.SetWarehouses(tx, shops[0].ID, "", list); err != nil {
		return err
	}
	if err := w.carriers(tx); err != nil {
		return err
	}
	skus := make([]catalog.SKU, skuCount)
	for i := range skus {
		skus[i] = catalog.SKU{Code: skuCode(i), Name: fmt.Sprintf("测量商品 %04d 号 500ml", i), Cost: 300, Price: 990, WeightG: 500}
		w.skus = append(w.skus, skus[i].Code)
	}
	outcomes, err := catalog.Put(tx, skus)
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
	}
	return err
}

// carriers reach every province: an address that nobody serves is held.
func (w *world) carriers(tx *db.Tx) error {
	carriers, err := carrier.Put(tx, []carrier.Carrier{{Code: "BENCH", Name: "测量快递"}})
	if err != nil {
		return err
	}
	assortment, err := goods.Load()
	if err != nil {
		return err
	}
	var tariffs []carrier.Tariff
	for _, p := range assortment.Provinces {
		tariffs = append(tariffs, carrier.Tariff{Carrier: carriers[0].ID, Service: "标快", Origin: "33", Destination: p.Code[:2],
			FirstWeightG: 1000, FirstPrice: 800, NextWeightG: 1000, NextPrice: 200, Days: 2})
	}
	outcomes, err := carrier.PutTariffs(tx, tariffs)
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
	}
	return err
}

// stock fills the first warehouse so that it never runs out.
func (w *world) stock(ctx context.Context) error {
	return w.d.Write(ctx, by, func(tx *db.Tx) error {
		found, err := catalog.Find(tx, w.skus)
		if err != nil {
			return err
		}
		places, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		var list []inventory.Receipt
		for _, code := range w.skus {
			for _, p := range places {
				list = append(list, inventory.Receipt{Place: inventory.Place{Warehouse: p.ID, SKU: found[code].ID}, Qty: inventory.QtyMax})
			}
		}
		_, err = inventory.Receive(tx, list)
		return err
	})
}

// drafts makes n fresh orders of three lines. hot puts one SKU on every line.
func (w *world) drafts(rng *rand.Rand, n int, hot bool) []*order.Draft {
	list := make([]*order.Draft, n)
	for i := range list {
		w.count++
		at := db.Instant(1_790_000_000_000_000 + w.count*1000)
		who := rng.IntN(len(w.pool))
		d := &order.Draft{
			ShopCode: shopCode, ExternalNo: fmt.Sprintf("%s%012d", w.run, w.count), Currency: "CNY",
			ChannelState: order.ToShip, ChannelWord: "WAIT_SELLER_SEND_GOODS", ModifiedAt: at, OrderedAt: at, PaidAt: at,
			PayMethod: "alipay", Freight: 0, Buyer: customer.BuyerDraft{Name: w.nicks[who]}, Contact: contact(w.pool[who]),
			ShipBy: at.Add(48 * 3600e9),
		}
		for l := range lineCount {
			sku := w.skus[rng.IntN(len(w.skus))]
			if hot {
				sku = w.skus[0]
			}
			d.Lines = append(d.Lines, order.DraftLine{ExternalNo: fmt.Sprintf("%d%d", w.count, l), Code: sku,
				Name: "测量商品", Qty: 1 + int64(rng.IntN(2)), Price: 990})
			d.Paid += money.Amount(d.Lines[l].Qty) * 990
		}
		list[i] = d
	}
	return list
}

func contact(r people.Recipient) customer.Contact {
	return customer.Contact{Name: r.Name, Phone: r.Phone, Province: r.Place.Province, City: r.Place.City,
		District: r.Place.District, Town: r.Place.Town, Detail: r.Detail}
}
