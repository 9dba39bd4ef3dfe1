package replay_test

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/intake"
	"baihuo/internal/money"
	"baihuo/internal/replay"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
)

const quirks = "../../testdata/import/quirks-5000.csv"

// engine opens a fresh database under a clock of its own.
func engine(t testing.TB, e db.Engine) replay.Options {
	t.Helper()
	clock := replay.NewClock(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC))
	d := dbtest.Open(t, e, db.Options{Clock: clock.Now})
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, d, func(tx *db.Tx) error { _, err := review.Install(tx); return err })
	return replay.Options{D: d, Kit: flow.Kit{Keys: seal.NewKeyring(rand.Reader, seal.Key{Version: 1}), Rules: rule.NewShelf(kinds)},
		Clock: clock, File: quirks, Profile: intake.ProfileUCI}
}

// play runs a replay and gives its table.
func play(t testing.TB, o replay.Options) (replay.Report, []replay.Day) {
	t.Helper()
	var days []replay.Day
	o.Day = func(d replay.Day) error { days = append(days, d); return nil }
	r, err := replay.Run(context.Background(), o)
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	return r, days
}

func clean(t testing.TB, d *db.DB) {
	t.Helper()
	r, err := flow.Check(context.Background(), d, "")
	if err != nil || !r.OK() {
		t.Fatalf("check: %v, %d breaches: %.10v", err, len(r.Breaches), r.Breaches)
	}
}

// sums are lines, units and money of one line kind, taken straight from a file:
// nothing here is shared with the replay.
type sums struct {
	Lines, Units int64
	Money        money.Amount
}

func sumFile(t testing.TB, path string) map[string]sums {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var src io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if src, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	found := map[string]sums{}
	all := csv.NewReader(src)
	for first := true; ; first = false {
		f, err := all.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if first {
			continue
		}
		qty, errQty := strconv.ParseInt(f[7], 10, 64)
		price, errPrice := strconv.ParseInt(f[8], 10, 64)
		if errQty != nil || errPrice != nil {
			t.Fatal(f)
		}
		s := found[f[10]]
		found[f[10]] = sums{s.Lines + 1, s.Units + qty, s.Money + money.Amount(qty*price)}
	}
}

func sumReport(r replay.Report) map[string]sums {
	found := map[string]sums{}
	for _, t := range r.Tallies {
		s := found[t.Kind]
		found[t.Kind] = sums{s.Lines + t.Lines, s.Units + t.Units, s.Money + t.Money}
	}
	return found
}

func of(r replay.Report, what intake.Outcome) (lines int64) {
	for _, t := range r.Tallies {
		if t.Outcome == what {
			lines += t.Lines
		}
	}
	return lines
}

func TestReplay(t *testing.T) {
	tables := map[string][]replay.Day{}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for _, stock := range []string{replay.Lean, replay.Plenty} {
			t.Run(e.String()+"/"+stock, func(t *testing.T) {
				o := engine(t, e)
				if o.Stock = stock; stock == replay.Plenty {
					o.To = "2023-03-31" // never short is soon seen; the whole file is played lean
				}
				r, days := play(t, o)
				clean(t, o.D)
				if diff := cmp.Diff(sumFile(t, quirks), sumReport(r)); diff != "" {
					t.Errorf("every line of the file is accounted for: %s", diff)
				}
				if stock == replay.Plenty && (r.Total.Short > 0 || r.Waiting > 20) {
					t.Errorf("plenty is short: %+v, %d wait", r.Total, r.Waiting)
				}
				if stock == replay.Lean {
					lean(t, r)
				}
				if before := tables[stock]; before != nil {
					if diff := cmp.Diff(before, days); diff != "" {
						t.Errorf("the table differs from the other database's: %s", diff)
					}
				}
				tables[stock] = days
			})
		}
	}
}

// lean proves that the replay of the whole file met what it can meet.
func lean(t *testing.T, r replay.Report) {
	t.Helper()
	if r.Total.Short == 0 {
		t.Error("lean is never short")
	}
	for _, what := range []intake.Outcome{intake.Ordered, intake.Excepted, replay.Cancelled, replay.Returned, replay.WrittenOff, replay.Found} {
		if of(r, what) == 0 {
			t.Errorf("nothing was %s", what)
		}
	}
}

// stopping is a context that ends after it was looked at so many times: Ctrl-C
// between two transactions, wherever those are.
type stopping struct {
	context.Context
	left int
}

func (c *stopping) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestBrokenOff(t *testing.T) {
	o := engine(t, db.SQLite)
	whole, table := play(t, o)
	o = engine(t, db.SQLite)
	var days []replay.Day
	o.Day = func(d replay.Day) error { days = append(days, d); return nil }
	for stops := 0; ; stops++ {
		r, err := replay.Run(&stopping{context.Background(), 150}, o)
		if errors.Is(err, context.Canceled) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole.Tallies, r.Tallies); diff != "" || !r.Resumed || stops < 5 {
			t.Errorf("resumed %v after %d stops: %s", r.Resumed, stops, diff)
		}
		break
	}
	if diff := cmp.Diff(table, days); diff != "" {
		t.Error(diff)
	}
	clean(t, o.D)
	t.Run("the_same_replay_again_does_nothing", func(t *testing.T) {
		if r, again := play(t, o); len(again) > 0 || r.Total != whole.Total {
			t.Errorf("%d days, %+v", len(again), r.Total)
		}
	})
	t.Run("another_replay_is_refused", func(t *testing.T) {
		o.Stock = replay.Plenty
		if _, err := replay.Run(context.Background(), o); !errors.Is(err, replay.ErrOther) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*replay.Options)
		want   error
	}{
		"the_last_day_before_the_first": {func(o *replay.Options) { o.From, o.To = "2023-04-02", "2023-04-01" }, replay.ErrDays},
		"a_day_that_is_none":            {func(o *replay.Options) { o.From = "2023-02-30" }, replay.ErrDays},
		"an_unknown_stock":              {func(o *replay.Options) { o.Stock = "some" }, replay.ErrStock},
		"an_unknown_profile":            {func(o *replay.Options) { o.Profile = "nobody's" }, intake.ErrProfile},
	} {
		t.Run(name, func(t *testing.T) {
			o := engine(t, db.SQLite)
			c.change(&o)
			if _, err := replay.Run(context.Background(), o); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A part of the file: what lies outside is counted as such, and a cancellation of a
// sale that was never made here takes nothing back.
func TestSomeDays(t *testing.T) {
	o := engine(t, db.SQLite)
	o.From, o.To, o.Stock = "2023-04-01", "2023-04-14", replay.Plenty
	r, days := play(t, o)
	if len(days) != 14 || r.Days != 14 || days[0].Date != "2023-04-01" || of(r, replay.Outside) == 0 || r.Total.Orders == 0 {
		t.Errorf("%d days, %+v", len(days), r)
	}
	if diff := cmp.Diff(sumFile(t, quirks), sumReport(r)); diff != "" {
		t.Error(diff)
	}
	clean(t, o.D)
}
