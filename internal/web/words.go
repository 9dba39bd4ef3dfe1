package web

// pair is a word or sentence in both languages.
type pair struct{ zh, en string }

func (p pair) in(lang string) string {
	if lang == "en" {
		return p.en
	}
	return p.zh
}

// words holds every word of the pages.
var words = union(lineWords, officeWords, shellWords, orderWords, reviewWords, stockWords, productWords, storeWords, ruleWords, boardWords, fileWords,
	jobWords, devWords, systemWords, webhookWords)

// union makes one catalogue of several; a word that stands in two stops the program.
func union(parts ...map[string]pair) map[string]pair {
	all := map[string]pair{}
	for _, part := range parts {
		for key, w := range part {
			if _, twice := all[key]; twice {
				panic("web: two words " + key)
			}
			all[key] = w
		}
	}
	return all
}

// lineWords are those of orders, stock and parcels.
var lineWords = map[string]pair{
	"brand": {"百货 · 订单中台", "Baihuo · order hub"}, "skip": {"跳到内容", "Skip to content"},
	"home": {"实时状态", "Live status"}, "exceptions": {"异常中心", "Exceptions"}, "order": {"订单", "Order"}, "error": {"出错了", "Something is wrong"},
	"today": {"今天", "today"}, "seconds": {"%d 秒", "%d s"}, "minutes": {"%d 分钟", "%d min"}, "hours": {"%d 小时", "%d h"}, "days": {"%d 天", "%d days"},
	"live": {"实时", "live"}, "lost": {"连接中断,正在重试", "connection lost, retrying"}, "loading": {"刷新中…", "refreshing…"}, "updated": {"数据时间", "as of"},
	"masks": {"本页只读,个人信息均已脱敏", "Read-only; personal data is masked"},

	"orders_by_word": {"各环节订单", "Orders by step"},
	"blocked":        {"异常", "held"}, "all": {"全部", "all"}, "in_hand": {"在途订单", "in hand"}, "clear": {"清除筛选", "clear filter"}, "older": {"更早的订单", "older orders"}, "newest": {"回到最新", "newest"},
	"col_order": {"订单号", "Order"}, "col_shop": {"店铺", "Shop"}, "col_state": {"状态", "State"}, "col_name": {"收件人", "Recipient"},
	"col_place": {"地区", "Place"}, "col_units": {"件数", "Units"}, "col_amount": {"实付", "Amount"}, "col_why": {"为什么在等", "Why it waits"},
	"col_time": {"下单时间", "Ordered"}, "col_warehouse": {"仓库", "Warehouse"},
	"exceptions_open": {"待处理异常", "Open exceptions"}, "exceptions_empty": {"没有待处理的异常。", "Nothing waits for a person."},
	"exceptions_newest": {"最新", "newest"}, "exceptions_oldest": {"等得最久", "waiting longest"}, "next_page": {"下一页", "next page"}, "first_page": {"回到第一页", "first page"},
	"col_kind": {"种类", "Kind"}, "col_what": {"说明", "What is the matter"}, "col_since": {"已等待", "Waiting for"}, "col_opened": {"出现时间", "Opened"},
	"packages": {"仓内与在途包裹", "Packages by warehouse"}, "packages_empty": {"现在没有未完成的包裹。", "No package is under way."},
	"shortages": {"缺货等待", "Waiting for stock"}, "shortages_empty": {"没有订单在等货。", "No order waits for stock."},
	"col_sku": {"商品", "SKU"}, "col_waiting": {"缺件", "Pieces short"}, "col_first": {"排在最前", "First in the queue"}, "col_waiters": {"等待行数", "Lines"},
	"lows": {"库存偏低", "Low stock"}, "lows_empty": {"没有低于安全线的库存。", "No stock is below its safety line."},
	"col_free": {"可用", "Free"}, "col_on_hand": {"实物", "On hand"}, "col_reserved": {"占用", "Reserved"}, "col_safety": {"安全", "Safety"},

	"back": {"返回首页", "Back to the first page"}, "retry": {"重试", "Try again"}, "error_number": {"错误编号", "Error number"}, "error_works": {"订单的接收和发货不受此页影响。", "Taking and shipping orders goes on regardless of this page."},
	"recipient": {"收件信息", "Recipient"}, "phone": {"电话", "Phone"}, "address": {"地址", "Address"}, "times": {"时间", "Times"}, "money": {"金额", "Money"},
	"ordered_at": {"下单", "Ordered"}, "paid_at": {"付款", "Paid"}, "accepted_at": {"接收", "Accepted"}, "ship_by": {"最晚发货", "Ship by"}, "completed_at": {"完成", "Completed"}, "cancelled_at": {"取消", "Cancelled"},
	"goods": {"商品", "Goods"}, "discount": {"优惠", "Discount"}, "freight": {"运费", "Freight"}, "fee": {"费用", "Fees"}, "total": {"应付", "Total"}, "paid": {"已付", "Paid"},
	"lines": {"商品明细", "Lines"}, "price": {"单价", "Price"}, "due": {"应付", "Due"},
	"q_ordered": {"订购", "Ordered"}, "q_cancelled": {"取消", "Cancelled"}, "q_reserved": {"占用", "Reserved"}, "q_short": {"缺", "Short"}, "q_picked": {"已拣", "Picked"}, "q_shipped": {"已发", "Shipped"}, "q_delivered": {"已签收", "Delivered"}, "q_returned": {"退回", "Returned"},
	"holds": {"挂起原因", "Holds"}, "holds_empty": {"没有挂起。", "Nothing ever held this order."}, "col_placed": {"开始", "Since"}, "released": {"已解除", "released"},
	"order_packages": {"包裹与物流", "Packages and tracking"}, "order_packages_empty": {"还没有包裹。", "No package yet."}, "waybill": {"运单", "Waybill"}, "no_waybill": {"未取号", "no number yet"}, "stopped": {"已叫停", "stopped"},
	"messages": {"客户消息", "Messages to the customer"}, "messages_empty": {"还没有消息。", "No message yet."},
	"timeline": {"时间线", "Timeline"}, "by": {"操作", "by"}, "kind_bundle": {"组合装", "bundle"}, "kind_component": {"组合装部件", "part of a bundle"}, "kind_gift": {"赠品", "gift"}, "kind_charge": {"费用", "charge"}, "kind_goods": {"", ""},
	"order_exceptions": {"相关异常", "Exceptions of this order"},

	"word_wait_pay": {"待付款", "to pay"}, "word_wait_service": {"待审核", "to review"}, "word_wait_finance": {"待财审", "to finance"}, "word_reviewed": {"已审核", "reviewed"},
	"word_wait_pick": {"待拣货", "to pick"}, "word_wait_pack": {"待打包", "to pack"}, "word_wait_ship": {"待发货", "to ship"}, "word_part_out": {"部分发货", "partly shipped"},
	"word_out": {"已发货", "shipped"}, "word_completed": {"已完成", "completed"}, "word_cancelled": {"已取消", "cancelled"}, "word_rejected": {"已驳回", "rejected"},

	"why_wait_pay": {"等待买家付款", "Waits for the buyer's payment"}, "why_wait_service": {"等待客审通过", "Waits for customer service to pass it"}, "why_wait_finance": {"等待财审通过", "Waits for finance to pass it"}, "why_reviewed": {"已备货,等待安排包裹并下发仓库", "Stock is reserved; waits to be sent to the warehouse"}, "why_short": {"缺货,等待到货", "Out of stock; waits for goods to arrive"},
	"why_wait_pick": {"已下发仓库,等待拣货", "With the warehouse, waits to be picked"}, "why_wait_pack": {"已拣货,等待打包", "Picked, waits to be packed"}, "why_wait_ship": {"已打包,等待交给快递", "Packed, waits for the carrier"},
	"why_part_out": {"部分包裹已发出,其余待发", "Some packages have left, others wait"}, "why_out": {"运输途中", "On its way"}, "why_completed": {"", ""}, "why_cancelled": {"", ""}, "why_rejected": {"审核未通过", "Did not pass the review"},

	"ends_person": {"由工作人员解除", "a person releases it"}, "ends_deadline": {"到时自动解除", "by itself at its deadline"}, "ends_facts": {"原因消失后自动解除", "when its cause is gone"},
	"ends_pass_service": {"客审通过后解除", "when customer service passes the order"}, "ends_pass_finance": {"财审通过后解除", "when finance passes the order"}, "ends_stock": {"到货后自动解除", "when goods arrive"}, "ends_channel": {"平台放行后解除", "when the platform allows it"},

	"notice_order_received": {"订单已收到", "order received"}, "notice_order_cancelled": {"订单已取消", "order cancelled"}, "notice_order_apology": {"缺货致歉", "apology"},
	"notice_queued": {"待发送", "to be sent"}, "notice_sent": {"已发送", "sent"}, "notice_failed": {"发送失败", "not sent"},

	"exc_order_refused": {"拒收订单", "refused order"}, "exc_order_broken": {"无法写入的订单", "broken order"}, "exc_late_cancellation": {"发货后取消", "late cancellation"}, "exc_sku_unmatched": {"商品未对应", "unknown SKU"}, "exc_amount_differs": {"金额不符", "amount differs"},
	"exc_state_unknown": {"未知状态", "unknown state"}, "exc_channel_state_unknown": {"未知状态", "unknown state"}, "exc_contact_missing": {"联系方式缺失", "contact missing"}, "exc_contact_malformed": {"电话无效", "bad phone"}, "exc_address_missing": {"地址缺失", "address missing"},
	"exc_address_unclear": {"地址不清", "unclear address"}, "exc_undeliverable": {"无法送达", "undeliverable"}, "exc_below_cost": {"低于成本", "below cost"}, "exc_absurd_quantity": {"数量异常", "odd quantity"}, "exc_buyer_message": {"买家留言", "buyer's message"},
	"exc_blacklisted": {"黑名单", "black list"}, "exc_refund_requested": {"申请退款", "refund asked"}, "exc_edit_conflict": {"修改冲突", "edit conflict"}, "exc_address_changed": {"地址变更", "address changed"}, "exc_shortage": {"缺货", "shortage"}, "exc_rule_broken": {"规则出错", "broken rule"},
	"exc_import_leftover": {"导入未匹配", "import leftover"}, "exc_take_back_leftover": {"退货未匹配", "return leftover"}, "exc_service_review": {"待客审", "service review"}, "exc_finance_review": {"待财审", "finance review"},

	"did_order_accepted": {"订单已接收", "order accepted"}, "did_order_amended": {"平台更新了订单", "amended by the channel"}, "did_order_edited": {"人工修改", "edited"}, "did_order_redirected": {"收件信息变更", "sent elsewhere"}, "did_order_reviewed": {"审核状态变更", "review moved"},
	"did_order_cancelled": {"订单取消", "order cancelled"}, "did_order_lines_cancelled": {"部分商品取消", "lines cancelled"}, "did_order_completed": {"订单完成", "order completed"}, "did_order_released": {"下发仓库", "released to the warehouse"}, "did_order_picked": {"拣货完成", "picked"},
	"did_order_packed": {"打包完成", "packed"}, "did_order_shipped": {"交给快递", "handed to the carrier"}, "did_order_arrived": {"物流更新数量", "delivery counted"}, "did_order_collected": {"买家自提", "collected by the buyer"}, "did_order_brought_back": {"货物退回", "goods brought back"},
	"did_order_reserved": {"库存已预占", "stock reserved"}, "did_order_stock_arrived": {"到货并预占", "goods arrived and are reserved"}, "did_order_stock_lost": {"库存被收回", "its stock was lost"}, "did_order_package_voided": {"包裹作废", "package voided"}, "did_order_claims_given_up": {"释放占用", "claims given up"},
	"did_hold_hold_placed": {"挂起", "held"}, "did_hold_hold_released": {"解除挂起", "hold released"},
	"did_package_assigned": {"选定快递", "carrier chosen"}, "did_package_readdressed": {"包裹改址", "package readdressed"}, "did_package_shrunk": {"取出商品", "goods taken out"}, "did_package_stopped": {"包裹叫停", "package stopped"}, "did_package_resumed": {"解除叫停", "package resumed"}, "did_package_planned": {"包裹已计划", "package planned"},
	"did_waybill_asked": {"申请运单号", "waybill asked for"}, "did_waybill_numbered": {"取得运单号", "waybill numbered"}, "did_waybill_used": {"运单已使用", "waybill used"}, "did_waybill_reclaimed": {"运单号回收", "waybill reclaimed"}, "did_waybill_tracked": {"物流更新", "tracking news"},
	"did_notice_notice_queued": {"消息待发送", "message queued"}, "did_notice_notice_sent": {"消息已发送", "message sent"}, "did_notice_notice_failed": {"消息发送失败", "message not sent"},
	"package": {"包裹", "package"}, "system": {"系统", "system"},
}
