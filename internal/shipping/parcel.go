package shipping

import (
	"slices"

	"baihuo/internal/fulfilment"
)

// Parcel is where a parcel is, in our one word for the many of the carriers.
type Parcel string

// The words for a parcel, in the order of a parcel's way. Of two events of one
// instant the later word counts.
const (
	Created        Parcel = "created"          // 已下单/待揽收
	PickedUp       Parcel = "picked_up"        // 揽收
	InTransit      Parcel = "in_transit"       // 在途
	Exception      Parcel = "exception"        // 疑难
	OutForDelivery Parcel = "out_for_delivery" // 派件
	AttemptFailed  Parcel = "attempt_failed"   // 派送失败
	AtLocker       Parcel = "at_locker"        // 代收点/柜
	Rejected       Parcel = "rejected"         // 拒签/拒收
	Delivered      Parcel = "delivered"        // 签收
	Returning      Parcel = "returning"        // 退回
	Returned       Parcel = "returned"         // 退签
	Cancelled      Parcel = "cancelled"        // 销单
)

// Parcels gives every word, in the order of a parcel's way.
func Parcels() []Parcel {
	return []Parcel{
		Created, PickedUp, InTransit, Exception, OutForDelivery, AttemptFailed, AtLocker, Rejected, Delivered, Returning,
		Returned, Cancelled,
	}
}

// rank is the word's place on the way, -1 for an unknown word.
func (p Parcel) rank() int { return slices.Index(parcels, p) }

var parcels = Parcels()

// Known says whether p is one of our words.
func (p Parcel) Known() bool { return p.rank() >= 0 }

// follows says whether news p may take the place of state now. Of a parcel that
// was signed for, only a return is believed (假签收: signed for and yet not
// there); what came back stays back. signed: it was delivered at some time.
func (p Parcel) follows(now Parcel, signed bool) bool {
	if !p.Known() || now == Returned {
		return false
	}
	return !signed || p == Returning || p == Returned
}

// leads gives the state of a package in state now after news p.
func (p Parcel) leads(now fulfilment.State) fulfilment.State {
	switch p {
	case Delivered:
		return fulfilment.Delivered
	case Rejected:
		return fulfilment.Refused
	case Returned:
		return fulfilment.Returned
	case OutForDelivery, AtLocker:
		return fulfilment.InTransit // a refused parcel is brought again
	case PickedUp, InTransit, Exception, AttemptFailed, Returning:
		// The way back of a refused or signed parcel is under way too, but what
		// counts for the order is that it was refused or signed.
		if now == fulfilment.HandedOver {
			return fulfilment.InTransit
		}
	}
	return now
}
