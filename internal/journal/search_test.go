package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/journal"
)

// history writes rows of machines and people over many hours and gives them all.
func history(t *testing.T, d *db.DB, clock *dbtest.Clock, rounds int) (all []journal.Row) {
	t.Helper()
	versions := map[int64]int64{}
	for i := range rounds {
		clock.Advance(10 * time.Minute)
		by := db.By{Actor: fmt.Sprintf("api:%d", i%3), Cause: "order"}
		if i%7 == 0 {
			by = db.By{Actor: fmt.Sprintf("S-%d", i%2+1), Cause: "page"}
		}
		object := int64(i%5 + 1)
		versions[object]++
		e := journal.Entry{Kind: []string{"order", "hold"}[i%2], ID: object, Version: versions[object], What: []string{"accepted", "edited", "gone"}[i%3]}
		if err := d.Write(context.Background(), by, func(tx *db.Tx) error { journal.Write(tx, e); return nil }); err != nil {
			t.Fatal(err)
		}
		all = append(all, journal.Row{Entry: e, By: by, At: db.At(clock.Now())})
	}
	slices.Reverse(all)
	return all
}

func TestSearch(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.NewClock().Now())
		begun := db.At(clock.Now())
		all := history(t, d, clock, 180)
		hour := func(n int) db.Instant { return begun.Add(time.Duration(n) * time.Hour) }
		for name, f := range map[string]journal.Filter{
			"everything":               {},
			"a machine":                {Actor: "api:1"},
			"a person":                 {Actor: "S-2"},
			"people":                   {People: true},
			"what people did, of one":  {People: true, What: "edited"},
			"a kind":                   {Kind: "hold"},
			"an object":                {Object: 3},
			"what happened to it":      {Object: 3, Kind: "order", What: "gone"},
			"some hours":               {From: hour(20), To: hour(22)},
			"some hours of a person":   {Actor: "S-1", From: hour(20), To: hour(30)},
			"an object in some hours":  {Object: 2, From: hour(20), To: hour(30)},
			"before anything happened": {To: begun},
			"nobody":                   {Actor: "S-99"},
			"nothing like it":          {What: "exploded"},
		} {
			var want []string
			for _, r := range all {
				if (f.Actor == "" || r.By.Actor == f.Actor) && (!f.People || strings.HasPrefix(r.By.Actor, "S-")) && (f.Kind == "" || r.Kind == f.Kind) &&
					(f.Object == 0 || r.ID == f.Object) && (f.What == "" || r.What == f.What) && r.At >= f.From && (f.To == 0 || r.At < f.To) {
					want = append(want, told(r))
				}
			}
			for _, limit := range []int{0, 7} {
				if got := searched(t, d, f, limit); !slices.Equal(got, want) {
					t.Errorf("%s, %d a page: %d rows, want %d", name, limit, len(got), len(want))
				}
			}
		}
		for _, cursor := range []string{"x", "w", "w7", "p1", "o", "w{"} {
			for _, f := range []journal.Filter{{}, {People: true}, {Object: 1}} {
				err := d.Read(t.Context(), func(tx *db.Tx) error { _, _, err := journal.Search(tx, f, cursor, 5); return err })
				if !errors.Is(err, journal.ErrPosition) {
					t.Errorf("cursor %q of %+v: %v", cursor, f, err)
				}
			}
		}
	})
}

func told(r journal.Row) string {
	return fmt.Sprintf("%d %d %s %s %s", r.ID, r.Version, r.What, r.By.Actor, r.At.Time())
}

// searched goes on until there is no cursor any more.
func searched(t *testing.T, d *db.DB, f journal.Filter, limit int) (got []string) {
	t.Helper()
	for cursor, calls := "", 0; ; calls++ {
		if calls > 1000 {
			t.Fatal("it does not end")
		}
		var rows []journal.Row
		dbtest.Read(t, d, func(tx *db.Tx) (err error) {
			rows, cursor, err = journal.Search(tx, f, cursor, limit)
			return err
		})
		if limit > 0 && len(rows) > limit {
			t.Fatalf("%d rows on a page of %d", len(rows), limit)
		}
		for _, r := range rows {
			got = append(got, told(r))
		}
		if cursor == "" {
			return got
		}
	}
}

// A rare thing in a long stream is found in pieces: one call never walks it all.
func TestSearchIsBounded(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	for from := range 13 {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for i := range 1000 {
				e := entry(int64(from*1000+i+1), 1)
				if from == 0 && i == 0 {
					e.What = "rare"
				}
				journal.Write(tx, e)
			}
			return nil
		})
	}
	calls := 0
	for cursor, found := "", 0; found == 0; calls++ {
		dbtest.Read(t, d, func(tx *db.Tx) error {
			rows, next, err := journal.Search(tx, journal.Filter{What: "rare"}, cursor, 10)
			cursor, found = next, len(rows)
			if found == 0 && next == "" {
				return errors.New("it is not found")
			}
			return err
		})
	}
	if calls != 3 {
		t.Errorf("found in %d calls, want 3 of 5,000 rows each", calls)
	}
}

// What people did is read by its own index, in which no machine has a row.
func TestSearchOfPeopleReadsByIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i, text := range []string{journal.SearchPeople, journal.SearchPerson} {
			explain, args := "EXPLAIN QUERY PLAN ", []any{1, 2, 3, 4, 5}
			if i == 1 {
				args = append([]any{"S-1"}, args...)
			}
			var plan strings.Builder
			dbtest.Write(t, d, func(tx *db.Tx) error {
				if d.Engine() == db.Postgres {
					explain = "EXPLAIN "
					if _, err := tx.Exec(`SET LOCAL enable_seqscan = off`); err != nil {
						return err
					}
				}
				return tx.Each(explain+text, func(r db.Row) error {
					var a, b, c, line any
					err := r.Scan(&a, &b, &c, &line)
					if d.Engine() == db.Postgres {
						err = r.Scan(&line)
					}
					fmt.Fprintln(&plan, line)
					return err
				}, args...)
			})
			if !strings.Contains(plan.String(), "journal_people") || strings.Contains(plan.String(), "TEMP B-TREE") {
				t.Errorf("%s:\n%s", text, plan.String())
			}
		}
	})
}
