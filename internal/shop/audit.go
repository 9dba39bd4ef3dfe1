package shop

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Audit proves that every shop would still be accepted by Open and that every
// route belongs to a shop and names no warehouse twice. It gives what it counted.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	shops, err := All(tx)
	if err != nil {
		return nil, nil, err
	}
	known := map[id.Shop]bool{}
	for _, s := range shops {
		known[s.ID] = true
		if err := check([]Shop{s}); err != nil {
			breaches = append(breaches, fmt.Sprintf("shop %d: %v", s.ID, err))
		}
	}
	proved = map[string]int64{"shops": int64(len(shops))}
	type place struct {
		shop      id.Shop
		province  string
		warehouse id.Warehouse
	}
	seen := map[place]bool{}
	err = tx.Each(`/* shop.Audit */ SELECT shop_id, province, warehouse_id FROM shop_warehouses
		ORDER BY shop_id, province, position`, func(r db.Row) error {
		var p place
		if err := r.Scan(&p.shop, &p.province, &p.warehouse); err != nil {
			return err
		}
		proved["routes"]++
		if !known[p.shop] {
			breaches = append(breaches, fmt.Sprintf("shop_warehouses of shop %d: there is no such shop", p.shop))
		}
		if seen[p] {
			breaches = append(breaches, fmt.Sprintf("shop_warehouses of shop %d, province %q: warehouse %d stands twice",
				p.shop, p.province, p.warehouse))
		}
		seen[p] = true
		return nil
	})
	return proved, breaches, err
}
