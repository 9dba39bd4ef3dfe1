package mcp

import (
	"cmp"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/staff"
)

// Config is what the door works with.
type Config struct {
	DB  *db.DB
	Kit flow.Kit
	// Guard recognises keys.
	Guard *staff.Guard
	// Log hears of what failed on our side; nil for silence.
	Log *slog.Logger
	// Wall is the real time, by which tokens lapse (default time.Now).
	Wall func() time.Time
	// Rate is how many calls a second one key may send, with twice as many at once
	// (default 50; below 0 for no limit). AtOnce is how many are worked on at the same
	// time (default 16).
	Rate   float64
	AtOnce int
	// Address tells where a request comes from.
	Address func(*http.Request) netip.Addr
}

// Door is the open door. It is safe for concurrent use.
type Door struct {
	cfg     Config
	ring    *staff.Ring
	limits  *staff.Limits
	schemas *sdk.SchemaCache
}

// bodyMax bounds a request; the largest names some lines of an order.
const bodyMax = 256 << 10

// New opens the door.
func New(cfg Config) *Door {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Wall == nil {
		cfg.Wall = time.Now
	}
	cfg.Rate, cfg.AtOnce = cmp.Or(cfg.Rate, 50), cmp.Or(cfg.AtOnce, 16)
	return &Door{cfg: cfg, ring: staff.NewRing(cfg.DB, cfg.Guard), limits: staff.NewLimits(staff.LimitOptions{Rate: cfg.Rate, AtOnce: cfg.AtOnce, Wall: cfg.Wall, Often: ErrRate, Full: ErrBusy}),
		schemas: sdk.NewSchemaCache()}
}

// Handler serves /mcp. Each request stands for itself and bears its key, so that any
// node answers it and a revoked key ends at once.
func (d *Door) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := d.caller(r)
		if err == nil {
			err = d.limits.Spend(caller.Actor)
		}
		if err != nil {
			d.refuse(w, err)
			return
		}
		server := d.server(caller)
		// A foreign Host is no danger here: a page that a browser was lured to knows no
		// key. Behind a proxy of this machine it is the usual case.
		sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return server }, &sdk.StreamableHTTPOptions{Stateless: true,
			JSONResponse: true, MaxRequestBodyBytes: bodyMax, DisableLocalhostProtection: true}).ServeHTTP(w, r)
	})
}

// caller finds the caller by the key that a request bears.
func (d *Door) caller(r *http.Request) (staff.Caller, error) {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return staff.Caller{}, staff.ErrUnauthorized
	}
	return d.ring.Caller(r.Context(), strings.TrimSpace(key), d.cfg.Address(r))
}

// refuse answers a request that does not get as far as a tool.
func (d *Door) refuse(w http.ResponseWriter, err error) {
	f := d.told(err)
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, staff.ErrUnauthorized):
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", "Bearer")
	case errors.Is(err, ErrRate):
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", "1")
	case f.Kind == fault.Busy || f.Kind == fault.Transient || f.Kind == fault.Unknown:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(tell(f))
}

// told finds the fault of an error and logs what is ours to mend.
func (d *Door) told(err error) *fault.Fault {
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		d.cfg.Log.Error("mcp failed", "error", err)
	}
	return f
}

// refusal is a fault as a caller hears it.
type refusal struct {
	Code   string        `json:"code"`
	ZH     string        `json:"zh"`
	EN     string        `json:"en"`
	Fields []fault.Field `json:"fields,omitempty"`
}

func tell(f *fault.Fault) refusal { return refusal{f.Code, f.ZH, f.EN, f.Fields} }
