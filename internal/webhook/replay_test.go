package webhook_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/webhook"
)

// What a receiver lost in an hour comes again, in order, and what goes on meanwhile
// waits for it.
func TestReplay(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, _ := r.open(v.URL)
		r.happen(1, 1, 2)
		r.round()
		r.clock.Advance(time.Hour)
		from := r.clock.Now()
		r.happen(1, 2, 1)
		r.round()
		r.clock.Advance(time.Hour)
		to := r.clock.Now()
		r.clock.Advance(time.Second)
		v.mu.Lock()
		v.ids, v.got = map[string]bool{}, nil // it lost what it had
		v.mu.Unlock()
		r.write(func(tx *db.Tx) error {
			total := 0
			for {
				n, err := webhook.ReplayRange(tx, e.ID, db.At(from), db.At(to), 2)
				if err != nil {
					return err
				}
				if total += n; n == 0 {
					break
				}
			}
			if total != 3 {
				t.Errorf("%d put back", total)
			}
			for _, bad := range [][2]time.Time{{to, from}, {from, from}, {from, r.clock.Now().Add(time.Second)}} {
				if _, err := webhook.ReplayRange(tx, e.ID, db.At(bad[0]), db.At(bad[1]), 2); !errors.Is(err, webhook.ErrRange) {
					t.Errorf("%v: %v", bad, err)
				}
			}
			return nil
		})
		r.happen(1)
		if diff := cmp.Diff([]string{"1.1 delivered 1 200", "1.2 delivered 1 200", "2.1 delivered 1 200", "1.3 waiting 0 200", "2.2 waiting 0 200",
			"1.4 behind 0 200", "1.5 behind 0 0"}, r.log(e.ID)); diff != "" {
			t.Error(diff)
		}
		r.round()
		if diff := cmp.Diff(map[string][]int64{"P-1": {3, 4, 5}, "P-2": {2}}, v.versions()); diff != "" {
			t.Error(diff)
		}
		var ids []id.Delivery
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{Object: 1})
			for _, d := range list {
				ids = append(ids, d.ID)
			}
			return err
		})
		version := r.get(e.ID).Version
		r.write(func(tx *db.Tx) error {
			n, err := webhook.Replay(tx, append(ids[:2:2], 7, ids[0]))
			if n != 2 {
				t.Errorf("%d put back", n)
			}
			return err
		})
		if got := r.get(e.ID).Version; got != version+1 {
			t.Errorf("version %d after %d: a replay is no journal row", got, version)
		}
		r.round()
		if n := len(r.log(e.ID)); n != 7 {
			t.Errorf("%d deliveries", n)
		}
		r.sound()
	})
}

// While a later event is on its way, an earlier one is replayed: it goes next, before
// the later one's second attempt.
func TestReplayOvertakesARetry(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, _ := r.open(v.URL)
		r.happen(1)
		r.round()
		var first id.Delivery
		r.read(func(tx *db.Tx) error {
			list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e.ID, State: webhook.Delivered})
			first = list[0].ID
			return err
		})
		order := []int64{}
		v.answers(func(got event) int {
			order = append(order, got.Data.Version)
			if len(order) == 1 {
				r.write(func(tx *db.Tx) error { _, err := webhook.Replay(tx, []id.Delivery{first}); return err })
				return 500
			}
			return 200
		})
		r.happen(1)
		r.round()
		r.clock.Advance(time.Minute)
		r.round()
		if !slices.Equal(order, []int64{2, 1, 2}) {
			t.Errorf("came as %v", order)
		}
		r.sound()
	})
}
