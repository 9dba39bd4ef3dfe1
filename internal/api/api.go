package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
)

// Config is what the door works with.
type Config struct {
	DB  *db.DB
	Kit flow.Kit
	// Gate says where webhooks may go; nil makes no exceptions.
	Gate *webhook.Gate
	// Guard recognises keys; without it nobody gets in.
	Guard *staff.Guard
	// Log hears of what failed on our side; nil for silence.
	Log *slog.Logger
	// Wall is the real time, for caches and durations (default time.Now).
	Wall func() time.Time
	// Lanes is the number of batches in flight (default 1): what comes meanwhile makes
	// the next batch larger, and a larger one costs less an order on both databases.
	Lanes int
	// QueueMax is the number of requests that may wait (default 1,024).
	QueueMax int
	// Rate is how many requests a second one key may send, with twice as many at once
	// (default 2,000; below 0 for no limit). AtOnce is how many requests other than
	// new orders are worked on at the same time (default 64).
	Rate   float64
	AtOnce int
	// Books answers the routes of check and backup; without it they do not exist.
	Books *Books
	// Uploads is the folder in which uploaded files lie while they are read (default:
	// the system's for temporary files).
	Uploads string
	// Waits are those of the server in front; of them the door itself uses Upload.
	Waits Waits
	// Address tells where a request comes from (default: the connection's own end). A
	// hub behind a proxy takes it from the proxy's header.
	Address func(*http.Request) netip.Addr
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Wall == nil {
		c.Wall = time.Now
	}
	if c.Address == nil {
		c.Address = Peer
	}
	if c.Gate == nil {
		c.Gate = &webhook.Gate{}
	}
	c.Waits = c.Waits.withDefaults()
	c.Uploads = cmp.Or(c.Uploads, os.TempDir())
	c.Lanes, c.QueueMax = cmp.Or(c.Lanes, 1), cmp.Or(c.QueueMax, 1024)
	c.Rate, c.AtOnce = cmp.Or(c.Rate, 2000), cmp.Or(c.AtOnce, 64)
	return c
}

// Peer is the address at the other end of a request's connection.
func Peer(r *http.Request) netip.Addr {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr().Unmap()
}

// API is the open door. It is safe for concurrent use.
type API struct {
	cfg         Config
	metrics     *metrics
	collector   *collector
	ring        *staff.Ring
	limits      *staff.Limits
	shops       *shopCache
	bodies      *budget
	ready       *readiness
	running     sync.Map // errands under way, by caller and key
	imports     sync.Map // imports under way, by id
	files       chan struct{}
	description []byte
	pages       map[string][]byte // the reference, by language
	mux         *http.ServeMux
	// callerOf tells who calls; a test puts people in its place.
	callerOf func(*http.Request) (staff.Caller, error)
}

// Routes is the one table of routes; bookRoutes join it where there are Books.
func Routes() []Route {
	var all []Route
	for _, some := range [][]Route{orderRoutes(), placeRoutes(), stockRoutes(), skuRoutes(), packageRoutes(), exceptionRoutes(), ruleRoutes(),
		journalRoutes(), jobRoutes(), fileRoutes(), personRoutes(), staffRoutes(), webhookRoutes(), systemRoutes(), referenceRoutes()} {
		all = append(all, some...)
	}
	return all
}

// systemRoutes are those about the hub itself.
func systemRoutes() []Route {
	return []Route{
		{"GET", "/openapi.json", staff.Public, "describe", "接口描述(OpenAPI 3.1)", "The description of this API (OpenAPI 3.1)", plain("application/json", (*API).openAPI)},
		{"GET", "/healthz", staff.Public, "health", "进程是否存活", "Is the process alive?", plain("application/json", (*API).health)},
		{"GET", "/readyz", staff.Public, "ready", "能否接收订单", "Can orders be taken?", plain("application/json", (*API).readyz)},
		{"GET", "/metrics", staff.Public, "metrics", "Prometheus 指标", "Figures for Prometheus", plain("text/plain", (*API).showMetrics)},
	}
}

