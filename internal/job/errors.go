package job

import "baihuo/internal/fault"

// The faults of durable work, on one page.
var (
	ErrInvalid = fault.New(fault.Invalid, "job_invalid", "任务缺少种类或编号,或内容不是 JSON,或数值为负;请改正后重试",
		"The job lacks its kind or key, its payload is no JSON or a figure is negative; mend it and enqueue again")
	ErrStale = fault.New(fault.Conflict, "job_lease_stale", "任务的租约已失效,可能已由他人接手;本次结果不生效",
		"The lease on this job is over and somebody else may hold it; this result has no effect")
	ErrVanished = fault.New(fault.Unknown, "job_worker_vanished", "执行任务的进程中途消失,结果未知",
		"The process that worked this job vanished; what it did is unknown")
	ErrPanic = fault.New(fault.Internal, "job_panic", "任务程序内部错误,已记录", "The job's handler broke; it has been logged")
)
