package api

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"baihuo/internal/db"
)

func (a *API) health(w http.ResponseWriter, _ *call) error {
	write(w, jsonAnswer(http.StatusOK, map[string]string{"status": "ok"}))
	return nil
}

func (a *API) readyz(w http.ResponseWriter, c *call) error {
	if err := a.ready.ask(c.r.Context()); err != nil {
		return err
	}
	write(w, jsonAnswer(http.StatusOK, map[string]string{"status": "ready"}))
	return nil
}

func (a *API) showMetrics(w http.ResponseWriter, c *call) error {
	a.metrics.handler().ServeHTTP(w, c.r)
	return nil
}

// readiness says whether orders can be taken: the database takes a write and this
// node's lease holds. It asks at most once a second, however often it is asked.
type readiness struct {
	d    *db.DB
	wall func() time.Time

	mu     sync.Mutex
	at     time.Time
	err    error
	closed bool
}

const readyWait = 2 * time.Second

func (r *readiness) ask(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.wall()
	switch {
	case r.closed:
		return ErrClosed
	case !r.at.IsZero() && now.Sub(r.at) < time.Second:
		return r.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWait)
	defer cancel()
	err := r.d.Write(ctx, db.By{Actor: "system", Cause: "readyz"}, func(tx *db.Tx) error {
		return db.SetSetting(tx, "ready_at", strconv.FormatInt(int64(tx.Now()), 10))
	})
	if err != nil {
		err = ErrNotReady.Wrap(err)
	}
	r.at, r.err = now, err
	return err
}

func (r *readiness) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}
