package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// orderBody is one order as JSON. Amounts are decimal text in major units of the
// currency ("12.30"), instants RFC 3339, quantities whole pieces.
type orderBody struct {
	Shop         string            `json:"shop"`
	ExternalNo   string            `json:"external_no"`
	Kind         string            `json:"kind,omitempty"`
	ChannelState string            `json:"channel_state,omitempty"`
	ChannelWord  string            `json:"channel_word,omitempty"`
	ModifiedAt   string            `json:"modified_at,omitempty"`
	OrderedAt    string            `json:"ordered_at,omitempty"`
	PaidAt       string            `json:"paid_at,omitempty"`
	PayBy        string            `json:"pay_by,omitempty"`
	PayMethod    string            `json:"pay_method,omitempty"`
	Currency     string            `json:"currency,omitempty"`
	Lines        []lineBody        `json:"lines"`
	Promotions   []promotionBody   `json:"promotions,omitempty"`
	Freight      string            `json:"freight,omitempty"`
	Paid         string            `json:"paid,omitempty"`
	AmountCOD    string            `json:"amount_cod,omitempty"`
	Total        string            `json:"total,omitempty"`
	Buyer        buyerBody         `json:"buyer,omitempty"`
	Contact      contactBody       `json:"contact,omitempty"`
	Wishes       wishesBody        `json:"wishes,omitempty"`
	Invoice      invoiceBody       `json:"invoice,omitempty"`
	BuyerMessage string            `json:"buyer_message,omitempty"`
	SellerMemo   string            `json:"seller_memo,omitempty"`
	Flag         int               `json:"flag,omitempty"`
	Label        string            `json:"label,omitempty"`
	Tags         []string          `json:"tags,omitempty"`
	ShipBy       string            `json:"ship_by,omitempty"`
	CollectBy    string            `json:"collect_by,omitempty"`
	SignBy       string            `json:"sign_by,omitempty"`
	ShipTogether bool              `json:"ship_together,omitempty"`
	NoPartial    bool              `json:"no_partial,omitempty"`
	Instructions []instructionBody `json:"instructions,omitempty"`
	Note         string            `json:"note,omitempty"`
}

type lineBody struct {
	ExternalNo string     `json:"external_no,omitempty"`
	Kind       string     `json:"kind,omitempty"`
	Code       string     `json:"code"`
	Name       string     `json:"name,omitempty"`
	Qty        int64      `json:"qty"`
	Price      string     `json:"price,omitempty"`
	Discount   string     `json:"discount,omitempty"`
	Together   string     `json:"together,omitempty"`
	Refund     string     `json:"refund,omitempty"`
	Closed     bool       `json:"closed,omitempty"`
	Parts      []partBody `json:"parts,omitempty"`
}

type partBody struct {
	Code string `json:"code"`
	Qty  int64  `json:"qty"`
}

type promotionBody struct {
	Name   string `json:"name,omitempty"`
	Amount string `json:"amount,omitempty"`
	// Lines are positions from 0; none means all goods.
	Lines []int `json:"lines"`
}

type buyerBody struct {
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

type contactBody struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
	District string `json:"district,omitempty"`
	Town     string `json:"town,omitempty"`
	Detail   string `json:"detail,omitempty"`
	OpaqueID string `json:"opaque_id,omitempty"`
}

type wishesBody struct {
	On       string   `json:"on,omitempty"`
	Slot     string   `json:"slot,omitempty"`
	Days     string   `json:"days,omitempty"`
	Carriers []string `json:"carriers,omitempty"`
	Avoid    []string `json:"avoid,omitempty"`
	Store    string   `json:"store,omitempty"`
	Text     string   `json:"text,omitempty"`
}

type invoiceBody struct {
	Title string `json:"title,omitempty"`
	TaxNo string `json:"tax_no,omitempty"`
	Kind  string `json:"kind,omitempty"`
}

