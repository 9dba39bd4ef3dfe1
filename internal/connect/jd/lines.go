package jd

import (
	"fmt"

	"baihuo/internal/money"
	"baihuo/internal/order"
)

// lines reads the items, then the fees beside them.
func (r *reader) lines(o *orderInfo, d *order.Draft) {
	if n := len(o.Items); n == 0 || n+len(o.Coupons) > order.LinesMax {
		r.bad("itemInfoList", fmt.Sprintf("商品与优惠合计应为 1 到 %d 条", order.LinesMax),
			fmt.Sprintf("there must be 1 to %d items and coupons", order.LinesMax))
		return
	}
	seen := map[text]int{}
	for i := range o.Items {
		it := &o.Items[i]
		seen[it.SKUID]++
		d.Lines = append(d.Lines, r.line(fmt.Sprintf("itemInfoList[%d].", i), it, seen[it.SKUID]))
	}
	for _, fee := range []struct {
		field, name string
		value       text
	}{{"taxFee", "税费", o.TaxFee}, {"serviceFee", "服务费", o.ServiceFee}} {
		if amount := r.yuan(fee.field, fee.value); amount > 0 {
			d.Lines = append(d.Lines, order.DraftLine{Kind: order.Charge, Name: fee.name, Qty: 1, Price: amount})
		}
	}
}

// line reads one item; nth tells apart items of the same SKU, such as goods and
// their gift.
func (r *reader) line(at string, it *item, nth int) order.DraftLine {
	l := order.DraftLine{ExternalNo: r.id(at+"skuId", it.SKUID), Kind: order.Goods, Code: string(it.Code),
		Name: string(it.Name), Qty: r.count(at+"itemTotal", it.Qty),
		Price: r.yuan(at+"jdPrice", r.need(at+"jdPrice", it.Price))}
	if l.Code == "" {
		l.Code = "jd:" + l.ExternalNo // no catalog knows it, so the line waits for a person
		r.doubt("code_missing", at+"outerSkuId",
			fmt.Sprintf("商品没有商家 SKU 编码,暂用平台编号 %.40s;请在商家后台补填", l.ExternalNo),
			fmt.Sprintf("the goods have no merchant code; JD's %.40s stands in until the shop fills it", l.ExternalNo))
	}
	if nth > 1 {
		l.ExternalNo = fmt.Sprintf("%s#%d", l.ExternalNo, nth)
	}
	if _, err := l.Price.Mul(l.Qty); err != nil {
		r.bad(at+"jdPrice", "单价乘数量超出范围", "times the quantity is out of range")
	}
	if l.Price == 0 {
		l.Kind = order.Gift
	}
	return l
}

// coupons gives each discount to its line, or to the order, which splits it.
// What is money and no discount it sums up.
func (r *reader) coupons(o *orderInfo, d *order.Draft) (cards money.Amount) {
	for i := range o.Coupons {
		c, at := &o.Coupons[i], fmt.Sprintf("couponDetailList[%d].", i)
		amount := r.yuan(at+"couponPrice", c.Price)
		kind, known := couponTypes[c.Type.code()]
		if !known {
			kind.Name = string(c.Type)
			r.doubt("coupon_unknown", at+"couponType", fmt.Sprintf("优惠类型 %.40q 未知,按整单优惠分摊", c.Type),
				fmt.Sprintf("the coupon type %.40q is unknown; it is spread over the order", c.Type))
		}
		switch {
		case amount == 0:
		case kind.Money:
			cards += amount
		case c.SKUID == "" || c.SKUID == "0":
			d.Promotions = append(d.Promotions, order.Promotion{Name: kind.Name, Amount: amount})
		default:
			r.itemPromotion(at, o, d, order.Promotion{Name: kind.Name, Amount: amount}, c.SKUID)
		}
	}
	if len(o.Coupons) == 0 {
		if amount := r.yuan("sellerDiscount", o.SellerDiscount); amount > 0 {
			d.Promotions = append(d.Promotions, order.Promotion{Name: "商家优惠", Amount: amount})
		}
	}
	return cards
}

// itemPromotion takes the amount off the first lines of the SKU that have room.
// What finds none is left to the order, and told.
func (r *reader) itemPromotion(at string, o *orderInfo, d *order.Draft, p order.Promotion, sku text) {
	for i := range min(len(o.Items), len(d.Lines)) {
		if o.Items[i].SKUID != sku {
			continue
		}
		l := &d.Lines[i]
		off := min(p.Amount, l.Price*money.Amount(l.Qty)-l.Discount)
		l.Discount += off
		p.Amount -= off
	}
	if p.Amount > 0 {
		d.Promotions = append(d.Promotions, p)
		r.doubt("coupon_without_item", at+"skuId",
			fmt.Sprintf("单品优惠指向的商品 %.40s 不在订单中或金额不够,已按整单分摊", sku),
			fmt.Sprintf("the SKU %.40s of an item promotion is not in the order or costs less; it is spread over all", sku))
	}
}

// payment says what was to pay, what was paid, and what the carrier brings.
func (r *reader) payment(o *orderInfo, d *order.Draft, cards money.Amount) {
	owed := r.yuan("orderPayment", r.need("orderPayment", o.Payment))
	before := r.yuan("balanceUsed", o.BalanceUsed) + cards
	d.Total = owed + before
	switch {
	case o.PayType.code() == cashOnDelivery:
		d.AmountCOD, d.Paid = owed, before
	case d.ChannelState == order.Unpaid:
	case d.PaidAt == 0 && (d.ChannelState == order.Closed || d.ChannelState == order.Strange):
	default:
		d.Paid = d.Total
	}
}

// balance compares our sums with the platform's: a fen per line is rounding,
// more is a doubt. stated is orderTotalPrice, 0 where the message has none.
func (r *reader) balance(d *order.Draft, stated money.Amount) {
	var goods money.Amount
	sum := d.Freight
	for i := range d.Lines {
		l := &d.Lines[i]
		gross := l.Price * money.Amount(l.Qty)
		sum += gross - l.Discount
		if l.Kind != order.Charge {
			goods += gross
		}
	}
	for _, p := range d.Promotions {
		sum -= p.Amount
	}
	compare := func(field string, ours, theirs money.Amount) {
		if by := theirs - ours; by > money.Amount(len(d.Lines)) || -by > money.Amount(len(d.Lines)) {
			a, b, apart := ours.Format(d.Currency), theirs.Format(d.Currency), by.Format(d.Currency)
			r.doubt("amounts_differ", field, fmt.Sprintf("明细合计 %s,平台为 %s,相差 %s", a, b, apart),
				fmt.Sprintf("our sum is %s, the platform says %s: %s apart", a, b, apart))
		}
	}
	if stated != 0 {
		compare("orderTotalPrice", goods, stated)
	}
	compare("orderPayment", sum, d.Total)
}
