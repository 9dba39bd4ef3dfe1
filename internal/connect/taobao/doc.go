// Package taobao reads what Taobao and Tmall (TOP) say of a trade.
//
// Map turns one trade of taobao.trade.fullinfo.get into an order.Draft. It is
// pure: no clock, no network, no database. It takes the full JSON (root
// trade_fullinfo_get_response, lists wrapped as orders: {order: [...]}), the
// simplified one (trade: {...}, plain lists) and a bare trade.
//
// What stops the reading is a fault that names the field. What a person should
// look at is a Doubt, and the order goes on: a status we do not know, amounts
// that do not add up, goods without a merchant code. The words of the platform
// stand in tables.go; a new one is a line there.
//
// Amounts: divide_order_fee is what the buyer pays for a line after every
// discount was spread, so a line's discount is chosen such that its due equals
// it, and the platform's promotions are not split a second time. Only where the
// message spreads nothing do the trade's own promotions become Promotions.
// Sum of the lines' dues + post_fee = payment, to a fen per line.
//
// Ids exceed 2^53: they are kept as the digits of the message, never as numbers.
package taobao
