// Package carrier knows who can bring a package where, in how many days and for
// how much.
//
// Owns: carriers, their tariffs, the stop list (停发区), the shape of their
// waybill numbers. Does not own: waybills, labels and tracking (shipping), which
// carrier a package takes in the end (fulfilment, by rule and price).
//
// Words: a service (产品) is one way in which a carrier brings things, "STANDARD".
// A tariff is the price of one service from one province to one place: the first
// weight (首重) and each started step of continued weight (续重). A place is a
// prefix of the six-digit region code (GB/T 2260): a province "33", a city
// "3301" or a district "330106"; where several fit, the longest holds. A stop is
// a place that is not served for a while, by one service, one carrier or all.
// An offer is what one service asks for one shipment. Prices are minor units of
// the house's currency, weights g, days are counted from the hand-over.
//
// Times: a stop holds from From until before Until; Until 0 is until further notice.
package carrier
