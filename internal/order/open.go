package order

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/shop"
)

// Bounds of one order. Larger figures are typing errors or attacks.
const (
	LinesMax    = 2000
	QtyMax      = 1_000_000
	PriceMax    = 100_000_000_00 // a hundred million yuan
	TextMax     = 4000
	NoMax       = 128
	labelMax    = 3
	tagsMax     = 50
	roundingMax = 1 // fen per line that a channel's own total may differ
)

// Check says what is wrong with a draft, all of it in one fault, or nil. What a
// person can mend later (an unknown SKU, a bad phone) is not wrong here: such
// an order is kept and held.
func (d *Draft) Check() *fault.Fault {
	c := checker{}
	c.text("external_no", d.ExternalNo, NoMax, true)
	if d.OrderedAt <= 0 {
		c.add("ordered_at", "缺少下单时间", "the time of the order is missing")
	}
	if _, known := d.Currency.Exponent(); !known {
		c.add("currency", fmt.Sprintf("币种 %q 无法识别", d.Currency), fmt.Sprintf("the currency %q is unknown", d.Currency))
	}
	if len(d.Lines) == 0 || len(d.Lines) > LinesMax {
		c.add("lines", fmt.Sprintf("订单要有 1 到 %d 行,收到 %d 行", LinesMax, len(d.Lines)),
			fmt.Sprintf("an order has 1 to %d lines, this has %d", LinesMax, len(d.Lines)))
	}
	var goods money.Amount
	for i := range d.Lines {
		c.line(i, &d.Lines[i])
		due, err := d.Lines[i].Price.Mul(d.Lines[i].Qty)
		if err == nil {
			goods, err = goods.Add(due)
		}
		if err != nil || goods > PriceMax*10 {
			c.add("lines", "全部商品金额超过 10 亿", "the goods are worth more than a billion")
			break
		}
	}
	for name, amount := range map[string]money.Amount{"freight": d.Freight, "paid": d.Paid, "amount_cod": d.AmountCOD, "total": d.Total} {
		if amount < 0 || amount > PriceMax*10 {
			c.add(name, "金额必须在 0 到 10 亿之间", "the amount must be between 0 and a billion")
		}
	}
	c.promotions(d)
	c.texts(d)
	return c.fault
}

type checker struct{ fault *fault.Fault }

func (c *checker) add(name, zh, en string) {
	if c.fault == nil {
		c.fault = ErrInvalid
	}
	if len(c.fault.Fields) < 50 {
		c.fault = c.fault.Field(name, zh, en)
	}
}

func (c *checker) text(name, s string, limit int, need bool) {
	switch {
	case need && strings.TrimSpace(s) == "":
		c.add(name, "不能为空", "must not be empty")
	case utf8.RuneCountInString(s) > limit:
		c.add(name, fmt.Sprintf("超过 %d 个字符", limit), fmt.Sprintf("is longer than %d characters", limit))
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		c.add(name, "含有空字符或损坏的编码,请用 UTF-8 重新保存", "holds a NUL or broken encoding; save it as UTF-8")
	}
}

