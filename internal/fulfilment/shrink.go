package fulfilment

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Less asks to take Qty pieces of a line out of a package.
type Less struct {
	Package id.Package
	Line    id.Line
	Qty     int64
}

// Shrink takes goods out of packages before they are packed. An item at zero
// goes, and a package without items is voided. It gives each package as it then
// stands. Faults: ErrMissing, ErrMove, ErrQuantity, ErrNotInside.
func Shrink(tx *db.Tx, list []Less) ([]fault.Outcome[*Package], error) {
	return change(tx, "shrunk", list, func(l Less) id.Package { return l.Package },
		func(p *Package, l Less) (string, *fault.Fault) { return "", p.shrink(l) })
}

func (p *Package) shrink(l Less) *fault.Fault {
	if refused := p.may(verbShrink, p.State); refused != nil {
		return refused
	}
	if l.Qty <= 0 {
		return ErrQuantity.With(p.ID, l.Qty)
	}
	i := slices.IndexFunc(p.Items, func(it Item) bool { return it.Line == l.Line })
	if i < 0 || p.Items[i].Qty < l.Qty {
		var inside int64
		if i >= 0 {
			inside = p.Items[i].Qty
		}
		return ErrNotInside.With(p.ID, l.Line, inside, l.Qty)
	}
	if p.Items[i].Qty -= l.Qty; p.Items[i].Qty == 0 {
		p.Items = slices.Delete(p.Items, i, i+1)
	}
	if len(p.Items) == 0 {
		return p.move(verbShrink, Voided)
	}
	return nil
}

// taking is pieces that left a package; left is what stays inside.
type taking struct {
	pack id.Package
	Line id.Line `json:"line_id"`
	Qty  int64   `json:"qty"`
	left int64
}

// taken gives what p holds less than old.
func (p *Package) taken(old *Package) []taking {
	var all []taking
	for _, was := range old.Items {
		left := int64(0)
		if i := slices.IndexFunc(p.Items, func(it Item) bool { return it.Line == was.Line }); i >= 0 {
			left = p.Items[i].Qty
		}
		if left < was.Qty {
			all = append(all, taking{pack: p.ID, Line: was.Line, Qty: was.Qty - left, left: left})
		}
	}
	return all
}

func take(tx *db.Tx, list []taking) error {
	gone := tx.Batch(`/* fulfilment.take */ DELETE FROM package_items WHERE (package_id, line_id) IN (VALUES {rows})`,
		"BIGINT", "BIGINT")
	fewer := tx.Batch(`/* fulfilment.take */ WITH v (package_id, line_id, qty) AS (VALUES {rows})
		UPDATE package_items SET qty = package_items.qty - v.qty
		FROM v WHERE package_items.package_id = v.package_id AND package_items.line_id = v.line_id`,
		"BIGINT", "BIGINT", "BIGINT")
	for _, t := range list {
		if t.left == 0 {
			gone.Add(int64(t.pack), int64(t.Line))
		} else {
			fewer.Add(int64(t.pack), int64(t.Line), t.Qty)
		}
	}
	for _, b := range []*db.Batch{gone, fewer} {
		n, err := b.Run()
		if err != nil {
			return err
		}
		if n != int64(b.Len()) {
			return ErrDrift
		}
	}
	return nil
}
