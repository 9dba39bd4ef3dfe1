package job_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/job"
)

// effect writes one row for j, a new one each time, so that a doubled effect
// shows.
func effect(j job.Job) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO settings (name, value) VALUES ($1, $2)`,
			fmt.Sprint("effect-", tx.NewID()), j.Kind+" "+j.Key)
		return err
	}
}

// effects counts the effects of each job.
func effects(t *testing.T, d *db.DB) map[string]int {
	t.Helper()
	all := map[string]int{}
	dbtest.Read(t, d, func(tx *db.Tx) error {
		return tx.Each(`SELECT value FROM settings WHERE name LIKE 'effect-%'`, func(r db.Row) error {
			var of string
			err := r.Scan(&of)
			all[of]++
			return err
		})
	})
	return all
}

// simple is the handler whose effect is all it does.
func simple(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
	return effect(j), nil
}

func turn(t *testing.T, r *job.Runner) int {
	t.Helper()
	n, err := r.Turn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// numbered makes n jobs of kind.
func numbered(kind string, n int) []job.Job {
	jobs := make([]job.Job, n)
	for i := range jobs {
		jobs[i] = job.Job{Kind: kind, Key: fmt.Sprint(i)}
	}
	return jobs
}

// Three nodes (on SQLite: three runners of the one process) take from the same
// table: every job's effect stands once.
func TestManyRunners(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			const jobs, runners = 300, 3
			url := dbtest.URL(t, engine)
			nodes := openNodes(t, engine, url, runners)
			enqueue(t, nodes[0], numbered("k", jobs)...)
			var called atomic.Int64
			var all sync.WaitGroup
			for _, d := range nodes {
				r := &job.Runner{DB: d, Parallel: 4, Handlers: map[string]job.Handler{
					"k": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
						called.Add(1)
						return effect(j), nil
					},
				}}
				all.Go(func() {
					for n := 1; n > 0; {
						var err error
						if n, err = r.Turn(context.Background()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
			// A runner that found every due row held by another has gone home:
			// the others finish what they hold.
			done := effects(t, nodes[0])
			for i := range jobs {
				if n := done[fmt.Sprint("k ", i)]; n != 1 {
					t.Errorf("job %d has %d effects", i, n)
				}
			}
			if called.Load() != jobs || tally(t, nodes[0]) != fmt.Sprint("k done ", jobs) {
				t.Errorf("%d calls, %s", called.Load(), tally(t, nodes[0]))
			}
		})
	}
}

func openNodes(t *testing.T, engine db.Engine, url string, n int) []*db.DB {
	t.Helper()
	nodes := make([]*db.DB, n)
	for i := range nodes {
		if engine == db.SQLite && i > 0 {
			nodes[i] = nodes[0]
			continue
		}
		d, err := db.Open(context.Background(), url, db.Options{Lanes: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		nodes[i] = d
	}
	return nodes
}

// An attempt fails in each of the ways there are; the second goes well.
func TestTurn(t *testing.T) {
	unknown := fault.New(fault.Unknown, "no_answer", "结果未知", "No answer came")
	type result struct {
		finish func(job.Job) func(*db.Tx) error
		err    error
		panics bool
	}
	cases := []struct {
		name    string
		first   result
		inDoubt bool
		last    string
	}{
		{"a certain failure is repeated without doubt", result{err: errDown}, false,
			"carrier_down: The carrier does not answer"},
		{"an unknown answer is repeated in doubt", result{err: unknown}, true, "no_answer: No answer came"},
		{"a panic is a failed attempt", result{panics: true}, true,
			"job_panic: The job's handler broke; it has been logged"},
		{"a finish that fails leaves no effect and doubt", result{finish: func(j job.Job) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				if err := effect(j)(tx); err != nil {
					return err
				}
				return errDown
			}
		}}, true, "carrier_down: The carrier does not answer"},
		{"a finish that panics leaves no effect and doubt", result{finish: func(j job.Job) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				_ = effect(j)(tx)
				panic("broken invariant")
			}
		}}, true, "panic: Something broke on our side; this work was undone and logged"},
	}
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for i, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				kind := fmt.Sprint("k", i)
				var seen []job.Job
				var logged bytes.Buffer
				log := slog.New(slog.NewTextHandler(&logged, nil))
				r := &job.Runner{DB: d, Log: log, Handlers: map[string]job.Handler{
					kind: func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
						seen = append(seen, j)
						switch {
						case len(seen) > 1:
							return effect(j), nil
						case c.first.panics:
							panic("broken handler")
						case c.first.finish != nil:
							return c.first.finish(j), nil
						}
						return nil, c.first.err
					},
				}}
				enqueue(t, d, job.Job{Kind: kind, Key: "a"}, job.Job{Kind: "nobody's", Key: kind})
				if n := turn(t, r); n != 1 || effects(t, d)[kind+" a"] != 0 {
					t.Fatalf("%d taken, effects %v", n, effects(t, d))
				}
				if n := turn(t, r); n != 0 {
					t.Fatal("taken again without a back-off")
				}
				clock.Advance(time.Second)
				turn(t, r)
				if len(seen) != 2 {
					t.Fatalf("%d attempts", len(seen))
				}
				if again := seen[1]; again.Attempts != 2 || again.InDoubt != c.inDoubt || again.LastError != c.last {
					t.Errorf("second attempt: %+v", again)
				}
				if effects(t, d)[kind+" a"] != 1 || !strings.Contains(tally(t, d), kind+" done 1") {
					t.Errorf("effects %v, %s", effects(t, d), tally(t, d))
				}
				if !strings.Contains(logged.String(), "job not done") {
					t.Errorf("log: %s", &logged)
				}
			})
		}
	})
}

// A runner sleeps through its lease while another does the job: what it brings
// then has no effect.
func TestLostLease(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		second := &job.Runner{DB: d, Lease: lease, Handlers: map[string]job.Handler{"k": simple}}
		var third *job.Runner
		first := &job.Runner{DB: d, Lease: lease, Handlers: map[string]job.Handler{
			"k": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
				clock.Advance(lease)
				if n := turn(t, second); n != 1 {
					t.Errorf("second took %d", n)
				}
				return func(*db.Tx) error { t.Error("finish ran without the lease"); return nil }, nil
			},
			"fails": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
				clock.Advance(lease)
				turn(t, third)
				return nil, errDown
			},
		}}
		third = &job.Runner{DB: d, Lease: lease, Handlers: map[string]job.Handler{"fails": simple}}
		enqueue(t, d, job.Job{Kind: "k", Key: "a"}, job.Job{Kind: "fails", Key: "a"})
		first.Parallel = 1
		turn(t, first)
		if got := tally(t, d); got != "fails done 1, k done 1" {
			t.Error(got)
		}
		if got := fmt.Sprint(effects(t, d)); got != "map[fails a:1 k a:1]" {
			t.Error(got)
		}
	})
}

func TestTurnIsFair(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		enqueue(t, d, numbered("crowd", 100)...)
		clock.Advance(time.Second)
		enqueue(t, d, numbered("few", 3)...)
		r := &job.Runner{DB: d, Parallel: 1, Handlers: map[string]job.Handler{"crowd": simple, "few": simple}}
		if n := turn(t, r); n != 7 || !strings.Contains(tally(t, d), "few done 3") {
			t.Errorf("%d taken, %s", n, tally(t, d))
		}
	})
}

func TestStoppedTurnGivesBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx, stop := context.WithCancel(context.Background())
		r := &job.Runner{DB: d, Parallel: 1, Handlers: map[string]job.Handler{
			"k": func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
				stop()
				return effect(j), nil
			},
		}}
		enqueue(t, d, numbered("k", 5)...)
		if n, err := r.Turn(ctx); n != 5 || err != nil {
			t.Fatal(n, err)
		}
		if got := tally(t, d); got != "k done 1, k waiting 4" {
			t.Fatal(got)
		}
		for _, j := range take(t, d, "k", 10) {
			if j.Attempts != 1 || j.InDoubt {
				t.Errorf("given back as %+v", j)
			}
		}
	})
}

// Run on the false clock of synctest: the seconds pass when all sleep.
func TestRun(t *testing.T) {
	type start func(context.Context) (ended chan struct{})
	type handlers map[string]job.Handler
	setting := func(t *testing.T, handlers handlers, test func(d *db.DB, run start)) {
		url := dbtest.URL(t, db.SQLite)
		synctest.Test(t, func(t *testing.T) {
			d, err := db.Open(t.Context(), url, db.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			test(d, func(ctx context.Context) chan struct{} {
				ended := make(chan struct{})
				r := &job.Runner{DB: d, Parallel: 4, Lease: lease, Handlers: handlers}
				go func() { defer close(ended); r.Run(ctx) }()
				return ended
			})
		})
	}
	wait := func(d time.Duration) { <-time.After(d) }
	stuck := func(ctx context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
		<-ctx.Done()
		return nil, fault.New(fault.Unknown, "cut", "中断", "Cut off").Wrap(ctx.Err())
	}
	t.Run("a sick kind leaves room for the others and gives back at the end", func(t *testing.T) {
		setting(t, handlers{"sick": stuck, "well": simple}, func(d *db.DB, run start) {
			ctx, stop := context.WithCancel(context.Background())
			ended := run(ctx)
			enqueue(t, d, numbered("sick", 20)...)
			enqueue(t, d, numbered("well", 20)...)
			wait(10 * time.Second)
			if got := tally(t, d); got != "sick leased 2, sick waiting 18, well done 20" {
				t.Error(got)
			}
			stop()
			<-ended
			if got := tally(t, d); got != "sick waiting 20, well done 20" {
				t.Error(got)
			}
			doubts := 0
			for _, j := range take(t, d, "sick", 20) {
				if j.Attempts != 1 {
					t.Errorf("given back as %+v", j)
				}
				if j.InDoubt {
					doubts++
				}
			}
			if doubts != 2 {
				t.Errorf("%d in doubt, want the 2 that were cut off", doubts)
			}
		})
	})
	t.Run("the heartbeat keeps a long job, and it may finish within the grace", func(t *testing.T) {
		long := func(_ context.Context, _ *db.DB, j job.Job) (func(*db.Tx) error, error) {
			wait(10*lease + 3*time.Second)
			return effect(j), nil
		}
		setting(t, handlers{"long": long}, func(d *db.DB, run start) {
			enqueue(t, d, job.Job{Kind: "long", Key: "a"})
			ctx, stop := context.WithCancel(context.Background())
			ended := run(ctx)
			wait(10 * lease)
			if jobs := take(t, d, "long", 1); len(jobs) != 0 {
				t.Error("its lease ran out")
			}
			stop()
			<-ended
			if got := tally(t, d); got != "long done 1" || effects(t, d)["long a"] != 1 {
				t.Error(got, effects(t, d))
			}
		})
	})
	t.Run("a handler whose lease is lost is told", func(t *testing.T) {
		setting(t, handlers{"k": stuck}, func(d *db.DB, run start) {
			enqueue(t, d, job.Job{Kind: "k", Key: "a"}, job.Job{Kind: "k", Key: "b"}, job.Job{Kind: "k", Key: "c"})
			ctx, stop := context.WithCancel(context.Background())
			ended := run(ctx)
			wait(time.Second)
			dbtest.Write(t, d, func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE jobs SET lease = lease + 1, due_at = $1 WHERE state = 'leased'`,
					tx.Now().Add(24*time.Hour))
				return err
			})
			wait(lease)
			if got := tally(t, d); got != "k leased 3" {
				t.Errorf("the slots of lost jobs are not free for the third: %s", got)
			}
			stop()
			<-ended
			if got := tally(t, d); got != "k leased 2, k waiting 1" {
				t.Error(got)
			}
		})
	})
}
