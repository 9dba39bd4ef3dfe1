package review

import (
	"strings"

	"baihuo/internal/order"
	"baihuo/internal/rule"
)

// Facts are what a review rule may look at. Field gives their meaning in words;
// amounts are minor units of the order's currency.
type Facts struct {
	Shop         string       `expr:"shop"`
	ShopKind     string       `expr:"shop_kind"`
	Platform     string       `expr:"platform"`
	Contactless  bool         `expr:"contactless"`
	Kind         string       `expr:"kind"`
	ChannelState string       `expr:"channel_state"`
	Currency     string       `expr:"currency"`
	Total        int64        `expr:"total"`
	Paid         int64        `expr:"paid"`
	COD          int64        `expr:"cod"`
	Units        int64        `expr:"units"`
	WeightG      int64        `expr:"weight_g"`
	Lines        []*LineFacts `expr:"lines"`
	Issues       []string     `expr:"issues"`
	Region       string       `expr:"region"`
	Place        string       `expr:"place"`
	Deliverable  bool         `expr:"deliverable"`
	Blacklisted  string       `expr:"blacklisted"`
	BuyerMessage string       `expr:"buyer_message"`
	BuyerOrders  int64        `expr:"buyer_orders"`
	SellerMemo   string       `expr:"seller_memo"`
	Flag         int64        `expr:"flag"`
	Label        string       `expr:"label"`
	Tags         []string     `expr:"tags"`

	// Sentences for {issue} and {reach} in the words of a rule: what is unclear
	// about the address, and why nothing can be brought there.
	IssueZH, IssueEN string `expr:"-"`
	ReachZH, ReachEN string `expr:"-"`
}

// LineFacts are one line of an order, as far as it is not cancelled. A bundle is one
// line that costs what its parts cost.
type LineFacts struct {
	Code     string `expr:"code" json:"code"`
	Name     string `expr:"name" json:"name"`
	Kind     string `expr:"kind" json:"kind"`
	Qty      int64  `expr:"qty" json:"qty"`
	Price    int64  `expr:"price" json:"price"`
	Cost     int64  `expr:"cost" json:"cost"`
	Due      int64  `expr:"due" json:"due"`
	DueEach  int64  `expr:"due_each" json:"due_each"`
	Refund   string `expr:"refund" json:"refund,omitempty"`
	Unlisted bool   `expr:"unlisted" json:"unlisted,omitempty"`
}

// Of gives the facts that an order itself knows. The caller adds the shop's, the
// customer's, the weight, and whether the region can be reached.
func Of(o *order.Order) *Facts {
	f := &Facts{
		Kind: string(o.Kind), ChannelState: string(o.ChannelState), Currency: string(o.Currency),
		Total: int64(o.Total), Paid: int64(o.Paid), COD: int64(o.AmountCOD), Region: o.Region,
		BuyerMessage: o.BuyerMessage, SellerMemo: o.SellerMemo, Flag: int64(o.Flag), Label: o.Label,
		Tags: strings.Fields(o.Tags),
	}
	for _, l := range o.Lines {
		qty := l.Ordered - l.Cancelled
		if l.Kind == order.Component || qty <= 0 {
			continue
		}
		each := int64(l.Due) / l.Ordered
		f.Lines = append(f.Lines, &LineFacts{Code: l.Code, Name: l.Name, Kind: string(l.Kind), Qty: qty,
			Price: int64(l.Price), Cost: costOf(o, l), Due: each * qty, DueEach: each, Refund: string(l.Refund),
			Unlisted: l.SKU == 0 && l.Kind != order.Charge && l.Kind != order.Bundle})
		if l.Kind != order.Charge {
			f.Units += qty
		}
	}
	return f
}

// costOf gives the cost of one piece; of a bundle, that of its parts.
func costOf(o *order.Order, l *order.Line) int64 {
	if l.Kind != order.Bundle {
		return int64(l.Cost)
	}
	var cost int64
	for _, p := range o.Lines {
		if p.Kind == order.Component && p.Parent == l.ID {
			cost += int64(p.Cost) * p.PartQty
		}
	}
	return cost
}

