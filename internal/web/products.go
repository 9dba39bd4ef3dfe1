package web

import (
	"net/http"
	"net/url"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// productRoutes are those of SKUs.
func productRoutes() []Route {
	return []Route{
		{"GET", "/products", staff.CatalogRead, false, (*Site).products},
		{"GET", "/products/new", staff.CatalogEdit, false, (*Site).newProduct},
		{"POST", "/products", staff.CatalogEdit, false, (*Site).createProduct},
		{"GET", "/products/{sku}/labels", staff.CatalogRead, false, (*Site).labels},
		{"GET", "/products/{sku}/barcode.png", staff.CatalogRead, false, (*Site).barcodePicture},
		{"GET", "/products/{sku}", staff.CatalogRead, false, (*Site).product},
		{"POST", "/products/{sku}", staff.CatalogEdit, false, (*Site).changeProduct},
	}
}

// productRow is one SKU of the list.
type productRow struct {
	Code, Name, Link, Barcodes, Category, Brand, Price, Size, Life string
	WeightG, ShelfLife, OnHand, Free                               int64
	Lots, Bundle, HasStock                                         bool
	Class, State                                                   string
}

const productsPage = 100

// products lists the catalog by code.
func (s *Site) products(v *visit) error {
	q := v.r.URL.Query()
	f := catalog.Filter{Text: q.Get("q"), Category: q.Get("category"), After: q.Get("after"), Limit: productsPage}
	var rows []productRow
	next := ""
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := catalog.List(tx, f)
		if err != nil {
			return err
		}
		if len(list) == productsPage {
			next = list[len(list)-1].Code
		}
		ids := make([]id.SKU, len(list))
		for i, one := range list {
			ids[i] = one.ID
		}
		counters, err := countersOf(tx, inventory.Filter{Scope: v.caller.Scope}, ids)
		if err != nil {
			return err
		}
		rows = v.productRows(list, counters)
		return nil
	}); err != nil {
		return err
	}
	if next != "" {
		q.Set("after", next)
		next = "/products?" + q.Encode()
	}
	return s.render(v, http.StatusOK, "products", map[string]any{"Title": v.word("products"), "Rows": rows, "Next": next, "Paged": f.After != "",
		"Q": f.Text, "Category": f.Category, "Filtered": f.Text != "" || f.Category != "", "MayEdit": v.caller.May(staff.CatalogEdit),
		"MayStock": v.caller.May(staff.StockRead), "MayImport": v.caller.May(staff.FileImport) && s.paths["/files"]})
}

func (v *visit) productRows(list []*catalog.SKU, counters map[inventory.Place]inventory.Row) (rows []productRow) {
	onHand, free, has := map[id.SKU]int64{}, map[id.SKU]int64{}, map[id.SKU]bool{}
	for p, r := range counters {
		onHand[p.SKU], free[p.SKU], has[p.SKU] = onHand[p.SKU]+r.OnHand, free[p.SKU]+r.Free, true
	}
	for _, one := range list {
		r := productRow{Code: one.Code, Name: one.Name, Link: productPath(one.Code), Barcodes: strings.Join(one.Barcodes, " "), Category: one.Category,
			Brand: one.Brand, Price: price(one.Price, houseCurrency), Size: sizeText(one), WeightG: one.WeightG, ShelfLife: one.ShelfLifeDays,
			Lots: one.LotTracked, Bundle: one.Bundle, OnHand: onHand[one.ID], Free: free[one.ID], HasStock: has[one.ID]}
		r.Life = v.fill("pr_life", one.ShelfLifeDays)
		switch {
		case one.Bundle:
			r.State, r.Class = v.word("pr_bundle"), "pack"
		case !r.HasStock:
			r.State, r.Class = v.word("pr_never"), "plain"
		case r.Free <= 0:
			r.State, r.Class = v.word("st_out"), "bad"
		default:
			r.State, r.Class = v.word("pr_on_sale"), "done"
		}
		rows = append(rows, r)
	}
	return rows
}

func productPath(code string) string { return "/products/" + url.PathEscape(code) }
