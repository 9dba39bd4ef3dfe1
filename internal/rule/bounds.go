package rule

import (
	"fmt"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/fault"

	"github.com/expr-lang/expr/ast"
)

// The bounds of a rule. A rule that needs more is two rules.
const (
	TextMax     = 2000 // characters
	nodesMax    = 500  // parts: values, names, operators, calls
	depthMax    = 16   // parentheses and calls inside each other
	literalMax  = 200  // members of a list written in the rule
	loopsMax    = 8    // any, all, filter ... one after the other
	rangeMax    = 1000 // members of a range as 1..10
	matchesMax  = 8    // patterns in one rule
	patternMax  = 200  // characters of a pattern
	patternStep = 200  // instructions a pattern compiles to; each costs some 6 ns per character of text
)

// The functions of a rule: loops go through a list, plain ones do a bounded piece of
// work. Whatever is in neither is refused: the clock (now), what lets a text grow
// (repeat, replace, join), what hides a type until it fails (first, get, fromJSON),
// what sorts.
const (
	loopNames    = "all any none one filter map count sum find"
	plainNames   = "len abs ceil floor round int float string trim lower upper hasPrefix hasSuffix indexOf max min"
	allowedNames = loopNames + " " + plainNames
)

func isLoop(name string) bool { return slices.Contains(strings.Fields(loopNames), name) }

func isPlain(name string) bool { return slices.Contains(strings.Fields(plainNames), name) }

// checkText bounds the text before anything reads it.
func checkText(text string) *fault.Fault {
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.New(fault.Invalid, "rule_syntax", "规则里有无法识别的字符,请重新输入",
			"The rule holds characters that are no text; type it again")
	case n > TextMax:
		return fault.New(fault.Invalid, "rule_bounds",
			fmt.Sprintf("规则有 %d 个字,最多 %d 个。请拆成几条规则", n, TextMax),
			fmt.Sprintf("The rule has %d characters, and %d is the most. Make several rules of it", n, TextMax))
	case strings.TrimSpace(text) == "":
		return fault.New(fault.Invalid, "rule_syntax", "规则是空的。请写一个条件,例如 total > 100",
			"The rule is empty. Write a condition, such as total > 100")
	}
	return nil
}

// walker looks at a tree before the types are known.
type walker struct {
	shape   *shape
	text    string
	nodes   int
	loops   int
	matches int
}

func (s *shape) checkBounds(text string, root ast.Node) *fault.Fault {
	w := &walker{shape: s, text: text}
	return w.walk(root, 0, false)
}

// walk checks a node and what is below it. inLoop is true inside the condition of
// a loop.
func (w *walker) walk(n ast.Node, depth int, inLoop bool) *fault.Fault {
	if w.nodes++; w.nodes > nodesMax {
		return w.refuse("rule_bounds", n, fmt.Sprintf("规则太复杂,超过 %d 个部分。请拆成几条规则", nodesMax),
			fmt.Sprintf("the rule has more than %d parts. Make several rules of it", nodesMax))
	}
	if depth > depthMax {
		return w.refuse("rule_bounds", n, fmt.Sprintf("括号或函数套了超过 %d 层。请拆成几条规则", depthMax),
			fmt.Sprintf("parentheses or calls lie more than %d deep in each other. Make several rules of it", depthMax))
	}
	if f := w.check(n, inLoop); f != nil {
		return f
	}
	for _, below := range children(n) {
		deeper := depth + 1
		if sameChain(n, below) {
			deeper = depth // a or b or c or ... is long, not deep
		}
		_, condition := below.(*ast.PredicateNode)
		if f := w.walk(below, deeper, inLoop || condition); f != nil {
			return f
		}
	}
	return nil
}

