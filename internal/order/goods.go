package order

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Orders with the same goods are packed in series: the same pieces of the same SKUs, in
// whatever order and on however many lines a channel names them.

// portion is how many pieces of something an order is to bring; code names what the
// catalog does not know.
type portion struct {
	sku  id.SKU
	code string
	qty  int64
}

// ToPack are the lines whose goods are put into parcels, sent or not: no bundles, whose
// components are named beside them, no charges, and nothing that was wholly cancelled.
func (o *Order) ToPack() (lines []*Line) {
	for _, l := range o.Lines {
		if l.Kind != Bundle && l.Kind != Charge && l.Ordered > l.Cancelled {
			lines = append(lines, l)
		}
	}
	return lines
}

// goodsKey is what an order is made of as one number: equal goods, equal number. It is
// never 0, which stands for not worked out. Every order that is taken pays for it.
func (o *Order) goodsKey() int64 {
	var list []portion
	for _, l := range o.ToPack() {
		p := portion{sku: l.SKU, qty: l.Ordered - l.Cancelled}
		if l.SKU == 0 {
			p.code = l.Code
		}
		i := slices.IndexFunc(list, func(have portion) bool { return have.sku == p.sku && have.code == p.code })
		if i < 0 {
			list = append(list, p)
		} else {
			list[i].qty += p.qty
		}
	}
	slices.SortFunc(list, func(a, b portion) int { return cmp.Or(cmp.Compare(a.sku, b.sku), cmp.Compare(a.code, b.code)) })
	var text []byte
	for _, p := range list {
		text = binary.BigEndian.AppendUint64(text, uint64(p.sku))
		text = binary.BigEndian.AppendUint64(text, uint64(p.qty))
		text = append(append(text, p.code...), 0)
	}
	sum := sha256.Sum256(text)
	return max(int64(binary.BigEndian.Uint64(sum[:8])>>1), 1)
}

// Alike are orders that have not left and hold the same goods.
type Alike struct {
	Goods  int64
	Orders int
	// First is one of them; ShipBy is when the most urgent must leave, 0 for never.
	First  id.Order
	ShipBy db.Instant
}

// alikeMost is how many orders are told apart by their goods, those that must leave
// first; alikeShown is how many kinds of them a page has.
const (
	alikeMost  = TotalMax
	alikeShown = 200
)

// SameGoods puts the orders of a filter that have not left into groups of the same
// goods, the largest first. It looks at the 10,000 that must leave first: cut says that
// there are more. Of the groups it gives 200.
func SameGoods(tx *db.Tx, f Browsing) (groups []Alike, looked int, cut bool, err error) {
	f.Sort, f.Turned, f.After = ByShipBy, false, Mark{}
	w, err := f.where(tx)
	if err != nil || w == nil {
		return nil, 0, false, err
	}
	w.args = append(w.args, alikeMost+1)
	limit := len(w.args)
	err = tx.Each(fmt.Sprintf(`/* order.SameGoods */ SELECT goods, COUNT(*), MIN(order_id), MIN(due) FROM
		(SELECT goods, order_id, %[1]s AS due FROM order_cards WHERE %[2]s ORDER BY %[1]s, order_id LIMIT $%[3]d) g
		GROUP BY goods ORDER BY COUNT(*) DESC, goods`, dueKey, w.text(), limit), func(r db.Row) error {
		var a Alike
		var due int64
		if err := r.Scan(&a.Goods, &a.Orders, &a.First, &due); err != nil {
			return err
		}
		if due < dueOf(0) {
			a.ShipBy = db.Instant(due)
		}
		looked += a.Orders
		if len(groups) < alikeShown && a.Goods != 0 {
			groups = append(groups, a)
		}
		return nil
	}, w.args...)
	return groups, min(looked, alikeMost), looked > alikeMost, err
}

// Regroup works out the goods of orders that have not left and were written before
// goods were told apart, at most limit at once, and gives how many those were.
func Regroup(tx *db.Tx, limit int) (int, error) {
	ids, err := db.List(tx, `/* order.Regroup */ SELECT order_id FROM order_cards WHERE goods = 0 AND word IN ('`+
		strings.Join(texts(leaving), "', '")+`') ORDER BY order_id LIMIT $1`, scanID, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	locked, err := Lock(tx, ids)
	if err != nil {
		return 0, err
	}
	rows := tx.Batch(`/* order.Regroup */ WITH v (order_id, goods) AS (VALUES {rows}) UPDATE order_cards SET goods = v.goods
		FROM v WHERE order_cards.order_id = v.order_id`, "BIGINT", "BIGINT")
	for _, o := range locked {
		rows.Add(int64(o.ID), o.goodsKey())
	}
	_, err = rows.Run()
	return len(ids), err
}
