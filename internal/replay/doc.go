// Package replay sends the orders of a file through every room by their own clock.
//
// Owns: the virtual time, the schedule of a day, the opening stock and the weekly
// orders. Does not own: how a file is read and what a cancellation takes back
// (intake), nor any rule of the trade: it calls the same stories of flow as
// everybody else.
//
//	clock.go  the virtual time, handed to db.Open
//	replay.go the run: a list of tasks a day, each a transaction
//	state.go  how far the run is, written by each of its transactions
//	house.go  the shop, its store, and the opening stock
//	demand.go what the file sells of each SKU on each day
//	supply.go goods ordered on Mondays and received a week later
//	sale.go   orders are accepted
//	loose.go  cancellations, returns, write-offs, goods found
//	wave.go   planned, released, picked, packed, collected
//
// The shop sells over the counter: rules about contact and address do not apply,
// no carrier is asked, and what is collected has arrived. An order is accepted in
// the hour in which the file has it; at 12:00 and 17:00 of each day on which the
// file sells anything, all orders that are reviewed and whole are planned, picked,
// packed and collected. One that lacks a piece waits for it. It is late when it is
// collected after the next such day.
//
// A cancellation takes back from the sales that intake matches it with: what has
// not been collected is cancelled, what has been is returned. Pieces that were given
// up for want of stock are gone already, and sales before the first day were never
// made here. What no sale was found for is an exception for a person. A write-off
// takes what is there, and the rest is told.
//
// Stock is lean or plenty. Lean opens with 28 days of each SKU's mean demand of the
// first 56 days, and each Monday orders up to 5 weeks of the last 8 weeks' mean; it
// arrives 7 days later. While fewer than 8 weeks have passed the first 56 days
// stand for them. Demand is what was sold less what was cancelled on the same day.
// Plenty opens with all that the file will ever take.
//
// A run that was broken off goes on where it was: each of its transactions also
// writes how far the run is (state.go), and everything else follows from the file.
// A database holds one replay.
//
// The run is one sequence of transactions, so the same file ends equal on both
// databases, day by day.
package replay
