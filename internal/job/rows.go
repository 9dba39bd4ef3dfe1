package job

import (
	"time"

	"baihuo/internal/db"
)

const columns = `job_id, kind, unique_key, payload, state, run_at, due_at, every_us,
	attempts, attempts_max, in_doubt, lease, last_error, created_at, done_at`

func scan(r db.Row) (j Job, err error) {
	var every int64
	err = r.Scan(&j.ID, &j.Kind, &j.Key, &j.Payload, &j.State, &j.RunAt, &j.DueAt, &every,
		&j.Attempts, &j.AttemptsMax, &j.InDoubt, &j.Lease, &j.LastError, &j.CreatedAt, &j.DoneAt)
	j.Every = time.Duration(every) * time.Microsecond
	return j, err
}

// save writes what became of a leased job. The lease is the fence: who no longer
// holds it changes nothing and hears ErrStale.
func save(tx *db.Tx, j Job) error {
	n, err := tx.Exec(`/* job.save */ UPDATE jobs SET state = $1, run_at = $2, due_at = $3, attempts = $4,
		in_doubt = $5, last_error = $6, done_at = $7
		WHERE job_id = $8 AND state = 'leased' AND lease = $9`,
		j.State, j.RunAt, j.DueAt, j.Attempts, j.InDoubt, j.LastError, j.DoneAt, j.ID, j.Lease)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}
