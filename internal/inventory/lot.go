package inventory

import (
	"cmp"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// NoLot is the lot of goods that are not tracked by lot.
const NoLot id.Lot = 0

// Lot is a batch of goods of one SKU with its dates, yyyy-mm-dd or empty.
type Lot struct {
	ID        id.Lot
	SKU       id.SKU
	Code      string
	MadeOn    string
	ExpiresOn string
	// Barred lots must not be sold: expired, too old for our promise, recalled.
	Barred bool
}

const lotColumns = `lot_id, sku_id, code, made_on, expires_on, barred`

func scanLot(r db.Row) (l Lot, err error) {
	err = r.Scan(&l.ID, &l.SKU, &l.Code, &l.MadeOn, &l.ExpiresOn, &l.Barred)
	return l, err
}

// OpenLots creates lots by SKU and code where they are new and gives all of
// them by LotKey, with their ids and marks. Faults: ErrLot for wrong dates,
// ErrLotOther where the lot stands with other dates, ErrLotNone.
func OpenLots(tx *db.Tx, lots []Lot) (map[string]Lot, error) {
	opened, err := openLots(tx, lots)
	if err != nil {
		return nil, err
	}
	named := make(map[string]Lot, len(opened))
	for _, l := range opened {
		named[LotKey(l.SKU, l.Code)] = l
	}
	return named, nil
}

// openLots gives the lots as they stand, in the order given: by ID, or by code
// and then created where new; the zero lot where neither is given. They stay
// locked against Bar until the transaction ends.
func openLots(tx *db.Tx, lots []Lot) ([]Lot, error) {
	fresh := slices.DeleteFunc(slices.Clone(lots), func(l Lot) bool { return l.ID != NoLot || l.Code == "" })
	slices.SortFunc(fresh, func(a, b Lot) int { return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Code, b.Code)) })
	rows := tx.Batch(`/* inventory.openLots */ INSERT INTO lots (lot_id, sku_id, code, made_on, expires_on) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, l := range fresh {
		if !isDay(l.MadeOn) || !isDay(l.ExpiresOn) || (l.ExpiresOn != "" && l.MadeOn > l.ExpiresOn) {
			return nil, ErrLot.With(l.Code)
		}
		rows.Add(tx.NewID(), int64(l.SKU), l.Code, l.MadeOn, l.ExpiresOn)
	}
	if _, err := rows.Run(); err != nil {
		return nil, err
	}
	byID, byKey, err := lockLots(tx, lots)
	if err != nil {
		return nil, err
	}
	opened := make([]Lot, len(lots))
	for i, l := range lots {
		stands := byKey[LotKey(l.SKU, l.Code)]
		if l.ID != NoLot {
			stands = byID[l.ID]
		}
		switch {
		case l.ID == NoLot && l.Code == "":
			stands = Lot{SKU: l.SKU}
		case stands.ID == NoLot || stands.SKU != l.SKU:
			return nil, ErrLotNone
		case differs(l.MadeOn, stands.MadeOn) || differs(l.ExpiresOn, stands.ExpiresOn):
			return nil, ErrLotOther.With(stands.Code, stands.MadeOn, stands.ExpiresOn)
		}
		opened[i] = stands
	}
	return opened, nil
}

func lockLots(tx *db.Tx, lots []Lot) (byID map[id.Lot]Lot, byKey map[string]Lot, err error) {
	var ids []id.Lot
	var skus []id.SKU
	var codes []string
	for _, l := range lots {
		if l.ID != NoLot {
			ids = append(ids, l.ID)
		} else if l.Code != "" {
			skus, codes = append(skus, l.SKU), append(codes, l.Code)
		}
	}
	if len(ids)+len(codes) == 0 {
		return nil, nil, nil
	}
	byID, byKey = map[id.Lot]Lot{}, map[string]Lot{}
	return byID, byKey, tx.Each(`/* inventory.lockLots */ SELECT `+lotColumns+` FROM lots
		WHERE lot_id = ANY($1) OR (sku_id = ANY($2) AND code = ANY($3)) ORDER BY lot_id FOR SHARE`, func(r db.Row) error {
		l, err := scanLot(r)
		byID[l.ID], byKey[LotKey(l.SKU, l.Code)] = l, l
		return err
	}, sorted(ids), sorted(skus), sorted(codes))
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return text == "" || err == nil
}

// differs says that a date is given and stands otherwise on record.
func differs(given, stands string) bool { return given != "" && given != stands }
