package taobao

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

// Map turns one trade into a draft for the shop with the code given, and tells
// what a person should look at. Amounts are fen, instants UTC.
//
// Fault: ErrMessage (Invalid), naming every field that cannot be read.
func Map(raw []byte, shopCode string) (order.Draft, []Doubt, error) {
	t, err := decode(raw)
	if err != nil {
		return order.Draft{}, nil, err
	}
	r := &reader{}
	d := order.Draft{
		ShopCode: shopCode, ExternalNo: r.id("tid", t.TIDStr, t.TID), Kind: r.kind(t), Currency: money.CNY,
		OrderedAt: r.when("created", r.need("created", t.Created)), PaidAt: r.when("pay_time", t.PayTime),
		ModifiedAt: r.when("modified", r.need("modified", t.Modified)),
		Freight:    r.yuan("post_fee", t.PostFee), Total: r.yuan("payment", r.need("payment", t.Payment)),
		Buyer:   customer.BuyerDraft{Name: string(t.BuyerNick), ID: string(t.BuyerOpenUID)},
		Contact: r.contact(t), Wishes: r.wishes(t),
		Invoice:      order.Invoice{Title: string(t.InvoiceName), Kind: invoiceKinds[string(t.InvoiceKind)]},
		BuyerMessage: string(t.BuyerMessage), SellerMemo: string(t.SellerMemo), Flag: r.flag(t.SellerFlag),
	}
	d.ChannelState, d.ChannelWord = r.state(t)
	r.payment(t, &d)
	r.deadlines(t, &d)
	r.lines(t, &d)
	r.promotions(t, &d)
	if r.fault != nil {
		return order.Draft{}, nil, r.fault
	}
	r.balance(&d)
	return d, r.doubts, nil
}

func (r *reader) kind(t *trade) order.Kind {
	kind, known := kinds[string(t.Type)]
	if !known {
		r.doubt("type_unknown", "type", fmt.Sprintf("交易类型 %.40q 未知,按普通订单处理", t.Type),
			fmt.Sprintf("the trade type %.40q is unknown; it is taken for a normal order", t.Type))
		kind = order.Normal
	}
	switch {
	case t.StepStatus != "":
		return order.Presale
	case kind == order.Normal && t.SendType == pickUp:
		return order.PickUp
	}
	return kind
}

// state reads the trade's status, then what may stop it all the same: a step
// that is not paid, and the platform's holds.
func (r *reader) state(t *trade) (order.ChannelState, string) {
	word := string(t.Status)
	state, known := states[word]
	if !known {
		r.unknown("status", t.Status)
		state = order.Strange
	}
	if t.StepStatus != "" {
		word += " " + string(t.StepStatus)
		s, known := steps[string(t.StepStatus)]
		switch {
		case !known:
			r.unknown("step_trade_status", t.StepStatus)
			state = order.Strange
		case s.State != "" && (state == order.ToShip || state == order.Unpaid || state == order.Forbidden):
			if state == order.ToShip {
				r.doubt("step_unpaid", "step_trade_status", "平台状态为待发货,但尾款未付清,先不发货",
					"the status says to ship, but the last step is not paid; nothing is shipped")
			}
			state = s.State
		}
	}
	for _, hold := range []struct {
		field string
		value text
	}{{"top_hold", t.TopHold}, {"team_buy_hold", t.TeamBuyHold}, {"share_group_hold", t.ShareGroupHold},
		{"ofp_hold", t.OFPHold}} {
		if hold.value == "1" && state == order.ToShip {
			r.doubt("platform_hold", hold.field, "平台拦截中,不能发货", "the platform holds the order; it must not ship")
			state, word = order.Forbidden, word+" "+hold.field
		}
	}
	return state, word
}

func (r *reader) unknown(field string, word text) {
	r.doubt("status_unknown", field, fmt.Sprintf("平台状态 %.60q 未知,已原样保留", word),
		fmt.Sprintf("the platform's word %.60q is unknown; it is kept as it is", word))
}

// payment says what was paid, what is still awaited, and until when.
func (r *reader) payment(t *trade, d *order.Draft) {
	s := steps[string(t.StepStatus)]
	switch {
	case s.Part:
		d.Paid = r.yuan("step_paid_fee", t.StepPaid)
	case d.Kind == order.COD:
		d.AmountCOD = d.Total
	case d.ChannelState == order.Unpaid:
	case d.PaidAt == 0 && (d.ChannelState == order.Closed || d.ChannelState == order.Strange):
	default:
		d.Paid = d.Total
	}
	switch {
	case d.Kind == order.COD:
		d.PayMethod = "cod"
	case t.AlipayNo != "":
		d.PayMethod = "alipay"
	}
	// After shipping the same field is the day on which the buyer's silence
	// becomes consent; only of an unpaid trade can it mean the money.
	if d.ChannelState == order.Unpaid {
		d.PayBy = r.earliest("timeout_action_time", t.Timeout)
	}
	if codTrouble[string(t.CODStatus)] {
		r.doubt("cod_trouble", "cod_status", fmt.Sprintf("货到付款物流异常:%s", t.CODStatus),
			fmt.Sprintf("cash on delivery is in trouble: %s", t.CODStatus))
	}
}

