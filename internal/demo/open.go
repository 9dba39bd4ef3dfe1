package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/demo/goods"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

var opening = db.By{Actor: "demo", Cause: "open"}

// receiptsAtOnce keeps a transaction of the opening below a thousand rows.
const receiptsAtOnce = 150

// Open fills a fresh database with the believable shop: the built-in rules, the
// assortment, warehouses with bins, shops with their routes, carriers, and stock for
// the time the database's clock shows. A database that was opened before is left
// alone; one whose opening was cut short is completed. Faults: Conflict when it was
// opened with another seed.
func Open(ctx context.Context, d *db.DB, seed uint64) error {
	a, err := goods.Load()
	if err != nil {
		return err
	}
	var there state
	var found bool
	err = d.Read(ctx, func(tx *db.Tx) (err error) { there, found, err = load(tx); return err })
	if err != nil {
		return err
	}
	if found && there.Seed != seed {
		return ErrOtherSeed.With(there.Seed, seed)
	}
	if found {
		return nil
	}
	for _, step := range []func(*db.Tx, goods.Assortment) error{openRules, openGoods, openBundles, openPlaces,
		openShops, openCarriers} {
		if err := d.Write(ctx, opening, func(tx *db.Tx) error { return step(tx, a) }); err != nil {
			return err
		}
	}
	if err := openStock(ctx, d, newSupply(seed, a), a); err != nil {
		return err
	}
	return d.Write(ctx, opening, func(tx *db.Tx) error { return state{Seed: seed, At: tx.Now()}.save(tx) })
}

// ErrOtherSeed refuses to go on with a story under another seed.
var ErrOtherSeed = fault.New(fault.Conflict, "demo_other_seed",
	"这个数据库里的演示用的是种子 %d,不是 %d;请用原来的种子,或换一个新的数据库",
	"The demo in this database has the seed %d, not %d; use that seed or another database")

func openRules(tx *db.Tx, _ goods.Assortment) error {
	_, err := review.Install(tx)
	return err
}

func openGoods(tx *db.Tx, a goods.Assortment) error {
	var list []catalog.SKU
	for _, s := range a.SKUs {
		list = append(list, catalog.SKU{Code: s.Code, Name: s.Name, NameEN: s.NameEN,
			Category: strings.Join(s.Category[:], "/"),
			Brand:    s.Brand, LengthMM: int64(s.LengthMM), WidthMM: int64(s.WidthMM), HeightMM: int64(s.HeightMM),
			WeightG: int64(s.WeightG), Cost: money.Amount(s.CostFen), Price: money.Amount(s.PriceFen),
			LotTracked:    s.LotTracked,
			ShelfLifeDays: int64(s.ShelfLifeDays), LifeLeftDaysMin: int64(s.LeastRemainingLifeDays),
			Barcodes: []string{s.EAN13}})
	}
	return all(catalog.Put(tx, list))
}

func openBundles(tx *db.Tx, a goods.Assortment) error {
	skus, err := catalog.Find(tx, codes(a))
	if err != nil {
		return err
	}
	var list []catalog.SKU
	for _, b := range a.Bundles {
		s := catalog.SKU{Code: b.Code, Name: b.Name, NameEN: b.NameEN, Category: "组合装",
			Price: money.Amount(b.PriceFen), Bundle: true}
		for _, c := range b.Components {
			s.Parts = append(s.Parts, catalog.Part{SKU: skus[c.SKU].ID, Qty: int64(c.Qty)})
		}
		list = append(list, s)
	}
	return all(catalog.Put(tx, list))
}

func codes(a goods.Assortment) []string {
	list := make([]string, len(a.SKUs))
	for i, s := range a.SKUs {
		list[i] = s.Code
	}
	return list
}

func openPlaces(tx *db.Tx, a goods.Assortment) error {
	var list []inventory.Warehouse
	for _, w := range a.Warehouses {
		list = append(list, inventory.Warehouse{Code: w.Code, Name: w.Name, Store: w.Kind == "store",
			Province: w.ProvinceCode[:2],
			TimeZone: w.TimeZone, CutOff: w.CutOff})
	}
	opened, err := inventory.OpenWarehouses(tx, list)
	if err != nil {
		return err
	}
	for i, w := range a.Warehouses {
		if _, err := openBins(tx, opened[i].ID, w, a.SKUs); err != nil {
			return err
		}
	}
	return nil
}

// openBins creates the bins of a warehouse where they are new, and gives the bin in
// which each SKU lies.
func openBins(tx *db.Tx, of id.Warehouse, w goods.Warehouse, skus []goods.SKU) (map[string]id.Bin, error) {
	names, err := w.Bins()
	if err != nil {
		return nil, err
	}
	bins, err := inventory.OpenBins(tx, of, names)
	home := make(map[string]id.Bin, len(skus))
	for i, s := range skus {
		home[s.Code] = bins[names[i%len(names)]]
	}
	return home, err
}

func openShops(tx *db.Tx, a goods.Assortment) error {
	places, err := warehousesByCode(tx)
	if err != nil {
		return err
	}
	for _, s := range a.Shops {
		kind := shop.Online
		switch s.Platform {
		case "web":
			kind = shop.Web
		case "store":
			kind = shop.Store
		}
		opened, err := shop.Open(tx, []shop.Shop{{Code: s.Code, Name: s.Name, Platform: s.Platform, Kind: kind,
			Currency: money.Currency(s.Currency), TimeZone: s.TimeZone, ReserveUnpaid: s.Platform == "taobao",
			Promises: kind != shop.Online}})
		if err != nil {
			return err
		}
		if err := openRoutes(tx, opened[0].ID, s, a.Provinces, places); err != nil {
			return err
		}
	}
	return nil
}

