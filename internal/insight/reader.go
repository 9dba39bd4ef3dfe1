package insight

import (
	"cmp"
	"slices"
	"time"
	_ "time/tzdata" // a shop's day does not depend on what the machine has installed

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// The things counted, by the journal's own words of an order.
const (
	Accepted  = "accepted"
	Shipped   = "shipped"
	Cancelled = "cancelled"
	Completed = "completed"
)

// Reader follows the journal and counts.
func Reader() journal.Reader { return journal.Reader{Name: "insight", Handle: follow} }

type hourKey struct {
	shop id.Shop
	hour db.Instant
	what string
}

type skuKey struct {
	day  string
	shop id.Shop
	sku  id.SKU
}

type sums struct {
	orders, units int64
	amount        money.Amount
}

// follow adds a page of the journal. Orders that were completed elsewhere tell of
// another time and are left out.
func follow(tx *db.Tx, rows []journal.Row) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r journal.Row) bool {
		return r.Kind != "order" || !slices.Contains([]string{Accepted, Shipped, Cancelled, Completed}, r.What)
	})
	if len(rows) == 0 {
		return nil
	}
	orders, err := ordersOf(tx, rows)
	if err != nil {
		return err
	}
	zones, err := zonesOf(tx)
	if err != nil {
		return err
	}
	hours, skus := map[hourKey]sums{}, map[skuKey]sums{}
	for _, r := range rows {
		o := orders[id.Order(r.ID)]
		if o == nil || o.History {
			continue
		}
		k := hourKey{o.Shop, hourOf(r.At), r.What}
		s := hours[k]
		s.orders, s.units, s.amount = s.orders+1, s.units+units(o), s.amount+o.Total
		hours[k] = s
		if r.What == Accepted {
			addLines(skus, o, dayOf(r.At, zones[o.Shop]))
		}
	}
	if err := saveHours(tx, hours); err != nil {
		return err
	}
	return saveSKUs(tx, skus)
}

func ordersOf(tx *db.Tx, rows []journal.Row) (map[id.Order]*order.Order, error) {
	ids := make([]id.Order, len(rows))
	for i, r := range rows {
		ids[i] = id.Order(r.ID)
	}
	slices.Sort(ids)
	list, err := order.Get(tx, slices.Compact(ids))
	found := make(map[id.Order]*order.Order, len(list))
	for _, o := range list {
		found[o.ID] = o
	}
	return found, err
}

func zonesOf(tx *db.Tx) (map[id.Shop]*time.Location, error) {
	all, err := shop.All(tx)
	zones := make(map[id.Shop]*time.Location, len(all))
	for _, s := range all {
		loc, err := time.LoadLocation(s.TimeZone)
		if err != nil {
			loc = time.UTC // shop refuses a zone that does not exist
		}
		zones[s.ID] = loc
	}
	return zones, err
}

// units are the pieces that were ordered, a bundle as one.
func units(o *order.Order) (n int64) {
	for _, l := range o.Lines {
		if l.Kind != order.Component && l.Kind != order.Charge {
			n += l.Ordered
		}
	}
	return n
}

func addLines(skus map[skuKey]sums, o *order.Order, day string) {
	for _, l := range o.Lines {
		if !l.Moves() {
			continue
		}
		k := skuKey{day, o.Shop, l.SKU}
		s := skus[k]
		s.units, s.amount = s.units+l.Ordered, s.amount+l.Due
		skus[k] = s
	}
}

func hourOf(at db.Instant) db.Instant { return at - at%db.Instant(time.Hour.Microseconds()) }

func dayOf(at db.Instant, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return at.Time().In(zone).Format(time.DateOnly)
}

func saveHours(tx *db.Tx, hours map[hourKey]sums) error {
	keys := sorted(hours, func(a, b hourKey) int {
		return cmp.Or(cmp.Compare(a.shop, b.shop), cmp.Compare(a.hour, b.hour), cmp.Compare(a.what, b.what))
	})
	rows := tx.Batch(`/* insight.saveHours */ INSERT INTO insight_hours (shop_id, hour_at, what, orders, units, amount) VALUES {rows}
		ON CONFLICT (shop_id, hour_at, what) DO UPDATE SET orders = insight_hours.orders + excluded.orders,
		units = insight_hours.units + excluded.units, amount = insight_hours.amount + excluded.amount`)
	for _, k := range keys {
		s := hours[k]
		rows.Add(int64(k.shop), int64(k.hour), k.what, s.orders, s.units, int64(s.amount))
	}
	_, err := rows.Run()
	return err
}

func saveSKUs(tx *db.Tx, skus map[skuKey]sums) error {
	keys := sorted(skus, func(a, b skuKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.shop, b.shop), cmp.Compare(a.sku, b.sku))
	})
	rows := tx.Batch(`/* insight.saveSKUs */ INSERT INTO insight_sku_days (day, shop_id, sku_id, units, amount) VALUES {rows}
		ON CONFLICT (day, shop_id, sku_id) DO UPDATE SET units = insight_sku_days.units + excluded.units,
		amount = insight_sku_days.amount + excluded.amount`)
	for _, k := range keys {
		s := skus[k]
		rows.Add(k.day, int64(k.shop), int64(k.sku), s.units, int64(s.amount))
	}
	_, err := rows.Run()
	return err
}

// sorted gives the keys of a map in the order in which rows are locked.
func sorted[K comparable, V any](m map[K]V, by func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, by)
	return keys
}
