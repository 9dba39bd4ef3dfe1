package rule

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"baihuo/internal/fault"

	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/vm"
)

// Result is what an expression of a kind gives.
type Result uint8

// The results a kind may declare. A Set judges with Bool only.
const (
	Bool   Result = iota // true or false
	Whole                // int64
	Number               // float64
	Text                 // string
)

// Kind is one sort of rule, declared by the room that obeys it.
type Kind struct {
	// Name is stored with each rule: "review", "sourcing".
	Name string
	// Facts is the zero value of the struct that the expressions see.
	Facts any
	// Result is what the expressions give; Bool if not set.
	Result Result
	// ListMax is how many members a list of facts may have before the rule counts
	// as broken; ListMaxDefault if not set.
	ListMax int
	// Verdict reads the verdict of a rule when the rule is compiled, and refuses
	// what the room could not obey. What it returns is shared by all hits and so
	// never changed. Nil keeps the JSON as it is.
	Verdict func(then json.RawMessage) (any, error)
}

// ListMaxDefault allows the longest wholesale order seen with some room.
const ListMaxDefault = 2000

// Kinds are the kinds of the house by name.
type Kinds map[string]Kind

// NewKinds registers kinds. A kind without a name, given twice, or with facts that
// rules cannot look at is a mistake in the program: fault Internal.
func NewKinds(kinds ...Kind) (Kinds, error) {
	all := Kinds{}
	for _, kind := range kinds {
		if _, twice := all[kind.Name]; twice || kind.Name == "" {
			return nil, errKind.With(kind.Name, "no name, or registered twice")
		}
		if _, err := newShape(kind); err != nil {
			return nil, err
		}
		all[kind.Name] = kind
	}
	return all, nil
}

// errKind is heard by programmers, at the start of the program or in a test.
var errKind = fault.New(fault.Internal, "rule_kind", "规则种类 %q 的声明有误:%s", "The kind of rule %q is declared wrongly: %s")

// shape is a Kind made ready: what its facts look like, and machines to run on.
type shape struct {
	kind     Kind
	facts    reflect.Type
	names    []string
	lists    []list
	machines sync.Pool
}

// list is the way to a list of facts that must not grow too long.
type list struct {
	name string
	path []int
}

// memoryMax is the number of list members a rule may build while it runs.
const memoryMax = 100_000

func newShape(kind Kind) (*shape, error) {
	facts := reflect.TypeOf(kind.Facts)
	if facts == nil || facts.Kind() != reflect.Struct {
		return nil, errKind.With(kind.Name, "Facts must be a struct")
	}
	if kind.ListMax == 0 {
		kind.ListMax = ListMaxDefault
	}
	s := &shape{kind: kind, facts: facts, names: fieldNames(facts)}
	s.machines.New = func() any { return &vm.VM{MemoryBudget: memoryMax} }
	if problem := s.look(facts, "", nil, nil); problem != "" {
		return nil, errKind.With(kind.Name, problem)
	}
	return s, nil
}

// look goes through a struct of facts, refuses what a rule cannot look at, and
// notes the lists it can reach without passing through another list or pointer.
// path is nil below those.
func (s *shape) look(facts reflect.Type, prefix string, path []int, above []reflect.Type) (problem string) {
	if slices.Contains(above, facts) {
		return prefix + " contains itself"
	}
	above = append(slices.Clip(above), facts)
	if path == nil && len(above) == 1 {
		path = []int{}
	}
	for i := range facts.NumField() {
		field := facts.Field(i)
		if !field.IsExported() || field.Tag.Get("expr") == "-" {
			continue
		}
		name := prefix + fieldName(field)
		if field.Anonymous {
			return name + " is embedded; name the field"
		}
		var here []int
		if path != nil {
			here = append(slices.Clip(path), i)
		}
		if problem := s.lookField(field.Type, name, here, above); problem != "" {
			return problem
		}
	}
	return ""
}

func (s *shape) lookField(t reflect.Type, name string, path []int, above []reflect.Type) (problem string) {
	if t.Kind() == reflect.Slice && t.Name() == "" {
		if path != nil {
			s.lists = append(s.lists, list{name: name, path: path})
		}
		t, path = t.Elem(), nil
	} else if t.Kind() == reflect.Map && t.Name() == "" && t.Key() == reflect.TypeFor[string]() {
		t, path = t.Elem(), nil
	}
	if t.Kind() == reflect.Pointer {
		t, path = t.Elem(), nil
		if t.Kind() != reflect.Struct {
			return name + " points to something that is no struct"
		}
	}
	switch t {
	case reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[int64](),
		reflect.TypeFor[float64]():
		return ""
	}
	if t.Kind() == reflect.Struct {
		return s.look(t, name+".", path, above)
	}
	return fmt.Sprintf("%s has type %v; rules compare bool, string, int, int64, float64 only", name, t)
}

// config is the engine's view of the facts.
func (s *shape) config() *conf.Config { return conf.New(reflect.Zero(s.facts).Interface()) }

// tooLong gives the name of the first list that is longer than the kind allows.
func (s *shape) tooLong(facts reflect.Value) (name string) {
	for _, l := range s.lists {
		if facts.FieldByIndex(l.path).Len() > s.kind.ListMax {
			return l.name
		}
	}
	return ""
}

// open checks that facts are of the kind's type, by value or by pointer.
func (s *shape) open(facts any) (v reflect.Value, ok bool) {
	v = reflect.ValueOf(facts)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v, v.IsValid() && v.Type() == s.facts
}

func fieldName(field reflect.StructField) string {
	if name := field.Tag.Get("expr"); name != "" {
		return name
	}
	return field.Name
}

// fieldNames are the names a rule may use for the fields of a struct.
func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if field := t.Field(i); field.IsExported() && field.Tag.Get("expr") != "-" {
			names = append(names, fieldName(field))
		}
	}
	return names
}
