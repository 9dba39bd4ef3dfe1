package webhook

import (
	"slices"
	"strings"

	"baihuo/internal/id"
)

// told are the kinds of objects whose events leave the house, and how their ids are
// shown outside. People, keys, recipients and rules are nobody else's business.
var told = map[string]string{"order": "O", "package": "P", "waybill": "W", "hold": "H"}

// Event is a kind of event that an endpoint may ask for by name.
type Event struct{ Type, ZH, EN string }

// events are all that are told by name. A new one of a told object reaches those who
// asked for all of its object or for everything even before it stands here.
var events = []Event{
	{"order.accepted", "订单已接收", "an order was accepted"},
	{"order.amended", "平台改单已合并", "the channel's newer message was merged"},
	{"order.edited", "人工修改了订单", "a person changed the order"},
	{"order.redirected", "收件人或地址已更换", "the recipient or the address is another"},
	{"order.noted", "有人写了备注", "somebody wrote a note"},
	{"order.reviewed", "审核状态变了", "the review moved"},
	{"order.reserved", "已预占库存", "stock was reserved for it"},
	{"order.stock_arrived", "到货补上了缺货", "arriving stock filled a shortage"},
	{"order.stock_lost", "预占的库存没有了", "reserved stock was lost"},
	{"order.claims_given_up", "预占已释放", "its claims on stock were given up"},
	{"order.released", "已下发仓库", "goods were released to the warehouse"},
	{"order.picked", "已拣货", "goods were picked"},
	{"order.packed", "已打包", "goods were packed"},
	{"order.shipped", "已发货", "goods left the house"},
	{"order.collected", "已柜台提货", "goods were collected at the counter"},
	{"order.arrived", "包裹有签收、拒收或退回", "a parcel arrived or came back"},
	{"order.brought_back", "柜台退回", "goods were brought back to the counter"},
	{"order.package_voided", "包裹作废,商品退回待配", "a package was voided; its goods wait again"},
	{"order.lines_cancelled", "部分取消", "lines were cancelled"},
	{"order.cancelled", "整单取消", "the order was cancelled"},
	{"order.pay_deadline_passed", "付款期限已过", "the pay deadline passed"},
	{"order.completed", "订单完成", "nothing more is expected of the order"},
	{"order.erased", "个人信息已删除", "what people typed on it was erased"},

	{"package.planned", "包裹已配单", "a package was planned"},
	{"package.released", "包裹已下发", "it was released to the warehouse"},
	{"package.picking", "拣货中", "picking began"},
	{"package.picked", "已拣货", "it was picked"},
	{"package.packed", "已打包", "it was packed"},
	{"package.handed_over", "已交快递", "it was handed over to the carrier"},
	{"package.in_transit", "运输中", "it is on its way"},
	{"package.delivered", "已签收", "it was delivered"},
	{"package.refused", "拒收", "it was refused"},
	{"package.returned", "已退回", "it came back"},
	{"package.lost", "丢失", "it was lost"},
	{"package.voided", "作废", "it was given up before hand-over"},
	{"package.shrunk", "包裹减件", "pieces were taken out"},
	{"package.assigned", "已选快递", "a carrier was chosen"},
	{"package.readdressed", "地址已更换", "it has another address"},
	{"package.stopped", "已拦停", "it was stopped"},
	{"package.resumed", "拦停已解除", "it may go on"},

	{"waybill.asked", "已申请面单号", "a number was asked for"},
	{"waybill.numbered", "已取得面单号", "the carrier gave a number"},
	{"waybill.used", "面单号已用", "the number is used"},
	{"waybill.reclaimed", "面单号已回收", "the number was reclaimed"},
	{"waybill.tracked", "物流状态变了", "the parcel's state is another"},

	{"hold.placed", "订单已挂起", "an order was put on hold"},
	{"hold.released", "挂起已解除", "a hold ended"},
	{"hold.erased", "个人信息已删除", "what people typed on it was erased"},
}

// Events gives the events that an endpoint may ask for by name. Beside them it may
// ask for all of an object, as in "order.*", and for everything, "*".
func Events() []Event { return slices.Clone(events) }

// eventOf names what a journal row tells: the object and what happened to it. A what
// that repeats its object, as hold_placed does, is told without.
func eventOf(kind, what string) string { return kind + "." + strings.TrimPrefix(what, kind+"_") }

// knownKind says whether an endpoint may ask for this.
func knownKind(kind string) bool {
	if object, all := strings.CutSuffix(kind, ".*"); all {
		return told[object] != ""
	}
	return kind == "*" || slices.ContainsFunc(events, func(e Event) bool { return e.Type == kind })
}

// wants says whether an endpoint asked for an event.
func wants(kinds []string, event string) bool {
	object, _, _ := strings.Cut(event, ".")
	return slices.ContainsFunc(kinds, func(k string) bool { return k == "*" || k == event || k == object+".*" })
}

// shown gives an object's id as it stands outside.
func shown(kind string, object int64) string { return id.Text(told[kind], object) }
