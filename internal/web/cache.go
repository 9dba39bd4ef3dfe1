package web

import (
	"sync"
	"time"
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

func newCache[T any](wall func() time.Time, keep time.Duration) *cache[T] {
	return &cache[T]{wall: wall, keep: keep}
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