// check refuses a node that a rule may not hold.
func (w *walker) check(n ast.Node, inLoop bool) *fault.Fault {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return w.checkName(n)
	case *ast.BuiltinNode:
		return w.checkFunction(n, inLoop)
	case *ast.CallNode:
		name := n.Callee.String()
		return w.refuse("rule_forbidden", n, "没有函数 "+name+"。可用的函数:"+allowedNames,
			"there is no function "+name+". These may be used: "+allowedNames)
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		return w.refuse("rule_forbidden", n, "规则里不能定义变量(let)或写多个语句(;)。请把条件写在一个表达式里",
			"a rule has no variables (let) and no statements (;). Write the condition as one expression")
	case *ast.BytesNode:
		return w.refuse("rule_forbidden", n, "不能使用 b\"...\" 这种写法。请写成普通文字 \"...\"",
			"b\"...\" is not used in rules. Write plain text as \"...\"")
	case *ast.ArrayNode:
		return w.checkLiteral(n, len(n.Nodes))
	case *ast.MapNode:
		return w.checkLiteral(n, len(n.Pairs))
	case *ast.BinaryNode:
		return w.checkOperator(n, inLoop)
	case *ast.MemberNode, *ast.SliceNode, *ast.ChainNode, *ast.UnaryNode, *ast.ConditionalNode, *ast.PredicateNode,
		*ast.PointerNode, *ast.PairNode, *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
		return nil
	}
	return w.refuse("rule_forbidden", n, "规则里不能这样写。请换一种写法", "this is not used in rules. Write it in another way")
}

func (w *walker) checkName(n *ast.IdentifierNode) *fault.Fault {
	if slices.Contains(w.shape.names, n.Value) {
		return nil
	}
	zh, en := hint(n.Value, w.shape.names)
	return w.refuse("rule_name", n, "没有叫 "+n.Value+" 的数据。"+zh, "there is no fact called "+n.Value+". "+en)
}

func (w *walker) checkFunction(n *ast.BuiltinNode, inLoop bool) *fault.Fault {
	switch {
	case !isLoop(n.Name) && !isPlain(n.Name):
		return w.refuse("rule_forbidden", n, "规则里不能用函数 "+n.Name+"。可用的函数:"+allowedNames,
			"the function "+n.Name+" is not used in rules. These may be used: "+allowedNames)
	case !isLoop(n.Name):
		return nil
	case inLoop:
		return w.refuse("rule_forbidden", n, "不能在循环条件里再用循环 "+n.Name+"。请拆成两条规则,或并列书写:any(...) and all(...)",
			"the loop "+n.Name+" lies inside the condition of another. Make two rules of it, or write them side by side: "+
				"any(...) and all(...)")
	}
	if w.loops++; w.loops > loopsMax {
		return w.refuse("rule_bounds", n, fmt.Sprintf("循环(any、all、count 等)超过 %d 个。请拆成几条规则", loopsMax),
			fmt.Sprintf("there are more than %d loops (any, all, count ...). Make several rules of it", loopsMax))
	}
	return nil
}

func (w *walker) checkLiteral(n ast.Node, members int) *fault.Fault {
	if members <= literalMax {
		return nil
	}
	return w.refuse("rule_bounds", n, fmt.Sprintf("列表有 %d 项,最多 %d 项。请拆成几条规则", members, literalMax),
		fmt.Sprintf("the list has %d members, and %d is the most. Make several rules of it", members, literalMax))
}

// checkOperator bounds the two operators that can cost more than they look.
func (w *walker) checkOperator(n *ast.BinaryNode, inLoop bool) *fault.Fault {
	switch n.Operator {
	case "..":
		from, fromOK := n.Left.(*ast.IntegerNode)
		to, toOK := n.Right.(*ast.IntegerNode)
		if !fromOK || !toOK || to.Value-from.Value >= rangeMax {
			return w.refuse("rule_bounds", n, fmt.Sprintf("范围要写成两个整数,最多 %d 项,例如 1..10。大范围请写成 a >= 1 and a <= 5000", rangeMax),
				fmt.Sprintf("a range is two whole numbers with at most %d members, such as 1..10. Write a wide one as "+
					"a >= 1 and a <= 5000", rangeMax))
		}
	case "matches":
		pattern, ok := n.Right.(*ast.StringNode)
		if !ok {
			return w.refuse("rule_forbidden", n, "matches 右边要直接写带引号的模式,例如 name matches \"^测试\"",
				"to the right of matches stands a pattern in quotes, such as name matches \"^test\"")
		}
		if w.matches++; inLoop || w.matches > matchesMax {
			return w.refuse("rule_bounds", n,
				fmt.Sprintf("matches 不能用在循环条件里,一条规则最多 %d 个。请改用 contains 或 startsWith", matchesMax),
				fmt.Sprintf("matches is slow: it stands outside of loops and at most %d times in a rule. "+
					"Use contains or startsWith", matchesMax))
		}
		return w.checkPattern(pattern)
	}
	return nil
}

