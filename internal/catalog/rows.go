package catalog

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

const columns = `sku_id, code, name, name_en, category, brand, length_mm, width_mm, height_mm, weight_g, cost, price,
	lot_tracked, shelf_life_days, life_left_days_min, bundle, version, created_at`

// updateText never changes a code: it is the name by which Put found the row.
const updateText = `/* catalog.Put */ WITH v (` + columns + `, search) AS (VALUES {rows})
	UPDATE skus SET name = v.name, name_en = v.name_en, category = v.category, brand = v.brand, length_mm = v.length_mm,
		width_mm = v.width_mm, height_mm = v.height_mm, weight_g = v.weight_g, cost = v.cost, price = v.price,
		lot_tracked = v.lot_tracked, shelf_life_days = v.shelf_life_days, life_left_days_min = v.life_left_days_min,
		version = v.version, search = v.search
	FROM v WHERE skus.sku_id = v.sku_id`

// columnTypes are the types of columns and search, in their order.
func columnTypes() []string {
	return []string{
		"BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT",
		"BOOLEAN", "BIGINT", "BIGINT", "BOOLEAN", "BIGINT", "BIGINT", "TEXT",
	}
}

func values(s *SKU) []any {
	return []any{
		int64(s.ID), s.Code, s.Name, s.NameEN, s.Category, s.Brand, s.LengthMM, s.WidthMM, s.HeightMM, s.WeightG,
		int64(s.Cost), int64(s.Price), s.LotTracked, s.ShelfLifeDays, s.LifeLeftDaysMin, s.Bundle, s.Version,
		int64(s.CreatedAt),
	}
}

func scan(r db.Row) (*SKU, error) {
	s := new(SKU)
	return s, r.Scan(&s.ID, &s.Code, &s.Name, &s.NameEN, &s.Category, &s.Brand, &s.LengthMM, &s.WidthMM, &s.HeightMM,
		&s.WeightG, &s.Cost, &s.Price, &s.LotTracked, &s.ShelfLifeDays, &s.LifeLeftDaysMin, &s.Bundle, &s.Version,
		&s.CreatedAt)
}

// lean are the columns that taking an order needs, of skus AS s.
const lean = `s.sku_id, s.code, s.name, s.cost, s.price, s.weight_g, s.lot_tracked, s.bundle`

// scanLean reads lean behind what first takes. The plain pointers spare database/sql
// its slow way through reflection, on the path of every order line.
func scanLean(r db.Row, first ...any) (*SKU, error) {
	s := new(SKU)
	return s, r.Scan(append(first, (*int64)(&s.ID), &s.Code, &s.Name, (*int64)(&s.Cost), (*int64)(&s.Price), &s.WeightG,
		&s.LotTracked, &s.Bundle)...)
}

// byIDs gives SKUs in full, by code, with their barcodes and parts.
func byIDs(tx *db.Tx, ids []id.SKU) ([]*SKU, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := db.List(tx, `/* catalog.Get */ SELECT `+columns+` FROM skus WHERE sku_id = ANY($1) ORDER BY code`,
		scan, ids)
	if err != nil {
		return nil, err
	}
	return all, fill(tx, all)
}

// byCodes gives SKUs in full, under their folded codes.
func byCodes(tx *db.Tx, codes []string) (map[string]*SKU, error) {
	known := make([]string, 0, len(codes))
	for _, c := range codes {
		if storable(c) {
			known = append(known, c)
		}
	}
	all, err := db.List(tx, `/* catalog.byCodes */ SELECT `+columns+` FROM skus WHERE code = ANY($1)`, scan, known)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*SKU, len(all))
	for _, s := range all {
		found[s.Code] = s
	}
	return found, fill(tx, all)
}

// fill loads barcodes and parts.
func fill(tx *db.Tx, all []*SKU) error {
	if len(all) == 0 {
		return nil
	}
	at := make(map[id.SKU]*SKU, len(all))
	ids := make([]id.SKU, len(all))
	for i, s := range all {
		at[s.ID], ids[i] = s, s.ID
	}
	err := tx.Each(`/* catalog.Get */ SELECT sku_id, barcode FROM sku_barcodes WHERE sku_id = ANY($1)
		ORDER BY sku_id, barcode`, func(r db.Row) error {
		var n id.SKU
		var b string
		err := r.Scan(&n, &b)
		at[n].Barcodes = append(at[n].Barcodes, b)
		return err
	}, ids)
	if err != nil {
		return err
	}
	return fillParts(tx, all)
}

// fillParts gives the bundles among all their parts, in one query, or in none
// when there is no bundle.
func fillParts(tx *db.Tx, all []*SKU) error {
	bundles := map[id.SKU]*SKU{}
	var ids []id.SKU
	for _, s := range all {
		if s.Bundle {
			bundles[s.ID], ids = s, append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	items := map[id.SKU]*SKU{}
	return tx.Each(`/* catalog.parts */ SELECT p.bundle_id, p.qty, `+lean+` FROM bundle_parts p
		JOIN skus s ON s.sku_id = p.sku_id WHERE p.bundle_id = ANY($1) ORDER BY p.bundle_id, p.sku_id`, func(r db.Row) error {
		var bundle, qty int64
		item, err := scanLean(r, &bundle, &qty)
		if err != nil {
			return err
		}
		if same, ok := items[item.ID]; ok {
			item = same
		}
		items[item.ID] = item
		b := bundles[id.SKU(bundle)]
		b.Parts = append(b.Parts, Part{SKU: item.ID, Qty: qty, Item: item})
		return nil
	}, ids)
}
