package api

import (
	"fmt"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

func stockRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/stock", staff.StockRead, "listStock", "库存列表", "Stock by SKU and warehouse", reads(listStock)},
		{"GET", "/api/v1/stock/{sku}", staff.StockRead, "getStock", "一个商品在各仓的库存", "One SKU in all warehouses", reads(getStock)},
		{"GET", "/api/v1/stock/{sku}/waiting", staff.StockRead, "listWaiting", "等这个商品到货的订单", "Who waits for a SKU, in the order they will be served", reads(listWaiting)},
		{"GET", "/api/v1/stock/{sku}/{warehouse}/holders", staff.StockRead, "listHolders", "占用这些库存的订单", "Who holds the goods of a place", reads(listHolders)},
		{"GET", "/api/v1/stock/{sku}/{warehouse}/ledger", staff.StockRead, "listLedger", "库存流水", "What happened to a SKU in a warehouse, the oldest first", reads(listLedger)},
		{"POST", "/api/v1/stock/receipts", staff.StockReceive, "receiveStock", "入库(最多 500 行,全部成功或全部不做)", "Book goods in: up to 500 rows, all or none", commands(201, receiveStock)},
		{"POST", "/api/v1/stock/adjustments", staff.StockAdjust, "adjustStock", "残损、短少、报废、多出(最多 500 行,全部成功或全部不做)", "Book damages, losses, scrap and finds: up to 500 rows, all or none", commands(201, adjustStock)},
		{"POST", "/api/v1/stock/counts", staff.StockCount, "countStock", "盘点结果(最多 500 行,全部成功或全部不做)", "Book what a count found: up to 500 rows, all or none", commands(201, countStock)},
	}
}

type stockRow struct {
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	Warehouse  string `json:"warehouse"`
	OnHand     int64  `json:"on_hand"`
	Reserved   int64  `json:"reserved"`
	Unsellable int64  `json:"unsellable"`
	Safety     int64  `json:"safety"`
	Free       int64  `json:"free" doc:"on_hand - reserved - unsellable" zh:"实物 - 预占 - 不可售"`
	ATP        int64  `json:"atp" doc:"What may still be promised: free less safety stock and quotas." zh:"可承诺:可用 - 安全库存 - 店铺配额"`
}

