package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/job"
)

const lease = time.Minute

var errDown = fault.New(fault.Transient, "carrier_down", "承运商没有应答", "The carrier does not answer")

// each runs test on both engines with a clock moved by hand.
func each(t *testing.T, test func(t *testing.T, d *db.DB, clock *dbtest.Clock)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			clock := dbtest.NewClock()
			test(t, dbtest.Open(t, engine, db.Options{Clock: clock.Now}), clock)
		})
	}
}

func enqueue(t *testing.T, d *db.DB, jobs ...job.Job) (added int) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { added, err = job.Enqueue(tx, jobs); return err })
	return added
}

func take(t *testing.T, d *db.DB, kind string, limit int) (jobs []job.Job) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) {
		jobs, err = job.Take(tx, []string{kind}, limit, lease)
		return err
	})
	return jobs
}

func takeOne(t *testing.T, d *db.DB, kind string) job.Job {
	t.Helper()
	jobs := take(t, d, kind, 10)
	if len(jobs) != 1 {
		t.Fatalf("took %d jobs of %s, want 1", len(jobs), kind)
	}
	return jobs[0]
}

// end calls one of Done, Fail, Heartbeat, GiveBack.
func end(d *db.DB, j job.Job, how func(*db.Tx, job.Job) error) error {
	return d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error { return how(tx, j) })
}

func fail(tx *db.Tx, j job.Job) error { return job.Fail(tx, j, errDown) }

func beat(tx *db.Tx, j job.Job) error { return job.Heartbeat(tx, j, lease) }

func tally(t *testing.T, d *db.DB) string {
	t.Helper()
	var all []string
	dbtest.Read(t, d, func(tx *db.Tx) error {
		counts, err := job.Count(tx)
		for _, c := range counts {
			all = append(all, fmt.Sprintf("%s %s %d", c.Kind, c.State, c.Jobs))
		}
		return err
	})
	return strings.Join(all, ", ")
}

func breaches(t *testing.T, d *db.DB) string {
	t.Helper()
	var all []string
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { _, all, err = job.Audit(tx); return err })
	return strings.Join(all, "; ")
}

func TestEnqueue(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		t.Run("a repeated key adds once, within a batch, later and after done", func(t *testing.T) {
			a, b := job.Job{Kind: "k", Key: "a"}, job.Job{Kind: "k", Key: "b"}
			if n := enqueue(t, d, b, a, b); n != 2 {
				t.Errorf("added %d, want 2", n)
			}
			for _, j := range take(t, d, "k", 10) {
				if err := end(d, j, job.Done); err != nil {
					t.Fatal(err)
				}
			}
			if n := enqueue(t, d, a, b); n != 0 || tally(t, d) != "k done 2" {
				t.Errorf("added %d, there are %s", n, tally(t, d))
			}
		})
		t.Run("the same key of another kind is another job", func(t *testing.T) {
			if n := enqueue(t, d, job.Job{Kind: "other", Key: "a"}); n != 1 {
				t.Errorf("added %d", n)
			}
		})
		t.Run("what is undone was never enqueued", func(t *testing.T) {
			_ = d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				_, _ = job.Enqueue(tx, []job.Job{{Kind: "undone", Key: "a"}})
				return errDown
			})
			if jobs := take(t, d, "undone", 1); len(jobs) != 0 {
				t.Errorf("took %v", jobs)
			}
		})
		t.Run("a planned one waits for its time", func(t *testing.T) {
			at := db.At(clock.Now()).Add(time.Hour)
			enqueue(t, d, job.Job{Kind: "later", Key: "a", RunAt: at, Payload: `{"n":1}`})
			if jobs := take(t, d, "later", 1); len(jobs) != 0 {
				t.Errorf("took %v", jobs)
			}
			clock.Advance(time.Hour)
			j := takeOne(t, d, "later")
			if j.Payload != `{"n":1}` || j.Attempts != 1 || j.AttemptsMax != job.AttemptsDefault || j.InDoubt {
				t.Errorf("took %+v", j)
			}
		})
		t.Run("what cannot be worked is refused by name", func(t *testing.T) {
			for field, j := range map[string]job.Job{
				"kind": {Key: "a"}, "key": {Kind: "k"}, "payload": {Kind: "k", Key: "x", Payload: "{"},
				"attempts_max": {Kind: "k", Key: "x", AttemptsMax: -1},
				"every":        {Kind: "k", Key: "x", Every: -time.Second},
			} {
				err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
					_, err := job.Enqueue(tx, []job.Job{j})
					return err
				})
				if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
					t.Errorf("%s: %v", field, err)
				}
			}
		})
	})
}

