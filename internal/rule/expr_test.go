package rule_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"baihuo/internal/fault"
	"baihuo/internal/rule"
)

type line struct {
	SKU      string   `expr:"sku"`
	Qty      int64    `expr:"qty"`
	Price    int64    `expr:"price"`
	Cost     int64    `expr:"cost"`
	Discount float64  `expr:"discount"`
	Gift     bool     `expr:"gift"`
	Tags     []string `expr:"tags"`
	Secret   string   `expr:"-"`
}

type buyer struct {
	Orders  int64 `expr:"orders"`
	Blocked bool  `expr:"blocked"`
}

type facts struct {
	Shop     string            `expr:"shop"`
	Province string            `expr:"province"`
	Message  string            `expr:"message"`
	Total    int64             `expr:"total"`
	Weight   float64           `expr:"weight"`
	Flag     int               `expr:"flag"`
	COD      bool              `expr:"cod"`
	HasPhone bool              `expr:"has_phone"`
	Tags     []string          `expr:"tags"`
	Extra    map[string]string `expr:"extra"`
	Buyer    buyer             `expr:"buyer"`
	Parent   *buyer            `expr:"parent"`
	Lines    []*line           `expr:"lines"`
}

// Trim is a method; no rule may call it.
func (facts) Trim() bool { return true }

func order() *facts {
	return &facts{
		Shop: "taobao-1", Province: "新疆维吾尔自治区", Message: "请尽快发货,不要圆通", Total: 56_000, Weight: 2.5, Flag: 1, COD: true, HasPhone: true,
		Tags: []string{"vip", "fragile"}, Extra: map[string]string{"live": "A"}, Buyer: buyer{Orders: 3},
		Lines: []*line{
			{SKU: "A-1", Qty: 2, Price: 1990, Cost: 1200, Tags: []string{"fragile"}},
			{SKU: "B-2", Qty: 40, Price: 500, Cost: 650, Discount: 0.6},
			{SKU: "G-17", Qty: 1, Gift: true},
		},
	}
}

func kind() rule.Kind { return rule.Kind{Name: "review", Facts: facts{}} }

