package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Quota sets pieces of a place aside for one shop. What the shop reserves uses
// it up; what it gives back refills it.
type Quota struct {
	Place
	Shop id.Shop
	Qty  int64
}

// SetQuotas writes quotas; 0 takes one away. The places must exist.
func SetQuotas(tx *db.Tx, list []Quota) error {
	places := make([]Place, len(list))
	for i, q := range list {
		if q.Qty < 0 || q.Qty > QtyMax {
			return ErrQuantity.With(q.Qty)
		}
		places[i] = q.Place
	}
	lv, err := openPlaces(tx, places)
	if err != nil {
		return err
	}
	for _, q := range list {
		_, err := tx.Exec(`/* inventory.SetQuotas */ INSERT INTO stock_quotas (stock_id, shop_id, qty_quota) VALUES ($1, $2, $3)
			ON CONFLICT (stock_id, shop_id) DO UPDATE SET qty_quota = excluded.qty_quota, qty_used = 0`,
			lv.At(q.Place).stock, q.Shop, q.Qty)
		if err != nil {
			return err
		}
	}
	return nil
}

// SetSafety keeps pieces of a place out of what we promise.
func SetSafety(tx *db.Tx, p Place, qty int64) error {
	if qty < 0 || qty > QtyMax {
		return ErrQuantity.With(qty)
	}
	lv, err := openPlaces(tx, []Place{p})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`/* inventory.SetSafety */ UPDATE stock SET qty_safety = $1 WHERE stock_id = $2`, qty, lv.At(p).stock)
	return err
}

type quotaUse struct {
	stock id.Stock
	shop  id.Shop
	used  int64
}

func (c *Counter) useQuota(uses []quotaUse, shop id.Shop, n int64) []quotaUse {
	for i := range c.quotas {
		if q := &c.quotas[i]; q.shop == shop {
			q.used += n
			uses = append(uses, quotaUse{c.stock, shop, n})
		}
	}
	return uses
}

func (c *Counter) giveQuota(shop id.Shop, n int64) {
	for i := range c.quotas {
		if q := &c.quotas[i]; q.shop == shop {
			q.given += min(n, q.used)
			q.used -= min(n, q.used)
		}
	}
}

func (l *Levels) givenQuotas() (uses []quotaUse) {
	for _, c := range l.order {
		for i := range c.quotas {
			if q := &c.quotas[i]; q.given > 0 {
				uses = append(uses, quotaUse{c.stock, q.shop, -q.given})
				q.given = 0
			}
		}
	}
	return uses
}

func saveQuotas(tx *db.Tx, uses []quotaUse) error {
	for _, u := range uses {
		_, err := tx.Exec(`/* inventory.saveQuotas */ UPDATE stock_quotas SET qty_used = qty_used + $1
			WHERE stock_id = $2 AND shop_id = $3`, u.used, u.stock, u.shop)
		if err != nil {
			return err
		}
	}
	return nil
}
