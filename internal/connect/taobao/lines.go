package taobao

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"baihuo/internal/money"
	"baihuo/internal/order"
)

// lines reads the sub-orders, then what is sold beside the goods.
func (r *reader) lines(t *trade, d *order.Draft) {
	if n := len(t.Orders); n == 0 || n+len(t.Services)+len(t.Promotions) > order.LinesMax {
		r.bad("orders", fmt.Sprintf("子订单、服务与优惠合计应为 1 到 %d 条", order.LinesMax),
			fmt.Sprintf("there must be 1 to %d sub-orders, services and promotions", order.LinesMax))
		return
	}
	for i := range t.Orders {
		d.Lines = append(d.Lines, r.line(fmt.Sprintf("orders[%d].", i), &t.Orders[i]))
	}
	together(t, d.Lines)
	for i := range t.Services {
		s, at := &t.Services[i], fmt.Sprintf("service_orders[%d].", i)
		d.Lines = append(d.Lines, order.DraftLine{ExternalNo: r.id(at+"oid", s.OIDStr, s.OID), Kind: order.Charge,
			Name: string(s.Title), Qty: 1, Price: r.yuan(at+"payment", s.Payment)})
	}
	if fee := r.yuan("buyer_cod_fee", t.BuyerCODFee); fee > 0 {
		d.Lines = append(d.Lines, order.DraftLine{Kind: order.Charge, Name: "货到付款服务费", Qty: 1, Price: fee})
	}
}

func (r *reader) line(at string, o *subOrder) order.DraftLine {
	l := order.DraftLine{
		ExternalNo: r.id(at+"oid", o.OIDStr, o.OID), Kind: order.Goods,
		Code: r.code(at, o.SKUID, o.NumIID, o.OuterSKUID, o.OuterIID),
		Name: strings.TrimSpace(string(o.Title) + " " + string(o.Properties)), Qty: r.count(at+"num", o.Num),
		Refund: r.refund(at, o),
	}
	state, known := states[string(o.Status)]
	if !known {
		r.unknown(at+"status", o.Status)
	}
	l.Closed = state == order.Closed
	l.Price, l.Discount = r.amounts(at, o, l.Qty)
	for i := range o.Combine {
		c, at := &o.Combine[i], fmt.Sprintf("%scombine_item_info[%d].", at, i)
		l.Kind = order.Bundle
		l.Parts = append(l.Parts, order.Part{Code: r.code(at, c.SKUID, c.ItemID, c.OuterSKUID, c.OuterIID),
			Qty: r.count(at+"quantity", c.Quantity)})
	}
	// gift_mids stands on the goods too (there it names the gifts), so it does
	// not make a gift.
	if o.FreeGift == "true" {
		l.Kind = order.Gift
		if gross, err := l.Price.Mul(l.Qty); err == nil && gross == l.Discount {
			l.Price, l.Discount = 0, 0
		} else {
			r.doubt("gift_priced", at+"is_free_gift", "赠品却有应付金额,请核对", "a gift has an amount to pay; look at it")
		}
	}
	if o.Oversold == "true" {
		r.doubt("oversold", at+"is_oversold", "平台标记为超卖", "the platform says that it oversold")
	}
	return l
}

// code is the merchant's code. The item's code stands in only where the item
// has no SKUs: it would name them all. Without any, the platform's own number
// is kept, which no catalog knows, so that the line waits for a person.
func (r *reader) code(at string, sku, item, outerSKU, outerItem text) string {
	if sku == "0" {
		sku = "" // an item without SKUs
	}
	if outerSKU != "" {
		return string(outerSKU)
	}
	if sku == "" && outerItem != "" {
		return string(outerItem)
	}
	number := cmp.Or(sku, item, "?")
	r.doubt("code_missing", at+"outer_sku_id", fmt.Sprintf("商品没有商家编码,暂用平台编号 %.40s;请在店铺后台补填", number),
		fmt.Sprintf("the goods have no merchant code; the platform's %.40s stands in until the shop fills it", number))
	return "taobao:" + string(number)
}

func (r *reader) refund(at string, o *subOrder) order.Refund {
	refund, known := refunds[string(o.RefundStatus)]
	if !known {
		r.unknown(at+"refund_status", o.RefundStatus)
		return order.RefundRequested // of two errors, shipping is the dearer
	}
	return refund
}

