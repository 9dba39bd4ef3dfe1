package web

import (
	"net/http"
	"net/url"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// stockRoutes are those of stock.
func stockRoutes() []Route {
	return []Route{
		{"GET", "/stock", staff.StockRead, false, (*Site).stockList},
		{"GET", "/stock/{sku}", staff.StockRead, false, (*Site).stockOf},
		{"GET", "/stock/{sku}/ledger", staff.StockRead, false, (*Site).ledger},
		{"GET", "/stock/{sku}/limits", staff.StockRead, false, (*Site).limits},
		{"POST", "/stock/{sku}/limits", staff.StockAdjust, false, (*Site).saveLimits},
		{"POST", "/stock/{sku}/adjustment", staff.StockAdjust, false, (*Site).adjust},
		{"GET", "/stock/receive", staff.StockReceive, false, (*Site).receivePage},
		{"POST", "/stock/receive", staff.StockReceive, false, (*Site).receive},
		{"GET", "/stock/move", staff.StockAdjust, false, (*Site).movePage},
		{"POST", "/stock/move", staff.StockAdjust, false, (*Site).move},
		{"GET", "/stock/transfer", staff.StockAdjust, false, (*Site).transferPage},
		{"POST", "/stock/transfer", staff.StockAdjust, false, (*Site).dispatch},
		{"GET", "/transfers/{id}", staff.StockRead, false, (*Site).transfer},
		{"POST", "/transfers/{id}", staff.StockReceive, false, (*Site).arrive},
		{"GET", "/stock/count", staff.StockCount, false, (*Site).countList},
		{"POST", "/stock/count", staff.StockCount, false, (*Site).openCount},
		{"GET", "/counts/{id}", staff.StockCount, false, (*Site).count},
		{"POST", "/counts/{id}/scan", staff.StockCount, false, (*Site).countScan},
		{"POST", "/counts/{id}/line", staff.StockCount, false, (*Site).countLine},
		{"POST", "/counts/{id}/recount", staff.StockCount, false, (*Site).recount},
		{"POST", "/counts/{id}/posting", staff.StockAdjust, false, (*Site).postCount},
		{"POST", "/counts/{id}/drop", staff.StockCount, false, (*Site).dropCount},
	}
}

// depots are the warehouses that a visitor sees.
type depots struct {
	list []inventory.Warehouse
	byID map[id.Warehouse]inventory.Warehouse
}

func (v *visit) depots(tx *db.Tx) (d depots, err error) {
	d.byID = map[id.Warehouse]inventory.Warehouse{}
	all, err := inventory.Warehouses(tx)
	for _, w := range all {
		if v.caller.Scope.HasWarehouse(w.ID) {
			d.list, d.byID[w.ID] = append(d.list, w), w
		}
	}
	return d, err
}

// named finds a warehouse by its code.
func (d depots) named(code string) (inventory.Warehouse, bool) {
	for _, w := range d.list {
		if w.Code == code {
			return w, true
		}
	}
	return inventory.Warehouse{}, false
}

func (d depots) choices(chosen string) (list []choice) {
	for _, w := range d.list {
		list = append(list, choice{Value: w.Code, Label: w.Code + " " + w.Name, Chosen: w.Code == chosen})
	}
	return list
}

var errWarehouse = fault.New(fault.Invalid, "warehouse_choice", "请选择一个您能管理的仓库", "Choose one of your warehouses")

// stockRow is one SKU in one warehouse.
type stockRow struct {
	Code, Name, Link, Warehouse, WarehouseCode, Ledger, Limits      string
	OnHand, Reserved, Unsellable, Safety, Free, ATP, Wanted, Coming int64
	State, Class                                                    string
}

const (
	stockPage = 100
	// skusPiece and piecesMost bound how many SKUs one page of a narrow filter looks at.
	skusPiece  = 500
	piecesMost = 20
)

// stockList lists stock by SKU and warehouse, in the order of SKU codes.
func (s *Site) stockList(v *visit) error {
	q := v.r.URL.Query()
	f := catalog.Filter{Text: q.Get("q"), Category: q.Get("category"), After: q.Get("after"), Limit: skusPiece}
	cond := inventory.Condition(q.Get("state"))
	if cond == "" && q.Get("warehouse") == "" {
		f.Limit = stockPage // most of them have stock
	}
	if cond != "" && !cond.Known() {
		return errFilter
	}
	var rows []stockRow
	var places depots
	next := ""
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if places, err = v.depots(tx); err != nil {
			return err
		}
		w, known := places.named(q.Get("warehouse"))
		if !known && q.Get("warehouse") != "" {
			return errFilter
		}
		rows, next, err = v.stockRows(tx, f, inventory.Filter{Scope: v.caller.Scope, Warehouse: w.ID, Condition: cond}, places)
		return err
	}); err != nil {
		return err
	}
	if next != "" {
		q.Set("after", next)
		next = "/stock?" + q.Encode()
	}
	return s.render(v, http.StatusOK, "stock", map[string]any{"Title": v.word("stock"), "Rows": rows, "Next": next, "Paged": f.After != "",
		"Q": f.Text, "Category": f.Category, "Warehouses": places.choices(q.Get("warehouse")), "Tabs": v.stockTabs(q, cond),
		"MayExport": v.caller.May(staff.FileExport) && s.paths["/files"], "MayReceive": v.caller.May(staff.StockReceive),
		"Filtered": f.Text != "" || f.Category != "" || q.Get("warehouse") != "" || cond != ""})
}

