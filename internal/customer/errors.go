package customer

import "baihuo/internal/fault"

// Every fault of the room.
var (
	ErrRecipientMissing = fault.New(fault.Missing, "recipient_missing", "收件人资料不存在或已按隐私要求删除",
		"The recipient does not exist or was erased")
	ErrBuyerMissing = fault.New(fault.Missing, "buyer_missing", "买家不存在", "The buyer does not exist")

	ErrBlackUntil = fault.New(fault.Invalid, "black_until", "黑名单的结束日期应在今天或以后,留空为长期", "The black list ends today or later; leave it empty for always")

	ErrReasonMissing = fault.New(fault.Invalid, "reveal_reason", "查看明文必须写明理由(最多 500 个字)",
		"Opening personal data needs a reason (at most 500 characters)")
	ErrReasonPersonal = fault.New(fault.Invalid, "reveal_reason_personal",
		"理由会永久留在日志里,请不要写姓名或电话,可写工单号",
		"The reason stays in the journal for good: leave the name and the phone out of it; the number of a ticket will do")
	ErrQuota = fault.New(fault.Forbidden, "reveal_quota", "今天查看明文已达上限 %d 次,明天再试,或请管理员调整额度",
		"You have opened personal data %d times today, which is the limit; try again tomorrow or ask for a higher one")

	ErrPhone = fault.New(fault.Invalid, "person_phone", "请输入完整的电话号码(不支持虚拟号和带星号的号码)",
		"Give a whole phone number; virtual and masked numbers belong to nobody in particular")

	ErrKeyMissing = fault.New(fault.Conflict, "master_key_missing",
		"数据库仍在使用第 %d 版主密钥,本机没有;请把它加回密钥文件或 BAIHUO_KEY,轮换完成后才能去掉",
		"The database still uses version %d of the master key, which this node does not hold; put it back into the key "+
			"file or BAIHUO_KEY. It may go when the rotation is complete")
	ErrKeyDiffers = fault.New(fault.Conflict, "master_key_differs",
		"主密钥第 %d 版与数据库不符(指纹 %s,应为 %s);请放回原来的密钥文件或设置 BAIHUO_KEY",
		"Version %d of the master key is not this database's (fingerprint %s, it was made with %s); bring back its key file "+
			"or set BAIHUO_KEY")
)