func (c *checker) line(i int, l *DraftLine) {
	name := func(field string) string { return fmt.Sprintf("lines[%d].%s", i, field) }
	if l.Qty <= 0 || l.Qty > QtyMax {
		c.add(name("qty"), fmt.Sprintf("数量 %d 超出范围(1 到 %d)", l.Qty, QtyMax), fmt.Sprintf("the quantity %d is out of range (1 to %d)", l.Qty, QtyMax))
	}
	if l.Price < 0 || l.Price > PriceMax {
		c.add(name("price"), "单价必须在 0 到 1 亿之间", "the price must be between 0 and a hundred million")
	} else if goods, err := l.Price.Mul(max(l.Qty, 0)); err != nil {
		c.add(name("price"), "单价乘数量超出范围", "price times quantity is out of range")
	} else if l.Discount < 0 || l.Discount > goods {
		c.add(name("discount"), "行优惠不能为负,也不能超过行金额", "a discount is neither negative nor more than the line")
	}
	switch l.Kind {
	case "", Goods, Gift, Bundle, Charge:
	default:
		c.add(name("kind"), "行类型只能是 goods、gift、bundle 或 charge", "the kind is goods, gift, bundle or charge")
	}
	switch l.Refund {
	case NoRefund, RefundRequested, RefundDone, RefundClosed:
	default:
		c.add(name("refund"), "退款状态只能是 requested、done、closed 或空", "the refund is requested, done, closed or empty")
	}
	c.text(name("code"), l.Code, NoMax, l.Kind != Charge)
	c.text(name("name"), l.Name, 500, false)
	c.text(name("external_no"), l.ExternalNo, NoMax, false)
	c.text(name("together"), l.Together, NoMax, false)
	for _, p := range l.Parts {
		c.text(name("parts"), p.Code, NoMax, true)
		if p.Qty <= 0 || p.Qty > QtyMax || p.Qty*l.Qty > QtyMax {
			c.add(name("parts"), "组合装部件数量必须为正,总数不能超过 1000000", "a part's quantity must be positive, and a million in all at most")
		}
	}
}

func (c *checker) promotions(d *Draft) {
	for i, p := range d.Promotions {
		if p.Amount < 0 || p.Amount > PriceMax {
			c.add(fmt.Sprintf("promotions[%d].amount", i), "优惠金额不能为负", "the amount of a promotion is not negative")
		}
		for _, n := range p.Lines {
			if n < 0 || n >= len(d.Lines) {
				c.add(fmt.Sprintf("promotions[%d].lines", i), "优惠指向不存在的行", "the promotion names a line that does not exist")
			}
		}
	}
}

func (c *checker) texts(d *Draft) {
	switch d.Kind {
	case "", Normal, COD, Presale, Exchange, Resend, Manual, PickUp, Counter:
	default:
		c.add("kind", "订单类型无法识别", "the kind of order is unknown")
	}
	switch d.ChannelState {
	case "", Unpaid, Forbidden, ToShip, PartShipped, Shipped, Done, Closed, Strange:
	default:
		c.add("channel_state", "订单状态只能是本系统的状态;平台原词请写在 channel_word", "the state is one of ours; the platform's word goes to channel_word")
	}
	c.text("buyer_message", d.BuyerMessage, TextMax, false)
	c.text("seller_memo", d.SellerMemo, TextMax, false)
	c.text("label", d.Label, labelMax, false)
	c.text("invoice.title", d.Invoice.Title, 200, false)
	c.text("invoice.tax_no", d.Invoice.TaxNo, 64, false)
	for name, s := range map[string]string{"contact.name": d.Contact.Name, "contact.phone": d.Contact.Phone,
		"contact.detail": d.Contact.Detail, "contact.province": d.Contact.Province, "contact.city": d.Contact.City,
		"contact.district": d.Contact.District, "contact.town": d.Contact.Town, "contact.opaque_id": d.Contact.OpaqueID,
		"buyer.name": d.Buyer.Name, "buyer.id": d.Buyer.ID, "channel_word": d.ChannelWord, "pay_method": d.PayMethod} {
		c.text(name, s, 500, false)
	}
	if d.Flag < 0 || d.Flag > 5 {
		c.add("flag", "旗帜只能是 0 到 5", "the flag is 0 to 5")
	}
	if len(d.Tags) > tagsMax {
		c.add("tags", "标签太多", "too many tags")
	}
	for _, tag := range d.Tags {
		if strings.ContainsAny(tag, " \t\n") {
			c.add("tags", "标签不能含空格", "a tag holds no blanks")
		}
		c.text("tags", tag, 50, true)
	}
}

