package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/staff"
)

// door is an API served on a free port over an open house.
type door struct {
	t   testing.TB
	h   *flowtest.House
	api *api.API
	url string
	key string

	guard *staff.Guard
}

func open(t testing.TB, d *db.DB, change func(*api.Config)) *door {
	t.Helper()
	h := flowtest.Open(t, d)
	guard := staff.NewGuard(h.Kit.Keys, time.Now, nil, staff.Cost{MemoryKiB: 64, Passes: 1})
	cfg := api.Config{DB: d, Kit: h.Kit, Guard: guard, Rate: -1, AtOnce: 1024}
	if change != nil {
		change(&cfg)
	}
	a, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: api.Server(a.Handler(), nil)}
	s.Start()
	t.Cleanup(a.Close)
	t.Cleanup(s.Close)
	s.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 256
	o := &door{t: t, h: h, api: a, url: s.URL, guard: guard}
	o.key = o.makeKey("key_full", staff.Everywhere())
	return o
}

// makeKey gives the secret of a new key.
func (o *door) makeKey(kind string, scope staff.Scope) (secret string) {
	o.t.Helper()
	dbtest.Write(o.t, o.h.D, func(tx *db.Tx) (err error) {
		_, secret, err = o.guard.MakeKey(tx, staff.Machine("test"), staff.KeyDraft{Name: kind, Kind: kind, Scope: scope})
		return err
	})
	return secret
}

// reply is an answer read to its end.
type reply struct {
	status int
	head   http.Header
	raw    string
	body   map[string]any
}

// client is shared so that connections are kept alive.
func (o *door) send(method, path, key, body string, heads ...string) reply {
	o.t.Helper()
	r, err := http.NewRequest(method, o.url+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.key)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	for i := 0; i+1 < len(heads); i += 2 {
		r.Header.Set(heads[i], heads[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Errorf("%s %s: %v", method, path, err)
		return reply{}
	}
	defer answer.Body.Close()
	var all bytes.Buffer
	_, _ = io.Copy(&all, answer.Body)
	got := reply{status: answer.StatusCode, head: answer.Header, raw: all.String()}
	_ = json.Unmarshal(all.Bytes(), &got.body)
	return got
}

func (o *door) order(key, body string) reply {
	o.t.Helper()
	return o.send("POST", "/api/v1/orders", key, body)
}

// one is a good order of one line in shop TB; change replaces pieces of it.
func one(no string, change ...string) string {
	body := fmt.Sprintf(`{"shop":"TB","external_no":%q,"ordered_at":"2026-11-11T08:00:00+08:00","paid_at":"2026-11-11T08:01:00+08:00",
		"channel_state":"to_ship","lines":[{"external_no":"1","code":"PASTE","qty":1,"price":"9.90"}],"paid":"9.90",
		"buyer":{"name":"小王"},"contact":{"name":"王小明","phone":"13912345678","province":"浙江省","city":"杭州市","district":"余杭区",
		"detail":"文一西路 969 号"}}`, no)
	for i := 0; i+1 < len(change); i += 2 {
		if !strings.Contains(body, change[i]) {
			panic("no " + change[i])
		}
		body = strings.Replace(body, change[i], change[i+1], 1)
	}
	return body
}

// orders counts what is stored.
func (o *door) orders() (n int64) {
	o.t.Helper()
	dbtest.Read(o.t, o.h.D, func(tx *db.Tx) (err error) {
		n, err = tx.Number(`SELECT COUNT(*) FROM orders`)
		return err
	})
	return n
}

func (o *door) count(text string) (n int64) {
	o.t.Helper()
	dbtest.Read(o.t, o.h.D, func(tx *db.Tx) (err error) { n, err = tx.Number(text); return err })
	return n
}
