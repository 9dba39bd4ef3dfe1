package inventory

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrWarehouseUnnamed = fault.New(fault.Invalid, "warehouse_unnamed", "仓库必须有编码和名称", "A warehouse needs a code and a name")
	ErrWarehouseTimes   = fault.New(fault.Invalid, "warehouse_times", "仓库 %s 的时区或截单时间不对,例如 Asia/Shanghai 和 16:00",
		"The time zone or the cut-off of warehouse %s is wrong; write such as Asia/Shanghai and 16:00")
	ErrQuantity  = fault.New(fault.Invalid, "stock_quantity", "数量 %d 超出范围(1 到 10,000,000)", "The quantity %d is out of range (1 to 10,000,000)")
	ErrLimits    = fault.New(fault.Conflict, "stock_limits_version", "安全库存或配额刚被他人修改,没有保存;请核对两边后再保存", "Somebody else changed the safety stock or the quotas meanwhile; nothing was saved. Compare both and save again")
	ErrKind      = fault.New(fault.Invalid, "stock_kind", "不认识的库存变动类型 %q", "The kind of stock movement %q is not known")
	ErrStaging   = fault.New(fault.Invalid, "stock_bin_staging", "待发区只放已拣的货,请写货物实际所在的货位", "The staging bin holds picked goods only; name the bin where the goods lie")
	ErrLot       = fault.New(fault.Invalid, "stock_lot", "批次 %q 的日期要写成 2027-01-31,生产日期不能晚于到期日", "The dates of lot %q are written as 2027-01-31, made before it expires")
	ErrLotOther  = fault.New(fault.Conflict, "stock_lot_dates", "批次 %s 登记的生产日期是 %q、到期日是 %q,与这次不同;请核对包装", "Lot %s is on record as made on %q and expiring on %q, which differs; check the packaging")
	ErrLotNone   = fault.New(fault.Missing, "stock_lot_none", "这个商品没有这个批次", "This SKU has no such lot")
	ErrNoStock   = fault.New(fault.Missing, "stock_none", "仓库里没有这个商品的库存记录", "The warehouse has no record of this SKU")
	ErrBelowZero = fault.New(fault.Conflict, "stock_below_zero", "库存只有 %d 件,减不了 %d 件;请先核对实物", "There are %d pieces, %d cannot be taken off; check the shelf first")
	ErrPicked    = fault.New(fault.Conflict, "stock_picked", "这些货已分配给包裹,只有 %d 件可动,需要 %d 件;请先退拣或撤回包裹",
		"These goods are allocated to packages; %d pieces are loose, %d are needed. Put them back or take the packages back first")
	ErrNotReserved  = fault.New(fault.Conflict, "stock_not_reserved", "订单行只预占了 %d 件,不能分配 %d 件", "The line has %d pieces reserved; %d cannot be allocated")
	ErrLotMissing   = fault.New(fault.Conflict, "stock_lot_missing", "货位上没有足够的可用批次", "No lot on the shelf has enough sellable goods")
	ErrNotAllocated = fault.New(fault.Conflict, "stock_not_allocated", "包裹没有已拣的货物", "The package has no goods picked")
	ErrDrift        = fault.New(fault.Internal, "stock_drift", "库存计数与读取时不一致,已撤销", "A stock counter changed under its lock; the work was undone")
	ErrSameBin      = fault.New(fault.Invalid, "move_same_bin", "移出和移入是同一个货位", "Both bins of the move are the same")
	ErrNotThere     = fault.New(fault.Conflict, "stock_not_there", "这个货位上这个批次只有 %d 件可移动,要移 %d 件;已分配给包裹的货请先退拣",
		"Of this lot the bin holds %d pieces that may move, %d were asked for; goods allocated to packages are put back first")
	ErrTransferNone  = fault.New(fault.Missing, "transfer_none", "没有这张调拨单", "There is no such transfer")
	ErrTransferDone  = fault.New(fault.Conflict, "transfer_received", "调拨单 %s 已经收过货,没有再次入库", "Transfer %s was received before; nothing was booked again")
	ErrTransferOver  = fault.New(fault.Invalid, "transfer_over", "收到 %d 件,发出只有 %d 件;多出的请另做入库", "%d pieces received, %d were sent; receive what is more on its own")
	ErrSheetNone     = fault.New(fault.Missing, "count_none", "没有这张盘点单", "There is no such count sheet")
	ErrSheetClosed   = fault.New(fault.Conflict, "count_closed", "盘点单 %s 已经结束,没有记录这次操作;请新建盘点单", "Count sheet %s is closed and this was not noted; open a new one")
	ErrSheetTitle    = fault.New(fault.Invalid, "count_title", "请写盘点单名称,最多 100 个字", "Name the count sheet, in at most 100 characters")
	ErrSheetReason   = fault.New(fault.Invalid, "count_reason", "请写明原因,最多 200 个字", "Say why, in at most 200 characters")
	ErrSheetLine     = fault.New(fault.Missing, "count_line_none", "盘点单里没有这一行", "The count sheet has no such line")
	ErrSheetLarge    = fault.New(fault.Invalid, "count_large", "范围超过 %d 行;请按货位或类目分成几张盘点单", "The scope has more than %d lines; make several sheets by bins or categories")
	ErrSheetMoved    = fault.New(fault.Conflict, "count_moved", "%d 行在盘点过程中有货物进出,数不准;请重盘这些行", "Goods of %d lines moved while they were counted; count those again")
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
