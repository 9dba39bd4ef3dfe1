package id_test

import (
	"sync"
	"testing"
	"time"

	"baihuo/internal/id"
)

func TestMaker(t *testing.T) {
	at := time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }

	t.Run("many at one instant from many goroutines are all different", func(t *testing.T) {
		m := id.NewMaker(7, 0, now)
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				mine := make([]int64, 0, 5000)
				for range 5000 {
					mine = append(mine, m.Next())
				}
				mu.Lock()
				defer mu.Unlock()
				for _, n := range mine {
					if n <= 0 || seen[n] {
						t.Errorf("id %d repeated or not positive", n)
					}
					seen[n] = true
				}
			})
		}
		wg.Wait()
		if len(seen) != 20000 {
			t.Fatalf("%d different ids", len(seen))
		}
	})
	t.Run("a clock set back repeats nothing", func(t *testing.T) {
		first := id.NewMaker(1, 0, now)
		last := first.Next()
		back := id.NewMaker(1, first.Used(), func() time.Time { return at.Add(-time.Hour) })
		if n := back.Next(); n <= last {
			t.Fatalf("%d after %d", n, last)
		}
	})
}

func TestText(t *testing.T) {
	text := id.Order(42).String()
	if n, ok := id.Parse("O", text); !ok || n != 42 {
		t.Fatalf("%s read back as %d, %v", text, n, ok)
	}
	for _, bad := range []string{"", "O-", "P-42", "O--1", "O-99999999999999999999"} {
		if _, ok := id.Parse("O", bad); ok {
			t.Errorf("%q accepted", bad)
		}
	}
}