func TestAccepted(t *testing.T) {
	for text, want := range map[string]bool{
		`total >= 50000`:             true,
		`total >= 50000 and not cod`: false,
		`province in ["西藏自治区", "新疆维吾尔自治区"]`: true,
		`total in [1, 56000]`: true,
		`flag in 1..5`:        true,
		`message contains "圆通" or message == ""`:                          true,
		`message matches "不要(圆通|申通)"`:                                     true,
		`shop startsWith "taobao"`:                                        true,
		`any(lines, .price < .cost and not .gift)`:                        true,
		`all(lines, .qty < 100)`:                                          true,
		`count(lines, .gift) == 1`:                                        true,
		`sum(lines, .qty) > 42`:                                           true,
		`sum(filter(lines, not .gift), .qty * .price) == 23980`:           true,
		`any(lines, "fragile" in .tags)`:                                  true,
		`"vip" in tags`:                                                   true,
		`any(lines, .sku in ["B-2", "C-3"])`:                              true,
		`lines | any(.qty > 30)`:                                          true,
		`len(lines) > 0 and lines[0].qty == 2`:                            true,
		`max(map(lines, .qty)) == 40`:                                     true,
		`extra["live"] == "A" && extra["none"] == ""`:                     true,
		`buyer.orders < 5 and !buyer.blocked`:                             true,
		`parent?.blocked ?? false`:                                        false,
		`weight > 2 ? total > 1 : cod`:                                    true,
		`10000 < total < 60000`:                                           true,
		`total / 100 == 560.0`:                                            true,
		`any(lines, .qty > len(lines) * 10)`:                              true,
		`any(lines, .qty > lines[0].qty)`:                                 true,
		"total > 1 // 备注\n and cod":                                       true,
		`find(lines, .gift).sku == "G-17"`:                                true,
		strings.TrimSuffix(strings.Repeat(`shop == "x" or `, 100), "or "): false,
	} {
		t.Run(text, func(t *testing.T) {
			p, err := rule.Compile(kind(), text)
			if err != nil {
				t.Fatal(err)
			}
			for _, facts := range []any{order(), *order()} {
				if got, err := p.Eval(facts); err != nil || got != want {
					t.Fatalf("%v, %v; want %v", got, err, want)
				}
			}
		})
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat("(cod and not (", 20) + "cod" + strings.Repeat("))", 20)
	for _, c := range []struct{ text, code, zh, en string }{
		// How people who type Chinese slip.
		{`total = 1`, "rule_syntax",
			"第 1 行第 7 字「=」:判断相等要写两个等号 ==", `Line 1, column 7, at "=": equality is written with two signs`},
		{`shop == “a”`, "rule_syntax", `请用半角符号 "`, `use the plain sign "`},
		{`any(lines，.qty > 1)`, "rule_syntax", "请用半角符号 ,", "use the plain sign ,"},
		{`total ＞ 1`, "rule_syntax", "请用半角符号 >", "use the plain sign >"},
		{`total > 1 AND cod`, "rule_syntax", "请写成小写英文 and", "write and"},
		{`total > 1 并且 cod`, "rule_syntax", "请写成小写英文 and", "write and"},
		{`(total > 1`, "rule_syntax", "结尾不完整", "end of the rule is incomplete"},
		{`total >`, "rule_syntax", "结尾不完整", "end of the rule is incomplete"},
		{`shop == "abc`, "rule_syntax", "引号", "quote"},
		{`total > 1 $ cod`, "rule_syntax", "这里看不懂", "cannot be read"},
		{"", "rule_syntax", "规则是空的", "The rule is empty"},
		{"total > 1\x00", "rule_syntax", "无法识别的字符", "no text"},
		{"shop == \"\xff\"", "rule_syntax", "无法识别的字符", "no text"},
		// Names and types.
		{"cod\nand totel > 1", "rule_name",
			"第 2 行第 5 字「totel」:没有叫 totel 的数据。是否想写 total?", `Line 2, column 5, at "totel": there is no fact called totel. Did you mean total?`},
		{`"中文中文" == shop and 金额 > 1`, "rule_name", "第 1 行第 20 字「金额」:没有叫 金额 的数据。可用的有:shop", "Line 1, column 20"},
		{`any(lines, .qtty > 1)`, "rule_name", "没有字段 qtty。是否想写 qty?", "there is no field qtty. Did you mean qty?"},
		{`any(lines, .Secret == "x")`, "rule_name", "没有字段 Secret", "no field Secret"},
		{`buyer.level > 1`, "rule_name", "可用的有:orders blocked", "These may be used: orders blocked"},
		{`lines.qty > 1`, "rule_type", "列表不能这样取值", "a list is not read like this"},
		{`shop > 1`, "rule_type", "左边是文字,右边是整数,不能用 >",
			"the left side is text, the right side is a whole number, and > does not take them"},
		{`total == "100"`, "rule_type", "左边是整数,右边是文字", "the left side is a whole number"},
		{`not total`, "rule_type", "not 不能用于整数", "not does not take a whole number"},
		{`any(shop, true)`, "rule_type", "any 的第一个参数要是列表,这里是文字",
			"the first argument of any must be a list, and this is text"},
		{`any(lines, .qty)`, "rule_type", "循环条件要得出是或否", "the condition of a loop must give yes or no"},
		{`len(total) > 1`, "rule_type", "函数 len 的参数", "the function len does not take"},
		{`total`, "rule_type", "规则的结果应为是否,现在是整数", "the result must be yes or no, and it is a whole number"},
		{`nil`, "rule_type", "规则的结果应为是否", "the result must be yes or no"},
		{`cod ? true : 1`, "rule_type", "规则的结果应为是否", "the result must be yes or no"},
		// What a rule may not do.
		{`now() > now()`, "rule_forbidden", "规则里不能用函数 now。可用的函数:all any",
			"the function now is not used in rules. These may be used: all any"},
		{`len(repeat("x", 1000000000)) > 1`, "rule_forbidden", "repeat", "repeat"},
		{`len(replace(shop, "", shop)) > 1`, "rule_forbidden", "replace", "replace"},
		{`reduce(lines, #acc + #acc, shop) == ""`, "rule_forbidden", "reduce", "reduce"},
		{`first(lines).qty > 1`, "rule_forbidden", "first", "first"},
		{`Trim()`, "rule_forbidden", "没有函数 Trim", "no function Trim"},
		{`system("rm")`, "rule_forbidden", "没有函数 system", "no function system"},
		{`shop.Foo()`, "rule_forbidden", "没有函数", "no function"},
		{`$env["shop"] == "x"`, "rule_name", "没有叫 $env 的数据", "no fact called $env"},
		{`let a = shop; a == "x"`, "rule_forbidden", "let", "let"},
		{`cod; cod`, "rule_forbidden", "多个语句", "no statements"},
		{`b"x" == b"x"`, "rule_forbidden", `"..."`, `"..."`},
		{`any(lines, any(lines, .qty > 1))`, "rule_forbidden", "不能在循环条件里再用循环 any",
			"the loop any lies inside the condition of another"},
		{`any(lines, sum(map(lines, .qty)) > .qty)`, "rule_forbidden", "循环 sum", "the loop sum"},
		{`any(lines, .sku in tags)`, "rule_forbidden", "不能再用整个列表 tags", "the whole list tags is used inside"},
		{`any(lines, max(cod ? lines : lines) == 1)`, "rule_forbidden", "整个列表", "the whole list"},
		{`shop matches message`, "rule_forbidden", "matches 右边", "to the right of matches"},
		{`shop matches "("`, "rule_syntax", "模式写错了", "the pattern of matches is wrong"},
		{`shop matches "(a{100}){9}"`, "rule_bounds", "模式太长", "the pattern of matches is too long"},
		{`any(lines, .sku matches "^A")`, "rule_bounds", "不能用在循环条件里", "it stands outside of loops"},
		{strings.TrimSuffix(strings.Repeat(`shop matches "^A" or `, 9), " or "), "rule_bounds", "最多 8 个", "at most 8 times"},
		{`len(1..100000000) > 1`, "rule_bounds", "范围要写成", "a range is two whole numbers"},
		{`len(1..total) > 1`, "rule_bounds", "范围要写成", "a range is two whole numbers"},
		// Size.
		{strings.Repeat("测", 2001), "rule_bounds", "规则有 2001 个字,最多 2000 个", "has 2001 characters, and 2000 is the most"},
		{deep, "rule_bounds", "套了超过 16 层", "more than 16 deep"},
		{strings.TrimSuffix(strings.Repeat("cod or ", 260), " or "), "rule_bounds", "超过 500 个部分", "more than 500 parts"},
		{"total in [" + strings.Repeat("1,", 200) + "1]", "rule_bounds", "列表有 201 项", "has 201 members"},
		{strings.TrimSuffix(strings.Repeat("any(lines, .gift) or ", 9), " or "), "rule_bounds",
			"循环(any、all、count 等)超过 8 个", "more than 8 loops"},
		// The parser shares the middle of a chain, so this is a tree of 2^100 nodes.
		{strings.Repeat("flag < (", 100) + "flag" + strings.Repeat(") < flag", 100), "rule_bounds", "套了超过 16 层",
			"more than 16 deep"},
	} {
		t.Run(c.code+" / "+short(c.text), func(t *testing.T) {
			_, err := rule.Compile(kind(), c.text)
			f := fault.Of(err)
			if f == nil {
				t.Fatal("accepted")
			}
			if f.Kind != fault.Invalid || f.Code != c.code || !strings.Contains(f.ZH, c.zh) {
				t.Errorf("%s: %s", f.Code, f.ZH)
			}
			if !strings.Contains(f.EN, c.en) {
				t.Errorf("%s: %s", f.Code, f.EN)
			}
		})
	}
}

func short(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	return string(runes[:min(len(runes), 40)])
}

func TestEval(t *testing.T) {
	compile := func(t *testing.T, text string) *rule.Program {
		t.Helper()
		p, err := rule.Compile(kind(), text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, text := range map[string]string{
		"an index beyond the list": `lines[9].qty > 1`, "a missing record": `parent.orders > 1`, "a division by zero": `total % (flag - 1) == 1`,
		"a text that is no number": `int(shop) > 1`, "a missing member": `find(lines, .qty > 99).qty > 1`,
	} {
		t.Run(name+" is a fault that tells where", func(t *testing.T) {
			_, err := compile(t, text).Eval(order())
			f := fault.Of(err)
			if f == nil || f.Code != "rule_failed" || !strings.Contains(f.EN, "column") || !strings.Contains(f.ZH, "行") {
				t.Fatal(err)
			}
		})
	}
	t.Run("a list that is too long is not judged", func(t *testing.T) {
		long := order()
		long.Lines = make([]*line, rule.ListMaxDefault+1)
		_, err := compile(t, `cod`).Eval(long)
		if f := fault.Of(err); f == nil || f.Code != "rule_failed" || !strings.Contains(f.ZH, "lines") {
			t.Fatal(err)
		}
	})
	t.Run("memory is bounded", func(t *testing.T) {
		big := order()
		big.Lines = make([]*line, rule.ListMaxDefault)
		items := strings.TrimSuffix(strings.Repeat("total,", 100), ",")
		if _, err := compile(t, `len(map(lines, [`+items+`])) > 0`).Eval(big); fault.Of(err) == nil || fault.Of(err).Code != "rule_failed" {
			t.Fatal(err)
		}
	})
	t.Run("facts of another type are refused", func(t *testing.T) {
		p := compile(t, `cod`)
		for _, other := range []any{nil, (*facts)(nil), 7, line{}, &line{}, map[string]any{"cod": true}} {
			if _, err := p.Eval(other); fault.KindOf(err) != fault.Internal {
				t.Fatalf("%T: %v", other, err)
			}
		}
	})
	t.Run("a rule runs in many goroutines", func(t *testing.T) {
		p := compile(t, `any(lines, .qty > 30) and total > 1`)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				o := order()
				if i%2 == 1 {
					o.Lines = o.Lines[:1]
				}
				for range 300 {
					if got, err := p.Eval(o); err != nil || got != (i%2 == 0) {
						t.Errorf("%v, %v", got, err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
	t.Run("other results come in one type each", func(t *testing.T) {
		for _, c := range []struct {
			result rule.Result
			text   string
			want   any
		}{
			{rule.Whole, `flag + 1`, int64(2)}, {rule.Whole, `total`, int64(56_000)}, {rule.Number, `flag`, 1.0},
			{rule.Number, `weight * 2`, 5.0},
			{rule.Text, `cod ? "SF" : "YTO"`, "SF"}, {rule.Bool, `cod`, true},
		} {
			p, err := rule.Compile(rule.Kind{Name: "choice", Facts: facts{}, Result: c.result}, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := p.Value(order()); err != nil || got != c.want {
				t.Errorf("%s gives %v (%T), %v; want %v", c.text, got, got, err, c.want)
			}
			if _, err := rule.Compile(rule.Kind{Name: "choice", Facts: facts{}, Result: rule.Text}, `flag`); err == nil {
				t.Error("a number for a text accepted")
			}
		}
	})
}

func TestKinds(t *testing.T) {
	type method string
	type loop struct{ Next *loop }
	type inner struct{ A int }
	for name, facts := range map[string]any{
		"no struct": 7, "nil": nil, "pointer": &facts{}, "a named type": struct{ M method }{}, "an any": struct{ X any }{}, "a func": struct{ F func() }{},
		"a struct in itself": loop{}, "an embedded struct": struct{ inner }{}, "bytes": struct{ B []byte }{}, "an int32": struct{ I int32 }{},
	} {
		t.Run(name+" is refused as facts", func(t *testing.T) {
			_, err := rule.NewKinds(rule.Kind{Name: "k", Facts: facts})
			if name == "an embedded struct" { // unexported: rules cannot see it
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault.KindOf(err) != fault.Internal || err == nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("a kind twice or without a name is refused", func(t *testing.T) {
		if _, err := rule.NewKinds(kind(), kind()); err == nil {
			t.Fatal("twice")
		}
		if _, err := rule.NewKinds(rule.Kind{Facts: facts{}}); err == nil {
			t.Fatal("no name")
		}
		if kinds, err := rule.NewKinds(kind()); err != nil || kinds["review"].Name != "review" {
			t.Fatal(err)
		}
	})
}

// FuzzRuleText: no text makes Compile or Eval panic, hang or eat memory. The engine
// has no instruction budget, so the bounds of the form are all there is.
func FuzzRuleText(f *testing.F) {
	for _, seed := range []string{
		`total >= 50000 and any(lines, .price < .cost)`, `message matches "a{1000}"`,
		`sum(filter(lines, .qty > 1), .qty) in 1..9`,
		`flag < (flag < flag) < flag`, `len(map(lines, [1,2,3])) > 0`, `lines[0:1] == lines[:-1]`, `{"a": 1}.a == 1`,
		`parent?.orders ?? 1 == 1`,
		`if cod { true } else { false }`, `find(lines, # == nil)?.tags[0] == "x"`, `2 ** 9999 > 1`,
		`int("9" + "9") > 1`, `lines | count(.gift) > 0`,
		`"x" in extra`, `tags == ["vip"]`, `string(lines) == ""`, `trim(shop, "t") == lower(shop)`, `1..9 == 1..9`, `#`,
		`.`, `/* */ cod`,
	} {
		f.Add(seed)
	}
	o := order()
	f.Fuzz(func(t *testing.T, text string) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := rule.Compile(kind(), text)
		if err == nil {
			_, err = p.Eval(o)
		}
		runtime.ReadMemStats(&after)
		if err != nil && (fault.Of(err).Kind != fault.Invalid || fault.Of(err).ZH == "") {
			t.Fatalf("%q: %v", text, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Fatalf("%q took %d MB", text, used>>20)
		}
	})
}

func simpleRules() []string {
	return []string{
		`total >= 100000`, `not has_phone`, `province in ["西藏自治区", "青海省"]`, `message contains "发票"`, `buyer.blocked`,
		`cod and total > 200000`,
		`weight > 20`, `flag == 5`, `len(lines) > 50`, `shop == "jd-1" and flag > 2`,
		`buyer.orders == 0 and total > 80000`, `len(message) > 200`,
	}
}

func lineRules() []string {
	return []string{
		`any(lines, .price < .cost and not .gift and .qty > 99)`, `any(lines, .qty > 500)`, `sum(lines, .qty) > 1000`,
		`count(lines, .gift) > 3`,
		`all(lines, .gift)`, `any(lines, .discount > 0.9)`, `any(lines, .sku == "X-1")`,
		`any(lines, .sku in ["C-1", "C-2", "C-3"])`,
	}
}

func benchmarkJudge(b *testing.B, texts []string) {
	rules := make([]rule.Rule, len(texts))
	for i, text := range texts {
		rules[i] = rule.Rule{Kind: "review", Name: fmt.Sprint(i), Priority: i, Expr: text, Active: true}
	}
	set, err := rule.NewSet(kind(), rules)
	if err != nil {
		b.Fatal(err)
	}
	o := order()
	b.ReportAllocs()
	for b.Loop() {
		if hits := set.Judge(o, nil); hits != nil {
			b.Fatal(hits)
		}
	}
}

// BenchmarkSimple judges one order by 12 rules over its header. Aim: 2 us.
func BenchmarkSimple(b *testing.B) { benchmarkJudge(b, simpleRules()) }

// BenchmarkLines judges one order by 8 rules over its three lines. Aim: 9 us.
func BenchmarkLines(b *testing.B) { benchmarkJudge(b, lineRules()) }
