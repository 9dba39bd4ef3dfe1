package review_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

type verb func(*db.Tx, []review.Decision) ([]fault.Outcome[order.Review], error)

func decide(t *testing.T, d *db.DB, v verb, list ...review.Decision) []fault.Outcome[order.Review] {
	t.Helper()
	for i := range list {
		if list[i].Reason == "" {
			list[i].Reason = "看过"
		}
	}
	var out []fault.Outcome[order.Review]
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = v(tx, list); return err })
	return out
}

func get(t *testing.T, d *db.DB, o id.Order) *order.Order {
	t.Helper()
	var list []*order.Order
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { list, err = order.Get(tx, []id.Order{o}); return err })
	return list[0]
}

var financeHold = review.HoldDraft{Kind: review.HoldFinance, Handle: "rule:1/finance", ReasonZH: "高", ReasonEN: "high",
	Blocks: review.BlocksPass, ReleaseHow: review.ByFinance}

var serviceHold = review.HoldDraft{Kind: review.HoldService, Handle: "rule:2/service", ReasonZH: "看", ReasonEN: "look",
	Blocks: review.BlocksPass, ReleaseHow: review.ByService}

// Every state meets every verb, with and without a word of finance.
func TestEveryMove(t *testing.T) {
	const refused = order.Review("refused")
	states := []order.Review{order.Pending, order.PassedService, order.Passed, order.Rejected}
	want := map[string][4]order.Review{ // by state, in the order of states
		"service":         {order.Passed, order.PassedService, order.Passed, refused},
		"service/finance": {order.PassedService, order.PassedService, order.Passed, refused},
		"finance":         {refused, order.Passed, order.Passed, refused},
		"finance/finance": {refused, order.Passed, order.Passed, refused},
		"reject":          {order.Rejected, order.Rejected, refused, order.Rejected},
		"reject/finance":  {order.Rejected, order.Rejected, refused, order.Rejected},
		"take back":       {order.Pending, order.Pending, order.Pending, order.Pending},
		"take/finance":    {order.Pending, order.Pending, order.Pending, order.Pending},
		"delay":           {order.Pending, order.Pending, order.Pending, refused},
		"delay/finance":   {order.Pending, order.Pending, order.Pending, refused},
	}
	verbs := map[string]struct {
		verb verb
		step review.Step
	}{"service": {review.Pass, review.Service}, "finance": {review.Pass, review.Finance}, "reject": {review.Reject, ""},
		"take back": {review.TakeBack, ""}, "take": {review.TakeBack, ""}, "delay": {review.Delay, ""}}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, by := range want {
			word, asks := name, false
			if w, ok := cutFinance(name); ok {
				word, asks = w, true
			}
			for i, state := range states {
				o := place(t, d, state, nil)
				if asks {
					hold(t, d, review.Hold{Order: o, HoldDraft: financeHold})
				}
				v := verbs[word]
				out := decide(t, d, v.verb, review.Decision{Order: o, Step: v.step, Until: d.Now() + 60_000_000})[0]
				got, after := out.Value, get(t, d, o)
				if out.Fault != nil {
					got = refused
					if !errors.Is(out.Fault, review.ErrMove) || after.Review != state || after.Version != 1 {
						t.Errorf("%s of %s: %v, left as %s v%d", name, state, out.Fault, after.Review, after.Version)
					}
				} else if after.Review != got || (after.DelayUntil > 0) != (word == "delay") {
					t.Errorf("%s of %s: told %s, stored %s until %d", name, state, got, after.Review, after.DelayUntil)
				}
				if got != by[i] {
					t.Errorf("%s of %s gives %s, want %s", name, state, got, by[i])
				}
			}
		}
	})
	for _, m := range review.States() {
		if m.Axis != "review" || m.ZH == "" || m.EN == "" || m.Verb == "" {
			t.Errorf("%+v", m)
		}
	}
}

func cutFinance(name string) (string, bool) {
	const tail = "/finance"
	if len(name) > len(tail) && name[len(name)-len(tail):] == tail {
		return name[:len(name)-len(tail)], true
	}
	return name, false
}

