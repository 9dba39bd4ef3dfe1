// Package order holds sales orders in the one format of the house.
//
// Owns: orders and their lines, the quantities of each line, notes, flags,
// instructions, and the cards that lists show. Does not own: stock (inventory),
// what stops an order (review), what is packed (fulfilment), money that moved.
//
// Words: a Draft is what a channel said, in our format, before it is an order.
// Open turns drafts into orders in memory; Place writes their heads and so
// decides who was first; Settle writes their lines once stock has answered.
// A bundle line explodes at acceptance into component lines, which alone
// reserve, ship and return. A charge line is a fee or postage sold as a line.
//
// Times: OrderedAt and PaidAt are the channel's, AcceptedAt is ours. ShipBy,
// CollectBy and SignBy are the platform's deadlines; 0 means none.
//
// Orders never merge and never split: quantities of their lines flow into
// packages. Every change of an order raises its version and writes one journal
// row with that version.
package order
