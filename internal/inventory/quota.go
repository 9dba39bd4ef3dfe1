package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Quota sets pieces of a place aside for one shop. What the shop reserves uses
// it up; what it gives back refills it; what is shipped stays used. The shop
// itself may go beyond it.
type Quota struct {
	Place
	Shop id.Shop
	Qty  int64
}

// SetQuotas writes quotas, unused; 0 takes one away. Of two for one place and
// shop the later holds. Faults: ErrQuantity.
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
	if _, err = tx.Exec(`/* inventory.SetQuotas */ DELETE FROM stock_quotas WHERE stock_id = ANY($1) AND qty_quota = 0`, lv.stocks()); err != nil {
		return err
	}
	_, err = tx.Exec(`/* inventory.SetQuotas */ UPDATE stock SET limits_version = limits_version + 1 WHERE stock_id = ANY($1)`, lv.stocks())
	return err
}

// SetSafety keeps pieces of a place out of what we promise. Faults: ErrQuantity.
func SetSafety(tx *db.Tx, p Place, qty int64) error {
	if qty < 0 || qty > QtyMax {
		return ErrQuantity.With(qty)
	}
	lv, err := openPlaces(tx, []Place{p})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`/* inventory.SetSafety */ UPDATE stock SET qty_safety = $1, limits_version = limits_version + 1 WHERE stock_id = $2`, qty, lv.At(p).stock)
	return err
}

// useQuota books n pieces reserved by shop, or given back with n below 0. Those
// reserved before the quota was set do not refill it.
func (c *Counter) useQuota(shop id.Shop, n int64) {
	for i := range c.quotas {
		if q := &c.quotas[i]; q.shop == shop {
			n = max(n, -q.used)
			q.used += n
			q.posted += n
		}
	}
}

func (l *Levels) saveQuotas(tx *db.Tx) error {
	update := tx.Batch(`/* inventory.saveQuotas */ WITH v (stock_id, shop_id, used) AS (VALUES {rows})
		UPDATE stock_quotas SET qty_used = stock_quotas.qty_used + v.used
		FROM v WHERE stock_quotas.stock_id = v.stock_id AND stock_quotas.shop_id = v.shop_id`, "BIGINT", "BIGINT", "BIGINT")
	for _, c := range l.order {
		for i := range c.quotas {
			if q := &c.quotas[i]; q.posted != 0 {
				update.Add(int64(c.stock), int64(q.shop), q.posted)
				q.posted = 0
			}
		}
	}
	n, err := update.Run()
	if err == nil && n != int64(update.Len()) {
		return ErrDrift
	}
	return err
}
