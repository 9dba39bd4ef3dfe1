package intake

import (
	"cmp"
	"fmt"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

// draft makes one order of the rows of a number. Where rows disagree on time or
// customer the earliest head counts, and a note says so.
func (im *importer) draft(p *pending) *order.Draft {
	head := &p.lines[0]
	for i := range p.lines {
		if p.lines[i].at < head.at {
			head = &p.lines[i]
		}
	}
	d := &order.Draft{
		ShopCode: p.shop, ExternalNo: p.no, Currency: head.currency, History: im.history,
		OrderedAt: head.at, ModifiedAt: head.at, Buyer: customer.BuyerDraft{ID: head.customer},
		Lines: make([]order.DraftLine, len(p.lines)),
	}
	var due money.Amount
	for i := range p.lines {
		l := &p.lines[i]
		d.Lines[i] = order.DraftLine{
			ExternalNo: l.lineNo, Kind: l.role.lineKind(), Code: l.code, Name: l.name, Qty: l.qty,
			Price: l.price, Discount: l.discount,
		}
		due += l.money()
	}
	if head.country != "" {
		d.Tags = []string{strings.Join(strings.Fields(head.country), "_")}
	}
	if p.twoHeads {
		d.Note = heads(p, head)
	}
	r := p.rest()
	d.Freight, d.AmountCOD, d.PayMethod, d.ShipBy = r.freight, r.cod, r.payMethod, r.shipBy
	d.Contact, d.BuyerMessage, d.SellerMemo = r.contact, r.buyerMessage, r.sellerMemo
	d.ChannelState, d.ChannelWord = r.state, r.stateWord
	d.PaidAt = cmp.Or(r.paidAt, head.at)
	d.Paid = due + d.Freight - d.AmountCOD
	switch {
	case im.history:
		d.ChannelState = order.Done
	case d.ChannelState == order.Unpaid:
		d.PaidAt, d.Paid = 0, 0
	}
	if d.AmountCOD > 0 {
		d.Kind = order.COD
		d.Paid = max(d.Paid, 0)
	}
	return d
}

func (r role) lineKind() order.LineKind {
	switch r {
	case gift:
		return order.Gift
	case charge:
		return order.Charge
	}
	return order.Goods
}

// heads is the note on an order whose rows disagree. It names no customer.
func heads(p *pending, head *line) string {
	what := "客户不同 / another customer"
	for i := range p.lines {
		if at := p.lines[i].at; at != head.at {
			what = at.Time().Format("2006-01-02 15:04:05") + " UTC"
		}
	}
	return fmt.Sprintf("导入文件中这个订单号有两个表头,取最早的一个;另一个:%s / two heads in the file, the earliest counts; the other: %s",
		what, what)
}

// rest takes each field of the order as a whole from the first row that has it.
func (p *pending) rest() rest {
	var all rest
	for i := range p.lines {
		r := p.lines[i].rest
		if r == nil {
			continue
		}
		all.paidAt, all.shipBy = cmp.Or(all.paidAt, r.paidAt), cmp.Or(all.shipBy, r.shipBy)
		all.payMethod = cmp.Or(all.payMethod, r.payMethod)
		all.freight, all.cod = cmp.Or(all.freight, r.freight), cmp.Or(all.cod, r.cod)
		all.buyerMessage = cmp.Or(all.buyerMessage, r.buyerMessage)
		all.sellerMemo = cmp.Or(all.sellerMemo, r.sellerMemo)
		if all.contact.Empty() {
			all.contact = r.contact
		}
		if all.stateWord == "" {
			all.state, all.stateWord = r.state, r.stateWord
		}
	}
	return all
}
