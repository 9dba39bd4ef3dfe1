package inventory

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrWarehouseUnnamed = fault.New(fault.Invalid, "warehouse_unnamed", "仓库必须有编码和名称", "A warehouse needs a code and a name")
	ErrWarehouseTimes   = fault.New(fault.Invalid, "warehouse_times", "仓库 %s 的时区或截单时间不对,例如 Asia/Shanghai 和 16:00",
		"The time zone or the cut-off of warehouse %s is wrong; write such as Asia/Shanghai and 16:00")
	ErrQuantity  = fault.New(fault.Invalid, "stock_quantity", "数量 %d 超出范围(1 到 10,000,000)", "The quantity %d is out of range (1 to 10,000,000)")
	ErrKind      = fault.New(fault.Invalid, "stock_kind", "不认识的库存变动类型 %q", "The kind of stock movement %q is not known")
	ErrStaging   = fault.New(fault.Invalid, "stock_bin_staging", "待发区只放已拣的货,请写货物实际所在的货位", "The staging bin holds picked goods only; name the bin where the goods lie")
	ErrLot       = fault.New(fault.Invalid, "stock_lot", "批次 %q 的日期要写成 2027-01-31,生产日期不能晚于到期日", "The dates of lot %q are written as 2027-01-31, made before it expires")
	ErrLotOther  = fault.New(fault.Conflict, "stock_lot_dates", "批次 %s 登记的生产日期是 %q、到期日是 %q,与这次不同;请核对包装", "Lot %s is on record as made on %q and expiring on %q, which differs; check the packaging")
	ErrLotNone   = fault.New(fault.Missing, "stock_lot_none", "这个商品没有这个批次", "This SKU has no such lot")
	ErrNoStock   = fault.New(fault.Missing, "stock_none", "仓库里没有这个商品的库存记录", "The warehouse has no record of this SKU")
	ErrBelowZero = fault.New(fault.Conflict, "stock_below_zero", "库存只有 %d 件,减不了 %d 件;请先核对实物", "There are %d pieces, %d cannot be taken off; check the shelf first")
	ErrPicked    = fault.New(fault.Conflict, "stock_picked", "这些货已分配给包裹,只有 %d 件可动,需要 %d 件;请先退拣或撤回包裹",
		"These goods are allocated to packages; %d pieces are loose, %d are needed. Put them back or take the packages back first")
	ErrNotReserved   = fault.New(fault.Conflict, "stock_not_reserved", "订单行只预占了 %d 件,不能分配 %d 件", "The line has %d pieces reserved; %d cannot be allocated")
	ErrLotMissing    = fault.New(fault.Conflict, "stock_lot_missing", "货位上没有足够的可用批次", "No lot on the shelf has enough sellable goods")
	ErrNotAllocated  = fault.New(fault.Conflict, "stock_not_allocated", "包裹没有已拣的货物", "The package has no goods picked")
	ErrDrift         = fault.New(fault.Internal, "stock_drift", "库存计数与读取时不一致,已撤销", "A stock counter changed under its lock; the work was undone")
	ErrSameWarehouse = fault.New(fault.Invalid, "transfer_same", "调出与调入仓库相同", "Both warehouses of the transfer are the same")
)

// QtyMax bounds one movement: larger figures are typing errors.
const QtyMax = 10_000_000

func inRange(qty int64) error {
	if qty <= 0 || qty > QtyMax {
		return ErrQuantity.With(qty)
	}
	return nil
}