// tab is one view of a list.
type tab struct {
	Link, Word string
	Here       bool
}

func (v *visit) stockTabs(q url.Values, at inventory.Condition) (tabs []tab) {
	for _, c := range []inventory.Condition{"", inventory.Ample, inventory.Low, inventory.Out, inventory.Short, inventory.Marred} {
		with := url.Values{}
		for _, key := range []string{"q", "category", "warehouse"} {
			if q.Get(key) != "" {
				with.Set(key, q.Get(key))
			}
		}
		word := "all"
		if c != "" {
			with.Set("state", string(c))
			word = "st_" + string(c)
		}
		tabs = append(tabs, tab{Link: "/stock?" + with.Encode(), Word: v.word(word), Here: c == at})
	}
	return tabs
}

// stockRows gives the counters of one page of SKUs, and the code to go on after. A page
// ends with a SKU, so that its warehouses stand together.
func (v *visit) stockRows(tx *db.Tx, f catalog.Filter, of inventory.Filter, places depots) (rows []stockRow, next string, err error) {
	for range piecesMost {
		skus, err := catalog.List(tx, f)
		if err != nil || len(skus) == 0 {
			return rows, "", err
		}
		ids := make([]id.SKU, len(skus))
		for i, one := range skus {
			ids[i] = one.ID
		}
		counters, err := countersOf(tx, of, ids)
		if err != nil {
			return nil, "", err
		}
		wanted, err := inventory.BacklogOf(tx, ids)
		if err != nil {
			return nil, "", err
		}
		coming, err := inventory.Arriving(tx, ids)
		if err != nil {
			return nil, "", err
		}
		for i, one := range skus {
			for _, w := range places.list {
				if r, there := counters[inventory.Place{Warehouse: w.ID, SKU: one.ID}]; there {
					rows = append(rows, v.stockRow(one, w, r, wanted[one.ID], coming[r.Place]))
				}
			}
			if last := i == len(skus)-1; len(rows) >= stockPage && !(last && len(skus) < f.Limit) {
				return rows, one.Code, nil
			}
		}
		if len(skus) < f.Limit {
			return rows, "", nil
		}
		f.After = skus[len(skus)-1].Code
	}
	return rows, f.After, nil
}

// countersOf gives the counters of SKUs that a filter leaves, by place.
func countersOf(tx *db.Tx, of inventory.Filter, skus []id.SKU) (map[inventory.Place]inventory.Row, error) {
	found := map[inventory.Place]inventory.Row{}
	of.SKUs, of.Limit = skus, 1000
	for {
		list, err := inventory.List(tx, of)
		for _, r := range list {
			found[r.Place] = r
		}
		if err != nil || len(list) < of.Limit {
			return found, err
		}
		of.After = list[len(list)-1].ID
	}
}

func skuPath(code string) string { return "/stock/" + url.PathEscape(code) }

func (v *visit) stockRow(sku *catalog.SKU, w inventory.Warehouse, r inventory.Row, wanted, coming int64) stockRow {
	row := stockRow{Code: sku.Code, Name: sku.Name, Link: skuPath(sku.Code), Warehouse: w.Name, WarehouseCode: w.Code,
		Limits: limitsPath(sku.Code, w.Code), Ledger: skuPath(sku.Code) + "/ledger?warehouse=" + url.QueryEscape(w.Code), OnHand: r.OnHand, Reserved: r.Reserved,
		Unsellable: r.Unsellable, Safety: r.Safety, Free: r.Free, ATP: r.ATP, Wanted: wanted, Coming: coming}
	switch {
	case wanted > 0 && r.Free <= 0:
		row.State, row.Class = v.word("st_short"), "bad"
	case r.Free <= 0:
		row.State, row.Class = v.word("st_out"), "plain"
	case r.Safety > 0 && r.Free <= r.Safety:
		row.State, row.Class = v.word("st_low"), "review"
	default:
		row.State, row.Class = v.word("st_ample"), "done"
	}
	return row
}
