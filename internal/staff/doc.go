// Package staff holds who may do what, where: people, machines' keys, roles and
// permits, and how they prove who they are.
//
// Owns: people (staff), roles and the permits they hold, the data scope of shops
// and warehouses, passwords, second factors, sessions, known devices, API keys.
// Does not own: what a permit is for (the doors name one on each route), what a
// person did (journal).
//
// Words: a permit is the right to one kind of act (order.cancel). A role is a
// named set of permits (reviewer). A scope says in which shops and warehouses the
// permits hold. A caller is who stands at a door, with permits and scope: a
// person, or a machine with a key. A key's kind is a role for machines.
//
// Secrets: a password is kept as an argon2id hash, a second factor's secret is
// sealed, and of sessions, devices, links and keys only a digest is stored: who
// reads the database can sign in as nobody.
//
// Rights: a role that reaches far is granted by owners alone; nobody grants a scope
// beyond their own, nor lays hands on who has more. An owner who can sign in is always
// left (change.go). What a sign-in rests on has a stamp; when it rises, sessions end
// (session.go).
//
// Guessing is slowed, and nobody is locked out for good (throttle.go).
//
// Times: rooms take their time from the transaction, but a demo's transactions
// live in simulated time; sessions, tries, links and second factors are a matter
// of the real clock, so Guard carries it.
package staff
