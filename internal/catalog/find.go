package catalog

import "baihuo/internal/db"

// Find gives the SKUs that order lines name, by code or else by barcode. The
// map's keys are the codes as they were given, however they are written; what
// nobody has is absent. A SKU is filled with what taking an order needs and no
// more: ID, Code, Name, Cost, Price, WeightG, LotTracked, Bundle and Parts with
// their Items. Keys of one SKU share it, and it must not be changed.
//
// It stands on the path of every order: one query for the SKUs, one for parts
// only when a bundle is among them, one for barcodes only when codes are unknown.
func Find(tx *db.Tx, codes []string) (map[string]*SKU, error) {
	found := make(map[string]*SKU, len(codes))
	wanted := make(map[string]*SKU, len(codes)) // by folded code
	folded := make([]string, 0, len(codes))
	for _, c := range codes {
		f := Fold(c)
		if _, seen := wanted[f]; !seen && f != "" && len(f) <= codeMax*4 && storable(f) {
			wanted[f], folded = nil, append(folded, f)
		}
	}
	if len(folded) == 0 {
		return found, nil
	}
	all := make([]*SKU, 0, len(folded))
	err := tx.Each(`/* catalog.Find */ SELECT `+lean+` FROM skus s WHERE s.code = ANY($1)`, func(r db.Row) error {
		s, err := scanLean(r)
		all, wanted[s.Code] = append(all, s), s
		return err
	}, folded)
	if err != nil {
		return nil, err
	}
	if len(all) < len(folded) {
		if all, err = findBarcodes(tx, wanted, all); err != nil {
			return nil, err
		}
	}
	for _, c := range codes {
		if s := wanted[Fold(c)]; s != nil {
			found[c] = s
		}
	}
	return found, fillParts(tx, all)
}

// findBarcodes looks for what no code matched.
func findBarcodes(tx *db.Tx, wanted map[string]*SKU, all []*SKU) ([]*SKU, error) {
	var misses []string
	for code, s := range wanted {
		if s == nil {
			misses = append(misses, code)
		}
	}
	at := make(map[int64]*SKU, len(all)) // so that code and barcode of one SKU share it
	for _, s := range all {
		at[int64(s.ID)] = s
	}
	err := tx.Each(`/* catalog.Find */ SELECT b.barcode, `+lean+` FROM sku_barcodes b
		JOIN skus s ON s.sku_id = b.sku_id WHERE b.barcode = ANY($1)`, func(r db.Row) error {
		var barcode string
		s, err := scanLean(r, &barcode)
		if err != nil {
			return err
		}
		if same, ok := at[int64(s.ID)]; ok {
			s = same
		} else {
			at[int64(s.ID)], all = s, append(all, s)
		}
		wanted[barcode] = s
		return nil
	}, misses)
	return all, err
}
