package review

import (
	"baihuo/internal/db"
	"baihuo/internal/rule"
)

// BuiltIn gives the rules that a new house starts with. Their thresholds stand in
// their text, for staff to change. Rules about contact and address leave sales over
// the counter alone.
func BuiltIn() []rule.Rule {
	needed := rule.Scope{DimensionContact: {"needed"}}
	rules := []rule.Rule{
		{Name: "平台禁止发货", Expr: `channel_state == "forbidden"`, Then: thenJSON(Then{
			Hold: HoldForbidden, Release: ByFacts, ZH: "平台标记已付款但禁止发货,待平台放行", EN: "Paid, but the platform forbids shipping it yet"})},
		{Name: "申请退款", Expr: `any(lines, .refund == "requested")`, Then: thenJSON(Then{
			Hold: "refund_requested", Person: true, Release: ByFacts, ZH: "买家已申请退款,请先处理退款",
			EN: "The buyer asks for a refund; settle that first"})},
		{Name: "黑名单买家", Expr: `blacklisted != ""`, Then: thenJSON(Then{Hold: "blacklisted", Person: true,
			ZH: "买家在黑名单上:{blacklisted}", EN: "The buyer is on the black list: {blacklisted}"})},
		{Name: "收件人或电话缺失", Scope: needed, Expr: `"name_missing" in issues or "phone_missing" in issues`,
			Then: thenJSON(Then{Hold: "contact_missing", Person: true, Release: ByFacts, ZH: "缺少收件人姓名或电话,请联系买家补全",
				EN: "The recipient's name or phone is missing; ask the buyer"})},
		{Name: "电话无效", Scope: needed, Expr: `"phone_malformed" in issues or "phone_masked" in issues`,
			Then: thenJSON(Then{Hold: "contact_malformed", Person: true, Release: ByFacts, ZH: "电话号码无效或被隐藏,请联系买家核对",
				EN: "The phone number is not valid or is masked; ask the buyer"})},
		{Name: "地址缺失", Scope: needed,
			Expr: `kind != "pickup" and ("address_missing" in issues or "detail_missing" in issues)`,
			Then: thenJSON(Then{Hold: "address_missing", Person: true, Release: ByFacts, ZH: "收货地址缺失或没有门牌等详细地址,请联系买家补全",
				EN: "The address, or its street and number, is missing; ask the buyer"})},
		{Name: "地址不清", Scope: needed,
			Expr: `kind != "pickup" and ("address_unclear" in issues or "address_masked" in issues)`,
			Then: thenJSON(Then{Hold: "address_unclear", Person: true, Release: ByFacts, ZH: "收货地址不清楚:{issue}",
				EN: "The address is not clear: {issue}"})},
		{Name: "地址不可送达", Scope: needed, Expr: `kind != "pickup" and region != "" and not deliverable`,
			Then: thenJSON(Then{Hold: "undeliverable", Person: true, Release: ByFacts, ZH: "收货地区无法送达或已停发:{reach}",
				EN: "Nothing can be brought there now: {reach}"})},
		{Name: "售价低于成本",
			Expr: `kind not in ["exchange", "resend"] and any(lines, .kind in ["goods", "bundle"] and .due_each < .cost)`,
			Then: thenJSON(Then{Hold: "below_cost", Person: true, ZH: "有商品实收低于成本,请核实价格",
				EN: "A line brings less than it costs; see the price"})},
		{Name: "数量异常", Scope: needed, Expr: `units >= 300 or any(lines, .kind != "charge" and .qty >= 100)`,
			Then: thenJSON(Then{Hold: "absurd_quantity", Person: true, ZH: "购买数量异常大,请与买家核实",
				EN: "The quantity is unusually large; ask the buyer"})},
		{Name: "买家留言", Expr: `trim(buyer_message) != "" and not (lower(buyer_message) matches ` + politeness + `)`,
			Then: thenJSON(Then{Hold: "buyer_message", Person: true, ZH: "买家有留言,请阅读并处理",
				EN: "The buyer left a message; read it and act on it"})},
		{Name: "高金额", Scope: needed, Expr: `total >= 500000`, Then: thenJSON(Then{Finance: true,
			ZH: "订单金额较高,需要财务审核", EN: "The order is of high value; finance must look at it"})},
		// Off until staff want it: a short wait lets the buyer change their mind first.
		{Name: "延时审核", Expr: `paid > 0`, Then: thenJSON(Then{DelayMinutes: 10})},
	}
	for i := range rules {
		rules[i].Kind, rules[i].Priority, rules[i].Owner = KindReview, (i+1)*10, "system"
		rules[i].Active = i < len(rules)-1
	}
	return append(rules, builtInShortage()...)
}

// politeness is the pattern of a message that asks for nothing.
const politeness = `"^([\\s,.!~，。！～、]|请|麻烦|尽快|快点|早点|发货|谢谢|多谢|感谢|辛苦|` +
	`老板|亲|您|你|了|啦|哦|好的|好|无|没有|thanks|thank you|please|ok)*$"`

// Install saves the built-in rules that were never there under their name, and gives
// how many those were. Staff may change, rename or switch them off for good.
func Install(tx *db.Tx) (installed int, err error) {
	known := map[string]map[string]bool{}
	for _, r := range BuiltIn() {
		if known[r.Kind] == nil {
			if known[r.Kind], err = rule.Names(tx, r.Kind); err != nil {
				return 0, err
			}
		}
		if known[r.Kind][r.Name] {
			continue
		}
		if _, err := rule.Save(tx, r); err != nil {
			return 0, err
		}
		installed++
	}
	return installed, nil
}