func TestPass(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		t.Run("service and then finance, each ends its own hold", func(t *testing.T) {
			o := place(t, d, order.Pending, nil)
			hold(t, d, review.Hold{Order: o, HoldDraft: serviceHold}, review.Hold{Order: o, HoldDraft: financeHold},
				review.Hold{Order: o, HoldDraft: draft("m", true)})
			pass := review.Decision{Order: o, Step: review.Service}
			finance := review.Decision{Order: o, Step: review.Finance}
			if out := decide(t, d, review.Pass, finance, pass, pass, finance, finance); out[0].Fault == nil || out[1].Value != order.PassedService ||
				out[2].Value != order.PassedService || out[3].Value != order.Passed || out[4].Value != order.Passed {
				t.Errorf("%+v", out)
			}
			if left := live(t, d, o); len(left) != 1 || left[0].Handle != "m" {
				t.Errorf("%+v", left)
			}
			if got := story(t, d, int64(o)); got != "accepted reviewed reviewed" {
				t.Error(got)
			}
			clean(t, d)
		})
		t.Run("a pass is taken back until release", func(t *testing.T) {
			o := place(t, d, order.Passed, func(o *order.Order) { o.Lines[0].Reserved, o.Lines[0].Allocated = 1, 1 })
			for name, v := range map[string]verb{"take back": review.TakeBack, "delay": review.Delay} {
				out := decide(t, d, v, review.Decision{Order: o, Until: d.Now() + 1})[0]
				if !errors.Is(out.Fault, order.ErrReleased) || get(t, d, o).Review != order.Passed {
					t.Errorf("%s: %+v", name, out)
				}
			}
		})
		t.Run("one refused member leaves the others alone", func(t *testing.T) {
			ended := place(t, d, order.Pending, func(o *order.Order) { o.CancelledAt = 1 })
			good := place(t, d, order.Pending, nil)
			out := decide(t, d, review.Pass, review.Decision{Order: 4, Step: review.Service}, review.Decision{Order: good, Step: review.Service, Reason: " "},
				review.Decision{Order: ended, Step: review.Service}, review.Decision{Order: good, Step: "boss"},
				review.Decision{Order: good, Step: review.Service})
			for i, want := range []*fault.Fault{order.ErrMissing, review.ErrHow, order.ErrEnded, review.ErrStep} {
				if !errors.Is(out[i].Fault, want) {
					t.Errorf("%d: %v, want %v", i, out[i].Fault, want)
				}
			}
			if out[4].Value != order.Passed {
				t.Errorf("%+v", out[4])
			}
		})
		t.Run("a delay is over", func(t *testing.T) {
			plainly, looked, finance, early, passed := place(t, d, order.Pending, nil), place(t, d, order.Pending, nil),
				place(t, d, order.PassedService, nil), place(t, d, order.Pending, nil), place(t, d, order.Passed, nil)
			hold(t, d, review.Hold{Order: looked, HoldDraft: serviceHold}, review.Hold{Order: finance, HoldDraft: financeHold})
			soon, late := d.Now()+60_000_000, d.Now()+600_000_000
			decide(t, d, review.Delay, review.Decision{Order: plainly, Until: soon}, review.Decision{Order: looked, Until: soon},
				review.Decision{Order: finance, Until: soon}, review.Decision{Order: early, Until: late})
			clock.Advance(60 * 1e9)
			var out []fault.Outcome[order.Review]
			dbtest.Write(t, d, func(tx *db.Tx) (err error) {
				out, err = review.PassDue(tx, []id.Order{plainly, looked, finance, early, passed})
				return err
			})
			for i, want := range []order.Review{order.Passed, order.Pending, order.PassedService, order.Pending, order.Passed} {
				if out[i].Fault != nil || out[i].Value != want {
					t.Errorf("%d: %+v, want %s", i, out[i], want)
				}
			}
			if o := get(t, d, looked); o.DelayUntil != 0 || len(live(t, d, looked)) != 1 {
				t.Errorf("a rule asked for a person: %+v", o)
			}
			if get(t, d, early).DelayUntil != late || get(t, d, passed).Version != 1 {
				t.Error("what was not due changed")
			}
			out = decide(t, d, review.Delay, review.Decision{Order: early, Until: d.Now()}, review.Decision{Order: early, Until: d.Now() * 2})
			if !errors.Is(out[0].Fault, review.ErrUntil) || !errors.Is(out[1].Fault, review.ErrUntil) {
				t.Errorf("%+v", out)
			}
		})
	})
}
