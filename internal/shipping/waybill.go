package shipping

import (
	"bytes"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Waybill is a carrier's number for a package, from the wish to the parcel's
// end. The verbs of this room alone change it; a reclaimed one keeps its row.
type Waybill struct {
	ID      id.Waybill
	Package id.Package
	Carrier id.Carrier
	Service string
	// Number is the carrier's, empty until numbered.
	Number string
	State  State
	// RecipientDigest is whom and where the label names.
	RecipientDigest []byte
	// Freight is what we expect to pay, in minor units of the carrier's tariff.
	Freight money.Amount
	// Tracked is the parcel's state by the news of this number, empty before any.
	Tracked    Parcel
	AskedAt    db.Instant
	NumberedAt db.Instant
	// Version rises by one with each change and is that of the journal row.
	Version int64

	// attemptUntil and inDoubt belong to the errand and are no facts of trade.
	attemptUntil db.Instant
	inDoubt      bool
}

// Live says whether the waybill is its package's active one.
func (w *Waybill) Live() bool { return w.State != StateReclaimed }

// Stale says whether the label names another recipient or address than digest.
func (w *Waybill) Stale(digest []byte) bool { return !bytes.Equal(w.RecipientDigest, digest) }

// Key is the idempotency key of the call that asks for the number.
func (w *Waybill) Key() string { return key(w.ID) }

func key(w id.Waybill) string { return id.Text("W", int64(w)) }
