package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// List is a pick list: what to fetch for packages that were released together.
type List struct {
	ID         id.PickList
	Warehouse  id.Warehouse
	ReleasedAt db.Instant
	// Packages is the number that was released; voided ones have no rows.
	Packages int64
	Rows     []ListRow // by SKU
}

// ListRow is the pieces of one SKU, all together and for each package.
type ListRow struct {
	SKU   id.SKU
	Qty   int64
	Parts []ListPart // by package
}

// ListPart is the pieces of a SKU for one package.
type ListPart struct {
	Package id.Package
	Qty     int64
}

// PickList gives a pick list as it stands now. Fault: ErrPickListMissing.
func PickList(tx *db.Tx, list id.PickList) (List, error) {
	l := List{ID: list}
	found, err := tx.One(`/* fulfilment.PickList */ SELECT warehouse_id, released_at, packages FROM pick_lists
		WHERE pick_list_id = $1`, []any{&l.Warehouse, &l.ReleasedAt, &l.Packages}, int64(list))
	if err != nil {
		return l, err
	}
	if !found {
		return l, ErrPickListMissing
	}
	err = tx.Each(`/* fulfilment.PickList */ SELECT i.sku_id, p.package_id, SUM(i.qty) FROM packages p
		JOIN package_items i ON i.package_id = p.package_id
		WHERE p.pick_list_id = $1 AND p.pick_list_id > 0 AND p.state <> 'voided'
		GROUP BY i.sku_id, p.package_id ORDER BY i.sku_id, p.package_id`, func(r db.Row) error {
		var sku id.SKU
		var part ListPart
		if err := r.Scan(&sku, &part.Package, &part.Qty); err != nil {
			return err
		}
		if n := len(l.Rows); n == 0 || l.Rows[n-1].SKU != sku {
			l.Rows = append(l.Rows, ListRow{SKU: sku})
		}
		row := &l.Rows[len(l.Rows)-1]
		row.Qty += part.Qty
		row.Parts = append(row.Parts, part)
		return nil
	}, int64(list))
	return l, err
}
