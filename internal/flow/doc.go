// Package flow is the staircase: the "and then" between the rooms, one page per
// story. Each story runs in the transaction it is given, so that all rooms
// change together or not at all.
//
//	accept.go    a channel's orders come in: place, judge, source, reserve
//	amend.go     the channel says more about an order we have
//	holds.go     people and rules pass, hold, release and reject
//	cancel.go    an order or lines of it are taken back
//	unpaid.go    the pay deadline passes: what an unpaid order held is free again
//	claim.go     which warehouse serves an order, and the claim on its stock
//	stock.go     goods arrive, are counted, break: the queue is served
//	plan.go      reviewed orders become packages; packages are released
//	warehouse.go picked, packed, handed over
//	track.go     what the carrier says: delivered, refused, returned
//	collect.go   goods taken at the counter, and brought back there
//	sell.go      a sale at a till: ordered, paid, handed over, or made void
//	pickup.go    orders that wait in a store to be fetched, and are handed out
//	make_ready.go  what is fetched is prepared in the store itself
//	batch.go     many messages in one transaction, the offender apart
//	check.go     proves the books of all rooms, and between them
//
// Locks are taken in the house's order: orders, packages, reservations, stock
// counters, and the journal's head last of all.
package flow
