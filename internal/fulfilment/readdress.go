package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Readdressing sends a package to another recipient or address.
type Readdressing struct {
	Package   id.Package
	Recipient id.Recipient
	Digest    []byte
	Region    string
}

// Readdress changes where packages go that have not left. A label made for the
// old digest is stale from here on (shipping.Check). Faults: ErrMissing, ErrMove.
func Readdress(tx *db.Tx, list []Readdressing) ([]fault.Outcome[*Package], error) {
	return change(tx, "readdressed", list, func(r Readdressing) id.Package { return r.Package },
		func(p *Package, r Readdressing) (string, *fault.Fault) {
			if refused := p.may(verbReaddress, p.State); refused != nil {
				return "", refused
			}
			p.Recipient, p.RecipientDigest, p.Region = r.Recipient, stored(r.Digest), r.Region
			return "", nil
		})
}
