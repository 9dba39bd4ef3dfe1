// Package job is durable work: what must happen outside, later or again.
//
// Owns: the table jobs, leases on its rows, back-off, the place of the dead,
// and the runner that works them. Does not own: what a job does; that is an
// errand of the room that enqueued it.
//
// A job is enqueued in the caller's transaction, so it exists exactly when the
// story that wants it does. A runner leases due jobs, calls the handler outside
// of any transaction, and writes what the handler gives as finish together with
// Done: database effects happen once, outside effects at least once.
//
// Words. Kind and Key name a job for ever: a second one with the same pair is
// not added, even after the first is done; together they are the idempotency
// key of the outside call. A lease is a right to work a job until a moment; its
// number rises with each taking, and who comes with an older one is refused. A
// job is in doubt when an earlier attempt may have done the outside effect (its
// worker vanished, or the answer was unknown): the next attempt asks first.
// Dead is a job that ran out of attempts and waits for a person.
//
//	waiting -> leased -> done
//	   ^         |-----> waiting   failed: after a back-off; recurring: next slot
//	   |         '-----> dead      failed for the last time
//	   '-------------------'       replayed by a person
//
// Time: RunAt is the planned time, for a recurring job its slot; slots lie on
// RunAt + n x Every, so that lateness never shifts them. All times are those of
// the transaction's clock.
package job
