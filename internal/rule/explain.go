package rule

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"baihuo/internal/fault"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// The engine's messages are English and speak of Go types. Here they become
// sentences for staff, made from the place and the tree, never from the message.

// span is a piece of a rule's text in characters.
type span struct{ from, to int }

// wholeText stands for a fault that has no place of its own.
var wholeText = span{-1, -1}

func spanOf(n ast.Node) span { return span{n.Location().From, n.Location().To} }

// refuse makes a fault that tells line, column and the words there.
func refuse(code, text string, at span, zh, en string) *fault.Fault {
	if at == wholeText {
		return fault.New(fault.Invalid, code, "规则有误:"+zh, "The rule is refused: "+en)
	}
	line, column, words := place(text, at)
	return fault.New(fault.Invalid, code,
		fmt.Sprintf("第 %d 行第 %d 字「%s」:%s", line, column, words, zh),
		fmt.Sprintf("Line %d, column %d, at %q: %s", line, column, words, en))
}

// place gives line and column, counted from 1, and up to 20 characters there.
func place(text string, at span) (line, column int, words string) {
	const wordsMax = 20
	runes := []rune(text)
	from := min(max(at.from, 0), len(runes))
	line, column = 1, 1
	for _, r := range runes[:from] {
		if column++; r == '\n' {
			line, column = line+1, 1
		}
	}
	to := min(max(at.to, from+1), len(runes), from+wordsMax)
	return line, column, string(runes[min(from, to):to])
}

// explainSyntax tells what the parser stumbled over. The usual slips of people who
// type Chinese have sentences of their own.
func (s *shape) explainSyntax(text string, err error) *fault.Fault {
	at := wholeText
	var where *file.Error
	if errors.As(err, &where) {
		at = span{where.From, where.To}
	}
	_, _, words := place(text, at)
	zh, en := "这里看不懂。请检查运算符、逗号、括号和引号是否齐全",
		"this cannot be read. See whether an operator, a comma, a bracket or a quote is missing"
	runes := []rune(text)
	switch {
	case at == wholeText:
	case words == "=":
		zh, en = "判断相等要写两个等号 ==", "equality is written with two signs: =="
	case at.from < len(runes) && plainSign(runes[at.from]) != "":
		sign := plainSign(runes[at.from])
		zh, en = "请用半角符号 "+sign, "use the plain sign "+sign
	case plainWord(words) != "":
		word := plainWord(words)
		zh, en = "请写成小写英文 "+word, "write "+word
	case at.to >= len(runes): // where the parser also puts what it misses at the end
		zh, en = "规则的结尾不完整或多了符号。请检查是否缺少数值、括号或引号",
			"the end of the rule is incomplete or has a sign too many. See whether a value, a bracket or a quote is missing"
	}
	return refuse("rule_syntax", text, at, zh, en).Wrap(err)
}

// plainSign gives the sign that a full-width one stands for.
func plainSign(r rune) string {
	switch r {
	case '“', '”', '‘', '’', '「', '」', '＂':
		return `"`
	case '，', '、':
		return ","
	case '。':
		return "."
	case '；':
		return ";"
	}
	if r >= '！' && r <= '～' {
		return string(r - '！' + '!')
	}
	return ""
}

// plainWord gives the operator that a word stands for.
func plainWord(word string) string {
	switch strings.ToLower(word) {
	case "and", "并且", "且", "而且":
		return "and"
	case "or", "或", "或者":
		return "or"
	case "not", "非", "不":
		return "not"
	case "in", "属于":
		return "in"
	case "contains", "包含":
		return "contains"
	}
	return ""
}

