package review

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrThen = fault.New(fault.Invalid, "review_then", "规则的结论无法执行,请按提示改正",
		"The rule's verdict cannot be obeyed; mend it as said below")
	ErrHold = fault.New(fault.Invalid, "hold_invalid", "挂起必须写明订单、种类、标识、中英文原因和解除方式(%s)",
		"A hold names its order, kind, handle, its reason in both languages and how it ends (%s)")
	ErrHoldKind = fault.New(fault.Conflict, "hold_kind", "这个挂起的种类是 %s,不是 %s,没有解除;请刷新后再试",
		"This hold is of kind %s, not %s, and was not released; look again and try once more")
	ErrHow = fault.New(fault.Invalid, "review_how", "请写明处理原因(最多 500 个字)",
		"Say how it was settled (at most 500 characters)")

	ErrExceptionInvalid = fault.New(fault.Invalid, "exception_invalid", "异常必须写明种类、唯一键和中英文说明(%s)",
		"An exception names its kind, its key and what is the matter in both languages (%s)")
	ErrExceptionMissing = fault.New(fault.Missing, "exception_missing", "异常不存在", "There is no such exception")
	ErrExceptionHeld    = fault.New(fault.Conflict, "exception_held", "这条异常属于一个挂起,请解除挂起,异常会随之关闭",
		"This exception belongs to a hold; release the hold and it closes with it")
	ErrOwned = fault.New(fault.Conflict, "exception_owned", "%s 已经领取这条异常;请先让对方转交或退回",
		"%s has this work; ask them to hand it over or to give it back")
	ErrNotOwned = fault.New(fault.Conflict, "exception_not_owned", "这条异常不在您名下,没有退回",
		"This work is not yours, so there is nothing to give back")

	ErrMove = fault.New(fault.Conflict, "review_move", "订单审核状态为 %s,不能执行 %s;请刷新后再试",
		"The review of the order is %s, which does not allow %s; look again")
	ErrStep = fault.New(fault.Invalid, "review_step", "审核步骤只能是 service(客审)或 finance(财审)",
		"The step is service or finance")
	ErrUntil = fault.New(fault.Invalid, "review_until", "延时审核的时间必须晚于现在,且在一年以内",
		"A review is delayed to a time after now and within a year")
)
