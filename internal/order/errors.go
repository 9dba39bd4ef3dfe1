package order

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrInvalid  = fault.New(fault.Invalid, "order_invalid", "订单内容有误,请按提示修改后重新提交", "The order cannot be read as it stands; mend the fields named and send it again")
	ErrMissing  = fault.New(fault.Missing, "order_missing", "订单不存在", "The order does not exist")
	ErrEnded    = fault.New(fault.Conflict, "order_ended", "订单已完成或已取消,不能再修改", "The order is completed or cancelled and cannot be changed")
	ErrShipped  = fault.New(fault.Conflict, "order_shipped", "订单已有货物交给快递,不能取消;请走售后", "Goods of the order were handed over; cancel is no longer possible, use after-sale")
	ErrReleased = fault.New(fault.Conflict, "order_released", "订单已下发仓库,请先撤回包裹", "The order is with the warehouse; take its packages back first")
	ErrQuantity = fault.New(fault.Conflict, "line_quantity", "订单行数量不守恒:%s", "The quantities of the line would not add up: %s")
	ErrLine     = fault.New(fault.Missing, "line_missing", "订单行不存在", "The order line does not exist")
	ErrVersion  = fault.New(fault.Conflict, "order_version", "订单已被他人修改,请刷新后再试", "The order was changed meanwhile; look again")
	ErrNote     = fault.New(fault.Invalid, "order_note", "备注不能为空,最多 %d 个字", "A note is not empty and has at most %d characters")
	ErrLive     = fault.New(fault.Conflict, "order_live", "订单 %s 还未结束,不能删除个人信息", "Order %s has not ended; its personal data is still needed")
	ErrRejected = fault.New(fault.Conflict, "order_rejected", "订单已被驳回,请先撤销驳回再修改", "The order is rejected; take the rejection back first")
	ErrOpen     = fault.New(fault.Conflict, "order_open", "还有未发货或未取消的商品,不能完成", "Something is neither shipped nor cancelled; the order cannot be completed")

	ErrLinesNothing = fault.New(fault.Invalid, "lines_nothing", "没有要改的商品行;请选择要去掉的行,或填写要加的商品", "Nothing is to change; choose a line to drop, or name goods to add")
	ErrLinesLast    = fault.New(fault.Conflict, "lines_last", "这是最后一行商品,去掉后订单就空了;请改为取消整个订单", "This is the last line of goods; cancel the order instead")
)
