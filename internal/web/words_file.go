package web

// fileWords are those of imports and exports.
var fileWords = map[string]pair{
	"file_orders": {"订单", "orders"}, "file_catalog": {"商品资料", "catalog"}, "file_stock": {"库存", "stock"}, "file_warehouses": {"仓库", "warehouses"}, "file_shops": {"店铺", "shops"},
	"file_carriers": {"快递", "carriers"}, "file_tariffs": {"运费表", "tariffs"}, "file_journal": {"操作日志", "journal"},
	"files_nothing": {"您没有导入或导出的权限;需要时请联系老板或管理员授予。", "You may neither import nor export; an owner or an administrator can grant it."},
	"import_new":    {"导入文件", "Import a file"}, "import_what": {"内容", "Content"}, "import_profile": {"列映射", "Column map"}, "import_own": {"系统格式", "our own layout"}, "import_shop": {"店铺", "Shop"},
	"import_shop_file": {"按文件中的店铺", "as the file says"}, "import_file": {"文件", "File"}, "import_history": {"历史订单(不动库存)", "history: moves no stock"}, "import_create": {"为未知编码建商品", "create unknown SKUs"},
	"import_drop": {"去掉疑似重复行", "leave out suspected duplicates"}, "import_counts": {"库存文件是盘点结果", "the stock file is a count"}, "import_try": {"上传并试算", "Upload and try"},
	"import_hint": {"支持 CSV(UTF-8、GBK)和 XLSX,可 gzip 压缩,最大 20 MiB、10 万行。试算不改动任何数据,逐行列出问题,确认后才导入。", "CSV (UTF-8, GBK) or XLSX, plain or gzipped, up to 20 MiB and 100,000 rows. Trying changes nothing and lists each row's problem; you confirm before anything is taken in."},
	"exports":     {"导出", "Export"}, "exports_hint": {"个人信息在导出中保持脱敏;每次导出都记入审计。", "Personal data stays masked in exports; each export stands in the audit trail."},
	"imports": {"导入记录", "Imports"}, "imports_none": {"还没有导入过文件。", "Nothing was imported yet."}, "import_one": {"导入", "Import"}, "import_rows": {"行数", "Rows"}, "import_orders": {"新订单", "New orders"},
	"import_before": {"已有订单", "Already there"}, "import_refused": {"被拒订单", "Refused orders"}, "import_duplicates": {"疑似重复行", "Suspected duplicates"}, "import_skus_created": {"新建商品", "SKUs created"},
	"import_skus_unknown": {"未知编码", "Unknown codes"}, "import_exceptions": {"转异常", "To the exception queue"}, "import_problems": {"问题", "Problems"}, "import_row": {"行", "Row"}, "import_column": {"列", "Column"},
	"import_more": {"另有", "More:"}, "import_unused": {"文件中未使用的列:", "Columns of the file that nothing reads:"}, "import_kind": {"行类型", "Kind"}, "import_outcome": {"结果", "Outcome"}, "import_lines": {"行数", "Lines"},
	"import_already": {"这个文件以前导入过,没有再次改动。", "This very file was taken before; nothing was changed."}, "import_running": {"进行中", "running"}, "import_done": {"完成", "done"}, "import_undone": {"已撤销", "undone"},
	"import_undo": {"撤销本次导入", "Undo this import"}, "import_undo_what": {"取消这次导入产生的、之后没有动过的订单,并关闭其异常。", "Cancels the orders of this import that nothing has touched since, and closes their exceptions."},
	"done_import_undone": {"已撤销导入,取消订单 %d 单。", "The import is undone; %d orders are cancelled."},
	"run_trying":         {"试算中", "trying"}, "run_tried": {"已试算", "tried"}, "run_taking": {"导入中", "taking in"}, "run_taken": {"已导入", "taken in"}, "run_failed": {"失败", "failed"},
	"run_pace": {"已读 %s 行,每秒 %s 行,约剩 %d 秒。", "%s rows read, %s rows a second, some %d s left."}, "run_leave": {"可以离开此页,处理会继续。", "You may leave this page; the work goes on."},
	"run_take": {"确认导入", "Take it in"}, "run_take_hint": {"有问题的行不会导入,其余照常。", "Rows with problems are left out, the rest goes in."}, "run_map": {"列对应关系", "Columns"},
	"run_map_hint": {"为系统的每一列选择文件中的列,保存为映射方案后重新试算;下次可直接选用。", "Choose the file's column for each of ours; it is saved under a name and the file is tried again. Next time you can choose it."},
	"run_map_name": {"方案名称", "Name of the map"}, "run_map_save": {"保存并重新试算", "Save and try again"},
	"outcome_ordered": {"成为订单", "ordered"}, "outcome_taken_back": {"已冲回", "taken back"}, "outcome_exception": {"转异常", "to a person"}, "outcome_recorded": {"仅记录", "recorded"}, "outcome_repeated": {"以前已有", "repeated"},
	"outcome_dropped": {"已去掉", "dropped"}, "outcome_refused": {"被拒", "refused"}, "outcome_created": {"新建", "created"}, "outcome_changed": {"已更新", "changed"}, "outcome_unchanged": {"无变化", "unchanged"}, "outcome_booked": {"已入账", "booked"},
	"tally_sale": {"销售", "sale"}, "tally_cancel": {"取消", "cancellation"}, "tally_sku": {"商品", "SKU"}, "tally_count": {"盘点", "count"}, "tally_receipt": {"入库", "receipt"}, "tally_tariff": {"运费", "tariff"},
	"tally_charge": {"费用", "charge"}, "tally_goods": {"商品", "goods"}, "tally_writeoff": {"报损", "write-off"},
}
