package rule

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"baihuo/internal/id"

	"github.com/expr-lang/expr/vm"
)

// Rule is one rule as staff wrote it: if Expr is true of the facts, Then holds.
// A rule is never changed in place: a change is a new Version of the same ID.
type Rule struct {
	ID       id.Rule
	Kind     string
	Name     string
	Owner    string
	Priority int // lower is judged first
	Version  int
	Expr     string
	Then     json.RawMessage // the verdict, in the words of the room that obeys it
	Scope    Scope
	Active   bool
}

// Scope says where a rule applies: for each dimension ("shop", "channel") the values
// it is limited to. A dimension that is not named is not limited.
type Scope map[string][]string

// Covers says whether the scope lets a value of a dimension through.
func (s Scope) Covers(dimension, value string) bool {
	values, limited := s[dimension]
	return !limited || slices.Contains(values, value)
}

// Set is the active rules of one kind, compiled and in order. It is never changed
// and safe for concurrent use; when a rule changes, a new Set takes its place.
type Set struct {
	shape   *shape
	rules   []ready
	version string
}

// ready is a rule of a Set: compiled, or broken for the reason in err.
type ready struct {
	rule    Rule
	program *Program
	verdict any
	err     error
}

// Hit is a rule that holds, or one that is broken. A broken rule counts as a reason
// to stop and look, never as a pass.
type Hit struct {
	Rule    id.Rule
	Name    string
	Version int
	// Then is the verdict as the kind's Verdict read it; nil when broken.
	Then any
	// Broken says that the rule could not be judged; Err is why, as a fault with a
	// sentence.
	Broken bool
	Err    error
}

// NewSet compiles the active rules of a kind; rules of other kinds are left out. A
// rule that does not compile, or whose verdict the room refuses, does not fail the
// set: it is a broken hit for every order in its scope, because a rule written by a
// person must not vanish in silence. A wrongly declared kind is fault Internal, and so
// is one that gives no Bool.
func NewSet(kind Kind, rules []Rule) (*Set, error) {
	s, err := newShape(kind)
	if err != nil {
		return nil, err
	}
	if kind.Result != Bool {
		return nil, errKind.With(kind.Name, "a Set judges with Bool")
	}
	set := &Set{shape: s}
	for _, rule := range rules {
		if rule.Kind == kind.Name && rule.Active {
			set.rules = append(set.rules, s.ready(rule))
		}
	}
	slices.SortFunc(set.rules, func(a, b ready) int {
		return cmp.Or(cmp.Compare(a.rule.Priority, b.rule.Priority), cmp.Compare(a.rule.ID, b.rule.ID),
			cmp.Compare(a.rule.Version, b.rule.Version))
	})
	set.version, err = set.digest()
	return set, err
}

// Check says whether a rule could stand in a set of its kind: what a page asks before
// it saves. Faults as Compile, and what the kind's Verdict refuses.
func Check(kind Kind, rule Rule) error {
	s, err := newShape(kind)
	if err != nil {
		return err
	}
	return s.ready(rule).err
}

func (s *shape) ready(rule Rule) ready {
	r := ready{rule: rule, verdict: rule.Then}
	if r.program, r.err = s.compile(rule.Expr); r.err != nil {
		return r
	}
	if s.kind.Verdict != nil {
		r.verdict, r.err = s.kind.Verdict(rule.Then)
	}
	return r
}

// Judge gives the rules that hold of the facts, and the broken ones, by priority and
// then id. inScope decides which rules apply; nil applies all. Facts are a value of
// the kind's struct or, cheaper, a pointer to one. Judge neither panics nor fails.
func (s *Set) Judge(facts any, inScope func(Scope) bool) []Hit {
	var hits []Hit
	refused := s.shape.admit(facts)
	machine := s.shape.machines.Get().(*vm.VM)
	for i := range s.rules {
		r := &s.rules[i]
		if inScope != nil && len(r.rule.Scope) > 0 && !inScope(r.rule.Scope) {
			continue
		}
		yes, err := r.judge(machine, facts, refused)
		if err != nil {
			hits = append(hits, r.hit(err))
			machine = s.shape.machines.New().(*vm.VM) // one that failed halfway is not used again
		} else if yes {
			hits = append(hits, r.hit(nil))
		}
	}
	s.shape.release(machine)
	return hits
}

// judge runs one rule unless it is broken or the facts are refused.
func (r *ready) judge(machine *vm.VM, facts any, refused error) (bool, error) {
	if err := cmp.Or(r.err, refused); err != nil {
		return false, err
	}
	value, err := r.program.runOn(machine, facts)
	yes, _ := value.(bool) // Compile has made sure of bool
	return yes, err
}

func (r *ready) hit(err error) Hit {
	hit := Hit{Rule: r.rule.ID, Name: r.rule.Name, Version: r.rule.Version, Then: r.verdict}
	if err != nil {
		hit.Then, hit.Broken, hit.Err = nil, true, err
	}
	return hit
}

// Version is a digest of all rules in the set, in order: 16 hex digits. Two sets with
// the same version decide alike; an order keeps it with its verdict.
func (s *Set) Version() string { return s.version }

// Len is the number of rules in the set.
func (s *Set) Len() int { return len(s.rules) }

func (s *Set) digest() (string, error) {
	sum := sha256.New()
	write := json.NewEncoder(sum)
	for _, r := range append([]ready{{rule: Rule{Kind: s.shape.kind.Name}}}, s.rules...) {
		rule := r.rule
		// Taken as text: JSON that is broken must not keep the set from being made.
		then := string(rule.Then)
		rule.Then = nil
		if err := write.Encode(struct {
			Rule Rule
			Then string
		}{rule, then}); err != nil {
			return "", errKind.With(s.shape.kind.Name, "its rules have no digest").Wrap(err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
