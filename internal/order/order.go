package order

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Review is the axis of the review; the moves stand in room review, which alone
// decides them. The word lies here because the order row is the lock of all its
// axes.
type Review string

// The states of the review.
const (
	Pending       Review = "pending"        // 待审核
	PassedService Review = "passed_service" // 客审通过, waits for finance
	Passed        Review = "passed"         // 已审核
	Rejected      Review = "rejected"       // 驳回
)

// Order is a sales order. Money is in minor units of Currency, and
// Total = Goods - Discount + Freight + Fee always holds.
type Order struct {
	ID           id.Order
	Shop         id.Shop
	ExternalNo   string
	Kind         Kind
	Currency     money.Currency
	ChannelState ChannelState
	ChannelWord  string
	ModifiedAt   db.Instant
	OrderedAt    db.Instant
	PaidAt       db.Instant
	// PayBy is until when the platform waits for the money; negative once that has
	// passed (Expire), 0 when it names no end.
	PayBy     db.Instant
	PayMethod string

	Goods     money.Amount
	Discount  money.Amount
	Freight   money.Amount
	Fee       money.Amount
	Total     money.Amount
	Paid      money.Amount
	AmountCOD money.Amount

	Buyer     id.Buyer
	Recipient id.Recipient
	// Region is the division code of the recipient's address, as far as known.
	Region string

	Wishes       string // JSON of Wishes, empty for none
	Invoice      SealedInvoice
	BuyerMessage string
	SellerMemo   string
	Flag         int
	Label        string
	Tags         string // words between single spaces
	ShipBy       db.Instant
	CollectBy    db.Instant
	SignBy       db.Instant
	ShipTogether bool
	NoPartial    bool
	Instructions string // JSON list of Instruction, empty for none

	Review     Review
	DelayUntil db.Instant
	// Edited holds, for each field a person changed, what the channel said last.
	Edited  string
	History bool

	AcceptedAt   db.Instant
	CancelledAt  db.Instant
	CancelledWhy string
	CompletedAt  db.Instant
	// ErasedAt: what people typed is gone, and no message brings it back.
	ErasedAt db.Instant
	Version  int64

	Lines []*Line
}

// Line is one line of an order. Quantities are pieces. Each is what is true
// now, and together they conserve:
//
//	Reserved + Shipped + Cancelled <= Ordered   the rest waits or is not claimed
//	Allocated <= Reserved
//	Shipped <= Packed <= Picked <= Allocated + Shipped
//	Delivered <= Shipped, Returned <= Shipped
type Line struct {
	ID         id.Line
	Order      id.Order
	Position   int
	ExternalNo string
	Kind       LineKind
	Parent     id.Line
	SKU        id.SKU
	Code       string
	Name       string
	Price      money.Amount
	Discount   money.Amount
	// Due is what is owed for the line: Price x Ordered - Discount. Of a
	// component it is its share of the bundle's, and does not count twice.
	Due      money.Amount
	Together string
	Refund   Refund

	Ordered   int64
	Cancelled int64
	Reserved  int64
	Allocated int64
	Picked    int64
	Packed    int64
	Shipped   int64
	Delivered int64
	Returned  int64
	Refunded  int64

	// Cost per piece at acceptance, for rules; not stored.
	Cost money.Amount
	// PartQty is how many pieces one bundle holds; 0 on other lines; not stored.
	PartQty int64
}

// Moves says whether the line moves stock.
func (l *Line) Moves() bool {
	return l.SKU != 0 && (l.Kind == Goods || l.Kind == Gift || l.Kind == Component)
}

// Open is what the line still owes the buyer and has not shipped.
func (l *Line) Open() int64 { return l.Ordered - l.Cancelled - l.Shipped }

// Short is what the line owes and has no claim on stock for.
func (l *Line) Short() int64 { return l.Open() - l.Reserved }

// Ended says whether nothing can happen to the order any more but after-sale.
func (o *Order) Ended() bool { return o.CancelledAt > 0 || o.CompletedAt > 0 }

// Claims says whether the order may hold stock now: paid or cash on delivery,
// or unpaid in a shop that counts stock at order time, and neither closed,
// rejected nor history.
func (o *Order) Claims(reserveUnpaid bool) bool {
	if o.History || o.Ended() || o.Review == Rejected {
		return false
	}
	switch o.ChannelState {
	case Closed, Done, Shipped:
		return false
	case Unpaid:
		if o.PayBy < 0 {
			return false // Expire: the platform waited long enough
		}
		return reserveUnpaid || (o.Kind == Presale && o.Paid > 0)
	}
	return true
}
