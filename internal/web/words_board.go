package web

// boardWords are those of dashboards and of what is urgent.
var boardWords = map[string]pair{
	"board_orders": {"今日订单", "Orders today"}, "board_amount": {"今日金额", "Amount today"}, "board_units": {"件数", "Units"}, "board_shipped": {"今日发货", "Shipped today"},
	"board_cancelled": {"今日取消", "Cancelled today"}, "board_late": {"已超时", "Late"}, "board_held": {"挂起订单", "Held orders"}, "board_same_time": {"昨日同期 %s", "%s by this time yesterday"},
	"board_soon": {"另有 %s 单 %d 小时内到期", "%s more within %d hours"}, "board_curve": {"每小时订单", "Orders by the hour"}, "board_queues": {"各环节等待", "Waiting by step"},
	"board_top": {"今日热销", "Selling today"}, "board_top_none": {"今天还没有销售。", "Nothing sold yet today."}, "board_urgent": {"最急的订单", "Most urgent orders"}, "board_urgent_none": {"没有超时或即将超时的订单。", "No order is late or about to be."},
	"tile_oldest": {"最久 %s", "oldest %s"}, "board_oldest": {"最久", "oldest"}, "board_left": {"剩余时间", "Time left"}, "yesterday": {"昨天", "yesterday"},
	"due_left": {"剩 %s", "%s left"}, "due_over": {"超 %s", "%s over"},
}
