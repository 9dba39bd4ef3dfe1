package insight

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/staff"
)

// Hour is what happened within an hour, over the shops of a question.
type Hour struct {
	// At is the beginning of the hour.
	At            db.Instant
	What          string
	Orders, Units int64
	// Amount adds what buyers owe for those orders, in minor units; a question over
	// shops of several currencies has no use for it.
	Amount money.Amount
}

// Hours gives what happened from and before two instants, by hour, within a scope.
// Its cost is hours times shops.
func Hours(tx *db.Tx, scope staff.Scope, from, before db.Instant) ([]Hour, error) {
	where, args := "hour_at >= $1 AND hour_at < $2", []any{hourOf(from), before}
	if !scope.AllShops {
		where, args = where+" AND shop_id = ANY($3)", append(args, scope.Shops)
	} else {
		where += " AND shop_id IN (SELECT shop_id FROM shops)"
	}
	return db.List(tx, `/* insight.Hours */ SELECT hour_at, what, SUM(orders), SUM(units), SUM(amount) FROM insight_hours
		WHERE `+where+` GROUP BY hour_at, what ORDER BY hour_at, what`, func(r db.Row) (h Hour, err error) {
		err = r.Scan(&h.At, &h.What, &h.Orders, &h.Units, &h.Amount)
		return h, err
	}, args...)
}

// SKUDay is how a SKU sold on a day.
type SKUDay struct {
	SKU    id.SKU
	Units  int64
	Amount money.Amount
}

// TopSKUs gives the SKUs that most pieces of were ordered on a day, the most first,
// within a scope. Its cost is the SKUs sold that day.
func TopSKUs(tx *db.Tx, scope staff.Scope, day string, limit int) ([]SKUDay, error) {
	where, args := "day = $1", []any{day}
	if !scope.AllShops {
		where, args = where+" AND shop_id = ANY($2)", append(args, scope.Shops)
	}
	args = append(args, limit)
	last := "$2"
	if !scope.AllShops {
		last = "$3"
	}
	return db.List(tx, `/* insight.TopSKUs */ SELECT sku_id, SUM(units) AS pieces, SUM(amount) FROM insight_sku_days WHERE `+where+`
		GROUP BY sku_id ORDER BY pieces DESC, sku_id LIMIT `+last, func(r db.Row) (s SKUDay, err error) {
		err = r.Scan(&s.SKU, &s.Units, &s.Amount)
		return s, err
	}, args...)
}
