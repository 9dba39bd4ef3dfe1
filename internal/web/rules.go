package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
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
		"FormKey": formKey(), "Complaint": c, "Tried": tried, "TriedRows": v.rehearsed(tried), "Days": []int{7, 14, 30}, "Fields": review.Fields(),
		"May": v.caller.May(staff.RuleEdit) && v.everywhere()})
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
		return strings.Join(append([]string{v.word("review_" + string(j.Review))}, holds...), "; ")
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
	if err != nil || days < 1 || days > 90 || r.Kind != review.KindReview {
		return errForm
	}
	tried, err := flow.Rehearse(v.r.Context(), s.cfg.DB, v.caller.Scope, r, days)
	if err != nil {
		return err
	}
	return s.showRule(v, http.StatusOK, nil, r, &tried)
}

// stopRow is a stop region as the page shows it.
type stopRow struct {
	carrier.Stoppage
	Carrier, Place, From, Until string
	CarrierCode, FromDay        string
}

// stops lists where no carrier, or one of them, delivers at present.
func (s *Site) stops(v *visit) error { return s.showStops(v, http.StatusOK, nil) }

func (s *Site) showStops(v *visit, status int, c *complaint) error {
	var rows []stopRow
	var carriers []carrier.Carrier
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows = nil
		list, err := carrier.Stops(tx, tx.Now())
		if err != nil {
			return err
		}
		if carriers, err = carrier.All(tx); err != nil {
			return err
		}
		for _, one := range list {
			r := stopRow{Stoppage: one, Place: one.Region, Carrier: v.word("stop_all_carriers"), From: v.stampOf(one.From, tx.Now(), houseZone).Short,
				Until: v.stampOf(one.Until, tx.Now(), houseZone).Short, FromDay: strconv.FormatInt(int64(one.From), 10)}
			if one.Region == "" {
				r.Place = v.word("stop_everywhere")
			}
			for _, k := range carriers {
				if k.ID == one.Carrier {
					r.Carrier, r.CarrierCode = k.Name, k.Code
				}
			}
			rows = append(rows, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "stops", map[string]any{"Title": v.word("stops"), "Rows": rows, "Carriers": carriers, "Complaint": c, "FormKey": formKey(),
		"May": v.caller.May(staff.RuleEdit) && v.everywhere()})
}

// saveStop begins a stop, or ends one that runs.
func (s *Site) saveStop(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	form := v.r.PostFormValue
	err := s.act(v, func(tx *db.Tx) (string, error) {
		stop := carrier.Stoppage{Region: strings.TrimSpace(form("region")), Service: form("service"), Reason: form("reason"), From: tx.Now()}
		if code := form("carrier"); code != "" {
			found, err := carrier.ByCode(tx, []string{code})
			if err != nil {
				return "", err
			}
			one, there := found[code]
			if !there {
				return "", carrier.ErrMissing
			}
			stop.Carrier = one.ID
		}
		if text := form("until"); text != "" {
			day, err := time.ParseInLocation(time.DateOnly, text, zone(houseZone))
			if err != nil {
				return "", errForm
			}
			stop.Until = db.At(day.AddDate(0, 0, 1)) // the whole day
		}
		if text := form("from_at"); text != "" { // one that runs is ended now
			at, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return "", errForm
			}
			stop.From, stop.Until = db.Instant(at), tx.Now()
		}
		return did("/stops", "stop_saved", 0, ""), carrier.Stop(tx, stop)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	for field, say := range c.Fields {
		c.Say += " " + field + ": " + say
	}
	return s.showStops(v, status, c)
}

// blacklist takes the number of an order and puts its buyer on the black list, or off
// it: a buyer is sealed and has no other name here.
func (s *Site) blacklist(v *visit) error { return s.showBlacklist(v, http.StatusOK, nil) }

func (s *Site) showBlacklist(v *visit, status int, c *complaint) error {
	var rows []blackRow
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := customer.Blacklisted(tx, blackShown)
		rows = nil
		for _, b := range list {
			rows = append(rows, blackRow{Buyer: id.Text("B", int64(b.ID)), Name: b.Name.Mask, Platform: b.Platform, Why: b.Why,
				Since: v.stampOf(b.BlacklistedAt, tx.Now(), houseZone)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "blacklist", map[string]any{"Title": v.word("blacklist"), "Rows": rows, "Complaint": c, "FormKey": formKey(),
		"May": v.caller.May(staff.RuleEdit) && v.everywhere()})
}

// blackRow is a buyer on the black list, as a mask.
type blackRow struct {
	Buyer, Name, Platform, Why string
	Since                      stamp
}

const blackShown = 500

func (s *Site) saveBlacklist(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	form := v.r.PostFormValue
	err := s.act(v, func(tx *db.Tx) (string, error) {
		if n, ok := id.Parse("B", form("buyer")); ok {
			return did("/blacklist", "black_off", 0, ""), customer.Blacklist(tx, id.Buyer(n), "")
		}
		why := strings.TrimSpace(form("why"))
		if why == "" {
			return "", errBlackWhy
		}
		buyer, err := flow.BuyerOf(tx, v.caller.Scope, strings.TrimSpace(form("number")))
		if err != nil {
			return "", err
		}
		return did("/blacklist", "black_on", 0, ""), customer.Blacklist(tx, buyer, why)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showBlacklist(v, status, c)
}

var errBlackWhy = fault.New(fault.Invalid, "black_why", "请写明加入黑名单的原因", "Say why the buyer goes on the black list")