// openRoutes sets the list of each province, and the nearest region's as the general
// one.
func openRoutes(tx *db.Tx, of id.Shop, s goods.Shop, provinces []goods.Province,
	places map[string]inventory.Warehouse) error {
	set := func(province string, list []string) error {
		var ids []id.Warehouse
		for _, code := range list {
			ids = append(ids, places[code].ID)
		}
		return shop.SetWarehouses(tx, of, province, ids)
	}
	for _, p := range provinces {
		if err := set(p.Code[:2], s.Warehouses[p.Group]); err != nil {
			return err
		}
	}
	return set("", s.Warehouses["delta"])
}

func warehousesByCode(tx *db.Tx) (map[string]inventory.Warehouse, error) {
	list, err := inventory.Warehouses(tx)
	places := make(map[string]inventory.Warehouse, len(list))
	for _, w := range list {
		places[w.Code] = w
	}
	return places, err
}

func openCarriers(tx *db.Tx, a goods.Assortment) error {
	var list []carrier.Carrier
	for _, s := range a.Services {
		if !slices.ContainsFunc(list, func(c carrier.Carrier) bool { return c.Code == s.Carrier }) {
			list = append(list, carrier.Carrier{Code: s.Carrier, Name: s.CarrierName})
		}
	}
	opened, err := carrier.Put(tx, list)
	if err != nil {
		return err
	}
	ids := map[string]id.Carrier{}
	for _, c := range opened {
		ids[c.Code] = c.ID
	}
	var tariffs []carrier.Tariff
	for _, t := range a.Tariffs {
		for _, p := range a.Provinces {
			if p.Group == t.DestinationGroup {
				tariffs = append(tariffs, carrier.Tariff{Carrier: ids[t.Carrier], Service: t.Service,
					Origin:      t.OriginProvinceCode[:2],
					Destination: p.Code[:2], FirstWeightG: int64(t.FirstWeightG),
					FirstPrice:  money.Amount(t.FirstPriceFen),
					NextWeightG: int64(t.ContinuedWeightG), NextPrice: money.Amount(t.ContinuedPriceFen),
					Days: int64(t.Days)})
			}
		}
	}
	if err := all(carrier.PutTariffs(tx, tariffs)); err != nil {
		return err
	}
	for _, s := range a.Stops {
		if err := openStop(tx, s, ids[s.Carrier], a.Provinces); err != nil {
			return err
		}
	}
	return nil
}

func openStop(tx *db.Tx, s goods.Stop, of id.Carrier, provinces []goods.Province) error {
	stop := carrier.Stoppage{Region: s.ProvinceCode[:2], Carrier: of, Service: s.Service, Reason: s.Reason}
	if s.City != "" {
		at := slices.IndexFunc(provinces, func(p goods.Province) bool { return p.Code == s.ProvinceCode })
		stop.Region = address.ParseParts(provinces[at].Name, s.City, s.District, "", "").Code
	}
	from, err := time.ParseInLocation(time.DateOnly, s.FromDay, zone())
	if err != nil {
		return err
	}
	stop.From = db.At(from)
	if s.UntilDay != "" {
		until, err := time.ParseInLocation(time.DateOnly, s.UntilDay, zone())
		if err != nil {
			return err
		}
		stop.Until = db.At(until.AddDate(0, 0, 1)) // the last day is included
	}
	return carrier.Stop(tx, stop)
}

// openStock brings in what lies in the warehouses at the beginning. The papers make
// a repeat harmless.
func openStock(ctx context.Context, d *db.DB, s *supply, a goods.Assortment) error {
	var list []inventory.Receipt
	err := d.Write(ctx, opening, func(tx *db.Tx) (err error) { list, err = openingStock(tx, s, a); return err })
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(list, receiptsAtOnce) {
		if err := d.Write(ctx, opening, func(tx *db.Tx) error { return flow.Receive(tx, piece) }); err != nil {
			return err
		}
	}
	return nil
}

func openingStock(tx *db.Tx, s *supply, a goods.Assortment) (list []inventory.Receipt, err error) {
	skus, err := catalog.Find(tx, codes(a))
	if err != nil {
		return nil, err
	}
	places, err := warehousesByCode(tx)
	if err != nil {
		return nil, err
	}
	now := tx.Now().Time().In(zone())
	for _, w := range a.Warehouses {
		bins, err := openBins(tx, places[w.Code].ID, w, s.goods)
		if err != nil {
			return nil, err
		}
		for i, k := range s.goods {
			r := inventory.Receipt{Place: inventory.Place{Warehouse: places[w.Code].ID, SKU: skus[k.Code].ID},
				Qty: s.opening(i, w.Code, now),
				Lot: lot(k, now.AddDate(0, 0, -45), 0), Bin: bins[k.Code], Reference: "OPENING"}
			if old := r.Qty / 10; old > 0 && k.ShelfLifeDays > 0 && i%10 == 3 { // a tenth of it must go soon
				near := r
				near.Qty, near.Lot = old, lot(k, now, k.LeastRemainingLifeDays+5+i%20)
				r.Qty -= old
				list = append(list, near)
			}
			if r.Qty > 0 {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// all gives the first fault of outcomes.
func all[T any](outcomes []fault.Outcome[T], err error) error {
	for i, o := range outcomes {
		if err == nil && o.Fault != nil {
			err = fmt.Errorf("demo: member %d: %w", i, o.Fault)
		}
	}
	return err
}
