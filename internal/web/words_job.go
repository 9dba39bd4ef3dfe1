package web

// jobWords are those of durable work.
var jobWords = map[string]pair{
	"job_kind": {"任务", "Job"}, "job_waiting": {"等待", "Waiting"}, "job_leased": {"执行中", "At work"}, "job_done": {"完成", "Done"}, "job_dead": {"失败", "Dead"}, "jobs_none": {"还没有后台任务。", "There is no job yet."},
	"jobs_dead": {"失败待处理", "Dead letters"}, "jobs_dead_what": {"重试次数用尽的任务停在这里。修好原因后勾选重新执行;「结果不明」的会先向对方查询,不会重复办理。", "Jobs that ran out of attempts stop here. Mend the cause, tick them and run them again; what is in doubt is asked about first, never done twice."},
	"jobs_dead_none": {"没有失败的任务。", "Nothing died."}, "job_key": {"业务键", "Key"}, "job_error": {"原因", "Why"}, "job_attempts": {"尝试", "Attempts"}, "job_doubt": {"结果不明", "in doubt"}, "jobs_replay": {"重新执行", "Run again"},
	"done_jobs_replayed": {"%d 个任务已重新排队。", "%d jobs are due again."}, "job_journal.anchor": {"日志锚点", "journal anchor"}, "job_waybill": {"取运单号", "waybill number"},
}
