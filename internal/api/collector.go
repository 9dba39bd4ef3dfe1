package api

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
)

const (
	// batchMax is the number of orders in one transaction; a larger request is a
	// batch of its own.
	batchMax = 256
	// gatherWait is how long a batch waits for company, when the one before had it.
	gatherWait = time.Millisecond
	// answeredMax is how often a batch looks again for keys that another node took.
	answeredMax = 5
)

// request is one command with orders as it waits for its batch.
type request struct {
	caller, key string
	digest      []byte
	messages    []flow.Message
	// single: one order, answered by itself; otherwise a list of members.
	single bool
	done   chan result
	// same are those of the same key that stand beside it in the batch.
	same []*request
}

type result struct {
	answer answer
	err    error
}

// settle answers the request, and those that stand beside it under the same key: as
// the key was answered, or that their content differs.
func (r *request) settle(k kept) {
	r.done <- resultOf(k.replay(r.digest))
	for _, s := range r.same {
		s.done <- resultOf(k.replay(s.digest))
	}
}

func (r *request) fail(err error) {
	for _, s := range append(r.same, r) {
		s.done <- result{err: err}
	}
}

func resultOf(a answer, err error) result { return result{a, err} }

// collector gathers requests that arrive together into one transaction.
type collector struct {
	d       *db.DB
	kit     flow.Kit
	log     *slog.Logger
	metrics *metrics
	queue   chan *request

	mu     sync.RWMutex
	closed bool
	lanes  sync.WaitGroup
}

// newCollector starts lanes, each of which has one batch in flight at a time.
func newCollector(cfg Config, m *metrics) *collector {
	c := &collector{d: cfg.DB, kit: cfg.Kit, log: cfg.Log, metrics: m, queue: make(chan *request, cfg.QueueMax)}
	for range cfg.Lanes {
		c.lanes.Go(c.lane)
	}
	return c
}

// full says that there is no use in reading a body.
func (c *collector) full() bool { return len(c.queue) >= cap(c.queue) }

// take puts a request into the queue and waits for its answer. Faults: ErrBusy when
// the queue is full, ErrClosed. Who gives up waiting is not answered; the work goes
// on.
func (c *collector) take(ctx context.Context, r *request) (answer, error) {
	r.done = make(chan result, 1)
	if err := c.put(r); err != nil {
		return answer{}, err
	}
	select {
	case end := <-r.done:
		return end.answer, end.err
	case <-ctx.Done():
		return answer{}, db.ErrGaveUp.Wrap(ctx.Err())
	}
}

func (c *collector) put(r *request) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return ErrClosed
	}
	select {
	case c.queue <- r:
		return nil
	default:
		return ErrBusy
	}
}

// close takes nothing more, does what waits, and returns when all is answered.
func (c *collector) close() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.queue)
	}
	c.mu.Unlock()
	c.lanes.Wait()
}

func (c *collector) lane() {
	last := 1
	for first := range c.queue {
		batch := c.gather(first, last)
		last = len(batch)
		for _, part := range byCaller(batch) {
			c.work(part)
		}
	}
}

// byCaller parts a batch, because a transaction has one actor.
func byCaller(batch []*request) map[string][]*request {
	parts := map[string][]*request{}
	for _, r := range batch {
		parts[r.caller] = append(parts[r.caller], r)
	}
	return parts
}

// gather adds to first what waits already. After a batch with company, its callers
// are on their way back: a small one waits a moment for them.
func (c *collector) gather(first *request, last int) []*request {
	batch, orders := []*request{first}, len(first.messages)
	var patience <-chan time.Time
	for orders < batchMax {
		select {
		case r, open := <-c.queue:
			if !open {
				return batch
			}
			batch, orders = append(batch, r), orders+len(r.messages)
			continue
		default:
		}
		if len(batch) >= last/2 {
			break
		}
		if patience == nil {
			timer := time.NewTimer(gatherWait)
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case r, open := <-c.queue:
			if !open {
				return batch
			}
			batch, orders = append(batch, r), orders+len(r.messages)
		case <-patience:
			return batch
		}
	}
	return batch
}

// work does a batch and answers all of it. The wait for the database is not bound
// to any caller.
func (c *collector) work(batch []*request) {
	batch = unique(batch)
	for try := 1; len(batch) > 0; try++ {
		var err error
		if batch, err = c.answered(batch); err == nil && len(batch) > 0 {
			err = c.accept(batch)
		}
		switch {
		case errors.Is(err, errAnswered) && try < answeredMax:
			continue
		case err != nil:
			for _, r := range batch {
				r.fail(err)
			}
		}
		return
	}
}

// unique leaves one request of each key in the batch; the others of the key wait
// for what it is answered.
func unique(batch []*request) []*request {
	first := make(map[string]*request, len(batch))
	rest := batch[:0]
	for _, r := range batch {
		if was := first[r.key]; was != nil {
			was.same = append(was.same, r)
			continue
		}
		first[r.key] = r
		rest = append(rest, r)
	}
	return rest
}

// answered answers what was answered before and gives the rest.
func (c *collector) answered(batch []*request) ([]*request, error) {
	keys := make([]string, len(batch))
	for i, r := range batch {
		keys[i] = r.key
	}
	var found map[string]kept
	err := c.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		found, err = findAnswers(tx, batch[0].caller, keys)
		return err
	})
	if err != nil || len(found) == 0 {
		return batch, err
	}
	rest := batch[:0]
	for _, r := range batch {
		if k, was := found[r.key]; was {
			r.settle(k)
		} else {
			rest = append(rest, r)
		}
	}
	return rest, nil
}

// accept writes the batch's orders and answers in one transaction.
func (c *collector) accept(batch []*request) error {
	var messages []flow.Message
	for _, r := range batch {
		messages = append(messages, r.messages...)
	}
	answers := make([]answer, len(batch))
	by := db.By{Actor: batch[0].caller, Cause: "POST /api/v1/orders"}
	outcomes, err := flow.AcceptAll(context.Background(), c.d, by, c.kit, messages,
		func(tx *db.Tx, outcomes []fault.Outcome[flow.Accepted]) error {
			var list []kept
			for i, r := range batch {
				answers[i] = r.answer(outcomes[:len(r.messages)])
				outcomes = outcomes[len(r.messages):]
				if !answers[i].anew {
					list = append(list, kept{r.caller, r.key, r.digest, answers[i]})
				}
			}
			n, err := keepAnswers(tx, list)
			if err == nil && n < int64(len(list)) {
				err = errAnswered
			}
			return err
		})
	if err != nil {
		return err
	}
	c.metrics.batch(outcomes)
	for i, r := range batch {
		r.settle(kept{digest: r.digest, answer: answers[i]})
	}
	return nil
}