func (r *reader) contact(t *trade) customer.Contact {
	c := customer.Contact{
		Name: string(t.Name), Phone: string(cmp.Or(t.Mobile, t.Phone)), Province: string(t.State),
		City:     string(t.City),
		District: string(t.District), Town: string(t.Town), Detail: string(t.Address), OpaqueID: string(t.OAID),
	}
	// A county directly under a province comes without a city.
	if c.City == "" {
		c.City, c.District = c.District, ""
	}
	if c.OpaqueID == "" && strings.Contains(c.Name+c.Phone+c.Detail, "*") {
		r.doubt("oaid_missing", "oaid", "收货信息已脱敏却没有 OAID,无法打单;拉取时请带 include_oaid 及收货人五个字段",
			"the recipient is masked and has no OAID, so no label can be printed; "+
				"pull with include_oaid and the five receiver fields")
	}
	return c
}

func (r *reader) flag(t text) int {
	n, err := strconv.Atoi(cmp.Or(string(t), "0"))
	if err != nil || n < 0 || n > 5 {
		r.doubt("flag_unknown", "seller_flag", fmt.Sprintf("旗帜 %.20q 不在 0 到 5 之间,按无旗处理", t),
			fmt.Sprintf("the flag %.20q is not 0 to 5; it is taken for none", t))
		return 0
	}
	return n
}

func (r *reader) deadlines(t *trade, d *order.Draft) {
	ship, collect := []text{t.DeliveryTime, t.SendTime}, []text{t.CollectTime}
	sign := []text{t.SignTime, t.PromiseSignTime}
	for i := range t.Orders {
		o := &t.Orders[i]
		ship, sign = append(ship, o.DeliveryTime), append(sign, o.SignTime)
		collect = append(collect, o.CollectTime, o.PromiseCollectTime)
	}
	for i := range t.LogisticsInfos {
		l := &t.LogisticsInfos[i]
		ship, collect = append(ship, l.OutboundTime), append(collect, l.CollectTime)
	}
	d.ShipBy = r.earliest("delivery_time", ship...)
	d.CollectBy = r.earliest("collect_time", collect...)
	d.SignBy = r.earliest("sign_time", sign...)
}

func (r *reader) wishes(t *trade) order.Wishes {
	w := order.Wishes{Slot: string(t.BookedRange)}
	date := t.BookedDate
	for i := range t.Orders {
		date, w.Slot = cmp.Or(date, t.Orders[i].BookedDate), cmp.Or(w.Slot, string(t.Orders[i].BookedRange))
	}
	if date != "" {
		day, err := time.Parse("20060102", string(date))
		if err != nil {
			r.doubt("booking_unreadable", "os_date", fmt.Sprintf("预约日期 %.20q 无法识别", date),
				fmt.Sprintf("the day booked %.20q cannot be read", date))
		} else {
			w.On = day.Format(time.DateOnly)
		}
	}
	if t.SendType == pickUp {
		w.Store = string(cmp.Or(t.OuterStore, t.Store))
	}
	text, known := shipping[string(t.ShippingType)]
	if w.Text = text; !known {
		w.Text = "shipping_type " + string(t.ShippingType)
	}
	r.carriers(t, &w)
	return w
}

// carriers joins what the platform decided for each sub-order: a must of all,
// a ban of any.
func (r *reader) carriers(t *trade, w *order.Wishes) {
	bound := false
	for i := range t.LogisticsInfos {
		l := &t.LogisticsInfos[i]
		a, known := advices[string(l.DeliveryType)]
		if !known {
			r.doubt("delivery_type_unknown", "logistics_infos.biz_delivery_type",
				fmt.Sprintf("配送建议类型 %.20q 未知", l.DeliveryType),
				fmt.Sprintf("the delivery advice %.20q is unknown", l.DeliveryType))
		}
		must := l.White
		if len(must) == 0 {
			must = l.Recommended
		}
		switch {
		case a.avoid:
			w.Avoid = append(w.Avoid, l.Black...)
		case a.must && !bound:
			w.Carriers, bound = slices.Clone(must), true
		case a.must:
			w.Carriers = slices.DeleteFunc(w.Carriers, func(c string) bool { return !slices.Contains(must, c) })
		}
	}
	slices.Sort(w.Avoid)
	w.Avoid = slices.Compact(w.Avoid)
	if bound && len(w.Carriers) == 0 {
		r.doubt("carriers_none", "logistics_infos", "平台指定的快递没有一个能用于全部商品,请人工选择",
			"no carrier that the platform asks for may carry every line; choose by hand")
	}
}
