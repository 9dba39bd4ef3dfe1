// Package insight counts what happened, so that reports and boards cost days and
// SKUs, never orders.
//
// Owns: roll-ups by hour and by day. Does not own: anything they are counted from.
//
// A reader of the journal adds each row once: its cursor moves in the transaction that
// adds. What is counted is therefore a moment late and never wrong for long; nothing
// that must be right this instant (stock, money, deadlines) is decided by it.
//
// Times: an hour is that of the row, an instant cut to the hour; a day is the shop's,
// yyyy-mm-dd in its time zone.
package insight
