package api

import (
	"fmt"
	"slices"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/shipping"
	"baihuo/internal/staff"
)

func packageRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/packages", staff.PackageRead, "listPackages", "仓内包裹列表,最急的在前", "Open packages of one state, the most urgent first", reads(listPackages)},
		{"GET", "/api/v1/packages/{id}", staff.PackageRead, "getPackage", "一个包裹,含面单和轨迹", "One package with its waybill and tracking", reads(getPackage)},
		{"GET", "/api/v1/pick-lists/{id}", staff.PackageRead, "getPickList", "一张拣货单", "A pick list: what to fetch", reads(getPickList)},
		{"POST", "/api/v1/packages/plans", staff.PackagePick, "planPackages", "为已审核订单配单", "Make packages of reviewed orders", commands(200, planPackages)},
		{"POST", "/api/v1/pick-lists", staff.PackagePick, "releasePackages", "下发拣货单", "Release planned packages of a warehouse to a pick list", commands(201, releasePackages)},
		{"POST", "/api/v1/packages/pickings", staff.PackagePick, "pickPackages", "拣货完成(最多 500 个包裹,各自成败)", "Packages are picked: up to 500, each for itself", commands(200, pickPackages)},
		{"POST", "/api/v1/packages/packings", staff.PackagePack, "packPackages", "打包称重(最多 500 个包裹,各自成败)", "Packages are packed and weighed: up to 500, each for itself", commands(200, packPackages)},
		{"POST", "/api/v1/packages/waybills", staff.PackagePack, "numberPackages", "登记快递单号(最多 500 个包裹,各自成败)", "Write down the carrier's numbers: up to 500, each for itself", commands(200, numberPackages)},
		{"POST", "/api/v1/packages/handovers", staff.PackageShip, "handOverPackages", "交接给快递(最多 500 个包裹,各自成败)", "The carrier took packages: up to 500, each for itself", commands(200, handOverPackages)},
		{"POST", "/api/v1/packages/collections", staff.PackageShip, "collectPackages", "顾客自提(最多 500 个包裹,各自成败)", "Customers took packages at the counter: up to 500, each for itself", commands(200, collectPackages)},
		{"POST", "/api/v1/tracking", staff.PackageShip, "trackPackages", "写入物流轨迹(最多 500 条)", "What carriers say: up to 500 events, in any order, repeated at will", commands(200, trackPackages)},
	}
}

// packageView is a package as JSON: no amounts and no names, for it is read in the
// warehouse.
type packageView struct {
	PackageID string     `json:"package_id"`
	Warehouse string     `json:"warehouse"`
	State     string     `json:"state"`
	Stop      string     `json:"stop,omitempty" doc:"Why it must not go on." zh:"叫停原因"`
	PickList  string     `json:"pick_list_id,omitempty"`
	Carrier   string     `json:"carrier,omitempty"`
	Service   string     `json:"service,omitempty"`
	Waybill   string     `json:"waybill,omitempty"`
	WeightG   int64      `json:"weight_g,omitempty"`
	ShipBy    string     `json:"ship_by,omitempty"`
	Version   int64      `json:"version"`
	Items     []itemView `json:"items"`
	Tracking  []newsView `json:"tracking"`
}

type itemView struct {
	OrderID string `json:"order_id,omitempty" doc:"Absent for an order of another shop." zh:"其他店铺的订单不显示"`
	LineID  string `json:"line_id,omitempty"`
	SKU     string `json:"sku"`
	Name    string `json:"name"`
	Qty     int64  `json:"qty"`
}

type newsView struct {
	At    string `json:"at"`
	State string `json:"state"`
	Code  string `json:"code,omitempty"`
	Text  string `json:"text"`
	Place string `json:"place,omitempty"`
}

func viewPackage(p *fulfilment.Package, warehouse string) packageView {
	v := packageView{PackageID: p.ID.String(), Warehouse: warehouse, State: string(p.State), Stop: p.Stop, Service: p.Service, WeightG: p.WeightG,
		ShipBy: instant(p.ShipBy), Version: p.Version, Items: []itemView{}, Tracking: []newsView{}}
	if p.PickList != 0 {
		v.PickList = id.Text("PL", int64(p.PickList))
	}
	return v
}

func viewNews(e shipping.Event) newsView {
	return newsView{At: instant(e.At), State: string(e.State), Code: e.Code, Text: e.Text, Place: e.Place}
}

