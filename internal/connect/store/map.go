package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

// Doubt is something in a sale that a person should look at. The order goes on
// without an answer. Code is stable.
type Doubt struct {
	Code  string
	Field string
	ZH    string
	EN    string
}

// states of a sale by the terminal's word.
var states = map[string]order.ChannelState{"paid": order.ToShip, "unpaid": order.Unpaid, "void": order.Closed}

// methods of payment that tills take.
var methods = map[string]bool{"cash": true, "wechat": true, "alipay": true, "card": true, "voucher": true}

// Map turns one sale into a draft for the shop with the code given, and tells
// what a person should look at. Amounts are fen, instants UTC.
//
// Fault: ErrMessage (Invalid), naming every field that cannot be read.
func Map(raw []byte, shopCode string) (order.Draft, []Doubt, error) {
	s, err := decode(raw)
	if err != nil {
		return order.Draft{}, nil, err
	}
	r := &reader{}
	if s.Version != version {
		r.bad("version", fmt.Sprintf("只支持版本 %d", version), fmt.Sprintf("only version %d is read", version))
	}
	sold := r.when("sold_at", s.SoldAt, true)
	d := order.Draft{
		ShopCode: shopCode, ExternalNo: r.number(s), Kind: order.Normal, Currency: money.CNY,
		ChannelState: r.state(s),
		ChannelWord:  s.Status, OrderedAt: sold, ModifiedAt: max(sold, r.when("modified_at", s.ModifiedAt, false)),
		Total: r.yuan("total", s.Total, true), BuyerMessage: s.Message,
	}
	if s.Member != nil {
		d.Buyer = customer.BuyerDraft{Name: s.Member.Name, ID: s.Member.ID}
	}
	if s.Cashier != "" {
		d.Tags = append(d.Tags, "cashier:"+r.code("cashier", s.Cashier))
	}
	r.handOver(s, &d)
	r.lines(s, &d)
	r.payments(s, &d)
	if r.fault != nil {
		return order.Draft{}, nil, r.fault
	}
	r.balance(&d)
	return d, r.doubts, nil
}

// number is the key of the sale: the parts hold no dash, so no two sales share it.
func (r *reader) number(s *sale) string {
	if s.LocalSeq <= 0 {
		r.bad("local_seq", "应为终端自增的正整数", "must be the terminal's own counter, above 0")
	}
	return fmt.Sprintf("%s-%s-%d", r.code("store_id", s.StoreID), r.code("terminal_id", s.TerminalID), s.LocalSeq)
}

func (r *reader) state(s *sale) order.ChannelState {
	state, known := states[s.Status]
	if !known {
		r.doubt("status_unknown", "status", fmt.Sprintf("小票状态 %.60q 未知,已原样保留", s.Status),
			fmt.Sprintf("the sale's status %.60q is unknown; it is kept as it is", s.Status))
		return order.Strange
	}
	return state
}

// handOver says how the goods reach the buyer: later in a store, or at once.
func (r *reader) handOver(s *sale, d *order.Draft) {
	if s.PickUp == nil {
		d.Tags = append(d.Tags, "counter")
		return
	}
	d.Kind = order.PickUp
	d.Contact = customer.Contact{Name: s.PickUp.Name, Phone: s.PickUp.Phone}
	at := r.code("pick_up.store_id", cmp.Or(s.PickUp.Store, s.StoreID))
	d.Wishes = order.Wishes{Store: at, On: s.PickUp.On, Slot: s.PickUp.Slot}
	if _, err := time.Parse(time.DateOnly, s.PickUp.On); s.PickUp.On != "" && err != nil {
		r.bad("pick_up.on", "日期应为 yyyy-MM-dd", "must be a day as yyyy-MM-dd")
	}
}

func (r *reader) lines(s *sale, d *order.Draft) {
	if n := len(s.Lines); n == 0 || n+len(s.Discounts)+len(s.Payments) > order.LinesMax {
		r.bad("lines", fmt.Sprintf("商品、优惠与支付合计应为 1 到 %d 条", order.LinesMax),
			fmt.Sprintf("there must be 1 to %d lines, discounts and payments", order.LinesMax))
		return
	}
	for i := range s.Lines {
		d.Lines = append(d.Lines, r.line(fmt.Sprintf("lines[%d].", i), i+1, &s.Lines[i]))
	}
	for i := range s.Discounts {
		c, at := &s.Discounts[i], fmt.Sprintf("discounts[%d].", i)
		for _, n := range c.Lines {
			if n < 0 || n >= len(s.Lines) {
				r.bad(at+"lines", fmt.Sprintf("没有第 %d 行", n), fmt.Sprintf("there is no line %d", n))
			}
		}
		amount := r.yuan(at+"amount", c.Amount, true)
		d.Promotions = append(d.Promotions, order.Promotion{Name: c.Name, Amount: amount, Lines: c.Lines})
	}
}

