package db

import "context"

// Analyze has PostgreSQL look at its tables anew. Whoever fills a young database in
// bulk calls it when the tables have grown many times over: until the server's own
// round, a minute later and longer on a busy machine, its planner takes them for
// empty and reads them whole. SQLite plans without such figures; there it does
// nothing. It is never needed for a right answer.
func (d *DB) Analyze(ctx context.Context, by By) error {
	if d.engine != Postgres {
		return nil
	}
	return d.Write(ctx, by, func(tx *Tx) error {
		_, err := tx.Exec(`/* db.Analyze */ ANALYZE`)
		return err
	})
}
