package staff

// permitWords say what each permit lets do, in both languages.
var permitWords = map[Permit][2]string{
	Public: {"任何人", "anybody"}, SignedIn: {"任何已登录的人", "anybody signed in"},
	OrderRead: {"查看订单", "see orders"}, OrderPlace: {"录入订单", "place orders"}, OrderEdit: {"修改订单、门店改价", "edit orders, change prices at the till"},
	OrderCancel: {"取消订单、作废门店销售", "cancel orders, void sales of the till"}, OrderHold: {"挂起和解挂订单", "hold and release orders"},
	OrderReline:   {"下发前改商品、改仓、改快递", "change lines, warehouse and carrier before release"},
	ReviewService: {"客审", "review as customer service"}, ReviewFinance: {"财审", "review as finance"},
	ExceptionRead: {"查看异常", "see exceptions"}, ExceptionClose: {"处理异常", "close exceptions"},
	StockRead: {"查看库存", "see stock"}, StockReceive: {"入库", "receive goods"}, StockAdjust: {"调整库存", "adjust stock"},
	StockCount: {"盘点", "count stock"}, CatalogRead: {"查看商品", "see the catalog"}, CatalogEdit: {"修改商品", "edit the catalog"},
	CostRead: {"查看成本", "see purchase costs"}, PackageRead: {"查看包裹", "see packages"}, PackagePick: {"拣货", "pick"},
	PackagePack: {"打包", "pack"}, PackageShip: {"发货交接", "hand over to carriers"}, RuleRead: {"查看规则", "see rules"},
	RuleEdit: {"修改规则", "edit rules"}, PersonReveal: {"查看个人信息明文", "open personal data"},
	PersonExport: {"导出或删除个人信息,查谁看过", "export or erase a person's data, ask who saw it"}, FileImport: {"导入文件", "import files"},
	FileExport: {"导出文件", "export files"}, JournalRead: {"查看审计日志", "search the audit trail"}, JobRead: {"查看任务", "see jobs"},
	JobReplay: {"重试任务", "replay jobs"}, WebhookManage: {"管理 Webhook", "manage webhooks"}, StaffRead: {"查看人员", "see people"},
	StaffManage: {"管理人员", "manage people"}, KeyManage: {"管理 API 密钥", "manage API keys"},
	SystemOperate: {"系统运维", "check, back up, rotate sealing keys"},
}

// Words say what a permit lets do.
func (p Permit) Words() (zh, en string) {
	w := permitWords[p]
	return w[0], w[1]
}
