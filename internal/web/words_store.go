package web

// storeWords are those of the till, hand-out and shifts.
var storeWords = map[string]pair{
	"till_scan": {"扫码,或输入编码后回车", "Scan, or type a code and Enter"}, "till_count": {"数量", "Qty"}, "till_free": {"库存", "In stock"}, "till_total": {"应收", "To pay"},
	"till_hint":     {"↑↓ 改当前行数量,PgUp/PgDn 换行,输入 *5 回车设为 5 件,Delete 删行", "↑↓ change the line's quantity, PgUp/PgDn another line, *5 Enter makes five, Delete takes it out"},
	"till_script":   {"收银台需要浏览器脚本,请启用后刷新", "The till needs scripts; switch them on and reload"},
	"till_no_shift": {"您还没有开班,完成的销售不能入账。", "You have no open shift; sales cannot be booked."}, "till_elsewhere": {"您的班次开在另一家店,这里的销售不能入账。", "Your shift is in another shop; sales of this one cannot be booked."},
	"till_go": {"切换", "Go"}, "till_pay": {"收款", "Pay"}, "till_mode": {"交付方式", "Hand-over"}, "till_customer": {"顾客", "Customer"}, "till_hold": {"挂单", "Hold"}, "till_recall": {"取单", "Recall"},
	"till_receipt": {"打小票", "Receipt"}, "till_finish": {"完成", "Done"}, "till_price": {"改价", "Price"}, "till_price_right": {"需要“修改订单”权限", "Needs the right to edit orders"},
	"mode_take": {"带走", "take away"}, "mode_pickup": {"自提", "pick up later"}, "mode_deliver": {"送货上门", "home delivery"},
	"till_on": {"日期", "Day"}, "till_slot": {"时段", "Time"}, "slot_any": {"不限", "any"}, "slot_am": {"上午", "morning"}, "slot_pm": {"下午", "afternoon"}, "slot_eve": {"晚上", "evening"},
	"till_phone": {"手机号或后四位", "Phone, or its last four digits"}, "till_find": {"查找 / 确定", "Find / take"}, "till_tenders": {"收款方式", "Tenders"},
	"till_left": {"还差", "Still to pay"}, "till_change_word": {"找零", "Change"}, "till_label": {"备注(勿写姓名电话)", "Label (no name or phone)"},
	"pay_cash": {"现金", "Cash"}, "pay_wechat": {"微信", "WeChat Pay"}, "pay_alipay": {"支付宝", "Alipay"}, "pay_card": {"刷卡", "Card"},

	"till_ready": {"可以开始扫码", "Ready to scan"}, "till_unknown": {"没有这个商品:", "Nothing has the code "}, "till_empty": {"还没有商品", "There are no goods yet"}, "till_paid_less": {"收款不足,还差 ", "Not paid yet, lacking "},
	"till_change": {"找零", "Change"}, "till_done": {"已完成 ", "Done "}, "till_need_customer": {"自提和送货要先选顾客 (F4),送货还要有地址", "Pick-up and delivery need a customer (F4), delivery an address"},
	"till_offline_customer": {"断网时查不到老顾客;请输入完整手机号新建,或改为带走", "Without network nobody can be looked up; type the whole phone number to take somebody down, or choose take away"}, "till_held": {"已挂单", "Held"},
	"till_refused": {"未入账", "Not booked yet"}, "till_retry": {"重传", "Send again"}, "till_mend": {"取回修改", "Fetch back"}, "till_unsent": {"待上传 ", "to upload "},
	"till_signed_out": {"登录已过期,请在另一窗口登录", "Signed out; sign in in another window"}, "till_full": {"本机存储已满,请停止收银", "This browser can keep no more; stop selling"},
	"till_nothing": {"还没有可打的小票;以前的在“班次”页里", "No sale yet; receipts of earlier ones are on the page Shift"}, "till_new_customer": {"新顾客:请填姓名和地址", "Somebody new: name and address, please"},
	"till_no_held": {"没有挂单", "Nothing is held"}, "till_not_empty": {"请先完成或挂起当前这一单", "Finish or hold this sale first"}, "till_none_yet": {"没有找到顾客", "Nobody was found"}, "till_remove": {"删除", "Remove"},
	"till_price_off": {"改价", "new price"}, "till_stale": {"价格库存为 ", "prices and stock as of "}, "till_qty": {"数量", "Quantity"},
	"till_lost": {"断网", "no network"}, "till_since": {" · 自 ", " · since "}, "till_waits": {"待上传", "to upload"}, "till_offline": {"离线 · 未上传", "OFFLINE · not booked yet"},
	"till_late":        {"%n 笔销售还没有上传,最早的在 %t。可以继续收银;不要关闭或清理浏览器,不要交班,联网后自动上传。", "%n sales are not uploaded, the oldest of %t. Go on selling; do not close or clear the browser nor the shift. They are sent when the network is back."},
	"till_new_offline": {"断网:请填新顾客的姓名和地址,内容已加密保存,上传后即清除", "No network: name and address, please; they are kept sealed and removed when uploaded"},
	"till_insecure":    {"本页不是 https:断网时不能刷新,也不能登记新顾客", "This page is no https: without network it cannot be reloaded, nor can new customers be taken down"},
	"till_kept":        {"断网:这是保存在本机的收银台,可以照常收银", "No network: this is the till kept on this machine; go on selling"}, "till_whole": {"联网后打开完整页面", "Open the whole page when the network is back"},
	"till_sent": {"已全部上传", "all uploaded"}, "till_slow": {"没有回应,请重试", "No answer; try again"},

	"receipt": {"小票", "Receipt"}, "slip_no": {"单号", "No."}, "slip_time": {"时间", "Time"}, "slip_cashier": {"收银", "Cashier"}, "slip_void": {"已作废", "VOID"}, "slip_waits": {"商品待取或待送,请凭此单", "Goods follow; keep this receipt"},
	"slip_again": {"打印次数", "Print no."}, "slip_print": {"打印小票", "Print the receipt"}, "slip_reprint": {"重打小票", "Print again"},
	"sale_void": {"作废", "Void"}, "sale_void_what": {"钱从您的班次退出,已带走的商品退回库存,未交付的取消。", "The money leaves your shift, goods taken away come back into stock, the rest is cancelled."},
	"sale_voided": {"已作废", "void"}, "sale_waits": {"未交付", "to be handed over"}, "sale_taken": {"已带走", "taken away"}, "done_sale_voided": {"已作废,款已退出", "The sale is void, its money given back"},

	"pickup_find": {"订单号或尾号、手机后四位", "Order number or its end, last four digits of the phone"}, "pickup_do_find": {"查找", "Find"}, "pickup_all": {"全部待取", "All that wait"}, "pickup_late": {"逾期未取", "Overdue"},
	"pickup_waiting": {"待取", "Waiting"}, "pickup_goods": {"交付", "To hand out"}, "pickup_ready": {"可交货", "ready"}, "pickup_give": {"确认交货", "Hand out"},
	"pickup_where": {"备货", "Prepared"}, "pickup_proof": {"手机后四位", "phone's last 4"}, "pickup_proof_what": {"核对:顾客手机后四位,或小票、订单号后六位以上", "Check: the phone's last four digits, or six or more from the end of the receipt's or order's number"},
	"pickup_pack": {"本店备货", "Prepare here"}, "pickup_more": {"只列出前 100 单;请用号码或手机后四位查找其余的。", "Only the first 100 are listed; find the others by number or phone."}, "done_made_ready": {"已备好 %d 个包裹", "%d packages are ready"},
	"pickup_nobody": {"没有找到待取的订单;请核对号码", "No such order waits; look at the number again"}, "pickup_none": {"没有待取的订单。", "Nothing waits to be fetched."}, "done_handed_out": {"已交货 %d 个包裹", "%d packages handed out"},

	"shift_open": {"开班", "Open a shift"}, "shift_close": {"交班", "Close the shift"}, "shift_is_open": {"营业中", "open"}, "shift_is_closed": {"已交班", "closed"}, "shift_terminal": {"收银台", "Till"},
	"shift_float": {"备用金", "Float"}, "shift_open_what": {"先清点抽屉里的现金,再开班。", "Count the cash in the drawer first."}, "shift_sales": {"销售笔数", "Sales"}, "shift_expected": {"应有现金", "Cash expected"},
	"shift_counted": {"实点现金", "Cash counted"}, "shift_difference": {"差额", "Difference"}, "shift_why": {"差额原因", "Why it differs"}, "shift_cash": {"存取现金", "Cash in, out"}, "cash_out": {"取出", "out"}, "cash_in": {"存入", "in"},
	"shift_amount": {"金额", "Amount"}, "shift_reason": {"原因", "Why"}, "shift_close_what": {"按面额清点;收银台上还有“待上传”时先不要交班。", "Count by note and coin; do not close while the till still has sales to upload."},
	"shift_print": {"打印", "Print"}, "shift_sold": {"本班销售", "Sales of this shift"}, "shift_past": {"最近班次", "Last shifts"}, "shift_began": {"开班时间", "Opened"}, "shift_ended": {"交班时间", "Closed"},
	"done_shift_opened": {"已开班", "The shift is open"}, "done_shift_closed": {"已交班", "The shift is closed"}, "done_cash_moved": {"已记录", "Noted"},
}
