package review

import (
	"encoding/json"

	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/rule"
)

// Shortage is what a shortage rule may look at: one line that stock could not serve
// in full, and the order it belongs to.
type Shortage struct {
	Line id.Line `expr:"-" json:"-"`

	Shop            string  `expr:"shop" json:"shop"`
	Contactless     bool    `expr:"contactless" json:"contactless"`
	Kind            string  `expr:"kind" json:"kind"`
	Total           int64   `expr:"total" json:"total"`
	Code            string  `expr:"code" json:"code"`
	Due             int64   `expr:"due" json:"due"`
	Ordered         int64   `expr:"ordered_units" json:"ordered_units"`
	Short           int64   `expr:"short_units" json:"short_units"`
	Share           float64 `expr:"short_share" json:"short_share"` // 0 to 1
	OrderUnits      int64   `expr:"order_units" json:"order_units"`
	OrderShort      int64   `expr:"order_short_units" json:"order_short_units"`
	OrderShortShare float64 `expr:"order_short_share" json:"order_short_share"`
}

// ShortageFields lists what a shortage rule may look at.
func ShortageFields() []Field {
	return []Field{
		{Name: "shop", ZH: "店铺编号", EN: "the shop's code"},
		{Name: "contactless", ZH: "柜台销售,没有可联系的人", EN: "sold over the counter: nobody to ask"},
		{Name: "kind", ZH: "订单类型", EN: "the kind of order"},
		{Name: "total", ZH: "订单应付总额,单位分", EN: "what the buyer owes for the order, in minor units"},
		{Name: "code", ZH: "商品编码", EN: "the code of the goods"},
		{Name: "due", ZH: "这一行的应付金额,单位分", EN: "what is owed for the line, in minor units"},
		{Name: "ordered_units", ZH: "这一行要发的件数", EN: "pieces of the line that are to ship"},
		{Name: "short_units", ZH: "这一行缺货的件数", EN: "pieces of the line that are short"},
		{Name: "short_share", ZH: "这一行缺货的比例,0 到 1", EN: "the share of the line that is short, 0 to 1"},
		{Name: "order_units", ZH: "整单要发的件数", EN: "pieces of the order that are to ship"},
		{Name: "order_short_units", ZH: "整单缺货的件数", EN: "pieces of the order that are short"},
		{Name: "order_short_share", ZH: "整单缺货的比例,0 到 1", EN: "the share of the order that is short, 0 to 1"},
	}
}

// Shortages gives one Shortage for each line of o that is short, in the order of the
// lines.
func Shortages(o *order.Order, shopCode string, contactless bool) []*Shortage {
	var list []*Shortage
	var units, short int64
	for _, l := range o.Lines {
		if !l.Moves() {
			continue
		}
		units += l.Open()
		if n := l.Short(); n > 0 {
			short += n
			list = append(list, &Shortage{Line: l.ID, Shop: shopCode, Contactless: contactless, Kind: string(o.Kind),
				Total: int64(o.Total), Code: l.Code, Due: int64(l.Due), Ordered: l.Open(), Short: n,
				Share: float64(n) / float64(l.Open())})
		}
	}
	for _, s := range list {
		s.OrderUnits, s.OrderShort, s.OrderShortShare = units, short, float64(short)/float64(units)
	}
	return list
}

// Act is what follows from a shortage.
type Act string

// The acts. Waiting is what happens when no rule speaks: the line stands in the queue
// for arriving stock.
const (
	ActWait   Act = "wait"
	ActAsk    Act = "ask"    // ask the customer: wait or replace
	ActCancel Act = "cancel" // cancel the missing pieces, with an apology
)

// Words names an act in both languages.
func (a Act) Words() (zh, en string) {
	switch a {
	case ActAsk:
		return "问买家", "ask the customer"
	case ActCancel:
		return "取消缺货部分", "cancel what is missing"
	}
	return "等到货", "wait for stock"
}

