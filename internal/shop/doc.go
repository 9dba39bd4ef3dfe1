// Package shop holds the merchant's places of sale.
//
// Owns: shops (kind, platform, currency, time zone, how they reserve) and which
// warehouses serve each of them, province by province, in which order.
// Does not own: the platform's token and cursors (channel), the warehouses
// themselves (inventory), people and their rights (staff).
//
// Words: a shop is one place of sale on one platform; its kind is online (a
// marketplace), web (our own web shop), store (a store with orders) or counter
// (sales over the counter: nobody to deliver to). A route is the ordered list
// of warehouses that may serve an order. A province is the first two digits of
// the region code (GB/T 2260), "33" for Zhejiang; the empty province stands for
// all that have no list of their own. Codes of shops are compared trimmed and
// in capitals.
//
// Times: created_at is the time of the transaction that opened the shop. A
// shop's business day is the day in its own time zone.
package shop
