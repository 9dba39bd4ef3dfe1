package web

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"baihuo/internal/staff"
)

// cache holds a value that all viewers share for a while. One of them gathers it;
// the others wait for it.
type cache[T any] struct {
	wall func() time.Time
	keep time.Duration

	mu    sync.Mutex
	at    time.Time
	value T
}

// get gives the value, gathered anew when it is older than it may be.
func (c *cache[T]) get(gather func() (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.wall(); c.at.IsZero() || now.Sub(c.at) >= c.keep {
		fresh, err := gather()
		if err != nil {
			return fresh, err
		}
		c.value, c.at = fresh, now
	}
	return c.value, nil
}

// scopesMax bounds the scopes remembered.
const scopesMax = 200

// scoped holds one cache for each scope: who sees two shops shares nothing with who
// sees all.
type scoped[T any] struct {
	wall func() time.Time
	keep time.Duration

	mu  sync.Mutex
	all map[string]*cache[T]
}

func newScoped[T any](wall func() time.Time, keep time.Duration) *scoped[T] {
	return &scoped[T]{wall: wall, keep: keep, all: map[string]*cache[T]{}}
}

func (s *scoped[T]) get(scope staff.Scope, gather func(staff.Scope) (T, error)) (T, error) {
	return s.of(scope).get(func() (T, error) { return gather(scope) })
}

func (s *scoped[T]) of(scope staff.Scope) *cache[T] {
	shops, places := slices.Sorted(slices.Values(scope.Shops)), slices.Sorted(slices.Values(scope.Warehouses))
	key := fmt.Sprint(scope.AllShops, shops, scope.AllWarehouses, places)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.all[key]
	if c == nil {
		if len(s.all) >= scopesMax {
			clear(s.all)
		}
		c = &cache[T]{wall: s.wall, keep: s.keep}
		s.all[key] = c
	}
	return c
}
