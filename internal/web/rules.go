package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/staff"
)

// ruleRoutes are those of rules, stop regions, the black list, and of who waits for
// arriving stock.
func ruleRoutes() []Route {
	return append(waitingRoutes(), []Route{
		{"GET", "/rules", staff.RuleRead, false, (*Site).rules},
		{"GET", "/rules/{id}", staff.RuleRead, false, (*Site).rule},
		{"POST", "/rules/{id}", staff.RuleEdit, false, (*Site).saveRule},
		{"GET", "/stops", staff.RuleRead, false, (*Site).stops},
		{"GET", "/stops/regions", staff.RuleRead, false, (*Site).stopRegions},
		{"POST", "/stops", staff.RuleEdit, false, (*Site).saveStop},
		{"GET", "/blacklist", staff.RuleRead, false, (*Site).blacklist},
		{"POST", "/blacklist", staff.RuleEdit, false, (*Site).saveBlacklist},
	}...)
}

// ruleRow is a rule as a page shows it.
type ruleRow struct {
	rule.Rule
	Code, ThenText, Saved string
	Now                   bool
}

func rowOfRule(r rule.Rule) ruleRow {
	return ruleRow{Rule: r, Code: id.Text("R", int64(r.ID)), ThenText: string(r.Then)}
}

// rules lists the rules of each kind in the order in which they judge.
func (s *Site) rules(v *visit) error {
	kinds := map[string][]ruleRow{}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		for _, k := range review.Kinds() {
			list, err := rule.Live(tx, k.Name)
			if err != nil {
				return err
			}
			kinds[k.Name] = nil
			for _, r := range list {
				kinds[k.Name] = append(kinds[k.Name], rowOfRule(r))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "rules", map[string]any{"Title": v.word("rules"), "Review": kinds[review.KindReview], "Shortage": kinds["shortage"],
		"May": v.caller.May(staff.RuleEdit) && v.everywhere()})
}

// rule shows one rule with its versions; new is an empty one.
func (s *Site) rule(v *visit) error {
	if v.r.URL.Query().Get("kind") == review.KindShortage {
		return s.showRule(v, http.StatusOK, nil, rule.Rule{Kind: review.KindShortage, Then: json.RawMessage(`{"ask":true,"zh":"请问买家","en":"Ask the customer"}`), Active: true}, nil)
	}
	return s.showRule(v, http.StatusOK, nil, rule.Rule{Kind: review.KindReview, Then: json.RawMessage(`{"hold":"check","zh":"请核对","en":"Please look"}`), Active: true}, nil)
}

func (s *Site) showRule(v *visit, status int, c *complaint, typed rule.Rule, tried *flow.Rehearsal) error {
	shown := typed
	var versions []ruleRow
	if v.r.PathValue("id") != "new" {
		n, ok := id.Parse("R", v.r.PathValue("id"))
		if !ok {
			return rule.ErrMissing
		}
		err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
			r, err := rule.Get(tx, id.Rule(n))
			if err != nil {
				return err
			}
			if c == nil && tried == nil {
				shown = r
			}
			history, err := rule.History(tx, r.ID, 0, 100)
			versions = nil
			for _, one := range history {
				row := rowOfRule(one.Rule)
				row.Now, row.Saved = one.Live, v.stampOf(one.SavedAt, tx.Now(), houseZone).Short
				versions = append(versions, row)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	title := v.word("rule_new")
	if shown.Name != "" {
		title = v.word("rules") + " · " + shown.Name
	}
	return s.render(v, status, "rule", map[string]any{"Title": title, "R": rowOfRule(shown), "At": v.r.PathValue("id"), "Versions": versions,
		"FormKey": formKey(), "Complaint": c, "Tried": tried, "TriedRows": v.rehearsed(tried), "Days": []int{7, 14, 30}, "Fields": fieldsOf(shown.Kind),
		"May": v.caller.May(staff.RuleEdit) && v.everywhere()})
}

// fieldsOf lists what a rule of a kind may look at.
func fieldsOf(kind string) []review.Field {
	if kind == review.KindShortage {
		return review.ShortageFields()
	}
	return review.Fields()
}

// rehearsedRow is an order that a rule would judge otherwise.
type rehearsedRow struct{ Order, No, Before, After string }

func (v *visit) rehearsed(r *flow.Rehearsal) (rows []rehearsedRow) {
	if r == nil {
		return nil
	}
	say := func(j flow.Judgement) string {
		holds := j.Holds
		if v.lang == "en" {
			holds = j.HoldsEN
		}
		if j.Review != "" {
			holds = append([]string{v.word("review_" + string(j.Review))}, holds...)
		}
		return strings.Join(holds, "; ")
	}
	for _, one := range r.Changed {
		rows = append(rows, rehearsedRow{one.Order.String(), one.ExternalNo, say(one.Before), say(one.After)})
	}
	return rows
}

// ruleTyped reads the form of a rule.
func (v *visit) ruleTyped() (r rule.Rule, f *fault.Fault) {
	form := v.r.PostFormValue
	r = rule.Rule{Kind: form("kind"), Name: strings.TrimSpace(form("name")), Owner: strings.TrimSpace(form("owner")), Expr: strings.TrimSpace(form("expression")),
		Then: json.RawMessage(form("then")), Active: v.flag("active")}
	var err error
	if r.Priority, err = strconv.Atoi(form("priority")); err != nil {
		return r, errRuleForm.Field("priority", "应为整数", "is a whole number")
	}
	if !json.Valid(r.Then) {
		return r, errRuleForm.Field("then", "不是 JSON", "is no JSON")
	}
	if r.Version, err = strconv.Atoi(form("version")); err != nil && form("version") != "" {
		return r, errForm
	}
	return r, nil
}

var errRuleForm = fault.New(fault.Invalid, "rule_form", "规则没有保存,请改正标出的项目", "The rule was not saved; mend what is marked")

// saveRule rehearses a rule, saves it as a new version, or brings an older version back.
// A rule judges the orders of every shop, so whoever changes one sees them all.
func (s *Site) saveRule(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	r, f := v.ruleTyped()
	if v.r.PathValue("id") != "new" {
		n, ok := id.Parse("R", v.r.PathValue("id"))
		if !ok {
			return rule.ErrMissing
		}
		r.ID = id.Rule(n)
	}
	err := error(nil)
	if f != nil {
		err = f
	} else {
		err = s.cfg.Kit.Rules.Check(r)
	}
	if err == nil && v.r.PostFormValue("do") == "rehearse" {
		return s.rehearse(v, r)
	}
	if err == nil {
		err = s.act(v, func(tx *db.Tx) (string, error) {
			saved, err := rule.Save(tx, r)
			return did("/rules/"+id.Text("R", int64(saved.ID)), "rule_saved", 0, ""), err
		})
		if err == nil {
			return nil
		}
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showRule(v, status, c, r, nil)
}

// rehearse shows what a rule would have changed on the orders of some days.
func (s *Site) rehearse(v *visit, r rule.Rule) error {
	days, err := strconv.Atoi(v.r.PostFormValue("days"))
	if err != nil || days < 1 || days > 90 {
		return errForm
	}
	tried, err := flow.Rehearse(v.r.Context(), s.cfg.DB, v.caller.Scope, r, days)
	if err != nil {
		return err
	}
	return s.showRule(v, http.StatusOK, nil, r, &tried)
}
