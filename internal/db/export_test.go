package db

// Waiting tells tests how many functions wait for SQLite's lane.
func Waiting(d *DB) int { return len(d.writer.(*lane).requests) }
