package staff

import "baihuo/internal/fault"

// Every refusal of this room.
var (
	ErrNotPermitted = fault.New(fault.Forbidden, "not_permitted", "您没有这项权限(%s);需要时请联系管理员",
		"You do not hold the permit for this (%s); ask an administrator when you need it")
	ErrSignIn = fault.New(fault.Forbidden, "sign_in_wrong", "账号或密码不对,或验证码不对;请重试",
		"The name, the password or the code is wrong; try again")
	ErrCodeNeeded = fault.New(fault.Forbidden, "sign_in_code_needed", "请输入动态验证码(身份验证器上的 6 位数字)",
		"Enter the six digits your authenticator shows")
	ErrWait     = fault.New(fault.Busy, "sign_in_wait", "尝试次数过多,请 %d 秒后再试", "Too many tries; try again in %d seconds")
	ErrGateFull = fault.New(fault.Busy, "sign_in_busy", "正在登录的人太多,请稍候再试", "Too many people are signing in at once; try again shortly")
	ErrMissing  = fault.New(fault.Missing, "staff_missing", "没有这个人员;请检查编号", "There is no such person; check the number")
	ErrStale    = fault.New(fault.Conflict, "staff_stale", "这份资料刚被别人改过(现为第 %d 版);请刷新后重试",
		"Somebody changed this meanwhile (it is version %d now); reload and try again")
	ErrInvalid = fault.New(fault.Invalid, "staff_invalid", "人员资料有误,没有保存;请按下面各项改正",
		"The person's details are not right and were not saved; mend the items below")
	ErrLoginTaken   = fault.New(fault.Conflict, "staff_login_taken", "账号 %q 已有人使用,请换一个", "The name %q is taken; choose another")
	ErrSubjectTaken = fault.New(fault.Conflict, "staff_subject_taken", "这个单点登录身份已绑定在另一位人员上",
		"That single sign-on identity is bound to somebody else")
	ErrBeyond = fault.New(fault.Forbidden, "staff_beyond", "不能授予或改动超出自己权限的内容(%s);请由老板操作",
		"This reaches beyond your own rights (%s); ask an owner")
	ErrSelf = fault.New(fault.Conflict, "staff_self", "不能修改自己的角色、范围或停用自己;请由另一位管理员操作",
		"You cannot change your own roles or scope, nor disable yourself; ask another administrator")
	ErrLastOwner = fault.New(fault.Conflict, "staff_last_owner", "这是最后一位能登录的老板,不能停用或撤去老板角色",
		"This is the last owner who can sign in; it cannot be disabled or lose the role")
	ErrPassword = fault.New(fault.Invalid, "password_weak", "密码太弱:%s", "The password is too weak: %s")
	ErrLink     = fault.New(fault.Missing, "link_gone", "链接无效、已用过或已过期;请向管理员索取新的链接",
		"This link is not valid, was used or has expired; ask an administrator for a new one")
	ErrCode = fault.New(fault.Invalid, "code_wrong", "验证码不对;请确认手机时间准确,再输入当前显示的 6 位数字",
		"The code is wrong; make sure that the phone's clock is right and enter the six digits it shows now")
	ErrEnrolled   = fault.New(fault.Conflict, "code_enrolled", "已经绑定了身份验证器", "An authenticator is bound already")
	ErrKeyMissing = fault.New(fault.Missing, "api_key_missing", "没有这个 API 密钥", "There is no such API key")
	ErrKeyInvalid = fault.New(fault.Invalid, "api_key_invalid", "密钥资料有误,没有保存;请按下面各项改正",
		"The key's details are not right and were not saved; mend the items below")
	ErrUnauthorized = fault.New(fault.Forbidden, "unauthorized", "缺少、不认识或已停用的 API 密钥;请在 Authorization 请求头写 Bearer 加密钥",
		"The API key is missing, unknown, expired or revoked; send the header Authorization: Bearer KEY")
	ErrSubject = fault.New(fault.Forbidden, "subject_unknown", "单点登录成功,但这个身份没有绑定人员账号;请管理员在人员页填写",
		"Single sign-on succeeded, but no person here is bound to that identity; ask an administrator to enter it")
)
