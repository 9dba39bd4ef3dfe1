package webhook

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrMissing = fault.New(fault.Missing, "webhook_endpoint_missing", "没有这个推送地址;请检查编号",
		"There is no such endpoint; check its number")
	ErrStale = fault.New(fault.Conflict, "webhook_endpoint_stale", "这个推送地址刚被改过(现为第 %d 版);请刷新后重试",
		"The endpoint was changed meanwhile (it is version %d now); reload and try again")
	ErrInvalid = fault.New(fault.Invalid, "webhook_endpoint_invalid", "推送地址的资料有误,没有保存;请按下面各项改正",
		"The endpoint's details are not right and were not saved; mend the items below")
	ErrMany = fault.New(fault.Conflict, "webhook_endpoints_many", "启用中的推送地址最多 %d 个;请先停用不再需要的",
		"At most %d endpoints may be enabled; disable one that is no longer needed")
	ErrWhy     = fault.New(fault.Invalid, "webhook_why", "请写明停用原因,最多 200 个字", "Say why it is disabled, in at most 200 characters")
	ErrOverlap = fault.New(fault.Invalid, "webhook_overlap", "旧密钥可以再用 0 到 7 天", "The former secret stays good for 0 to 7 days")

	ErrDeliveryMissing = fault.New(fault.Missing, "webhook_delivery_missing", "没有这条推送记录;已送达的记录保留 30 天",
		"There is no such delivery; delivered ones are kept for 30 days")
	ErrRange = fault.New(fault.Invalid, "webhook_range", "时间范围有误:起点要早于终点,终点不能晚于现在",
		"The range of time is not right: it begins before it ends, and does not end after now")
	ErrFilter = fault.New(fault.Invalid, "webhook_filter", "没有这种推送状态", "There is no such state of a delivery")
	ErrAllow  = fault.New(fault.Invalid, "webhook_allow", "放行名单有误;每项写成 主机:端口(如 erp.lan:8080)、网段(如 10.1.0.0/16)或端口(如 :9443):%s",
		"The allow list is not right; write each entry as host:port (erp.lan:8080), as a range (10.1.0.0/16) or as a port (:9443): %s")
)

// How an attempt failed without an answer. Only the code and the English sentence
// are kept; the cause may name what lies inside and goes to the log.
var (
	errAddress = fault.New(fault.Forbidden, "webhook_address", "主机解析到内网或本机地址,没有连接",
		"The host resolves to an address inside, which is not called")
	errTimeout = fault.New(fault.Unknown, "webhook_timeout", "没有在规定时间内回答", "There was no answer in time")
	errName    = fault.New(fault.Transient, "webhook_name", "主机名无法解析", "The host's name does not resolve")
	errTLS     = fault.New(fault.Transient, "webhook_tls", "对方的证书无法验证", "The receiver's certificate cannot be verified")
	errConnect = fault.New(fault.Unknown, "webhook_connection", "连接失败或中断", "The connection failed or broke")
	errEvent   = fault.New(fault.Internal, "webhook_event", "日志里找不到这个事件", "The journal does not hold this event")
	errStopped = fault.New(fault.Transient, "webhook_stopped", "系统正在停止,稍后重发", "The hub is stopping; it will be sent again")
	errMove    = fault.New(fault.Conflict, "webhook_move", "推送状态为 %s,不能执行 %s", "The delivery is %s, which does not allow %s")
)
