package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Slot is what lies of one lot in one bin of a place.
type Slot struct {
	Place
	Lot        Lot
	Bin        id.Bin
	BinCode    string // empty for goods without a place and for the staging bin
	OnHand     int64
	Allocated  int64
	Unsellable int64
}

// Loose is what may be moved or sold.
func (s Slot) Loose() int64 {
	if s.Lot.Barred || s.Bin == BinStage {
		return 0
	}
	return s.OnHand - s.Allocated - s.Unsellable
}

// Slots gives where the goods of a SKU lie, in the warehouses of a scope: by
// warehouse, and there in the order in which lots must leave.
func Slots(tx *db.Tx, scope staff.Scope, sku id.SKU, limit int) ([]Slot, error) {
	var slots []Slot
	err := tx.Each(`/* inventory.Slots */ SELECT s.warehouse_id, p.bin_id, p.qty_on_hand, p.qty_allocated, p.qty_unsellable,
		COALESCE(b.code, ''), p.lot_id, COALESCE(l.code, ''), COALESCE(l.made_on, ''), COALESCE(l.expires_on, ''), COALESCE(l.barred, FALSE)
		FROM stock s JOIN stock_lots p ON p.stock_id = s.stock_id LEFT JOIN lots l ON l.lot_id = p.lot_id
		LEFT JOIN bins b ON b.bin_id = p.bin_id WHERE s.sku_id = $1 AND p.qty_on_hand > 0
		ORDER BY s.warehouse_id, CASE WHEN COALESCE(l.expires_on, '') = '' THEN '9' ELSE l.expires_on END, p.lot_id, p.bin_id
		LIMIT $2`, func(r db.Row) error {
		s := Slot{Place: Place{SKU: sku}, Lot: Lot{SKU: sku}}
		err := r.Scan(&s.Warehouse, &s.Bin, &s.OnHand, &s.Allocated, &s.Unsellable, &s.BinCode,
			&s.Lot.ID, &s.Lot.Code, &s.Lot.MadeOn, &s.Lot.ExpiresOn, &s.Lot.Barred)
		if scope.HasWarehouse(s.Warehouse) {
			slots = append(slots, s)
		}
		return err
	}, sku, bounded(limit))
	return slots, err
}

// Allotment is a quota and what its shop has used of it.
type Allotment struct {
	Quota
	Used int64
}

// QuotasOf gives the quotas of a SKU by warehouse and shop, in the warehouses of a scope.
func QuotasOf(tx *db.Tx, scope staff.Scope, sku id.SKU) ([]Allotment, error) {
	var list []Allotment
	err := tx.Each(`/* inventory.QuotasOf */ SELECT s.warehouse_id, q.shop_id, q.qty_quota, q.qty_used FROM stock s
		JOIN stock_quotas q ON q.stock_id = s.stock_id WHERE s.sku_id = $1 ORDER BY s.warehouse_id, q.shop_id`, func(r db.Row) error {
		a := Allotment{Quota: Quota{Place: Place{SKU: sku}}}
		err := r.Scan(&a.Warehouse, &a.Shop, &a.Qty, &a.Used)
		if scope.HasWarehouse(a.Warehouse) {
			list = append(list, a)
		}
		return err
	}, sku)
	return list, err
}
