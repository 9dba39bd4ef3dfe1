// Package jd reads what JD (京东商家开放平台, SOP merchants) says of an order.
//
// Map turns one orderInfo into an order.Draft. It is pure: no clock, no network,
// no database. It takes the answer of order.get and enGet (root ..._responce,
// misspelt by the platform, or ..._response), an answer of search that holds one
// order, and a bare orderInfo.
//
// What stops the reading is a fault that names the field. What a person should
// look at is a Doubt, and the order goes on. The words of the platform stand in
// tables.go; a new one is a line there.
//
// Amounts: orderPayment is what the buyer still pays after balance and gift
// cards, which are money and no discount. So
//
//	lines - coupons + freightPrice + taxFee + serviceFee = orderPayment + balanceUsed + gift cards
//
// Only item promotions name their goods; JD does not spread the others, so they
// become Promotions, which room order splits to the cent.
//
// A line has no number of its own: its SKU's number stands for it.
package jd
