package webhook_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/review"
	"baihuo/internal/webhook"
)

// A receiver that is down gets everything once and in order when it is back.
func TestReceiverDown(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		var down atomic.Bool
		down.Store(true)
		v.answers(func(event) int {
			if down.Load() {
				return 503
			}
			return 200
		})
		r.happen(1, 2, 3, 1, 2, 1)
		if n := r.round(); n != 3 {
			t.Errorf("%d attempts, want one for each object", n)
		}
		if got := r.get(e.ID); got.Failures != 3 || got.FailingSince == 0 {
			t.Errorf("%+v", got)
		}
		if n := r.round(); n != 0 {
			t.Errorf("%d attempts before the pause was over", n)
		}
		r.clock.Advance(6 * time.Second)
		r.happen(4)
		r.round()
		if got := r.get(e.ID); got.Failures < 5 || got.RestUntil == 0 {
			t.Errorf("it does not rest: %+v", got)
		}
		down.Store(false)
		if n := r.round(); n != 0 {
			t.Errorf("%d attempts while it rests", n)
		}
		for range 10 {
			r.clock.Advance(10 * time.Minute)
			r.round()
		}
		r.inOrder(v, 1, 2, 3, 4)
		if got := r.get(e.ID); got.Failures != 0 || got.FailingSince != 0 || got.RestUntil != 0 {
			t.Errorf("a success does not mend it: %+v", got)
		}
		r.sound()
	})
}

// Nobody listens at all; then somebody does.
func TestConnectionRefused(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		dead := httptest.NewServer(http.NotFoundHandler())
		address := dead.URL
		dead.Close()
		e, _ := r.open(address)
		r.happen(1)
		r.round()
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e.ID})
			if err != nil || list[0].Status != 0 || !strings.HasPrefix(list[0].Answer, "webhook_connection: ") || strings.Contains(list[0].Answer, "127.0.0.1") {
				t.Errorf("%+v, %v", list, err)
			}
			return err
		})
		v.answers(always200)
		r.write(func(tx *db.Tx) error {
			_, err := webhook.Change(tx, r.kit, e.ID, e.Version, webhook.Draft{URL: v.URL, Kinds: []string{"*"}})
			return err
		})
		if n := r.round(); n != 1 {
			t.Errorf("%d attempts at the new address", n)
		}
		r.inOrder(v, 1)
		r.sound()
	})
}

// An event that a receiver cannot digest is given up after ten attempts over three
// days; until then the later ones of its object wait, and those of others do not.
func TestGivenUp(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		var sick atomic.Bool
		sick.Store(true)
		v.answers(func(e event) int {
			if sick.Load() && e.Data.ID == "P-1" && e.Data.Version == 1 {
				return 400
			}
			return 200
		})
		r.happen(1, 1, 2)
		start := r.clock.Now()
		for range 400 {
			r.round()
			if got := r.log(e.ID); !strings.HasPrefix(got[0], "1.1 waiting") {
				break
			}
			r.happen(2) // keeps the endpoint well
			r.clock.Advance(15 * time.Minute)
		}
		took := r.clock.Now().Sub(start)
		got := r.log(e.ID)
		if got[0] != "1.1 dead 10 400" || got[1] != "1.2 delivered 1 200" || took < 72*time.Hour || took > 90*time.Hour {
			t.Errorf("after %s: %v", took, got[:3])
		}
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{State: webhook.Dead})
			if err != nil || len(list) != 1 || list[0].Answer != "answer 400" || list[0].Shown() != "P-1" || list[0].EndedAt == 0 {
				t.Errorf("%+v, %v", list, err)
			}
			counts, err := webhook.Counts(tx, e.ID)
			if counts[webhook.Dead] != 1 || counts[webhook.Delivered] != int64(len(got)-1) || counts[webhook.Waiting] != 0 {
				t.Errorf("%v", counts)
			}
			return err
		})
		sick.Store(false)
		r.write(func(tx *db.Tx) error {
			n, err := webhook.ReplayDead(tx, e.ID, 0)
			if n != 1 {
				t.Errorf("%d put back", n)
			}
			return err
		})
		r.round()
		if got := r.log(e.ID); got[0] != "1.1 delivered 1 200" {
			t.Errorf("after the replay: %s", got[0])
		}
		r.sound()
	})
}

