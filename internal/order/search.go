package order

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// tailSize is how many characters of an order number's end are indexed, and so the
// shortest end that finds an order.
const tailSize = 4

// Tail is the end of an order number, by which it is found.
func Tail(number string) string {
	runes := []rune(strings.ToUpper(strings.TrimSpace(number)))
	return string(runes[max(0, len(runes)-tailSize):])
}

// ByNumber gives the orders that any of some shops calls by one of the numbers.
func ByNumber(tx *db.Tx, shops []id.Shop, numbers []string) (map[string][]id.Order, error) {
	found := map[string][]id.Order{}
	if len(shops) == 0 || len(numbers) == 0 {
		return found, nil
	}
	err := tx.Each(`/* order.ByNumber */ SELECT external_no, order_id FROM orders WHERE shop_id = ANY($1) AND external_no = ANY($2)
		ORDER BY order_id`, func(r db.Row) error {
		var no string
		var o id.Order
		err := r.Scan(&no, &o)
		found[no] = append(found[no], o)
		return err
	}, shops, numbers)
	return found, err
}

// ByTail gives the cards of orders whose number ends so, the newest first: at least
// four characters, however they are written.
func ByTail(tx *db.Tx, scope staff.Scope, end string, limit int) ([]Card, error) {
	end = strings.ToUpper(strings.TrimSpace(end))
	if len([]rune(end)) < tailSize {
		return nil, nil
	}
	w := &clauses{}
	w.add("tail = $", Tail(end))
	if len([]rune(end)) > tailSize {
		w.add(`UPPER(external_no) LIKE '%' || $ ESCAPE '\'`, escapeLike(end))
	}
	if !scope.AllShops {
		w.add("shop_id = ANY($)", scope.Shops)
	}
	w.args = append(w.args, min(max(limit, 1), listMax))
	return db.List(tx, `/* order.ByTail */ SELECT `+cardColumns+` FROM order_cards WHERE `+w.text()+
		` ORDER BY order_id DESC LIMIT $`+digit(len(w.args)), scanCard, w.args...)
}
