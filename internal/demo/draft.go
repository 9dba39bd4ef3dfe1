package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/demo/people"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

// The shops of demo/goods.
const (
	taobao = "TB01"
	jd     = "JD01"
	web    = "WEB1"
	store  = "ST01"
)

const (
	returningPerMille = 350
	returningFrom     = 50 // before that everybody is new
	returningWithin   = 20_000
)

func moneyOf(n int64) money.Amount { return money.Amount(n) }

// buyer gives who placed order k: somebody new, or who placed an earlier one.
func (t *teller) buyer(k int64) people.Person {
	for {
		d := dice(t.seed, "buyer", k)
		if k <= returningFrom || !chance(d, returningPerMille) {
			return t.crowd.Stranger(d, int(k))
		}
		k -= 1 + d.Int64N(min(k-1, returningWithin))
	}
}

// recipient gives the buyer of order k and where it goes: home five times of six.
func (t *teller) recipient(k int64) (people.Person, people.Recipient) {
	who := t.buyer(k)
	if len(who.Recipients) > 1 && dice(t.seed, "recipient", k).IntN(6) == 0 {
		return who, who.Recipients[1]
	}
	return who, who.Recipients[0]
}

// draft makes order k as it was placed.
func (t *teller) draft(k int64, at db.Instant) *order.Draft {
	who, to := t.recipient(k)
	roll := dice(t.seed, "order", k)
	code := shopFor(roll, to)
	d := &order.Draft{ShopCode: code, ExternalNo: number(code, k), Currency: "CNY", ModifiedAt: at, OrderedAt: at,
		PaidAt:       at,
		ChannelState: order.ToShip, ChannelWord: word(code, order.ToShip), PayMethod: one(roll, []string{"alipay",
			"wechat", "wechat", "card"}),
		Buyer: customer.BuyerDraft{Name: who.Nick, ID: fmt.Sprintf("b%d", who.ID)}, Contact: contact(roll, code, k, to),
		BuyerMessage: people.Message(roll), ShipBy: at.Add(48 * time.Hour)}
	t.fill(roll, d)
	t.price(roll, d)
	begin(roll, d)
	sum(d)
	return d
}

func shopFor(d *rand.Rand, to people.Recipient) string {
	n := d.IntN(1000)
	switch {
	case to.Place.Province == "上海市" && n < 400:
		return store
	case n < 560:
		return taobao
	case n < 820:
		return jd
	}
	return web
}

// number is what the platform calls order k; orderOf reads it.
func number(shop string, k int64) string {
	switch shop {
	case taobao:
		return fmt.Sprintf("35%010d%07d", k, k*7_654_321%9_999_991)
	case jd:
		return fmt.Sprintf("30%010d", k)
	}
	return fmt.Sprintf("%c%010d", shop[0], k)
}

// orderOf gives the k of an external number, 0 for one that is not of the story.
func orderOf(external string) int64 {
	if len(external) == 19 || len(external) == 12 {
		external = external[1:12]
	}
	if len(external) != 11 {
		return 0
	}
	k, err := strconv.ParseInt(external[1:], 10, 64)
	if err != nil || k < 0 {
		return 0
	}
	return k
}

func word(shop string, s order.ChannelState) string {
	words := map[order.ChannelState][3]string{
		order.Unpaid:    {"WAIT_BUYER_PAY", "NOT_PAY", "unpaid"},
		order.Forbidden: {"PAID_FORBID_CONSIGN", "LOCKED", "locked"},
		order.ToShip:    {"WAIT_SELLER_SEND_GOODS", "WAIT_SELLER_STOCK_OUT", "paid"},
		order.Closed:    {"TRADE_CLOSED", "TRADE_CANCELED", "closed"},
	}
	switch shop {
	case taobao:
		return words[s][0]
	case jd:
		return words[s][1]
	}
	return words[s][2]
}

