package flow

import (
	"slices"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// ErrBuyerUnknown says that an order has no buyer who could be known again.
var ErrBuyerUnknown = fault.New(fault.Conflict, "buyer_unknown", "这个订单没有可识别的买家(渠道没有给出)", "This order has no buyer who could be known again; its channel names none")

// ErrPhoneUnknown says that nobody who could be known again bought with a phone.
var ErrPhoneUnknown = fault.New(fault.Invalid, "phone_unknown", "这个电话没有可识别买家的订单;请核对号码,或写订单号",
	"No buyer who could be known again has an order with this phone; look at the number, or give the number of an order")

// BuyersOfPhone gives the buyers whose orders went to a whole phone. Faults:
// customer.ErrPhone, ErrPhoneUnknown.
func BuyersOfPhone(tx *db.Tx, kit Kit, phone string) ([]id.Buyer, error) {
	ids, err := customer.OrdersOfPhone(tx, kit.Keys, phone)
	if err != nil {
		return nil, err
	}
	bought, err := order.WhoBought(tx, ids)
	if err != nil {
		return nil, err
	}
	var buyers []id.Buyer
	for _, b := range bought {
		if b.Buyer != 0 {
			buyers = append(buyers, b.Buyer)
		}
	}
	slices.Sort(buyers)
	if buyers = slices.Compact(buyers); len(buyers) == 0 {
		return nil, ErrPhoneUnknown
	}
	return buyers, nil
}

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
