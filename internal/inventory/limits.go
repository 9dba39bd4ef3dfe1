package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Limits are what is kept out of a place's promises: its safety stock, and the pieces
// set aside for single shops. Version rises each time they are set; a place that has no
// counter yet has the zero Limits.
type Limits struct {
	Place
	Version int64
	Safety  int64
	Quotas  map[id.Shop]int64
	// Used is how much of its quota a shop has taken.
	Used map[id.Shop]int64
}

// LimitsOf gives the limits of a place.
func LimitsOf(tx *db.Tx, p Place) (Limits, error) {
	l := Limits{Place: p, Quotas: map[id.Shop]int64{}, Used: map[id.Shop]int64{}}
	var stock id.Stock
	found, err := tx.One(`/* inventory.LimitsOf */ SELECT stock_id, limits_version, qty_safety FROM stock WHERE warehouse_id = $1 AND sku_id = $2`,
		[]any{&stock, &l.Version, &l.Safety}, p.Warehouse, p.SKU)
	if err != nil || !found {
		return l, err
	}
	return l, tx.Each(`/* inventory.LimitsOf */ SELECT shop_id, qty_quota, qty_used FROM stock_quotas WHERE stock_id = $1 ORDER BY shop_id`,
		func(r db.Row) error {
			var shop id.Shop
			var quota, used int64
			err := r.Scan(&shop, &quota, &used)
			l.Quotas[shop], l.Used[shop] = quota, used
			return err
		}, stock)
}

// SetLimits writes a place's limits as a person saw them at l.Version, and says in the
// journal what they were. A quota that stays keeps what is used of it; one of 0, or left
// out, ends. With ErrLimits it gives the limits as they are instead. Faults: ErrLimits,
// ErrQuantity.
func SetLimits(tx *db.Tx, l Limits) (Limits, error) {
	lv, err := openPlaces(tx, []Place{l.Place})
	if err != nil {
		return l, err
	}
	was, err := LimitsOf(tx, l.Place)
	if err != nil {
		return l, err
	}
	if was.Version != l.Version {
		return was, ErrLimits
	}
	var quotas []Quota
	for shop, n := range l.Quotas {
		if n != was.Quotas[shop] {
			quotas = append(quotas, Quota{l.Place, shop, n})
		}
	}
	for shop := range was.Quotas {
		if _, stays := l.Quotas[shop]; !stays {
			quotas = append(quotas, Quota{l.Place, shop, 0})
		}
	}
	if len(quotas) == 0 && l.Safety == was.Safety {
		return was, nil
	}
	if err := SetQuotas(tx, quotas); err != nil {
		return was, err
	}
	if err := SetSafety(tx, l.Place, l.Safety); err != nil {
		return was, err
	}
	now, err := LimitsOf(tx, l.Place)
	if err != nil {
		return was, err
	}
	journal.Write(tx, journal.Entry{Kind: "stock", ID: int64(lv.At(l.Place).stock), Version: now.Version, What: "limits_set",
		Payload: journal.JSON(map[string]any{"warehouse": l.Warehouse, "sku": l.SKU, "was": was.said(), "now": now.said()})})
	return now, nil
}

// said is what the journal tells of limits.
func (l Limits) said() map[string]any {
	return map[string]any{"safety": l.Safety, "quotas": l.Quotas}
}