// fill puts the basket into the draft.
func (t *teller) fill(d *rand.Rand, to *order.Draft) {
	for i, item := range t.shelf.Basket(d) {
		o := t.offer[item.Code]
		l := order.DraftLine{ExternalNo: fmt.Sprintf("%s-%d", to.ExternalNo, i+1), Kind: order.Goods,
			Code: item.Code, Name: o.name,
			Qty: int64(item.Qty), Price: moneyOf(o.price)}
		if item.Bundle {
			l.Kind = order.Bundle
		}
		to.Lines = append(to.Lines, l)
	}
	first := &to.Lines[0]
	switch n := d.IntN(1000); {
	case n < 2: // the listing names a code that nobody knows
		first.Code = "OLD-" + first.Code
	case n < 5 && first.Kind == order.Goods: // a price without its last digit
		first.Price /= 10
	case n < 25:
		to.Lines = append(to.Lines, order.DraftLine{ExternalNo: to.ExternalNo + "-G", Kind: order.Gift,
			Code: "YS1001", Name: "赠品牙刷", Qty: 1})
	}
}

// price adds freight and discounts.
func (t *teller) price(d *rand.Rand, to *order.Draft) {
	var goods money.Amount
	for _, l := range to.Lines {
		goods += l.Price * moneyOf(l.Qty)
	}
	if goods < 5900 {
		to.Freight = 600
	}
	if goods >= 9900 && chance(d, 400) {
		to.Promotions = append(to.Promotions, order.Promotion{Name: "满99减10", Amount: 1000})
	}
	if first := &to.Lines[0]; chance(d, 50) {
		first.Discount = first.Price * moneyOf(first.Qty) / 20
	}
}

// begin draws how the order starts: paid, unpaid, locked, cash on delivery; and what
// the buyer wishes besides.
func begin(d *rand.Rand, to *order.Draft) {
	switch n := d.IntN(1000); {
	case n < 110:
		to.ChannelState, to.PaidAt, to.PayBy = order.Unpaid, 0, to.OrderedAt.Add(time.Hour)
	case n < 120:
		to.ChannelState = order.Forbidden
	case n < 145 && to.ShopCode == jd:
		to.Kind, to.PaidAt, to.PayMethod = order.COD, 0, "cod"
	}
	to.ChannelWord = word(to.ShopCode, to.ChannelState)
	if chance(d, 40) {
		to.Invoice = order.Invoice{Title: "个人", Kind: "electronic"}
	}
	if chance(d, 20) {
		to.Wishes = order.Wishes{Days: one(d, []string{"workdays", "weekends"})}
	}
	to.ShipTogether, to.NoPartial = chance(d, 15), chance(d, 20)
}

// contact is what the platform's form made of the recipient. Marketplaces have a box
// for each part of the address; the web shop has one box for all of it. Taobao hides
// a share of its recipients behind an opaque id.
func contact(d *rand.Rand, shop string, k int64, r people.Recipient) customer.Contact {
	if shop == web || shop == store {
		return customer.Contact{Name: r.Name, Phone: r.Phone, Detail: r.Line}
	}
	c := customer.Contact{Name: r.Name, Phone: r.Phone, Province: r.Place.Province, City: r.Place.City,
		District: r.Place.District,
		Town:     r.Place.Town, Detail: r.Detail}
	if shop == taobao && (r.Has(people.Masked) || chance(d, 200)) {
		c.OpaqueID = fmt.Sprintf("oaid%016x", uint64(k)*0x9e3779b97f4a7c15)
		c.Name = string([]rune(r.Name)[:1]) + "**"
		c.Phone = "1*******" + r.Phone[len(r.Phone)-3:]
		c.Detail = "****"
	}
	return c
}

// moveTo sends the order to another door of the same place.
func moveTo(d *order.Draft, house int) {
	if d.Contact.OpaqueID == "" {
		d.Contact.Detail += fmt.Sprintf("(改送%d号门卫)", house)
	}
}

// mend is what a buyer corrects after customer service has called: a name, a phone
// that can be dialled and a full address.
func (t *teller) mend(k int64, d *order.Draft) {
	_, r := t.recipient(k)
	plain := strings.NewReplacer("*", "8", " ", "", "(", "", ")", "").Replace(r.Detail)
	d.Contact = customer.Contact{Name: strings.ReplaceAll(r.Name, "*", "先"), Province: r.Place.Province,
		City:     r.Place.City,
		District: r.Place.District, Town: r.Place.Town, Detail: plain,
		Phone: fmt.Sprintf("1380000%04d", dice(t.seed, "phone", k).IntN(10_000))}
}
