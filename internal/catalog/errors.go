package catalog

import (
	"errors"

	"baihuo/internal/fault"
)

// Every refusal of this room.
var (
	ErrInvalid = fault.New(fault.Invalid, "sku_invalid",
		"商品资料有误，没有保存；请按下面各项改正后重试",
		"The SKU's details are not right and were not saved; mend the items below and try again")
	ErrStale = fault.New(fault.Conflict, "sku_stale",
		"商品 %s 在您打开之后已被别人改过，没有保存；下面列出现在的值和您的值，请核对后重新保存",
		"SKU %s was changed by somebody since you opened it and nothing was saved; "+
			"the values as they are and yours stand below: compare them and save again")
	ErrMissing = fault.New(fault.Missing, "sku_missing",
		"没有这些商品，请检查编码或先建档", "These SKUs do not exist; check them or create them first")
	ErrBundleStock = fault.New(fault.Invalid, "sku_bundle_stock",
		"%s 是组合装，没有自己的库存；请写它的组成商品", "%s is a bundle and has no stock of its own; name its parts")
	ErrLotNeeded = fault.New(fault.Invalid, "sku_lot_needed",
		"%s 按批次管理，请写明批次", "%s is tracked by lot; name the lot")
)

// Faults of one cell of an imported file.
var (
	errBool = fault.New(fault.Invalid, "sku_not_yes_or_no",
		"这里只能填 是 或 否", "Only yes or no can stand here")
	errParts = fault.New(fault.Invalid, "sku_parts_unclear",
		"组合明细看不懂，请写成 编码*数量+编码*数量，例如 XF1002*1+MJ2001*2",
		"The parts cannot be read; write CODE*QUANTITY+CODE*QUANTITY, as in XF1002*1+MJ2001*2")
	errTwice = fault.New(fault.Invalid, "sku_row_twice",
		"%s 在本文件第 %d 行已经出现过，这一行没有导入；请删掉其中一行",
		"%s stands in row %d of this file already and this row was not taken; remove one of the two")
)

// errDryRun undoes what a dry run wrote.
var errDryRun = errors.New("catalog: dry run")
