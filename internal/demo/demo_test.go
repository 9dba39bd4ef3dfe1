package demo_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"baihuo/internal/connect/parcel"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/demo"
	"baihuo/internal/flow"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	sim "baihuo/internal/sim/parcel"
)

// stage is a fresh demo on one database, with the carrier's server beside it.
type stage struct {
	t     *testing.T
	d     *db.DB
	clock *demo.Clock
	opts  demo.Options
}

func open(t *testing.T, engine db.Engine, seed uint64) *stage {
	t.Helper()
	clock := demo.NewClock(demo.Start())
	d := dbtest.Open(t, engine, db.Options{Clock: clock.Now, Wall: clock.Now})
	if err := demo.Open(t.Context(), d, seed); err != nil {
		t.Fatalf("open: %v", err)
	}
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler(sim.Options{Seed: seed, Now: clock.Now, Speed: 5}))
	t.Cleanup(server.Close)
	kit := flow.Kit{Keys: seal.NewKeyring(rand.Reader, seal.Key{Version: 1}), Rules: rule.NewShelf(kinds)}
	return &stage{t: t, d: d, clock: clock, opts: demo.Options{DB: d, Clock: clock, Kit: kit, Seed: seed, Speed: -1,
		Carrier: parcel.New(parcel.Options{URL: server.URL, Collected: demo.Collected(d)}),
		Log:     slog.New(slog.NewTextHandler(t.Output(), nil))}}
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

// TestStory plays three days and a half of trade and looks at what the issue
// promises: shares of held, short, cancelled after packing and refused orders, and
// clean books.
func TestStory(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			turns := 4 * perDay
			if engine == db.Postgres {
				turns = perDay * 3 / 2
			}
			s := open(t, engine, 1)
			h := s.wake()
			s.play(h, turns)
			tally := h.Tally()
			t.Logf("%+v", tally)
			s.clean()
		})
	}
}
