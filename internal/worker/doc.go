// Package worker is the door through which time comes in: it does what nobody
// asks for at the moment it happens.
//
// It runs in every node: readers of the journal, durable jobs, what is due by the
// clock, messages to customers, and the chores that the program hands in. The
// database decides who does what: cursors and leases lie there, and every piece
// of work is harmless when two nodes try it. What `check` proves never depends on
// it; only what may lag does.
//
// Run works until its context ends. Turn does one round in a fixed order, for
// tests and for a replay by virtual time.
package worker
