package web

// systemWords are those of the house's health and places.
var systemWords = map[string]pair{
	"health_node": {"节点", "node"}, "health_writes": {"数据库写入", "Database writes"}, "health_writes_yes": {"正常,%d 毫秒,%s", "fine, %d ms, %s"}, "health_writes_no": {"写不进去,新订单暂不可接收", "does not write; no order can be taken"},
	"health_dead": {"失败的后台任务", "Dead jobs"}, "health_queued": {"待发送的客户消息", "Messages to be sent"}, "health_failed": {"发送失败的客户消息", "Messages not sent"},
	"health_readers": {"后台跟进", "Followers of the journal"}, "health_readers_what": {"各后台程序尚未处理的日志行数;持续增长说明它停住了。", "Rows each follower has not seen; a number that only grows says that it stands still."}, "health_readers_none": {"还没有运行过。", "None has run yet."},
	"health_books": {"核对账目", "Prove the books"}, "health_books_what": {"逐行重算库存、数量、金额、日志链;不影响接单。", "Counts stock, quantities, money and the journal's chain anew from every row; taking orders goes on."}, "health_check": {"开始核对", "Begin"}, "health_checking": {"核对中,可以离开此页", "at work; you may leave this page"},
	"health_clean": {"账目无误", "The books are clean"}, "health_breach": {"发现不一致,请保留现场并联系管理员", "Something does not fit; keep everything as it is and tell an administrator"}, "health_check_failed": {"没有完成,原因见日志", "It did not finish; the log says why"}, "health_proved": {"核对了什么", "What was proved"},
	"set_shops": {"店铺", "Shops"}, "set_shops_none": {"还没有店铺;请新增,或用文件导入。", "No shop yet; add one or import a file."}, "set_code": {"编码", "Code"}, "set_kind": {"类型", "Kind"}, "set_platform": {"平台", "Platform"}, "set_currency": {"币种", "Currency"}, "set_zone": {"时区", "Time zone"},
	"set_unpaid": {"下单即占库存", "Reserves when ordered"}, "set_promises": {"由我方承诺库存", "We promise its stock"}, "set_serves": {"发货仓顺序", "Warehouses in order"}, "set_shop_save": {"新增或修改店铺", "Add or change a shop"}, "set_by_code": {"编码已存在则修改,否则新增。", "An existing code is changed, a new one is added."},
	"set_route_save": {"设置发货仓顺序", "Set the order of warehouses"}, "set_province": {"省份代码", "Province code"}, "set_route_hint": {"省份留空为通用顺序;仓库编码用空格隔开,先写的先发。", "Without a province it is the general list; codes separated by blanks, the first is asked first."},
	"set_warehouses": {"仓库", "Warehouses"}, "set_warehouses_none": {"还没有仓库。", "No warehouse yet."}, "set_store": {"门店", "Store"}, "set_cut_off": {"截单时间", "Cut-off"}, "set_warehouse_save": {"新增或修改仓库", "Add or change a warehouse"},
	"set_carriers": {"快递", "Carriers"}, "set_carriers_none": {"还没有快递。", "No carrier yet."}, "set_carriers_hint": {"快递和运费表用文件导入;停发区在规则菜单里维护。", "Carriers and tariffs come from files; stop regions stand in the menu of rules."},
	"done_settings": {"已保存。", "Saved."}, "shop_kind_online": {"平台店", "marketplace"}, "shop_kind_web": {"自营商城", "web shop"}, "shop_kind_store": {"门店", "store"}, "shop_kind_counter": {"柜台", "counter"},
}
