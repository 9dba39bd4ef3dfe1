package rule

import (
	"slices"

	"baihuo/internal/id"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Looks gives the facts that a rule of the set looks at, sorted: the names that stand
// in its expression. A decision keeps them as its reason. A broken or unknown rule
// looks at nothing. It reads the expression anew and is meant for rules that hit.
func (s *Set) Looks(rule id.Rule) []string {
	for i := range s.rules {
		if r := &s.rules[i]; r.rule.ID == rule && r.program != nil {
			tree, err := parser.ParseWithConfig(r.program.text, s.shape.config())
			if err != nil {
				return nil
			}
			var names []string
			walkNames(tree.Node, &names)
			slices.Sort(names)
			return slices.Compact(names)
		}
	}
	return nil
}

func walkNames(n ast.Node, names *[]string) {
	if name, ok := n.(*ast.IdentifierNode); ok {
		*names = append(*names, name.Value)
	}
	for _, below := range children(n) {
		walkNames(below, names)
	}
}