// ShortThen is what a shortage rule asks for: one of the three.
type ShortThen struct {
	Ask    bool   `json:"ask,omitempty"`
	Cancel bool   `json:"cancel,omitempty"`
	Wait   bool   `json:"wait,omitempty"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

func readShortThen(text json.RawMessage) (any, error) {
	t := &ShortThen{}
	if err := strict(text, t); err != nil {
		return nil, err
	}
	if flag(t.Ask)+flag(t.Cancel)+flag(t.Wait) != 1 || !sentences(t.ZH, t.EN) {
		return nil, ErrThen.Field("then", "请写 ask、cancel、wait 三者之一,并写明中英文原因 zh、en",
			"write one of ask, cancel, wait, and the reason in both zh and en")
	}
	return t, nil
}

func (t *ShortThen) act() Act {
	switch {
	case t.Ask:
		return ActAsk
	case t.Cancel:
		return ActCancel
	}
	return ActWait
}

// ShortVerdict is what the rules say of one short line, and why.
type ShortVerdict struct {
	Line id.Line
	Act  Act
	ZH   string
	EN   string
	// Source is the rule and its version; empty when no rule spoke. Facts is JSON.
	Source  string
	Facts   string
	RuleSet string
	// Holds: the task to ask the customer, or a rule that is broken.
	Holds []HoldDraft
}

// JudgeShortages says of each short line what to do: the first rule that hits
// decides. A broken rule waits and holds the order.
func JudgeShortages(set *rule.Set, facts []*Shortage) []ShortVerdict {
	verdicts := make([]ShortVerdict, len(facts))
	for i, f := range facts {
		v := &verdicts[i]
		*v = ShortVerdict{Line: f.Line, Act: ActWait, RuleSet: set.Version()}
		for _, hit := range set.Judge(f, f.within) {
			if hit.Broken {
				v.Holds = append(v.Holds, brokenHold(hit))
				continue
			}
			t := hit.Then.(*ShortThen)
			v.Act, v.ZH, v.EN, v.Source, v.Facts = t.act(), t.ZH, t.EN, sourceOf(hit), journal.JSON(f)
			break
		}
		if len(v.Holds) > 0 {
			v.Act = ActWait // a rule that cannot be judged may have said otherwise
		} else if v.Act == ActAsk {
			v.Holds = append(v.Holds, v.ask())
		}
	}
	return verdicts
}

func (f *Shortage) within(s rule.Scope) bool {
	return s.Covers(DimensionShop, f.Shop) && s.Covers(DimensionKind, f.Kind) &&
		s.Covers(DimensionContact, contact(f.Contactless))
}

// ask is the task for customer service. It ends when the customer has answered, or
// when the goods arrived first.
func (v *ShortVerdict) ask() HoldDraft {
	return HoldDraft{Kind: HoldShortage, Handle: ShortageHandle(v.Line), Line: v.Line, ReasonZH: v.ZH, ReasonEN: v.EN,
		Source: v.Source, Facts: v.Facts, Blocks: BlocksRelease, ReleaseHow: ByPerson, NeedsPerson: true}
}

// ShortageHandle is the handle of a short line's hold.
func ShortageHandle(line id.Line) string { return "shortage:" + line.String() }

func builtInShortage() []rule.Rule {
	return []rule.Rule{
		{Kind: KindShortage, Name: "少量缺货先问买家", Priority: 10, Owner: "system", Active: true,
			Scope: rule.Scope{DimensionContact: {"needed"}}, Expr: `short_units <= 20 or short_share < 0.5`,
			Then: thenJSON(ShortThen{Ask: true,
				ZH: "少量缺货,请问买家愿意等待还是换货", EN: "A little is short: ask the customer to wait or to take something else"})},
		{Kind: KindShortage, Name: "大量缺货取消并致歉", Priority: 20, Owner: "system", Active: true,
			Expr: `short_units > 20 and short_share >= 0.5`, Then: thenJSON(ShortThen{Cancel: true,
				ZH: "缺货较多,取消缺货部分并向买家致歉", EN: "Much is short: cancel it and apologise to the customer"})},
	}
}
