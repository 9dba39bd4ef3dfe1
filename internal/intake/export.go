package intake

import (
	"context"
	"encoding/hex"

	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/journal"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/sheet"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// ExportOptions choose what is written. Zero fields do not choose.
type ExportOptions struct {
	Shop string     // orders: a shop's code
	Word order.Word // orders: as the lists show them
	Kind string     // journal: order, sku, import, ...
	// Scope leaves the orders of its shops and the stock of its warehouses.
	Scope staff.Scope
	// From and To bound the time of an order, or of a journal row; To is not in it.
	From, To db.Instant
	Chinese  bool // Chinese headers
}

const exportPage = 500

// Export writes orders, stock or the journal, and gives the number of rows below
// the header. It reads page by page, each on its own snapshot, so that it may take
// its time. People stand there as masks only. It does not close w. Orders come a
// row a line, the newest first, with headers that Orders reads back. Faults:
// ErrExport, ErrShop.
func Export(ctx context.Context, d *db.DB, what string, w *sheet.Writer, o ExportOptions) (rows int64, err error) {
	e := &exporter{d: d, w: w, o: o}
	switch what {
	case "orders":
		err = e.orders(ctx)
	case "stock":
		err = e.stock(ctx)
	case "journal":
		err = e.journal(ctx)
	default:
		err = ErrExport.With(short(what))
	}
	return e.rows, err
}

type exporter struct {
	d    *db.DB
	w    *sheet.Writer
	o    ExportOptions
	rows int64
}

func (e *exporter) write(cells ...sheet.Cell) error {
	e.rows++
	return e.w.Write(cells...)
}

// header writes the names that stand in pairs, English and Chinese.
func (e *exporter) header(pairs ...string) error {
	var names []string
	for i := 0; i < len(pairs); i += 2 {
		if e.o.Chinese {
			names = append(names, pairs[i+1])
		} else {
			names = append(names, pairs[i])
		}
	}
	return e.w.Header(names...)
}

func (e *exporter) within(at db.Instant) bool { return at >= e.o.From && (e.o.To == 0 || at < e.o.To) }

func (e *exporter) orders(ctx context.Context) error {
	err := e.header("order_no", "订单号", "line_no", "子订单号", "kind", "行类型", "shop", "店铺编码", "ordered_at", "下单时间",
		"paid_at", "付款时间", "state", "订单状态", "word", "处理进度", "sku", "商家编码", "name", "商品名称", "qty", "数量",
		"price", "单价", "discount", "优惠", "freight", "运费", "due", "应付", "currency", "币种", "qty_cancelled", "取消数量",
		"qty_shipped", "发货数量", "qty_returned", "退回数量", "qty_refunded", "退款数量",
		"recipient_mask", "收件人(掩码)", "phone_mask", "电话(掩码)", "address_mask", "地址(掩码)", "place", "行政区")
	if err != nil {
		return err
	}
	shops, f, err := e.shops(ctx)
	if err != nil {
		return err
	}
	for {
		var cards []order.Card
		var orders map[id.Order]*order.Order
		var people map[id.Recipient]customer.Recipient
		err := e.d.Read(ctx, func(tx *db.Tx) (err error) {
			if cards, err = order.List(tx, f); err != nil {
				return err
			}
			orders, people, err = e.details(tx, cards)
			return err
		})
		if err != nil || len(cards) == 0 {
			return err
		}
		for _, c := range cards {
			if o := orders[c.Order]; o != nil {
				if err := e.order(o, c, shops[o.Shop], people[o.Recipient]); err != nil {
					return err
				}
			}
		}
		f.Before = cards[len(cards)-1].Order
	}
}

func (e *exporter) shops(ctx context.Context) (map[id.Shop]place, order.Filter, error) {
	f := order.Filter{Word: e.o.Word, Limit: exportPage, Scope: e.o.Scope}
	shops := map[id.Shop]place{}
	return shops, f, e.d.Read(ctx, func(tx *db.Tx) error {
		all, err := shop.All(tx)
		for _, s := range all {
			shops[s.ID] = place{Shop: s, zone: s.Location()}
			if s.Code == shop.Fold(e.o.Shop) {
				f.Shop = s.ID
			}
		}
		if err == nil && e.o.Shop != "" && f.Shop == 0 {
			err = ErrShop.With(short(e.o.Shop))
		}
		return err
	})
}

func (e *exporter) details(tx *db.Tx, cards []order.Card) (map[id.Order]*order.Order,
	map[id.Recipient]customer.Recipient, error) {
	var ids []id.Order
	for _, c := range cards {
		if e.within(c.OrderedAt) {
			ids = append(ids, c.Order)
		}
	}
	list, err := order.Get(tx, ids)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	orders := make(map[id.Order]*order.Order, len(list))
	recipients := make([]id.Recipient, len(list))
	for i, o := range list {
		orders[o.ID], recipients[i] = o, o.Recipient
	}
	people, err := customer.Get(tx, recipients)
	return orders, people, err
}

// order writes an order a row a line. The parts of a bundle are left out: the
// bundle's line stands for them.
func (e *exporter) order(o *order.Order, c order.Card, s place, who customer.Recipient) error {
	freight := o.Freight
	amount := func(a money.Amount) sheet.Cell { return sheet.Decimal(a.Format(o.Currency)) }
	when := func(at db.Instant) sheet.Cell {
		if at == 0 {
			return sheet.Text("")
		}
		return sheet.Moment(at.Time().In(s.zone))
	}
	for _, l := range o.Lines {
		if l.Kind == order.Component {
			continue
		}
		kind := string(l.Kind)
		if l.Kind == order.Bundle {
			kind = string(order.Goods) // the catalog knows that it is one
		}
		err := e.write(sheet.Text(o.ExternalNo), sheet.Text(l.ExternalNo), sheet.Text(kind), sheet.Text(s.Code),
			when(o.OrderedAt), when(o.PaidAt), sheet.Text(string(o.ChannelState)), sheet.Text(string(c.Word)), sheet.Text(l.Code),
			sheet.Text(l.Name), sheet.Whole(l.Ordered), amount(l.Price), amount(l.Discount), amount(freight), amount(l.Due),
			sheet.Text(string(o.Currency)), sheet.Whole(l.Cancelled), sheet.Whole(l.Shipped), sheet.Whole(l.Returned),
			sheet.Whole(l.Refunded), sheet.Text(who.Name.Mask), sheet.Text(who.Phone.Mask), sheet.Text(who.Address.Mask), sheet.Text(who.Place))
		if err != nil {
			return err
		}
		freight = 0 // once an order
	}
	return nil
}

func (e *exporter) stock(ctx context.Context) error {
	err := e.header("warehouse", "仓库编码", "sku", "商品编码", "name", "商品名称", "on_hand", "实物", "reserved", "预占",
		"unsellable", "不可售", "safety", "安全库存", "free", "可用", "atp", "可承诺")
	for f := (inventory.Filter{Limit: exportPage, Scope: e.o.Scope}); err == nil; {
		var page []inventory.Row
		skus, places := map[id.SKU]*catalog.SKU{}, map[id.Warehouse]string{}
		err = e.d.Read(ctx, func(tx *db.Tx) (err error) {
			if page, err = inventory.List(tx, f); err != nil || len(page) == 0 {
				return err
			}
			ids := make([]id.SKU, len(page))
			for i, r := range page {
				ids[i] = r.SKU
			}
			if skus, err = catalog.Get(tx, ids); err != nil {
				return err
			}
			all, err := inventory.Warehouses(tx)
			for _, w := range all {
				places[w.ID] = w.Code
			}
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			sku := skus[r.SKU]
			err := e.write(sheet.Text(places[r.Warehouse]), sheet.Text(sku.Code), sheet.Text(sku.Name),
				sheet.Whole(r.OnHand),
				sheet.Whole(r.Reserved), sheet.Whole(r.Unsellable), sheet.Whole(r.Safety), sheet.Whole(r.Free), sheet.Whole(r.ATP))
			if err != nil {
				return err
			}
		}
		f.After = page[len(page)-1].ID
	}
	return err
}

func (e *exporter) journal(ctx context.Context) error {
	err := e.header("stream", "流", "seq", "序号", "at", "时间(UTC)", "object", "对象", "object_id", "对象编号", "version", "版本",
		"what", "事件", "payload", "内容", "actor", "操作者", "cause", "起因", "hash", "哈希")
	for from := (journal.Position{}); err == nil; {
		var page []journal.Row
		err = e.d.Read(ctx, func(tx *db.Tx) (err error) {
			page, from, err = journal.Next(tx, from, exportPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if !e.within(r.At) || e.o.Kind != "" && r.Kind != e.o.Kind {
				continue
			}
			err := e.write(sheet.Whole(r.Stream), sheet.Whole(r.Seq), sheet.Moment(r.At.Time()), sheet.Text(r.Kind),
				sheet.Whole(r.ID),
				sheet.Whole(r.Version), sheet.Text(r.What), sheet.Text(r.Payload), sheet.Text(r.By.Actor), sheet.Text(r.By.Cause),
				sheet.Text(hex.EncodeToString(r.Hash)))
			if err != nil {
				return err
			}
		}
	}
	return err
}
