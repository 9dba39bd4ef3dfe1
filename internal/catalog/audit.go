package catalog

import (
	"fmt"

	"baihuo/internal/db"
)

// Audit proves that every bundle has parts, that parts exist and are no bundles,
// that every barcode is valid and belongs to a SKU, and that codes are folded.
// It gives what it counted.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	breach := func(format string, args ...any) { breaches = append(breaches, fmt.Sprintf(format, args...)) }
	err = tx.Each(`/* catalog.Audit */ SELECT s.sku_id, s.code, s.bundle,
			EXISTS (SELECT 1 FROM bundle_parts p WHERE p.bundle_id = s.sku_id)
		FROM skus s ORDER BY s.sku_id`, func(r db.Row) error {
		var n int64
		var code string
		var bundle, parts bool
		if err := r.Scan(&n, &code, &bundle, &parts); err != nil {
			return err
		}
		proved["skus"]++
		if bundle {
			proved["bundles"]++
		}
		if bundle != parts {
			breach("sku %d (%s): bundle is %t, has parts is %t", n, shown(code), bundle, parts)
		}
		if Fold(code) != code {
			breach("sku %d (%s): its code is not folded", n, shown(code))
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if err := auditParts(tx, proved, breach); err != nil {
		return nil, nil, err
	}
	if err := auditBarcodes(tx, proved, breach); err != nil {
		return nil, nil, err
	}
	return proved, breaches, nil
}

func auditParts(tx *db.Tx, counts map[string]int64, breach func(string, ...any)) error {
	return tx.Each(`/* catalog.Audit */ SELECT p.bundle_id, p.sku_id, b.sku_id IS NOT NULL, s.sku_id IS NOT NULL,
			COALESCE(s.bundle, FALSE)
		FROM bundle_parts p
		LEFT JOIN skus b ON b.sku_id = p.bundle_id
		LEFT JOIN skus s ON s.sku_id = p.sku_id
		ORDER BY p.bundle_id, p.sku_id`, func(r db.Row) error {
		var bundle, part int64
		var owned, exists, nested bool
		if err := r.Scan(&bundle, &part, &owned, &exists, &nested); err != nil {
			return err
		}
		counts["parts"]++
		switch {
		case !owned:
			breach("bundle_parts of bundle %d: there is no such SKU", bundle)
		case !exists:
			breach("bundle %d: its part %d does not exist", bundle, part)
		case nested:
			breach("bundle %d: its part %d is a bundle itself", bundle, part)
		}
		return nil
	})
}

func auditBarcodes(tx *db.Tx, counts map[string]int64, breach func(string, ...any)) error {
	return tx.Each(`/* catalog.Audit */ SELECT b.barcode, b.sku_id, s.sku_id IS NOT NULL FROM sku_barcodes b
		LEFT JOIN skus s ON s.sku_id = b.sku_id ORDER BY b.barcode`, func(r db.Row) error {
		var barcode string
		var sku int64
		var owned bool
		if err := r.Scan(&barcode, &sku, &owned); err != nil {
			return err
		}
		counts["barcodes"]++
		if !ownLabel(barcode) && !CheckDigit(barcode) {
			breach("barcode %s of sku %d is not valid", shown(barcode), sku)
		}
		if !owned {
			breach("barcode %s: there is no sku %d", shown(barcode), sku)
		}
		return nil
	})
}
