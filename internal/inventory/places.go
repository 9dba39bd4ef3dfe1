package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// PlacesOf says from which warehouses orders have goods reserved, each once, in
// the order of their ids.
func PlacesOf(tx *db.Tx, orders []id.Order) (map[id.Order][]id.Warehouse, error) {
	places := map[id.Order][]id.Warehouse{}
	err := tx.Each(`/* inventory.PlacesOf */ SELECT DISTINCT r.order_id, s.warehouse_id FROM reservations r
		JOIN stock s ON s.stock_id = r.stock_id WHERE r.order_id = ANY($1) AND r.qty_open > 0
		ORDER BY r.order_id, s.warehouse_id`, func(r db.Row) error {
		var o id.Order
		var w id.Warehouse
		err := r.Scan(&o, &w)
		places[o] = append(places[o], w)
		return err
	}, orders)
	return places, err
}

// Claimed is what a line has reserved in one place.
type Claimed struct {
	Order     id.Order
	Line      id.Line
	Place     Place
	Open      int64
	Allocated int64
}

// ClaimsOf gives the live claims of orders, by order, warehouse and line.
func ClaimsOf(tx *db.Tx, orders []id.Order) ([]Claimed, error) {
	return db.List(tx, `/* inventory.ClaimsOf */ SELECT r.order_id, r.line_id, s.warehouse_id, s.sku_id, SUM(r.qty_open),
		SUM(r.qty_allocated) FROM reservations r JOIN stock s ON s.stock_id = r.stock_id
		WHERE r.order_id = ANY($1) AND r.qty_open > 0 GROUP BY r.order_id, r.line_id, s.warehouse_id, s.sku_id
		ORDER BY r.order_id, s.warehouse_id, r.line_id`, func(r db.Row) (c Claimed, err error) {
		err = r.Scan(&c.Order, &c.Line, &c.Place.Warehouse, &c.Place.SKU, &c.Open, &c.Allocated)
		return c, err
	}, orders)
}
