package review_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
)

// place puts an order with one line of goods into the database.
func place(t *testing.T, d *db.DB, state order.Review, change func(*order.Order)) id.Order {
	t.Helper()
	var o *order.Order
	dbtest.Write(t, d, func(tx *db.Tx) error {
		o = &order.Order{ID: id.Order(tx.NewID()), Shop: 7, Kind: order.Normal, Currency: "CNY", ChannelState: order.ToShip, Review: state,
			Goods: 100, Total: 100, AcceptedAt: tx.Now(), Version: 1}
		o.ExternalNo = o.ID.String()
		o.Lines = []*order.Line{{ID: id.Line(tx.NewID()), Order: o.ID, Position: 1, Kind: order.Goods, SKU: 1, Code: "A", Price: 100, Due: 100, Ordered: 1}}
		if change != nil {
			change(o)
		}
		if _, err := order.Place(tx, []*order.Order{o}); err != nil {
			return err
		}
		return order.Settle(tx, []*order.Order{o}, func(*order.Order) string { return "{}" })
	})
	return o.ID
}

func draft(handle string, person bool) review.HoldDraft {
	return review.HoldDraft{Kind: "buyer_message", Handle: handle, ReasonZH: "有留言", ReasonEN: "A message", Source: "test", NeedsPerson: person}
}

func hold(t *testing.T, d *db.DB, holds ...review.Hold) []fault.Outcome[id.Hold] {
	t.Helper()
	var out []fault.Outcome[id.Hold]
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = review.Place(tx, holds); return err })
	return out
}

func release(t *testing.T, d *db.DB, ends ...review.HoldEnd) []fault.Outcome[bool] {
	t.Helper()
	var out []fault.Outcome[bool]
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = review.Release(tx, ends); return err })
	return out
}

func live(t *testing.T, d *db.DB, o id.Order) []review.Hold {
	t.Helper()
	var out map[id.Order][]review.Hold
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { out, err = review.Live(tx, []id.Order{o}); return err })
	return out[o]
}

func work(t *testing.T, d *db.DB, f review.Filter) []review.Exception {
	t.Helper()
	var out []review.Exception
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { out, err = review.List(tx, f); return err })
	return out
}

func story(t *testing.T, d *db.DB, object int64) string {
	t.Helper()
	var words []string
	dbtest.Read(t, d, func(tx *db.Tx) error {
		rows, err := journal.Timeline(tx, object, 0, 100)
		for _, r := range rows {
			words = append(words, r.What)
		}
		return err
	})
	return strings.Join(words, " ")
}

// clean proves that the room's own books fit.
func clean(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		if _, breaches, err := review.Audit(tx); err != nil || len(breaches) > 0 {
			t.Errorf("audit: %q, %v", breaches, err)
		}
		return nil
	})
}

func TestHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := place(t, d, order.Passed, nil)
		first := hold(t, d, review.Hold{Order: o, Shop: 7, HoldDraft: draft("m", true)}, review.Hold{Order: o, HoldDraft: draft("n", false)},
			review.Hold{Order: o, HoldDraft: draft("m", true)}, review.Hold{Order: o, HoldDraft: draft("", true)}, review.Hold{HoldDraft: draft("x", true)})
		t.Run("the same handle is the same hold", func(t *testing.T) {
			if first[0].Value == 0 || first[0] != first[2] || first[0] == first[1] {
				t.Errorf("%+v", first)
			}
			if again := hold(t, d, review.Hold{Order: o, HoldDraft: draft("m", true)}); again[0] != first[0] {
				t.Errorf("%+v", again)
			}
			if got := live(t, d, o); len(got) != 2 || got[0].Blocks != review.BlocksRelease || got[0].ReleaseHow != review.ByPerson {
				t.Errorf("%+v", got)
			}
			if got := story(t, d, int64(first[0].Value)); got != "hold_placed" {
				t.Error(got)
			}
		})
		t.Run("a member without a handle or an order is refused alone", func(t *testing.T) {
			for _, o := range first[3:] {
				if o.Fault == nil || o.Fault.Code != "hold_invalid" {
					t.Errorf("%+v", o)
				}
			}
		})
		t.Run("what needs a person stands in a queue until it is released", func(t *testing.T) {
			list := work(t, d, review.Filter{Order: o})
			if len(list) != 1 || list[0].Kind != "buyer_message" || list[0].Shop != 7 || list[0].ZH != "有留言" {
				t.Fatalf("%+v", list)
			}
			dbtest.Write(t, d, func(tx *db.Tx) error {
				out, err := review.Close(tx, []id.Exception{list[0].ID}, "done")
				if out[0].Fault == nil || out[0].Fault.Code != "exception_held" {
					t.Errorf("closed beside its hold: %+v", out)
				}
				return err
			})
			clean(t, d)
			out := release(t, d, review.HoldEnd{Order: o, Handle: "m", How: "读过"}, review.HoldEnd{Order: o, Handle: "m", How: "读过"},
				review.HoldEnd{Order: o, Handle: "n", How: " "})
			if !out[0].Value || out[1].Value || out[1].Fault != nil || out[2].Fault == nil {
				t.Errorf("%+v", out)
			}
			if len(work(t, d, review.Filter{})) != 0 || len(work(t, d, review.Filter{Order: o, Settled: true})) != 1 {
				t.Error("the exception is still open")
			}
			if got := story(t, d, int64(first[0].Value)) + ", " + story(t, d, int64(list[0].ID)); got != "hold_placed hold_released, exception_opened exception_closed" {
				t.Error(got)
			}
			clean(t, d)
		})
		t.Run("after its release the handle is free again", func(t *testing.T) {
			if again := hold(t, d, review.Hold{Order: o, HoldDraft: draft("m", true)}); again[0].Value == first[0].Value {
				t.Error("a released hold lives again")
			}
			dbtest.Read(t, d, func(tx *db.Tx) error {
				all, err := review.Holds(tx, o, 0, 10)
				if len(all) != 3 || all[0].ReleasedWhy != "读过" || all[0].ReleasedBy != "test" {
					t.Errorf("%+v", all)
				}
				return err
			})
		})
		t.Run("an ended order is stopped by nothing", func(t *testing.T) {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				n, err := review.ReleaseAll(tx, []id.Order{o, o, 5}, "cancelled")
				if n != 2 {
					t.Errorf("released %d", n)
				}
				return err
			})
			if len(live(t, d, o))+len(work(t, d, review.Filter{})) != 0 {
				t.Error("something is left")
			}
			clean(t, d)
		})
	})
}

// Elsewhere, resolving a hold that does not exist creates it.
func TestC31_ReleasingWhatDoesNotExistCreatesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := place(t, d, order.Passed, nil)
		for range 3 {
			out := release(t, d, review.HoldEnd{Order: o, Handle: "never", How: "x"}, review.HoldEnd{Order: 12345, Handle: "never", How: "x"})
			if out[0] != (fault.Outcome[bool]{}) || out[1] != (fault.Outcome[bool]{}) {
				t.Fatalf("%+v", out)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			proved, _, err := review.Audit(tx)
			if proved["hold"]+proved["exception"] != 0 {
				t.Errorf("%v", proved)
			}
			return err
		})
		placed := hold(t, d, review.Hold{Order: o, HoldDraft: draft("m", true)})
		out := release(t, d, review.HoldEnd{Order: o, Handle: "m", Kind: "below_cost", How: "x"})
		if out[0].Fault == nil || !errors.Is(out[0].Fault, review.ErrHoldKind) || len(live(t, d, o)) != 1 {
			t.Errorf("a hold of another kind: %+v", out)
		}
		for want := range 2 {
			out := release(t, d, review.HoldEnd{Order: o, Handle: "m", Kind: "buyer_message", How: "x"})
			if out[0].Fault != nil || out[0].Value != (want == 0) || story(t, d, int64(placed[0].Value)) != "hold_placed hold_released" {
				t.Errorf("release %d: %+v", want+1, out)
			}
		}
	})
}

