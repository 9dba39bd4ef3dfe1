package rule

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Bounds of what is stored. More rules of one kind than this are no longer a set
// of rules that a person can overlook.
const (
	NameMax  = 100
	LiveMax  = 500
	jsonMax  = 4000
	ownerMax = 100
)

// The refusals of the table.
var (
	ErrInvalid = fault.New(fault.Invalid, "rule_invalid", "规则没有保存,请按下面各项改正后重试",
		"The rule was not saved; mend the items below and try again")
	ErrMissing = fault.New(fault.Missing, "rule_missing", "没有这条规则,请刷新规则列表",
		"There is no such rule; look at the list of rules again")
	ErrVersion = fault.New(fault.Conflict, "rule_version", "规则已被他人修改(现为第 %d 版,您改的是第 %d 版),请刷新后再改",
		"The rule was changed meanwhile (it is at version %d, you changed version %d); look again and then change it")
	ErrName = fault.New(fault.Conflict, "rule_name_taken", "已有同名规则 %q,请换一个名称或修改那一条",
		"There is a rule named %q already; choose another name or change that one")
	ErrTooMany = fault.New(fault.Conflict, "rule_too_many", "这类规则已有 %d 条,请先合并一些",
		"There are %d rules of this kind; join some of them first")
)

const ruleColumns = `rule_id, version, kind, name, owner, priority, scope, expression, verdict, active`

func scanRule(r db.Row, more ...any) (Rule, error) {
	var rule Rule
	var scope, then string
	err := r.Scan(append([]any{&rule.ID, &rule.Version, &rule.Kind, &rule.Name, &rule.Owner, &rule.Priority, &scope,
		&rule.Expr, &then, &rule.Active}, more...)...)
	if err != nil {
		return rule, err
	}
	rule.Then = json.RawMessage(then)
	if err := json.Unmarshal([]byte(scope), &rule.Scope); err != nil {
		return rule, fmt.Errorf("rule %d: scope: %w", rule.ID, err)
	}
	return rule, nil
}

// Save writes a rule as a new version that holds from now on, and gives it as it
// stands. Without an ID it is a new rule; else Version must be the version that was
// changed. Saving what changes nothing does nothing. Whether the expression compiles
// is for Check: one that does not is kept, and heard as broken by every order.
// Faults: ErrInvalid, ErrMissing, ErrVersion, ErrName, ErrTooMany.
func Save(tx *db.Tx, r Rule) (Rule, error) {
	if f := r.check(); f != nil {
		return Rule{}, f
	}
	if r.ID == 0 {
		r.ID, r.Version = id.Rule(tx.NewID()), 0
	} else if old, err := lock(tx, r.ID); err != nil {
		return Rule{}, err
	} else if old.Version != r.Version {
		return Rule{}, ErrVersion.With(old.Version, r.Version)
	} else if old.same(r) {
		return old, nil
	}
	if err := r.admit(tx); err != nil {
		return Rule{}, err
	}
	r.Version++
	return r, r.insert(tx)
}

func (r *Rule) check() *fault.Fault {
	bad := ErrInvalid
	wrong := func(field, zh, en string) { bad = bad.Field(field, zh, en) }
	r.Name, r.Owner = strings.TrimSpace(r.Name), strings.TrimSpace(r.Owner)
	if !short(r.Name, NameMax) || r.Name == "" {
		wrong("name", fmt.Sprintf("名称必填,最多 %d 个字", NameMax),
			fmt.Sprintf("a name is needed, of at most %d characters", NameMax))
	}
	if !short(r.Owner, ownerMax) {
		wrong("owner", fmt.Sprintf("负责人最多 %d 个字", ownerMax),
			fmt.Sprintf("the owner has at most %d characters", ownerMax))
	}
	if !short(r.Kind, NameMax) || r.Kind == "" {
		wrong("kind", "规则种类必填", "the kind of rule is needed")
	}
	if f := checkText(r.Expr); f != nil {
		wrong("expression", f.ZH, f.EN)
	}
	if !json.Valid(r.Then) || len(r.Then) > jsonMax || !short(string(r.Then), jsonMax) {
		wrong("then", "结论要写成 JSON,例如 {\"hold\":\"message\"}", `the verdict is JSON, such as {"hold":"message"}`)
	}
	if scope, err := json.Marshal(r.Scope); err != nil || len(scope) > jsonMax || !short(string(scope), jsonMax) {
		wrong("scope", "适用范围太长或含有无法保存的字符", "the scope is too long or holds what cannot be stored")
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	return bad
}

func short(text string, limit int) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0) && utf8.RuneCountInString(text) <= limit
}

