package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Bar takes whole lots out of sale: expired, too old for what we promise,
// recalled. Their goods stay on hand, unsellable; claims give way as in Lose.
// A lot that is barred already is left alone.
func Bar(tx *db.Tx, lots []id.Lot) ([]Shortage, error) {
	fresh, err := db.List(tx, `/* inventory.Bar */ UPDATE lots SET barred = TRUE WHERE lot_id = ANY($1) AND NOT barred
		RETURNING lot_id`, func(r db.Row) (l id.Lot, err error) { return l, r.Scan(&l) }, sorted(lots))
	if err != nil || len(fresh) == 0 {
		return nil, err
	}
	held, err := db.List(tx, `/* inventory.Bar */ SELECT s.warehouse_id, s.sku_id, l.lot_id, l.bin_id,
		l.qty_on_hand - l.qty_unsellable - l.qty_allocated FROM stock_lots l JOIN stock s ON s.stock_id = l.stock_id
		WHERE l.lot_id = ANY($1) AND l.qty_on_hand - l.qty_unsellable - l.qty_allocated > 0
		ORDER BY l.stock_id, l.lot_id, l.bin_id`, func(r db.Row) (l Loss, err error) {
		l.Kind = "damage"
		err = r.Scan(&l.Warehouse, &l.SKU, &l.Lot, &l.Bin, &l.Qty)
		return l, err
	}, fresh)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	return Lose(tx, held)
}

// Ageing gives the lots that fall below the least remaining life of their SKU
// on day (yyyy-mm-dd) and are not barred yet. least says, per SKU, how many days
// must be left; a day already past always counts.
func Ageing(tx *db.Tx, day func(daysAhead int64) string, least map[id.SKU]int64) ([]id.Lot, error) {
	lots, err := db.List(tx, `/* inventory.Ageing */ SELECT lot_id, sku_id, code, made_on, expires_on, barred FROM lots
		WHERE expires_on <> '' AND NOT barred ORDER BY lot_id`, func(r db.Row) (l Lot, err error) {
		err = r.Scan(&l.ID, &l.SKU, &l.Code, &l.MadeOn, &l.ExpiresOn, &l.Barred)
		return l, err
	})
	var old []id.Lot
	for _, l := range lots {
		if l.ExpiresOn < day(least[l.SKU]) {
			old = append(old, l.ID)
		}
	}
	return old, err
}
