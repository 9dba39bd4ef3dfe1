package fulfilment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	ful "baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

const here = id.Warehouse(7)

func draft(order id.Order, items ...ful.Item) ful.Draft {
	for i := range items {
		items[i].Order = order
	}
	return ful.Draft{Warehouse: here, Shop: 3, Recipient: 9, Digest: []byte{1}, Region: "310104", Items: items}
}

func item(line id.Line, sku id.SKU, qty int64) ful.Item {
	return ful.Item{Line: line, SKU: sku, Qty: qty}
}

func write(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) { t.Helper(); dbtest.Write(t, d, fn) }

func plan(t *testing.T, d *db.DB, drafts ...ful.Draft) []*ful.Package {
	t.Helper()
	var out []*ful.Package
	write(t, d, func(tx *db.Tx) (err error) { out, err = ful.Plan(tx, drafts); return err })
	return out
}

func idsOf(packages []*ful.Package) []id.Package {
	all := make([]id.Package, len(packages))
	for i, p := range packages {
		all[i] = p.ID
	}
	return all
}

func get(t *testing.T, d *db.DB, pack id.Package) *ful.Package {
	t.Helper()
	var p *ful.Package
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { p, err = ful.Get(tx, pack); return err })
	return p
}

// verbs are the verbs that change packages which exist, each on a whole batch.
var verbs = map[string]func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error){
	"start_pick": ful.StartPick,
	"pick":       ful.Pick,
	"hand_over":  ful.HandOver,
	"resume":     ful.Resume,
	"release": func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error) {
		packages, err := ful.Lock(tx, ids)
		if err != nil {
			return nil, err
		}
		_, outcomes, err := ful.Release(tx, here, packages)
		return outcomes, err
	},
	"void": func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error) {
		return ful.Void(tx, ids, "买家取消")
	},
	"pack": func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error) {
		return ful.Pack(tx, each(ids, func(p id.Package) ful.Packing { return ful.Packing{Package: p, WeightG: 800} }))
	},
	"stop": func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error) {
		return ful.Stop(tx, each(ids, func(p id.Package) ful.Stopping { return ful.Stopping{Package: p, Why: "申请退款"} }))
	},
	"in_transit": moveTo(ful.InTransit), "refused": moveTo(ful.Refused), "delivered": moveTo(ful.Delivered),
	"returned": moveTo(ful.Returned), "lost": moveTo(ful.Lost),
}

func each[T any](ids []id.Package, make func(id.Package) T) (all []T) {
	for _, p := range ids {
		all = append(all, make(p))
	}
	return all
}

func moveTo(s ful.State) func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error) {
	return func(tx *db.Tx, ids []id.Package) ([]fault.Outcome[*ful.Package], error) {
		return ful.Move(tx, each(ids, func(p id.Package) ful.Step { return ful.Step{Package: p, To: s, Why: "物流"} }))
	}
}

// do runs verbs one after the other on one batch and gives the last outcomes.
func do(t *testing.T, d *db.DB, ids []id.Package, words ...string) (outcomes []fault.Outcome[*ful.Package]) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) {
		for _, w := range words {
			if outcomes, err = verbs[w](tx, ids); err != nil {
				return err
			}
		}
		return nil
	})
	return outcomes
}

// reach leads packages to a state by the shortest way.
func reach(t *testing.T, d *db.DB, ids []id.Package, to ful.State) {
	t.Helper()
	way := map[ful.State]string{
		ful.Planned: "", ful.Released: "release", ful.Picking: "release start_pick", ful.Picked: "release pick",
		ful.Packed: "release pick pack", ful.Voided: "void",
	}
	words, ok := way[to]
	if !ok {
		words = "release pick pack hand_over"
		if to != ful.HandedOver {
			words += " " + string(to)
		}
	}
	for _, o := range do(t, d, ids, strings.Fields(words)...) {
		if o.Fault != nil {
			t.Fatalf("reach %s: %v", to, o.Fault)
		}
	}
}

func what(t *testing.T, d *db.DB, object int64) string {
	t.Helper()
	var words []string
	dbtest.Read(t, d, func(tx *db.Tx) error {
		rows, err := journal.Timeline(tx, object, 0, 100)
		for i, r := range rows {
			words = append(words, r.What)
			if r.Version != int64(i+1) {
				t.Errorf("version %d at place %d", r.Version, i+1)
			}
		}
		return err
	})
	return strings.Join(words, " ")
}

