package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// ErrBuyerUnknown says that an order has no buyer who could be known again.
var ErrBuyerUnknown = fault.New(fault.Conflict, "buyer_unknown", "这个订单没有可识别的买家(渠道没有给出)", "This order has no buyer who could be known again; its channel names none")

// BuyerOf gives the buyer of the order with a number, within a scope: the one way to
// name a buyer whose data is sealed. Faults: order.ErrMissing, ErrBuyerUnknown.
func BuyerOf(tx *db.Tx, scope staff.Scope, number string) (id.Buyer, error) {
	found, err := Numbers(tx, scope, []string{number})
	if err != nil {
		return 0, err
	}
	one := found[number]
	if len(one.Orders) == 0 {
		return 0, order.ErrMissing
	}
	orders, err := order.Get(tx, one.Orders[:1])
	if err != nil {
		return 0, err
	}
	if len(orders) == 0 || orders[0].Buyer == 0 {
		return 0, ErrBuyerUnknown
	}
	return orders[0].Buyer, nil
}
