package rule_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/rule"
)

func save(t *testing.T, d *db.DB, r rule.Rule) (saved rule.Rule, err error) {
	t.Helper()
	err = d.Write(t.Context(), dbtest.By, func(tx *db.Tx) (err error) { saved, err = rule.Save(tx, r); return err })
	return saved, err
}

func mustSave(t *testing.T, d *db.DB, r rule.Rule) rule.Rule {
	t.Helper()
	saved, err := save(t, d, r)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func fresh(name, expr string) rule.Rule {
	return rule.Rule{Kind: "review", Name: name, Owner: "ann", Priority: 10, Expr: expr, Then: json.RawMessage(`{"hold": "look"}`),
		Scope: rule.Scope{"shop": {"A", "B"}}, Active: true}
}

func TestSave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := mustSave(t, d, fresh(" 一 ", `cod`))
		live := func() (list []rule.Rule) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { list, err = rule.Live(tx, "review"); return err })
			return list
		}
		t.Run("a new rule is version 1 and reads back as it was written", func(t *testing.T) {
			want := fresh("一", `cod`)
			want.ID, want.Version = first.ID, 1
			if diff := cmp.Diff([]rule.Rule{want}, live()); diff != "" || first.ID == 0 {
				t.Error(diff)
			}
		})
		t.Run("a change is a new version and the old one stays in the history", func(t *testing.T) {
			change := first
			change.Expr, change.Active = `not cod`, false
			second := mustSave(t, d, change)
			if second.Version != 2 || len(live()) != 1 || live()[0].Expr != `not cod` {
				t.Errorf("%+v", live())
			}
			var history []rule.Saved
			var words []string
			dbtest.Read(t, d, func(tx *db.Tx) (err error) {
				if history, err = rule.History(tx, first.ID, 0, 10); err != nil {
					return err
				}
				rows, err := journal.Timeline(tx, int64(first.ID), 0, 10)
				for _, r := range rows {
					words = append(words, fmt.Sprint(r.What, r.Version))
				}
				return err
			})
			if len(history) != 2 || history[0].Expr != `cod` || history[0].Live || !history[1].Live || history[1].SavedAt == 0 {
				t.Errorf("%+v", history)
			}
			if got := strings.Join(words, " "); got != "rule_saved1 rule_saved2" {
				t.Error(got)
			}
			if again := mustSave(t, d, second); again.Version != 2 {
				t.Errorf("nothing changed: %+v", again)
			}
		})
		for name, c := range map[string]struct {
			change func(*rule.Rule)
			want   *fault.Fault
		}{
			"a stale version":        {func(r *rule.Rule) { r.Priority = 1 }, rule.ErrVersion},
			"an unknown rule":        {func(r *rule.Rule) { r.ID = 12345 }, rule.ErrMissing},
			"a name that is taken":   {func(r *rule.Rule) { r.ID = 0 }, rule.ErrName},
			"no name":                {func(r *rule.Rule) { r.ID, r.Name = 0, " " }, rule.ErrInvalid},
			"a name with NUL":        {func(r *rule.Rule) { r.ID, r.Name = 0, "a\x00" }, rule.ErrInvalid},
			"a verdict that is none": {func(r *rule.Rule) { r.ID, r.Then = 0, json.RawMessage(`{`) }, rule.ErrInvalid},
			"an empty expression":    {func(r *rule.Rule) { r.ID, r.Expr = 0, "" }, rule.ErrInvalid},
			"a scope of 10 MB":       {func(r *rule.Rule) { r.ID, r.Scope = 0, rule.Scope{"shop": {strings.Repeat("x", 10<<20)}} }, rule.ErrInvalid},
		} {
			t.Run(name+" is refused", func(t *testing.T) {
				r := first
				c.change(&r)
				if _, err := save(t, d, r); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			names, err := rule.Names(tx, "review")
			if diff := cmp.Diff(map[string]bool{"一": true}, names); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

// Two who change the same version, or take the same name, at the same time: one wins.
func TestSaveAtTheSameTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := mustSave(t, d, fresh("一", `cod`))
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := map[string]int{}
		try := func(what string, r rule.Rule) {
			if _, err := save(t, d, r); err == nil {
				mu.Lock()
				won[what]++
				mu.Unlock()
			} else if !errors.Is(err, rule.ErrVersion) && !errors.Is(err, rule.ErrName) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for i := range 8 {
			change, taken := first, fresh("二", `cod`)
			change.Priority = 100 + i
			taken.Priority = i
			wg.Go(func() { try("change", change) })
			wg.Go(func() { try("name", taken) })
		}
		wg.Wait()
		if diff := cmp.Diff(map[string]int{"change": 1, "name": 1}, won); diff != "" {
			t.Error(diff)
		}
	})
}

func TestShelf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		kinds, err := rule.NewKinds(holdKind())
		if err != nil {
			t.Fatal(err)
		}
		shelf := rule.NewShelf(kinds)
		set := func() (s *rule.Set) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { s, err = shelf.Set(tx, "review"); return err })
			return s
		}
		empty := set()
		if empty.Len() != 0 || empty != set() {
			t.Error("an empty set is made twice")
		}
		first := mustSave(t, d, fresh("一", `cod and total > 1`))
		one := set()
		if one == empty || one.Len() != 1 || one != set() {
			t.Errorf("%d rules", one.Len())
		}
		if diff := cmp.Diff([]string{"cod", "total"}, one.Looks(first.ID)); diff != "" || one.Looks(1) != nil {
			t.Error(diff)
		}
		t.Run("an undone change leaves nothing behind", func(t *testing.T) {
			wrong := errors.New("undo")
			change := first
			err := d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error {
				change.Expr = `not cod`
				if _, err := rule.Save(tx, change); err != nil {
					return err
				}
				inside, err := shelf.Set(tx, "review")
				if err != nil || inside == one {
					t.Errorf("the change is not seen by its own transaction: %v", err)
				}
				return wrong
			})
			if !errors.Is(err, wrong) {
				t.Fatal(err)
			}
			if set().Version() != one.Version() {
				t.Error("the undone rule is still judged")
			}
			change.Expr = `not cod and flag == 1`
			mustSave(t, d, change) // the same version number as the undone one
			if got := set(); got.Version() == one.Version() || len(got.Looks(first.ID)) != 2 {
				t.Error("the new rule is not judged")
			}
		})
		t.Run("many ask at once", func(t *testing.T) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					if set().Len() != 1 {
						t.Error("another set")
					}
				})
			}
			wg.Wait()
		})
		if err := shelf.Check(fresh("x", `totel > 1`)); fault.Of(err) == nil || fault.Of(err).Code != "rule_name" {
			t.Error(err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			if _, err := shelf.Set(tx, "gift"); fault.KindOf(err) != fault.Internal {
				t.Error(err)
			}
			return nil
		})
		if err := shelf.Check(rule.Rule{Kind: "gift"}); fault.KindOf(err) != fault.Internal {
			t.Error(err)
		}
	})
}

func TestRulesOfAnotherKindStayApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		other := fresh("一", `cod`)
		other.Kind = "sourcing"
		mustSave(t, d, fresh("一", `cod`))
		mustSave(t, d, other)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			list, err := rule.Live(tx, "review")
			if len(list) != 1 || list[0].ID == id.Rule(0) {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}
