package review

import (
	"fmt"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/rule"
)

// Verdict is what the rules say of one order, and why.
type Verdict struct {
	Review order.Review
	// DelayUntil is when a delayed review passes by itself; 0 when none is delayed.
	DelayUntil db.Instant
	Holds      []HoldDraft
	// Reasons name every rule that hit.
	Reasons []Reason
	// RuleSet is the version of the set and FactsDigest that of the facts: the same
	// two give the same verdict. Both are hex digits.
	RuleSet     string
	FactsDigest string
}

// Reason is one rule that hit. It holds no personal data.
type Reason struct {
	Rule    id.Rule `json:"rule"`
	Version int     `json:"version"`
	Name    string  `json:"name"`
	// Does is what it asked for: hold, pending, finance, reject, delay, broken.
	Does string `json:"does"`
}

// Judge says of each order what the rules say, in the order given. It is pure: it
// reads neither clock nor database. All that hits counts; among the states the
// strictest holds: rejected, pending, delayed (pending with an end), finance, passed.
func Judge(set *rule.Set, facts []*Facts, now db.Instant) []Verdict {
	verdicts := make([]Verdict, len(facts))
	d := newDigester()
	for i, f := range facts {
		v := &verdicts[i]
		*v = Verdict{Review: order.Passed, RuleSet: set.Version(), FactsDigest: d.sum(f)}
		if hits := set.Judge(f, f.within); len(hits) > 0 {
			v.weigh(set, f, hits, now)
		}
	}
	return verdicts
}

// weigh puts together what the hits ask for.
func (v *Verdict) weigh(set *rule.Set, f *Facts, hits []rule.Hit, now db.Instant) {
	var rejected, pending, finance bool
	var delay int64
	for _, hit := range hits {
		v.Reasons = append(v.Reasons, reasonOf(hit))
		if hit.Broken {
			v.Holds = append(v.Holds, brokenHold(hit))
			continue
		}
		t := hit.Then.(*Then)
		rejected, pending, finance = rejected || t.Reject, pending || t.Pending, finance || t.Finance
		delay = max(delay, t.DelayMinutes)
		v.Holds = append(v.Holds, f.holds(t, hit, f.kept(set.Looks(hit.Rule)), now)...)
	}
	switch {
	case rejected:
		v.Review = order.Rejected
	case pending:
		v.Review = order.Pending
	case delay > 0:
		v.Review, v.DelayUntil = order.Pending, after(now, delay)
	case finance:
		v.Review = order.PassedService
	}
}

// holds are what one hit puts on the order. A rejected one needs nothing more to
// stop it.
func (f *Facts) holds(t *Then, hit rule.Hit, facts string, now db.Instant) []HoldDraft {
	zh, en := f.say(t)
	draft := func(kind, handle string, blocks Blocks, how ReleaseHow) HoldDraft {
		return HoldDraft{Kind: kind, Handle: handle, ReasonZH: zh, ReasonEN: en, Source: sourceOf(hit), Facts: facts,
			Blocks: blocks, ReleaseHow: how}
	}
	var list []HoldDraft
	if t.Hold != "" {
		h := draft(t.Hold, handleOf(hit), BlocksRelease, t.Release)
		h.Deadline, h.NeedsPerson = after(now, t.DeadlineMinutes), t.Person
		list = append(list, h)
	}
	if t.Pending {
		list = append(list, draft(HoldService, handleOf(hit)+"/service", BlocksPass, ByService))
	}
	if t.Finance {
		list = append(list, draft(HoldFinance, handleOf(hit)+"/finance", BlocksPass, ByFinance))
	}
	return list
}

// say fills the words of a rule with what is known of this order.
func (f *Facts) say(t *Then) (zh, en string) {
	if !strings.Contains(t.ZH+t.EN, "{") {
		return t.ZH, t.EN
	}
	fill := func(text, issue, reach string) string {
		filled := strings.NewReplacer("{issue}", issue, "{reach}", reach, "{blacklisted}", f.Blacklisted).Replace(text)
		return strings.TrimRight(strings.TrimSpace(filled), ":： ")
	}
	return fill(t.ZH, f.IssueZH, f.ReachZH), fill(t.EN, f.IssueEN, f.ReachEN)
}

func handleOf(hit rule.Hit) string { return fmt.Sprintf("rule:%d", hit.Rule) }

// sourceOf names a rule and its version for people.
func sourceOf(hit rule.Hit) string { return fmt.Sprintf("%s v%d", hit.Name, hit.Version) }

func reasonOf(hit rule.Hit) Reason {
	r := Reason{Rule: hit.Rule, Version: hit.Version, Name: hit.Name, Does: "broken"}
	if t, ok := hit.Then.(*Then); ok {
		r.Does = t.does()
	}
	return r
}

func (t *Then) does() string {
	var words []string
	for word, is := range map[string]bool{
		"reject": t.Reject, "hold": t.Hold != "", "pending": t.Pending, "finance": t.Finance, "delay": t.DelayMinutes > 0,
	} {
		if is {
			words = append(words, word)
		}
	}
	return strings.Join(sorted(words), " ")
}

// brokenHold stops an order that a rule could not judge, and names the rule.
func brokenHold(hit rule.Hit) HoldDraft {
	why := fault.Of(hit.Err)
	return HoldDraft{Kind: HoldRuleBroken, Handle: fmt.Sprintf("broken:%d", hit.Rule), Source: sourceOf(hit),
		Facts:    "{}",
		ReasonZH: fmt.Sprintf("规则「%s」第 %d 版无法判断这张订单:%s", hit.Name, hit.Version, why.ZH),
		ReasonEN: fmt.Sprintf("The rule %q, version %d, cannot judge this order: %s", hit.Name, hit.Version, why.EN),
		Blocks:   BlocksRelease, ReleaseHow: ByFacts, NeedsPerson: true}
}
