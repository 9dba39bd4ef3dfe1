package rule

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"baihuo/internal/fault"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Program is an expression made ready. It is safe for concurrent use.
type Program struct {
	shape *shape
	text  string
	code  *vm.Program
}

// Compile checks an expression against a kind and makes it ready. What is refused
// is fault Invalid (rule_syntax, rule_name, rule_type, rule_bounds, rule_forbidden)
// with a sentence in both languages that tells line and column, what is wrong and
// how to mend it. A wrongly declared kind is fault Internal.
func Compile(kind Kind, text string) (*Program, error) {
	s, err := newShape(kind)
	if err != nil {
		return nil, err
	}
	return s.compile(text)
}

func (s *shape) compile(text string) (*Program, error) {
	if f := checkText(text); f != nil {
		return nil, f
	}
	config := s.config()
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, s.explainSyntax(text, err)
	}
	// The walk comes before anything that walks the tree itself: the parser shares
	// the middle of a < b < c between two comparisons, and nested ones grow the tree
	// as 2^depth for whoever follows all ways. Ours stops at the node limit.
	if f := s.checkBounds(text, tree.Node); f != nil {
		return nil, f
	}
	given, err := checker.Check(tree, config)
	if err != nil {
		return nil, s.explainType(text, tree.Node, err)
	}
	if !s.kind.Result.accepts(given) {
		return nil, refuse("rule_type", text, wholeText,
			"规则的结果应为"+s.kind.Result.zh()+",现在是"+typeZH(given)+"。请写成比较或条件,例如 total > 100",
			"the result must be "+s.kind.Result.en()+", and it is "+typeEN(given)+
				". Write a comparison or a condition, such as total > 100")
	}
	if f := checkNested(text, tree.Node); f != nil {
		return nil, f
	}
	code, err := expr.Compile(text, expr.Env(reflect.Zero(s.facts).Interface()))
	if err != nil {
		return nil, refuse("rule_syntax", text, wholeText, "规则无法编译,请改写得简单一些",
			"the rule cannot be compiled; write it in a simpler way").Wrap(err)
	}
	return &Program{shape: s, text: text, code: code}, nil
}

// String gives the text of the rule.
func (p *Program) String() string { return p.text }

// Eval runs an expression of a Bool kind on facts of the kind's type (a pointer is
// cheaper). A rule that fails on these facts (a list index out of range, a missing
// record) is fault Invalid rule_failed; facts of another type are fault Internal.
func (p *Program) Eval(facts any) (bool, error) {
	value, err := p.run(facts)
	if err != nil {
		return false, err
	}
	yes, ok := value.(bool)
	if !ok {
		return false, errKind.With(p.shape.kind.Name, "Eval asked of a rule that gives no bool")
	}
	return yes, nil
}

// Value runs an expression of any kind and gives a bool, int64, float64 or string
// as the kind declares. Faults as Eval.
func (p *Program) Value(facts any) (any, error) {
	value, err := p.run(facts)
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(value)
	switch {
	case p.shape.kind.Result == Whole && v.CanInt():
		return v.Int(), nil
	case p.shape.kind.Result == Number && v.CanInt():
		return float64(v.Int()), nil
	case p.shape.kind.Result == Number && v.CanFloat():
		return v.Float(), nil
	}
	return value, nil
}

// run checks the facts, then runs the program on a machine of the kind's pool.
func (p *Program) run(facts any) (any, error) {
	if err := p.shape.admit(facts); err != nil {
		return nil, err
	}
	machine := p.shape.machines.Get().(*vm.VM)
	value, err := p.runOn(machine, facts)
	if err == nil { // a machine that failed halfway is not used again
		p.shape.release(machine)
	}
	return value, err
}

// admit refuses facts of another type and lists that are too long.
func (s *shape) admit(facts any) error {
	v, ok := s.open(facts)
	if !ok {
		return errKind.With(s.kind.Name, fmt.Sprintf("facts of type %T", facts))
	}
	if name := s.tooLong(v); name != "" {
		return fault.New(fault.Invalid, "rule_failed",
			fmt.Sprintf("列表 %s 超过 %d 项,规则不再判断它。请人工处理", name, s.kind.ListMax),
			fmt.Sprintf("The list %s has more than %d members, which rules do not judge. A person must look",
				name, s.kind.ListMax))
	}
	return nil
}

// release gives a machine back without the facts it has seen: a pool must not
// keep an order alive.
func (s *shape) release(machine *vm.VM) {
	clear(machine.Stack[:cap(machine.Stack)])
	s.machines.Put(machine)
}

// runOn runs on a given machine. The engine turns panics of its own into errors;
// the recover here is for those it does not.
func (p *Program) runOn(machine *vm.VM, facts any) (value any, err error) {
	defer func() {
		if r := recover(); r != nil {
			value, err = nil, p.failed(fmt.Errorf("%v", r))
		}
	}()
	value, err = machine.Run(p.code, facts)
	if err != nil {
		return nil, p.failed(err)
	}
	return value, nil
}

// failed tells where a rule failed. The engine's words go to the log; they name
// types and fields, never values.
func (p *Program) failed(err error) error {
	at := wholeText
	var where *file.Error
	if errors.As(err, &where) {
		at = span{where.From, where.To}
	}
	f := refuse("rule_failed", p.text, at,
		"运行时出错:可能是序号超出列表、除以零或缺少数据。请先判断再取值,例如 len(lines) > 0 and lines[0].qty > 1",
		"it fails on this order: an index beyond the list, a division by zero or a missing record. Ask first, such as "+
			"len(lines) > 0 and lines[0].qty > 1")
	return f.Wrap(err)
}

// accepts says whether an expression of type t gives this result. An unknown type
// (nil) is not accepted: it would fail on the line instead of here.
func (r Result) accepts(t reflect.Type) bool {
	if t == nil {
		return false
	}
	switch kind := t.Kind(); r {
	case Bool:
		return kind == reflect.Bool
	case Whole:
		return kind == reflect.Int || kind == reflect.Int64
	case Number:
		return kind == reflect.Int || kind == reflect.Int64 || kind == reflect.Float64
	case Text:
		return kind == reflect.String
	}
	return false
}

func (r Result) zh() string { return strings.Split("是否,整数,数字,文字", ",")[r] }

func (r Result) en() string { return strings.Split("yes or no,a whole number,a number,text", ",")[r] }
