package job

import (
	"fmt"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Dead lists dead jobs by id, at most limit of them after after.
func Dead(tx *db.Tx, after id.Job, limit int) ([]Job, error) {
	return db.List(tx, `/* job.Dead */ SELECT `+columns+` FROM jobs
		WHERE state = 'dead' AND job_id > $1 ORDER BY job_id LIMIT $2`, scan, after, limit)
}

// CountDead tells how many jobs are dead, up to limit.
func CountDead(tx *db.Tx, limit int) (int64, error) {
	return tx.Number(`/* job.CountDead */ SELECT COUNT(*) FROM (SELECT job_id FROM jobs WHERE state = 'dead' LIMIT $1) AS counted`, limit)
}

// Replay makes dead jobs due at once, with all their attempts before them, and
// gives the number brought back. Ids that are unknown or not dead are passed
// over. What was in doubt stays so.
func Replay(tx *db.Tx, ids []id.Job) (replayed int, err error) {
	locked, err := db.Lock(tx, "jobs", "job_id", ids)
	if err != nil || len(locked) == 0 {
		return 0, err
	}
	n, err := tx.Exec(`/* job.Replay */ UPDATE jobs SET state = 'waiting', attempts = 0, due_at = $1, done_at = 0
		WHERE job_id = ANY($2) AND state = 'dead'`, tx.Now(), locked)
	return int(n), err
}

// Tally is how many jobs of a kind stand in a state.
type Tally struct {
	Kind  string
	State State
	Jobs  int64
}

// Count tells how many jobs there are per kind and state, by kind, then state.
// It reads the whole table: it is for a page or a report, not for a loop.
func Count(tx *db.Tx) ([]Tally, error) {
	return db.List(tx, `/* job.Count */ SELECT kind, state, COUNT(*) FROM jobs
		GROUP BY kind, state ORDER BY kind, state`,
		func(r db.Row) (t Tally, err error) { return t, r.Scan(&t.Kind, &t.State, &t.Jobs) })
}

const (
	auditLate   = time.Hour
	auditListed = 100
)

// Audit proves the table: every state is known, no job is leased without a
// token, and none was left with a lease that ran out over an hour before other
// work was last done (a stopped hub does no work, so what it holds is no breach).
// It gives the number of jobs looked at and a sentence for each breach, the
// first hundred by id.
func Audit(tx *db.Tx) (jobs int64, breaches []string, err error) {
	if jobs, err = tx.Number(`/* job.Audit */ SELECT COUNT(*) FROM jobs`); err != nil {
		return 0, nil, err
	}
	worked, err := tx.Number(`/* job.Audit */ SELECT MAX(done_at) FROM jobs`)
	if err != nil {
		return 0, nil, err
	}
	late := db.Instant(worked).Add(-auditLate)
	breaches, err = db.List(tx, `/* job.Audit */ SELECT job_id, kind, state, lease, due_at FROM jobs
		WHERE state NOT IN ('waiting', 'leased', 'done', 'dead')
		OR state = 'leased' AND (lease < 1 OR due_at < $1)
		ORDER BY job_id LIMIT $2`, describe, late, auditListed)
	return jobs, breaches, err
}

func describe(r db.Row) (string, error) {
	var (
		job, lease int64
		kind       string
		state      State
		due        db.Instant
	)
	err := r.Scan(&job, &kind, &state, &lease, &due)
	return fmt.Sprintf("job %d (%s) is %s with lease %d until %s", job, kind, state, lease,
		due.Time().Format(time.RFC3339)), err
}
