package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Package is what is packed and shipped as one: goods of one warehouse for one
// recipient. It lives from the plan to the customer's door or back; the verbs of
// this room alone change it. A voided package keeps its row and its items.
type Package struct {
	ID        id.Package
	Warehouse id.Warehouse
	Shop      id.Shop
	State     State
	Recipient id.Recipient
	// RecipientDigest names who and where without saying it. A label made for
	// another digest is stale.
	RecipientDigest []byte
	// Region is the division code of the address, as far as known.
	Region   string
	PickList id.PickList // 0 before release
	Carrier  id.Carrier  // 0 until chosen
	Service  string
	// WeightG is the weighed weight in grams, 0 until weighed.
	WeightG int64
	// Stop says why the package must not go on, empty when it may.
	Stop string
	// ShipBy is when it must leave, 0 for no deadline.
	ShipBy       db.Instant
	PlannedAt    db.Instant
	ReleasedAt   db.Instant
	PackedAt     db.Instant
	HandedOverAt db.Instant
	EndedAt      db.Instant
	// Version rises by one with each change and is that of the journal row.
	Version int64
	// Items are in the order of their lines.
	Items []Item
}

// Item is pieces of one order line in a package.
type Item struct {
	Line  id.Line
	Order id.Order
	SKU   id.SKU
	Qty   int64
}

// QtyMax bounds the pieces of one item: larger figures are typing errors.
const QtyMax = 10_000_000

// Live says whether the package counts: everything but a voided one.
func (p *Package) Live() bool { return p.State != Voided }

// Orders gives the orders whose goods lie in the package, each once, in the
// order of their lines.
func (p *Package) Orders() []id.Order {
	var all []id.Order
	seen := map[id.Order]bool{}
	for _, it := range p.Items {
		if !seen[it.Order] {
			seen[it.Order] = true
			all = append(all, it.Order)
		}
	}
	return all
}

// Units is the number of pieces in the package.
func (p *Package) Units() (n int64) {
	for _, it := range p.Items {
		n += it.Qty
	}
	return n
}
