// Package bench measures the house, as ratios in one run.
//
// Every run makes a fresh database, fills it with the same shop, and measures
// with durable commits. Raw writes the very rows that an acceptance wrote, by
// bare statements in the same batches and without product code: it is the
// ceiling of this machine in this minute, and every other figure is told as a
// part of it.
package bench
