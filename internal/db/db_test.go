package db_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
)

func put(name, value string) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO settings (name, value) VALUES ($1, $2)`, name, value)
		return err
	}
}

func settings(t *testing.T, d *db.DB) string {
	t.Helper()
	var all []string
	dbtest.Read(t, d, func(tx *db.Tx) (err error) {
		all, err = db.List(tx, `SELECT name FROM settings WHERE name LIKE 't-%' ORDER BY name`,
			func(r db.Row) (s string, err error) { return s, r.Scan(&s) })
		return err
	})
	return strings.Join(all, " ")
}

func TestWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		t.Run("a fault undoes what the function did", func(t *testing.T) {
			refused := fault.New(fault.Conflict, "no", "不", "no")
			err := d.Write(ctx, dbtest.By, func(tx *db.Tx) error {
				if err := put("t-fault", "x")(tx); err != nil {
					return err
				}
				return refused
			})
			if !errors.Is(err, refused) || settings(t, d) != "" {
				t.Fatalf("err %v, left %q", err, settings(t, d))
			}
		})
		t.Run("a panic becomes a fault and undoes", func(t *testing.T) {
			err := d.Write(ctx, dbtest.By, func(tx *db.Tx) error {
				_ = put("t-panic", "x")(tx)
				panic("broken invariant")
			})
			if fault.Of(err).Code != "panic" || settings(t, d) != "" {
				t.Fatalf("err %v, left %q", err, settings(t, d))
			}
		})
		t.Run("text with NUL or broken encoding is refused", func(t *testing.T) {
			for _, bad := range []string{"a\x00b", "a\xff"} {
				if err := d.Write(ctx, dbtest.By, put("t-bad", bad)); !errors.Is(err, db.ErrText) {
					t.Fatalf("%q: %v", bad, err)
				}
			}
		})
		t.Run("a repeated key is a constraint fault by its code", func(t *testing.T) {
			dbtest.Write(t, d, put("t-1", "x"))
			if err := d.Write(ctx, dbtest.By, put("t-1", "x")); !errors.Is(err, db.ErrConstraint) {
				t.Fatal(err)
			}
		})
		t.Run("a read cannot write", func(t *testing.T) {
			if err := d.Read(ctx, put("t-2", "x")); !errors.Is(err, db.ErrReadOnly) {
				t.Fatal(err)
			}
		})
	})
}

func TestBatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			b := tx.Batch(`INSERT INTO jobs (job_id, kind, unique_key, payload, state, run_at, attempts_max, created_at) VALUES {rows}`)
			for i := range 300 {
				b.Add(i+1, "k", strconv.Itoa(i), "{}", "waiting", 0, 1, tx.Now())
			}
			n, err := b.Run()
			if n != 300 {
				t.Errorf("%d rows inserted", n)
			}
			return err
		})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			u := tx.Batch(`WITH v (job_id, more) AS (VALUES {rows})
				UPDATE jobs SET attempts = jobs.attempts + v.more FROM v WHERE jobs.job_id = v.job_id`, "BIGINT", "BIGINT")
			for i := range 300 {
				u.Add(i+1, i)
			}
			n, err := u.Run()
			if n != 300 {
				t.Errorf("%d rows updated", n)
			}
			return err
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			sum, err := tx.Number(`SELECT SUM(attempts) FROM jobs WHERE job_id = ANY($1)`, []int64{1, 2, 300})
			if sum != 0+1+299 {
				t.Errorf("sum %d", sum)
			}
			return err
		})
	})
}

// A caller's time-out, a panic and a full database, each in the middle of a
// group of three: the others' results stand.
func TestGroupCommit(t *testing.T) {
	three := func(t *testing.T, opts db.Options, middle func(cancel func()) func(*db.Tx) error) ([3]error, *db.DB) {
		d := dbtest.Open(t, db.SQLite, opts)
		entered, release := make(chan struct{}), make(chan struct{})
		var errs [3]error
		first := make(chan struct{})
		go func() {
			defer close(first)
			_ = d.Write(context.Background(), dbtest.By, func(*db.Tx) error { close(entered); <-release; return nil })
		}()
		<-entered // the lane is busy: what comes now shares a group
		done := make(chan int, 3)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		work := []func(*db.Tx) error{put("t-a", "x"), middle(cancel), put("t-c", "x")}
		for i, fn := range work {
			go func() {
				c := context.Background()
				if i == 1 {
					c = ctx
				}
				errs[i] = d.Write(c, dbtest.By, fn)
				done <- i
			}()
			waitQueued(t, d, i+1)
		}
		close(release)
		for range 3 {
			<-done
		}
		<-first
		return errs, d
	}

	t.Run("a caller that gives up inside its insert hears Unknown and harms nobody", func(t *testing.T) {
		errs, d := three(t, db.Options{}, func(cancel func()) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				cancel()
				return put("t-b", "x")(tx)
			}
		})
		if errs[0] != nil || errs[2] != nil || !(errs[1] == nil || db.IsUnknown(errs[1])) {
			t.Fatalf("%v", errs)
		}
		if got := settings(t, d); got != "t-a t-b t-c" {
			t.Fatalf("stored %q", got)
		}
	})
	t.Run("a panic is heard by its caller alone", func(t *testing.T) {
		errs, d := three(t, db.Options{}, func(func()) func(*db.Tx) error {
			return func(tx *db.Tx) error {
				_ = put("t-b", "x")(tx)
				panic("x")
			}
		})
		if errs[0] != nil || errs[2] != nil || errs[1] == nil || settings(t, d) != "t-a t-c" {
			t.Fatalf("%v, stored %q", errs, settings(t, d))
		}
	})
	t.Run("a full database leaves honest answers and stops writing", func(t *testing.T) {
		var why error
		errs, d := three(t, db.Options{PagesMax: 600, Stopped: func(err error) { why = err }}, func(func()) func(*db.Tx) error {
			return put("t-b", strings.Repeat("x", 8<<20))
		})
		stored := settings(t, d)
		for i, name := range []string{"t-a", "t-b", "t-c"} {
			if errs[i] == nil != strings.Contains(stored, name) && !db.IsUnknown(errs[i]) {
				t.Fatalf("%s: answered %v, stored %q", name, errs[i], stored)
			}
		}
		if errs[1] == nil || why == nil {
			t.Fatalf("full and yet %v; stopped: %v", errs[1], why)
		}
		if err := d.Write(context.Background(), dbtest.By, put("t-d", "x")); !errors.Is(err, db.ErrStopped) {
			t.Fatalf("write after stop: %v", err)
		}
	})
}

func waitQueued(t *testing.T, d *db.DB, n int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for db.Waiting(d) < n {
		if time.Now().After(deadline) {
			t.Fatal("the function never reached the lane")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	url := dbtest.URL(t, db.SQLite)
	d, err := db.Open(context.Background(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := db.Open(context.Background(), url, db.Options{}); !errors.Is(err, db.ErrLocked) {
		t.Fatalf("second open: %v", err)
	}
}

func TestNodes(t *testing.T) {
	url := dbtest.URL(t, db.Postgres)
	seen := map[int]bool{}
	for range 3 {
		d, err := db.Open(context.Background(), url, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if seen[d.Node()] {
			t.Fatalf("node %d given twice", d.Node())
		}
		seen[d.Node()] = true
	}
}
