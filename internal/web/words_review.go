package web

// reviewWords are those of the review desk.
var reviewWords = map[string]pair{
	"desk_queues": {"队列", "Queues"}, "desk_held": {"挂起", "Held"}, "desk_service": {"待客审", "To service"}, "desk_finance": {"待财审", "To finance"}, "desk_passed": {"已审核未下发", "Passed, not released"}, "desk_refused": {"已驳回", "Rejected"},
	"desk_empty": {"这个队列里没有订单。", "No order stands in this queue."}, "desk_pick": {"用 J / K 或点击选择一单。", "Choose an order with J / K or a click."}, "desk_reason": {"原因或备注", "Reason or note"},
	"desk_why": {"为什么没有自动通过", "Why it did not pass by itself"}, "desk_rule": {"规则", "Rule"}, "desk_nothing_holds": {"没有挂起原因。", "Nothing holds it."}, "desk_taken": {"%s 正在处理,还有 %d 分钟", "%s works on it, for another %d minutes"},
	"exception_how": {"怎样处理的", "How it was settled"}, "exception_close": {"关闭所选", "Close the chosen"}, "exception_held": {"属于挂起的异常在审单台解除", "What belongs to a hold ends at the review desk"},
	"done_exceptions_closed": {"已关闭 %d 条异常。", "%d exceptions are closed."}, "desk_looked": {"判断时看到的内容", "What the rule looked at"}, "act_clear": {"核对通过", "Clear"}, "act_reject": {"驳回", "Reject"},
	"done_desk_clear": {"已核对。", "Cleared."}, "done_desk_pass_service": {"客审已通过。", "Passed by service."}, "done_desk_pass_finance": {"财审已通过。", "Passed by finance."}, "done_desk_take_back": {"已收回审核。", "The pass is taken back."},
	"done_desk_hold": {"已挂起。", "Held."}, "done_desk_note": {"备注已添加。", "The note is added."}, "done_desk_reject": {"已驳回。", "Rejected."}, "done_desk_cancel": {"已取消。", "Cancelled."},

	"desk_delayed": {"延时待审", "Delayed"}, "desk_passes": {"自动通过", "Passes in"}, "act_judge": {"重新判定", "Judge again"}, "act_judge_now": {"立即判定", "Judge now"},
	"done_desk_judge": {"已按现在的规则重新判定。", "Judged again by the rules as they stand."}, "done_desk_judge_now": {"已结束延时并判定。", "The delay is over and the order was judged."},
	"done_desk_lines": {"商品已更改。", "The lines are changed."}, "done_desk_warehouse": {"已改仓。", "The order moved to the other warehouse."}, "done_desk_carrier": {"快递已更改。", "The carrier is changed."},
	"desk_effect": {"改了以后", "What it would do"}, "desk_gone": {"去掉", "Goes"}, "desk_come": {"换成", "Comes"}, "desk_was": {"原应付", "Owed before"}, "desk_now": {"现应付", "Owed after"}, "desk_differs": {"差价", "Difference"},
	"desk_cod": {"货到付款:快递代收由 %s 改为 %s。", "Cash on delivery: the courier collects %s, then %s."}, "desk_unpaid": {"买家还没付款,请让买家按新金额多付 %s。", "Not paid yet: have the buyer pay %s more."},
	"desk_owes": {"买家要补 %s;补齐前订单挂起。", "The buyer owes %s; the order is held until it is paid."}, "desk_refund": {"要退给买家 %s;会生成一条待退款异常。", "%s goes back to the buyer; work to refund it is opened."},
	"desk_even": {"价格不变,不用补也不用退。", "The price stays; nothing to collect or to refund."}, "desk_house": {"仓库", "Warehouse"}, "desk_wants": {"需要", "Wanted"}, "desk_has": {"可用", "Available"}, "desk_has_wants": {"可用/需要", "Available / wanted"},
	"desk_short": {"货不够,缺少的件数要等到货:", "Too little in stock; pieces that will wait for goods:"}, "desk_sure": {"确认更改", "Change it"}, "desk_lines": {"改商品", "Change lines"}, "desk_drop": {"去掉哪一行", "Line that goes"}, "desk_drop_none": {"不去掉,只加商品", "None, only add"},
	"desk_code": {"换成/加上(编码或条码)", "Comes (SKU or barcode)"}, "desk_code_none": {"不填则只去掉", "empty: only drop"}, "desk_qty": {"件数", "Pieces"}, "desk_price": {"单价", "Price each"}, "desk_price_none": {"同原价", "as before"}, "desk_try": {"看看变化", "Show what changes"}, "desk_try_say": {"先看差价和库存,再确认。", "See price and stock first, then confirm."},
	"desk_house_way": {"改仓、改快递", "Warehouse and carrier"}, "desk_here": {"当前", "Now"}, "desk_lacks": {"缺", "Lacks"}, "desk_move": {"改到这个仓", "Serve from here"}, "desk_way": {"%s %s %s,%d 天", "%s %s %s, %d days"}, "desk_way_by": {"快递", "Carrier"}, "desk_way_any": {"由系统选最便宜的", "The cheapest, as the house chooses"}, "desk_way_set": {"更改快递", "Set carrier"},
	"desk_way_none": {"现在没有快递能送到这个地址。", "No carrier reaches this address now."}, "desk_why_not": {"不能改商品、仓库和快递:", "Lines, warehouse and carrier cannot be changed:"},
	"did_order_lines_changed": {"改了商品行", "lines changed"}, "did_order_relocated": {"改仓", "moved to another warehouse"}, "taken_back": {"已取消金额", "Taken back"}, "payable": {"现应付", "Owed now"},
	"exc_balance_due": {"待补差价", "difference to collect"}, "exc_refund_due": {"待退差价", "difference to refund"}, "exc_by_hand": {"人工挂起", "held by hand"}, "exc_platform_forbids": {"平台禁发", "forbidden by platform"},
	"exc_import_cancel": {"导入退货未匹配", "return without a sale"}, "exc_import_refund": {"导入退费未匹配", "refund without a charge"}, "exc_import_bad_debt": {"坏账", "bad debt"},

	"exception_mine": {"我的", "Mine"}, "exception_due": {"期限", "Due"}, "exception_owner": {"负责人", "Owner"}, "exception_me": {"我", "Me"}, "exception_take": {"领取", "Take"}, "exception_back": {"退回", "Give back"}, "exception_to": {"转交给…", "Hand to…"}, "exception_give": {"转交", "Hand over"},
	"exception_again": {"重新处理", "Take in again"}, "done_exceptions_take": {"已领取 %d 条异常。", "You took %d exceptions."}, "done_exceptions_back": {"已退回 %d 条异常。", "%d exceptions are given back."}, "done_exceptions_give": {"已转交 %d 条异常。", "%d exceptions are handed over."},
	"done_reprocessed": {"报文已重新处理,订单已接收,异常已关闭。", "The message was taken in again; its exception is closed."}, "done_reprocessed_before": {"这条异常已经处理过,没有再做。", "This was settled before; nothing was done."},
	"did_exception_exception_taken": {"领取异常", "exception taken"}, "did_exception_exception_given": {"转交异常", "exception handed over"}, "did_exception_exception_given_back": {"退回异常", "exception given back"},
}
