package shipping

import (
	"fmt"

	"baihuo/internal/fault"
)

// Every refusal of this room. ErrMove is filled by refuse.
var (
	ErrAsking = fault.New(fault.Invalid, "waybill_asking",
		"要取号的包裹或快递没有写明；请先选好快递再取号",
		"The package or the carrier to ask is missing; choose the carrier first")
	ErrLive = fault.New(fault.Conflict, "waybill_live",
		"包裹 %s 已有另一张有效面单；一个包裹只能有一个单号，请先回收旧单号再取新号",
		"Package %s has another live waybill; a package has one number only. Reclaim the old one first")
	ErrMissing = fault.New(fault.Missing, "waybill_missing",
		"没有面单 %s；请检查面单编号", "There is no waybill %s; check its number")
	ErrNone = fault.New(fault.Conflict, "waybill_none",
		"包裹 %s 还没有单号，不能交接；请先取号", "Package %s has no number yet and cannot be handed over; get one first")
	ErrStale = fault.New(fault.Conflict, "waybill_stale",
		"包裹 %s 的收件人已改，面单还是旧的；请回收旧单号，重新取号打单",
		"The recipient of package %s has changed and its label is the old one; reclaim the number and print anew")
	ErrMove = fault.New(fault.Conflict, "waybill_move",
		"面单 %s 现在是「%s」，不能%s；请刷新后按当前状态操作",
		"Waybill %s is %s and cannot be %s; refresh and go on from its present state")
	ErrNumber = fault.New(fault.Invalid, "waybill_number",
		"单号 %q 不能用：应为 4 到 40 位字母、数字或横线；请核对快递返回的单号",
		"The number %q cannot be used: 4 to 40 letters, digits or hyphens are right; check what the carrier sent")
	ErrOtherNumber = fault.New(fault.Conflict, "waybill_other_number",
		"面单 %s 的单号已是 %s，不能改成 %s；如要换号，请先回收",
		"Waybill %s has number %s already and cannot get %s; to change it, reclaim it first")
	ErrNumberTaken = fault.New(fault.Conflict, "waybill_number_taken",
		"单号 %s 已用在另一张面单上；请核对快递返回的单号，必要时重新取号",
		"Number %s stands on another waybill already; check what the carrier sent, or get another")
	ErrWhy = fault.New(fault.Invalid, "waybill_why", "请写明原因（1 到 200 个字）", "Say why, in 1 to 200 letters")

	// ErrUnderWay comes back by itself: whoever asks waits.
	ErrUnderWay = fault.New(fault.Busy, "waybill_under_way",
		"面单 %s 正在向快递取号；请稍后再试", "The carrier is being asked for waybill %s at this moment; try again later")
	ErrNoAnswer = fault.New(fault.Unknown, "waybill_no_answer",
		"快递对面单 %s 没有给出单号，结果未知；系统会先查询再重试",
		"The carrier gave no number for waybill %s, what it did is unknown; it is asked before the next try")
	ErrNotNumbered = fault.New(fault.Conflict, "waybill_not_numbered",
		"面单 %s 没有单号，查不到轨迹；请先取号", "Waybill %s has no number to track; get one first")
	ErrDrift = fault.New(fault.Internal, "waybill_drift",
		"面单在锁定期间被改动，本次操作已撤销；请重试", "A waybill changed under its lock; the work was undone. Try again")
)

type words struct{ zh, en string }

var stateWords = map[State]words{
	StateAsked:     {"待取号", "asked for"},
	StateNumbered:  {"已取号", "numbered"},
	StateUsed:      {"已使用", "used"},
	StateReclaimed: {"已回收", "reclaimed"},
}

var verbWords = map[verb]words{
	verbNumber: {"取号", "numbered"}, verbUse: {"使用", "used"}, verbReclaim: {"回收", "reclaimed"},
}

var parcelWords = map[Parcel]words{
	Created:        {"待揽收", "created"},
	PickedUp:       {"已揽收", "picked up"},
	InTransit:      {"在途", "in transit"},
	Exception:      {"疑难", "exception"},
	OutForDelivery: {"派件中", "out for delivery"},
	AttemptFailed:  {"派送失败", "attempt failed"},
	AtLocker:       {"待取件", "at a locker"},
	Rejected:       {"拒收", "rejected"},
	Delivered:      {"已签收", "delivered"},
	Returning:      {"退回中", "returning"},
	Returned:       {"已退回", "returned"},
	Cancelled:      {"已销单", "cancelled"},
}

// Words gives the state as people read it, in Chinese and in English.
func (s State) Words() (zh, en string) { return stateWords[s].zh, stateWords[s].en }

// Words gives the parcel's state as people read it, in Chinese and in English.
func (p Parcel) Words() (zh, en string) { return parcelWords[p].zh, parcelWords[p].en }

func refuse(w *Waybill, v verb) *fault.Fault {
	is, as := stateWords[w.State], verbWords[v]
	f := *ErrMove
	f.ZH, f.EN = fmt.Sprintf(f.ZH, w.Key(), is.zh, as.zh), fmt.Sprintf(f.EN, w.Key(), is.en, as.en)
	return &f
}
