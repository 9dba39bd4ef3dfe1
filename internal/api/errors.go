package api

import (
	"net/http"

	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// Every fault of this door.
var (
	ErrKeyMissing = fault.New(fault.Invalid, "idempotency_key_missing",
		"缺少 Idempotency-Key 请求头:请为每个新请求生成一个编号,重试时沿用原编号(1 到 200 个可见 ASCII 字符)",
		"The header Idempotency-Key is missing or malformed: make a new one for each request and keep it for repeats (1 to 200 visible ASCII characters)")
	ErrKeyReused = fault.New(fault.Conflict, "idempotency_key_reused", "这个 Idempotency-Key 已用于另一份内容;内容不同请换一个编号",
		"This Idempotency-Key was used for other content; take a new key for other content")
	ErrKeyRunning = fault.New(fault.Conflict, "idempotency_key_running", "同一个 Idempotency-Key 的请求还在处理;请稍后用同一编号重试",
		"A request with this Idempotency-Key is still being worked on; repeat it later with the same key")
	ErrBusy = fault.New(fault.Busy, "queue_full", "系统繁忙,请求没有执行;请稍后用同一编号重试",
		"Too many requests wait and this one was not taken; repeat it shortly with the same key")
	ErrClosed = fault.New(fault.Busy, "closing", "系统正在关闭,请求没有执行;请稍后重试",
		"The system is shutting down and this request was not taken; repeat it shortly")
	ErrSize = fault.New(fault.Invalid, "body_too_large", "请求正文超过 4 MiB;请减少每批的订单数",
		"The body is larger than 4 MiB; send fewer orders at once")
	ErrMedia = fault.New(fault.Invalid, "media_type", "请求正文必须是 application/json", "The body must be application/json")
	ErrUTF8  = fault.New(fault.Invalid, "not_utf8", "请求正文不是 UTF-8 文本;请用 UTF-8 编码后重发",
		"The body is not UTF-8; encode it as UTF-8 and send it again")
	ErrJSON = fault.New(fault.Invalid, "not_json", "请求正文在第 %d 字节处不是有效的 JSON;请检查引号、逗号和括号",
		"The body is no valid JSON at byte %d; look for a missing quote, comma or bracket")
	ErrTrailing = fault.New(fault.Invalid, "trailing_data", "JSON 之后还有多余内容;一个请求只能有一个 JSON 对象",
		"There is something after the JSON; a request holds one JSON object")
	ErrDepth  = fault.New(fault.Invalid, "too_deep", "JSON 嵌套超过 %d 层", "The JSON is nested deeper than %d levels")
	ErrFields = fault.New(fault.Invalid, "fields_invalid", "请求内容有误,请按提示修改后重新提交",
		"The request cannot be read as it stands; mend the fields named and send it again")
	ErrBatch = fault.New(fault.Invalid, "batch_size", "每批 1 到 %d 个订单,收到 %d 个",
		"A batch holds 1 to %d orders, this has %d")
	ErrMissing = fault.New(fault.Missing, "not_found", "没有这个地址;请检查路径",
		"There is nothing at this address; look at the path")
	ErrMethod = fault.New(fault.Invalid, "method_not_allowed", "这个地址不支持该请求方法",
		"This address does not take this method")
	ErrQuery = fault.New(fault.Invalid, "query_invalid", "查询参数有误,请按提示修改",
		"The query cannot be understood; mend the parameters named")
	ErrPanic = fault.New(fault.Internal, "panic", "系统内部错误,已记录,请稍后再试",
		"Something broke on our side; it has been logged")
	ErrNotReady = fault.New(fault.Busy, "not_ready", "系统还没有准备好接收请求", "The system is not ready to take requests")

	// errAnswered says that another node answered one of the keys meanwhile.
	errAnswered = fault.New(fault.Transient, "answered_meanwhile", "同一编号正在处理,请重试",
		"The same key is being worked on; try again")
)

// statusOf is the one table from a fault to an HTTP status: by kind, and for the
// few codes that HTTP has a word of its own for.
func statusOf(f *fault.Fault) int {
	switch f.Code {
	case staff.ErrUnauthorized.Code:
		return http.StatusUnauthorized
	case ErrBusy.Code, ErrRate.Code:
		return http.StatusTooManyRequests
	case ErrSize.Code, ErrUpload.Code:
		return http.StatusRequestEntityTooLarge
	case ErrMatchNeeded.Code:
		return http.StatusPreconditionRequired
	case ErrMedia.Code:
		return http.StatusUnsupportedMediaType
	case ErrMethod.Code:
		return http.StatusMethodNotAllowed
	case ErrKeyMissing.Code, ErrUTF8.Code, ErrJSON.Code, ErrTrailing.Code, ErrDepth.Code, ErrQuery.Code, ErrMatch.Code:
		return http.StatusBadRequest
	}
	switch f.Kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Missing:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Busy, fault.Transient, fault.Unknown:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// ErrRate says that a key calls too often.
var ErrRate = fault.New(fault.Busy, "rate_limited", "调用过于频繁,请求没有执行;请按 Retry-After 稍后重试",
	"This key calls too often and the request was not taken; repeat it after Retry-After")
