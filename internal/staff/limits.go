package staff

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"baihuo/internal/fault"
)

// Limits keep one caller from taking everything, and all together from taking more
// than a door has room for. Who finds no room hears so at once: a queue in front of a
// busy machine only makes everybody late. They are safe for concurrent use.
type Limits struct {
	o    LimitOptions
	room chan struct{}

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// LimitOptions say how much a door lets in.
type LimitOptions struct {
	// Rate is the calls a second of one caller, with twice as many at once; below 0 for
	// no limit.
	Rate float64
	// AtOnce is how many calls are worked on at the same time.
	AtOnce int
	Wall   func() time.Time
	// Often and Full are what the door says when a caller calls too often, and when there
	// is no room.
	Often, Full *fault.Fault
}

// limitedMax bounds the callers remembered; when it is reached all begin anew.
const limitedMax = 10_000

// NewLimits makes the limits of a door.
func NewLimits(o LimitOptions) *Limits {
	return &Limits{o: o, room: make(chan struct{}, o.AtOnce), buckets: map[string]*rate.Limiter{}}
}

// Spend takes one call from a caller's share. Fault: Often.
func (l *Limits) Spend(actor string) error {
	if l.o.Rate < 0 {
		return nil
	}
	l.mu.Lock()
	b := l.buckets[actor]
	if b == nil {
		if len(l.buckets) >= limitedMax {
			clear(l.buckets)
		}
		b = rate.NewLimiter(rate.Limit(l.o.Rate), max(1, int(2*l.o.Rate)))
		l.buckets[actor] = b
	}
	l.mu.Unlock()
	if !b.AllowN(l.o.Wall(), 1) {
		return l.o.Often
	}
	return nil
}

// Enter takes a place among the calls worked on. Fault: Full.
func (l *Limits) Enter() (leave func(), err error) {
	select {
	case l.room <- struct{}{}:
		return func() { <-l.room }, nil
	default:
		return nil, l.o.Full
	}
}
