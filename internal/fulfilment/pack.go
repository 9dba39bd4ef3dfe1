package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// WeightMaxG bounds a package's weight to one tonne: more is a wrong unit.
const WeightMaxG = 1_000_000

// Packing is a package in its box. WeightG is in grams, 0 when not weighed.
type Packing struct {
	Package id.Package
	WeightG int64
}

// Pack closes picked packages. Faults: ErrMissing, ErrMove, ErrStopped, ErrWeight.
func Pack(tx *db.Tx, list []Packing) ([]fault.Outcome[*Package], error) {
	return change(tx, "", list, func(m Packing) id.Package { return m.Package },
		func(p *Package, m Packing) (string, *fault.Fault) { return "", p.pack(m.WeightG) })
}

func (p *Package) pack(weightG int64) *fault.Fault {
	if weightG < 0 || weightG > WeightMaxG {
		return ErrWeight.With(p.ID, weightG)
	}
	if refused := p.move(verbPack, Packed); refused != nil {
		return refused
	}
	p.WeightG = weightG
	return nil
}
