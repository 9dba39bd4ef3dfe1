package replay

import (
	"sync/atomic"
	"time"
)

// Clock is the virtual time. Its Now goes to db.Options.Clock when the database is
// opened; Run sets it. It is safe for concurrent use.
type Clock struct{ at atomic.Int64 }

// NewClock gives a clock that stands at a time.
func NewClock(at time.Time) *Clock {
	c := &Clock{}
	c.Set(at)
	return c
}

// Now reads the clock.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

// Set moves the clock, to microseconds.
func (c *Clock) Set(at time.Time) { c.at.Store(at.UnixMicro()) }
