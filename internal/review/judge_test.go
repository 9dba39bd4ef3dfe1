package review_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/rule"
)

const now = db.Instant(1_794_355_200_000_000) // 2026-11-11

func plain() *review.Facts {
	return &review.Facts{
		Shop: "TB01", ShopKind: "online", Platform: "taobao", Kind: "normal", ChannelState: "to_ship", Currency: "CNY", Total: 12_900,
		Paid: 12_900, Units: 4, Region: "330110", Place: "浙江省杭州市余杭区", Deliverable: true, Lines: []*review.LineFacts{
			{Code: "S-1", Name: "洗发水", Kind: "goods", Qty: 2, Price: 3900, Cost: 2100, Due: 7800, DueEach: 3900},
			{Code: "T-2", Name: "牙膏", Kind: "goods", Qty: 1, Price: 5100, Cost: 2600, Due: 5100, DueEach: 5100},
			{Code: "G-3", Name: "赠品毛巾", Kind: "gift", Qty: 1, Cost: 500},
		},
	}
}

func kindOf(t testing.TB, name string) rule.Kind {
	t.Helper()
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		t.Fatal(err)
	}
	return kinds[name]
}

func setOf(t testing.TB, kind string, rules ...rule.Rule) *rule.Set {
	t.Helper()
	for i := range rules {
		rules[i].ID, rules[i].Version = id.Rule(i+1), 1
	}
	set, err := rule.NewSet(kindOf(t, kind), rules)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func reviewRule(expr, then string) rule.Rule {
	return rule.Rule{Kind: review.KindReview, Name: "规则", Expr: expr, Then: json.RawMessage(then), Active: true}
}

func TestBuiltInRules(t *testing.T) {
	for _, r := range review.BuiltIn() {
		if err := rule.Check(kindOf(t, r.Kind), r); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
	set := setOf(t, review.KindReview, review.BuiltIn()...)
	for name, c := range map[string]struct {
		change func(*review.Facts)
		holds  string
	}{
		"a plain order passes":                   {func(*review.Facts) {}, ""},
		"a missing phone is held":                {func(f *review.Facts) { f.Issues = []string{"phone_missing"} }, "contact_missing"},
		"a missing name is held":                 {func(f *review.Facts) { f.Issues = []string{"name_missing"} }, "contact_missing"},
		"a malformed phone is held":              {func(f *review.Facts) { f.Issues = []string{"phone_malformed"} }, "contact_malformed"},
		"a missing house number is held":         {func(f *review.Facts) { f.Issues = []string{"detail_missing"} }, "address_missing"},
		"an unclear address is held":             {func(f *review.Facts) { f.Issues = []string{"address_unclear"} }, "address_unclear"},
		"a stopped region is held":               {func(f *review.Facts) { f.Deliverable = false }, "undeliverable"},
		"a pick-up needs no address":             {func(f *review.Facts) { f.Kind, f.Issues, f.Region = "pickup", []string{"address_missing"}, "" }, ""},
		"an unknown region is not undeliverable": {func(f *review.Facts) { f.Deliverable, f.Region = false, "" }, ""},
		"a sale over the counter needs no contact": {func(f *review.Facts) {
			f.Contactless, f.Deliverable, f.Region, f.Units = true, false, "", 5000
			f.Issues = []string{"name_missing", "phone_missing", "address_missing"}
		}, ""},
		"a price below cost is held":         {func(f *review.Facts) { f.Lines[1].DueEach = 2599 }, "below_cost"},
		"a price at cost is not":             {func(f *review.Facts) { f.Lines[1].DueEach = 2600 }, ""},
		"an exchange costs nothing":          {func(f *review.Facts) { f.Kind, f.Lines[0].DueEach = "exchange", 0 }, ""},
		"a hundred of one thing is held":     {func(f *review.Facts) { f.Lines[0].Qty = 100 }, "absurd_quantity"},
		"three hundred units are held":       {func(f *review.Facts) { f.Units = 300 }, "absurd_quantity"},
		"a blacklisted buyer is held":        {func(f *review.Facts) { f.Blacklisted = "恶意退款" }, "blacklisted"},
		"a message is read":                  {func(f *review.Facts) { f.BuyerMessage = "请送到门卫,不要放快递柜" }, "buyer_message"},
		"politeness is not":                  {func(f *review.Facts) { f.BuyerMessage = "老板辛苦了,麻烦尽快发货!谢谢~" }, ""},
		"politeness with a wish is read":     {func(f *review.Facts) { f.BuyerMessage = "谢谢,要白色" }, "buyer_message"},
		"blanks are no message":              {func(f *review.Facts) { f.BuyerMessage = "  \n" }, ""},
		"high value goes to finance":         {func(f *review.Facts) { f.Total = 500_000 }, "finance_review"},
		"a requested refund is held":         {func(f *review.Facts) { f.Lines[0].Refund = "requested" }, "refund_requested"},
		"paid but must not ship is held":     {func(f *review.Facts) { f.ChannelState = "forbidden" }, "platform_forbids"},
		"an unpaid order is no hold":         {func(f *review.Facts) { f.ChannelState, f.Paid = "unpaid", 0 }, ""},
		"all that is wrong is told, at once": {func(f *review.Facts) { f.Issues, f.Units = []string{"phone_missing"}, 300 }, "contact_missing absurd_quantity"},
	} {
		t.Run(name, func(t *testing.T) {
			f := plain()
			c.change(f)
			v := review.Judge(set, []*review.Facts{f}, now)[0]
			var kinds []string
			for _, h := range v.Holds {
				kinds = append(kinds, h.Kind)
				if h.ReasonZH == "" || h.ReasonEN == "" || strings.Contains(h.ReasonZH+h.ReasonEN, "{") || !json.Valid([]byte(h.Facts)) {
					t.Errorf("reason %q / %q, facts %s", h.ReasonZH, h.ReasonEN, h.Facts)
				}
			}
			if got := strings.Join(kinds, " "); got != c.holds {
				t.Errorf("held for %q, want %q", got, c.holds)
			}
			want := order.Passed
			if c.holds == review.HoldFinance {
				want = order.PassedService
			}
			if v.Review != want || v.RuleSet != set.Version() || len(v.FactsDigest) != 16 || len(v.Reasons) != len(kinds) {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	one := func(t *testing.T, f *review.Facts, rules ...rule.Rule) review.Verdict {
		t.Helper()
		return review.Judge(setOf(t, review.KindReview, rules...), []*review.Facts{f}, now)[0]
	}
	t.Run("the reason names rule, version, facts and words", func(t *testing.T) {
		f := plain()
		f.Issues, f.IssueZH, f.IssueEN = []string{"address_unclear"}, "有三个朝阳区", "there are three Chaoyang"
		v := one(t, f, reviewRule(`"address_unclear" in issues and units > 1`,
			`{"hold":"unclear","zh":"不清楚:{issue}","en":"Unclear: {issue}","person":true,"deadline_minutes":30,"release":"deadline"}`))
		want := []review.HoldDraft{{Kind: "unclear", Handle: "rule:1", ReasonZH: "不清楚:有三个朝阳区", ReasonEN: "Unclear: there are three Chaoyang",
			Source: "规则 v1", Facts: `{"issues":["address_unclear"],"units":4}`, Blocks: review.BlocksRelease, ReleaseHow: review.ByDeadline,
			Deadline: now + 30*60*1_000_000, NeedsPerson: true}}
		if diff := cmp.Diff(want, v.Holds); diff != "" {
			t.Error(diff)
		}
		if v.Review != order.Passed || v.Reasons[0] != (review.Reason{Rule: 1, Version: 1, Name: "规则", Does: "hold"}) {
			t.Errorf("%+v", v)
		}
	})
	t.Run("what people typed is not kept", func(t *testing.T) {
		f := plain()
		f.BuyerMessage, f.Blacklisted, f.SellerMemo = "电话 13800138000", "secret one", "secret two"
		v := one(t, f, reviewRule(`buyer_message != "" and blacklisted != "" and seller_memo != ""`, `{"hold":"x","zh":"有","en":"is"}`))
		if facts := v.Holds[0].Facts; strings.Contains(facts, "138") || strings.Contains(facts, "secret") || !strings.Contains(facts, `"chars":14`) {
			t.Error(facts)
		}
	})
	t.Run("the strictest state holds", func(t *testing.T) {
		finance := reviewRule(`true`, `{"finance":true,"zh":"财","en":"f"}`)
		delay := reviewRule(`true`, `{"delay_minutes":10}`)
		pending := reviewRule(`true`, `{"pending":true,"zh":"看","en":"look"}`)
		reject := reviewRule(`true`, `{"reject":true,"zh":"不","en":"no"}`)
		for _, c := range []struct {
			rules []rule.Rule
			want  order.Review
			delay db.Instant
			holds int
		}{
			{nil, order.Passed, 0, 0},
			{[]rule.Rule{finance}, order.PassedService, 0, 1},
			{[]rule.Rule{finance, delay}, order.Pending, now + 600_000_000, 1},
			{[]rule.Rule{delay, pending, finance}, order.Pending, 0, 2},
			{[]rule.Rule{finance, delay, pending, reject}, order.Rejected, 0, 2},
		} {
			v := one(t, plain(), c.rules...)
			if v.Review != c.want || v.DelayUntil != c.delay || len(v.Holds) != c.holds || len(v.Reasons) != len(c.rules) {
				t.Errorf("%d rules: %+v", len(c.rules), v)
			}
		}
	})
	t.Run("a broken rule holds and names itself", func(t *testing.T) {
		v := one(t, plain(), reviewRule(`lines[9].qty > 1`, `{"hold":"x","zh":"有","en":"is"}`), reviewRule(`totel > 1`, `{"hold":"x","zh":"有","en":"is"}`),
			reviewRule(`true`, `{"hole":"x"}`))
		if len(v.Holds) != 3 {
			t.Fatalf("%+v", v.Holds)
		}
		for _, h := range v.Holds {
			if h.Kind != review.HoldRuleBroken || !h.NeedsPerson || !strings.Contains(h.ReasonZH, "规则「规则」第 1 版") {
				t.Errorf("%+v", h)
			}
		}
	})
	t.Run("a rule keeps to its scope", func(t *testing.T) {
		r := reviewRule(`true`, `{"hold":"x","zh":"有","en":"is"}`)
		r.Scope = rule.Scope{review.DimensionShop: {"JD01"}}
		if v := one(t, plain(), r); len(v.Holds) != 0 {
			t.Errorf("%+v", v)
		}
		r.Scope[review.DimensionShop] = []string{"JD01", "TB01"}
		if v := one(t, plain(), r); len(v.Holds) != 1 {
			t.Errorf("%+v", v)
		}
	})
	t.Run("the digest tells facts apart", func(t *testing.T) {
		set, seen := setOf(t, review.KindReview), map[string]bool{}
		changes := []func(*review.Facts){func(*review.Facts) {}, func(f *review.Facts) { f.Total++ }, func(f *review.Facts) { f.BuyerMessage = "a" },
			func(f *review.Facts) { f.BuyerMessage = "b" }, func(f *review.Facts) { f.SellerMemo = "b" }, func(f *review.Facts) { f.Lines[2].Qty++ },
			func(f *review.Facts) { f.Lines = f.Lines[:2] }, func(f *review.Facts) { f.Issues = []string{"x"} },
			func(f *review.Facts) { f.Tags = []string{"x"} }, func(f *review.Facts) { f.Deliverable = false }}
		for _, change := range changes {
			f := plain()
			change(f)
			seen[review.Judge(set, []*review.Facts{f}, now)[0].FactsDigest] = true
		}
		same := review.Judge(set, []*review.Facts{plain(), plain()}, now)
		if len(seen) != len(changes) || same[0].FactsDigest != same[1].FactsDigest {
			t.Errorf("%d digests of %d facts", len(seen), len(changes))
		}
	})
}

func TestThenIsRefused(t *testing.T) {
	for _, then := range []string{
		`{}`, `[]`, `{"hold":"x"}`, `{"hold":"X y","zh":"有","en":"is"}`, `{"hold":"x","zh":"有","en":"is","release":"never"}`,
		`{"hold":"x","zh":"有","en":"is","release":"deadline"}`, `{"delay_minutes":-1}`, `{"delay_minutes":99999999}`, `{"finance":true}`,
		`{"delay_minutes":5,"person":true}`, `{"hold":"x","zh":"有","en":"is","wait":1}`,
		`{"hold":"x","zh":"` + strings.Repeat("长", 501) + `","en":"is"}`,
	} {
		err := rule.Check(kindOf(t, review.KindReview), reviewRule(`true`, then))
		if f := fault.Of(err); !errors.Is(err, review.ErrThen) || len(f.Fields) != 1 || f.Fields[0].ZH == "" {
			t.Errorf("%s: %v", then, err)
		}
	}
	for _, then := range []string{`{}`, `{"ask":true}`, `{"ask":true,"cancel":true,"zh":"有","en":"is"}`} {
		r := reviewRule(`true`, then)
		r.Kind = review.KindShortage
		if err := rule.Check(kindOf(t, review.KindShortage), r); !errors.Is(err, review.ErrThen) {
			t.Errorf("%s: %v", then, err)
		}
	}
}

func TestFactsOfAnOrder(t *testing.T) {
	o := &order.Order{Kind: order.Normal, ChannelState: order.ToShip, Total: 900, Tags: "vip new", Lines: []*order.Line{
		{ID: 1, Kind: order.Bundle, SKU: 9, Ordered: 2, Due: 700, Price: 400, Cost: 1},
		{ID: 2, Kind: order.Component, Parent: 1, Ordered: 4, Due: 300, Cost: 50, PartQty: 2},
		{ID: 3, Kind: order.Component, Parent: 1, Ordered: 2, Due: 400, Cost: 70, PartQty: 1},
		{ID: 4, Kind: order.Goods, Code: "?", Ordered: 3, Cancelled: 1, Due: 100},
		{ID: 5, Kind: order.Charge, Ordered: 1, Due: 100},
		{ID: 6, Kind: order.Goods, Ordered: 3, Cancelled: 3, Due: 100},
	}}
	f := review.Of(o)
	want := []*review.LineFacts{
		{Kind: "bundle", Qty: 2, Price: 400, Cost: 170, Due: 700, DueEach: 350},
		{Kind: "goods", Code: "?", Qty: 2, Due: 66, DueEach: 33, Unlisted: true},
		{Kind: "charge", Qty: 1, Due: 100, DueEach: 100},
	}
	if diff := cmp.Diff(want, f.Lines); diff != "" || f.Units != 4 || len(f.Tags) != 2 {
		t.Errorf("%d units, %s", f.Units, diff)
	}
}

func TestShortages(t *testing.T) {
	o := &order.Order{Kind: order.Normal, Lines: []*order.Line{
		{ID: 1, Kind: order.Goods, SKU: 1, Code: "A", Ordered: 100, Reserved: 60},
		{ID: 2, Kind: order.Goods, SKU: 2, Code: "B", Ordered: 60, Cancelled: 10, Reserved: 10},
		{ID: 3, Kind: order.Goods, SKU: 3, Code: "C", Ordered: 2, Reserved: 2},
		{ID: 4, Kind: order.Charge, Ordered: 1},
	}}
	facts := review.Shortages(o, "TB01", false)
	if len(facts) != 2 || facts[0].Short != 40 || facts[0].Share != 0.4 || facts[1].Ordered != 50 || facts[1].OrderShort != 80 ||
		facts[1].OrderUnits != 152 {
		t.Fatalf("%+v %+v", facts[0], facts[1])
	}
	set := setOf(t, review.KindShortage, review.BuiltIn()...)
	v := review.JudgeShortages(set, facts)
	if v[0].Act != review.ActAsk || len(v[0].Holds) != 1 || v[0].Holds[0].Line != 1 || !v[0].Holds[0].NeedsPerson {
		t.Errorf("40 of 100: %+v", v[0])
	}
	if v[1].Act != review.ActCancel || len(v[1].Holds) != 0 || v[1].Line != 2 || v[1].ZH == "" || v[1].Source == "" {
		t.Errorf("40 of 50: %+v", v[1])
	}
	if v := review.JudgeShortages(set, review.Shortages(o, "UK", true)); v[0].Act != review.ActWait || v[1].Act != review.ActCancel {
		t.Errorf("nobody to ask: %+v", v)
	}
	broken := setOf(t, review.KindShortage, rule.Rule{Kind: review.KindShortage, Name: "坏", Expr: `nothing > 1`,
		Then: json.RawMessage(`{"cancel":true,"zh":"消","en":"c"}`), Active: true}, review.BuiltIn()[len(review.BuiltIn())-1])
	if v := review.JudgeShortages(broken, facts[1:]); v[0].Act != review.ActWait || v[0].Holds[0].Kind != review.HoldRuleBroken {
		t.Errorf("a broken rule: %+v", v)
	}
}

// BenchmarkJudge judges one three-line order by the built-in rules. Aim: 10 us.
func BenchmarkJudge(b *testing.B) {
	set := setOf(b, review.KindReview, review.BuiltIn()...)
	facts := []*review.Facts{plain()}
	b.ReportAllocs()
	for b.Loop() {
		if v := review.Judge(set, facts, now); v[0].Review != order.Passed {
			b.Fatal(v)
		}
	}
}

// BenchmarkJudgeHeld judges one that is held for two reasons.
func BenchmarkJudgeHeld(b *testing.B) {
	set := setOf(b, review.KindReview, review.BuiltIn()...)
	facts := []*review.Facts{plain()}
	facts[0].BuyerMessage, facts[0].Units = "要白色", 300
	b.ReportAllocs()
	for b.Loop() {
		if v := review.Judge(set, facts, now); len(v[0].Holds) != 2 {
			b.Fatal(v)
		}
	}
}