type stockQuery struct {
	SKU       string   `query:"sku" doc:"Code or barcode." zh:"商品编码或条码"`
	Warehouse string   `query:"warehouse" doc:"Code of a warehouse." zh:"仓库编码"`
	After     id.Stock `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit     int64    `query:"limit" max:"1000" default:"100"`
}

type stockPage struct {
	Stock []stockRow `json:"stock"`
	Next  string     `json:"next"`
}

func listStock(c *call, tx *db.Tx, q stockQuery) (stockPage, error) {
	f := inventory.Filter{Scope: c.caller.Scope, After: q.After, Limit: int(q.Limit)}
	page := stockPage{Stock: []stockRow{}}
	places, err := c.warehouses(tx)
	if err != nil {
		return page, err
	}
	if q.Warehouse != "" {
		w, seen := places.named(q.Warehouse)
		if !seen {
			return page, ErrQuery.Field("warehouse", "没有这个仓库", "there is no such warehouse")
		}
		f.Warehouse = w.ID
	}
	if q.SKU != "" {
		found, err := catalog.Find(tx, []string{q.SKU})
		if err != nil {
			return page, err
		}
		if found[q.SKU] == nil {
			return page, ErrQuery.Field("sku", "没有这个商品", "there is no such SKU")
		}
		f.SKU = found[q.SKU].ID
	}
	rows, err := inventory.List(tx, f)
	if err != nil {
		return page, err
	}
	if page.Stock, err = viewStock(tx, rows, places); err == nil && len(rows) == int(q.Limit) {
		page.Next = id.Text("ST", int64(rows[len(rows)-1].ID))
	}
	return page, err
}

func viewStock(tx *db.Tx, rows []inventory.Row, places warehouses) ([]stockRow, error) {
	list := []stockRow{}
	ids := make([]id.SKU, len(rows))
	for i, r := range rows {
		ids[i] = r.SKU
	}
	skus, err := catalog.Get(tx, ids)
	if err != nil {
		return list, err
	}
	for _, r := range rows {
		list = append(list, stockRow{SKU: skus[r.SKU].Code, Name: skus[r.SKU].Name, Warehouse: places.byID[r.Warehouse].Code, OnHand: r.OnHand,
			Reserved: r.Reserved, Unsellable: r.Unsellable, Safety: r.Safety, Free: r.Free, ATP: r.ATP})
	}
	return list, nil
}

// sku finds the SKU that the path names, by code or barcode.
func (c *call) sku(tx *db.Tx) (*catalog.SKU, error) {
	code := c.r.PathValue("sku")
	found, err := catalog.Find(tx, []string{code})
	if err == nil && found[code] == nil {
		err = catalog.ErrMissing
	}
	return found[code], err
}

// place finds the SKU and the warehouse that the path names.
func (c *call) place(tx *db.Tx) (p inventory.Place, err error) {
	sku, err := c.sku(tx)
	if err != nil {
		return p, err
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return p, err
	}
	w, seen := places.named(c.r.PathValue("warehouse"))
	if !seen {
		return p, ErrWarehouse
	}
	return inventory.Place{Warehouse: w.ID, SKU: sku.ID}, nil
}

type skuStockView struct {
	SKU    string     `json:"sku"`
	Name   string     `json:"name"`
	Bundle bool       `json:"bundle" doc:"A bundle has no stock of its own." zh:"组合装没有自己的库存"`
	Stock  []stockRow `json:"stock"`
}

func getStock(c *call, tx *db.Tx, _ none) (skuStockView, error) {
	sku, err := c.sku(tx)
	if err != nil {
		return skuStockView{}, err
	}
	v := skuStockView{SKU: sku.Code, Name: sku.Name, Bundle: sku.Bundle}
	places, err := c.warehouses(tx)
	if err != nil {
		return v, err
	}
	rows, err := inventory.List(tx, inventory.Filter{SKU: sku.ID, Scope: c.caller.Scope, Limit: 1000})
	if err != nil {
		return v, err
	}
	v.Stock, err = viewStock(tx, rows, places)
	return v, err
}

type listQuery struct {
	Limit int64 `query:"limit" max:"1000" default:"100"`
}

type waiterView struct {
	OrderID  string `json:"order_id"`
	LineID   string `json:"line_id"`
	Shop     string `json:"shop"`
	Qty      int64  `json:"qty"`
	Province string `json:"province"`
	Deadline string `json:"deadline,omitempty"`
	PaidAt   string `json:"paid_at,omitempty"`
	Since    string `json:"since"`
}

type waitersView struct {
	SKU     string       `json:"sku"`
	Waiting []waiterView `json:"waiting"`
}

func listWaiting(c *call, tx *db.Tx, q listQuery) (waitersView, error) {
	v := waitersView{Waiting: []waiterView{}}
	sku, err := c.sku(tx)
	if err != nil {
		return v, err
	}
	v.SKU = sku.Code
	shops, err := c.shops(tx)
	if err != nil {
		return v, err
	}
	list, err := inventory.Waiting(tx, sku.ID, int(q.Limit))
	for _, w := range list {
		if s, seen := shops[w.Shop]; seen {
			v.Waiting = append(v.Waiting, waiterView{OrderID: w.Order.String(), LineID: w.Line.String(), Shop: s.Code, Qty: w.Qty,
				Province: w.Province, Deadline: instant(w.Deadline), PaidAt: instant(w.PaidAt), Since: instant(w.Since)})
		}
	}
	return v, err
}

// shops gives those of the caller's scope.
func (c *call) shops(tx *db.Tx) (map[id.Shop]shop.Shop, error) {
	seen := map[id.Shop]shop.Shop{}
	all, err := shop.All(tx)
	for _, s := range all {
		if c.caller.Scope.HasShop(s.ID) {
			seen[s.ID] = s
		}
	}
	return seen, err
}

type holderView struct {
	OrderID   string `json:"order_id"`
	LineID    string `json:"line_id"`
	Shop      string `json:"shop"`
	Qty       int64  `json:"qty"`
	Allocated int64  `json:"allocated" doc:"Of qty, fixed to a package." zh:"其中已分配给包裹的件数"`
	Deadline  string `json:"deadline,omitempty"`
	Since     string `json:"since"`
}

type holdersView struct {
	Holders []holderView `json:"holders"`
}

func listHolders(c *call, tx *db.Tx, q listQuery) (holdersView, error) {
	v := holdersView{Holders: []holderView{}}
	p, err := c.place(tx)
	if err != nil {
		return v, err
	}
	shops, err := c.shops(tx)
	if err != nil {
		return v, err
	}
	list, err := inventory.Holders(tx, p, int(q.Limit))
	for _, h := range list {
		if s, seen := shops[h.Shop]; seen {
			v.Holders = append(v.Holders, holderView{OrderID: h.Order.String(), LineID: h.Line.String(), Shop: s.Code, Qty: h.Qty,
				Allocated: h.Allocated, Deadline: instant(h.Deadline), Since: instant(h.Since)})
		}
	}
	return v, err
}

type ledgerQuery struct {
	After string `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit int64  `query:"limit" max:"1000" default:"100"`
}