// amounts chooses price and discount such that price x quantity - discount is
// what the buyer owes for the line. Where the seller raised it above the price,
// the price is what was raised.
func (r *reader) amounts(at string, o *subOrder, qty int64) (price, discount money.Amount) {
	price = r.yuan(at+"price", r.need(at+"price", o.Price))
	gross, err := price.Mul(qty)
	if err != nil {
		r.bad(at+"price", "单价乘数量超出范围", "times the quantity is out of range")
		return price, 0
	}
	due := r.due(at, o, gross)
	if due < 0 {
		r.bad(at+"discount_fee", "优惠大于行金额", "is more than the line costs")
		return price, 0
	}
	if due > gross && qty > 0 {
		price = (due + money.Amount(qty) - 1) / money.Amount(qty)
		gross = price * money.Amount(qty)
	}
	return price, gross - due
}

// due is the platform's own figure, else made of the parts it gives.
func (r *reader) due(at string, o *subOrder, gross money.Amount) money.Amount {
	if o.DivideFee != "" {
		return r.yuan(at+"divide_order_fee", o.DivideFee)
	}
	own := gross + r.signed(at+"adjust_fee", o.AdjustFee) - r.yuan(at+"discount_fee", o.DiscountFee)
	if o.TotalFee != "" {
		own = r.yuan(at+"total_fee", o.TotalFee)
	}
	return own - r.yuan(at+"part_mjz_discount", o.PartDiscount)
}

// together gives lines that are bound to each other, directly or through a
// third, the same word: the number of the first of them.
func together(t *trade, lines []order.DraftLine) {
	at := make(map[string]int, len(lines))
	first := make([]int, len(lines))
	for i := range lines {
		at[lines[i].ExternalNo], first[i] = i, i
	}
	root := func(i int) int {
		for first[i] != i {
			i = first[i]
		}
		return i
	}
	bound := make([]bool, len(lines))
	for i := range t.Orders {
		for _, other := range slices.Concat(t.Orders[i].BindOIDs, t.Orders[i].BindOID) {
			if j, known := at[other]; known && j != i {
				a, b := root(i), root(j)
				first[max(a, b)] = min(a, b)
				bound[i], bound[j] = true, true
			}
		}
	}
	for i := range lines {
		if bound[i] {
			lines[i].Together = lines[root(i)].ExternalNo
		}
	}
}

// promotions keeps the trade's own discounts where the message has not spread
// them over the lines, and says on the timeline what they were called.
func (r *reader) promotions(t *trade, d *order.Draft) {
	spread := false
	items := map[text]bool{}
	for i := range t.Orders {
		spread = spread || t.Orders[i].DivideFee != "" || t.Orders[i].PartDiscount != ""
		items[t.Orders[i].NumIID] = true
	}
	var names []string
	for i := range t.Promotions {
		p, at := &t.Promotions[i], fmt.Sprintf("promotion_details[%d].", i)
		amount := r.yuan(at+"discount_fee", p.Discount)
		if amount > 0 {
			names = append(names, fmt.Sprintf("%s %s", p.Name, amount.Format(money.CNY)))
		}
		if amount > 0 && !spread && string(p.ID) == d.ExternalNo {
			d.Promotions = append(d.Promotions, order.Promotion{Name: string(p.Name), Amount: amount})
		}
		if p.GiftItemID != "" && !items[p.GiftItemID] {
			n := cmp.Or(p.GiftNum, "1")
			r.doubt("gift_not_a_line", at+"gift_item_id",
				fmt.Sprintf("优惠许诺赠品「%.80s」x%s,但订单中没有这一行", p.GiftName, n),
				fmt.Sprintf("the promotion promises the gift %.80q x%s, which is no line of the order", p.GiftName, n))
		}
	}
	if len(names) > 0 {
		d.Note = "平台优惠:" + strings.Join(names, ";")
	}
}

// balance compares our sum with what the platform says was to pay: a fen per
// line is rounding, more is a doubt.
func (r *reader) balance(d *order.Draft) {
	sum := d.Freight
	for i := range d.Lines {
		sum += d.Lines[i].Price*money.Amount(d.Lines[i].Qty) - d.Lines[i].Discount
	}
	for _, p := range d.Promotions {
		sum -= p.Amount
	}
	if by := d.Total - sum; by > money.Amount(len(d.Lines)) || -by > money.Amount(len(d.Lines)) {
		ours, theirs, apart := sum.Format(d.Currency), d.Total.Format(d.Currency), by.Format(d.Currency)
		r.doubt("amounts_differ", "payment", fmt.Sprintf("明细与邮费合计 %s,平台应付 %s,相差 %s", ours, theirs, apart),
			fmt.Sprintf("lines and postage make %s, the platform says %s: %s apart", ours, theirs, apart))
	}
}
