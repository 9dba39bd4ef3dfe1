package shop

import (
	"fmt"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

const warehousesMax = 50

// Route is which warehouses serve a shop, in which order. The zero Route has none.
type Route struct {
	byProvince map[string][]id.Warehouse
}

// For gives the warehouses for a province (two digits) in the order in which
// they are asked; without a list of its own, or for an unknown province, the
// general one. The slice is shared: do not change it.
func (r Route) For(province string) []id.Warehouse {
	if own := r.byProvince[province]; len(own) > 0 {
		return own
	}
	return r.byProvince[""]
}

// SetWarehouses makes warehouses the shop's ordered list for a province, or with
// an empty province the general list. No warehouses take the list away. Setting
// what is set already does nothing. Faults: ErrMissing, ErrRoute. Whether a
// warehouse exists is not this room's to know.
func SetWarehouses(tx *db.Tx, shop id.Shop, province string, warehouses []id.Warehouse) error {
	if err := checkRoute(province, warehouses); err != nil {
		return err
	}
	if there, err := db.Lock(tx, "shops", "shop_id", []id.Shop{shop}); err != nil {
		return err
	} else if len(there) == 0 {
		return ErrMissing
	}
	now, err := db.List(tx, `/* shop.SetWarehouses */ SELECT warehouse_id FROM shop_warehouses
		WHERE shop_id = $1 AND province = $2 ORDER BY position`,
		func(r db.Row) (w id.Warehouse, err error) { return w, r.Scan(&w) }, int64(shop), province)
	if err != nil || slices.Equal(now, warehouses) {
		return err
	}
	_, err = tx.Exec(`/* shop.SetWarehouses */ DELETE FROM shop_warehouses WHERE shop_id = $1 AND province = $2`,
		int64(shop), province)
	if err != nil {
		return err
	}
	insert := tx.Batch(`/* shop.SetWarehouses */ INSERT INTO shop_warehouses (shop_id, province, position, warehouse_id)
		VALUES {rows}`)
	for i, w := range warehouses {
		insert.Add(int64(shop), province, i, int64(w))
	}
	if _, err := insert.Run(); err != nil {
		return err
	}
	version, err := tx.Number(`/* shop.SetWarehouses */ UPDATE shops SET version = version + 1 WHERE shop_id = $1
		RETURNING version`, int64(shop))
	if err != nil {
		return err
	}
	journal.Write(tx, journal.Entry{Kind: "shop", ID: int64(shop), Version: version, What: "warehouses_set",
		Payload: journal.JSON(map[string]any{"province": province, "before": now, "after": warehouses})})
	return nil
}

func checkRoute(province string, warehouses []id.Warehouse) error {
	bad := ErrRoute
	if province != "" && !isProvince(province) {
		bad = bad.Field("province", "省份要写两位行政区划代码，例如 33；通用顺序请留空",
			"a province is its two-digit code such as 33; leave it empty for the general list")
	}
	seen := map[id.Warehouse]bool{}
	for i, w := range warehouses {
		if field := fmt.Sprintf("warehouses[%d]", i); w <= 0 {
			bad = bad.Field(field, "没有填仓库", "no warehouse is given")
		} else if seen[w] {
			bad = bad.Field(field, "同一个仓库出现了两次，请删掉一个", "the warehouse stands there twice; remove one")
		}
		seen[w] = true
	}
	if len(warehouses) > warehousesMax {
		bad = bad.Field("warehouses", "最多 50 个仓库", "at most 50 warehouses")
	}
	return fieldsOrNil(bad)
}

func fieldsOrNil(f *fault.Fault) error {
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

func isProvince(code string) bool {
	return len(code) == 2 && code[0] >= '1' && code[0] <= '9' && code[1] >= '0' && code[1] <= '9'
}

// Routes gives the routes of shops in one query. A shop without any list is absent,
// and the zero Route that the map then gives serves nobody.
func Routes(tx *db.Tx, shops []id.Shop) (map[id.Shop]Route, error) {
	routes := make(map[id.Shop]Route, len(shops))
	if len(shops) == 0 {
		return routes, nil
	}
	err := tx.Each(`/* shop.Routes */ SELECT shop_id, province, warehouse_id FROM shop_warehouses
		WHERE shop_id = ANY($1) ORDER BY shop_id, province, position`, func(r db.Row) error {
		var shop id.Shop
		var province string
		var w id.Warehouse
		if err := r.Scan(&shop, &province, &w); err != nil {
			return err
		}
		route, ok := routes[shop]
		if !ok {
			route = Route{byProvince: map[string][]id.Warehouse{}}
			routes[shop] = route
		}
		route.byProvince[province] = append(route.byProvince[province], w)
		return nil
	}, shops)
	return routes, err
}
