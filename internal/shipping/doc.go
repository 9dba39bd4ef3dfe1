// Package shipping follows packages once they have a number.
//
// Owns: waybills (面单: a carrier's number, its life and the address it was made
// for) and trackings (物流轨迹). Does not own: packages (fulfilment), carriers and
// tariffs (carrier), what news of a parcel means for orders and stock (flow).
//
// Words: a waybill is asked for, numbered by the carrier, used when the package
// is handed over, or reclaimed. A live one is any but a reclaimed one; a package
// has at most one. It is bound to the recipient's digest: a label for another
// digest is stale and cannot be used. An Event is one line of a carrier's news,
// with the carrier's own code and text kept beside our word for it (Parcel).
//
// How two numbers for one package are avoided: the key of the outside call is the
// waybill, an attempt is written down before it is made, and after an attempt
// whose answer nobody knows the carrier is asked for the key before it is asked
// for a number again (errand.go).
//
// How news may come: repeated, late, shuffled. What a parcel's state is follows
// from all its events in the order of their own times (derive.go), never from the
// order in which they arrived, so every way of arriving ends the same.
//
// Times: Event.At is the carrier's, SeenAt is ours. AskedAt and NumberedAt are ours.
//
// Locks: waybills come after packages, in the order of their ids.
package shipping
