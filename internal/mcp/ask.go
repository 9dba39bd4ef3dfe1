package mcp

import (
	"encoding/json"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/insight"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// questions are the tools that change nothing.
func questions() []tool {
	return []tool{
		asks("search_orders", staff.OrderRead, "查询订单,新的在前,姓名打码", "Find orders, the newest first, names masked", searchOrders),
		asks("explain_order", staff.OrderRead, "解释一个订单:各状态、为什么等、挂起和依据的规则、包裹、时间线",
			"Explain an order: its states, why it waits, holds and the rules behind them, packages, timeline", explainOrder),
		asks("stock_of_sku", staff.StockRead, "一个商品在各仓的库存、谁占用、谁在等", "Stock of a SKU by warehouse, who holds it and who waits for it", stockOfSKU),
		asks("list_exceptions", staff.ExceptionRead, "异常列表,先来的在前", "Work for people, the oldest first", listExceptions),
		asks("report", staff.OrderRead, "现况报表:各状态订单数和最早时间、挂起、缺货、逾期、今日接单发货取消、异常数",
			"How things stand: orders by state and since when, held, late, accepted, shipped and cancelled today, open exceptions", report),
	}
}

type skuArgs struct {
	SKU string `json:"sku" jsonschema:"code or barcode; 商品编码或条码"`
}

type stockRow struct {
	Warehouse  string       `json:"warehouse"`
	OnHand     int64        `json:"on_hand"`
	Reserved   int64        `json:"reserved"`
	Unsellable int64        `json:"unsellable"`
	Safety     int64        `json:"safety"`
	Free       int64        `json:"free"`
	ATP        int64        `json:"atp" jsonschema:"what may still be promised; 可承诺"`
	Holders    []holderView `json:"holders"`
}

type holderView struct {
	OrderID string `json:"order_id"`
	Qty     int64  `json:"qty"`
	Since   string `json:"since"`
}

type stockAnswer struct {
	SKU     string       `json:"sku"`
	Name    string       `json:"name"`
	Bundle  bool         `json:"bundle"`
	Stock   []stockRow   `json:"stock"`
	Waiting []holderView `json:"waiting" jsonschema:"in the order they will be served"`
}

const listMost = 50

func stockOfSKU(c *call, tx *db.Tx, in skuArgs) (stockAnswer, error) {
	found, err := catalog.Find(tx, []string{in.SKU})
	if err != nil {
		return stockAnswer{}, err
	}
	sku := found[in.SKU]
	if sku == nil {
		return stockAnswer{}, catalog.ErrMissing
	}
	v := stockAnswer{SKU: sku.Code, Name: sku.Name, Bundle: sku.Bundle}
	shops, err := c.shops(tx)
	if err != nil {
		return v, err
	}
	if v.Stock, err = c.stockRows(tx, sku.ID, shops); err != nil {
		return v, err
	}
	v.Waiting, err = waitingFor(tx, sku.ID, shops)
	return v, err
}

// stockRows gives the counters of a SKU in the caller's warehouses, with the orders of
// their shops that hold some of it.
func (c *call) stockRows(tx *db.Tx, sku id.SKU, shops seenShops) ([]stockRow, error) {
	list := []stockRow{}
	places, err := c.warehouses(tx)
	if err != nil {
		return list, err
	}
	rows, err := inventory.List(tx, inventory.Filter{SKU: sku, Scope: c.caller.Scope, Limit: 1000})
	if err != nil {
		return list, err
	}
	for _, r := range rows {
		row := stockRow{Warehouse: places[r.Warehouse].Code, OnHand: r.OnHand, Reserved: r.Reserved, Unsellable: r.Unsellable,
			Safety: r.Safety, Free: r.Free, ATP: r.ATP, Holders: []holderView{}}
		holders, err := inventory.Holders(tx, r.Place, listMost)
		if err != nil {
			return list, err
		}
		for _, h := range holders {
			if _, seen := shops[h.Shop]; seen {
				row.Holders = append(row.Holders, holderView{OrderID: h.Order.String(), Qty: h.Qty, Since: instant(h.Since)})
			}
		}
		list = append(list, row)
	}
	return list, nil
}

// warehouses gives those of the caller's scope.
func (c *call) warehouses(tx *db.Tx) (map[id.Warehouse]inventory.Warehouse, error) {
	seen := map[id.Warehouse]inventory.Warehouse{}
	all, err := inventory.Warehouses(tx)
	for _, w := range all {
		if c.caller.Scope.HasWarehouse(w.ID) {
			seen[w.ID] = w
		}
	}
	return seen, err
}

type exceptionsArgs struct {
	Kind    string `json:"kind,omitempty" jsonschema:"a queue; 异常种类"`
	Order   string `json:"order_id,omitempty" jsonschema:"only those about an order such as O-123"`
	Settled bool   `json:"settled,omitempty" jsonschema:"those that were closed instead of those that are open"`
	After   string `json:"after,omitempty" jsonschema:"next of the page before"`
	Limit   int    `json:"limit,omitempty" jsonschema:"1 to 50, default 20"`
}

type exceptionView struct {
	ExceptionID string          `json:"exception_id"`
	Kind        string          `json:"kind"`
	OrderID     string          `json:"order_id,omitempty"`
	Shop        string          `json:"shop,omitempty"`
	ZH          string          `json:"zh"`
	EN          string          `json:"en"`
	Detail      json.RawMessage `json:"detail,omitempty"`
	OpenedAt    string          `json:"opened_at"`
	ClosedAt    string          `json:"closed_at,omitempty"`
	ClosedBy    string          `json:"closed_by,omitempty"`
}

type exceptionsAnswer struct {
	Exceptions []exceptionView `json:"exceptions"`
	Next       string          `json:"next,omitempty"`
}

func (c *call) viewException(e review.Exception, shops map[id.Shop]shop.Shop) exceptionView {
	v := exceptionView{ExceptionID: id.Text("X", int64(e.ID)), Kind: e.Kind, Shop: shops[e.Shop].Code, ZH: e.ZH, EN: e.EN,
		Detail: c.payload(e.Detail), OpenedAt: instant(e.OpenedAt), ClosedAt: instant(e.ClosedAt), ClosedBy: e.ClosedBy}
	if e.Order != 0 {
		v.OrderID = e.Order.String()
	}
	return v
}

func listExceptions(c *call, tx *db.Tx, in exceptionsArgs) (exceptionsAnswer, error) {
	answer, bad := exceptionsAnswer{Exceptions: []exceptionView{}}, ErrWanted
	f := review.Filter{Kind: in.Kind, Settled: in.Settled, Limit: bounded(in.Limit), Scope: &c.caller.Scope}
	if n, ok := id.Parse("O", in.Order); ok {
		f.Order = id.Order(n)
	} else if in.Order != "" {
		bad = bad.Field("order_id", "应为 O- 开头的订单编号", "is an order number such as O-123")
	}
	if n, ok := id.Parse("X", in.After); ok {
		f.After = id.Exception(n)
	} else if in.After != "" {
		bad = bad.Field("after", "请使用上一页的 next", "is the next of the page before")
	}
	if len(bad.Fields) > 0 {
		return answer, bad
	}
	shops, err := c.shops(tx)
	if err != nil {
		return answer, err
	}
	list, err := review.List(tx, f)
	for _, e := range list {
		answer.Exceptions = append(answer.Exceptions, c.viewException(e, shops))
	}
	if len(list) == f.Limit {
		answer.Next = id.Text("X", int64(list[len(list)-1].ID))
	}
	return answer, err
}

type noArgs struct{}

type reportAnswer struct {
	At     string      `json:"at"`
	Queues []queueView `json:"orders_by_word"`
	Held   int64       `json:"held"`
	Late   int64       `json:"late" jsonschema:"should have left by now; counted up to 10000"`
	Today  todayView   `json:"today" jsonschema:"since midnight in Shanghai, a moment late"`
	// Exceptions is absent for who may not see them.
	Exceptions map[string]int64 `json:"open_exceptions,omitempty"`
}

type queueView struct {
	Word   string `json:"word"`
	Orders int64  `json:"orders"`
	Oldest string `json:"oldest_ordered_at,omitempty"`
}

type todayView struct {
	Accepted  int64 `json:"accepted"`
	Shipped   int64 `json:"shipped"`
	Cancelled int64 `json:"cancelled"`
}

// shanghai is the house's day.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func report(c *call, tx *db.Tx, _ noArgs) (v reportAnswer, err error) {
	v = reportAnswer{At: instant(tx.Now()), Queues: []queueView{}}
	words, held, err := order.CountsIn(tx, c.caller.Scope)
	if err != nil {
		return v, err
	}
	v.Held = held
	for _, w := range order.Words() {
		if words[w] == 0 {
			continue
		}
		since, err := order.Oldest(tx, c.caller.Scope, w)
		if err != nil {
			return v, err
		}
		v.Queues = append(v.Queues, queueView{Word: string(w), Orders: words[w], Oldest: instant(since)})
	}
	if v.Late, err = order.CountDue(tx, c.caller.Scope, tx.Now(), 10_000); err != nil {
		return v, err
	}
	if v.Today, err = c.today(tx); err != nil || !c.caller.May(staff.ExceptionRead) {
		return v, err
	}
	v.Exceptions = map[string]int64{}
	kinds, err := review.CountsIn(tx, c.caller.Scope)
	for _, k := range kinds {
		v.Exceptions[k.Kind] = k.Open
	}
	return v, err
}

func (c *call) today(tx *db.Tx) (v todayView, err error) {
	y, m, d := tx.Now().Time().In(shanghai).Date()
	hours, err := insight.Hours(tx, c.caller.Scope, db.At(time.Date(y, m, d, 0, 0, 0, 0, shanghai)), tx.Now()+1)
	for _, h := range hours {
		switch h.What {
		case insight.Accepted:
			v.Accepted += h.Orders
		case insight.Shipped:
			v.Shipped += h.Orders
		case insight.Cancelled:
			v.Cancelled += h.Orders
		}
	}
	return v, err
}
