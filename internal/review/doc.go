// Package review decides whether an order may go on, and keeps what stops it.
//
// Owns: verdicts, holds, the exception queue, the moves of the review axis. Does not
// own: the axis' column (order), the table of rules (rule), what follows from a
// verdict in other rooms (flow).
//
// Words: Facts are all that a rule may look at. Judge gives a Verdict: the state of
// the review, and the holds the rules ask for. A hold stops something and says what
// (Blocks), why, who asked and how it ends. An exception is work for a person; a hold
// that needs a person has one, opened and closed with it.
//
// The axis and the holds are apart. A rule that says "hold" does not keep the review
// from passing: it stops the release until the hold is gone. A rule that says
// "pending" or "finance" keeps the review from passing by itself; its reason is a hold
// that blocks the pass and ends with it. An order without hits passes by itself,
// unless a rule delays it.
//
// Times: a hold's Deadline is when it ends by itself (ReleaseHow "deadline") or when
// somebody should have looked (all others). Delays are counted from the judgement.
//
// Locks: the order row is the lock of its review and holds. Place and Release expect
// the orders locked by the caller, or new in this transaction; the verbs of the axis,
// which get bare ids, lock them.
package review
