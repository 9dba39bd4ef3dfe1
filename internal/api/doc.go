// Package api is the door for machines: JSON over HTTP. It translates and holds no
// rule.
//
// Owns: the table of routes with the permit of each, the API key, the answers kept
// for repeated commands, and the collector.
//
// The collector (collector.go): single requests that arrive together become one
// batch for flow.AcceptAll, because ten thousand small transactions cost far more
// than forty large ones. A request is decoded, checked and sealed in its own
// goroutine; then it waits in a bounded queue, is written with what waits beside
// it, and is answered after the commit. A full queue is answered 429 at once. Who
// hangs up harms nobody: the order is taken all the same, and a repeat with the
// same key hears so.
//
// Idempotency: every command carries an Idempotency-Key. Its answer is written in
// the transaction that does the work. The same key with the same content gives
// the same answer; with other content it is refused.
package api
