package api

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"
)

// Waits are how long a server waits for its clients before it cuts them off, so that
// slow ones do not tie it up. What is 0 is the house's own.
type Waits struct {
	// Head is for a request's head, from its first byte on (5 s).
	Head time.Duration
	// Body is for head and body together (30 s).
	Body time.Duration
	// Answer is for the whole answer, from the end of the head on (90 s). Downloads and
	// boards take longer; they are cut when their next piece is not taken.
	Answer time.Duration
	// Idle is for the next request of a connection (2 minutes).
	Idle time.Duration
	// Upload is for a file instead of Body (2 minutes).
	Upload time.Duration
}

func (w Waits) withDefaults() Waits {
	return Waits{Head: cmp.Or(w.Head, 5*time.Second), Body: cmp.Or(w.Body, 30*time.Second), Answer: cmp.Or(w.Answer, 90*time.Second),
		Idle: cmp.Or(w.Idle, 2*time.Minute), Upload: cmp.Or(w.Upload, 2*time.Minute)}
}

// headMax bounds the head of a request.
const headMax = 16 << 10

// Server gives an HTTP server that waits no longer, and takes no larger heads.
func (w Waits) Server(h http.Handler, log *slog.Logger) *http.Server {
	w = w.withDefaults()
	s := &http.Server{Handler: h, ReadHeaderTimeout: w.Head, ReadTimeout: w.Body, WriteTimeout: w.Answer, IdleTimeout: w.Idle, MaxHeaderBytes: headMax}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	}
	return s
}

// Server gives an HTTP server with the limits of the house.
func Server(h http.Handler, log *slog.Logger) *http.Server { return Waits{}.Server(h, log) }
