// Package client speaks to a Baihuo hub: orders in, stock and parcels asked about,
// acts on orders, the journal feed.
//
// A Client is safe for concurrent use. Every command carries an Idempotency-Key; what
// may not have been heard is sent again under the same key, so nothing is done twice.
// A hub that is busy says when to come back (429, 503 with Retry-After); the client
// waits, a bounded number of times. A refusal is an *Error with a stable Code and a
// sentence in both languages.
package client
