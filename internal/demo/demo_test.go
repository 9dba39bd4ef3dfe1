package demo_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/connect/parcel"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/demo"
	"baihuo/internal/flow"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	"baihuo/internal/shipping"
	sim "baihuo/internal/sim/parcel"
)

// stage is a demo on one database, with the carrier's server beside it.
type stage struct {
	t     *testing.T
	url   string
	d     *db.DB
	clock *demo.Clock
	opts  demo.Options
}

// open fills a fresh database. Its ids come from the simulated clock too, so that the
// same story has the same ids.
func open(t *testing.T, engine db.Engine, seed uint64) *stage {
	t.Helper()
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, url: dbtest.URL(t, engine)}
	s.opts = demo.Options{Seed: seed, Speed: -1, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Kit: flow.Kit{Keys: seal.NewKeyring(rand.Reader, seal.Key{Version: 1}), Rules: rule.NewShelf(kinds)}}
	s.start()
	t.Cleanup(func() { _ = s.d.Close() })
	if err := demo.Open(t.Context(), s.d, seed); err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

// start opens the database with a clock that stands at the beginning.
func (s *stage) start() {
	s.t.Helper()
	clock := demo.NewClock(demo.Start())
	d, err := db.Open(context.Background(), s.url, db.Options{Clock: clock.Now, Wall: clock.Now})
	if err != nil {
		s.t.Fatalf("open: %v", err)
	}
	s.d, s.clock = d, clock
	s.opts.DB, s.opts.Clock = d, clock
	server := httptest.NewServer(sim.Handler(sim.Options{Seed: s.opts.Seed, Now: clock.Now, Speed: 5}))
	s.t.Cleanup(server.Close)
	s.opts.Carrier = parcel.New(parcel.Options{URL: server.URL, Collected: demo.Collected(d)})
}

// restart ends the process, as far as the database can tell.
func (s *stage) restart() {
	s.t.Helper()
	if err := s.d.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.start()
}

func (s *stage) wake() *demo.House {
	s.t.Helper()
	h, err := demo.New(s.t.Context(), s.opts)
	if err != nil {
		s.t.Fatalf("wake: %v", err)
	}
	return h
}

func (s *stage) play(h *demo.House, turns int) {
	s.t.Helper()
	for i := range turns {
		if err := h.Turn(s.t.Context()); err != nil {
			s.t.Fatalf("turn %d (%s): %v", i, s.clock.Now(), err)
		}
	}
}

func (s *stage) clean() {
	s.t.Helper()
	report, err := flow.Check(context.Background(), s.d, "")
	if err != nil {
		s.t.Fatal(err)
	}
	for i, b := range report.Breaches {
		if i == 20 {
			s.t.Fatalf("and %d more", len(report.Breaches)-i)
		}
		s.t.Error(b)
	}
}

const perDay = int(24 * time.Hour / demo.Step)

// full says that make proof asks for more days than make test has time for.
func full() bool { return os.Getenv("BAIHUO_PROOF") == "1" }

// TestStory plays some days of trade and looks at what is promised of them: the
// shares of held, short, cancelled after packing and refused orders, and clean books.
// The shares are counted twice: by the story, and from what the rooms keep.
func TestStory(t *testing.T) {
	s := open(t, db.SQLite, 1)
	h := s.wake()
	turns := 2 * perDay
	if full() {
		turns = 3 * perDay
	}
	s.play(h, turns)
	s.clean()
	tally := h.Tally()
	t.Logf("seed 1: %+v", tally)
	kept := map[string]int64{
		"orders":           s.number(`SELECT COUNT(*) FROM orders`),
		"held":             s.number(`SELECT COUNT(DISTINCT order_id) FROM holds`),
		"short":            s.number(`SELECT COUNT(*) FROM journal WHERE what = 'accepted' AND payload NOT LIKE '%"short":0%'`),
		"cancelled packed": s.number(`SELECT COUNT(*) FROM packages WHERE state = 'voided' AND packed_at > 0`),
		"refused":          s.number(`SELECT COUNT(*) FROM packages WHERE state IN ('refused', 'returned')`),
	}
	for _, want := range []struct {
		name     string
		told     int64
		perMille int64
	}{
		{"orders", tally.Orders, 1000}, {"held", tally.Held, 20}, {"short", tally.Short, 10},
		{"cancelled packed", tally.CancelledPacked, 10}, {"refused", tally.Refused, 5},
	} {
		if told, found := want.told*1000, kept[want.name]*1000; told < want.perMille*tally.Orders ||
			found < want.perMille*tally.Orders {
			t.Errorf("%s: told %d, kept %d of %d orders; want %d of a thousand", want.name, want.told,
				kept[want.name], tally.Orders, want.perMille)
		}
	}
	if tally.Delivered < tally.Orders/2 || tally.Amended < tally.Orders/20 || tally.Repeats < tally.Orders/50 ||
		tally.Refusals > 0 {
		t.Errorf("the story is thin: %+v", tally)
	}
	if silent := s.number(`SELECT COUNT(*) FROM order_cards WHERE blocked AND why = ''`); silent > 0 {
		t.Errorf("%d cards are blocked and do not say why", silent)
	}
	if dead := s.number(`SELECT COUNT(*) FROM jobs WHERE state = 'dead'`); dead > 0 {
		t.Errorf("%d jobs died", dead)
	}
}

