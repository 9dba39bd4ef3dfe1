// Package db is the one way to the data: SQLite inside by default, PostgreSQL
// when one machine is not enough.
//
// Owns: connections, transactions, lanes, the group commit, node numbers, the
// translation of driver errors into faults, and everything that differs
// between the two engines. Does not own: any table of a room.
//
// SQL is written once, for PostgreSQL, with $1, $2, ... that first appear in
// ascending order; text.go rewrites it once per text for SQLite. A writing
// connection is a lane: one on SQLite (lane.go: many functions share one
// commit), a few per node on PostgreSQL (postgres.go). A function given to
// Write touches nothing but the database, because it may run again.
//
// Time: Tx.Now is fixed for the whole transaction and comes from Options.Clock.
package db
