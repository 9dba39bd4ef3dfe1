// Package finance owns the money that moved: the sales of the tills with how each was
// paid, and the shifts with the cash in their drawers. It does not own orders: a sale
// names its order, and what an order owes stands there.
//
// A payment's amount is what stays with us: of cash, what was given less the change.
// A voided sale keeps its payments and has one against each of them, in the shift that
// gave the money back. The cash that a drawer should hold is its float, the cash
// payments of its shift, and what was put in or taken out with a reason. A closed
// shift is never changed.
//
//	shift.go  open a till, put cash in or take it out, close it with a count
//	sale.go   record a sale once, void it, count its prints
//	find.go   reads
//	audit.go  the books of this room
package finance
