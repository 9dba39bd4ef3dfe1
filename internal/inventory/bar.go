package inventory

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Bar takes whole lots out of sale: expired, too old for what we promise,
// recalled. Their goods stay on hand, unsellable; claims give way as in Lose.
// What is allocated to packages stays so until it is shipped or unallocated. A
// lot that is barred already is left alone.
//
// A lot is locked before counters, and every counter of its SKU is locked before
// its goods are looked for, so that none arrives or comes back meanwhile unseen.
func Bar(tx *db.Tx, lots []id.Lot) ([]Shortage, error) {
	if _, err := db.Lock(tx, "lots", "lot_id", lots); err != nil {
		return nil, err
	}
	skus, err := db.List(tx, `/* inventory.Bar */ UPDATE lots SET barred = TRUE WHERE lot_id = ANY($1) AND NOT barred
		RETURNING sku_id`, func(r db.Row) (s id.SKU, err error) { return s, r.Scan(&s) }, sorted(lots))
	if err != nil || len(skus) == 0 {
		return nil, err
	}
	stocks, err := db.List(tx, `/* inventory.Bar */ SELECT stock_id FROM stock WHERE sku_id = ANY($1)
		ORDER BY stock_id FOR UPDATE`,
		func(r db.Row) (s id.Stock, err error) { return s, r.Scan(&s) }, sorted(skus))
	if err != nil {
		return nil, err
	}
	var losses []Loss
	err = tx.Each(`/* inventory.Bar */ SELECT s.stock_id, s.warehouse_id, s.sku_id, l.lot_id, l.bin_id,
		l.qty_on_hand - l.qty_unsellable - l.qty_allocated FROM stock_lots l JOIN stock s ON s.stock_id = l.stock_id
		WHERE s.sku_id = ANY($1) AND l.lot_id = ANY($2) AND l.qty_on_hand - l.qty_unsellable - l.qty_allocated > 0
		ORDER BY l.stock_id, l.lot_id, l.bin_id`, func(r db.Row) error {
		loss := Loss{Kind: barring, Exact: true}
		var stock id.Stock
		if err := r.Scan(&stock, &loss.Warehouse, &loss.SKU, &loss.Lot, &loss.Bin, &loss.Qty); err != nil {
			return err
		}
		if !slices.Contains(stocks, stock) {
			return db.ErrAgain // a transfer has just brought goods to a new place
		}
		losses = append(losses, loss)
		return nil
	}, sorted(skus), sorted(lots))
	if err != nil || len(losses) == 0 {
		return nil, err
	}
	return Lose(tx, losses)
}

// barAgain makes goods that came back from packages unsellable where their lot
// has been barred. Their counters are locked, so Bar cannot pass in between.
func barAgain(tx *db.Tx, portions []Portion) ([]Shortage, error) {
	var lots []id.Lot
	for _, p := range portions {
		lots = append(lots, p.Lot)
	}
	barred, err := db.List(tx, `/* inventory.barAgain */ SELECT lot_id FROM lots WHERE lot_id = ANY($1) AND barred`,
		func(r db.Row) (l id.Lot, err error) { return l, r.Scan(&l) }, sorted(lots))
	if err != nil {
		return nil, err
	}
	var losses []Loss
	for _, p := range portions {
		if slices.Contains(barred, p.Lot) {
			losses = append(losses, Loss{Place: p.Place, Lot: p.Lot, Bin: p.Bin, Qty: p.Qty, Kind: barring, Exact: true})
		}
	}
	if len(losses) == 0 {
		return nil, nil
	}
	return Lose(tx, losses)
}

// Ageing gives the lots that fall below the least remaining life of their SKU
// and are not barred yet. day names the business day (yyyy-mm-dd) that lies so
// many days ahead; least says, per SKU, how many days must be left; a day already
// past always counts.
func Ageing(tx *db.Tx, day func(daysAhead int64) string, least map[id.SKU]int64) ([]id.Lot, error) {
	lots, err := db.List(tx, `/* inventory.Ageing */ SELECT `+lotColumns+` FROM lots
		WHERE expires_on <> '' AND NOT barred ORDER BY lot_id`, scanLot)
	var old []id.Lot
	for _, l := range lots {
		if l.ExpiresOn < day(least[l.SKU]) {
			old = append(old, l.ID)
		}
	}
	return old, err
}