// Open makes an order of a draft in memory: ids, goods mapped, amounts split to
// the cent, bundles exploded. Nothing is written. The draft has passed Check. A
// line whose code the catalog does not know keeps SKU 0 and moves no stock. The invoice
// is the caller's to seal, outside the transaction.
func Open(tx *db.Tx, d *Draft, s shop.Shop, skus map[string]*catalog.SKU) *Order {
	o := &Order{
		ID: id.Order(tx.NewID()), Shop: s.ID, ExternalNo: strings.TrimSpace(d.ExternalNo), Kind: orKind(d.Kind), Currency: d.Currency,
		ChannelState: orState(d.ChannelState), ChannelWord: d.ChannelWord, ModifiedAt: d.ModifiedAt,
		OrderedAt: d.OrderedAt, PaidAt: d.PaidAt, PayBy: d.PayBy, PayMethod: d.PayMethod,
		Freight: d.Freight, Paid: d.Paid, AmountCOD: d.AmountCOD,
		Wishes:       jsonOrEmpty(d.Wishes, Wishes{}.empty(d.Wishes)),
		BuyerMessage: d.BuyerMessage, SellerMemo: d.SellerMemo, Flag: d.Flag, Label: d.Label, Tags: strings.Join(d.Tags, " "),
		ShipBy: d.ShipBy, CollectBy: d.CollectBy, SignBy: d.SignBy, ShipTogether: d.ShipTogether, NoPartial: d.NoPartial,
		Instructions: jsonOrEmpty(d.Instructions, len(d.Instructions) == 0),
		Review:       Pending, History: d.History, AcceptedAt: tx.Now(), Version: 1,
	}
	o.Lines = make([]*Line, 0, len(d.Lines))
	for i := range d.Lines {
		o.addLine(tx, &d.Lines[i], skus)
	}
	o.applyPromotions(d.Promotions)
	o.explode(tx, d, skus)
	o.sum()
	o.startEnded(tx)
	return o
}

// startEnded marks an order that the channel had closed before we heard of it, or
// had taken every line of: it is kept, and ships nothing.
func (o *Order) startEnded(tx *db.Tx) {
	if o.History {
		return
	}
	goods := false
	for _, l := range o.Lines {
		goods = goods || l.Kind != Charge
		if o.ChannelState == Closed {
			l.Cancelled = l.Ordered
		}
	}
	if o.ChannelState == Closed || goods && o.nothingLeft() {
		o.CancelledAt, o.CancelledWhy = tx.Now(), ByChannel
	}
}

func (o *Order) addLine(tx *db.Tx, d *DraftLine, skus map[string]*catalog.SKU) *Line {
	l := &Line{ID: id.Line(tx.NewID()), Order: o.ID, Position: len(o.Lines) + 1, ExternalNo: d.ExternalNo, Kind: d.Kind,
		Code: d.Code, Name: d.Name, Price: d.Price, Discount: d.Discount, Together: d.Together, Refund: d.Refund, Ordered: d.Qty}
	if l.Kind == "" {
		l.Kind = Goods
	}
	if d.Closed {
		l.Cancelled = l.Ordered
	}
	if sku := skus[d.Code]; sku != nil && l.Kind != Charge {
		l.SKU, l.Cost = sku.ID, sku.Cost
		if l.Name == "" {
			l.Name = sku.Name
		}
		if sku.Bundle || len(d.Parts) > 0 {
			l.Kind = Bundle
		}
	} else if len(d.Parts) > 0 && l.Kind != Charge {
		l.Kind = Bundle
	}
	l.Due = l.gross() - l.Discount
	o.Lines = append(o.Lines, l)
	return l
}

func (l *Line) gross() money.Amount { return l.Price * money.Amount(l.Ordered) }

// applyPromotions spreads each promotion over its lines in proportion to what
// they still cost, to the cent. What is more than the lines cost is cut.
func (o *Order) applyPromotions(list []Promotion) {
	tops := o.Lines
	for _, p := range list {
		var chosen []*Line
		if len(p.Lines) == 0 {
			for _, l := range tops {
				if l.Kind != Charge {
					chosen = append(chosen, l)
				}
			}
		}
		for _, n := range p.Lines {
			chosen = append(chosen, tops[n])
		}
		weights := make([]int64, len(chosen))
		var sum money.Amount
		for i, l := range chosen {
			weights[i] = int64(l.Due)
			sum += l.Due
		}
		for i, share := range money.Split(min(p.Amount, sum), weights) {
			chosen[i].Discount += share
			chosen[i].Due -= share
		}
	}
}

