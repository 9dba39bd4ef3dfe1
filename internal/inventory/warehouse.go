package inventory

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Warehouse is a place of stock; a store is one too.
type Warehouse struct {
	ID       id.Warehouse
	Code     string
	Name     string
	Store    bool
	Province string // two-digit division code
	TimeZone string
	CutOff   string // hh:mm of the place's own time: later orders leave tomorrow
}

// Two bins exist in every warehouse without a row: goods without a place, and
// goods picked and on their way out.
const (
	BinNone  id.Bin = 0
	BinStage id.Bin = 1
)

// NoLot is the lot of goods that are not tracked by lot.
const NoLot id.Lot = 0

// OpenWarehouses creates warehouses or renames them by code, and gives them
// with their ids.
func OpenWarehouses(tx *db.Tx, list []Warehouse) ([]Warehouse, error) {
	rows := tx.Batch(`/* inventory.OpenWarehouses */ INSERT INTO warehouses
		(warehouse_id, code, name, kind, province, time_zone, cut_off, created_at) VALUES {rows}
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, province = excluded.province,
		time_zone = excluded.time_zone, cut_off = excluded.cut_off`)
	for _, w := range list {
		if strings.TrimSpace(w.Code) == "" || strings.TrimSpace(w.Name) == "" {
			return nil, ErrWarehouseUnnamed
		}
		kind := "warehouse"
		if w.Store {
			kind = "store"
		}
		rows.Add(tx.NewID(), w.Code, w.Name, kind, w.Province, w.TimeZone, w.CutOff, int64(tx.Now()))
	}
	if _, err := rows.Run(); err != nil {
		return nil, err
	}
	all, err := Warehouses(tx)
	if err != nil {
		return nil, err
	}
	for i, w := range list {
		for _, stored := range all {
			if stored.Code == w.Code {
				list[i] = stored
			}
		}
	}
	return list, nil
}

// Warehouses gives all warehouses by code. There are few.
func Warehouses(tx *db.Tx) ([]Warehouse, error) {
	return db.List(tx, `/* inventory.Warehouses */ SELECT warehouse_id, code, name, kind, province, time_zone, cut_off
		FROM warehouses ORDER BY code`, func(r db.Row) (w Warehouse, err error) {
		var kind string
		err = r.Scan(&w.ID, &w.Code, &w.Name, &kind, &w.Province, &w.TimeZone, &w.CutOff)
		w.Store = kind == "store"
		return w, err
	})
}

// OpenBins creates the bins of a warehouse that do not exist yet and gives all
// of the codes asked for with their ids.
func OpenBins(tx *db.Tx, warehouse id.Warehouse, codes []string) (map[string]id.Bin, error) {
	rows := tx.Batch(`/* inventory.OpenBins */ INSERT INTO bins (bin_id, warehouse_id, code) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, code := range sorted(codes) {
		rows.Add(tx.NewID(), warehouse, code)
	}
	if _, err := rows.Run(); err != nil {
		return nil, err
	}
	bins := map[string]id.Bin{}
	err := tx.Each(`/* inventory.OpenBins */ SELECT code, bin_id FROM bins WHERE warehouse_id = $1 AND code = ANY($2)`,
		func(r db.Row) error {
			var code string
			var b id.Bin
			err := r.Scan(&code, &b)
			bins[code] = b
			return err
		}, warehouse, codes)
	return bins, err
}

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

// OpenLots creates lots by SKU and code where they are new and gives all of
// them with their ids and marks.
func OpenLots(tx *db.Tx, lots []Lot) (map[string]Lot, error) {
	rows := tx.Batch(`/* inventory.OpenLots */ INSERT INTO lots (lot_id, sku_id, code, made_on, expires_on) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	var skus []id.SKU
	for _, l := range lots {
		rows.Add(tx.NewID(), l.SKU, l.Code, l.MadeOn, l.ExpiresOn)
		skus = append(skus, l.SKU)
	}
	if _, err := rows.Run(); err != nil {
		return nil, err
	}
	named := map[string]Lot{}
	err := tx.Each(`/* inventory.OpenLots */ SELECT lot_id, sku_id, code, made_on, expires_on, barred FROM lots
		WHERE sku_id = ANY($1)`, func(r db.Row) error {
		var l Lot
		err := r.Scan(&l.ID, &l.SKU, &l.Code, &l.MadeOn, &l.ExpiresOn, &l.Barred)
		named[LotKey(l.SKU, l.Code)] = l
		return err
	}, skus)
	return named, err
}