func clean(t *testing.T, d *db.DB) map[string]int64 {
	t.Helper()
	var proved map[string]int64
	dbtest.Read(t, d, func(tx *db.Tx) error {
		counts, breaches, err := ful.Audit(tx)
		if len(breaches) > 0 {
			t.Errorf("breaches: %s", strings.Join(breaches, "; "))
		}
		proved = counts
		return err
	})
	return proved
}

func TestJourney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := plan(t, d, draft(11, item(2, 102, 3), item(1, 101, 1)))[0]
		if got := get(t, d, p.ID); !cmp.Equal(got, p) {
			t.Fatalf("planned and loaded differ: %s", cmp.Diff(p, got))
		}
		do(t, d, []id.Package{p.ID}, "release", "start_pick", "pick", "pack", "hand_over")
		do(t, d, []id.Package{p.ID}, "in_transit", "in_transit", "delivered")
		got := get(t, d, p.ID)
		if got.State != ful.Delivered || got.WeightG != 800 || got.Units() != 4 || got.Items[0].Line != 1 ||
			got.HandedOverAt == 0 || got.EndedAt == 0 || got.PickList == 0 {
			t.Fatalf("at the end: %+v", got)
		}
		want := "planned released picking picked packed handed_over in_transit delivered" // the repeated news left no row
		if w := what(t, d, int64(p.ID)); w != want {
			t.Fatalf("timeline %q", w)
		}
		do(t, d, []id.Package{p.ID}, "returned")
		if proved := clean(t, d); proved["package"] != 1 || proved["package item"] != 2 || proved["pick list"] != 1 {
			t.Fatalf("proved %v", proved)
		}
	})
}

// One package in each state stands in one batch with one that does not exist:
// each verb moves those that the table names and refuses the others by itself.
func TestEachMemberForItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for word, run := range verbs {
			t.Run(word, func(t *testing.T) {
				states := ful.States()
				ids := idsOf(plan(t, d, drafts(len(states))...))
				for i, s := range states {
					reach(t, d, ids[i:i+1], s)
				}
				var outcomes []fault.Outcome[*ful.Package]
				write(t, d, func(tx *db.Tx) (err error) {
					outcomes, err = run(tx, slices.Clone(ids))
					return err
				})
				for i, o := range outcomes {
					checkMember(t, word, states[i], o, get(t, d, ids[i]))
				}
				clean(t, d)
			})
		}
	})
}

func drafts(n int) []ful.Draft {
	all := make([]ful.Draft, n)
	for i := range all {
		all[i] = draft(11, item(1, 101, 2))
	}
	return all
}

func checkMember(t *testing.T, word string, from ful.State, o fault.Outcome[*ful.Package], now *ful.Package) {
	t.Helper()
	ok := slices.ContainsFunc(ful.Moves(), func(m [4]string) bool {
		return m[1] == string(from) && (m[3] == word || m[3] == "move" && m[2] == word)
	})
	news := []string{"in_transit", "refused", "delivered", "returned", "lost"}
	ok = ok || word == string(from) && slices.Contains(news, word) // told again
	ok = ok || (word == "stop" || word == "resume") && !from.Out() && from != ful.Voided
	if (o.Fault == nil) != ok {
		t.Errorf("%s of a package that is %s: %v", word, from, o.Fault)
	}
	if o.Fault != nil && (!errors.Is(o.Fault, ful.ErrMove) || now.State != from) {
		t.Errorf("%s of a package that is %s: %v, it now is %s", word, from, o.Fault, now.State)
	}
	if o.Fault == nil && !cmp.Equal(o.Value, now) {
		t.Errorf("%s of a package that is %s: the outcome differs: %s", word, from, cmp.Diff(o.Value, now))
	}
}

func TestStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := idsOf(plan(t, d, drafts(2)...))
		reach(t, d, ids, ful.Packed)
		do(t, d, ids[:1], "stop")
		t.Run("hand_over/of_a_stopped_package_is_refused_and_says_why", func(t *testing.T) {
			o := do(t, d, ids, "hand_over")
			if !errors.Is(o[0].Fault, ful.ErrStopped) || !strings.Contains(o[0].Fault.ZH, "申请退款") || o[1].Fault != nil {
				t.Fatalf("%v, %v", o[0].Fault, o[1].Fault)
			}
		})
		t.Run("resume/lets_it_go_on_and_a_second_changes_nothing", func(t *testing.T) {
			do(t, d, ids[:1], "resume", "resume", "hand_over")
			if w := what(t, d, int64(ids[0])); w != "planned released picked packed stopped resumed handed_over" {
				t.Fatal(w)
			}
		})
		t.Run("stop/without_a_reason_is_refused", func(t *testing.T) {
			write(t, d, func(tx *db.Tx) error {
				for _, why := range []string{"  ", strings.Repeat("长", 201), "a\x00"} {
					o, err := ful.Stop(tx, []ful.Stopping{{Package: ids[0], Why: why}})
					if err != nil || !errors.Is(o[0].Fault, ful.ErrWhy) {
						t.Errorf("%q: %v, %v", why, o, err)
					}
				}
				return nil
			})
		})
	})
}

// C12: a thing can be shipped twice. The same package scanned twice, in one
// batch and in two, leaves once.
func TestC12SamePackageLeavesOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := plan(t, d, drafts(1)...)[0].ID
		reach(t, d, []id.Package{p}, ful.Packed)
		o := do(t, d, []id.Package{p, p}, "hand_over")
		if o[0].Fault != nil || !errors.Is(o[1].Fault, ful.ErrMove) {
			t.Fatalf("%v, %v", o[0].Fault, o[1].Fault)
		}
		if o = do(t, d, []id.Package{p}, "hand_over"); !errors.Is(o[0].Fault, ful.ErrMove) {
			t.Fatal(o[0].Fault)
		}
		if n := handOverAtOnce(t, d, 8); n != 1 {
			t.Fatalf("%d of 8 at the same time handed it over", n)
		}
		if w := what(t, d, int64(p)); strings.Count(w, "handed_over") != 1 {
			t.Fatal(w)
		}
	})
}

// handOverAtOnce has many people hand over one package and counts who did.
func handOverAtOnce(t *testing.T, d *db.DB, people int) int64 {
	t.Helper()
	p := plan(t, d, drafts(1)...)[0].ID
	reach(t, d, []id.Package{p}, ful.Packed)
	var did atomic.Int64
	var all sync.WaitGroup
	for range people {
		all.Go(func() {
			var o []fault.Outcome[*ful.Package]
			err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) (err error) {
				o, err = ful.HandOver(tx, []id.Package{p})
				return err
			})
			if err != nil {
				t.Error(err)
			} else if o[0].Fault == nil {
				did.Add(1)
			}
		})
	}
	all.Wait()
	return did.Load()
}

func TestShrink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := plan(t, d, draft(11, item(1, 101, 5), item(2, 102, 1)))[0].ID
		shrink := func(list ...ful.Less) (outcomes []fault.Outcome[*ful.Package]) {
			write(t, d, func(tx *db.Tx) (err error) { outcomes, err = ful.Shrink(tx, list); return err })
			return outcomes
		}
		o := shrink(ful.Less{p, 1, 2}, ful.Less{p, 2, 1}, ful.Less{p, 2, 1}, ful.Less{p, 1, 4}, ful.Less{p, 1, 0}, ful.Less{1, 1, 1})
		for i, want := range []error{nil, nil, ful.ErrNotInside, ful.ErrNotInside, ful.ErrQuantity, ful.ErrMissing} {
			if want == nil && o[i].Fault != nil || want != nil && !errors.Is(o[i].Fault, want) {
				t.Errorf("member %d: %v", i, o[i].Fault)
			}
		}
		if f := o[3].Fault; f == nil || !strings.Contains(f.EN, "holds 3 pieces of line L-1, 4 cannot") {
			t.Errorf("the sentence: %v", f)
		}
		if got := get(t, d, p); got.Units() != 3 || len(got.Items) != 1 || got.Version != 2 || !cmp.Equal(got, o[0].Value) {
			t.Fatalf("after: %+v", got)
		}
		shrink(ful.Less{Package: p, Line: 1, Qty: 3})
		if got := get(t, d, p); got.State != ful.Voided || len(got.Items) != 0 || got.EndedAt == 0 {
			t.Fatalf("emptied: %+v", got)
		}
		clean(t, d)
	})
}

func TestPlanIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, bad := range map[string]ful.Draft{
			"empty":               draft(11),
			"same_line_twice":     draft(11, item(1, 101, 1), item(1, 101, 1)),
			"nothing_of_it":       draft(11, item(1, 101, 0)),
			"absurd_quantity":     draft(11, item(1, 101, ful.QtyMax+1)),
			"without_a_warehouse": {Shop: 1, Items: []ful.Item{{Line: 1, Order: 1, SKU: 1, Qty: 1}}},
		} {
			t.Run(name, func(t *testing.T) {
				err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
					_, err := ful.Plan(tx, []ful.Draft{draft(11, item(1, 101, 1)), bad})
					return err
				})
				if !errors.Is(err, ful.ErrDraft) || !strings.HasPrefix(fault.Of(err).Fields[0].Name, "2.") {
					t.Fatal(err)
				}
			})
		}
		if n := clean(t, d)["package"]; n != 0 {
			t.Fatalf("%d packages were planned", n)
		}
	})
}

func TestChangesBeforeItLeaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := idsOf(plan(t, d, drafts(2)...))
		reach(t, d, ids[1:], ful.HandedOver)
		write(t, d, func(tx *db.Tx) error {
			a, err := ful.Assign(tx, []ful.Assignment{{ids[0], 5, "次日达"}, {ids[1], 5, "次日达"}})
			if err != nil {
				return err
			}
			r, err := ful.Readdress(tx, []ful.Readdressing{{ids[0], 8, []byte{2}, "110101"}, {ids[1], 8, []byte{2}, ""}})
			for _, o := range [][]fault.Outcome[*ful.Package]{a, r} {
				if err == nil && (o[0].Fault != nil || !errors.Is(o[1].Fault, ful.ErrMove)) {
					t.Errorf("%v, %v", o[0].Fault, o[1].Fault)
				}
			}
			return err
		})
		got := get(t, d, ids[0])
		if got.Carrier != 5 || got.Service != "次日达" || got.Recipient != 8 || got.RecipientDigest[0] != 2 ||
			got.Region != "110101" {
			t.Fatalf("%+v", got)
		}
		clean(t, d)
	})
}

func TestReleaseIsOfOneWarehouse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		other := draft(12, item(9, 101, 1))
		other.Warehouse = 8
		all := plan(t, d, draft(11, item(1, 102, 2), item(2, 101, 1)), other, draft(13, item(5, 102, 3)))
		var list id.PickList
		write(t, d, func(tx *db.Tx) error {
			packages, err := ful.Lock(tx, idsOf(all))
			if err != nil {
				return err
			}
			var o []fault.Outcome[*ful.Package]
			list, o, err = ful.Release(tx, here, packages)
			if err == nil && (o[0].Fault != nil || !errors.Is(o[1].Fault, ful.ErrWarehouse) || o[2].Fault != nil) {
				t.Errorf("%v", o)
			}
			return err
		})
		var got ful.List
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { got, err = ful.PickList(tx, list); return err })
		a, c := all[0].ID, all[2].ID
		want := []ful.ListRow{
			{SKU: 101, Qty: 1, Parts: []ful.ListPart{{a, 1}}},
			{SKU: 102, Qty: 5, Parts: []ful.ListPart{{a, 2}, {c, 3}}},
		}
		if !cmp.Equal(got.Rows, want) || got.Packages != 2 || got.Warehouse != here {
			t.Fatalf("%+v: %s", got, cmp.Diff(want, got.Rows))
		}
		do(t, d, []id.Package{a}, "void")
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { got, err = ful.PickList(tx, list); return err })
		if len(got.Rows) != 1 || got.Rows[0].Qty != 3 {
			t.Fatalf("the list still names a voided package: %+v", got.Rows)
		}
		if o := do(t, d, []id.Package{a}, "release"); !errors.Is(o[0].Fault, ful.ErrMove) {
			t.Fatal(o[0].Fault)
		}
		err := d.Read(context.Background(), func(tx *db.Tx) error { _, err := ful.PickList(tx, 1); return err })
		if !errors.Is(err, ful.ErrPickListMissing) {
			t.Fatal(err)
		}
		clean(t, d)
	})
}

