package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// together runs do(0..n-1) at once.
func together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// tally counts the statuses of replies.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (y *tally) add(word string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.n == nil {
		y.n = map[string]int{}
	}
	y.n[word]++
}

func TestManyClients(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1000)
		var got tally
		before := d.Stats().Commits.Load()
		together(256, func(i int) {
			for n := range 2 {
				no := fmt.Sprintf("M%d-%d", i, n)
				got.add(fmt.Sprint(o.order(no, one(no)).status))
			}
		})
		if got.n["201"] != 512 || o.orders() != 512 {
			t.Errorf("answers %v, %d orders", got.n, o.orders())
		}
		if commits := d.Stats().Commits.Load() - before; commits > 256 {
			t.Errorf("%d commits for 512 orders: nothing was gathered", commits)
		}
		o.h.Clean()
	})
}

// TestLastUnit: of many buyers over HTTP exactly one gets the last piece.
func TestLastUnit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1)
		var got tally
		together(64, func(i int) {
			no := fmt.Sprintf("L%d", i)
			r := o.order(no, one(no))
			got.add(fmt.Sprint("short ", r.body["short"] != nil))
		})
		if got.n["short false"] != 1 || got.n["short true"] != 63 {
			t.Errorf("%v", got.n)
		}
		o.h.Clean()
	})
}

func TestSameKeyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1000)
		for round := range 5 {
			var got tally
			together(24, func(i int) {
				no := fmt.Sprintf("S%d", round)
				if i%3 == 2 {
					no += "other"
				}
				r := o.order(fmt.Sprint("s", round), one(no))
				got.add(fmt.Sprintf("%d %v %s", r.status, r.body["code"], r.raw))
			})
			created, refused := 0, 0
			for word, n := range got.n {
				switch {
				case strings.HasPrefix(word, "201 "):
					created += n
				case strings.HasPrefix(word, "409 idempotency_key_reused"):
					refused += n
				}
			}
			if len(got.n) != 2 || created+refused != 24 || (created != 16 && created != 8) {
				t.Errorf("round %d: %v", round, got.n)
			}
		}
		if n := o.orders(); n != 5 {
			t.Errorf("%d orders", n)
		}
		o.h.Clean()
	})
}

// A queue that is full answers at once; what was in it is done.
func TestQueueFull(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, func(c *api.Config) { c.Lanes, c.QueueMax = -1, 2 }) // nobody works the queue yet
		o.h.Stock(0, "PASTE", 1000)
		var waiting sync.WaitGroup
		var got tally
		for i := range 2 {
			waiting.Go(func() { no := fmt.Sprint("Q", i); got.add(fmt.Sprint(o.order(no, one(no)).status)) })
		}
		for !strings.Contains(o.send("GET", "/metrics", "", "").raw, "baihuo_queue_requests 2") {
			continue
		}
		together(40, func(i int) {
			no := fmt.Sprint("Q1", i)
			r := o.order(no, one(no))
			got.add(fmt.Sprint(r.status, r.body["code"], r.head.Get("Retry-After")))
		})
		if got.n["429queue_full1"] != 40 {
			t.Errorf("refused: %v", got.n)
		}
		o.api.StartLane()
		waiting.Wait()
		if got.n["201"] != 2 || o.orders() != 2 {
			t.Errorf("%v, %d orders", got.n, o.orders())
		}
		o.h.Clean()
	})
}

// Who hangs up harms nobody, and a repeat with the same key hears of the order.
func TestCallerHangsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1000)
		together(60, func(i int) {
			no := fmt.Sprint("H", i)
			if i%2 == 0 {
				if r := o.order(no, one(no)); r.status != 201 {
					t.Errorf("%s: %d %s", no, r.status, r.raw)
				}
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "POST", o.url+"/api/v1/orders", strings.NewReader(one(no)))
			r.Header.Set("Authorization", "Bearer "+o.key)
			r.Header.Set("Idempotency-Key", no)
			if answer, err := http.DefaultClient.Do(r); err == nil {
				_ = answer.Body.Close()
			}
		})
		for i := range 60 {
			no := fmt.Sprint("H", i)
			if r := o.order(no, one(no)); r.status != 201 {
				t.Errorf("repeat of %s: %d %s", no, r.status, r.raw)
			}
		}
		if n := o.orders(); n != 60 {
			t.Errorf("%d orders", n)
		}
		o.h.Clean()
	})
}