func (r Rule) same(other Rule) bool { return journal.JSON(r) == journal.JSON(other) }

// lock locks the versions of a rule and gives the one that holds.
func lock(tx *db.Tx, rule id.Rule) (Rule, error) {
	if _, err := db.Lock(tx, "rules", "rule_id", []id.Rule{rule}); err != nil {
		return Rule{}, err
	}
	found, err := db.List(tx, `/* rule.Save */ SELECT `+ruleColumns+` FROM rules WHERE rule_id = $1 AND live`,
		func(row db.Row) (Rule, error) { return scanRule(row) }, rule)
	if err != nil {
		return Rule{}, err
	}
	if len(found) == 0 {
		return Rule{}, ErrMissing
	}
	return found[0], nil
}

// admit refuses a name that another live rule has, and one rule too many.
func (r Rule) admit(tx *db.Tx) error {
	taken, err := tx.Number(`/* rule.Save */ SELECT COUNT(*) FROM rules
		WHERE kind = $1 AND name = $2 AND live AND rule_id <> $3`, r.Kind, r.Name, r.ID)
	if err != nil {
		return err
	}
	if taken > 0 {
		return ErrName.With(r.Name)
	}
	if r.Version > 0 {
		return nil
	}
	n, err := tx.Number(`/* rule.Save */ SELECT COUNT(*) FROM rules WHERE kind = $1 AND live`, r.Kind)
	if err == nil && n >= LiveMax {
		return ErrTooMany.With(n)
	}
	return err
}

// insert retires the version that held and writes the new one.
func (r Rule) insert(tx *db.Tx) error {
	_, err := tx.Exec(`/* rule.Save */ UPDATE rules SET live = FALSE WHERE rule_id = $1 AND live`, r.ID)
	if err != nil {
		return err
	}
	scope := journal.JSON(r.Scope)
	n, err := tx.Exec(`/* rule.Save */ INSERT INTO rules (`+ruleColumns+`, live, stamp, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, $11, $12) ON CONFLICT DO NOTHING`,
		r.ID, r.Version, r.Kind, r.Name, r.Owner, r.Priority, scope, r.Expr, string(r.Then), r.Active,
		tx.NewID(), tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return db.ErrAgain // another node took the name meanwhile
	}
	journal.Write(tx, journal.Entry{Kind: "rule", ID: int64(r.ID), Version: int64(r.Version), What: "rule_saved",
		Payload: journal.JSON(map[string]any{"kind": r.Kind, "name": r.Name, "priority": r.Priority,
			"active": r.Active})})
	return nil
}

// Live gives the rules of a kind that hold now, active or not, by priority and id.
// There are at most LiveMax of a kind.
func Live(tx *db.Tx, kind string) ([]Rule, error) {
	return db.List(tx, `/* rule.Live */ SELECT `+ruleColumns+` FROM rules WHERE kind = $1 AND live
		ORDER BY priority, rule_id`,
		func(row db.Row) (Rule, error) { return scanRule(row) }, kind)
}

// Get gives a rule as it holds now. Fault: ErrMissing.
func Get(tx *db.Tx, rule id.Rule) (Rule, error) {
	found, err := db.List(tx, `/* rule.Get */ SELECT `+ruleColumns+` FROM rules WHERE rule_id = $1 AND live`,
		func(row db.Row) (Rule, error) { return scanRule(row) }, rule)
	if err == nil && len(found) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Rule{}, err
	}
	return found[0], nil
}

// Saved is one version of a rule and when it was saved.
type Saved struct {
	Rule
	Live    bool
	SavedAt db.Instant
}

// History gives the versions of a rule that come after version after, oldest first,
// at most limit of them. A rule that does not exist has none.
func History(tx *db.Tx, rule id.Rule, after, limit int) ([]Saved, error) {
	return db.List(tx, `/* rule.History */ SELECT `+ruleColumns+`, live, created_at FROM rules
		WHERE rule_id = $1 AND version > $2 ORDER BY version LIMIT $3`, func(row db.Row) (s Saved, err error) {
		s.Rule, err = scanRule(row, &s.Live, &s.SavedAt)
		return s, err
	}, rule, after, limit)
}

// Names gives every name that a rule of the kind bears or once bore, so that what a
// program installs at its first start is not installed again when staff rename it.
func Names(tx *db.Tx, kind string) (map[string]bool, error) {
	names := map[string]bool{}
	err := tx.Each(`/* rule.Names */ SELECT DISTINCT name FROM rules WHERE kind = $1`, func(row db.Row) error {
		var name string
		err := row.Scan(&name)
		names[name] = true
		return err
	}, kind)
	return names, err
}