type ledgerEntry struct {
	At         string `json:"at"`
	Kind       string `json:"kind"`
	Qty        int64  `json:"qty"`
	OnHand     int64  `json:"on_hand" doc:"What it did to this figure." zh:"对实物的增减"`
	Reserved   int64  `json:"reserved"`
	Unsellable int64  `json:"unsellable"`
	Version    int64  `json:"version"`
	Lot        string `json:"lot,omitempty"`
	Bin        string `json:"bin,omitempty"`
	OrderID    string `json:"order_id,omitempty"`
	LineID     string `json:"line_id,omitempty"`
	PackageID  string `json:"package_id,omitempty"`
	Reference  string `json:"reference,omitempty"`
	Actor      string `json:"actor,omitempty"`
	Cause      string `json:"cause,omitempty"`
}

type ledgerPage struct {
	Ledger []ledgerEntry `json:"ledger"`
	Next   string        `json:"next"`
}

// listLedger gives the ledger of a place. A row about an order outside of the caller's
// shops keeps its figures and does not say whose it is.
func listLedger(c *call, tx *db.Tx, q ledgerQuery) (ledgerPage, error) {
	page := ledgerPage{Ledger: []ledgerEntry{}}
	var after inventory.Mark
	if q.After != "" {
		n, err := fmt.Sscanf(q.After, "%d.%d", &after.Version, &after.ID)
		if err != nil || n != 2 || q.After != cursorOf(after) {
			return page, ErrQuery.Field("after", "请使用上一页的 next", "is the next of the page before")
		}
	}
	p, err := c.place(tx)
	if err != nil {
		return page, err
	}
	rows, err := inventory.Ledger(tx, p, after, int(q.Limit))
	if err != nil {
		return page, err
	}
	named, err := c.namesOf(tx, rows)
	if err != nil {
		return page, err
	}
	for _, e := range rows {
		page.Ledger = append(page.Ledger, named.entry(e))
	}
	if len(rows) == int(q.Limit) {
		page.Next = cursorOf(rows[len(rows)-1].Mark)
	}
	return page, nil
}

func cursorOf(m inventory.Mark) string { return fmt.Sprintf("%d.%d", m.Version, m.ID) }

// ledgerNames are what the rows of a ledger are about.
type ledgerNames struct {
	lots map[id.Lot]inventory.Lot
	bins map[id.Bin]string
	seen map[id.Order]bool
}

func (c *call) namesOf(tx *db.Tx, rows []inventory.Entry) (n ledgerNames, err error) {
	var lots []id.Lot
	var bins []id.Bin
	var orders []id.Order
	for _, e := range rows {
		lots, bins = append(lots, e.Lot), append(bins, e.Bin)
		if e.Order != 0 {
			orders = append(orders, e.Order)
		}
	}
	if n.lots, err = inventory.LotsOf(tx, lots); err != nil {
		return n, err
	}
	if n.bins, err = inventory.BinsOf(tx, bins); err != nil {
		return n, err
	}
	n.seen, err = c.seenOrders(tx, orders)
	return n, err
}

// seenOrders says which of the orders lie in the caller's scope.
func (c *call) seenOrders(tx *db.Tx, ids []id.Order) (map[id.Order]bool, error) {
	seen := make(map[id.Order]bool, len(ids))
	if c.caller.Scope.AllShops {
		for _, n := range ids {
			seen[n] = true
		}
		return seen, nil
	}
	cards, err := order.Cards(tx, ids)
	for n, card := range cards {
		seen[n] = c.caller.Scope.HasShop(card.Shop)
	}
	return seen, err
}

func (n ledgerNames) entry(e inventory.Entry) ledgerEntry {
	v := ledgerEntry{At: instant(e.At), Kind: e.Kind, Qty: e.Qty, OnHand: e.OnHand, Reserved: e.Reserved, Unsellable: e.Unsellable,
		Version: e.Version, Lot: n.lots[e.Lot].Code, Bin: n.bins[e.Bin]}
	if e.Order != 0 && !n.seen[e.Order] {
		return v
	}
	v.Reference, v.Actor, v.Cause = e.Reference, e.Actor, e.Cause
	if e.Order != 0 {
		v.OrderID, v.LineID = e.Order.String(), e.Line.String()
	}
	if e.Package != 0 {
		v.PackageID = e.Package.String()
	}
	return v
}
