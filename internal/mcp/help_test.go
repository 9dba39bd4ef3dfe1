package mcp_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/mcp"
	"baihuo/internal/staff"
)

// door is /mcp served on a free port over an open house.
type door struct {
	t     *testing.T
	h     *flowtest.House
	wall  *dbtest.Clock
	guard *staff.Guard
	url   string
}

func open(t *testing.T, d *db.DB, change func(*mcp.Config)) *door {
	t.Helper()
	h, wall := flowtest.Open(t, d), dbtest.NewClock()
	guard := staff.NewGuard(h.Kit.Keys, wall.Now, nil, staff.Cost{MemoryKiB: 64, Passes: 1})
	cfg := mcp.Config{DB: d, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Kit: h.Kit, Guard: guard, Wall: wall.Now, Rate: -1,
		Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("127.0.0.1") }}
	if change != nil {
		change(&cfg)
	}
	s := httptest.NewServer(mcp.New(cfg).Handler())
	t.Cleanup(s.Close)
	return &door{t: t, h: h, wall: wall, guard: guard, url: s.URL}
}

// key gives the secret of a new key.
func (o *door) key(kind string, scope staff.Scope) (secret string) {
	o.t.Helper()
	dbtest.Write(o.t, o.h.D, func(tx *db.Tx) (err error) {
		_, secret, err = o.guard.MakeKey(tx, staff.Machine("test"), staff.KeyDraft{Name: kind, Kind: kind, Scope: scope})
		return err
	})
	return secret
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// talk is an assistant's session.
type talk struct {
	t *testing.T
	*sdk.ClientSession
}

func (o *door) talk(kind string, scope staff.Scope) talk {
	o.t.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	s, err := client.Connect(o.t.Context(), &sdk.StreamableClientTransport{Endpoint: o.url, DisableStandaloneSSE: true,
		HTTPClient: &http.Client{Transport: bearer(o.key(kind, scope))}}, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = s.Close() })
	return talk{o.t, s}
}

func (o *door) full() talk { return o.talk("key_full", staff.Everywhere()) }

// answer is what a tool said.
type answer struct {
	raw   string
	fault string // its code
	body  map[string]any
}

type args = map[string]any

func (s talk) call(tool string, in args) answer {
	s.t.Helper()
	r, err := s.CallTool(s.t.Context(), &sdk.CallToolParams{Name: tool, Arguments: in})
	if err != nil {
		s.t.Fatalf("%s: %v", tool, err)
	}
	a := answer{}
	for _, c := range r.Content {
		a.raw += c.(*sdk.TextContent).Text
	}
	if json.Unmarshal([]byte(a.raw), &a.body) != nil {
		a.fault = a.raw
	} else if r.IsError {
		a.fault, _ = a.body["code"].(string)
	}
	return a
}

// good calls a tool that must not refuse.
func (s talk) good(tool string, in args) answer {
	s.t.Helper()
	a := s.call(tool, in)
	if a.fault != "" {
		s.t.Fatalf("%s %v: %s", tool, in, a.raw)
	}
	return a
}

// refused calls a tool that must refuse with a code.
func (s talk) refused(code, tool string, in args) {
	s.t.Helper()
	if a := s.call(tool, in); a.fault != code {
		s.t.Errorf("%s %v: %s, want %s", tool, in, a.raw, code)
	}
}

// preview calls a command and gives the arguments with its token.
func (s talk) preview(tool string, in args) args {
	s.t.Helper()
	a := s.good(tool, in)
	with := args{"token": a.body["token"]}
	for k, v := range in {
		with[k] = v
	}
	return with
}

// only is a scope of one shop and one warehouse.
func (o *door) only(code string, warehouse int) staff.Scope {
	return staff.Scope{Shops: []id.Shop{o.h.Shops[code].ID}, Warehouses: []id.Warehouse{o.h.Warehouses[warehouse].ID}}
}

func (o *door) count(text string) (n int64) {
	o.t.Helper()
	dbtest.Read(o.t, o.h.D, func(tx *db.Tx) (err error) { n, err = tx.Number(text); return err })
	return n
}

// canaries are what the orders of the house must not show.
func (a answer) canaries(t *testing.T) {
	t.Helper()
	for _, secret := range []string{"陈小平", "13800138000", "969 号", "买家A"} {
		if strings.Contains(a.raw, secret) {
			t.Errorf("shows %s: %s", secret, a.raw)
		}
	}
}

const minute = time.Minute
