package mcp

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits keep one key from taking everything, and all assistants together from taking
// more than their share of the machine. Who finds no room hears so at once.
type limits struct {
	rate float64
	wall func() time.Time
	room chan struct{}

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// callersMax bounds the buckets remembered; when it is reached all are full again.
const callersMax = 1000

func newLimits(perSecond float64, atOnce int, wall func() time.Time) *limits {
	return &limits{rate: perSecond, wall: wall, room: make(chan struct{}, atOnce), buckets: map[string]*rate.Limiter{}}
}

// spend takes one call from a caller's bucket. Fault: ErrRate.
func (l *limits) spend(caller string) error {
	if l.rate < 0 {
		return nil
	}
	l.mu.Lock()
	b := l.buckets[caller]
	if b == nil {
		if len(l.buckets) >= callersMax {
			clear(l.buckets)
		}
		b = rate.NewLimiter(rate.Limit(l.rate), max(1, int(2*l.rate)))
		l.buckets[caller] = b
	}
	l.mu.Unlock()
	if !b.AllowN(l.wall(), 1) {
		return ErrRate
	}
	return nil
}

// enter takes a place among the calls worked on. Fault: ErrBusy.
func (l *limits) enter() (leave func(), err error) {
	select {
	case l.room <- struct{}{}:
		return func() { <-l.room }, nil
	default:
		return nil, ErrBusy
	}
}
