package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"

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
	TimeZone string // IANA name; empty means Asia/Shanghai
	CutOff   string // hh:mm of the place's own time, empty means 16:00: later orders leave tomorrow
}

// Two bins exist in every warehouse without a row: goods without a place, and
// goods picked and on their way out.
const (
	BinNone  id.Bin = 0
	BinStage id.Bin = 1
)

// OpenWarehouses creates warehouses or changes them by code, and gives them with
// their ids. Of two with one code the later holds. Faults: ErrWarehouseUnnamed,
// ErrWarehouseTimes.
func OpenWarehouses(tx *db.Tx, list []Warehouse) ([]Warehouse, error) {
	wanted := make(map[string]Warehouse, len(list))
	codes := make([]string, len(list))
	for i, w := range list {
		w, err := w.checked()
		if err != nil {
			return nil, err
		}
		wanted[w.Code], codes[i] = w, w.Code
	}
	rows := tx.Batch(`/* inventory.OpenWarehouses */ INSERT INTO warehouses
		(warehouse_id, code, name, kind, province, time_zone, cut_off, created_at) VALUES {rows}
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, province = excluded.province,
		time_zone = excluded.time_zone, cut_off = excluded.cut_off`)
	for _, code := range sorted(codes) {
		w, kind := wanted[code], "warehouse"
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
	opened := make([]Warehouse, len(list))
	for i, code := range codes {
		at := slices.IndexFunc(all, func(w Warehouse) bool { return w.Code == code })
		opened[i] = all[at]
	}
	return opened, nil
}

func (w Warehouse) checked() (Warehouse, error) {
	w.Code, w.Name = strings.TrimSpace(w.Code), strings.TrimSpace(w.Name)
	if w.Code == "" || w.Name == "" {
		return w, ErrWarehouseUnnamed
	}
	w.TimeZone, w.CutOff = cmp.Or(w.TimeZone, "Asia/Shanghai"), cmp.Or(w.CutOff, "16:00")
	_, zone := time.LoadLocation(w.TimeZone)
	_, hour := time.Parse("15:04", w.CutOff)
	if zone != nil || hour != nil {
		return w, ErrWarehouseTimes.With(w.Code)
	}
	return w, nil
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
	codes = sorted(codes)
	rows := tx.Batch(`/* inventory.OpenBins */ INSERT INTO bins (bin_id, warehouse_id, code) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, code := range codes {
		rows.Add(tx.NewID(), int64(warehouse), code)
	}
	if _, err := rows.Run(); err != nil {
		return nil, err
	}
	return binsNamed(tx, "OpenBins", warehouse, codes)
}