// Field is one fact in the words of staff.
type Field struct {
	Name   string
	ZH, EN string
	// free marks text that people typed: it may be personal, so no reason keeps it.
	free bool
}

// Fields lists what a review rule may look at, in the order of a form's help.
func Fields() []Field { return fields }

var fields = []Field{
	{Name: "shop", ZH: "店铺编号", EN: "the shop's code"},
	{Name: "shop_kind", ZH: "店铺类型:online、web、store、counter", EN: "the shop's kind: online, web, store, counter"},
	{Name: "platform", ZH: "平台:taobao、jd、own 等", EN: "the platform: taobao, jd, own and so on"},
	{Name: "contactless", ZH: "柜台销售,没有收件人", EN: "sold over the counter: nobody to deliver to"},
	{Name: "kind", ZH: "订单类型:normal、cod、presale、exchange、resend、manual、pickup",
		EN: "the kind of order: normal, cod, presale, exchange, resend, manual, pickup"},
	{Name: "channel_state", ZH: "平台状态:unpaid、forbidden、to_ship、part_shipped、shipped、done、closed、strange",
		EN: "what the platform says: unpaid, forbidden, to_ship, part_shipped, shipped, done, closed, strange"},
	{Name: "currency", ZH: "币种", EN: "the currency"},
	{Name: "total", ZH: "应付总额,单位分", EN: "what the buyer owes, in minor units"},
	{Name: "paid", ZH: "已付金额,单位分", EN: "what is paid, in minor units"},
	{Name: "cod", ZH: "货到付款金额,单位分", EN: "what the carrier collects, in minor units"},
	{Name: "units", ZH: "商品总件数(不含费用行)", EN: "pieces of goods in all, charges left out"},
	{Name: "weight_g", ZH: "总重量,单位克", EN: "the weight in grams"},
	{Name: "lines", ZH: "订单行:code、name、kind、qty、price、cost、due(应付)、due_each(每件应付)、refund、unlisted(商品库没有)",
		EN: "the lines: code, name, kind, qty, price, cost, due, due_each (per piece), refund, " +
			"unlisted (not in the catalog)"},
	{Name: "issues", ZH: "收件信息的问题:name_missing、phone_missing、phone_malformed、phone_masked、address_missing、" +
		"address_unclear、address_masked、detail_missing", EN: "what is wrong with the contact: name_missing, " +
		"phone_missing, phone_malformed, phone_masked, address_missing, address_unclear, address_masked, detail_missing"},
	{Name: "region", ZH: "行政区划代码,2、4 或 6 位", EN: "the division code of 2, 4 or 6 digits"},
	{Name: "place", ZH: "省市区", EN: "province, city and district in words"},
	{Name: "deliverable", ZH: "有快递能送到且没有停发", EN: "some carrier goes there and is not stopped"},
	{Name: "blacklisted", ZH: "买家被列入黑名单的原因,没有则为空", EN: "why the buyer is on the black list, else empty", free: true},
	{Name: "buyer_message", ZH: "买家留言", EN: "the buyer's message", free: true},
	{Name: "buyer_orders", ZH: "买家以前的订单数", EN: "earlier orders of the buyer"},
	{Name: "seller_memo", ZH: "卖家备注", EN: "the seller's memo", free: true},
	{Name: "flag", ZH: "旗帜 0 到 5", EN: "the flag, 0 to 5"},
	{Name: "label", ZH: "旗帜旁的标记", EN: "the label beside the flag"},
	{Name: "tags", ZH: "标签", EN: "the tags"},
}

// The dimensions of a rule's scope. DimensionContact is "needed" or "none": a sale
// over the counter has nobody to reach.
const (
	DimensionShop     = "shop"
	DimensionPlatform = "platform"
	DimensionKind     = "kind"
	DimensionContact  = "contact"
)

// within says whether a rule's scope covers an order.
func (f *Facts) within(s rule.Scope) bool {
	return s.Covers(DimensionShop, f.Shop) && s.Covers(DimensionPlatform, f.Platform) &&
		s.Covers(DimensionKind, f.Kind) && s.Covers(DimensionContact, contact(f.Contactless))
}

func contact(contactless bool) string {
	if contactless {
		return "none"
	}
	return "needed"
}
