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
	ErrOpen     = fault.New(fault.Conflict, "order_open", "还有未发货或未取消的商品,不能完成", "Something is neither shipped nor cancelled; the order cannot be completed")
)
