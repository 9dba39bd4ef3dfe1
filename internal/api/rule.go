package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/staff"
)

func ruleRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/rules", staff.RuleRead, "listRules", "现行规则,按先后", "The rules that hold, in order", reads(listRules)},
		{"POST", "/api/v1/rules", staff.RuleEdit, "addRule", "新增规则", "Write a new rule", commands(201, addRule)},
		{"GET", "/api/v1/rules/{id}", staff.RuleRead, "getRule", "一条规则", "One rule as it holds", reads(getRule)},
		{"PUT", "/api/v1/rules/{id}", staff.RuleEdit, "saveRule", "保存规则的新版本(需要 If-Match)", "Save a new version of a rule (needs If-Match)", commands(200, saveRule).edits()},
		{"POST", "/api/v1/rules/{id}/disabling", staff.RuleEdit, "disableRule", "停用规则(需要 If-Match)", "Switch a rule off (needs If-Match)", commands(200, disableRule).edits()},
		{"GET", "/api/v1/rules/{id}/history", staff.RuleRead, "listRuleHistory", "规则的历次版本", "The versions of a rule, the oldest first", reads(listRuleHistory)},
	}
}

// ErrMatchNeeded asks for the version that is edited.
var ErrMatchNeeded = fault.New(fault.Invalid, "if_match_needed", "修改规则必须带 If-Match 请求头,写读取时得到的 ETag",
	"The edit of a rule needs the header If-Match with the ETag that reading gave")

type ruleBody struct {
	Kind       string              `json:"kind" enum:"review,shortage"`
	Name       string              `json:"name" maxLength:"100"`
	Owner      string              `json:"owner,omitempty" maxLength:"100"`
	Priority   int                 `json:"priority,omitempty" minimum:"-1000000" maximum:"1000000" doc:"Lower is judged first." zh:"小的先判断"`
	Expression string              `json:"expression" maxLength:"2000" doc:"What must be true, over the facts of the kind." zh:"条件表达式"`
	Then       json.RawMessage     `json:"then" doc:"What follows, such as {\"hold\":\"...\",\"zh\":\"...\",\"en\":\"...\"}." zh:"命中后的结论"`
	Scope      map[string][]string `json:"scope,omitempty" doc:"Dimensions and the values it is limited to: shop, platform, kind, contact." zh:"适用范围:shop、platform、kind、contact"`
	Active     *bool               `json:"active,omitempty" doc:"True by default." zh:"默认 true"`
}

type ruleView struct {
	RuleID     string              `json:"rule_id"`
	Version    int64               `json:"version"`
	Kind       string              `json:"kind"`
	Name       string              `json:"name"`
	Owner      string              `json:"owner"`
	Priority   int                 `json:"priority"`
	Expression string              `json:"expression"`
	Then       json.RawMessage     `json:"then"`
	Scope      map[string][]string `json:"scope"`
	Active     bool                `json:"active"`
}

func (v ruleView) version() int64 { return v.Version }

func viewRule(r rule.Rule) ruleView {
	v := ruleView{RuleID: id.Text("R", int64(r.ID)), Version: int64(r.Version), Kind: r.Kind, Name: r.Name, Owner: r.Owner, Priority: r.Priority,
		Expression: r.Expr, Then: r.Then, Scope: r.Scope, Active: r.Active}
	if v.Scope == nil {
		v.Scope = map[string][]string{}
	}
	return v
}

type rulesQuery struct {
	Kind string `query:"kind" enum:"review,shortage" default:"review"`
}

type rulesView struct {
	Rules []ruleView `json:"rules"`
}

func listRules(_ *call, tx *db.Tx, q rulesQuery) (rulesView, error) {
	v := rulesView{Rules: []ruleView{}}
	list, err := rule.Live(tx, q.Kind)
	for _, r := range list {
		v.Rules = append(v.Rules, viewRule(r))
	}
	return v, err
}

// rule finds the rule that the path names.
func (c *call) rule(tx *db.Tx) (rule.Rule, error) {
	n, ok := id.Parse("R", c.r.PathValue("id"))
	if !ok {
		return rule.Rule{}, rule.ErrMissing
	}
	return rule.Get(tx, id.Rule(n))
}

func getRule(c *call, tx *db.Tx, _ none) (ruleView, error) {
	r, err := c.rule(tx)
	if err != nil {
		return ruleView{}, err
	}
	return viewRule(r), nil
}

func addRule(c *call, tx *db.Tx, b ruleBody) (ruleView, error) {
	r, err := c.ruleOf(b)
	if err != nil {
		return ruleView{}, err
	}
	saved, err := rule.Save(tx, r)
	if err != nil {
		return ruleView{}, err
	}
	return viewRule(saved), nil
}

