// Package rule lets staff write decisions as short expressions: which order waits
// for a person, which warehouse is refused, which gift is earned.
//
// A room registers a Kind: a name, a struct of facts that a rule of this kind may
// look at, and what its verdict looks like. A rule is an expression over those facts
// that is checked when it is written (types, names, bounds) and a verdict that holds
// when the expression is true:
//
//	total_minor >= 50000 and any(lines, .discount > 0.5)
//
// # What a rule cannot do
//
// It reads and never writes; it sees neither clock nor network nor anything outside
// its struct of facts. There is no instruction budget in the expression engine, so
// what bounds the time of a rule is its form: length, nodes, nesting, the length of
// lists, no loop inside a loop, no variables (doubling a text twenty times in twenty
// variables fills the memory), only the functions of an allow-list, patterns of a
// bounded size outside of loops. [A plain rule takes 60 ns; the worst found 6 ms on an
// order of 2,000 lines, and 56 ms for eight patterns on a text of 10,000 characters.]
//
// # Facts
//
// The struct holds bool, string, int, int64, float64, lists of them, nested structs
// and lists of structs; names are given by `expr` tags. Named types (type Method
// string) are refused, because the engine compares them with constants as unequal.
// Lists of structs are best lists of pointers: an element is copied otherwise.
// Whole numbers divided by zero give infinity, not an error.
//
// # A broken rule
//
// A rule that no longer compiles or fails on an order never stops the line and is
// never silently skipped: it is heard as a Hit with Broken, and the room holds the
// order and names the rule.
package rule