// bookRoutes are the routes of Books.
func bookRoutes() []Route {
	return []Route{
		{"POST", "/api/v1/check", staff.SystemOperate, "checkBooks", "核对全部账目", "Prove the books", errands(http.StatusOK, check)},
		{"POST", "/api/v1/backup", staff.SystemOperate, "backup", "在线备份", "Write a copy of the database", errands(http.StatusOK, backup)},
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

func open(cfg Config, routes []Route) (*API, error) {
	cfg = cfg.withDefaults()
	if err := checkRoutes(routes); err != nil {
		return nil, err
	}
	a := &API{cfg: cfg, shops: &shopCache{d: cfg.DB, wall: cfg.Wall}, bodies: &budget{},
		ready: &readiness{d: cfg.DB, wall: cfg.Wall}, files: make(chan struct{}, filesAtOnce), mux: http.NewServeMux()}
	a.limits = staff.NewLimits(staff.LimitOptions{Rate: cfg.Rate, AtOnce: cfg.AtOnce, Wall: cfg.Wall, Often: ErrRate, Full: ErrBusy})
	a.callerOf = a.byKey
	sweepUploads(cfg.Uploads)
	var err error
	described := Describe(routes)
	if a.description, err = json.Marshal(described); err != nil {
		return nil, err
	}
	if a.pages, err = renderReference(described); err != nil {
		return nil, err
	}
	if cfg.Guard != nil {
		a.ring = staff.NewRing(cfg.DB, cfg.Guard)
	}
	a.metrics = newMetrics(cfg.DB, func() int { return len(a.collector.queue) })
	a.collector = newCollector(cfg, a.metrics)
	for _, r := range routes {
		a.mux.Handle(r.Method+" "+r.Path, a.serve(r))
	}
	a.mux.HandleFunc("/", a.nothing)
	return a, nil
}

// Handler serves every route of the table, and says what is wrong with the rest
// under /api/.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w.Header())
		a.mux.ServeHTTP(w, r)
	})
}

// guard keeps an answer out of caches, and a browser that was led to it from taking it
// for a page: it guesses no type, frames nothing, loads nothing and tells nobody.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// nothing answers what no route takes: another method of an address that there is,
// or an address that there is not.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := a.mux.Handler(other); pattern != "/" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		a.refuse(w, r, ErrMissing)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.refuse(w, r, ErrMethod)
}

// Close takes no more orders, writes and answers those that wait, and returns.
func (a *API) Close() {
	a.ready.close()
	a.collector.close()
}

// serve finds who calls, asks for the permit and for room, calls the route, measures
// it, and turns its error or panic into an answer.
func (a *API) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := a.cfg.Wall()
		seen := &observed{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p) // an answer that was begun cannot become another
				}
				a.refuse(seen, r, ErrPanic.Wrap(fmt.Errorf("%v\n%s", p, debug.Stack())))
			}
			a.metrics.request(route.Method+" "+route.Path, seen.status, a.cfg.Wall().Sub(begun))
		}()
		if err := a.pass(seen, r, route); err != nil {
			a.refuse(seen, r, err)
		}
	})
}

func (a *API) pass(w http.ResponseWriter, r *http.Request, route Route) error {
	c := &call{api: a, r: r, lang: language(r)}
	if route.Permit != staff.Public {
		caller, err := a.callerOf(r)
		if err != nil {
			return err
		}
		if err := a.limits.Spend(caller.Actor); err != nil {
			return err
		}
		if err := caller.Need(route.Permit); err != nil {
			return err
		}
		c.caller = caller
	}
	return route.serve(w, c)
}

// byKey finds the caller by the key that a request bears.
func (a *API) byKey(r *http.Request) (staff.Caller, error) {
	text, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || a.ring == nil {
		return staff.Caller{}, staff.ErrUnauthorized
	}
	return a.ring.Caller(r.Context(), strings.TrimSpace(text), a.cfg.Address(r))
}

// language is the caller's, from Accept-Language: English where it comes before
// Chinese, else Chinese.
func language(r *http.Request) string {
	accept := strings.ToLower(r.Header.Get("Accept-Language"))
	en, zh := strings.Index(accept, "en"), strings.Index(accept, "zh")
	if en >= 0 && (zh < 0 || en < zh) {
		return "en"
	}
	return "zh"
}

// httpWriter is what a route writes its answer to.
type httpWriter = http.ResponseWriter

// observed notes the status of an answer.
type observed struct {
	http.ResponseWriter
	status int
}

func (o *observed) WriteHeader(status int) {
	o.status = status
	o.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a route reach what the server offers beyond writing.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// asStale finds an edit of an old version in an error.
func asStale(err error) (stale *staleError, ok bool) {
	ok = errors.As(err, &stale)
	return stale, ok
}