// ruleOf makes a rule of a body and asks whether it could stand.
func (c *call) ruleOf(b ruleBody) (rule.Rule, error) {
	if err := c.everywhere(); err != nil { // a rule judges the orders of every shop
		return rule.Rule{}, err
	}
	r := rule.Rule{Kind: b.Kind, Name: b.Name, Owner: b.Owner, Priority: b.Priority, Expr: b.Expression, Then: b.Then, Scope: b.Scope,
		Active: b.Active == nil || *b.Active}
	bad := ErrFields
	if !slices.ContainsFunc(review.Kinds(), func(k rule.Kind) bool { return k.Name == b.Kind }) {
		bad = bad.Field("kind", "只能是 review 或 shortage", "is review or shortage")
	}
	if b.Priority < -1_000_000 || b.Priority > 1_000_000 {
		bad = bad.Field("priority", "应在 -1000000 到 1000000 之间", "is -1000000 to 1000000")
	}
	if len(b.Then) == 0 || b.Then[0] != '{' || bytes.Contains(b.Then, []byte(`\u0000`)) {
		bad = bad.Field("then", `结论要写成 JSON 对象,例如 {"hold":"message",…},不含空字符`, `is a JSON object such as {"hold":"message",…} without NUL`)
	}
	if len(bad.Fields) > 0 {
		return r, bad
	}
	var small bytes.Buffer
	if err := json.Compact(&small, b.Then); err != nil {
		return r, ErrFields.Field("then", "不是 JSON", "is no JSON")
	}
	r.Then = small.Bytes()
	return r, c.api.cfg.Kit.Rules.Check(r)
}

// saveRule saves a new version of a rule as it stood at If-Match.
func saveRule(c *call, tx *db.Tx, b ruleBody) (ruleView, error) {
	if err := c.everywhere(); err != nil {
		return ruleView{}, err
	}
	old, version, err := c.ruleMatched(tx)
	if err != nil {
		return ruleView{}, err
	}
	if b.Kind == "" {
		b.Kind = old.Kind
	}
	r, err := c.ruleOf(b)
	if err != nil {
		return ruleView{}, err
	}
	if r.Kind != old.Kind {
		return ruleView{}, ErrFields.Field("kind", "规则的种类不能改变", "the kind of a rule does not change")
	}
	r.ID, r.Version = old.ID, version
	return saveVersion(tx, r, old, b)
}

func disableRule(c *call, tx *db.Tx, _ none) (ruleView, error) {
	if err := c.everywhere(); err != nil {
		return ruleView{}, err
	}
	old, version, err := c.ruleMatched(tx)
	if err != nil {
		return ruleView{}, err
	}
	r := old
	r.Active, r.Version = false, version
	return saveVersion(tx, r, old, map[string]bool{"active": false})
}

// ruleMatched finds the rule of the path and the version of If-Match.
func (c *call) ruleMatched(tx *db.Tx) (rule.Rule, int, error) {
	version, err := c.match()
	if err != nil {
		return rule.Rule{}, 0, err
	}
	old, err := c.rule(tx)
	if err == nil && version == 0 {
		err = ErrMatchNeeded
	}
	return old, int(version), err
}

func saveVersion(tx *db.Tx, r, old rule.Rule, yours any) (ruleView, error) {
	saved, err := rule.Save(tx, r)
	if errors.Is(err, rule.ErrVersion) {
		return ruleView{}, &staleError{Fault: fault.Of(err), current: viewRule(old), yours: yours}
	}
	if err != nil {
		return ruleView{}, err
	}
	return viewRule(saved), nil
}

type ruleHistoryQuery struct {
	After int64 `query:"after" doc:"The next of the page before." zh:"上一页的 next" max:"1000000000"`
	Limit int64 `query:"limit" max:"500" default:"50"`
}

type savedRule struct {
	Version ruleView `json:"rule"`
	Live    bool     `json:"live"`
	SavedAt string   `json:"saved_at"`
}

type ruleHistory struct {
	Versions []savedRule `json:"versions"`
	Next     string      `json:"next"`
}

func listRuleHistory(c *call, tx *db.Tx, q ruleHistoryQuery) (ruleHistory, error) {
	v := ruleHistory{Versions: []savedRule{}}
	r, err := c.rule(tx)
	if err != nil {
		return v, err
	}
	list, err := rule.History(tx, r.ID, int(q.After), int(q.Limit))
	for _, s := range list {
		v.Versions = append(v.Versions, savedRule{viewRule(s.Rule), s.Live, instant(s.SavedAt)})
	}
	if len(list) == int(q.Limit) {
		v.Next = jsonNumber(int64(list[len(list)-1].Version))
	}
	return v, err
}
