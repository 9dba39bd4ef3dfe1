package replay

import "baihuo/internal/fault"

// daysMax bounds a replay: more is a typing error.
const daysMax = 3660

// Every fault of the replay.
var (
	ErrDays = fault.New(fault.Invalid, "replay_days", "回放的日期 %q 到 %q 不对:写成 2010-12-01,先后不能颠倒,最长十年",
		"The days %q to %q are not right: write such as 2010-12-01, the first before the last, at most ten years apart")
	ErrNoOrders = fault.New(fault.Invalid, "replay_no_orders", "文件里没有可以回放的订单;请看每一行的问题",
		"The file has no order that can be replayed; see what is wrong with its rows")
	ErrStock = fault.New(fault.Invalid, "replay_stock", "备货方式 %q 不认识,只能是 lean 或 plenty",
		"The way of stocking %q is not known; it is lean or plenty")
	ErrOther = fault.New(fault.Conflict, "replay_other", "这个数据库里已有另一次回放(文件、日期或备货方式不同);请换一个新的数据库",
		"This database holds another replay, of another file, other days or another stock; take a fresh database")
)