type packagesQuery struct {
	State     string `query:"state" enum:"planned,released,picking,picked,packed,handed_over,in_transit,refused" default:"planned"`
	Warehouse string `query:"warehouse" doc:"Code of a warehouse." zh:"仓库编码"`
	After     string `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit     int64  `query:"limit" max:"500" default:"50"`
}

type packagesPage struct {
	Packages []packageView `json:"packages"`
	Next     string        `json:"next"`
}

func listPackages(c *call, tx *db.Tx, q packagesQuery) (packagesPage, error) {
	page := packagesPage{Packages: []packageView{}}
	f := fulfilment.Filter{State: fulfilment.State(q.State), Scope: &c.caller.Scope, Limit: int(q.Limit)}
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
	if q.After != "" {
		n, err := fmt.Sscanf(q.After, "%d.%d", &f.After.ShipBy, &f.After.Package)
		if err != nil || n != 2 || q.After != cursorAt(f.After) {
			return page, ErrQuery.Field("after", "请使用上一页的 next", "is the next of the page before")
		}
	}
	list, err := fulfilment.Waiting(tx, f)
	if err != nil {
		return page, err
	}
	if page.Packages, err = c.viewPackages(tx, list); err == nil && len(list) == int(q.Limit) {
		page.Next = cursorAt(list[len(list)-1].Next())
	}
	return page, err
}

func cursorAt(c fulfilment.Cursor) string { return fmt.Sprintf("%d.%d", c.ShipBy, c.Package) }

// viewPackages shows packages with what lies in them and their numbers. Whose goods
// they are is told of the caller's own shops alone.
func (c *call) viewPackages(tx *db.Tx, list []*fulfilment.Package) ([]packageView, error) {
	views := []packageView{}
	var ids []id.Package
	var skus []id.SKU
	var orders []id.Order
	for _, p := range list {
		ids = append(ids, p.ID)
		for _, it := range p.Items {
			skus, orders = append(skus, it.SKU), append(orders, it.Order)
		}
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return views, err
	}
	goods, err := catalog.Get(tx, skus)
	if err != nil {
		return views, err
	}
	seen, err := c.seenOrders(tx, orders)
	if err != nil {
		return views, err
	}
	waybills, err := shipping.OfPackages(tx, ids)
	if err != nil {
		return views, err
	}
	carriers, err := carrier.All(tx)
	if err != nil {
		return views, err
	}
	for _, p := range list {
		v := viewPackage(p, places.byID[p.Warehouse].Code)
		for _, it := range p.Items {
			item := itemView{SKU: goods[it.SKU].Code, Name: goods[it.SKU].Name, Qty: it.Qty}
			if seen[it.Order] {
				item.OrderID, item.LineID = it.Order.String(), it.Line.String()
			}
			v.Items = append(v.Items, item)
		}
		if w := waybills[p.ID]; w != nil {
			v.Waybill = w.Number
		}
		if i := slices.IndexFunc(carriers, func(c carrier.Carrier) bool { return c.ID == p.Carrier }); i >= 0 {
			v.Carrier = carriers[i].Code
		}
		views = append(views, v)
	}
	return views, nil
}

func (v packageView) version() int64 { return v.Version }

func getPackage(c *call, tx *db.Tx, _ none) (packageView, error) {
	n, ok := id.Parse("P", c.r.PathValue("id"))
	if !ok {
		return packageView{}, fulfilment.ErrMissing.With(shown(c.r.PathValue("id")))
	}
	p, err := fulfilment.Get(tx, id.Package(n))
	if err != nil {
		return packageView{}, err
	}
	if !c.caller.Scope.HasWarehouse(p.Warehouse) {
		return packageView{}, fulfilment.ErrMissing.With(p.ID)
	}
	views, err := c.viewPackages(tx, []*fulfilment.Package{p})
	if err != nil {
		return packageView{}, err
	}
	news, err := shipping.Timeline(tx, p.ID)
	for _, e := range news {
		views[0].Tracking = append(views[0].Tracking, viewNews(e))
	}
	return views[0], err
}

type pickListView struct {
	PickList   string        `json:"pick_list_id"`
	Warehouse  string        `json:"warehouse"`
	ReleasedAt string        `json:"released_at"`
	Packages   int64         `json:"packages"`
	Rows       []pickListRow `json:"rows"`
}

type pickListRow struct {
	SKU   string         `json:"sku"`
	Name  string         `json:"name"`
	Qty   int64          `json:"qty"`
	Parts []pickListPart `json:"parts"`
}

type pickListPart struct {
	PackageID string `json:"package_id"`
	Qty       int64  `json:"qty"`
}

func getPickList(c *call, tx *db.Tx, _ none) (pickListView, error) {
	v := pickListView{Rows: []pickListRow{}}
	n, ok := id.Parse("PL", c.r.PathValue("id"))
	if !ok {
		return v, fulfilment.ErrPickListMissing
	}
	list, err := fulfilment.PickList(tx, id.PickList(n))
	if err != nil {
		return v, err
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return v, err
	}
	w, seen := places.byID[list.Warehouse]
	if !seen {
		return v, fulfilment.ErrPickListMissing
	}
	v.PickList, v.Warehouse, v.ReleasedAt, v.Packages = id.Text("PL", int64(list.ID)), w.Code, instant(list.ReleasedAt), list.Packages
	var skus []id.SKU
	for _, r := range list.Rows {
		skus = append(skus, r.SKU)
	}
	goods, err := catalog.Get(tx, skus)
	if err != nil {
		return v, err
	}
	for _, r := range list.Rows {
		row := pickListRow{SKU: goods[r.SKU].Code, Name: goods[r.SKU].Name, Qty: r.Qty, Parts: []pickListPart{}}
		for _, p := range r.Parts {
			row.Parts = append(row.Parts, pickListPart{p.Package.String(), p.Qty})
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}
