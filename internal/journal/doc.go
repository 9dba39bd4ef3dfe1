// Package journal is at once the timeline, the audit trail, the outbox and the
// feed of the house.
//
// Owns: journal rows, the streams they lie in, the cursors of readers, anchors.
// Does not own: what a row means; that is the business of the room that wrote it.
//
// Every story writes one row per object it changed. A row lies in the stream of
// the lane that wrote it, at (stream, seq); the stream's head moves in the same
// transaction, last, so a stream has no gaps and no lane waits for another. The
// rows of a stream are chained by SHA-256. Readers (read.go) follow all streams
// and get the rows of one object in the order of its versions. Anchors
// (anchor.go) keep the heads outside the chain, so that a cut tail shows.
//
// Payloads hold no personal text: they name the field and a keyed digest.
package journal