func TestReleaseDue(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		o, other := place(t, d, order.Passed, nil), place(t, d, order.Passed, nil)
		timed := func(minutes int64, how review.ReleaseHow) review.HoldDraft {
			h := draft(fmt.Sprintf("t%d", minutes), true)
			h.Deadline, h.ReleaseHow = d.Now()+db.Instant(minutes*60_000_000), how
			return h
		}
		hold(t, d, review.Hold{Order: o, HoldDraft: timed(10, review.ByDeadline)}, review.Hold{Order: o, HoldDraft: timed(30, review.ByDeadline)},
			review.Hold{Order: other, HoldDraft: timed(5, review.ByPerson)})
		due := func() (orders []id.Order) {
			dbtest.Write(t, d, func(tx *db.Tx) (err error) { orders, err = review.ReleaseDue(tx, 100); return err })
			return orders
		}
		if got := due(); got != nil {
			t.Fatalf("before: %v", got)
		}
		clock.Advance(10 * 60 * 1e9)
		if got := due(); len(got) != 1 || got[0] != o || len(live(t, d, o)) != 1 || len(work(t, d, review.Filter{Order: o})) != 1 {
			t.Fatalf("at the deadline: %v", got)
		}
		if got := due(); got != nil || len(live(t, d, other)) != 1 {
			t.Fatalf("again: %v", got)
		}
		clean(t, d)
	})
}

// Work of another shop is neither listed nor counted; work of no shop is for who sees all.
func TestExceptionsInScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			_, err := review.Open(tx, []review.Exception{{Kind: "odd", Key: "1", ZH: "一", EN: "one", Shop: 1},
				{Kind: "odd", Key: "2", ZH: "二", EN: "two", Shop: 2}, {Kind: "odd", Key: "3", ZH: "三", EN: "three"}})
			return err
		})
		for want, scope := range map[int]staff.Scope{3: staff.Everywhere(), 1: {Shops: []id.Shop{2, 7}}, 0: {}} {
			list := work(t, d, review.Filter{Scope: &scope})
			var counted int64
			dbtest.Read(t, d, func(tx *db.Tx) error {
				tallies, err := review.CountsIn(tx, scope)
				for _, n := range tallies {
					counted += n.Open
				}
				return err
			})
			if len(list) != want || counted != int64(want) {
				t.Errorf("%+v: %d listed, %d counted, want %d", scope, len(list), counted, want)
			}
		}
	})
}

func TestExceptions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		open := func(list ...review.Exception) (out []fault.Outcome[id.Exception]) {
			dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = review.Open(tx, list); return err })
			return out
		}
		one := review.Exception{Kind: "unreadable", Key: "tb/1", ZH: "消息无法读取", EN: "A message cannot be read", Raw: seal.Bytes("sealed")}
		two := review.Exception{Kind: "unreadable", Key: "tb/2", ZH: "消息无法读取", EN: "A message cannot be read", Order: 9}
		odd := review.Exception{Kind: "cancel_left", Key: "tb/1", ZH: "取消无对应", EN: "A cancellation fits nothing"}
		first := open(two, one, odd, one, review.Exception{Kind: "unreadable", ZH: "无键", EN: "no key"})
		if first[1] != first[3] || first[0] == first[1] || first[4].Fault == nil || open(one)[0] != first[1] {
			t.Fatalf("%+v", first)
		}
		t.Run("queues are counted and paged", func(t *testing.T) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				got, err := review.Counts(tx)
				if diff := cmp.Diff([]review.Tally{{Kind: "cancel_left", Open: 1}, {Kind: "unreadable", Open: 2}}, got); diff != "" {
					t.Error(diff)
				}
				raw, err2 := review.Raw(tx, first[1].Value)
				if string(raw) != "sealed" || err2 != nil {
					t.Errorf("raw %q, %v", []byte(raw), err2)
				}
				if _, err := review.Raw(tx, 1); !errors.Is(err, review.ErrExceptionMissing) {
					t.Error(err)
				}
				return err
			})
			var seen []id.Exception
			f := review.Filter{Kind: "unreadable", Limit: 1}
			for page := work(t, d, f); len(page) > 0; page = work(t, d, f) {
				f.After = page[0].ID
				seen = append(seen, f.After)
			}
			if len(seen) != 2 || len(work(t, d, review.Filter{Order: 9, Kind: "unreadable", After: 1, Limit: 5})) != 1 {
				t.Errorf("%v", seen)
			}
		})
		t.Run("what was settled does not come again", func(t *testing.T) {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				out, err := review.Close(tx, []id.Exception{first[1].Value, first[1].Value, 1}, "改好")
				if !out[0].Value || out[1].Value || !errors.Is(out[2].Fault, review.ErrExceptionMissing) {
					t.Errorf("%+v", out)
				}
				return err
			})
			if open(one)[0] != first[1] || len(work(t, d, review.Filter{Kind: "unreadable"})) != 1 {
				t.Error("it is open again")
			}
			settled := work(t, d, review.Filter{Settled: true})
			if len(settled) != 1 || settled[0].ClosedHow != "改好" || settled[0].ClosedBy != "test" || settled[0].Version != 2 {
				t.Errorf("%+v", settled)
			}
			dbtest.Write(t, d, func(tx *db.Tx) error {
				out, err := review.Close(tx, []id.Exception{first[0].Value}, "")
				if !errors.Is(out[0].Fault, review.ErrHow) {
					t.Errorf("%+v", out)
				}
				return err
			})
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			named, err := review.Orders(tx, 0, 10)
			if diff := cmp.Diff([]review.Named{{Order: 9}}, named); diff != "" {
				t.Error(diff)
			}
			return err
		})
		clean(t, d)
	})
}

