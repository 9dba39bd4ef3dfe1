// Package inventory says what lies where, who has a claim on it, and why.
//
// Owns: warehouses, bins, lots, the counters per warehouse and SKU, the stock
// ledger, reservations, allocations, quotas, the queue for arriving stock, count sheets, transfers.
// Does not own: which warehouse serves an order (fulfilment sources), the
// quantities of order lines (order).
//
// Two figures. Free = on hand - reserved - unsellable guards orders that are
// sold elsewhere already. ATP = free - safety - quotas of other shops guards
// what we ourselves promise, and is what we publish.
//
// Words: reserve = a claim on SKU and warehouse; allocate = lot and bin fixed,
// first expired first out, when a package is released; pick moves goods to the
// staging bin; ship takes them out.
//
// How no unit is sold twice: a verb loads the counters it will change locked
// and in the order of their ids (Levels), decides on them in memory, and writes
// each once (post.go) with a statement that repeats the guard and whose count
// must agree; CHECKs of the table say the same again. The guard is here, not in
// a caller, so nobody can go round it.
//
// Locks inside the room: allocations, reservations, lots, counters, lines of the
// queue; each sorted. Lose alone takes counters first and then only reservations
// that nobody else holds (lose.go), because which must give way is known no sooner.
// A verb of this room loads its own counters: Levels that a caller holds are old
// after it, and Reserve refuses them.
//
// The books: a counter's version rises by one with each batch that touches it,
// and each ledger row carries the version it belongs to. A reservation row is
// the ledger's row of the kind reserve: its quantity never changes. Audit plays
// all rows of a counter in the order of versions: no version may be missing, no
// prefix may break a guard, and the sums must equal the counters. The rows of a
// lot in a bin must equal what lies there.
//
// Goods in transit between warehouses are in no counter; Audit compares what transfers
// took out with what they brought in, what is under way and what was lost.
//
// A count sheet compares what was found with the books of the scan's own time
// (sheet.go), so that sales between scan and posting stand.
//
// Not in the books: safety stock and quotas, which are settings.
package inventory
