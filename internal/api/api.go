package api

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
)

// Config is what the door works with.
type Config struct {
	DB  *db.DB
	Kit flow.Kit
	// Keys may call; the zero Keys lets nobody in.
	Keys Keys
	// Log hears of what failed on our side; nil for silence.
	Log *slog.Logger
	// Wall is the real time, for caches and durations (default time.Now).
	Wall func() time.Time
	// Lanes is the number of batches in flight (default 1): what comes meanwhile makes
	// the next batch larger, and a larger one costs less an order on both databases.
	Lanes int
	// QueueMax is the number of requests that may wait (default 2,048).
	QueueMax int
	// Books answers the routes of check and backup; without it they do not exist.
	Books *Books
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Wall == nil {
		c.Wall = time.Now
	}
	c.Lanes, c.QueueMax = cmp.Or(c.Lanes, 1), cmp.Or(c.QueueMax, 2048)
	return c
}

// API is the open door. It is safe for concurrent use.
type API struct {
	cfg       Config
	metrics   *metrics
	collector *collector
	shops     *shopCache
	bodies    *budget
	ready     *readiness
	mux       *http.ServeMux
}

// Permit says who may use a route.
type Permit string

// The permits of now; roles come with staff.
const (
	Public  Permit = "public" // anybody: holds no data of the trade
	WithKey Permit = "key"    // who has the API key
)

// Route is one line of the route table.
type Route struct {
	Method, Path string
	Permit       Permit
	handle       func(a *API, w http.ResponseWriter, r *http.Request, caller string) error
}

// Routes is the one table of routes.
func Routes() []Route {
	return []Route{
		{"POST", "/api/v1/orders", WithKey, (*API).postOrders},
		{"GET", "/api/v1/orders", WithKey, (*API).listOrders},
		{"GET", "/api/v1/orders/{id}", WithKey, (*API).getOrder},
		{"POST", "/api/v1/orders/{id}/cancellation", WithKey, (*API).cancelOrder},
		{"GET", "/healthz", Public, (*API).health},
		{"GET", "/readyz", Public, (*API).readyz},
		{"GET", "/metrics", Public, (*API).showMetrics},
	}
}

// New opens the door. Close it after the server has shut down.
func New(cfg Config) (*API, error) {
	routes := Routes()
	if cfg.Books != nil {
		routes = append(routes, bookRoutes()...)
	}
	return open(cfg, routes)
}

// bookRoutes are the routes of Books.
func bookRoutes() []Route {
	return []Route{
		{"POST", "/api/v1/check", WithKey, (*API).check},
		{"POST", "/api/v1/backup", WithKey, (*API).backup},
	}
}

func open(cfg Config, routes []Route) (*API, error) {
	cfg = cfg.withDefaults()
	for _, r := range routes {
		if r.Permit != Public && r.Permit != WithKey {
			return nil, fmt.Errorf("api: route %s %s names no permit", r.Method, r.Path)
		}
	}
	a := &API{cfg: cfg, shops: &shopCache{d: cfg.DB, wall: cfg.Wall}, bodies: &budget{},
		ready: &readiness{d: cfg.DB, wall: cfg.Wall}, mux: http.NewServeMux()}
	a.metrics = newMetrics(cfg.DB, func() int { return len(a.collector.queue) })
	a.collector = newCollector(cfg, a.metrics)
	methods := map[string]string{}
	for _, r := range routes {
		a.mux.Handle(r.Method+" "+r.Path, a.serve(r))
		methods[r.Path] += ", " + r.Method
	}
	for path, allowed := range methods {
		a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", allowed[2:])
			a.refuse(w, r, ErrMethod)
		})
	}
	a.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { a.refuse(w, r, ErrMissing) })
	return a, nil
}

// Handler serves every route of the table, and says what is wrong with the rest
// under /api/.
func (a *API) Handler() http.Handler { return a.mux }

// Close takes no more orders, writes and answers those that wait, and returns.
func (a *API) Close() {
	a.ready.close()
	a.collector.close()
}

// serve asks for the permit, calls the route, measures it, and turns its error or
// panic into an answer.
func (a *API) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := a.cfg.Wall()
		seen := &observed{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if p := recover(); p != nil {
				a.refuse(seen, r, ErrPanic.Wrap(fmt.Errorf("%v\n%s", p, debug.Stack())))
			}
			a.metrics.request(route.Method+" "+route.Path, seen.status, a.cfg.Wall().Sub(begun))
		}()
		caller := ""
		if route.Permit == WithKey {
			var err error
			if caller, err = a.cfg.Keys.Caller(r); err != nil {
				a.refuse(seen, r, err)
				return
			}
		}
		if err := route.handle(a, seen, r, caller); err != nil {
			a.refuse(seen, r, err)
		}
	})
}

// observed notes the status of an answer.
type observed struct {
	http.ResponseWriter
	status int
}

func (o *observed) WriteHeader(status int) {
	o.status = status
	o.ResponseWriter.WriteHeader(status)
}

// Server gives an HTTP server with the limits of the house: slow clients and large
// heads do not tie it up.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	}
	return s
}
