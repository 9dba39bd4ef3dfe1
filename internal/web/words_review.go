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
}