func (w *walker) checkPattern(n *ast.StringNode) *fault.Fault {
	tree, err := syntax.Parse(n.Value, syntax.Perl)
	if err != nil {
		return w.refuse("rule_syntax", n, "matches 的模式写错了,请检查括号和 * + ? 等符号;只查一段文字可用 contains",
			"the pattern of matches is wrong; see its parentheses and signs as * + ?. To look for plain text use contains",
		).Wrap(err)
	}
	steps, err := syntax.Compile(tree.Simplify())
	if err != nil || len(steps.Inst) > patternStep || utf8.RuneCountInString(n.Value) > patternMax {
		return w.refuse("rule_bounds", n, "matches 的模式太长或重复次数太多。请写短一些,或改用 contains",
			"the pattern of matches is too long or repeats too often. Make it shorter, or use contains")
	}
	return nil
}

func (w *walker) refuse(code string, n ast.Node, zh, en string) *fault.Fault {
	return refuse(code, w.text, spanOf(n), zh, en)
}

// checkNested refuses a loop in disguise, now that the types are known: inside the
// condition of a loop, a list of facts may only be measured (len). The lists of the
// loop's own member (.tags) and lists written in the rule are short and allowed.
func checkNested(text string, root ast.Node) *fault.Fault {
	var walk func(n ast.Node, inLoop, measured bool) *fault.Fault
	walk = func(n ast.Node, inLoop, measured bool) *fault.Fault {
		if inLoop && !measured && n.Type().Kind() == reflect.Slice && fromFacts(n) {
			return refuse("rule_forbidden", text, spanOf(n), "循环条件里不能再用整个列表 "+n.String()+"。请把这部分移到循环外面",
				"the whole list "+n.String()+" is used inside the condition of a loop. Move this part out of the loop")
		}
		call, _ := n.(*ast.BuiltinNode)
		for _, below := range children(n) {
			_, condition := below.(*ast.PredicateNode)
			_, member := n.(*ast.MemberNode) // lines[0].qty looks at one member, not at the list
			if f := walk(below, inLoop || condition, member || call != nil && call.Name == "len"); f != nil {
				return f
			}
		}
		return nil
	}
	return walk(root, false, false)
}

// fromFacts says that a value is reached from the facts, not from the member that
// a loop is at and not from the text of the rule.
func fromFacts(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return true
	case *ast.MemberNode:
		return fromFacts(n.Node)
	case *ast.SliceNode:
		return fromFacts(n.Node)
	case *ast.ChainNode:
		return fromFacts(n.Node)
	case *ast.ConditionalNode:
		return fromFacts(n.Exp1) || fromFacts(n.Exp2)
	case *ast.BinaryNode:
		return fromFacts(n.Left) || fromFacts(n.Right)
	}
	return false
}

// sameChain says that below continues the chain of one operator: in a or b or c the
// left side of an or is again an or.
func sameChain(n, below ast.Node) bool {
	upper, ok := n.(*ast.BinaryNode)
	lower, same := below.(*ast.BinaryNode)
	return ok && same && upper.Operator == lower.Operator
}

// children are the nodes right below n, in the order of the text.
func children(n ast.Node) []ast.Node {
	var below []ast.Node
	add := func(nodes ...ast.Node) {
		for _, node := range nodes {
			if node != nil {
				below = append(below, node)
			}
		}
	}
	switch n := n.(type) {
	case *ast.UnaryNode:
		add(n.Node)
	case *ast.BinaryNode:
		add(n.Left, n.Right)
	case *ast.ChainNode:
		add(n.Node)
	case *ast.MemberNode:
		add(n.Node, n.Property)
	case *ast.SliceNode:
		add(n.Node, n.From, n.To)
	case *ast.BuiltinNode:
		add(n.Arguments...)
	case *ast.PredicateNode:
		add(n.Node)
	case *ast.ConditionalNode:
		add(n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		add(n.Nodes...)
	case *ast.MapNode:
		add(n.Pairs...)
	case *ast.PairNode:
		add(n.Key, n.Value)
	}
	return below
}
