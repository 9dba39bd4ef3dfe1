package order

import (
	"baihuo/internal/db"
	"baihuo/internal/staff"
)

// toLeave are the words of orders that still have to leave the house, and dueKey when
// they must, none last. Both are written as the index order_cards_ship_by is, or that
// would not serve.
const (
	toLeave = `word IN ('wait_service', 'wait_finance', 'reviewed', 'wait_pick', 'wait_pack', 'wait_ship', 'part_out')`
	dueKey  = `(CASE WHEN ship_by = 0 THEN 9223372036854775807 ELSE ship_by END)`
)

// Due lists the orders of a scope that still have to leave and must do so before an
// instant, the most urgent first.
func Due(tx *db.Tx, scope staff.Scope, before db.Instant, limit int) ([]Card, error) {
	where, args := toLeave+" AND "+dueKey+" < $1", []any{before}
	if !scope.AllShops {
		args = append(args, scope.Shops)
		where += " AND shop_id = ANY($2)"
	}
	args = append(args, limit)
	return db.List(tx, `/* order.Due */ SELECT `+cardColumns+` FROM order_cards WHERE `+where+
		` ORDER BY `+dueKey+`, order_id LIMIT $`+digit(len(args)), scanCard, args...)
}

// CountDue counts what Due would list, up to most.
func CountDue(tx *db.Tx, scope staff.Scope, before db.Instant, most int) (int64, error) {
	where, args := toLeave+" AND "+dueKey+" < $1", []any{before}
	if !scope.AllShops {
		args = append(args, scope.Shops)
		where += " AND shop_id = ANY($2)"
	}
	args = append(args, most)
	return tx.Number(`/* order.CountDue */ SELECT COUNT(*) FROM (SELECT order_id FROM order_cards WHERE `+where+
		` LIMIT $`+digit(len(args))+`) AS counted`, args...)
}

// Oldest tells since when the longest waiting order of a scope at a word was ordered,
// 0 where there is none.
func Oldest(tx *db.Tx, scope staff.Scope, w Word) (at db.Instant, err error) {
	where, args := "word = $1", []any{w}
	if !scope.AllShops {
		args = append(args, scope.Shops)
		where += " AND shop_id = ANY($2)"
	}
	_, err = tx.One(`/* order.Oldest */ SELECT ordered_at FROM order_cards WHERE `+where+` ORDER BY order_id LIMIT 1`, []any{&at}, args...)
	return at, err
}
