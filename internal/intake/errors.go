package intake

import (
	"errors"
	"fmt"

	"baihuo/internal/fault"
	"baihuo/internal/sheet"
)

// Faults of a whole import.
var (
	ErrShop = fault.New(fault.Invalid, "import_shop_unknown", "没有编码为 %q 的店铺,不知道订单属于谁;请先建立店铺或改正编码",
		"No shop has the code %q, so it is unclear whose orders these are; open the shop first or mend the code")
	ErrShopNone = fault.New(fault.Invalid, "import_shop_none", "没有指定店铺,表里也没有店铺列;请用 --shop 指定店铺编码",
		"No shop is named and the file has no column for it; name one with --shop")
	ErrProfile = fault.New(fault.Missing, "import_profile_unknown", "没有名为 %q 的导入方案;请检查名称,或先保存一个",
		"There is no column map called %q; check the name or save one first")
	ErrProfileInvalid = fault.New(fault.Invalid, "import_profile_invalid", "导入方案有误,没有保存;请按下面各项改正",
		"The column map is not right and was not saved; mend the items below")
	ErrMissing = fault.New(fault.Missing, "import_missing", "没有这次导入,请检查编号", "There is no such import; check its number")
	ErrUndone  = fault.New(fault.Conflict, "import_undone", "这次导入已经撤销过", "This import has been undone already")
	ErrRunning = fault.New(fault.Conflict, "import_running", "这次导入还没有做完,不能撤销;请先重新运行同一文件的导入,让它做完",
		"This import has not finished and cannot be undone; run the import of the same file again so that it ends")
	ErrNoUndo = fault.New(fault.Conflict, "import_no_undo", "只有订单导入可以撤销;商品和库存请用新的导入或盘点改正",
		"Only imports of orders can be undone; mend SKUs and stock by another import or a count")
	ErrTouched = fault.New(fault.Conflict, "import_touched", "导入之后下列订单已被处理过,整次导入不能撤销;请逐单取消或走售后",
		"The orders below were worked on after the import, so it cannot be undone; cancel them one by one or use after-sale")
	ErrCosts = fault.New(fault.Forbidden, "import_costs", "文件含有成本列,您没有查看成本的权限;请去掉这一列",
		"The file has a column of costs, which you may not see; remove it")
	ErrExport = fault.New(fault.Invalid, "export_unknown", "不能导出 %q;可以导出 orders、stock 或 journal",
		"%q cannot be exported; choose orders, stock or journal")
)

