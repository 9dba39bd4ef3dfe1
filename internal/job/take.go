package job

import (
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

func newID(tx *db.Tx) id.Job { return id.Job(tx.NewID()) }

// Ready gives those of kinds, in the order given, that have a due job.
func Ready(tx *db.Tx, kinds []string) ([]string, error) {
	probe := tx.Batch(`/* job.Ready */ WITH k (kind, now) AS (VALUES {rows}) SELECT k.kind FROM k WHERE EXISTS (
		SELECT 1 FROM jobs WHERE jobs.kind = k.kind AND state IN ('waiting', 'leased') AND due_at <= k.now)`,
		"TEXT", "BIGINT")
	for _, kind := range kinds {
		probe.Add(kind, tx.Now())
	}
	found := map[string]bool{}
	err := probe.Each(func(r db.Row) error {
		var kind string
		err := r.Scan(&kind)
		found[kind] = true
		return err
	})
	var ready []string
	for _, kind := range kinds {
		if found[kind] {
			ready = append(ready, kind)
		}
	}
	return ready, err
}

// Take leases at most limit due jobs of each kind, the longest due first, until
// lease from now. Due is what waits and what was leased for too long; jobs that
// another transaction holds are passed over. One that vanished with its worker on
// its last attempt is not taken: it dies, or goes on to its next slot.
func Take(tx *db.Tx, kinds []string, limit int, lease time.Duration) ([]Job, error) {
	var all []Job
	for _, kind := range kinds {
		due, err := db.List(tx, `/* job.Take */ SELECT `+columns+` FROM jobs
			WHERE kind = $1 AND state IN ('waiting', 'leased') AND due_at <= $2
			ORDER BY due_at, job_id LIMIT $3 FOR UPDATE SKIP LOCKED`, scan, kind, tx.Now(), limit)
		if err != nil {
			return nil, err
		}
		for _, j := range due {
			if j.State == StateLeased && j.Attempts >= j.AttemptsMax {
				if err := save(tx, j.failed(tx.Now(), ErrVanished)); err != nil {
					return nil, err
				}
				continue
			}
			all = append(all, j.taken(tx.Now().Add(lease)))
		}
	}
	return all, markTaken(tx, all)
}

// taken is the job as its new holder sees it. The row itself is in doubt from
// now on: if this process vanishes, the next one must ask.
func (j Job) taken(until db.Instant) Job {
	j.State, j.DueAt = StateLeased, until
	j.Attempts++
	j.Lease++
	return j
}

func markTaken(tx *db.Tx, jobs []Job) error {
	if len(jobs) == 0 {
		return nil
	}
	ids := make([]id.Job, len(jobs))
	for i, j := range jobs {
		ids[i] = j.ID
	}
	_, err := tx.Exec(`/* job.Take */ UPDATE jobs SET state = 'leased', due_at = $1, attempts = attempts + 1,
		lease = lease + 1, in_doubt = TRUE WHERE job_id = ANY($2)`, jobs[0].DueAt, ids)
	return err
}

// Heartbeat makes the lease of j last until lease from now. Faults: Conflict
// (ErrStale) when it is another's by now; stop working then.
func Heartbeat(tx *db.Tx, j Job, lease time.Duration) error {
	n, err := tx.Exec(`/* job.Heartbeat */ UPDATE jobs SET due_at = $1
		WHERE job_id = $2 AND state = 'leased' AND lease = $3`, tx.Now().Add(lease), j.ID, j.Lease)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// Done says that j is done; one that recurs waits for its next slot. Faults:
// Conflict (ErrStale) when the lease is another's by now; nothing happens then.
func Done(tx *db.Tx, j Job) error { return save(tx, j.done(tx.Now())) }

// Fail says that this attempt at j failed with cause: it is tried again after
// Backoff, or is dead after its last attempt. What is stored of the cause is its
// fault's code and English sentence. Faults as of Done.
func Fail(tx *db.Tx, j Job, cause error) error { return save(tx, j.failed(tx.Now(), cause)) }

// GiveBack ends the lease on j without counting the attempt: its worker stops.
// A caller that had begun the outside call sets j.InDoubt before. Faults as of
// Done.
func GiveBack(tx *db.Tx, j Job) error { return save(tx, j.givenBack(tx.Now())) }
