package journal_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/journal"
)

func entry(object, version int64) journal.Entry {
	return journal.Entry{Kind: "thing", ID: object, Version: version, What: "changed", Payload: `{"n":1}`}
}

func TestVerify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for v := range int64(5) {
			dbtest.Write(t, d, func(tx *db.Tx) error { journal.Write(tx, entry(1, v+1), entry(2, v+1)); return nil })
		}
		var line string
		dbtest.Write(t, d, func(tx *db.Tx) (err error) { line, err = journal.Anchor(tx); return err })
		verify := func() journal.Verdict {
			var v journal.Verdict
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { v, err = journal.Verify(tx, line); return err })
			return v
		}
		if v := verify(); v.Rows != 10 || len(v.Breaches) > 0 {
			t.Fatalf("clean journal: %+v", v)
		}
		tamper := func(name, do, undo, want string) {
			t.Run(name, func(t *testing.T) {
				dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(do); return err })
				if got := strings.Join(verify().Breaches, "; "); !strings.Contains(got, want) {
					t.Errorf("found %q, want %q", got, want)
				}
				if undo != "" {
					dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(undo); return err })
				}
			})
		}
		first := "WHERE object_id = 1 AND version = 1"
		tamper("a changed row is found", `UPDATE journal SET payload = '{"n":2}' `+first, `UPDATE journal SET payload = '{"n":1}' `+first, "was changed")
		tamper("a changed actor is found", `UPDATE journal SET actor = 'x' `+first, `UPDATE journal SET actor = 'test' `+first, "was changed")
		tamper("a row before the first is found", `INSERT INTO journal SELECT stream, 0, object_kind, 9, 1, what, payload, actor, cause, at, hash FROM journal `+first,
			`DELETE FROM journal WHERE object_id = 9`, "before its first")
		last := "FROM journal WHERE object_id = 2 AND version = 5"
		tamper("a cut tail is found", `DELETE `+last, "", "are there")
		tamper("a forged head does not hide the cut", `UPDATE journal_streams SET seq = seq - 1,
			hash = (SELECT hash FROM journal WHERE object_id = 1 AND version = 5)
			WHERE stream = (SELECT stream FROM journal WHERE object_id = 1 AND version = 5)`, "", "an anchor saw")
		tamper("a removed row is found", `DELETE FROM journal WHERE object_id = 1 AND version = 3`, "", "missing")
	})
}

// Three nodes write the versions of shared objects while a reader follows:
// every row is handed on once, and the rows of one object in order.
func TestReaderMissesNothing(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			nodes := openNodes(t, engine, url)
			const objects, rounds = 5, 60
			read := newFollower()
			stop := make(chan struct{})
			var readers, writers sync.WaitGroup
			for _, d := range nodes {
				readers.Go(func() { read.follow(t, d, stop) })
				writers.Go(func() { writeVersions(t, d, objects, rounds) })
			}
			writers.Wait()
			close(stop)
			readers.Wait()
			if want := objects * rounds * len(nodes); read.rows != want {
				t.Fatalf("%d rows handed on, want %d", read.rows, want)
			}
		})
	}
}

func openNodes(t *testing.T, engine db.Engine, url string) []*db.DB {
	t.Helper()
	n := 1
	if engine == db.Postgres {
		n = 3
	}
	nodes := make([]*db.DB, n)
	for i := range nodes {
		d, err := db.Open(context.Background(), url, db.Options{Lanes: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		nodes[i] = d
	}
	return nodes
}

// writeVersions adds one version to each object in each round. The rows of
// table settings are the objects and their locks.
func writeVersions(t *testing.T, d *db.DB, objects, rounds int) {
	for range rounds {
		for o := range objects {
			err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO settings (name, value) VALUES ($1, '0') ON CONFLICT DO NOTHING`, fmt.Sprint("o", o))
				if err != nil {
					return err
				}
				v, err := tx.Number(`UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = $1
					RETURNING CAST(value AS BIGINT)`, fmt.Sprint("o", o))
				journal.Write(tx, entry(int64(o+1), v))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

type follower struct {
	mu   sync.Mutex
	last map[int64]int64
	rows int
}

func newFollower() *follower { return &follower{last: map[int64]int64{}} }

func (f *follower) follow(t *testing.T, d *db.DB, stop chan struct{}) {
	// Handle may run again after a clash, so it only remembers; the rows count
	// once the turn is over.
	var got []journal.Row
	r := journal.Reader{Name: "test", Limit: 37, Handle: func(_ *db.Tx, rows []journal.Row) error {
		got = rows
		return nil
	}}
	for ended := false; ; {
		f.mu.Lock() // the order in which turns commit is the order we look at
		n, err := r.Turn(context.Background(), d)
		if err != nil {
			t.Error(err)
		}
		for _, row := range got[:n] {
			if row.Version != f.last[row.ID]+1 {
				t.Errorf("object %d: version %d after %d", row.ID, row.Version, f.last[row.ID])
			}
			f.last[row.ID] = row.Version
			f.rows++
		}
		got = nil
		f.mu.Unlock()
		if n == 0 && ended {
			return
		}
		select {
		case <-stop:
			ended = true
		default:
		}
	}
}