func (s *stage) number(text string) (n int64) {
	s.t.Helper()
	dbtest.Read(s.t, s.d, func(tx *db.Tx) (err error) { n, err = tx.Number(text); return err })
	return n
}

// TestSameSeed plays the same day on both databases, on one of them with a restart
// in the middle: the same story must come out.
func TestSameSeed(t *testing.T) {
	turns := perDay / 2
	if full() {
		turns = perDay * 2 / 3
	}
	straight := open(t, db.SQLite, 7)
	h := straight.wake()
	straight.play(h, turns)
	want, cards := h.Tally(), straight.words()
	if want.Orders < 300 || want.HandedOver == 0 {
		t.Fatalf("too little happened: %+v", want)
	}
	t.Run("woken_again_it_goes_on", func(t *testing.T) {
		s := open(t, db.SQLite, 7)
		s.play(s.wake(), turns/2)
		s.restart()
		h := s.wake()
		s.play(h, turns-turns/2)
		same(t, want, h.Tally(), cards, s.words())
	})
	t.Run("on_postgres", func(t *testing.T) {
		s := open(t, db.Postgres, 7)
		h := s.wake()
		s.play(h, turns)
		same(t, want, h.Tally(), cards, s.words())
		s.clean()
	})
}

// words counts the orders at each word.
func (s *stage) words() map[string]int64 {
	s.t.Helper()
	found := map[string]int64{}
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		return tx.Each(`SELECT word, COUNT(*) FROM order_cards GROUP BY word`, func(r db.Row) error {
			var word string
			var n int64
			err := r.Scan(&word, &n)
			found[word] = n
			return err
		})
	})
	return found
}

func same(t *testing.T, tally, got demo.Tally, words, found map[string]int64) {
	t.Helper()
	if diff := cmp.Diff(tally, got); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(words, found); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestOpen(t *testing.T) {
	dbtest.EachWith(t, db.Options{Clock: demo.NewClock(demo.Start()).Now}, func(t *testing.T, d *db.DB) {
		if err := demo.Open(t.Context(), d, 1); err != nil {
			t.Fatal(err)
		}
		s := &stage{t: t, d: d}
		s.clean()
		before := s.number(`SELECT COUNT(*) FROM journal`) + s.number(`SELECT COUNT(*) FROM stock_ledger`)
		t.Run("a_second_time_changes_nothing", func(t *testing.T) {
			if err := demo.Open(t.Context(), d, 1); err != nil {
				t.Fatal(err)
			}
			if after := s.number(`SELECT COUNT(*) FROM journal`) + s.number(`SELECT COUNT(*) FROM stock_ledger`); after != before {
				t.Errorf("%d rows, then %d", before, after)
			}
		})
		t.Run("another_seed_is_refused", func(t *testing.T) {
			if err := demo.Open(t.Context(), d, 2); !errors.Is(err, demo.ErrOtherSeed) {
				t.Errorf("got %v", err)
			}
		})
	})
}

// stopping ends the context as soon as a parcel asks for its number.
type stopping struct {
	shipping.Carrier
	stop context.CancelFunc
}

func (s stopping) Number(ctx context.Context, key string, p shipping.Shipment) (string, error) {
	s.stop()
	return s.Carrier.Number(ctx, key, p)
}

func TestRun(t *testing.T) {
	s := open(t, db.SQLite, 1)
	t.Run("ends_after_the_time_asked_for", func(t *testing.T) {
		s.opts.For = 2 * time.Hour
		if err := demo.Run(t.Context(), s.opts); err != nil {
			t.Fatal(err)
		}
		if now := s.clock.Now(); !now.Equal(demo.Start().Add(2 * time.Hour)) {
			t.Errorf("it is %s", now)
		}
	})
	t.Run("stops_between_two_turns", func(t *testing.T) {
		s.opts.For = 0
		ctx, stop := context.WithCancel(t.Context())
		s.opts.Carrier = stopping{s.opts.Carrier, stop}
		if err := demo.Run(ctx, s.opts); err != nil {
			t.Fatal(err)
		}
		if half := s.number(`SELECT COUNT(*) FROM jobs WHERE state = 'leased'`); half > 0 {
			t.Errorf("%d jobs were left half done", half)
		}
		s.clean()
	})
}
