package job

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// shift is one stretch of a runner's work: the jobs it holds, begun or not, the
// heartbeat that keeps them, and the goroutines, all of which end ends.
type shift struct {
	r      *Runner
	ctx    context.Context // of the handlers
	cancel context.CancelFunc
	over   chan struct{} // a job is over; one signal may stand for several
	quit   chan struct{}
	work   sync.WaitGroup
	beats  sync.WaitGroup

	mu   sync.Mutex
	held map[id.Job]*held
}

type held struct {
	job    Job
	ctx    context.Context
	cancel context.CancelFunc
}

// startShift begins a shift that takes as long as ctx and its grace.
func (r *Runner) startShift(ctx context.Context) *shift {
	s := &shift{r: r, over: make(chan struct{}, 1), quit: make(chan struct{}), held: map[id.Job]*held{}}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.beats.Go(func() { s.watch(ctx) })
	return s
}

// end waits until every job is over.
func (s *shift) end() {
	s.work.Wait()
	close(s.quit)
	s.beats.Wait()
	s.cancel()
}

// take claims jobs and holds them.
func (s *shift) take(ctx context.Context, room int, spare func(kind string) int) ([]*held, error) {
	jobs, err := s.r.claim(ctx, room, spare)
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := make([]*held, len(jobs))
	for i, j := range jobs {
		h := &held{job: j}
		h.ctx, h.cancel = context.WithCancel(s.ctx)
		taken[i], s.held[j.ID] = h, h
	}
	return taken, err
}

// start works h in a goroutine of its own and calls after when it is over. Once
// ctx has ended nothing is begun: what was taken is given back at once.
func (s *shift) start(ctx context.Context, h *held, after func()) {
	if ctx.Err() != nil {
		h.cancel()
	}
	s.work.Go(func() {
		defer func() {
			h.cancel()
			s.mu.Lock()
			delete(s.held, h.job.ID)
			s.mu.Unlock()
			select {
			case s.over <- struct{}{}:
			default:
			}
			after()
		}()
		s.r.work(h.ctx, h.job)
	})
}

// busy counts the jobs held, per kind and together.
func (s *shift) busy() (kinds map[string]int, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds = map[string]int{}
	for _, h := range s.held {
		kinds[h.job.Kind]++
	}
	return kinds, len(s.held)
}

// rest waits until a job is over, d has passed or ctx has ended.
func (s *shift) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.over:
	case <-t.C:
	case <-ctx.Done():
	}
}

// watch keeps the leases while the shift lasts, and cancels the handlers when
// ctx has ended and the grace is over.
func (s *shift) watch(ctx context.Context) {
	tick := time.NewTicker(s.r.lease() / 3)
	defer tick.Stop()
	var grace <-chan time.Time
	ended := ctx.Done()
	for {
		select {
		case <-s.quit:
			return
		case <-tick.C:
			s.beat()
		case <-ended:
			ended, grace = nil, time.After(stopGrace)
		case <-grace:
			s.cancel()
		}
	}
}

// beat renews all leases in one transaction and cancels what was lost. Without
// the database nothing is renewed: the leases run out and the fence decides.
func (s *shift) beat() {
	s.mu.Lock()
	all := make([]*held, 0, len(s.held))
	for _, h := range s.held {
		all = append(all, h)
	}
	s.mu.Unlock()
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b *held) int { return cmp.Compare(a.job.ID, b.job.ID) })
	var lost []*held
	err := s.r.DB.Write(s.ctx, db.By{Actor: "job", Cause: "heartbeat"}, func(tx *db.Tx) error {
		lost = nil
		for _, h := range all {
			err := Heartbeat(tx, h.job, s.r.lease())
			if errors.Is(err, ErrStale) {
				lost = append(lost, h)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.r.log().Error("jobs' leases cannot be renewed", "error", err)
		return
	}
	for _, h := range lost {
		h.cancel() // or it was done meanwhile, and nobody listens
	}
}
