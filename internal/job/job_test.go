package job

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

func TestBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		job := id.Job(rapid.Int64Min(1).Draw(t, "job"))
		before := time.Duration(0)
		for attempt := 1; attempt <= 12; attempt++ {
			pause := Backoff(job, attempt)
			if pause <= before || pause > backoffFirst<<(attempt-1) {
				t.Fatalf("attempt %d pauses %v after %v", attempt, pause, before)
			}
			if pause != Backoff(job, attempt) {
				t.Fatal("not repeatable")
			}
			before = pause
		}
		last := Backoff(job, rapid.IntRange(13, 1<<40).Draw(t, "late"))
		if last > backoffMax || last <= backoffMax/2 {
			t.Fatalf("a late attempt pauses %v", last)
		}
	})
	t.Run("jobs that failed together come back apart", func(t *testing.T) {
		pauses := map[time.Duration]bool{}
		for job := range id.Job(1000) {
			pauses[Backoff(job, 5).Round(time.Millisecond)] = true
		}
		if len(pauses) < 900 {
			t.Errorf("only %d different pauses", len(pauses))
		}
	})
}

func TestFailed(t *testing.T) {
	const now = db.Instant(1_000_000_000_000)
	unknown := fault.New(fault.Unknown, "u", "", "U")
	transient := fault.New(fault.Transient, "t", "", "T").Wrap(errors.New("陈大平 13812348000"))
	minute := Job{ID: 7, RunAt: now - 5, Every: time.Minute, Attempts: 1, AttemptsMax: 3}
	spent := minute
	spent.Attempts = 3
	cases := []struct {
		name string
		job  Job
		err  error
		want State
		due  db.Instant
		// doubt and last are the job's InDoubt and LastError afterwards.
		doubt bool
		last  string
	}{
		{"a certain failure waits its back-off without doubt", Job{ID: 7, Attempts: 1, AttemptsMax: 3}, transient,
			StateWaiting, now.Add(Backoff(7, 1)), false, "t: T"},
		{"an unknown result leaves doubt", Job{ID: 7, Attempts: 2, AttemptsMax: 3}, unknown,
			StateWaiting, now.Add(Backoff(7, 2)), true, "u: U"},
		{"a foreign error leaves doubt and tells none of its words", Job{ID: 7, Attempts: 1, AttemptsMax: 3},
			errors.New("陈大平"), StateWaiting, now.Add(Backoff(7, 1)), true,
			"internal: Something broke on our side; it has been logged"},
		{"an old doubt outlives a certain failure", Job{ID: 7, Attempts: 1, AttemptsMax: 3, InDoubt: true}, transient,
			StateWaiting, now.Add(Backoff(7, 1)), true, "t: T"},
		{"the last attempt dies", Job{ID: 7, Attempts: 3, AttemptsMax: 3}, transient, StateDead, 0, false, "t: T"},
		{"a recurring one tries again within its slot", minute, transient,
			StateWaiting, now.Add(Backoff(7, 1)), false, "t: T"},
		{"a recurring one goes on to its next slot instead of dying", spent, transient,
			StateWaiting, (now - 5).Add(time.Minute), false, "t: T"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := c.job.failed(now, c.err)
			want := c.job
			want.State, want.DueAt, want.InDoubt, want.LastError = c.want, c.due, c.doubt, c.last
			want.RunAt, want.Attempts, want.DoneAt = got.RunAt, got.Attempts, got.DoneAt
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("a long sentence is cut between characters", func(t *testing.T) {
		s := safe(fault.New(fault.Internal, "x", "", strings.Repeat("货", 300)+"\x00"))
		if len(s) > lastErrorMax || strings.Contains(s, "\uFFFD") || !strings.HasPrefix(s, "x: 货") {
			t.Errorf("%d bytes: %q", len(s), s)
		}
	})
}

// Lateness never shifts the slots, and none is worked twice.
func TestSlots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := db.Instant(rapid.Int64Range(1, int64(24*time.Hour/time.Microsecond)).Draw(t, "period"))
		first := db.Instant(rapid.Int64Range(1, 1<<50).Draw(t, "first"))
		j := Job{RunAt: first, Every: time.Duration(step) * time.Microsecond}
		now := first
		for range 10 {
			now += db.Instant(rapid.Int64Range(0, 1<<40).Draw(t, "late"))
			next := j.done(now)
			late := max(now, j.RunAt)
			if next.RunAt <= late || next.RunAt > late+step || (next.RunAt-first)%step != 0 {
				t.Fatalf("at %d slot %d is followed by %d", now, j.RunAt, next.RunAt)
			}
			j = next
		}
	})
}

func TestShare(t *testing.T) {
	all := func(string) int { return 100 }
	two := func(kind string) int { return map[string]int{"a": 2, "b": 2, "c": 2}[kind] }
	cases := []struct {
		name  string
		kinds string
		room  int
		spare func(string) int
		want  string
	}{
		{"evenly", "a b c", 9, all, "map[a:3 b:3 c:3]"},
		{"the first have the rest", "b c a", 4, all, "map[a:1 b:2 c:1]"},
		{"alone it has all", "a", 9, all, "map[a:9]"},
		{"none beyond its spare", "a b", 9, two, "map[a:2 b:2]"},
		{"fewer slots than kinds", "c a b", 2, all, "map[a:1 c:1]"},
		{"no room", "a", 0, all, "map[]"},
		{"nothing due", "", 5, all, "map[]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := fmt.Sprint(share(strings.Fields(c.kinds), c.room, c.spare)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