// explode adds the components of bundle lines, each with its share of the
// bundle's price by what the components cost alone.
func (o *Order) explode(tx *db.Tx, d *Draft, skus map[string]*catalog.SKU) {
	for i, n := 0, len(o.Lines); i < n; i++ {
		parent := o.Lines[i]
		if parent.Kind != Bundle {
			continue
		}
		parts := partsOf(&d.Lines[i], skus)
		weights := make([]int64, len(parts))
		for j, p := range parts {
			weights[j] = max(int64(p.sku.Price), 1) * p.qty
		}
		discounts, dues := money.Split(parent.Discount, weights), money.Split(parent.Due, weights)
		for j, p := range parts {
			l := &Line{ID: id.Line(tx.NewID()), Order: o.ID, Position: len(o.Lines) + 1, Kind: Component, Parent: parent.ID,
				SKU: p.sku.ID, Code: p.sku.Code, Name: p.sku.Name, Ordered: parent.Ordered * p.qty, Discount: discounts[j],
				Due: dues[j], Together: parent.Together, Refund: parent.Refund, Cost: p.sku.Cost, PartQty: p.qty}
			l.Price = (l.Due + l.Discount) / money.Amount(l.Ordered)
			if parent.Cancelled > 0 {
				l.Cancelled = l.Ordered
			}
			o.Lines = append(o.Lines, l)
		}
	}
}

type part struct {
	sku *catalog.SKU
	qty int64
}

// partsOf gives what a bundle line consists of: what the channel names, else
// what the catalog knows. A bundle with an unknown part has none and is held.
func partsOf(d *DraftLine, skus map[string]*catalog.SKU) []part {
	var parts []part
	for _, p := range d.Parts {
		sku := skus[p.Code]
		if sku == nil {
			return nil
		}
		parts = append(parts, part{sku, p.Qty})
	}
	if len(parts) > 0 {
		return parts
	}
	if bundle := skus[d.Code]; bundle != nil {
		for _, p := range bundle.Parts {
			parts = append(parts, part{p.Item, p.Qty})
		}
	}
	return parts
}

// sum adds up the header from the lines.
func (o *Order) sum() {
	o.Goods, o.Discount, o.Fee = 0, 0, 0
	for _, l := range o.Lines {
		switch l.Kind {
		case Component:
		case Charge:
			o.Fee += l.Due
		default:
			o.Goods += l.gross()
			o.Discount += l.Discount
		}
	}
	o.Total = o.Goods - o.Discount + o.Freight + o.Fee
}

// Unmatched gives the lines whose goods the catalog does not know.
func (o *Order) Unmatched() (lines []*Line) {
	parents := map[id.Line]bool{}
	for _, l := range o.Lines {
		parents[l.Parent] = l.Parent != 0
	}
	for _, l := range o.Lines {
		if l.Kind == Charge || l.Kind == Component || l.Cancelled == l.Ordered {
			continue
		}
		if (l.Kind == Bundle && !parents[l.ID]) || (l.Kind != Bundle && l.SKU == 0) {
			lines = append(lines, l)
		}
	}
	return lines
}

// TotalDiffers says by how much a stated total differs from ours, beyond
// rounding.
func (o *Order) TotalDiffers(stated money.Amount) (by money.Amount, differs bool) {
	by = stated - o.Total
	return by, stated != 0 && (by > roundingMax*money.Amount(len(o.Lines)) || -by > roundingMax*money.Amount(len(o.Lines)))
}

func (Wishes) empty(w Wishes) bool {
	return w.On == "" && w.Slot == "" && w.Days == "" && len(w.Carriers)+len(w.Avoid) == 0 && w.Store == "" && w.Text == ""
}

func jsonOrEmpty(v any, empty bool) string {
	if empty {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic("order: " + err.Error())
	}
	return string(b)
}

func orKind(k Kind) Kind {
	if k == "" {
		return Normal
	}
	return k
}

func orState(s ChannelState) ChannelState {
	if s == "" {
		return ToShip
	}
	return s
}
