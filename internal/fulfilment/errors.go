package fulfilment

import (
	"fmt"

	"baihuo/internal/fault"
)

// Every refusal of this room. Those with a package in them are filled by refuse.
var (
	ErrDraft = fault.New(fault.Invalid, "package_draft",
		"要计划的包裹资料有误，整批没有计划；请按下面各项改正后重试",
		"The packages to plan are not right and none was planned; mend the items below and try again")
	ErrMissing = fault.New(fault.Missing, "package_missing",
		"没有包裹 %s；请检查包裹编号", "There is no package %s; check its number")
	ErrPickListMissing = fault.New(fault.Missing, "pick_list_missing",
		"没有这张拣货单；请检查拣货单编号", "There is no such pick list; check its number")
	ErrMove = fault.New(fault.Conflict, "package_move",
		"包裹 %s 现在是「%s」，不能%s；请刷新后按当前状态操作",
		"Package %s is %s and cannot be %s; refresh and go on from its present state")
	ErrStopped = fault.New(fault.Conflict, "package_stopped",
		"包裹 %s 已被叫停（%s），不能%s；请先处理叫停的原因，解除后再继续",
		"Package %s is stopped (%s) and cannot be %s; settle the reason and lift the stop first")
	ErrWarehouse = fault.New(fault.Conflict, "package_warehouse",
		"包裹 %s 属于另一个仓库，不能放进这张拣货单；请按仓库分别下发",
		"Package %s belongs to another warehouse than this pick list; release each warehouse by itself")
	ErrWhy = fault.New(fault.Invalid, "package_why",
		"请写明原因（1 到 200 个字）", "Say why, in 1 to 200 letters")
	ErrWeight = fault.New(fault.Invalid, "package_weight",
		"包裹 %s 的重量 %d 克超出范围（0 到 1,000,000 克）；请检查秤和单位",
		"The weight of package %s, %d g, is out of range (0 to 1,000,000 g); check the scale and the unit")
	ErrQuantity = fault.New(fault.Invalid, "package_quantity",
		"要从包裹 %s 取出的数量 %d 必须大于 0；请改正数量",
		"The quantity to take out of package %s, %d, must be above 0; mend the quantity")
	ErrNotInside = fault.New(fault.Conflict, "package_not_inside",
		"包裹 %s 里的订单行 %s 只有 %d 件，取不出 %d 件；请刷新后重试",
		"Package %s holds %[3]d pieces of line %[2]s, %[4]d cannot be taken out; refresh and try again")
	ErrTarget = fault.New(fault.Invalid, "package_target",
		"「%s」不是物流推动的包裹状态；可用 in_transit、refused、delivered、returned、lost",
		"%q is no state that tracking leads to; use in_transit, refused, delivered, returned or lost")
	ErrDrift = fault.New(fault.Internal, "package_drift",
		"包裹在锁定期间被改动，本次操作已撤销；请重试", "A package changed under its lock; the work was undone. Try again")
)

const whyMax = 200

type words struct{ zh, en string }

var stateWords = map[State]words{
	Planned:    {"待下发", "planned"},
	Released:   {"待拣货", "released"},
	Picking:    {"拣货中", "being picked"},
	Picked:     {"待打包", "picked"},
	Packed:     {"待发货", "packed"},
	HandedOver: {"已交接", "handed over"},
	InTransit:  {"在途", "in transit"},
	Refused:    {"拒收", "refused by the recipient"},
	Delivered:  {"已签收", "delivered"},
	Returned:   {"已退回", "returned"},
	Lost:       {"丢失", "lost"},
	Voided:     {"已作废", "voided"},
}

var verbWords = map[verb]words{
	verbRelease:   {"下发", "released"},
	verbStartPick: {"开始拣货", "started to be picked"},
	verbPick:      {"拣货", "picked"},
	verbPack:      {"打包", "packed"},
	verbHandOver:  {"交接", "handed over"},
	verbMove:      {"改为该物流状态", "moved there by tracking"},
	verbVoid:      {"作废", "voided"},
	verbShrink:    {"取出商品", "made smaller"},
	verbStop:      {"叫停", "stopped"},
	verbResume:    {"解除叫停", "resumed"},
	verbAssign:    {"更换快递", "given another carrier"},
	verbReaddress: {"更改收件人", "sent elsewhere"},
}

// Words gives the state as people read it, in Chinese and in English.
func (s State) Words() (zh, en string) { return stateWords[s].zh, stateWords[s].en }

// refuse fills ErrMove or ErrStopped, whose words differ between the languages.
func refuse(base *fault.Fault, p *Package, v verb) *fault.Fault {
	is, as := stateWords[p.State], verbWords[v]
	if base == ErrStopped {
		is = words{p.Stop, p.Stop}
	}
	f := *base
	f.ZH, f.EN = fmt.Sprintf(base.ZH, p.ID, is.zh, as.zh), fmt.Sprintf(base.EN, p.ID, is.en, as.en)
	return &f
}
