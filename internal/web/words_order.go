package web

// orderWords are those of the order list, the acts on many orders, the order page, the
// search and the new order.
var orderWords = map[string]pair{
	"views": {"视图", "Views"}, "team": {"团队", "team"}, "filter": {"筛选", "Filter"}, "filter_use": {"应用筛选", "Use the filter"}, "clear_all": {"清除全部", "Clear all"}, "chip_drop": {"去掉这个条件", "Drop this part"},
	"view_live": {"在途", "In hand"}, "view_review": {"待审核", "To review"}, "view_held": {"异常", "Held"}, "view_short": {"缺货", "Short"}, "view_ship": {"待发货", "To ship"}, "view_due": {"24 小时内到期", "Due in 24 h"}, "view_out": {"已发货", "Shipped"}, "view_all": {"全部", "All"},
	"view_keep": {"保存视图", "Keep this view"}, "view_name": {"视图名称", "Name of the view"}, "view_team": {"给整个团队", "For the whole team"}, "view_start": {"打开订单时先看这个视图", "Open orders with this view"}, "view_drop": {"删除视图", "Remove the view"},
	"done_view_kept": {"视图已保存。", "The view is kept."}, "done_view_first": {"以后打开订单先看这个视图。", "Orders now open with this view."}, "done_view_dropped": {"视图已删除。", "The view is removed."},
	"columns": {"列", "Columns"}, "column_shop": {"店铺与标签", "Shop, tags"}, "column_left": {"剩余时间", "Time left"}, "column_goods": {"商品", "Goods"}, "column_name": {"收件人", "Recipient"}, "column_notes": {"留言 / 备注", "Message, memo"}, "column_paid": {"实付", "Paid"},
	"column_parcel": {"快递 / 运单", "Carrier, waybill"}, "column_warehouse": {"仓库", "From"}, "column_time": {"下单时间", "Ordered"},
	"f_word": {"状态", "State"}, "f_shop": {"店铺", "Shop"}, "f_warehouse": {"仓库", "Warehouse"}, "f_held": {"异常", "Held"}, "f_short": {"缺货", "Short"}, "f_due": {"发货时限", "Ship by"}, "f_flag": {"旗帜", "Flag"}, "f_label": {"旗帜文字(3 字内)", "Label (3 characters)"}, "f_tag": {"标签", "Tag"}, "f_province": {"省份", "Province"},
	"f_sku": {"商品编码或条码", "SKU or barcode"}, "f_from": {"下单从", "Ordered from"}, "f_to": {"到(含)", "to (incl.)"}, "f_paid_min": {"实付不少于", "Paid at least"}, "f_paid_max": {"实付不多于", "Paid at most"}, "f_message": {"有留言", "message"}, "f_memo": {"有备注", "memo"},
	"f_sort": {"排序", "Sort by"}, "f_turned": {"反序", "reversed"}, "f_size": {"每页", "Per page"}, "f_only": {"只看", "Only"}, "only_short": {"缺货", "short"}, "only_message": {"有买家留言", "buyer's message"}, "only_memo": {"有卖家备注", "seller's memo"},
	"due_late": {"已超时", "late"}, "due_4h": {"4 小时内", "within 4 h"}, "due_24h": {"24 小时内", "within 24 h"}, "due_48h": {"48 小时内", "within 48 h"}, "sort_ordered": {"下单时间", "time ordered"}, "sort_ship_by": {"发货时限", "time to ship by"}, "sort_amount": {"实付金额", "amount paid"},
	"left_over": {"超 %s", "%s late"}, "left_in": {"剩 %s", "%s left"}, "says_buyer": {"买:", "B:"}, "says_seller": {"备:", "S:"}, "more_lines": {"种", "more"},
	"orders_nothing": {"没有符合条件的订单;可以清除筛选,或换一个视图。", "No order fits; clear the filter or choose another view."}, "orders_wrong": {"筛选条件有误,没有列出订单。", "The filter is not understood; nothing is listed."},
	"order_kind_cod": {"货到付款", "COD"}, "order_kind_presale": {"预售", "presale"}, "order_kind_exchange": {"换货", "exchange"}, "order_kind_resend": {"补发", "resend"}, "order_kind_manual": {"手工", "manual"}, "order_kind_pickup": {"自提", "pick-up"},

	"bulks": {"批量操作记录", "Acts on many"}, "bulks_none": {"最近 7 天没有批量操作。", "No act on many orders in the last 7 days."}, "back_to_list": {"返回列表", "Back to the list"}, "bulk_orders": {"单", "orders"}, "bulk_chosen": {"单已选", "chosen"}, "choose_all": {"选中全部", "all of them:"},
	"act_pass_service": {"审核通过", "Pass"}, "act_pass_finance": {"财审通过", "Finance pass"}, "act_take_back": {"反审核", "Take back"}, "act_hold": {"转异常", "Hold"}, "act_unhold": {"解除异常", "Release hold"}, "act_cancel": {"取消订单", "Cancel orders"},
	"act_tag": {"加标签", "Tag"}, "act_untag": {"去标签", "Untag"}, "act_flag": {"旗帜", "Flag"}, "act_reflag": {"恢复旗帜", "Flags as before"}, "act_memo": {"卖家备注", "Memo"}, "act_note": {"内部备注", "Note"}, "act_export": {"导出", "Export"},
	"bulk_sum_draft": {"可执行 %s,拦下 %s(看原因)。还没有执行任何操作。", "%s will be done, %s will not (see why). Nothing was done yet."}, "bulk_sum_running": {"已完成 %s,拦下 %s,还在执行。", "%s done, %s refused, still working."}, "bulk_sum_done": {"通过 %s,拦下 %s(看原因)。", "%s done, %s refused (see why)."},
	"bulk_leave": {"可以离开此页,结果会保留 7 天", "you may leave; the result is kept for 7 days"}, "bulk_why": {"拦下的原因", "Why some are refused"}, "bulk_reason": {"原因", "Reason"}, "bulk_go": {"执行", "Do"}, "bulk_long": {"数量较多,将在后台分批执行", "many orders: done in pieces in the background"}, "bulk_each": {"逐单结果", "Order by order"},
	"bulk_is_passed": {"已执行", "done"}, "bulk_is_refused": {"拦下", "refused"}, "bulk_is_undone": {"这次操作已撤销。", "This was undone."}, "bulk_state_draft": {"未执行", "not done"}, "bulk_state_running": {"执行中", "working"}, "bulk_state_done": {"完成", "done"}, "bulk_passed": {"批量审核通过", "passed with others"},
	"bulk_text_memo": {"卖家备注(同步平台的字段,覆盖原有)", "Seller's memo (replaces what is there)"}, "bulk_text_note": {"内部备注(只追加)", "Note for colleagues (added)"}, "done_bulk": {"%d 单已处理。", "%d orders done."}, "done_bulk_undone": {"%d 单已恢复。", "%d orders as before."},

	"order_before": {"上一单", "previous"}, "order_after": {"下一单", "next"}, "order_print": {"打印", "Print"}, "order_edit": {"备注、旗帜、标签", "Memo, flag, tags"}, "notes": {"内部备注", "Notes"}, "notes_none": {"还没有内部备注。", "No note yet."}, "note_add": {"添加", "Add"},
	"note_say": {"只有同事能看到;可以点名:", "Seen by colleagues only; call somebody by name:"}, "line_where": {"库存来源", "Comes from"}, "line_cancel": {"取消部分商品", "Cancel pieces"}, "line_cancel_say": {"在上面的行里填写要取消的件数。增加件数请新建订单。", "Fill in the pieces above. For more pieces make a new order."},
	"reveal": {"查看明文", "Show in the clear"}, "reveals_left": {"今日剩余", "left today:"}, "reveal_call": {"联系客户", "to call the customer"}, "reveal_address": {"核对地址", "to check the address"}, "reveal_carrier": {"处理快递问题", "a matter with the carrier"}, "reveal_other": {"其他理由", "another reason"},
	"reveal_say": {"查看会记入日志并计入今日额度,60 秒后自动隐藏。", "It is journaled, counts against today's quota and goes after 60 seconds."}, "plain_say": {"明文,即将自动隐藏:", "In the clear, goes by itself in:"},
	"send_to": {"修改收件信息", "Send elsewhere"}, "send_to_say": {"请完整重填。未打包的包裹会重新安排,已打包的会叫停。", "Type all of it anew. Packages not packed yet are planned anew, packed ones are stopped."},
	"sides": {"有人同时改了这张订单", "Somebody else changed this order meanwhile"}, "side_was": {"您打开时", "When you opened it"}, "side_now": {"现在", "Now"}, "side_yours": {"您填写的", "Yours"}, "sides_say": {"下面的表单保留了您填写的内容;再次保存将覆盖现在的值。", "The form below holds what you typed; saving again replaces what stands now."},
	"show_": {"全部", "all"}, "show_people": {"只看人", "people"}, "show_order": {"订单", "order"}, "show_hold": {"挂起", "holds"}, "show_package": {"包裹", "packages"}, "show_recipient": {"查看明文", "seen in the clear"}, "did_order_noted": {"添加内部备注", "noted"}, "did_order_erased": {"删除个人信息", "personal data erased"},
	"done_order_edited": {"已保存。", "Saved."}, "done_order_sent_to": {"收件信息已修改。", "It goes to the new recipient."}, "done_lines_cancelled": {"所选件数已取消。", "The pieces are cancelled."}, "done_order_noted": {"备注已添加。", "The note is added."},
	"done_act_pass_service": {"审核已通过。", "Passed."}, "done_act_pass_finance": {"财审已通过。", "Finance passed it."}, "done_act_take_back": {"已反审核。", "The pass is taken back."}, "done_act_hold": {"已转异常。", "Held."}, "done_act_unhold": {"异常已解除。", "The hold is released."}, "done_act_cancel": {"订单已取消。", "The order is cancelled."},
	"done_act_tag": {"标签已添加。", "Tagged."}, "done_act_untag": {"标签已去掉。", "The tag is off."}, "done_act_flag": {"旗帜已修改。", "The flag is changed."}, "done_act_memo": {"备注已修改。", "The memo is changed."}, "done_act_note": {"备注已添加。", "The note is added."}, "done_act_reflag": {"旗帜已恢复。", "Flags are as before."},
}