// One order that breaks the transaction is put before a person; its neighbours in
// the batch stand.
func TestPoison(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1000)
		// A guard that no check of ours knows of.
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(`CREATE UNIQUE INDEX test_guard ON orders (seller_memo) WHERE seller_memo = 'poison'`)
			return err
		})
		var list []string
		for i := range 20 {
			body := one(fmt.Sprint("P", i))
			if i == 7 || i == 13 {
				body = one(fmt.Sprint("P", i), `"paid":`, `"seller_memo":"poison","paid":`)
			}
			list = append(list, body)
		}
		got := o.order("poison", `{"orders":[`+strings.Join(list, ",")+`]}`)
		counts := got.body["counts"].(map[string]any)
		if got.status != 200 || counts["accepted"] != 19.0 || counts["refused"] != 1.0 {
			t.Fatalf("%d %v", got.status, counts)
		}
		var work []review.Exception
		dbtest.Read(t, d, func(tx *db.Tx) (err error) {
			work, err = review.List(tx, review.Filter{Kind: "order_broken"})
			return err
		})
		if len(work) != 1 || !strings.Contains(work[0].Detail, "P13") {
			t.Errorf("exceptions: %+v", work)
		}
		single := o.order("poison-1", one("P99", `"paid":`, `"seller_memo":"poison","paid":`))
		if single.status != 500 || single.body["code"] != "order_broken" {
			t.Errorf("single: %d %s", single.status, single.raw)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(`DROP INDEX test_guard`); return err })
		if again := o.order("poison-1", one("P99", `"paid":`, `"seller_memo":"poison","paid":`)); again.status != 201 {
			t.Errorf("once the guard is gone the same key works: %d %s", again.status, again.raw)
		}
		o.h.Clean()
	})
}

// C16: duplicate orders through retries and webhooks, also at the same instant; a
// failure that looks like a success.
func TestC16_RepeatsAndWebhooksMakeOneOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1000)
		var got tally
		together(120, func(i int) {
			no := fmt.Sprint("C16-", i%10)
			key := no
			if i%2 == 1 {
				key = fmt.Sprint("webhook-", i) // the same order by another way, under another key
			}
			r := o.order(key, one(no))
			got.add(fmt.Sprintf("%d %v", r.status, r.body["status"]))
			if r.body["order_id"] == nil {
				t.Errorf("an answer without an order: %d %s", r.status, r.raw)
			}
		})
		if n := o.orders(); n != 10 {
			t.Errorf("%d orders: %v", n, got.n)
		}
		for word := range got.n {
			if word != "201 accepted" && word != "200 duplicate" {
				t.Errorf("answers: %v", got.n)
			}
		}
		if n := o.count(`SELECT SUM(qty_reserved) FROM stock`); n != 10 {
			t.Errorf("%d pieces reserved", n)
		}
		o.h.Clean()
	})
}

// C17: the payment's notice and the order arrive at once, in any order; the end is
// one paid order.
func TestC17_PaidAndPlacedAtOnceIsOnePaidOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d, nil)
		o.h.Stock(0, "PASTE", 1000)
		ids := make([]string, 60)
		together(60, func(i int) {
			no := fmt.Sprint("C17-", i%20)
			body := one(no, `"channel_state":"to_ship"`,
				`"channel_state":"to_ship","modified_at":"2026-11-11T08:01:00+08:00"`)
			if i < 20 { // placed, not paid: told once by each
				body = one(no, `"paid_at":"2026-11-11T08:01:00+08:00",`, ``, `"to_ship"`, `"unpaid"`, `"paid":"9.90"`,
					`"paid":"0"`)
			}
			r := o.order(fmt.Sprint("c17-", i), body)
			ids[i] = fmt.Sprint(r.body["order_id"])
			if r.status > 201 {
				t.Errorf("%s: %d %s", no, r.status, r.raw)
			}
		})
		if n := o.orders(); n != 20 {
			t.Errorf("%d orders", n)
		}
		for i := range 20 {
			if ids[i] != ids[i+20] || ids[i] != ids[i+40] {
				t.Errorf("order %d is %s, %s and %s", i, ids[i], ids[i+20], ids[i+40])
			}
			n, _ := id.Parse("O", ids[i])
			got := o.h.Order(id.Order(n))
			if got.ChannelState != order.ToShip || got.Paid != 990 || got.PaidAt == 0 {
				t.Errorf("order %d: %s, paid %d at %d", i, got.ChannelState, got.Paid, got.PaidAt)
			}
		}
		o.h.Clean()
	})
}
