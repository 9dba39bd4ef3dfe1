package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

const clients = 256

// http sends single orders as JSON from 256 keep-alive clients through the
// collector, each acknowledged only when it is on disk. Server and clients share
// this machine's cores.
func (r *run) http(ctx context.Context) error {
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	defer drop()
	result, err := r.onWorld(ctx, address, func(w *world) (Result, error) { return w.overHTTP(ctx, r.Orders, r.Seed) })
	if err != nil {
		return err
	}
	return r.report(result)
}

func (w *world) overHTTP(ctx context.Context, n int, seed uint64) (Result, error) {
	url, key, stop, err := w.serve(ctx)
	if err != nil {
		return Result{}, err
	}
	defer stop()
	w.run = fmt.Sprintf("http-%d-", seed)
	bodies, err := w.bodies(mathrand.New(mathrand.NewPCG(seed, 4)), n)
	if err != nil {
		return Result{}, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	before, commits, functions := w.d.Stats().Rows.Load(), w.d.Stats().Commits.Load(), w.d.Stats().Functions.Load()
	m := newMeter()
	err = inParallel(clients, n, func(i int) error {
		return m.time(1, func() error { return post(ctx, client, url, key, fmt.Sprintf("%s%d", w.run, i), bodies[i]) })
	})
	result := m.result("http", w.d.Engine(), n)
	result.RowsPerOrder = float64(w.d.Stats().Rows.Load()-before) / float64(n)
	result.Commits = w.d.Stats().Commits.Load() - commits
	result.BatchSize = float64(n) / float64(max(w.d.Stats().Functions.Load()-functions, 1))
	return result, err
}

// serve opens the API on a free port of this machine.
func (w *world) serve(ctx context.Context) (url, key string, stop func(), err error) {
	guard := staff.NewGuard(w.kit.Keys, time.Now, nil, staff.Cost{})
	err = w.d.Write(ctx, by, func(tx *db.Tx) (err error) {
		_, key, err = guard.MakeKey(tx, staff.Machine("bench"), staff.KeyDraft{Name: "bench", Kind: "key_orders", Scope: staff.Everywhere()})
		return err
	})
	if err != nil {
		return "", "", nil, err
	}
	door, err := api.New(api.Config{DB: w.d, Kit: w.kit, Guard: guard, Rate: -1})
	if err != nil {
		return "", "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", nil, err
	}
	server := api.Server(door.Handler(), nil)
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	return "http://" + l.Addr().String() + "/api/v1/orders", key, func() {
		_ = server.Close()
		door.Close()
		serving.Wait()
	}, nil
}

// bodies writes drafts as the JSON that a shop would send.
func (w *world) bodies(rng *mathrand.Rand, n int) ([][]byte, error) {
	list := make([][]byte, 0, n)
	for _, d := range w.drafts(rng, n, false) {
		b, err := json.Marshal(bodyOf(d))
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, nil
}

func bodyOf(d *order.Draft) map[string]any {
	instant := func(i db.Instant) string { return i.Time().Format(time.RFC3339Nano) }
	var lines []map[string]any
	for _, l := range d.Lines {
		lines = append(lines, map[string]any{"external_no": l.ExternalNo, "code": l.Code, "name": l.Name, "qty": l.Qty, "price": l.Price.Format("CNY")})
	}
	return map[string]any{
		"shop": d.ShopCode, "external_no": d.ExternalNo, "channel_state": d.ChannelState, "modified_at": instant(d.ModifiedAt),
		"ordered_at": instant(d.OrderedAt), "paid_at": instant(d.PaidAt), "pay_method": d.PayMethod, "currency": d.Currency,
		"lines": lines, "paid": d.Paid.Format("CNY"), "ship_by": instant(d.ShipBy), "buyer": map[string]string{"name": d.Buyer.Name},
		"contact": map[string]string{"name": d.Contact.Name, "phone": d.Contact.Phone, "province": d.Contact.Province,
			"city": d.Contact.City, "district": d.Contact.District, "town": d.Contact.Town, "detail": d.Contact.Detail},
	}
}

// post sends one order until it is taken: a full queue answers 429 and is asked
// again with the same key.
func post(ctx context.Context, c *http.Client, url, key, idempotency string, body []byte) error {
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Idempotency-Key", idempotency)
		r.Header.Set("Content-Type", "application/json")
		answer, err := c.Do(r)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		switch {
		case err != nil:
			return err
		case answer.StatusCode == http.StatusCreated:
			return nil
		case answer.StatusCode != http.StatusTooManyRequests:
			return fmt.Errorf("%d %s", answer.StatusCode, text)
		}
	}
}
