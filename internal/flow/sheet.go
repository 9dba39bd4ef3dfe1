package flow

import (
	"errors"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// PostSheet books what a count sheet found, as Count does: where less lies there than
// orders have claimed, claims give way, and their orders are held as short. It gives
// the claims that gave way.
func PostSheet(tx *db.Tx, sheet id.Sheet, reason string) ([]inventory.Shortage, error) {
	places, err := inventory.SheetPlaces(tx, sheet)
	if err != nil {
		return nil, err
	}
	if err := lockHolders(tx, places); err != nil {
		return nil, err
	}
	if err := inventory.PostSheet(tx, sheet, reason); err != nil {
		return nil, err
	}
	settle := func() ([]inventory.Shortage, []inventory.Grant, error) {
		counted, err := inventory.Settle(tx, sheet)
		if err != nil || len(counted) == 0 {
			return nil, nil, err
		}
		return inventory.Count(tx, counted)
	}
	shortages, grants, err := settle()
	if errors.Is(err, inventory.ErrPicked) {
		if err := voidAt(tx, places, "盘点减少"); err != nil {
			return nil, err
		}
		shortages, grants, err = settle()
	}
	if err != nil {
		return nil, err
	}
	if err := inventory.NotePosted(tx, sheet, shortages); err != nil {
		return nil, err
	}
	if err := giveWay(tx, shortages); err != nil {
		return nil, err
	}
	return shortages, passOn(tx, grants)
}

// Arrive books what came of a transfer; lines that wait for the goods get them. It
// gives what they got.
func Arrive(tx *db.Tx, t id.Transfer, came []inventory.ShipmentLine, bin id.Bin) ([]inventory.Grant, error) {
	var skus []id.SKU
	for _, l := range came {
		skus = append(skus, l.SKU)
	}
	if err := lockWaiters(tx, skus); err != nil {
		return nil, err
	}
	grants, err := inventory.Arrive(tx, t, came, bin)
	if err != nil {
		return nil, err
	}
	return grants, passOn(tx, grants)
}
