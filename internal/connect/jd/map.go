package jd

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

// Map turns one order into a draft for the shop with the code given, and tells
// what a person should look at. Amounts are fen, instants UTC.
//
// Fault: ErrMessage (Invalid), naming every field that cannot be read.
func Map(raw []byte, shopCode string) (order.Draft, []Doubt, error) {
	o, err := decode(raw)
	if err != nil {
		return order.Draft{}, nil, err
	}
	r := &reader{}
	d := order.Draft{
		ShopCode: shopCode, ExternalNo: r.id("orderId", o.OrderID), Kind: r.kind(o), Currency: money.CNY,
		OrderedAt:  r.when("orderStartTime", r.need("orderStartTime", o.StartTime)),
		ModifiedAt: r.when("modified", r.need("modified", o.Modified)), PaidAt: r.when("paymentConfirmTime",
			o.PaidTime),
		Freight: r.yuan("freightPrice", o.Freight), PayMethod: r.payMethod(o.PayType),
		Buyer:   customer.BuyerDraft{Name: string(o.Pin), ID: string(cmp.Or(o.OpenID, o.XID, o.RealPin, o.Pin))},
		Contact: r.contact(&o.Consignee), Wishes: r.wishes(o), Invoice: r.invoice(o),
		BuyerMessage: string(o.BuyerRemark), SellerMemo: string(o.SellerRemark),
	}
	d.ChannelState, d.ChannelWord = r.state(o)
	if o.ParentID != "" && o.ParentID != "0" && o.ParentID != o.OrderID {
		d.Note = "京东拆单,父订单号 " + string(o.ParentID)
	}
	r.lines(o, &d)
	r.payment(o, &d, r.coupons(o, &d))
	goods := r.yuan("orderTotalPrice", o.TotalPrice)
	if r.fault != nil {
		return order.Draft{}, nil, r.fault
	}
	r.balance(&d, goods)
	return d, r.doubts, nil
}

func (r *reader) kind(o *orderInfo) order.Kind {
	if !orderTypes[o.OrderType.code()] {
		r.doubt("type_unknown", "orderType", fmt.Sprintf("订单类型 %.40q 不是普通实物订单,请人工确认", o.OrderType),
			fmt.Sprintf("the order type %.40q is not one of goods; a person must look", o.OrderType))
	}
	kind, known := returns[o.ReturnOrder.code()]
	if !known {
		r.doubt("type_unknown", "returnOrder", fmt.Sprintf("售后标记 %.40q 未知", o.ReturnOrder),
			fmt.Sprintf("the mark returnOrder %.40q is unknown", o.ReturnOrder))
	}
	switch {
	case kind != "":
		return kind
	case o.PayType.code() == cashOnDelivery:
		return order.COD
	}
	return order.Normal
}

func (r *reader) payMethod(t text) string {
	method, known := payMethods[t.code()]
	if !known {
		r.doubt("pay_type_unknown", "payType", fmt.Sprintf("支付方式 %.40q 未知", t),
			fmt.Sprintf("the payType %.40q is unknown", t))
		return string(t)
	}
	return method
}

// state keeps the platform's word, and behind it why an order is stopped. What
// JD's own warehouse ships is stopped for ours.
func (r *reader) state(o *orderInfo) (order.ChannelState, string) {
	word := string(o.OrderState)
	state, known := states[word]
	if !known {
		r.doubt("status_unknown", "orderState", fmt.Sprintf("平台状态 %.60q 未知,已原样保留", o.OrderState),
			fmt.Sprintf("the platform's word %.60q is unknown; it is kept as it is", o.OrderState))
		state = order.Strange
	}
	if state == order.Forbidden {
		word = strings.TrimSpace(word + " " + string(o.StateRemark))
		r.doubt("platform_hold", "orderState", fmt.Sprintf("京东已锁定或暂停该订单(%.80s),解除前不能发货", word),
			fmt.Sprintf("JD has locked or paused the order (%.80s); it must not ship until that ends", word))
	}
	if o.StoreOrder != "" {
		r.doubt("platform_warehouse", "storeOrder", fmt.Sprintf("订单标记为「%.40s」,由京东仓发货,请勿重复发货", o.StoreOrder),
			fmt.Sprintf("the order is marked %.40q: JD's own warehouse ships it, do not ship it twice", o.StoreOrder))
		if state == order.ToShip {
			state, word = order.Forbidden, word+" "+string(o.StoreOrder)
		}
	}
	return state, word
}

// contact takes the recipient in the clear where the app may see them. Else
// there is a mask, and the ciphertexts stand for the person.
func (r *reader) contact(c *consignee) customer.Contact {
	clear := customer.Contact{
		Name: string(c.Name), Phone: string(cmp.Or(c.Mobile, c.Telephone)), Province: string(c.Province),
		City: string(c.City), District: string(c.County), Town: string(c.Town), Detail: string(c.Address),
	}
	secret := string(c.EncName + "|" + cmp.Or(c.EncMobile, c.EncTelephone) + "|" + c.EncAddress)
	whole := clear.Name != "" && clear.Phone != "" && clear.Detail != "" &&
		!strings.Contains(clear.Name+clear.Phone+clear.Detail, "*")
	if whole {
		return clear
	}
	if secret == "||" {
		r.doubt("recipient_unreadable", "consigneeInfo", "收货信息缺失或已脱敏,又没有密文,无法打单;请用 enGet 拉取",
			"the recipient is missing or masked without ciphertext, so no label can be printed; pull with enGet")
		return clear
	}
	clear.Name, clear.Phone, clear.Detail = cmp.Or(clear.Name, "*"), cmp.Or(clear.Phone, "***********"),
		cmp.Or(clear.Detail, "*")
	clear.OpaqueID = secret
	if len(secret) > 500 { // longer than a draft may carry
		sum := sha256.Sum256([]byte(secret))
		clear.OpaqueID = "sha256:" + hex.EncodeToString(sum[:])
	}
	return clear
}

func (r *reader) wishes(o *orderInfo) order.Wishes {
	w := order.Wishes{Days: deliveryDays[o.DeliveryType.code()]}
	var notes []string
	if w.Days == "" && o.DeliveryType != "" {
		notes = append(notes, string(o.DeliveryType))
	}
	if who := shipmentTypes[o.ShipmentType.code()]; who != "" {
		notes = append(notes, who)
	}
	if at := r.when("scDT", o.EarliestShip); at > 0 {
		notes = append(notes, "最早发货 "+at.Time().In(gmt8).Format(time.DateTime))
	}
	w.Text = strings.Join(notes, ";")
	return w
}

func (r *reader) invoice(o *orderInfo) order.Invoice {
	kind := invoiceKinds[o.InvoiceEasy.Type.code()]
	if kind == "" {
		if o.InvoiceEasy.Type == "" && o.InvoiceInfo != "" && o.InvoiceInfo != noInvoice {
			r.doubt("invoice_unread", "invoiceInfo", "买家要求开票,但缺少 invoiceEasyInfo,请人工查看",
				"the buyer wants an invoice, but invoiceEasyInfo is missing; a person must look")
		}
		return order.Invoice{}
	}
	return order.Invoice{Title: string(o.InvoiceEasy.Title), TaxNo: string(o.InvoiceEasy.TaxNo), Kind: kind}
}