func TestDisabled(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		v.answers(func(event) int { return http.StatusGone })
		r.happen(1, 1)
		r.round()
		got := r.get(e.ID)
		if got.DisabledAt == 0 || got.DisabledWhy != webhook.Gone {
			t.Fatalf("%+v", got)
		}
		r.read(func(tx *db.Tx) error {
			work, err := review.List(tx, review.Filter{Limit: 10})
			if err != nil || len(work) != 1 || work[0].Kind != "webhook_disabled" || !strings.Contains(work[0].EN, e.ID.String()) {
				t.Errorf("work for people: %+v, %v", work, err)
			}
			return err
		})
		r.clock.Advance(time.Hour)
		r.happen(1, 2) // nobody is told of these
		if n := r.round(); n != 0 {
			t.Errorf("%d attempts at a disabled endpoint", n)
		}
		v.answers(always200)
		r.write(func(tx *db.Tx) error {
			for range 2 {
				if _, err := webhook.Enable(tx, e.ID); err != nil {
					return err
				}
			}
			return nil
		})
		r.clock.Advance(time.Second)
		r.happen(1)
		r.round()
		if diff := cmp.Diff(map[string][]int64{"P-1": {1, 2, 4}}, v.versions()); diff != "" {
			t.Error(diff)
		}
		r.write(func(tx *db.Tx) error {
			for range 2 {
				if _, err := webhook.Disable(tx, e.ID, "对方停机"); err != nil {
					return err
				}
			}
			if _, err := webhook.Disable(tx, e.ID, " "); !errors.Is(err, webhook.ErrWhy) {
				t.Errorf("without a reason: %v", err)
			}
			_, err := webhook.Disable(tx, 7, "x")
			if !errors.Is(err, webhook.ErrMissing) {
				t.Errorf("of nobody: %v", err)
			}
			return nil
		})
		if got := r.get(e.ID); got.DisabledWhy != "对方停机" || got.Version != 4 {
			t.Errorf("%+v", got)
		}
		r.sound()
	})
}

// Five days without one success end it, with work for a person; what waited goes out
// once it is enabled.
func TestFailsForDays(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		v.answers(func(event) int { return 500 })
		days := 0
		for ; days < 10 && r.get(e.ID).DisabledAt == 0; days++ {
			r.happen(int64(days + 1))
			r.round()
			r.clock.Advance(24 * time.Hour)
		}
		if got := r.get(e.ID); days != 6 || got.DisabledWhy != webhook.Failing {
			t.Errorf("after %d days: %+v", days, got)
		}
		v.answers(always200)
		r.write(func(tx *db.Tx) error { _, err := webhook.Enable(tx, e.ID); return err })
		r.round()
		r.inOrder(v, 1, 2, 3, 4, 5, 6)
		r.sound()
	})
}

// Redirects lead nowhere: not inside, and not elsewhere.
func TestRedirect(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		elsewhere, v := newReceiver(t, false), newReceiver(t, false)
		e, _ := r.open(v.URL)
		codes := []int{301, 302, 303, 307, 308}
		for i, code := range codes {
			v.then = func(w http.ResponseWriter, req *http.Request, _ event) {
				http.Redirect(w, req, elsewhere.URL, code)
			}
			r.happen(int64(i + 1))
			r.clock.Advance(10 * time.Minute)
			r.round()
		}
		if calls, _ := elsewhere.count(); calls != 0 {
			t.Errorf("%d calls elsewhere", calls)
		}
		if got := r.get(e.ID); got.Failures < int64(len(codes)) {
			t.Errorf("%+v", got)
		}
	})
}

// The gate is asked at each attempt: an address that the operator allows no longer
// is not called, whatever the table says.
func TestGateClosesLater(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		r.happen(1)
		r.kit.Gate = gate(t)
		r.send = webhook.NewSender(r.d, r.kit, webhook.Options{})
		r.round()
		if calls, _ := v.count(); calls != 0 {
			t.Errorf("%d calls", calls)
		}
		if diff := cmp.Diff([]string{"1.1 waiting 1 0"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
	})
}

// However much a receiver says, little is kept of it, and it is plain text.
func TestLongAnswer(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.then = func(w http.ResponseWriter, _ *http.Request, _ event) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
			for range 100 {
				fmt.Fprint(w, "\x00\xff回", strings.Repeat("长", 10_000))
			}
		}
		e, _ := r.open(v.URL)
		r.happen(1)
		r.round()
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e.ID})
			if err != nil || len(list[0].Answer) > 202 || !strings.HasPrefix(list[0].Answer, "??回长") || list[0].DueAt < tx.Now().Add(time.Hour) {
				t.Errorf("%+v, %v", list, err)
			}
			return err
		})
	})
}

// A certificate that nobody vouches for is not believed.
func TestCertificate(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, true)
		e, _ := r.open(v.URL)
		r.happen(1)
		r.round()
		if calls, _ := v.count(); calls != 0 {
			t.Errorf("%d calls", calls)
		}
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e.ID})
			if err != nil || !strings.HasPrefix(list[0].Answer, "webhook_tls: ") {
				t.Errorf("%+v, %v", list, err)
			}
			return err
		})
	})
}
