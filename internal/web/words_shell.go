package web

// shellWords are those around every page: the menu, looks, keys, what was done.
var shellWords = map[string]pair{
	"menu_day": {"日常", "Day"}, "menu_stock": {"库存与商品", "Stock and goods"}, "menu_store": {"门店", "Store"}, "menu_rules": {"规则", "Rules"}, "menu_look": {"看板", "Boards"},
	"menu_work": {"任务", "Tasks"}, "workbench": {"工作台", "Workbench"}, "orders": {"订单", "Orders"}, "review": {"审单台", "Review desk"}, "order_new": {"手工开单", "New order"},
	"stock": {"库存", "Stock"}, "waiting": {"缺货等待", "Waiting for stock"}, "receive": {"收货上架", "Receive"}, "stock_count": {"盘点", "Stock count"}, "stock_move": {"移库调拨", "Move, transfer"},
	"products": {"商品", "Products"}, "store_new": {"门店开单", "Till"}, "pickup": {"自提核销", "Pick-up"}, "shift": {"班次", "Shift"}, "rules": {"自动规则", "Rules"}, "stops": {"停发区", "Stop regions"},
	"blacklist": {"黑名单", "Black list"}, "dashboard": {"实时看板", "Dashboard"}, "big": {"大屏", "Wall screen"}, "phone_page": {"手机页", "Phone page"}, "files": {"导入导出", "Import, export"},
	"jobs": {"后台任务", "Jobs"}, "webhooks": {"Webhook", "Webhooks"}, "seals": {"主密钥", "Sealing keys"}, "persons": {"个人信息", "Personal data"}, "settings": {"设置", "Settings"}, "health": {"系统健康", "System health"},

	"search": {"搜索", "Search"}, "search_what": {"订单号、尾号、手机、运单、商品…", "Order, tail, phone, waybill, SKU…"}, "undo": {"撤销", "Undo"}, "shut": {"关闭", "Close"}, "close": {"关闭", "Close"},
	"look_theme": {"外观", "Theme"}, "theme_auto": {"跟随系统", "system"}, "theme_light": {"浅色", "light"}, "theme_dark": {"深色", "dark"},
	"look_density": {"行高", "Density"}, "density_compact": {"紧凑", "compact"}, "density_normal": {"标准", "normal"}, "density_wide": {"宽松", "wide"},
	"look_keys": {"单键快捷键", "Single keys"}, "keys_on": {"开", "on"}, "keys_off": {"关", "off"}, "keymap": {"快捷键", "Keyboard"},
	"key_search": {"搜索", "search"}, "key_rows": {"上下移动", "move between rows"}, "key_tick": {"勾选", "tick"}, "key_range": {"连续勾选", "tick a range"}, "key_open": {"打开", "open"}, "key_back": {"返回一层", "back one level"},
	"key_send": {"提交表单", "send the form"}, "key_views": {"切换视图", "switch views"},
}
