package job

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"baihuo/internal/db"
)

// Enqueue adds jobs in the caller's transaction and gives the number added: one
// whose kind and key were used before, by a job in whatever state, is passed
// over. Faults: Invalid, and then none is added.
func Enqueue(tx *db.Tx, jobs []Job) (added int, err error) {
	sorted := slices.Clone(jobs)
	// In the order of the unique key, so that two callers wait for each other in
	// one direction only.
	slices.SortStableFunc(sorted, func(a, b Job) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
	rows := tx.Batch(`/* job.Enqueue */ INSERT INTO jobs (job_id, kind, unique_key, payload, state, run_at, due_at,
		every_us, attempts_max, created_at) VALUES {rows} ON CONFLICT (kind, unique_key) DO NOTHING`)
	for _, j := range sorted {
		if j, err = j.ready(tx); err != nil {
			return 0, err
		}
		rows.Add(j.ID, j.Kind, j.Key, j.Payload, StateWaiting, j.RunAt, j.RunAt,
			j.Every.Microseconds(), j.AttemptsMax, tx.Now())
	}
	n, err := rows.Run()
	return int(n), err
}

// ready fills what the caller left out and refuses what cannot be worked.
func (j Job) ready(tx *db.Tx) (Job, error) {
	if j.ID == 0 {
		j.ID = newID(tx)
	}
	if j.RunAt == 0 {
		j.RunAt = tx.Now()
	}
	j.Payload = cmp.Or(j.Payload, "{}")
	j.AttemptsMax = cmp.Or(j.AttemptsMax, AttemptsDefault)
	bad := ErrInvalid
	switch {
	case j.Kind == "":
		bad = bad.Field("kind", "不能为空", "must not be empty")
	case j.Key == "":
		bad = bad.Field("key", "不能为空", "must not be empty")
	case !json.Valid([]byte(j.Payload)):
		bad = bad.Field("payload", "必须是 JSON", "must be JSON")
	case j.AttemptsMax < 0:
		bad = bad.Field("attempts_max", "不能为负", "must not be negative")
	case j.Every < 0 || j.Every%time.Microsecond != 0:
		bad = bad.Field("every", "必须是整微秒且不为负", "must be whole microseconds and not negative")
	default:
		return j, nil
	}
	return j, bad
}

// everyKey is the key of the one recurring job of a kind.
const everyKey = "every"

// Every ensures that kind is worked once in each period, first at once. A period
// that differs from the stored one replaces it. Faults: Invalid.
func Every(tx *db.Tx, kind string, period time.Duration) error {
	if period <= 0 {
		return ErrInvalid.Field("every", "必须大于零", "must be above zero")
	}
	if _, err := Enqueue(tx, []Job{{Kind: kind, Key: everyKey, Every: period}}); err != nil {
		return err
	}
	_, err := tx.Exec(`/* job.Every */ UPDATE jobs SET every_us = $1,
		due_at = CASE WHEN state = 'waiting' THEN LEAST(due_at, $2) ELSE due_at END
		WHERE kind = $3 AND unique_key = $4 AND every_us <> $1`,
		period.Microseconds(), tx.Now().Add(period), kind, everyKey)
	return err
}