func (r *reader) line(at string, position int, l *line) order.DraftLine {
	out := order.DraftLine{ExternalNo: fmt.Sprint(position), Kind: order.Goods, Code: cmp.Or(l.Code, l.Barcode),
		Name: l.Name, Qty: l.Qty,
		Price: r.yuan(at+"price", l.Price, true), Discount: r.yuan(at+"discount", l.Discount, false)}
	if (l.Code == "") == (l.Barcode == "") {
		r.bad(at+"code", "商品编码 code 与条码 barcode 必须且只能填一个", "give the code or the barcode, one of them and not both")
	}
	if strings.Trim(l.Barcode, "0123456789") != "" {
		r.bad(at+"barcode", "条码应全为数字", "is not all digits")
	}
	if l.Qty <= 0 || l.Qty > order.QtyMax {
		r.bad(at+"qty", fmt.Sprintf("数量应为 1 到 %d 的整数", order.QtyMax),
			fmt.Sprintf("must be a whole number from 1 to %d", order.QtyMax))
	} else if gross, err := out.Price.Mul(l.Qty); err != nil || out.Discount > gross {
		r.bad(at+"discount", "优惠大于行金额,或行金额超出范围", "is more than the line costs, or the line is out of range")
	} else if l.Gift {
		out.Kind = order.Gift
		if out.Discount != gross {
			r.bad(at+"gift", "赠品应付金额必须为 0", "a gift must cost nothing")
		}
		out.Price, out.Discount = 0, 0
	}
	return out
}

// payments says what lies in the till: what was given less the change.
func (r *reader) payments(s *sale, d *order.Draft) {
	var given money.Amount
	var used []string
	for i := range s.Payments {
		p, at := &s.Payments[i], fmt.Sprintf("payments[%d].", i)
		given += r.yuan(at+"amount", p.Amount, true)
		if !methods[p.Method] {
			r.doubt("method_unknown", at+"method", fmt.Sprintf("支付方式 %.40q 未知,已原样保留", p.Method),
				fmt.Sprintf("the way of payment %.40q is unknown; it is kept as it is", p.Method))
		}
		if !slices.Contains(used, p.Method) {
			used = append(used, p.Method)
		}
	}
	d.PayMethod = strings.Join(used, "+")
	change := r.yuan("change", s.Change, false)
	if change > given {
		r.bad("change", "找零大于收款", "is more than was given")
		return
	}
	if d.Paid = given - change; d.Paid > 0 || d.ChannelState == order.ToShip {
		d.PaidAt = d.OrderedAt
	}
	if d.ChannelState == order.ToShip && d.Paid != d.Total {
		paid, owed := d.Paid.Format(d.Currency), d.Total.Format(d.Currency)
		r.doubt("payment_differs", "payments", fmt.Sprintf("收款减找零为 %s,应收 %s", paid, owed),
			fmt.Sprintf("payments less change are %s, to pay was %s", paid, owed))
	}
}

// balance compares the lines with the total on the slip: a fen per line is
// rounding, more is a doubt.
func (r *reader) balance(d *order.Draft) {
	var sum money.Amount
	for i := range d.Lines {
		sum += d.Lines[i].Price*money.Amount(d.Lines[i].Qty) - d.Lines[i].Discount
	}
	for _, p := range d.Promotions {
		sum -= p.Amount
	}
	if by := d.Total - sum; by > money.Amount(len(d.Lines)) || -by > money.Amount(len(d.Lines)) {
		ours, theirs, apart := sum.Format(d.Currency), d.Total.Format(d.Currency), by.Format(d.Currency)
		r.doubt("amounts_differ", "total", fmt.Sprintf("明细合计 %s,小票应收 %s,相差 %s", ours, theirs, apart),
			fmt.Sprintf("the lines make %s, the slip says %s: %s apart", ours, theirs, apart))
	}
}

// reader collects what is wrong and what is doubtful, so that a person hears
// everything at once.
type reader struct {
	fault  *fault.Fault
	doubts []Doubt
}

func (r *reader) bad(field, zh, en string) {
	if r.fault == nil {
		r.fault = ErrMessage
	}
	if len(r.fault.Fields) < 50 {
		r.fault = r.fault.Field(field, zh, en)
	}
}

func (r *reader) doubt(code, field, zh, en string) {
	if len(r.doubts) < 50 {
		r.doubts = append(r.doubts, Doubt{code, field, zh, en})
	}
}

// code reads a name of ours: letters and digits.
func (r *reader) code(field, s string) string {
	other := func(c rune) bool { return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') }
	if s == "" || len(s) > 32 || strings.ContainsFunc(s, other) {
		r.bad(field, "应为 1 到 32 个字母或数字", "must be 1 to 32 letters or digits")
	}
	return s
}

func (r *reader) yuan(field, s string, need bool) money.Amount {
	if s == "" && !need {
		return 0
	}
	a, err := money.Parse(s, money.CNY)
	if err != nil {
		f := fault.Of(err)
		r.bad(field, f.ZH, f.EN)
	} else if a < 0 {
		r.bad(field, "金额不能为负", "must not be negative")
		return 0
	}
	return a
}

func (r *reader) when(field, s string, need bool) db.Instant {
	if s == "" && !need {
		return 0
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || at.Year() < 2000 {
		r.bad(field, "时间应带时区,如 2026-01-02T18:04:05+08:00",
			"must be a time with its offset, such as 2026-01-02T18:04:05+08:00")
		return 0
	}
	return db.At(at)
}
