package web

// ruleWords are those of rules, stop regions, the black list and the queue for stock.
var ruleWords = map[string]pair{
	"rules_review": {"审单规则", "Rules of the review"}, "rules_shortage": {"缺货规则", "Rules of shortage"}, "rules_none": {"还没有规则。", "There is no rule yet."}, "rule_new": {"新建规则", "New rule"}, "rule_priority": {"次序", "Order"},
	"rule_expression": {"条件", "Condition"}, "rule_then": {"结论(JSON)", "What follows (JSON)"}, "rule_owner": {"负责人", "Owner"}, "rule_version": {"版本", "Version"}, "rule_on": {"启用", "on"}, "rule_off": {"停用", "off"}, "rule_days": {"天", "days"},
	"rule_rehearse": {"试演", "Rehearse"}, "rule_save": {"保存为新版本", "Save as a new version"}, "rule_fields": {"条件里可以用的字段", "Fields for conditions"}, "rule_rehearsal": {"试演结果", "Rehearsal"}, "rule_looked": {"查看订单", "Orders looked at:"},
	"rule_changed": {"会改变", "would change:"}, "rule_cut": {"只看了最近的一部分", "only the latest were looked at"}, "rule_rehearse_what": {"按订单现在的内容重新判断两次,不写入任何数据;收件信息、地区文字和黑名单不再重查,针对它们的规则在这里看不出变化。", "Each order is judged twice as it stands now; nothing is written. Contact, place in words and black list are not looked at again; a rule about those shows nothing here."},
	"rule_before": {"现在", "Now"}, "rule_after": {"改后", "Then"}, "rule_versions": {"历史版本", "Versions"}, "rule_now": {"当前", "in use"}, "rule_back": {"恢复到此版本", "Bring back"}, "done_rule_saved": {"规则已保存,新订单按此判断。", "The rule is saved; new orders are judged by it."},
	"review_pending": {"待客审", "to service"}, "review_passed": {"通过", "passed"}, "review_passed_service": {"待财审", "to finance"}, "review_rejected": {"驳回", "rejected"},
	"rule_rehearse_short": {"按现在仍缺货的商品行重新判断两次,不写入任何数据;下单时已取消的缺货件数不再重查。", "Lines that are short now are judged twice; nothing is written. Pieces given up when an order came are not looked at again."},
	"waiting_some":        {"只列出您范围内店铺的订单,名次也只在其中计算。", "Only orders of the shops within your scope are listed, and places count among these."},
	"stops_what":          {"停发期间,新订单按规则挂起或改用其他快递;到期自动恢复。", "While a stop runs, new orders are held by rule or go by another carrier; it ends by itself."}, "stops_none": {"没有停发地区。", "No region is stopped."}, "stop_region": {"地区", "Region"}, "stop_carrier": {"快递", "Carrier"},
	"stop_reason": {"原因", "Reason"}, "stop_from": {"开始", "From"}, "stop_until": {"到期(含当天)", "Until (that day too)"}, "stop_further": {"另行通知", "further notice"}, "stop_end": {"恢复", "End it"}, "stop_new": {"新增停发", "New stop"}, "stop_all_carriers": {"全部快递", "every carrier"},
	"stop_everywhere": {"全国", "everywhere"}, "stop_hint": {"点开省、市往下选,可以同时勾选多个;勾选上级即包含全部下级,什么都不勾为全国。", "Open a province or city to go further down; tick as many as you like. A tick covers all below it, none means everywhere."}, "stop_from_day": {"开始(留空为现在)", "From (empty: now)"}, "stop_later": {"未开始", "not begun"}, "done_stop_saved": {"停发地区已保存。", "The stop is saved."},
	"black_what": {"黑名单买家的新订单会挂起,由人核对。", "New orders of a buyer on the list are held for a person."}, "black_none": {"黑名单是空的。", "The list is empty."}, "black_buyer": {"买家", "Buyer"}, "black_drop": {"移出", "Take off"}, "black_new": {"加入黑名单", "Put on the list"},
	"black_hint": {"买家信息是加密的:写完整电话(用此电话下过单的买家都会加入),或写此人任一订单的订单号。电话只用于比对,不会保存。", "Buyers are sealed: give a whole phone (all buyers with orders to it go on the list) or the number of any order of theirs. The phone is compared and not kept."}, "black_phone": {"电话", "Phone"}, "black_number": {"或订单号", "or an order number"}, "black_until": {"到期(含当天,留空为长期)", "Until (that day too; empty: always)"}, "done_black_on": {"已加入黑名单。", "The buyer is on the list."}, "done_black_off": {"已移出黑名单。", "The buyer is off the list."},
	"waiters_what": {"到货时按此顺序分配:先看最晚发货时间,再看付款时间。", "Arriving stock serves them in this order: by deadline, then by the time of payment."}, "waiter_place": {"次序", "Place"},
}
