package mcp

import "baihuo/internal/fault"

// The faults of the door.
var (
	ErrRate = fault.New(fault.Busy, "rate_limited", "调用过于频繁,请求没有执行;请稍后重试",
		"This key calls too often and the request was not taken; repeat it shortly")
	ErrBusy = fault.New(fault.Busy, "busy", "系统繁忙,请求没有执行;请稍后重试", "Too much is under way and this call was not taken; repeat it shortly")

	ErrToken = fault.New(fault.Invalid, "token_invalid", "令牌与调用者、工具或参数不符,或已被改动,没有执行;请用同样的参数重新预览",
		"The token is not for this caller, this tool and these arguments, or was altered, and nothing was done; preview again")
	ErrLapsed = fault.New(fault.Conflict, "token_lapsed", "令牌已过期(有效一分钟),没有执行;请重新预览",
		"The token has lapsed (it lives one minute) and nothing was done; preview again")
	ErrChanged = fault.New(fault.Conflict, "changed_since_preview", "预览之后内容已经改变,没有执行;请重新预览",
		"What is to be changed is not as it was previewed, and nothing was done; preview again")
	ErrWanted = fault.New(fault.Invalid, "arguments_invalid", "参数有误,请按提示修改", "The arguments cannot be understood; mend those named")
	ErrDoor   = fault.New(fault.Invalid, "mcp_unreachable", "运行中的服务没有接受连接:%s;请检查 API 密钥和 --data",
		"The running hub did not take the connection: %s; check the API key and --data")
)
