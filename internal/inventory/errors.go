package inventory

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrWarehouseUnnamed = fault.New(fault.Invalid, "warehouse_unnamed", "仓库必须有编码和名称", "A warehouse needs a code and a name")
	ErrQuantity         = fault.New(fault.Invalid, "stock_quantity", "数量 %d 超出范围(1 到 10,000,000)", "The quantity %d is out of range (1 to 10,000,000)")
	ErrNoStock          = fault.New(fault.Missing, "stock_none", "仓库里没有这个商品的库存记录", "The warehouse has no record of this SKU")
	ErrBelowZero        = fault.New(fault.Conflict, "stock_below_zero", "库存只有 %d 件,减不了 %d 件;请先核对实物", "There are %d pieces, %d cannot be taken off; check the shelf first")
	ErrPicked           = fault.New(fault.Conflict, "stock_picked", "已拣货的货物不能释放,请先退拣或作废包裹", "Picked goods cannot be released; put them back or void the package first")
	ErrNotReserved      = fault.New(fault.Conflict, "stock_not_reserved", "订单行只预占了 %d 件,不能分配 %d 件", "The line has %d pieces reserved; %d cannot be allocated")
	ErrLotMissing       = fault.New(fault.Conflict, "stock_lot_missing", "货位上没有足够的可用批次", "No lot on the shelf has enough sellable goods")
	ErrNotAllocated     = fault.New(fault.Conflict, "stock_not_allocated", "包裹没有已分配的货物", "The package has no goods allocated")
	ErrDrift            = fault.New(fault.Internal, "stock_drift", "库存计数与读取时不一致,已撤销", "A stock counter changed under its lock; the work was undone")
	ErrSameWarehouse    = fault.New(fault.Invalid, "transfer_same", "调出与调入仓库相同", "Both warehouses of the transfer are the same")
)

// QtyMax bounds one movement: larger figures are typing errors.
const QtyMax = 10_000_000
