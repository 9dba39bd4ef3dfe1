package flow

import (
	"fmt"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// Adjustment is goods that were damaged, lost, scrapped or found. Lot and Bin are
// codes; goods can only be lost from a lot and a bin that are there. Without them the
// goods that must leave first go.
type Adjustment struct {
	inventory.Place
	Kind      string // damage, loss, scrap, found
	Qty       int64
	Lot, Bin  string
	Reference string
}

// AdjustmentKinds are the kinds of Adjustment.
func AdjustmentKinds() []string { return []string{"damage", "loss", "scrap", "found"} }

// LotToStock is the lot by which catalog.SKU.MayStock judges an adjustment: a loss may
// name none, for the goods that must leave first go.
func (a Adjustment) LotToStock() string {
	if a.Lot == "" && a.Kind != "found" {
		return "*"
	}
	return a.Lot
}

// Adjust books adjustments, all or none. Fault: ErrFields, with fields rows[0].lot.
func Adjust(tx *db.Tx, rows []Adjustment) error {
	losses, finds, err := part(tx, rows)
	if err != nil {
		return err
	}
	if len(losses) > 0 {
		if err := Lose(tx, losses); err != nil {
			return err
		}
	}
	if len(finds) > 0 {
		return Receive(tx, finds)
	}
	return nil
}

// part makes losses and finds of rows.
func part(tx *db.Tx, rows []Adjustment) (losses []inventory.Loss, finds []inventory.Receipt, err error) {
	bins, err := binsNamed(tx, rows)
	if err != nil {
		return nil, nil, err
	}
	lots := make([]inventory.Lot, len(rows))
	for i, r := range rows {
		lots[i] = inventory.Lot{SKU: r.SKU, Code: r.Lot}
	}
	known, err := inventory.KnownLots(tx, lots)
	if err != nil {
		return nil, nil, err
	}
	bad := ErrFields
	wrong := func(i int, field, zh, en string) { bad = bad.Field(fmt.Sprintf("rows[%d].%s", i, field), zh, en) }
	for i, r := range rows {
		lot, hasLot := known[inventory.LotKey(r.SKU, r.Lot)]
		bin, hasBin := bins[r.Warehouse][r.Bin]
		switch {
		case !slices.Contains(AdjustmentKinds(), r.Kind):
			wrong(i, "kind", "只能是 damage、loss、scrap、found", "is damage, loss, scrap or found")
		case r.Qty < 1 || r.Qty > inventory.QtyMax:
			wrong(i, "qty", fmt.Sprintf("应为 1 到 %d 的整数", inventory.QtyMax), fmt.Sprintf("is a whole number from 1 to %d", inventory.QtyMax))
		case r.Lot != "" && !hasLot:
			wrong(i, "lot", inventory.ErrLotNone.ZH, inventory.ErrLotNone.EN)
		case r.Bin != "" && !hasBin:
			wrong(i, "bin", "这个仓库没有这个货位", "the warehouse has no such bin")
		case r.Kind == "found":
			finds = append(finds, inventory.Receipt{Place: r.Place, Qty: r.Qty, Kind: "adjust", Lot: lot, Bin: bin, Reference: r.Reference})
		case r.Kind == "damage":
			losses = append(losses, inventory.Loss{Place: r.Place, Qty: r.Qty, Kind: "damage", Lot: lot.ID, Bin: bin, Reference: r.Reference})
		default:
			losses = append(losses, inventory.Loss{Place: r.Place, Qty: r.Qty, Kind: "adjust", Lot: lot.ID, Bin: bin, Reference: r.Reference,
				Unsellable: r.Kind == "scrap"})
		}
	}
	if len(bad.Fields) > 0 {
		return nil, nil, bad
	}
	return losses, finds, nil
}

// binsNamed finds the bins that rows name, by warehouse and code.
func binsNamed(tx *db.Tx, rows []Adjustment) (map[id.Warehouse]map[string]id.Bin, error) {
	codes := map[id.Warehouse][]string{}
	for _, r := range rows {
		if r.Bin != "" {
			codes[r.Warehouse] = appendOnce(codes[r.Warehouse], r.Bin)
		}
	}
	bins := map[id.Warehouse]map[string]id.Bin{}
	for _, w := range keysOf(codes) {
		found, err := inventory.KnownBins(tx, w, codes[w])
		if err != nil {
			return nil, err
		}
		bins[w] = found
	}
	return bins, nil
}