func TestAuditFindsWhatDoesNotFit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := place(t, d, order.Passed, nil)
		hold(t, d, review.Hold{Order: o, HoldDraft: draft("m", true)})
		for _, c := range []struct{ do, undo, want string }{
			{`UPDATE exceptions SET closed_at = 1, closed_by = 'x', closed_how = 'x'`, `UPDATE exceptions SET closed_at = 0`, "no open exception"},
			{`UPDATE holds SET released_at = 1, released_by = 'x', released_why = 'x'`, `UPDATE holds SET released_at = 0`, "hold is not live"},
			{`UPDATE holds SET released_at = 1, released_by = '', needs_person = FALSE`, `UPDATE holds SET released_at = 0, needs_person = TRUE`, "does not say by whom"},
		} {
			dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(c.do); return err })
			dbtest.Read(t, d, func(tx *db.Tx) error {
				if _, got, err := review.Audit(tx); err != nil || !strings.Contains(strings.Join(got, "; "), c.want) {
					t.Errorf("%q, %v; want %q", got, err, c.want)
				}
				return nil
			})
			dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(c.undo); return err })
		}
		clean(t, d)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			named, err := review.Orders(tx, 0, 10)
			if diff := cmp.Diff([]review.Named{{Order: o, Held: true}}, named); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func TestInstall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		install := func() (n int) {
			dbtest.Write(t, d, func(tx *db.Tx) (err error) { n, err = review.Install(tx); return err })
			return n
		}
		if n := install(); n != len(review.BuiltIn()) {
			t.Fatalf("installed %d", n)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			rules, err := rule.Live(tx, review.KindReview)
			if err != nil {
				return err
			}
			renamed := rules[0]
			renamed.Name, renamed.Active = "改过名", false
			_, err = rule.Save(tx, renamed)
			return err
		})
		if n := install(); n != 0 {
			t.Errorf("installed %d again", n)
		}
		kinds, err := rule.NewKinds(review.Kinds()...)
		if err != nil {
			t.Fatal(err)
		}
		shelf := rule.NewShelf(kinds)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			set, err := shelf.Set(tx, review.KindReview)
			if err != nil {
				return err
			}
			f := plain()
			f.Units = 1000
			if v := review.Judge(set, []*review.Facts{f}, tx.Now())[0]; len(v.Holds) != 1 || v.Holds[0].Kind != "absurd_quantity" {
				t.Errorf("%+v", v)
			}
			return nil
		})
	})
}

