package bench

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/order"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// webRounds is how often each page is asked for.
const webRounds = 200

// web measures what the pages of the order line cost the server with many orders
// stored: the list under four filters, a search that jumps to the order's page, a
// search by the end of a number, and the figures of the menu.
func (r *run) web(ctx context.Context) error {
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	defer drop()
	if err := r.fill(ctx, address, r.Web, r.Web); err != nil {
		return err
	}
	if err := r.spread(ctx, address); err != nil {
		return err
	}
	_, err = r.inWorld(ctx, address, func(w *world) (Result, error) { return Result{}, r.pages(ctx, w) })
	return err
}

// spread gives the cards a year's variety, so that filters have something to leave out:
// states, flags, memos, holds and times, told by each order's own number.
func (r *run) spread(ctx context.Context, address string) error {
	d, err := bare(address)
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.ExecContext(ctx, `UPDATE order_cards SET word = CASE order_id % 20 WHEN 0 THEN 'wait_service' WHEN 1 THEN 'reviewed' WHEN 2 THEN 'wait_pick'
		WHEN 3 THEN 'wait_pack' WHEN 4 THEN 'wait_ship' WHEN 5 THEN 'out' ELSE 'completed' END, flag = (order_id / 20) % 6,
		has_memo = (order_id / 120) % 12 = 0, has_message = (order_id / 120) % 8 = 0, blocked = (order_id / 1000) % 40 = 0,
		ordered_at = ordered_at - (order_id % 7919) * 1000000000`)
	return err
}

// visitor is somebody who is signed in at a door without a wire.
type visitor struct {
	door    http.Handler
	cookies []*http.Cookie
}

func (v *visitor) ask(method, path string, form url.Values) *httptest.ResponseRecorder {
	q := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form.Encode()))
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range v.cookies {
		q.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.door.ServeHTTP(w, q)
	v.cookies = append(v.cookies, w.Result().Cookies()...)
	return w
}

// enter opens the door and signs somebody in who reads and edits orders.
func (w *world) enter(ctx context.Context) (*visitor, error) {
	const password = "a password for measuring"
	guard := staff.NewGuard(seal.NewKeyring(cryptorand.Reader, seal.Key{Version: 1}), time.Now, nil, staff.Cost{MemoryKiB: 8, Passes: 1})
	site, err := web.New(web.Config{DB: w.d, Guard: guard, Kit: w.kit})
	if err != nil {
		return nil, err
	}
	secret := ""
	err = w.d.Write(ctx, by, func(tx *db.Tx) error {
		p, err := staff.Hire(tx, staff.Machine("bench"), staff.Details{Login: "bench", Name: "bench", Roles: []string{"sales", "service"}, Scope: staff.Everywhere()})
		if err != nil {
			return err
		}
		secret, err = guard.Invite(tx, staff.Machine("bench"), p.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err := guard.UseLink(ctx, w.d, secret, password); err != nil {
		return nil, err
	}
	v := &visitor{door: site.Handler()}
	if a := v.ask("POST", "/sign-in", url.Values{"login": {"bench"}, "password": {password}}); a.Code != http.StatusSeeOther {
		return nil, fmt.Errorf("nobody gets in: %d", a.Code)
	}
	return v, nil
}

func (r *run) pages(ctx context.Context, w *world) error {
	v, err := w.enter(ctx)
	if err != nil {
		return err
	}
	numbers, err := w.numbers(ctx)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(r.Seed, 5))
	provinces := address.Provinces()
	one := func() string { return numbers[rng.IntN(len(numbers))] }
	figures := []struct {
		name string
		do   func() error
	}{
		{"web list", func() error {
			q := url.Values{"view": {"none"}, "word": {string(order.Words()[rng.IntN(10)])}, "flag": {fmt.Sprint(rng.IntN(6))}, "memo": {"1"},
				"province": {provinces[rng.IntN(len(provinces))][0]}}
			return v.reach("/orders?"+q.Encode(), http.StatusOK)
		}},
		{"web search", func() error {
			a := v.ask("GET", "/search?q="+url.QueryEscape(one()), nil)
			if a.Code != http.StatusSeeOther {
				return fmt.Errorf("a number does not lead to its order: %d", a.Code)
			}
			return v.reach(a.Header().Get("Location"), http.StatusOK)
		}},
		{"web tail", func() error {
			no := one()
			a := v.ask("GET", "/search?q="+url.QueryEscape(no[max(0, len(no)-5):]), nil)
			if a.Code != http.StatusOK && a.Code != http.StatusSeeOther {
				return fmt.Errorf("a tail: %d", a.Code)
			}
			return nil
		}},
		{"web menu", func() error {
			return w.d.Read(ctx, func(tx *db.Tx) error { _, err := web.MenuCounts(tx, staff.Everywhere()); return err })
		}},
	}
	for _, f := range figures {
		if err := r.page(f.name, f.do); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// page asks for one page again and again and reports the server's time.
func (r *run) page(name string, do func() error) error {
	rounds := min(webRounds, max(10, r.Web/50))
	took := make([]float64, rounds)
	for i := -rounds / 10; i < rounds; i++ { // the first few warm the caches
		begun := time.Now()
		if err := do(); err != nil {
			return err
		}
		if i >= 0 {
			took[i] = float64(time.Since(begun).Microseconds()) / 1000
		}
	}
	slices.Sort(took)
	return r.Report(Result{Name: name, Engine: r.engine.String(), Orders: r.Web, P50MS: took[rounds/2], P95MS: took[rounds*95/100], P99MS: took[rounds*99/100],
		Note: fmt.Sprintf("server time p95 %.1f ms with %d orders", took[rounds*95/100], r.Web)})
}

func (v *visitor) reach(path string, want int) error {
	a := v.ask("GET", path, nil)
	if a.Code != want {
		text, _ := io.ReadAll(a.Body) // a recorder's body does not fail
		return fmt.Errorf("%s: %d %.200s", path, a.Code, text)
	}
	return nil
}

// numbers are the order numbers of some that are stored.
func (w *world) numbers(ctx context.Context) (list []string, err error) {
	return list, w.d.Read(ctx, func(tx *db.Tx) error {
		cards, err := order.List(tx, order.Filter{Limit: 500, Scope: staff.Everywhere()})
		for _, c := range cards {
			list = append(list, c.ExternalNo)
		}
		return err
	})
}
