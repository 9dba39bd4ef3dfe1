package notice

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrMissing = fault.New(fault.Missing, "notice_missing", "消息不存在", "There is no such message")
	ErrMove    = fault.New(fault.Conflict, "notice_move", "消息状态为 %s,不能执行 %s",
		"The message is %s, which does not allow %s")
	ErrNobody = fault.New(fault.Invalid, "notice_nobody", "收件人没有可用的电话,消息无法发送",
		"The recipient has no phone that could be reached, so nothing can be sent")
	errPort = fault.New(fault.Unknown, "notice_port", "消息通道内部出错", "The message channel broke")
)
