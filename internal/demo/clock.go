package demo

import (
	"sync/atomic"
	"time"
)

// zone is where buyers and staff live. China has no summer time.
func zone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// Start is when a fresh story begins: a Monday, before the first shift.
func Start() time.Time { return time.Date(2026, 3, 2, 6, 0, 0, 0, zone()) }

// Clock is the simulated time. Its Now is handed to db.Options.Clock; only the
// demo moves it. It is safe for concurrent use.
type Clock struct{ at atomic.Int64 }

// NewClock gives a clock that stands at start. A story that goes on sets it to
// where it was.
func NewClock(start time.Time) *Clock {
	c := &Clock{}
	c.set(start)
	return c
}

// Now gives the simulated time.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

func (c *Clock) set(t time.Time) { c.at.Store(t.UnixMicro()) }
