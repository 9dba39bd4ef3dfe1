package review

import "time"

// Advice is what usually settles a kind of exception: the next step in a sentence, where
// that is done, and how long such work may lie before it is late.
type Advice struct {
	ZH, EN string
	// Place is what the step is done with: "order", "desk", "goods", "stock", "stops",
	// "rules", "webhooks", "raw" (the message is taken in again) or "" for nothing of ours.
	Place  string
	Within time.Duration
}

// AdviceOn gives the advice on a kind. One that a rule of the house invented gets the
// general one.
func AdviceOn(kind string) Advice {
	if a, known := advice[kind]; known {
		return a
	}
	return Advice{"阅读原因,处理后在审单台解除挂起", "Read why; when it is settled, release the hold at the review desk", "desk", 4 * time.Hour}
}

var advice = map[string]Advice{
	"refund_requested": {"先与买家谈妥:同意退款就取消订单,撤回申请就重新判定", "Settle it with the buyer: cancel the order, or judge it again once they withdraw", "desk", time.Hour},
	"blacklisted":      {"核实买家情况,放行或取消订单", "Look into the buyer; let the order go or cancel it", "desk", 4 * time.Hour},
	"contact_missing":  {"联系买家补全姓名和电话,填到订单的收件信息", "Ask the buyer for name and phone and write them into the order", "order", 2 * time.Hour},
	"contact_malformed": {"联系买家核对电话,改正订单的收件信息", "Ask the buyer for the right phone and mend the order", "order",
		2 * time.Hour},
	"address_missing": {"联系买家补全门牌地址,填到订单的收件信息", "Ask the buyer for the whole address and write it into the order", "order", 2 * time.Hour},
	"address_unclear": {"对照原文确认省市区,改正订单的收件信息", "Compare with what was typed and mend the address of the order", "order", 2 * time.Hour},
	"undeliverable":   {"换一家能送到的快递,或停发解除后重新判定", "Choose a carrier that goes there, or judge again when the stop is lifted", "desk", 4 * time.Hour},
	"below_cost":      {"核实价格:无误就放行,标错价就改商品行或取消", "Look at the price: let it go, or change the line, or cancel", "desk", 4 * time.Hour},
	"absurd_quantity": {"与买家核实数量,无误就放行", "Ask the buyer about the quantity; let it go if it is right", "desk", 4 * time.Hour},
	"buyer_message":   {"阅读买家留言,照办后核对通过", "Read the buyer's message, act on it, then clear the order", "desk", 2 * time.Hour},
	"amount_differs":  {"核对平台金额和优惠,一致后放行", "Compare with the channel's amounts; let it go when they agree", "order", 4 * time.Hour},
	"state_unknown":   {"到平台后台看订单状态,可以发货就放行", "Look at the order on the channel; let it go if it may ship", "order", 4 * time.Hour},
	"sku_unmatched":   {"把这一行换成系统里的商品,或先建商品", "Swap the line for goods of the catalog, or make the SKU first", "desk", 2 * time.Hour},
	"edit_conflict":   {"比较我方和平台的改动,决定按哪一边发货", "Compare our change with the channel's and decide which holds", "order", 2 * time.Hour},
	"address_changed": {"拆包重打面单,或按原地址放行", "Unpack and label anew, or let it go to the former address", "order", time.Hour},
	"late_cancellation": {"联系快递拦截,或等包裹退回后入库", "Ask the carrier to stop the parcel, or take it back when it returns", "order",
		30 * time.Minute},
	HoldShortage:            {"问买家:等补货、换商品,还是取消这一行", "Ask the buyer: wait, take something else, or drop the line", "desk", 8 * time.Hour},
	HoldRuleBroken:          {"请管理员修好这条规则,再重新判定", "Have the rule mended, then judge again", "rules", time.Hour},
	HoldService:             {"审单台核对后通过", "Look at it at the review desk and pass it", "desk", 4 * time.Hour},
	HoldFinance:             {"财务核对金额后通过", "Finance looks at the amount and passes it", "desk", 8 * time.Hour},
	HoldBalance:             {"向买家收取差价,收到后放行", "Collect the difference from the buyer, then let it go", "desk", 24 * time.Hour},
	KindRefundDue:           {"在平台给买家退差价,退完后关闭", "Refund the difference on the channel, then close this", "order", 24 * time.Hour},
	"by_hand":               {"问挂起的同事,事情办完后放行", "Ask who held it; let it go when that is done", "desk", 8 * time.Hour},
	"order_refused":         {"补好缺的店铺或商品后点“重新处理”;原文有误就让发送方改正", "Mend what is missing here and take it in again, or have its sender mend it", "raw", time.Hour},
	"order_broken":          {"点“重新处理”;还不行就把编号告诉管理员", "Take it in again; if that fails, tell the administrator its number", "raw", time.Hour},
	"import_cancel":         {"在原始记录里找到被取消的订单,人工取消或忽略", "Find the sale that was taken back; cancel it by hand or leave it", "", 24 * time.Hour},
	"import_refund":         {"核对这笔退款对应的收费", "Find the charge that was given back", "", 24 * time.Hour},
	"import_bad_debt":       {"交财务核销", "Finance writes it off", "", 48 * time.Hour},
	"webhook_disabled":      {"检查对方地址,修好后重新启用推送", "Look at the endpoint, then switch it on again", "webhooks", 4 * time.Hour},
	"channel_state_unknown": {"到平台后台看订单状态,可以发货就放行", "Look at the order on the channel; let it go if it may ship", "order", 4 * time.Hour},
}
