package inventory

import (
	"cmp"
	"slices"
	"strconv"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Place is one SKU in one warehouse.
type Place struct {
	Warehouse id.Warehouse
	SKU       id.SKU
}

// Counter is what one warehouse holds of one SKU.
type Counter struct {
	stock id.Stock
	Place
	OnHand     int64
	Reserved   int64
	Unsellable int64
	Safety     int64
	version    int64
	quotas     []quota
	posted     change
}

// quota is what is set aside for one shop. posted is what the batch does to used.
type quota struct {
	shop                id.Shop
	quota, used, posted int64
}

// Free guards orders that are sold elsewhere already.
func (c *Counter) Free() int64 { return c.OnHand - c.Reserved - c.Unsellable }

// ATP guards what we ourselves promise to buyers of shop.
func (c *Counter) ATP(shop id.Shop) int64 {
	atp := c.Free() - c.Safety
	for _, q := range c.quotas {
		if q.shop != shop {
			atp -= max(q.quota-q.used, 0)
		}
	}
	return atp
}

// Available is the figure that guards a claim: ATP where we promise, free where
// the order is sold already. Never below 0.
func (c *Counter) Available(shop id.Shop, promise bool) int64 {
	if c == nil {
		return 0
	}
	if promise {
		return max(c.ATP(shop), 0)
	}
	return max(c.Free(), 0)
}

// Levels are counters loaded for one transaction, locked when they are to be
// changed.
type Levels struct {
	counters map[Place]*Counter
	byStock  map[id.Stock]*Counter
	order    []*Counter // by id: the order of locks and of writes
	entries  []entry
	bins     map[slotKey]*binChange
}

// At gives the counter of a place, nil where there is none.
func (l *Levels) At(p Place) *Counter { return l.counters[p] }

const counterColumns = `stock_id, warehouse_id, sku_id, qty_on_hand, qty_reserved, qty_unsellable, qty_safety, version`

func scanCounter(r db.Row) (*Counter, error) {
	c := &Counter{}
	err := r.Scan(&c.stock, &c.Warehouse, &c.SKU, &c.OnHand, &c.Reserved, &c.Unsellable, &c.Safety, &c.version)
	return c, err
}

// Lock loads and locks the counters of skus in warehouses, in the order of
// their ids. Stock is locked late: orders, packages and reservations first, so
// Release, Unallocate and the like come before it. What another verb changes
// afterwards is not seen here: Reserve then says ErrDrift.
func Lock(tx *db.Tx, skus []id.SKU, warehouses []id.Warehouse) (*Levels, error) {
	list, err := db.List(tx, `/* inventory.Lock */ SELECT `+counterColumns+` FROM stock
		WHERE sku_id = ANY($1) AND warehouse_id = ANY($2) ORDER BY stock_id FOR UPDATE`,
		scanCounter, sorted(skus), sorted(warehouses))
	if err != nil {
		return nil, err
	}
	return newLevels(tx, list)
}

// Look loads counters without a lock, for showing.
func Look(tx *db.Tx, skus []id.SKU) (*Levels, error) {
	list, err := db.List(tx, `/* inventory.Look */ SELECT `+counterColumns+` FROM stock
		WHERE sku_id = ANY($1) ORDER BY stock_id`, scanCounter, sorted(skus))
	if err != nil {
		return nil, err
	}
	return newLevels(tx, list)
}

// stocks gives the counters' ids in ascending order.
func (l *Levels) stocks() []id.Stock {
	stocks := make([]id.Stock, len(l.order))
	for i, c := range l.order {
		stocks[i] = c.stock
	}
	return stocks
}

// lockPlaces locks the counters of places that exist.
func lockPlaces(tx *db.Tx, places []Place) (*Levels, error) {
	skus, warehouses := make([]id.SKU, len(places)), make([]id.Warehouse, len(places))
	for i, p := range places {
		skus[i], warehouses[i] = p.SKU, p.Warehouse
	}
	return Lock(tx, skus, warehouses)
}

func lockStocks(tx *db.Tx, stocks []id.Stock) (*Levels, error) {
	list, err := db.List(tx, `/* inventory.lockStocks */ SELECT `+counterColumns+` FROM stock
		WHERE stock_id = ANY($1) ORDER BY stock_id FOR UPDATE`, scanCounter, sorted(stocks))
	if err != nil {
		return nil, err
	}
	return newLevels(tx, list)
}

// openPlaces locks the counters of places and creates those that do not exist.
func openPlaces(tx *db.Tx, places []Place) (*Levels, error) {
	places = slices.Clone(places)
	slices.SortFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Warehouse, b.Warehouse))
	})
	places = slices.Compact(places)
	rows := tx.Batch(`/* inventory.openPlaces */ INSERT INTO stock (stock_id, warehouse_id, sku_id) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, p := range places {
		rows.Add(tx.NewID(), int64(p.Warehouse), int64(p.SKU))
	}
	if _, err := rows.Run(); err != nil {
		return nil, err
	}
	return lockPlaces(tx, places)
}

func newLevels(tx *db.Tx, list []*Counter) (*Levels, error) {
	l := &Levels{order: list, counters: make(map[Place]*Counter, len(list)), byStock: make(map[id.Stock]*Counter, len(list))}
	for _, c := range list {
		l.counters[c.Place] = c
		l.byStock[c.stock] = c
	}
	return l, l.loadQuotas(tx)
}

// loadQuotas reads the quotas of the counters. They change only under the lock
// of their counter. Few shops use them, so one look says that there are none.
func (l *Levels) loadQuotas(tx *db.Tx) error {
	some, err := tx.Number(`/* inventory.loadQuotas */ SELECT COUNT(*) FROM (SELECT 1 FROM stock_quotas LIMIT 1) q`)
	if err != nil || some == 0 {
		return err
	}
	return tx.Each(`/* inventory.loadQuotas */ SELECT stock_id, shop_id, qty_quota, qty_used FROM stock_quotas
		WHERE stock_id = ANY($1) ORDER BY stock_id, shop_id`, func(r db.Row) error {
		var stock id.Stock
		var q quota
		err := r.Scan(&stock, &q.shop, &q.quota, &q.used)
		if c := l.byStock[stock]; c != nil {
			c.quotas = append(c.quotas, q)
		}
		return err
	}, l.stocks())
}

// LotKey names a lot by SKU and code.
func LotKey(sku id.SKU, code string) string { return strconv.FormatInt(int64(sku), 10) + " " + code }

// sorted gives the different values in ascending order.
func sorted[T ~int64 | ~string](values []T) []T {
	s := slices.Clone(values)
	slices.Sort(s)
	return slices.Compact(s)
}