func TestFieldsNameEveryFact(t *testing.T) {
	for _, c := range []struct {
		facts  any
		fields []review.Field
	}{{review.Facts{}, review.Fields()}, {review.Shortage{}, review.ShortageFields()}} {
		var tags, names []string
		for i := range reflect.TypeOf(c.facts).NumField() {
			if tag := reflect.TypeOf(c.facts).Field(i).Tag.Get("expr"); tag != "-" {
				tags = append(tags, tag)
			}
		}
		for _, f := range c.fields {
			names = append(names, f.Name)
			if f.ZH == "" || f.EN == "" {
				t.Errorf("%s has no words", f.Name)
			}
		}
		if diff := cmp.Diff(tags, names); diff != "" {
			t.Error(diff)
		}
	}
}

func TestRenew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := place(t, d, order.Passed, nil)
		renew := func(holds ...review.HoldDraft) (placed []review.Hold) {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				locked, err := order.Lock(tx, []id.Order{o})
				if err != nil {
					return err
				}
				placed, err = review.Renew(tx, []review.Judged{{Order: locked[0], Verdict: review.Verdict{Holds: holds}}})
				return err
			})
			return placed
		}
		forbidden := review.HoldDraft{Kind: review.HoldForbidden, Handle: "rule:1", ReasonZH: "禁发", ReasonEN: "forbidden", ReleaseHow: review.ByFacts, Facts: `{"a":1}`}
		message := draft("rule:2", true)
		message.Facts = `{"buyer_message":{"chars":3}}`
		finance := review.HoldDraft{Kind: review.HoldFinance, Handle: "rule:3/finance", ReasonZH: "高", ReasonEN: "high", Blocks: review.BlocksPass, ReleaseHow: review.ByFinance}

		if placed := renew(forbidden, message); len(placed) != 2 || len(live(t, d, o)) != 2 {
			t.Fatalf("%+v", placed)
		}
		if placed := renew(forbidden, message); len(placed) != 0 || len(live(t, d, o)) != 2 {
			t.Errorf("the same again: %+v", placed)
		}
		release(t, d, review.HoldEnd{Order: o, Handle: "rule:2", How: "读过"})
		if placed := renew(message); len(placed) != 0 || len(live(t, d, o)) != 0 {
			t.Errorf("settled for these facts, and allowed by the platform: %+v, %+v", placed, live(t, d, o))
		}
		message.Facts = `{"buyer_message":{"chars":9}}`
		if placed := renew(forbidden, message); len(placed) != 2 {
			t.Errorf("forbidden again, another message: %+v", placed)
		}
		renew(finance)
		var kinds []string
		for _, h := range live(t, d, o) {
			kinds = append(kinds, fmt.Sprint(h.Kind, " ", h.Blocks, " ", h.ReleaseHow))
		}
		if got := strings.Join(kinds, ", "); got != "buyer_message release person, finance_review release person" {
			t.Error(got)
		}
		clean(t, d)
	})
}

func TestHoldsOfManyOrdersInOneBatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var holds []review.Hold
		for i := range 300 {
			h := review.Hold{Order: id.Order(1000 - i), HoldDraft: draft("m", i%3 == 0)}
			h.Facts = `{"n":` + fmt.Sprint(i) + `}`
			holds = append(holds, h)
		}
		out := hold(t, d, holds...)
		seen := map[id.Hold]bool{}
		for i, o := range out {
			seen[o.Value] = true
			if got := live(t, d, holds[i].Order); i%50 == 0 && (len(got) != 1 || got[0].ID != o.Value || !json.Valid([]byte(got[0].Facts))) {
				t.Fatalf("%d: %+v", i, got)
			}
		}
		if len(seen) != 300 {
			t.Errorf("%d holds", len(seen))
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			n, err := review.ReleaseAll(tx, []id.Order{1000, 999, 998, 997}, "x")
			if n != 4 {
				t.Error(n)
			}
			return err
		})
		clean(t, d)
		err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
			out, err := review.Place(tx, []review.Hold{{Order: 1, HoldDraft: review.HoldDraft{Kind: "x", Handle: "a\x00", ReasonZH: "一", ReasonEN: "a"}},
				{Order: 1, HoldDraft: review.HoldDraft{Kind: "x", Handle: "b", ReasonZH: "一", ReasonEN: "a"}}})
			if err == nil && (out[0].Fault == nil || out[1].Fault != nil) {
				t.Errorf("%+v", out)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