// explainType tells what does not fit, from the node at the place of the error.
func (s *shape) explainType(text string, root ast.Node, err error) *fault.Fault {
	var where *file.Error
	if !errors.As(err, &where) {
		return refuse("rule_type", text, wholeText, "数据类型不符,请检查每个比较的两边",
			"the types do not fit; see both sides of every comparison").Wrap(err)
	}
	at := span{where.From, where.To}
	zh, en := "这里的数据类型不符。请检查两边是否都是数字或都是文字",
		"the types do not fit here. See whether both sides are numbers, or both are text"
	code := "rule_type"
	parent, node := find(nil, root, at)
	switch n := node.(type) {
	case *ast.BinaryNode:
		left, right := n.Left.Type(), n.Right.Type()
		zh = fmt.Sprintf("左边是%s,右边是%s,不能用 %s。请改成同一类数据;文字要加引号,数字不加", typeZH(left), typeZH(right), n.Operator)
		en = fmt.Sprintf("the left side is %s, the right side is %s, and %s does not take them. Make both the same; "+
			"text stands in quotes, numbers do not", typeEN(left), typeEN(right), n.Operator)
	case *ast.UnaryNode:
		zh = fmt.Sprintf("%s 不能用于%s。请先写成比较,例如 not (total > 100)", n.Operator, typeZH(n.Node.Type()))
		en = fmt.Sprintf("%s does not take %s. Write a comparison first, such as not (total > 100)",
			n.Operator, typeEN(n.Node.Type()))
	case *ast.MemberNode:
		code, zh, en = explainMember(n)
	case *ast.StringNode:
		if member, ok := parent.(*ast.MemberNode); ok {
			code, zh, en = explainMember(member)
		}
	case *ast.BuiltinNode:
		zh = "函数 " + n.Name + " 的参数个数或类型不对。请检查括号里的内容"
		en = "the function " + n.Name + " does not take these arguments. See their number and types"
	case *ast.PredicateNode:
		zh, en = "循环条件要得出是或否,例如 any(lines, .qty > 1)",
			"the condition of a loop must give yes or no, such as any(lines, .qty > 1)"
	case *ast.PointerNode:
		zh, en = "这里不能用 # 或 .名称,只能用在循环条件里,例如 any(lines, .qty > 1)",
			"# and .name stand only in the condition of a loop, such as any(lines, .qty > 1)"
	}
	if call, ok := parent.(*ast.BuiltinNode); ok && isLoop(call.Name) && call.Arguments[0] == node {
		zh = fmt.Sprintf("%s 的第一个参数要是列表,这里是%s", call.Name, typeZH(node.Type()))
		en = fmt.Sprintf("the first argument of %s must be a list, and this is %s", call.Name, typeEN(node.Type()))
	}
	return refuse(code, text, at, zh, en).Wrap(err)
}

// explainMember tells which fields there are.
func explainMember(n *ast.MemberNode) (code, zh, en string) {
	t := n.Node.Type()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	property, ok := n.Property.(*ast.StringNode)
	switch {
	case t.Kind() == reflect.Struct && ok:
		zh, en = hint(property.Value, fieldNames(t))
		return "rule_name", "没有字段 " + property.Value + "。" + zh, "there is no field " + property.Value + ". " + en
	case t.Kind() == reflect.Slice:
		return "rule_type", "列表不能这样取值。请用 any(列表, .字段 > 1) 或 列表[0]",
			"a list is not read like this. Use any(list, .field > 1) or list[0]"
	}
	return "rule_type", typeZH(t) + "没有字段", typeEN(t) + " has no fields"
}

// find gives the first node at a place, and the node above it.
func find(parent, n ast.Node, at span) (above, node ast.Node) {
	if spanOf(n) == at {
		return parent, n
	}
	for _, below := range children(n) {
		if above, node := find(n, below, at); node != nil {
			return above, node
		}
	}
	return nil, nil
}

// hint suggests the nearest of the names that may be used, else lists them.
func hint(word string, names []string) (zh, en string) {
	if fixed := plainWord(word); fixed != "" {
		return "请写成小写英文 " + fixed, "Write " + fixed
	}
	best, near := "", 3
	for _, name := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d < near {
			best, near = name, d
		}
	}
	if best != "" {
		return "是否想写 " + best + "?", "Did you mean " + best + "?"
	}
	const shown = 30
	all := strings.Join(names[:min(len(names), shown)], " ")
	return "可用的有:" + all, "These may be used: " + all
}

// distance counts the letters to add, drop or change between two words.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range to {
			change := diagonal
			if unicode.ToLower(r) != unicode.ToLower(q) {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(to)]
}

// typeWords names a type for staff.
func typeWords(t reflect.Type) (zh, en string) {
	if t == nil {
		return "空值", "nothing"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "是否", "yes or no"
	case reflect.Int, reflect.Int64:
		return "整数", "a whole number"
	case reflect.Float64:
		return "数字", "a number"
	case reflect.String:
		return "文字", "text"
	case reflect.Slice, reflect.Array:
		return "列表", "a list"
	case reflect.Struct, reflect.Pointer:
		return "一组字段", "a record"
	case reflect.Map:
		return "对照表", "a table"
	}
	return "未知类型", "of unknown type"
}

func typeZH(t reflect.Type) string {
	zh, _ := typeWords(t)
	return zh
}

func typeEN(t reflect.Type) string {
	_, en := typeWords(t)
	return en
}
