// Package webhook tells other systems what happened, by the Standard Webhooks
// specification 1.0.0.
//
// Owns: endpoints (who wants to be told of what), their secrets, and deliveries:
// each event told to each endpoint, with how it went. Does not own: what happened
// (the journal, from which bodies are made anew at each attempt), who may open an
// endpoint (the doors).
//
// How a delivery comes to be: a reader of the journal (queue.go) adds one per
// endpoint and journal row under a key of both, so that reading again changes
// nothing. Events from before the endpoint was opened or enabled are not told, nor
// are orders that were completed elsewhere.
//
// How it leaves: Send takes what is due under a lease, calls outside of any
// transaction and writes down how it went. The same event may come twice, always
// under the same webhook-id. The row of the endpoint is the lock of its queue: who
// adds to it, takes from it or ends something in it holds that row.
//
// Order: the events of one object reach one endpoint in the order of its versions.
// One is not sent before the earlier ones were delivered or given up; until then it
// stands behind. Events of different objects may overtake each other.
//
// A sick receiver harms nobody else: each endpoint has its own few calls under way
// at once, rests after several failures, and is disabled, with work for a person,
// when it answers 410 or when days went by without one success.
//
// The address is guarded twice (gate.go): by its shape when it is written, and by
// the address that a name resolves to at the moment of the connection.
//
// Times: At is when the event happened, DueAt when it may be tried next, EndedAt
// when it was delivered or given up. Since is from when on an endpoint is told.
package webhook
