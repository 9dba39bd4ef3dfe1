// Package fulfilment turns promised goods into packages.
//
// Owns: sourcing (which warehouse serves what), packages and what lies in them,
// pick lists, the stop mark. Does not own: quantities of order lines (order),
// lots and bins (inventory), labels and tracking (shipping). A verb here changes
// this room's tables alone; flow adds the "and then", and sees to it that what is
// planned for a line is never more than the line still owes.
//
// Words: a package is planned, released with others on a pick list, picked,
// packed and handed over to a carrier; from then on tracking moves it. The
// allowed moves stand in state.go. Orders never merge and never split: an Item
// is a quantity of an order line in a package, and a package may hold lines of
// several orders. A stop is the interlock of a package that must not go on: it is
// one sentence, set and taken off by flow from the holds that stand, and while it
// is there nobody can release, pick, pack or hand over, whatever door they come by.
//
// Times: ShipBy is the earliest deadline of what lies inside, 0 for none.
// PlannedAt, ReleasedAt, PackedAt and HandedOverAt are when our own people or
// robots did it. EndedAt is when nothing more was expected: delivered, returned,
// lost or voided; a lost package that turns up is open again.
//
// Locks: packages come after orders and before stock, in the order of their ids.
package fulfilment
