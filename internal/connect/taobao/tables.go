package taobao

import "baihuo/internal/order"

// states of a trade, by the platform's word.
var states = map[string]order.ChannelState{
	"TRADE_NO_CREATE_PAY":      order.Unpaid,
	"WAIT_BUYER_PAY":           order.Unpaid,
	"PAY_PENDING":              order.Unpaid,
	"WAIT_PRE_AUTH_CONFIRM":    order.Unpaid,
	"PAID_FORBID_CONSIGN":      order.Forbidden,
	"WAIT_SELLER_SEND_GOODS":   order.ToShip,
	"SELLER_CONSIGNED_PART":    order.PartShipped,
	"WAIT_BUYER_CONFIRM_GOODS": order.Shipped,
	"TRADE_BUYER_SIGNED":       order.Done,
	"TRADE_FINISHED":           order.Done,
	"TRADE_CLOSED":             order.Closed,
	"TRADE_CLOSED_BY_TAOBAO":   order.Closed,
}

// step is what a step payment has come to. State, where it is set, holds
// whatever the trade's status says: only the last step may ship.
type step struct {
	State order.ChannelState
	// Part: what was paid is step_paid_fee, not the whole.
	Part bool
}

var steps = map[string]step{
	"FRONT_NOPAID_FINAL_NOPAID":  {State: order.Unpaid, Part: true},
	"FRONT_PAID_FINAL_NOPAID":    {State: order.Unpaid, Part: true},
	"FRONT_PAID_FINAL_PAID":      {},
	"FRONT_PAID_FRONT_FORFEITED": {State: order.Closed, Part: true},
}

var kinds = map[string]order.Kind{
	"fixed": order.Normal, "auction": order.Normal, "guarantee_trade": order.Normal, "auto_delivery": order.Normal,
	"ec": order.Normal, "fenxiao": order.Normal, "nopaid": order.Normal, "o2o_offlinetrade": order.Normal,
	"pre_auth_type": order.Normal, "external_trade": order.Normal, "instant_trade": order.Normal,
	"independent_simple_trade": order.Normal, "independent_shop_trade": order.Normal, "shopex_trade": order.Normal,
	"netcn_trade": order.Normal, "game_equipment": order.Normal,
	"cod": order.COD, "b2c_cod": order.COD,
	"step": order.Presale,
}

var refunds = map[string]order.Refund{
	"":                          order.NoRefund,
	"NO_REFUND":                 order.NoRefund, // from memory
	"WAIT_SELLER_AGREE":         order.RefundRequested,
	"WAIT_BUYER_RETURN_GOODS":   order.RefundRequested,
	"WAIT_SELLER_CONFIRM_GOODS": order.RefundRequested,
	"SELLER_REFUSE_BUYER":       order.RefundClosed,
	"CLOSED":                    order.RefundClosed,
	"SUCCESS":                   order.RefundDone,
}

// codTrouble: the carrier will not bring the money.
var codTrouble = map[string]bool{
	"REJECTED_BY_COMPANY": true, "RECIEVE_TIMEOUT": true, "TAKEN_IN_FAILED": true, "TAKEN_TIMEOUT": true,
	"REJECTED_BY_OTHER_SIDE": true, "CANCELED": true,
}

// advice is what biz_delivery_type asks: one of the carriers named, or none of
// those named.
type advice struct{ must, avoid bool }

var advices = map[string]advice{"": {}, "0": {}, "1": {}, "2": {must: true}, "3": {avoid: true}}

// shipping is a way of sending that somebody must know of.
var shipping = map[string]string{
	"": "", "free": "", "express": "", "virtual": "",
	"post": "平邮", "ems": "EMS", "25": "次日必达", "26": "预约配送", "seller": "商家自配送", "instant": "即时配送",
}

// pickUp is the word for goods that the buyer fetches.
const pickUp = "pickUp"

var invoiceKinds = map[string]string{"1": "electronic", "2": "normal"}