// Faults of one row: the rest goes on.
var (
	errKind = fault.New(fault.Invalid, "import_line_kind", "不认识这个行类型,不知道怎样入账;请写 商品、赠品 或 费用(英文 goods、gift、charge)",
		"The kind of line is not known and it is unclear how to book it; write goods, gift or charge")
	errLoose = fault.New(fault.Invalid, "import_line_history", "取消、调整、坏账这类行只能随历史订单导入;请加 --history,或从表里去掉这一行",
		"Cancellations, adjustments and bad debts come only with history; add --history or take the row out")
	errQty = fault.New(fault.Invalid, "import_qty", "数量必须是 1 到 1,000,000 的整数,负数或零不能成为订单;退货请走售后",
		"The quantity must be 1 to 1,000,000; nothing negative or zero becomes an order, use after-sale for returns")
	errQtyBack = fault.New(fault.Invalid, "import_qty_back", "取消行的数量必须是 -1 到 -1,000,000,因为它收回已售的货;请改正符号或位数",
		"The quantity of a cancellation must be -1 to -1,000,000, for it takes goods back; mend the sign or the digits")
	errQtyRange = fault.New(fault.Invalid, "import_qty_range", "数量不能为零,也不能超过一百万,多半是多打了数字;请核对后改正",
		"The quantity is zero or beyond a million, most likely digits too many; check and mend it")
	errPrice = fault.New(fault.Invalid, "import_price", "单价必须在 0 到 1 亿之间,负数或天价不能入账;折扣请写在优惠列",
		"The price must be between 0 and a hundred million; a discount belongs in its own column")
	errDiscount = fault.New(fault.Invalid, "import_discount", "优惠不能为负,也不能超过单价乘数量;请改正",
		"The discount is neither negative nor more than price times quantity; mend it")
	errAmount = fault.New(fault.Invalid, "import_amount", "金额必须在 0 到 10 亿之间;请改正",
		"The amount must be between 0 and a billion; mend it")
	errLong = fault.New(fault.Invalid, "import_too_long", "太长,最多 %d 个字;请缩短",
		"It is too long, at most %d characters; shorten it")
	errState = fault.New(fault.Invalid, "import_state", "不认识这个订单状态;请写 待付款、待发货、已发货、已完成 或 已关闭",
		"The state of the order is not known; write unpaid, to_ship, shipped, done or closed")
	errCurrency = fault.New(fault.Invalid, "import_currency", "币种与店铺的币种 %s 不同,金额不能相加;请改正,或导入到另一个店铺",
		"The currency is not the shop's, %s, and amounts would not add up; mend it or import into another shop")
	errIncomplete = fault.New(fault.Invalid, "import_order_incomplete",
		"订单 %s 有一行不能用(见第 %d 行),所以整单没有导入;改正后重新导入本文件,只会补上缺的订单",
		"One row of order %s cannot be used (see row %d), so none of it was taken; mend it and import the file again, "+
			"which brings in just what is missing")
	errSKU = fault.New(fault.Missing, "import_sku_unknown", "商品编码 %s 还没有建档(共 %d 行);订单照收,但这些行不占库存。请先建档,或用 --create-skus",
		"No SKU has the code %s (%d rows); the orders are taken but these lines move no stock. Create it first or use --create-skus")
	errRevive = fault.New(fault.Conflict, "import_order_cancelled", "订单 %s 以前导入过,现已取消或撤销,订单号不能再用;如需恢复请人工补单",
		"Order %s was taken before and is cancelled or undone; its number stays used. Enter it by hand if it is wanted")
	errWarehouse = fault.New(fault.Invalid, "import_warehouse_unknown", "没有编码为 %q 的仓库;请先建立仓库或改正编码",
		"No warehouse has the code %q; open it first or mend the code")
	errStockSKU = fault.New(fault.Missing, "import_stock_sku", "商品编码 %q 还没有建档,库存无处可记;请先导入商品",
		"No SKU has the code %q, so its stock cannot be kept; import the SKU first")
	errBundle = fault.New(fault.Invalid, "import_stock_bundle", "商品 %q 是组合装,本身没有库存;请写它的单品",
		"SKU %q is a bundle and has no stock of its own; name its parts")
	errLotNone = fault.New(fault.Invalid, "import_lot_missing", "这个商品按批次管理,必须写批次号;请补上",
		"This SKU is kept by lot and the lot is missing; fill it in")
	errStockQty = fault.New(fault.Invalid, "import_stock_qty", "数量要在 %d 到 10,000,000 之间,多半是符号或位数有误;请改正",
		"The quantity must be %d to 10,000,000; most likely the sign or the digits are wrong, mend it")
	errDay   = fault.New(fault.Invalid, "import_day", "日期要写成 2027-01-31;请改正", "Write the day as 2027-01-31")
	errTwice = fault.New(fault.Invalid, "import_row_twice", "与第 %d 行是同一仓库、商品、批次和货位,分不清是补录还是重复;请合并成一行",
		"Row %d has the same warehouse, SKU, lot and bin, and it is unclear whether this repeats it; make one row of the two")
)

// errStop undoes what a dry run wrote.
var errStop = errors.New("intake: dry run")

// rowError reports a fault that shows only after the row has been read. column
// may be empty.
func rowError(row, text int, column string, f *fault.Fault) *sheet.RowError {
	zh, en := fmt.Sprintf("第 %d 行", row), fmt.Sprintf("Row %d", row)
	if column != "" {
		zh, en = fmt.Sprintf("%s,「%s」", zh, column), fmt.Sprintf("%s, %q", en, column)
	}
	return &sheet.RowError{Row: row, Line: text, Column: column, Code: f.Code, ZH: zh + ":" + f.ZH,
		EN: en + ": " + f.EN}
}
