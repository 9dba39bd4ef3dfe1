package review

import (
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Claim says who works on an order at the review desk, and until when.
type Claim struct {
	Order       id.Order
	Actor, Name string
	Until       db.Instant
}

// ClaimLasts is how long a claim holds others off when it is not renewed.
const ClaimLasts = 5 * time.Minute

// ErrClaimed refuses a decision about an order that somebody else works on.
var ErrClaimed = fault.New(fault.Conflict, "review_claimed", "%s 正在处理这个订单,还有 %d 分钟;请换一单,或稍后再来",
	"%s works on this order, for another %d minutes; take another one or come back later")

// Take claims an order for the actor of tx, or renews the claim, and gives who has it
// now: somebody else, when they were first and their time is not over.
func Take(tx *db.Tx, order id.Order, name string) (Claim, error) {
	mine := Claim{Order: order, Actor: tx.By().Actor, Name: name, Until: tx.Now().Add(ClaimLasts)}
	n, err := tx.Exec(`/* review.Take */ INSERT INTO review_claims (order_id, actor, name, until_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (order_id) DO UPDATE SET actor = excluded.actor, name = excluded.name, until_at = excluded.until_at
		WHERE review_claims.actor = excluded.actor OR review_claims.until_at <= $5`, order, mine.Actor, mine.Name, mine.Until, tx.Now())
	if err != nil || n == 1 {
		return mine, err
	}
	claims, err := Claims(tx, []id.Order{order})
	return claims[order], err
}

// Claims gives the claims on orders that hold now.
func Claims(tx *db.Tx, orders []id.Order) (map[id.Order]Claim, error) {
	claims := map[id.Order]Claim{}
	err := tx.Each(`/* review.Claims */ SELECT order_id, actor, name, until_at FROM review_claims
		WHERE order_id = ANY($1) AND until_at > $2`, func(r db.Row) error {
		var c Claim
		err := r.Scan(&c.Order, &c.Actor, &c.Name, &c.Until)
		claims[c.Order] = c
		return err
	}, orders, tx.Now())
	return claims, err
}

// Unclaimed refuses, with ErrClaimed, when somebody else works on one of the orders.
func Unclaimed(tx *db.Tx, orders []id.Order) error {
	claims, err := Claims(tx, orders)
	for _, n := range orders {
		if c, there := claims[n]; there && c.Actor != tx.By().Actor {
			left := c.Until.Time().Sub(tx.Now().Time())
			return ErrClaimed.With(c.Name, int(left.Minutes())+1)
		}
	}
	return err
}

// GiveUp ends the actor's claims on orders.
func GiveUp(tx *db.Tx, orders []id.Order) error {
	_, err := tx.Exec(`/* review.GiveUp */ DELETE FROM review_claims WHERE order_id = ANY($1) AND actor = $2`, orders, tx.By().Actor)
	return err
}

// ForgetClaims deletes claims that are long over, up to limit.
func ForgetClaims(tx *db.Tx, limit int) (int, error) {
	n, err := tx.Exec(`/* review.ForgetClaims */ DELETE FROM review_claims WHERE order_id IN (SELECT order_id FROM review_claims
		WHERE until_at <= $1 ORDER BY order_id LIMIT $2)`, tx.Now().Add(-24*time.Hour), limit)
	return int(n), err
}