func TestWaiting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var list []ful.Draft
		for i, shipBy := range []db.Instant{0, 300, 100, 0, 200, 100} {
			dr := draft(id.Order(i+1), item(id.Line(i+1), 101, 1))
			dr.ShipBy = shipBy
			list = append(list, dr)
		}
		list[5].Warehouse = 8
		all := plan(t, d, list...)
		reach(t, d, []id.Package{all[4].ID}, ful.Voided)
		names := func(f ful.Filter) string {
			var words []string
			for range 10 { // pages of f.Limit, to the end
				var page []*ful.Package
				dbtest.Read(t, d, func(tx *db.Tx) (err error) { page, err = ful.Waiting(tx, f); return err })
				if len(page) == 0 {
					break
				}
				for _, p := range page {
					words = append(words, fmt.Sprint(p.Items[0].Line))
				}
				f.After = page[len(page)-1].Next()
			}
			return strings.Join(words, " ")
		}
		if got := names(ful.Filter{Warehouse: here, State: ful.Planned, Limit: 2}); got != "L-3 L-2 L-1 L-4" {
			t.Errorf("of one warehouse: %s", got)
		}
		if got := names(ful.Filter{State: ful.Planned, Limit: 1}); got != "L-3 L-6 L-2 L-1 L-4" {
			t.Errorf("of all: %s", got)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			counts, err := ful.Counts(tx)
			if want := []ful.Tally{{ful.Planned, here, 4}, {ful.Planned, 8, 1}}; !cmp.Equal(counts, want) {
				t.Errorf("counts %v", counts)
			}
			return err
		})
	})
}

func TestOfOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		merged := draft(11, item(1, 101, 1))
		merged.Items = append(merged.Items, ful.Item{Line: 2, Order: 12, SKU: 101, Qty: 4})
		all := plan(t, d, merged, draft(11, item(3, 102, 1)))
		dbtest.Read(t, d, func(tx *db.Tx) error {
			found, err := ful.OfOrders(tx, []id.Order{11, 12, 13})
			if len(found) != 2 || !cmp.Equal(idsOf(found[11]), idsOf(all)) || len(found[12]) != 1 || found[12][0].Units() != 5 {
				t.Errorf("%v", found)
			}
			if err != nil {
				return err
			}
			orders, err := ful.OrdersOf(tx, idsOf(all))
			if !cmp.Equal(orders, []id.Order{11, 12}) || !cmp.Equal(all[0].Orders(), orders) {
				t.Errorf("orders %v", orders)
			}
			if err != nil {
				return err
			}
			known, err := ful.Known(tx, append(idsOf(all), 1))
			if len(known) != 2 || known[all[0].ID] != ful.Planned {
				t.Errorf("known %v", known)
			}
			return err
		})
	})
}

func TestAuditFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := plan(t, d, draft(11, item(1, 101, 1)))[0].ID
		reach(t, d, []id.Package{p}, ful.HandedOver)
		set := func(table, column, wrong, right string) [2]string {
			return [2]string{"UPDATE " + table + " SET " + column + " = " + wrong, "UPDATE " + table + " SET " + column + " = " + right}
		}
		self := fmt.Sprint(int64(p))
		for name, c := range map[string]struct {
			sql  [2]string
			want string
		}{
			"an_unknown_state":    {set("packages", "state", "'gone'", "'handed_over'"), "not known"},
			"a_missing_hand_over": {set("packages", "handed_over_at", "0", "1"), "hand-over time"},
			"an_early_end":        {set("packages", "ended_at", "1", "0"), "time of its end"},
			"a_silent_change":     {set("packages", "version", "version + 1", "version - 1"), "its journal is not"},
			"a_change_taken_back": {set("packages", "version", "version - 1", "version + 1"), "its journal is not"},
			"a_lost_item":         {set("package_items", "package_id", "1", self), "and empty"},
			"an_orphan_item":      {set("package_items", "package_id", "1", self), "there is none"},
			"a_wrong_list":        {set("pick_lists", "packages", "2", "1"), "2 packages were released"},
			"a_skipped_release":   {set("packages", "released_at", "0", "1"), "never released"},
		} {
			t.Run(name, func(t *testing.T) {
				write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(c.sql[0]); return err })
				dbtest.Read(t, d, func(tx *db.Tx) error {
					_, breaches, err := ful.Audit(tx)
					if all := strings.Join(breaches, "; "); !strings.Contains(all, c.want) {
						t.Errorf("found %q, want %q", all, c.want)
					}
					return err
				})
				write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(c.sql[1]); return err })
				clean(t, d)
			})
		}
	})
}
