package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Lock locks packages in the order of their ids and gives them with their
// items, in the order given; one that does not exist is left out. Their orders
// are locked before.
func Lock(tx *db.Tx, ids []id.Package) ([]*Package, error) {
	found, err := load(tx, ids, true)
	return inOrder(found, ids), err
}

// Get gives one package with its items. Fault: ErrMissing.
func Get(tx *db.Tx, pack id.Package) (*Package, error) {
	found, err := load(tx, []id.Package{pack}, false)
	if err != nil {
		return nil, err
	}
	if found[pack] == nil {
		return nil, ErrMissing.With(pack)
	}
	return found[pack], nil
}

// OrdersOf gives the orders whose goods lie in the packages, in the order of
// their ids: what a caller locks before it calls Lock.
func OrdersOf(tx *db.Tx, ids []id.Package) ([]id.Order, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.List(tx, `/* fulfilment.OrdersOf */ SELECT DISTINCT order_id FROM package_items
		WHERE package_id = ANY($1) ORDER BY order_id`,
		func(r db.Row) (o id.Order, err error) { return o, r.Scan(&o) }, sorted(ids))
}

// OfOrders gives the packages that hold goods of each order, voided ones too,
// in the order of their ids. Each holds all its items, those of other orders as
// well, and is the same pointer wherever it stands.
func OfOrders(tx *db.Tx, orders []id.Order) (map[id.Order][]*Package, error) {
	found := make(map[id.Order][]*Package, len(orders))
	if len(orders) == 0 {
		return found, nil
	}
	type pair struct {
		order id.Order
		pack  id.Package
	}
	var pairs []pair
	var ids []id.Package
	err := tx.Each(`/* fulfilment.OfOrders */ SELECT DISTINCT order_id, package_id FROM package_items
		WHERE order_id = ANY($1) ORDER BY order_id, package_id`, func(r db.Row) error {
		var p pair
		if err := r.Scan(&p.order, &p.pack); err != nil {
			return err
		}
		pairs, ids = append(pairs, p), append(ids, p.pack)
		return nil
	}, sorted(orders))
	if err != nil {
		return nil, err
	}
	packages, err := load(tx, ids, false)
	for _, p := range pairs {
		found[p.order] = append(found[p.order], packages[p.pack])
	}
	return found, err
}

// Known gives the state of each package that exists.
func Known(tx *db.Tx, ids []id.Package) (map[id.Package]State, error) {
	found := make(map[id.Package]State, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	err := tx.Each(`/* fulfilment.Known */ SELECT package_id, state FROM packages WHERE package_id = ANY($1)`,
		func(r db.Row) error {
			var p id.Package
			var s State
			err := r.Scan(&p, &s)
			found[p] = s
			return err
		}, sorted(ids))
	return found, err
}

// Shops gives the shop of each package that exists.
func Shops(tx *db.Tx, ids []id.Package) (map[id.Package]id.Shop, error) {
	found := make(map[id.Package]id.Shop, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	err := tx.Each(`/* fulfilment.Shops */ SELECT package_id, shop_id FROM packages WHERE package_id = ANY($1)`,
		func(r db.Row) error {
			var p id.Package
			var s id.Shop
			err := r.Scan(&p, &s)
			found[p] = s
			return err
		}, sorted(ids))
	return found, err
}

// Warehouses gives the warehouse of each package that exists.
func Warehouses(tx *db.Tx, ids []id.Package) (map[id.Package]id.Warehouse, error) {
	found := make(map[id.Package]id.Warehouse, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	err := tx.Each(`/* fulfilment.Warehouses */ SELECT package_id, warehouse_id FROM packages WHERE package_id = ANY($1)`,
		func(r db.Row) error {
			var p id.Package
			var w id.Warehouse
			err := r.Scan(&p, &w)
			found[p] = w
			return err
		}, sorted(ids))
	return found, err
}

func inOrder(found map[id.Package]*Package, ids []id.Package) []*Package {
	all := make([]*Package, 0, len(ids))
	for _, pack := range ids {
		if p := found[pack]; p != nil {
			all = append(all, p)
		}
	}
	return all
}
