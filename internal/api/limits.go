package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"baihuo/internal/fault"
)

// ErrRate says that a key calls too often.
var ErrRate = fault.New(fault.Busy, "rate_limited", "调用过于频繁,请求没有执行;请按 Retry-After 稍后重试",
	"This key calls too often and the request was not taken; repeat it after Retry-After")

// limits keep one caller from taking everything, and all together from taking more
// than the machine has. Who finds no room hears so at once: a queue in front of a
// busy machine only makes everybody late.
type limits struct {
	rate float64
	wall func() time.Time
	room chan struct{}

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// callersMax bounds the buckets remembered; when it is reached all are full again.
const callersMax = 10_000

func newLimits(perSecond float64, atOnce int, wall func() time.Time) *limits {
	return &limits{rate: perSecond, wall: wall, room: make(chan struct{}, atOnce), buckets: map[string]*rate.Limiter{}}
}

// spend takes one call from a caller's bucket.
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

// enter takes a place among those worked on, or refuses with ErrBusy.
func (l *limits) enter() (leave func(), err error) {
	select {
	case l.room <- struct{}{}:
		return func() { <-l.room }, nil
	default:
		return nil, ErrBusy
	}
}
