package webhook_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/webhook"
)

func TestDelivered(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, secret := r.open(v.URL + "/hook?shop=1")
		v.secret = secret
		r.happen(1, 2, 1, 1)
		if diff := cmp.Diff([]string{"1.1 waiting 0 0", "2.1 waiting 0 0", "1.2 behind 0 0", "1.3 behind 0 0"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
		if n := r.round(); n != 4 {
			t.Errorf("%d attempts", n)
		}
		r.inOrder(v, 1, 2)
		if diff := cmp.Diff([]string{"1.1 delivered 1 200", "2.1 delivered 1 200", "1.2 delivered 1 200", "1.3 delivered 1 200"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
		if n := r.round(); n != 0 {
			t.Errorf("%d attempts at nothing", n)
		}
		got := v.got[slices.IndexFunc(v.got, func(e event) bool { return e.Data.ID == "P-1" })]
		if got.Data.Version != 1 || got.Type != "package.handed_over" || !got.Timestamp.Equal(r.clock.Now()) || got.Data.Object != "package" || got.Data.ID != "P-1" ||
			got.Data.What != "handed_over" || got.Data.Payload["from"] != "packed" {
			t.Errorf("the body is %+v", got)
		}
		r.sound()
	})
}

// Reading the journal again adds nothing, and neither do events from before.
func TestReadAgain(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		r.happen(1)
		r.clock.Advance(time.Second)
		e, _ := r.open(v.URL)
		r.happen(1, 2)
		r.round()
		for range 2 {
			r.write(func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM journal_cursors`); return err })
			r.follow()
			r.round()
		}
		if diff := cmp.Diff([]string{"1.2 delivered 1 200", "2.1 delivered 1 200"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
		if calls, taken := v.count(); calls != 2 || taken != 2 {
			t.Errorf("%d calls, %d taken", calls, taken)
		}
		// Once delivered rows were deleted, the journal does not bring them back.
		r.clock.Advance(31 * 24 * time.Hour)
		r.write(func(tx *db.Tx) error {
			if n, err := webhook.Forget(tx, 1); n != 1 || err != nil {
				t.Errorf("the first piece: %d, %v", n, err)
			}
			n, err := webhook.Forget(tx, 100)
			if n != 1 {
				t.Errorf("the rest: %d", n)
			}
			return err
		})
		r.write(func(tx *db.Tx) error { _, err := tx.Exec(`DELETE FROM journal_cursors`); return err })
		r.follow()
		if got := r.log(e.ID); len(got) != 0 || r.round() != 0 {
			t.Errorf("back again: %v", got)
		}
		r.sound()
	})
}

func TestKinds(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		all, _ := r.open(v.URL, "*")
		packages, _ := r.open(v.URL, "order.accepted", "package.*")
		one, _ := r.open(v.URL, "package.handed_over", "package.delivered")
		none, _ := r.open(v.URL, "order.*", "package.packed")
		r.happen(1)
		for e, want := range map[id.Endpoint]int{all.ID: 1, packages.ID: 1, one.ID: 1, none.ID: 0} {
			if got := len(r.log(e)); got != want {
				t.Errorf("%s: %d deliveries, want %d", e, got, want)
			}
		}
		// What happens to the endpoints themselves, and to people, is told to nobody.
		r.follow()
		if got := r.log(all.ID); len(got) != 1 {
			t.Errorf("told: %v", got)
		}
	})
}

// One who takes the event and answers too late is asked again, and knows the id.
func TestAnswersLate(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		var late atomic.Bool
		late.Store(true)
		v.then = func(_ http.ResponseWriter, req *http.Request, e event) {
			v.take(req, e)
			if late.Load() {
				<-req.Context().Done() // the hub has hung up
			}
		}
		r.send = webhook.NewSender(r.d, r.kit, webhook.Options{Timeout: 50 * time.Millisecond})
		r.happen(1, 1)
		r.round()
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e.ID, State: webhook.Waiting})
			if err != nil || len(list) != 1 || !strings.HasPrefix(list[0].Answer, "webhook_timeout: ") {
				t.Errorf("%+v, %v", list, err)
			}
			return err
		})
		late.Store(false)
		r.send = webhook.NewSender(r.d, r.kit, webhook.Options{})
		r.clock.Advance(time.Minute)
		r.round()
		r.inOrder(v, 1)
		if calls, _ := v.count(); calls != 3 {
			t.Errorf("%d calls", calls)
		}
		r.sound()
	})
}

// A receiver that hangs, and one whose events fail, delay nobody else.
func TestSlowReceiverHarmsNobody(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		slow, quick := newReceiver(t, false), newReceiver(t, false)
		hang, arrived := make(chan struct{}), make(chan struct{}, 100)
		slow.then = func(http.ResponseWriter, *http.Request, event) { <-hang }
		quick.then = func(_ http.ResponseWriter, req *http.Request, e event) { quick.take(req, e); arrived <- struct{}{} }
		r.open(slow.URL)
		r.open(quick.URL)
		var objects []int64
		for o := range int64(20) {
			objects = append(objects, o+1)
		}
		r.happen(objects...)
		var over sync.WaitGroup
		over.Go(func() { r.round() })
		for range objects {
			<-arrived
		}
		r.happen(objects...) // in the same round, while the slow one hangs
		for range objects {
			<-arrived
		}
		if calls, _ := slow.count(); calls > 4 {
			t.Errorf("%d calls to the slow one at once", calls)
		}
		close(hang)
		over.Wait()
		r.inOrder(quick, objects...)
		r.sound()
	})
}

// A crash between the call and its record repeats the event under the same id, and
// nobody else takes it while the lease holds.
func TestDiesHalfway(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, _ := r.open(v.URL)
		r.happen(1, 2, 1)
		if err := r.send.Die(context.Background(), e.ID); err != nil {
			t.Fatal(err)
		}
		if n := r.round(); n != 0 {
			t.Errorf("%d attempts under another's lease", n)
		}
		r.clock.Advance(2 * time.Minute)
		if n := r.round(); n != 3 {
			t.Errorf("%d attempts after the lease", n)
		}
		r.inOrder(v, 1, 2)
		if calls, taken := v.count(); calls != 5 || taken != 3 {
			t.Errorf("%d calls, %d taken", calls, taken)
		}
		if diff := cmp.Diff([]string{"1.1 delivered 2 200", "2.1 delivered 2 200", "1.2 delivered 1 200"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
		r.sound()
	})
}

// Who comes back after the lease, when another one has sent the event, changes nothing.
func TestLostLease(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		calls := 0
		v.answers(func(event) int {
			if calls++; calls > 1 {
				return 200
			}
			r.clock.Advance(2 * time.Minute)
			r.round()
			return 500
		})
		r.happen(1)
		r.round()
		if diff := cmp.Diff([]string{"1.1 delivered 2 200"}, r.log(e.ID)); diff != "" || calls != 2 {
			t.Errorf("%d calls: %s", calls, diff)
		}
		if got := r.get(e.ID); got.Failures != 0 {
			t.Errorf("it counts against the receiver: %+v", got)
		}
		r.sound()
	})
}

// A hub that stops breaks calls off without counting them.
func TestStops(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		e, _ := r.open(v.URL)
		ctx, stop := context.WithCancel(context.Background())
		v.then = func(_ http.ResponseWriter, req *http.Request, _ event) { stop(); <-req.Context().Done() }
		r.happen(1)
		if n, err := r.send.Send(ctx); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if diff := cmp.Diff([]string{"1.1 waiting 0 0"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
		if got := r.get(e.ID); got.Failures != 0 {
			t.Errorf("it counts against the receiver: %+v", got)
		}
		v.answers(always200)
		r.round()
		r.inOrder(v, 1)
	})
}

// Two nodes deliver side by side, while a third writes: each event leaves once.
func TestTwoNodes(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			nodes := make([]*db.DB, 1)
			if engine == db.Postgres {
				nodes = make([]*db.DB, 2)
			}
			for i := range nodes {
				d, err := db.Open(context.Background(), url, db.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = d.Close() })
				nodes[i] = d
			}
			r := newRig(t, nodes[0], nil)
			receivers := []*receiver{newReceiver(t, false), newReceiver(t, false), newReceiver(t, false)}
			for _, v := range receivers {
				v.answers(always200)
				_, v.secret = r.open(v.URL)
			}
			objects := []int64{1, 2, 3, 4, 5, 6, 7, 8}
			senders := []*webhook.Sender{r.send, webhook.NewSender(nodes[len(nodes)-1], r.kit, webhook.Options{})}
			written := make(chan struct{})
			var all sync.WaitGroup
			all.Go(func() {
				defer close(written)
				for range 10 {
					r.happen(objects...)
				}
			})
			for _, s := range senders {
				all.Go(func() {
					for last := false; !last; {
						select {
						case <-written:
							last = true
						default:
						}
						if _, err := s.Send(context.Background()); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			for r.round() > 0 {
			}
			for _, v := range receivers {
				r.inOrder(v, objects...)
				if calls, taken := v.count(); calls != taken || taken != 80 {
					t.Errorf("%d calls, %d taken: an event was sent twice at once", calls, taken)
				}
			}
			r.sound()
		})
	}
}
