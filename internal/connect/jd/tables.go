package jd

import "baihuo/internal/order"

// states of an order, by the platform's word. The second group is of another
// family of its interfaces.
var states = map[string]order.ChannelState{
	"WAIT_SELLER_STOCK_OUT":      order.ToShip,
	"WAIT_SELLER_DELIVERY":       order.ToShip, // overseas merchants
	"WAIT_GOODS_RECEIVE_CONFIRM": order.Shipped,
	"FINISHED_L":                 order.Done,
	"TRADE_CANCELED":             order.Closed,
	"LOCKED":                     order.Forbidden,
	"PAUSE":                      order.Forbidden,
	"POP_ORDER_PAUSE":            order.Forbidden,

	"NOT_PAY": order.Unpaid,
	"SUSPEND": order.Forbidden,
	"FINISH":  order.Done,
	"CANCEL":  order.Closed,
	"LOCK":    order.Forbidden,
}

// orderTypes that are goods of a merchant; the others are shown to a person.
var orderTypes = map[string]bool{"": true, "22": true}

// returns is what an order stands for that takes the place of another.
var returns = map[string]order.Kind{"": "", "0": "", "1": order.Resend, "2": order.Exchange}

// cashOnDelivery is the payType of an order whose money the carrier brings.
const cashOnDelivery = "1"

var payMethods = map[string]string{
	cashOnDelivery: "cod", "2": "postal", "3": "self_pickup", "4": "online", "5": "company_transfer",
	"6": "bank_card",
}

// couponType is one way to pay less. Money: it is no discount, but a payment.
type couponType struct {
	Name  string
	Money bool
}

var couponTypes = map[string]couponType{
	"20":  {Name: "套装优惠"},
	"28":  {Name: "闪团优惠"},
	"29":  {Name: "团购优惠"},
	"30":  {Name: "单品促销优惠"},
	"34":  {Name: "手机红包"},
	"35":  {Name: "满返满送"},
	"39":  {Name: "京豆优惠"},
	"41":  {Name: "京东券"},
	"52":  {Name: "礼品卡", Money: true},
	"100": {Name: "店铺优惠"},
}

// deliveryDays: what the buyer wants, by deliveryType.
var deliveryDays = map[string]string{"1": "workdays", "2": "weekends", "3": "any"}

// shipmentTypes: who delivers, by idSopShipmenttype.
var shipmentTypes = map[string]string{"68": "京东配送", "69": "京东配送,买家自提"}

// invoiceKinds by invoiceType; 0 is none.
var invoiceKinds = map[string]string{"1": "normal", "2": "vat", "3": "electronic"}

// noInvoice is what invoiceInfo says when none is wanted.
const noInvoice = "不需要开具发票"