func TestLease(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		enqueue(t, d, job.Job{Kind: "k", Key: "a", AttemptsMax: 3})
		first := takeOne(t, d, "k")
		t.Run("a leased job is not taken again before its lease is out", func(t *testing.T) {
			clock.Advance(lease - time.Second)
			if err := end(d, first, beat); err != nil {
				t.Fatal(err)
			}
			clock.Advance(lease - time.Second)
			if jobs := take(t, d, "k", 10); len(jobs) != 0 {
				t.Errorf("took %v", jobs)
			}
		})
		clock.Advance(2 * time.Second)
		second := takeOne(t, d, "k")
		t.Run("the next holder has a higher token, one more attempt, and doubt", func(t *testing.T) {
			if second.Lease <= first.Lease || second.Attempts != 2 || !second.InDoubt {
				t.Errorf("first %+v, second %+v", first, second)
			}
		})
		t.Run("who lost the lease changes nothing", func(t *testing.T) {
			for name, how := range map[string]func(*db.Tx, job.Job) error{
				"done": job.Done, "fail": fail, "beat": beat, "give back": job.GiveBack,
			} {
				if err := end(d, first, how); !errors.Is(err, job.ErrStale) || fault.KindOf(err) != fault.Conflict {
					t.Errorf("%s: %v", name, err)
				}
			}
			if got := tally(t, d); got != "k leased 1" {
				t.Error(got)
			}
		})
		t.Run("given back it is due at once and the attempt does not count", func(t *testing.T) {
			if err := end(d, second, job.GiveBack); err != nil {
				t.Fatal(err)
			}
			third := takeOne(t, d, "k")
			if third.Attempts != 2 || third.Lease <= second.Lease {
				t.Errorf("%+v", third)
			}
		})
		t.Run("one that takes its workers with it dies", func(t *testing.T) {
			clock.Advance(lease)
			takeOne(t, d, "k")
			clock.Advance(lease)
			if jobs := take(t, d, "k", 10); len(jobs) != 0 || tally(t, d) != "k dead 1" {
				t.Errorf("took %v, there are %s", jobs, tally(t, d))
			}
		})
	})
}

func TestDeadAndReplay(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		enqueue(t, d, job.Job{Kind: "k", Key: "a", AttemptsMax: 4}, job.Job{Kind: "k", Key: "b", RunAt: 1 << 60})
		var pauses []time.Duration
		for range 4 {
			j := takeOne(t, d, "k")
			if err := end(d, j, fail); err != nil {
				t.Fatal(err)
			}
			pause := job.Backoff(j.ID, j.Attempts)
			pauses = append(pauses, pause)
			clock.Advance(pause - time.Microsecond)
			if jobs := take(t, d, "k", 10); len(jobs) != 0 {
				t.Fatalf("attempt %d: taken before its back-off was over", j.Attempts)
			}
			clock.Advance(time.Microsecond)
		}
		for i := range len(pauses) - 1 {
			if pauses[i] >= pauses[i+1] {
				t.Errorf("pauses %v do not grow", pauses)
			}
		}
		var dead []job.Job
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { dead, err = job.Dead(tx, 0, 10); return err })
		if len(dead) != 1 || dead[0].LastError != "carrier_down: The carrier does not answer" || dead[0].DoneAt == 0 {
			t.Fatalf("dead: %+v", dead)
		}
		t.Run("replay brings back the dead alone", func(t *testing.T) {
			var n int
			dbtest.Write(t, d, func(tx *db.Tx) (err error) {
				n, err = job.Replay(tx, []id.Job{dead[0].ID, dead[0].ID + 1, 12345})
				return err
			})
			if n != 1 {
				t.Errorf("replayed %d", n)
			}
			if j := takeOne(t, d, "k"); j.ID != dead[0].ID || j.Attempts != 1 || j.InDoubt {
				t.Errorf("took %+v", j)
			}
		})
		t.Run("the list of the dead goes on after an id", func(t *testing.T) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				rest, err := job.Dead(tx, dead[0].ID, 10)
				if len(rest) != 0 {
					t.Errorf("%v", rest)
				}
				return err
			})
		})
	})
}

func TestRecurring(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		start := db.At(clock.Now())
		every := func(period time.Duration) {
			t.Helper()
			dbtest.Write(t, d, func(tx *db.Tx) error { return job.Every(tx, "anchor", period) })
		}
		every(time.Hour)
		every(time.Hour)
		j := takeOne(t, d, "anchor")
		if j.RunAt != start {
			t.Errorf("first slot %v", j.RunAt.Time())
		}
		clock.Advance(10 * time.Minute)
		if err := end(d, j, job.Done); err != nil {
			t.Fatal(err)
		}
		t.Run("done waits for the next slot, on the old grid", func(t *testing.T) {
			if jobs := take(t, d, "anchor", 1); len(jobs) != 0 {
				t.Fatalf("took %v", jobs)
			}
			clock.Advance(50 * time.Minute)
			j = takeOne(t, d, "anchor")
			if j.RunAt != start.Add(time.Hour) || j.Attempts != 1 || j.InDoubt {
				t.Errorf("%+v", j)
			}
		})
		t.Run("who was done cannot be done again", func(t *testing.T) {
			if err := end(d, j, job.Done); err != nil {
				t.Fatal(err)
			}
			if err := end(d, j, job.Done); !errors.Is(err, job.ErrStale) {
				t.Error(err)
			}
		})
		t.Run("a shorter period counts from now", func(t *testing.T) {
			every(time.Minute)
			clock.Advance(time.Minute)
			takeOne(t, d, "anchor")
		})
		t.Run("a period of nothing is refused", func(t *testing.T) {
			err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error { return job.Every(tx, "x", 0) })
			if !errors.Is(err, job.ErrInvalid) {
				t.Error(err)
			}
		})
	})
}

func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		enqueue(t, d, job.Job{Kind: "a", Key: "a"})
		takeOne(t, d, "a")
		clock.Advance(48 * time.Hour)
		if got := breaches(t, d); got != "" {
			t.Errorf("a stopped hub is no breach: %s", got)
		}
		enqueue(t, d, job.Job{Kind: "b", Key: "b"})
		if err := end(d, takeOne(t, d, "b"), job.Done); err != nil {
			t.Fatal(err)
		}
		if got := breaches(t, d); !strings.Contains(got, "(a) is leased with lease 1 until 2026-11-11T00:01:00Z") {
			t.Errorf("a forgotten job is not found: %q", got)
		}
	})
}
