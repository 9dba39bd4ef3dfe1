package api

import (
	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/staff"
)

func skuRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/skus", staff.CatalogRead, "listSKUs", "商品列表与搜索", "SKUs by code; search in code, name, brand and barcode", reads(listSKUs)},
		{"POST", "/api/v1/skus", staff.CatalogEdit, "putSKUs", "批量新建或修改商品(最多 500 个,各自成败)", "Create or change up to 500 SKUs, each for itself; what a member does not name stays", commands(200, putSKUs)},
		{"GET", "/api/v1/skus/{sku}", staff.CatalogRead, "getSKU", "一个商品(编码或条码)", "One SKU, by code or barcode", reads(getSKU)},
		{"PUT", "/api/v1/skus/{sku}", staff.CatalogEdit, "putSKU", "新建商品,或整体替换", "Create a SKU, or replace all of it", commands(200, putSKU).edits()},
		{"PATCH", "/api/v1/skus/{sku}", staff.CatalogEdit, "editSKU", "修改商品的部分资料", "Change what the body names and leave the rest", commands(200, editSKU).edits()},
	}
}

type skuView struct {
	SKUID           string    `json:"sku_id"`
	Code            string    `json:"code"`
	Name            string    `json:"name"`
	NameEN          string    `json:"name_en"`
	Category        string    `json:"category"`
	Brand           string    `json:"brand"`
	LengthMM        int64     `json:"length_mm"`
	WidthMM         int64     `json:"width_mm"`
	HeightMM        int64     `json:"height_mm"`
	WeightG         int64     `json:"weight_g"`
	Cost            *string   `json:"cost,omitempty" doc:"Only with the permit cost.read." zh:"需要 cost.read 权限"`
	Price           string    `json:"price"`
	LotTracked      bool      `json:"lot_tracked"`
	ShelfLifeDays   int64     `json:"shelf_life_days"`
	LifeLeftDaysMin int64     `json:"life_left_days_min"`
	Bundle          bool      `json:"bundle"`
	Parts           []skuPart `json:"parts"`
	Barcodes        []string  `json:"barcodes"`
	Version         int64     `json:"version"`
	CreatedAt       string    `json:"created_at"`
}

type skuPart struct {
	Code string `json:"code"`
	Qty  int64  `json:"qty" minimum:"1" maximum:"1000"`
}

func (v skuView) version() int64 { return v.Version }

// houseCurrency is that of costs and prices in the catalog.
const houseCurrency = money.CNY

func (c *call) viewSKU(s *catalog.SKU) skuView {
	v := skuView{SKUID: id.Text("SKU", int64(s.ID)), Code: s.Code, Name: s.Name, NameEN: s.NameEN, Category: s.Category, Brand: s.Brand,
		LengthMM: s.LengthMM, WidthMM: s.WidthMM, HeightMM: s.HeightMM, WeightG: s.WeightG, Price: s.Price.Format(houseCurrency),
		LotTracked: s.LotTracked, ShelfLifeDays: s.ShelfLifeDays, LifeLeftDaysMin: s.LifeLeftDaysMin, Bundle: s.Bundle, Parts: []skuPart{},
		Barcodes: append([]string{}, s.Barcodes...), Version: s.Version, CreatedAt: instant(s.CreatedAt)}
	if c.caller.May(staff.CostRead) {
		cost := s.Cost.Format(houseCurrency)
		v.Cost = &cost
	}
	for _, p := range s.Parts {
		v.Parts = append(v.Parts, skuPart{Code: p.Item.Code, Qty: p.Qty})
	}
	return v
}

type skusQuery struct {
	Text     string `query:"text" doc:"In code, name, brand or barcode." zh:"编码、名称、品牌或条码中的文字"`
	Category string `query:"category" doc:"A path such as care/hair; all below it too." zh:"类目路径,含下级"`
	After    string `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit    int64  `query:"limit" max:"500" default:"100"`
}

type skusPage struct {
	SKUs []skuView `json:"skus"`
	Next string    `json:"next"`
}

func listSKUs(c *call, tx *db.Tx, q skusQuery) (skusPage, error) {
	page := skusPage{SKUs: []skuView{}}
	list, err := catalog.List(tx, catalog.Filter{Text: q.Text, Category: q.Category, After: q.After, Limit: int(q.Limit)})
	for _, s := range list {
		page.SKUs = append(page.SKUs, c.viewSKU(s))
	}
	if len(list) == int(q.Limit) {
		page.Next = list[len(list)-1].Code
	}
	return page, err
}

func getSKU(c *call, tx *db.Tx, _ none) (skuView, error) {
	lean, err := c.sku(tx)
	if err != nil {
		return skuView{}, err
	}
	full, err := catalog.Get(tx, []id.SKU{lean.ID})
	if err != nil {
		return skuView{}, err
	}
	return c.viewSKU(full[lean.ID]), nil
}
