package api

import (
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// The places of the house: what other requests name by their codes.

func placeRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/shops", staff.OrderRead, "listShops", "店铺列表", "The shops", reads(listShops)},
		{"GET", "/api/v1/warehouses", staff.StockRead, "listWarehouses", "仓库列表", "The warehouses", reads(listWarehouses)},
		{"GET", "/api/v1/carriers", staff.PackageRead, "listCarriers", "快递公司列表", "The carriers", reads(listCarriers)},
		{"GET", "/api/v1/stops", staff.PackageRead, "listStops", "停发地区列表", "Places that are not served for a while", reads(listStops)},
	}
}

type shopView struct {
	Shop          string   `json:"shop"`
	Name          string   `json:"name"`
	Platform      string   `json:"platform"`
	Kind          string   `json:"kind"`
	Currency      string   `json:"currency"`
	TimeZone      string   `json:"time_zone"`
	ReserveUnpaid bool     `json:"reserve_unpaid"`
	Promises      bool     `json:"promises"`
	Warehouses    []string `json:"warehouses"`
}

type shopsView struct {
	Shops []shopView `json:"shops"`
}

// listShops gives the shops of the caller's scope, and which of its warehouses serve
// each.
func listShops(c *call, tx *db.Tx, _ none) (shopsView, error) {
	v := shopsView{Shops: []shopView{}}
	all, err := shop.All(tx)
	if err != nil {
		return v, err
	}
	var ids []id.Shop
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	routes, err := shop.Routes(tx, ids)
	if err != nil {
		return v, err
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return v, err
	}
	for _, s := range all {
		if !c.caller.Scope.HasShop(s.ID) {
			continue
		}
		one := shopView{Shop: s.Code, Name: s.Name, Platform: s.Platform, Kind: string(s.Kind), Currency: string(s.Currency),
			TimeZone: s.TimeZone, ReserveUnpaid: s.ReserveUnpaid, Promises: s.Promises, Warehouses: []string{}}
		for _, w := range routes[s.ID].For("") {
			if place, seen := places.byID[w]; seen {
				one.Warehouses = append(one.Warehouses, place.Code)
			}
		}
		v.Shops = append(v.Shops, one)
	}
	return v, nil
}

// ErrWarehouse says that a warehouse does not exist, or not for the caller.
var ErrWarehouse = fault.New(fault.Missing, "warehouse_missing", "没有这个仓库;请检查编码", "There is no such warehouse; check its code")

// warehouses are those of the caller's scope.
type warehouses struct {
	byID   map[id.Warehouse]inventory.Warehouse
	byCode map[string]inventory.Warehouse
	list   []inventory.Warehouse
}

func (c *call) warehouses(tx *db.Tx) (w warehouses, err error) {
	all, err := inventory.Warehouses(tx)
	w = warehouses{byID: map[id.Warehouse]inventory.Warehouse{}, byCode: map[string]inventory.Warehouse{}}
	for _, place := range all {
		if c.caller.Scope.HasWarehouse(place.ID) {
			w.byID[place.ID], w.byCode[shop.Fold(place.Code)] = place, place
			w.list = append(w.list, place)
		}
	}
	return w, err
}

// named finds a warehouse by its code.
func (w warehouses) named(code string) (inventory.Warehouse, bool) {
	place, seen := w.byCode[shop.Fold(code)]
	return place, seen
}

type warehouseView struct {
	Warehouse string `json:"warehouse"`
	Name      string `json:"name"`
	Store     bool   `json:"store"`
	Province  string `json:"province"`
	TimeZone  string `json:"time_zone"`
	CutOff    string `json:"cut_off"`
}

type warehousesView struct {
	Warehouses []warehouseView `json:"warehouses"`
}

func listWarehouses(c *call, tx *db.Tx, _ none) (warehousesView, error) {
	v := warehousesView{Warehouses: []warehouseView{}}
	places, err := c.warehouses(tx)
	for _, w := range places.list {
		v.Warehouses = append(v.Warehouses, warehouseView{Warehouse: w.Code, Name: w.Name, Store: w.Store, Province: w.Province,
			TimeZone: w.TimeZone, CutOff: w.CutOff})
	}
	return v, err
}

type carrierView struct {
	Carrier       string `json:"carrier"`
	Name          string `json:"name"`
	NumberPattern string `json:"number_pattern"`
}

type carriersView struct {
	Carriers []carrierView `json:"carriers"`
}

func listCarriers(_ *call, tx *db.Tx, _ none) (carriersView, error) {
	v := carriersView{Carriers: []carrierView{}}
	all, err := carrier.All(tx)
	for _, one := range all {
		v.Carriers = append(v.Carriers, carrierView{Carrier: one.Code, Name: one.Name, NumberPattern: one.NumberPattern})
	}
	return v, err
}

type stopView struct {
	Region  string `json:"region" doc:"Prefix of a region code; empty for the whole country." zh:"行政区划代码前缀;空为全国"`
	Carrier string `json:"carrier,omitempty" doc:"Absent: every carrier." zh:"没有表示全部快递"`
	Service string `json:"service,omitempty"`
	Reason  string `json:"reason"`
	From    string `json:"from"`
	Until   string `json:"until,omitempty" doc:"Absent: until further notice." zh:"没有表示另行通知"`
}

type stopsView struct {
	Stops []stopView `json:"stops"`
}

func listStops(_ *call, tx *db.Tx, _ none) (stopsView, error) {
	v := stopsView{Stops: []stopView{}}
	all, err := carrier.All(tx)
	if err != nil {
		return v, err
	}
	codes := map[id.Carrier]string{}
	for _, one := range all {
		codes[one.ID] = one.Code
	}
	stops, err := carrier.Stops(tx, tx.Now())
	for _, s := range stops {
		v.Stops = append(v.Stops, stopView{Region: s.Region, Carrier: codes[s.Carrier], Service: s.Service,
			Reason: strings.TrimSpace(s.Reason), From: instant(s.From), Until: instant(s.Until)})
	}
	return v, err
}
