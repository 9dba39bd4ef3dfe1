package order

import (
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/money"
)

// Kind says what sort of sale an order is.
type Kind string

// The kinds of order.
const (
	Normal   Kind = "normal"
	COD      Kind = "cod"      // 货到付款: the carrier collects AmountCOD
	Presale  Kind = "presale"  // deposit first, the rest later
	Exchange Kind = "exchange" // goods for goods that came back
	Resend   Kind = "resend"   // what was lost or broken, again
	Manual   Kind = "manual"   // typed in by staff
	PickUp   Kind = "pickup"   // fetched in the store
	Counter  Kind = "counter"  // sold over the counter and taken away at once
)

// ChannelState is our reading of the platform's word for an order.
type ChannelState string

// The states that a channel can report; the platform's own word stays beside.
const (
	Unpaid      ChannelState = "unpaid"
	Forbidden   ChannelState = "forbidden" // paid, but must not ship yet
	ToShip      ChannelState = "to_ship"
	PartShipped ChannelState = "part_shipped"
	Shipped     ChannelState = "shipped"
	Done        ChannelState = "done"
	Closed      ChannelState = "closed"
	Strange     ChannelState = "strange" // a word we do not know: kept, shown, queued
)

// Draft is one order as a channel told it, in our format. Amounts are minor
// units of Currency, instants are UTC. Personal data stands here in the clear
// and only in memory: Contact and Buyer print as masks.
type Draft struct {
	ShopCode   string
	ExternalNo string
	Kind       Kind

	ChannelState ChannelState
	// ChannelWord is the platform's state, verbatim.
	ChannelWord string
	// ModifiedAt orders the messages about one order: an older one changes nothing.
	ModifiedAt db.Instant
	OrderedAt  db.Instant
	PaidAt     db.Instant
	// PayBy is until when the platform waits for the money.
	PayBy     db.Instant
	PayMethod string

	Currency   money.Currency
	Lines      []DraftLine
	Promotions []Promotion
	Freight    money.Amount
	Paid       money.Amount
	AmountCOD  money.Amount
	// Total is what the channel says the buyer owes; 0 means it does not say.
	// The books keep our own sum; a difference beyond rounding holds the order.
	Total money.Amount

	Buyer   customer.BuyerDraft
	Contact customer.Contact
	Wishes  Wishes
	Invoice Invoice

	BuyerMessage string
	SellerMemo   string
	// Flag is the seller's coloured flag, 0 (none) to 5.
	Flag int
	// Label is up to three characters beside the flag.
	Label string
	Tags  []string

	ShipBy    db.Instant
	CollectBy db.Instant
	SignBy    db.Instant

	// ShipTogether: all lines leave in one package. NoPartial: nothing leaves
	// before everything can.
	ShipTogether bool
	NoPartial    bool
	Instructions []Instruction

	// History marks an order that was completed elsewhere: it moves no stock,
	// asks no review and sends no message.
	History bool
	// Note is written on the timeline at acceptance.
	Note string
}

// LineKind says what a line is.
type LineKind string

// The kinds of line.
const (
	Goods     LineKind = "goods"
	Gift      LineKind = "gift"
	Bundle    LineKind = "bundle"
	Component LineKind = "component"
	Charge    LineKind = "charge"
)

// Refund is what a channel says of a refund on a line.
type Refund string

// The states of a line's refund as the channel tells them.
const (
	NoRefund        Refund = ""
	RefundRequested Refund = "requested"
	RefundDone      Refund = "done"
	RefundClosed    Refund = "closed"
)

// DraftLine is one line of a draft.
type DraftLine struct {
	// ExternalNo is the sub-order number (oid); empty where the channel has none.
	ExternalNo string
	Kind       LineKind
	// Code is the merchant's SKU code, or a barcode.
	Code string
	Name string
	Qty  int64
	// Price is per piece, before any discount.
	Price money.Amount
	// Discount is taken off this line alone.
	Discount money.Amount
	// Together: lines with the same non-empty word leave in one package.
	Together string
	Refund   Refund
	// Closed: the channel has cancelled this line; it must never ship.
	Closed bool
	// Parts are the goods of a bundle where the channel names them; empty means
	// that the catalog knows.
	Parts []Part
}

// Part is one kind of goods in a bundle, Qty pieces in each bundle.
type Part struct {
	Code string
	Qty  int64
}

// Promotion is a discount on several lines, split over them to the cent in
// proportion to what they cost. No Lines means all lines but charges.
type Promotion struct {
	Name   string
	Amount money.Amount
	Lines  []int
}

// Wishes are what the buyer or the platform wants of the delivery.
type Wishes struct {
	// On is a day, yyyy-mm-dd; Slot a time of day such as 18:00-21:00.
	On   string `json:"on,omitempty"`
	Slot string `json:"slot,omitempty"`
	// Days: any, workdays, weekends.
	Days string `json:"days,omitempty"`
	// Carriers must be one of these, and none of Avoid, where not empty.
	Carriers []string `json:"carriers,omitempty"`
	Avoid    []string `json:"avoid,omitempty"`
	// Store is where a pick-up order waits.
	Store string `json:"store,omitempty"`
	// Text is anything else, in the channel's words.
	Text string `json:"text,omitempty"`
}

// Invoice is the invoice a buyer wishes. Kind: normal, vat, electronic.
type Invoice struct {
	Title string `json:"title,omitempty"`
	TaxNo string `json:"tax_no,omitempty"`
	Kind  string `json:"kind,omitempty"`
}

// Instruction is what an agreement or a promotion asks of a later step.
type Instruction struct {
	// Step that obeys: review, plan, pick, pack, ship, settle.
	Step  string `json:"step"`
	Kind  string `json:"kind"`
	Value string `json:"value"`
	// Must: the step stops where it cannot obey; otherwise it tries.
	Must    bool   `json:"must"`
	Source  string `json:"source"`
	Version int64  `json:"version"`
}