type instructionBody struct {
	Step    string `json:"step,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Value   string `json:"value,omitempty"`
	Must    bool   `json:"must,omitempty"`
	Source  string `json:"source,omitempty"`
	Version int64  `json:"version,omitempty"`
}

var (
	kinds = []string{"", string(order.Normal), string(order.COD), string(order.Presale), string(order.Exchange),
		string(order.Resend), string(order.Manual), string(order.PickUp)}
	channelStates = []string{"", string(order.Unpaid), string(order.Forbidden), string(order.ToShip),
		string(order.PartShipped),
		string(order.Shipped), string(order.Done), string(order.Closed), string(order.Strange)}
	refunds = []string{"", string(order.RefundRequested), string(order.RefundDone), string(order.RefundClosed)}
)

// mapper turns a body into a draft and gathers what cannot be turned.
type mapper struct {
	currency money.Currency
	fault    *fault.Fault
}

func (m *mapper) add(name, zh, en string) {
	if m.fault == nil {
		m.fault = order.ErrInvalid
	}
	if len(m.fault.Fields) < fieldsMax {
		m.fault = m.fault.Field(name, zh, en)
	}
}

// draft turns the body into a draft. With a fault, the draft is still there for
// who asks which order it was. The order's currency is that of its shop unless it
// names one.
func (b *orderBody) draft(shops map[string]shop.Shop) (*order.Draft, *fault.Fault) {
	m := &mapper{currency: money.CNY}
	if s, known := shops[shop.Fold(b.Shop)]; known {
		m.currency = s.Currency
	}
	if b.Currency != "" {
		cur, err := money.ParseCurrency(b.Currency)
		if err != nil {
			m.add("currency", fault.Of(err).ZH, fault.Of(err).EN)
		} else {
			m.currency = cur
		}
	}
	d := &order.Draft{
		ShopCode: b.Shop, ExternalNo: m.number("external_no", b.ExternalNo), Kind: order.Kind(m.oneOf("kind", b.Kind,
			kinds)),
		ChannelState: order.ChannelState(m.oneOf("channel_state", b.ChannelState,
			channelStates)), ChannelWord: b.ChannelWord,
		OrderedAt: m.instant("ordered_at", b.OrderedAt), ModifiedAt: m.instant("modified_at", b.ModifiedAt),
		PaidAt: m.instant("paid_at", b.PaidAt), PayBy: m.instant("pay_by",
			b.PayBy), PayMethod: b.PayMethod, Currency: m.currency,
		Freight: m.amount("freight", b.Freight), Paid: m.amount("paid", b.Paid), AmountCOD: m.amount("amount_cod",
			b.AmountCOD),
		Total: m.amount("total", b.Total), Buyer: customer.BuyerDraft(b.Buyer), Contact: customer.Contact(b.Contact),
		Wishes: order.Wishes(b.Wishes), Invoice: order.Invoice(b.Invoice), BuyerMessage: b.BuyerMessage, SellerMemo: b.SellerMemo,
		Flag: b.Flag, Label: b.Label, Tags: b.Tags, ShipBy: m.instant("ship_by",
			b.ShipBy), CollectBy: m.instant("collect_by", b.CollectBy),
		SignBy: m.instant("sign_by", b.SignBy), ShipTogether: b.ShipTogether, NoPartial: b.NoPartial, Note: b.Note,
	}
	m.number("contact.phone", b.Contact.Phone)
	if d.ModifiedAt == 0 {
		d.ModifiedAt = d.OrderedAt
	}
	for i := range b.Lines {
		d.Lines = append(d.Lines, m.line(i, &b.Lines[i]))
	}
	for i, p := range b.Promotions {
		d.Promotions = append(d.Promotions, order.Promotion{Name: p.Name, Lines: p.Lines,
			Amount: m.amount(fmt.Sprintf("promotions[%d].amount", i), p.Amount)})
	}
	for _, in := range b.Instructions {
		d.Instructions = append(d.Instructions, order.Instruction(in))
	}
	m.bounds(b)
	return d, m.all(d)
}

// all joins what could not be turned with what the order itself refuses, each
// field once.
func (m *mapper) all(d *order.Draft) *fault.Fault {
	if m.fault == nil {
		return nil // flow.Prepare checks the draft
	}
	if own := d.Check(); own != nil {
		for _, f := range own.Fields {
			if !slices.ContainsFunc(m.fault.Fields, func(was fault.Field) bool { return was.Name == f.Name }) {
				m.add(f.Name, f.ZH, f.EN)
			}
		}
	}
	return m.fault
}

func (m *mapper) line(i int, l *lineBody) order.DraftLine {
	name := func(field string) string { return fmt.Sprintf("lines[%d].%s", i, field) }
	line := order.DraftLine{ExternalNo: m.number(name("external_no"), l.ExternalNo), Kind: order.LineKind(l.Kind),
		Code: m.number(name("code"), l.Code), Name: l.Name, Qty: l.Qty, Price: m.amount(name("price"), l.Price),
		Discount: m.amount(name("discount"), l.Discount), Together: l.Together,
		Refund: order.Refund(m.oneOf(name("refund"), l.Refund, refunds)), Closed: l.Closed}
	if line.Kind == order.Component {
		m.add(name("kind"), "行类型只能是 goods、gift、bundle 或 charge", "the kind is goods, gift, bundle or charge")
	}
	for _, p := range l.Parts {
		line.Parts = append(line.Parts, order.Part(p))
	}
	return line
}

func (m *mapper) amount(name, text string) money.Amount {
	if text == "" {
		return 0
	}
	a, err := money.Parse(text, m.currency)
	if err != nil {
		f := fault.Of(err)
		m.add(name, f.ZH, f.EN)
	}
	return a
}

// number lets a text through that names something, unless a spreadsheet has
// turned it into 1.3E+10.
func (m *mapper) number(name, text string) string {
	if money.Scientific(text) && strings.Contains(text, "+") {
		m.add(name, money.ErrMangled.ZH, money.ErrMangled.EN)
	}
	return text
}

func (m *mapper) instant(name, text string) db.Instant {
	if text == "" {
		return 0
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		m.add(name, "时间格式不对,应为 RFC 3339,例如 2026-11-11T08:00:00+08:00",
			"is no RFC 3339 time such as 2026-11-11T08:00:00+08:00")
		return 0
	case at.Year() < 2000 || at.Year() > 2100:
		m.add(name, "年份必须在 2000 到 2100 之间", "the year must be 2000 to 2100")
		return 0
	}
	return db.At(at)
}

func (m *mapper) oneOf(name, text string, known []string) string {
	if slices.Contains(known, text) {
		return text
	}
	words := strings.Join(known[1:], "、")
	m.add(name, "只能是 "+words, "must be one of "+strings.ReplaceAll(words, "、", ", "))
	return ""
}

// bounds keeps free texts that the order does not check from growing without end.
func (m *mapper) bounds(b *orderBody) {
	limit := func(name, text string, max int) {
		if len(text) > max {
			m.add(name, fmt.Sprintf("超过 %d 字节", max), fmt.Sprintf("is longer than %d bytes", max))
		}
	}
	limit("shop", b.Shop, 200)
	limit("note", b.Note, 4000)
	limit("wishes.text", b.Wishes.Text, 4000)
	limit("wishes", b.Wishes.On+b.Wishes.Slot+b.Wishes.Days+b.Wishes.Store+strings.Join(b.Wishes.Carriers,
		"")+strings.Join(b.Wishes.Avoid, ""), 2000)
	limit("invoice.kind", b.Invoice.Kind, 100)
	for i, l := range b.Lines {
		limit(fmt.Sprintf("lines[%d].together", i), l.Together, 100)
	}
	var instructions int
	for _, in := range b.Instructions {
		instructions += len(in.Step) + len(in.Kind) + len(in.Value) + len(in.Source)
	}
	if len(b.Instructions) > 200 || instructions > 20_000 {
		m.add("instructions", "作业要求太多", "there are too many instructions")
	}
	if len(b.Promotions) > 500 {
		m.add("promotions", "优惠太多", "there are too many promotions")
	}
}
