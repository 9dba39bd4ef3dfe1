package notice_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/notice"
)

// post is a carrier of messages that keeps its promise: a key has one effect.
type post struct {
	sent  map[string]notice.Message
	calls int
	fail  func(key string) error
}

func (p *post) Send(_ context.Context, key string, m notice.Message) error {
	p.calls++
	if p.fail != nil {
		if err := p.fail(key); err != nil {
			return err
		}
	}
	if p.sent == nil {
		p.sent = map[string]notice.Message{}
	}
	p.sent[key] = m
	return nil
}

func turn(t *testing.T, d *db.DB) {
	t.Helper()
	for {
		n, err := notice.Reader().Turn(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func send(t *testing.T, h *flowtest.House, p notice.Sender) int {
	t.Helper()
	n, err := notice.Send(context.Background(), h.D, h.Kit.Keys, p, 100)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// state tells an order's messages as "template state attempts".
func state(t *testing.T, d *db.DB, o id.Order) (all []string) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		list, err := notice.OfOrder(tx, o)
		for _, n := range list {
			all = append(all, fmt.Sprintf("%s %s %d", n.Template, n.State, n.Attempts))
		}
		return err
	})
	return all
}

func sound(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		_, breaches, err := notice.Audit(tx)
		if len(breaches) > 0 {
			t.Errorf("audit: %v", breaches)
		}
		return err
	})
}

func TestReceived(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		past := h.Draft("TB", "OLD", flowtest.Item{Code: "PASTE", Qty: 1})
		past.History = true
		old := h.One(past)
		turn(t, d)
		turn(t, d)
		if got := state(t, d, old); len(got) != 0 {
			t.Errorf("an order completed elsewhere says %v", got)
		}
		p := &post{}
		if n := send(t, h, p); n != 1 {
			t.Fatalf("sent %d, want 1", n)
		}
		send(t, h, p)
		if diff := cmp.Diff([]string{"order_received sent 1"}, state(t, d, o)); diff != "" {
			t.Error(diff)
		}
		m := p.sent[fmt.Sprintf("order-received-%d", o)]
		if p.calls != 1 || m.To.Phone == "" || !strings.Contains(m.ZH, "T1") || !strings.Contains(m.EN, "T1") {
			t.Errorf("%d calls, message %+v", p.calls, m)
		}
		if text := fmt.Sprintf("%v %+v", m, m.To); strings.Contains(text, m.To.Phone) {
			t.Errorf("a message prints its phone: %s", text)
		}
		sound(t, d)
	})
}

func TestCancelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		sorry := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		plain := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1}))
		h.Write(func(tx *db.Tx) error {
			_, err := flow.Cancel(tx, []flow.Cancellation{
				{Order: sorry, Why: "大量缺货,向顾客致歉后取消"}, {Order: plain, Why: "买家不要了"},
			})
			return err
		})
		turn(t, d)
		if diff := cmp.Diff([]string{"order_received queued 0", "order_apology queued 0"},
			state(t, d, sorry)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"order_received queued 0", "order_cancelled queued 0"},
			state(t, d, plain)); diff != "" {
			t.Error(diff)
		}
		sound(t, d)
	})
}

func TestSendFails(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		again := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		never := h.One(h.Draft("TB", "T2", flowtest.Item{Code: "PASTE", Qty: 1}))
		mute := h.Draft("TB", "T3", flowtest.Item{Code: "PASTE", Qty: 1})
		mute.Contact.Phone = ""
		silent := h.One(mute)
		turn(t, d)
		p := &post{fail: func(key string) error {
			switch {
			case strings.HasSuffix(key, fmt.Sprint(int64(again))):
				return errors.New("the line is down 13800138000")
			case strings.HasSuffix(key, fmt.Sprint(int64(never))):
				return fault.New(fault.Invalid, "blocked", "号码无效", "The number is not valid")
			}
			return nil
		}}
		send(t, h, p)
		for o, want := range map[id.Order]string{
			again: "order_received queued 1", never: "order_received failed 1", silent: "order_received failed 1",
		} {
			if got := state(t, d, o); len(got) != 1 || got[0] != want {
				t.Errorf("got %v, want %s", got, want)
			}
		}
		p.fail = nil
		if n := send(t, h, p); n != 0 {
			t.Errorf("tried %d before the back-off was over", n)
		}
		clock.Advance(time.Minute)
		send(t, h, p)
		if got := state(t, d, again); got[0] != "order_received sent 2" {
			t.Errorf("after the back-off: %v", got)
		}
		var all []notice.Notice
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { all, err = notice.OfOrder(tx, never); return err })
		h.Write(func(tx *db.Tx) error {
			n, err := notice.Retry(tx, []id.Notice{all[0].ID, 7})
			if n != 1 {
				t.Errorf("retried %d", n)
			}
			return err
		})
		send(t, h, p)
		if got := state(t, d, never); got[0] != "order_received sent 1" {
			t.Errorf("after a person queued it again: %v", got)
		}
		sound(t, d)
	})
}

// A crash between the call and its record repeats the call with the same key, and
// a second worker does not take what the first is sending.
func TestSendDiesHalfway(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 10)
		o := h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1}))
		turn(t, d)
		inner := &post{}
		outer := &post{fail: func(string) error {
			if n := send(t, h, inner); n != 0 {
				t.Errorf("a second worker took %d", n)
			}
			panic("power cut")
		}}
		send(t, h, outer)
		clock.Advance(time.Hour)
		send(t, h, inner)
		if got := state(t, d, o); got[0] != "order_received sent 2" || inner.calls != 1 {
			t.Errorf("%v, %d calls", got, inner.calls)
		}
		sound(t, d)
	})
}
