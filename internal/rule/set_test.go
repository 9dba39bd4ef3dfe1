package rule_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/rule"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// verdict is what a room makes of Then.
type verdict struct {
	Hold string `json:"hold"`
}

func holdKind() rule.Kind {
	k := kind()
	k.Verdict = func(then json.RawMessage) (any, error) {
		var v verdict
		if err := json.Unmarshal(then, &v); err != nil || v.Hold == "" {
			return nil, fault.New(fault.Invalid, "review_verdict", "结论要写明挂起原因", "The verdict must name the hold")
		}
		return v, nil
	}
	return k
}

func held(n id.Rule, priority int, expr string) rule.Rule {
	return rule.Rule{
		ID: n, Kind: "review", Name: "rule " + expr, Owner: "staff", Priority: priority, Version: 1, Expr: expr,
		Then: json.RawMessage(`{"hold":"look"}`), Active: true,
	}
}

func newSet(t *testing.T, rules ...rule.Rule) *rule.Set {
	t.Helper()
	set, err := rule.NewSet(holdKind(), rules)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func ids(hits []rule.Hit) (all []id.Rule) {
	for _, hit := range hits {
		all = append(all, hit.Rule)
	}
	return all
}

func TestJudge(t *testing.T) {
	t.Run("hits come by priority and then id", func(t *testing.T) {
		set := newSet(t, held(4, 2, `cod`), held(3, 2, `cod`), held(9, 1, `cod`), held(1, 3, `cod`), held(2, 1, `not cod`))
		if diff := cmp.Diff([]id.Rule{9, 3, 4, 1}, ids(set.Judge(order(), nil))); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("a hit carries the verdict and the version", func(t *testing.T) {
		r := held(7, 1, `cod`)
		r.Version = 12
		want := []rule.Hit{{Rule: 7, Name: "rule cod", Version: 12, Then: verdict{Hold: "look"}}}
		if diff := cmp.Diff(want, newSet(t, r).Judge(order(), nil), cmpopts.EquateErrors()); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("inactive rules and rules of other kinds are left out", func(t *testing.T) {
		off, other := held(1, 1, `cod`), held(2, 1, `cod`)
		off.Active, other.Kind = false, "sourcing"
		if set := newSet(t, off, other); set.Len() != 0 || set.Judge(order(), nil) != nil {
			t.Fatal("judged")
		}
	})
	t.Run("a rule outside its scope is not judged", func(t *testing.T) {
		here, there, everywhere := held(1, 1, `cod`), held(2, 1, `lines[99].qty > 1`), held(3, 1, `cod`)
		here.Scope, there.Scope = rule.Scope{"channel": {"jd", "taobao"}}, rule.Scope{"channel": {"store"}}
		hits := newSet(t, here, there, everywhere).Judge(order(), func(s rule.Scope) bool {
			return s.Covers("channel",
				"taobao")
		})
		if diff := cmp.Diff([]id.Rule{1, 3}, ids(hits)); diff != "" {
			t.Fatal(diff)
		}
	})
	t.Run("a broken rule is a hit that names itself and harms no other", func(t *testing.T) {
		noVerdict, badJSON := held(5, 5, `cod`), held(6, 6, `cod`)
		noVerdict.Then, badJSON.Then = nil, json.RawMessage(`{"hold`)
		set := newSet(t, held(1, 1, `lines[99].qty > 1`), held(2, 2, `cod`), held(3, 3, `no_such_fact`), held(4, 4, `cod`), noVerdict, badJSON)
		for range 3 { // again on the same machines
			hits := set.Judge(order(), nil)
			if diff := cmp.Diff([]id.Rule{1, 2, 3, 4, 5, 6}, ids(hits)); diff != "" {
				t.Fatal(diff)
			}
			for i, code := range []string{"rule_failed", "", "rule_name", "", "review_verdict", "review_verdict"} {
				hit := hits[i]
				if hit.Broken != (code != "") || hit.Broken != (hit.Then == nil) || code != "" && fault.Of(hit.Err).Code != code {
					t.Errorf("hit %d: %+v", i, hit)
				}
			}
		}
	})
	t.Run("facts that cannot be judged break every rule in scope", func(t *testing.T) {
		set := newSet(t, held(1, 1, `cod`), held(2, 2, `not cod`))
		long := order()
		long.Lines = make([]*line, rule.ListMaxDefault+1)
		for _, facts := range []any{long, nil, (*facts)(nil), 7} {
			hits := set.Judge(facts, nil)
			if len(hits) != 2 || !hits[0].Broken || !hits[1].Broken {
				t.Errorf("%T: %+v", facts, hits)
			}
		}
	})
	t.Run("many goroutines judge by one set", func(t *testing.T) {
		set := newSet(t, held(1, 1, `any(lines, .qty > 30)`), held(2, 2, `lines[2].gift`), held(3, 3, `not cod`))
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				o := order()
				if i%2 == 1 {
					o.Lines = o.Lines[:1]
				}
				for range 300 {
					hits := set.Judge(o, nil)
					if broken := i%2 == 1; len(hits) != 2-i%2 || hits[len(hits)-1].Rule != 2 || hits[len(hits)-1].Broken != broken {
						t.Errorf("%+v", hits)
						return
					}
				}
			})
		}
		wg.Wait()
	})
	t.Run("a kind that gives no bool makes no set", func(t *testing.T) {
		if _, err := rule.NewSet(rule.Kind{Name: "x", Facts: facts{}, Result: rule.Text}, nil); fault.KindOf(err) != fault.Internal || err == nil {
			t.Fatal(err)
		}
	})
}

func TestCheck(t *testing.T) {
	if err := rule.Check(holdKind(), held(1, 1, `cod`)); err != nil {
		t.Fatal(err)
	}
	bad := held(1, 1, `cod`)
	bad.Then = json.RawMessage(`{}`)
	for code, r := range map[string]rule.Rule{"review_verdict": bad, "rule_name": held(1, 1, `codd`)} {
		if err := rule.Check(holdKind(), r); fault.Of(err) == nil || fault.Of(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	var f *fault.Fault
	if err := rule.Check(rule.Kind{}, bad); !errors.As(err, &f) || f.Kind != fault.Internal {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	base := []rule.Rule{held(1, 1, `cod`), held(2, 1, `not cod`)}
	version := newSet(t, base...).Version()
	if len(version) != 16 || strings.Trim(version, "0123456789abcdef") != "" {
		t.Fatal(version)
	}
	t.Run("the order in which rules are read does not matter", func(t *testing.T) {
		if got := newSet(t, base[1], base[0]).Version(); got != version {
			t.Fatal(got)
		}
	})
	for name, change := range map[string]func(*rule.Rule){
		"expression": func(r *rule.Rule) { r.Expr = `cod and true` }, "priority": func(r *rule.Rule) { r.Priority = 9 },
		"version": func(r *rule.Rule) { r.Version++ }, "verdict": func(r *rule.Rule) { r.Then = json.RawMessage(`{"hold":"b"}`) },
		"broken verdict": func(r *rule.Rule) { r.Then = json.RawMessage(`{`) }, "scope": func(r *rule.Rule) { r.Scope = rule.Scope{"shop": {"1"}} },
		"activity": func(r *rule.Rule) { r.Active = false },
	} {
		t.Run("another "+name+" is another version", func(t *testing.T) {
			changed := []rule.Rule{base[0], base[1]}
			change(&changed[0])
			if got := newSet(t, changed...).Version(); got == version {
				t.Fatal("same version")
			}
		})
	}
}
