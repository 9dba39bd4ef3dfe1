package order

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Sort is what a page of orders is sorted by.
type Sort string

// The sorts: newest first, soonest to ship first (of what has not left), dearest first,
// the same goods together (of what has not left).
const (
	ByOrdered Sort = "ordered"
	ByShipBy  Sort = "ship_by"
	ByAmount  Sort = "amount"
	ByGoods   Sort = "goods"
)

// Browsing chooses orders for a page of the list. Zero fields do not filter.
type Browsing struct {
	Words []Word
	Shops []id.Shop
	// Warehouse is the code of one that holds its stock.
	Warehouse      string
	Blocked, Short bool
	Flags          []int
	Tag            string
	Province       string
	// From and To (not in it) bound the time it was ordered.
	From, To db.Instant
	// PaidMin and PaidMax bound what was paid, in minor units.
	PaidMin, PaidMax int64
	Message, Memo    bool
	SKUs             []id.SKU
	// Goods leaves what has not left and is made of these: see Alike.
	Goods []int64
	// Due leaves what has not left and must before an instant.
	Due db.Instant
	// Scope leaves the orders of its shops; the zero Scope sees nothing.
	Scope staff.Scope

	Sort Sort
	// Turned lists the other way round.
	Turned bool
	// After is where the page before ended.
	After Mark
	// Limit is at most 500.
	Limit int
}

// Mark is a place in a sorted list: the value sorted by, and the order.
type Mark struct {
	Value int64
	Order id.Order
}

// Sheaf is a page of orders. Of all that fit, Total are counted up to TotalMax; More
// says that there are further pages, which begin after Next.
type Sheaf struct {
	Cards []Card
	Total int
	More  bool
	Next  Mark
}

// TotalMax is how far the orders that fit a filter are counted.
const TotalMax = 10_000

// leaving are the words of orders that are paid for, have not wholly left and can be
// late, as toLeave names them.
var leaving = []Word{WaitService, WaitFinance, Reviewed, WaitPick, WaitPack, WaitShip, PartOut}

// Leaving says that an order at this word has goods that must still leave.
func (w Word) Leaving() bool { return slices.Contains(leaving, w) }

// Browse gives a page of the list. The ids of a page come from an index that holds all
// that is filtered by; cards are read for those that are shown alone.
func Browse(tx *db.Tx, f Browsing) (s Sheaf, err error) {
	f.Limit = min(max(f.Limit, 1), listMax)
	marks, err := f.marks(tx, f.After, TotalMax+1)
	if err != nil {
		return s, err
	}
	s.Total = len(marks)
	if f.After != (Mark{}) {
		if s.Total, err = f.count(tx); err != nil {
			return s, err
		}
	}
	if s.More = len(marks) > f.Limit; s.More {
		marks = marks[:f.Limit]
		s.Next = marks[len(marks)-1]
	}
	ids := make([]id.Order, len(marks))
	for i, m := range marks {
		ids[i] = m.Order
	}
	cards, err := Cards(tx, ids)
	for _, n := range ids {
		s.Cards = append(s.Cards, cards[n])
	}
	return s, err
}

// IDs gives the orders that fit, in the order of the list and after a mark, at most limit.
func (f Browsing) IDs(tx *db.Tx, limit int) ([]id.Order, error) {
	marks, err := f.marks(tx, f.After, limit)
	ids := make([]id.Order, len(marks))
	for i, m := range marks {
		ids[i] = m.Order
	}
	return ids, err
}

// Beside gives the neighbours of a card in the list that f describes, 0 where it ends.
func (f Browsing) Beside(tx *db.Tx, c Card) (before, after id.Order, err error) {
	at := Mark{Order: c.Order}
	switch f.Sort {
	case ByShipBy:
		at.Value = dueOf(c.ShipBy)
	case ByAmount:
		at.Value = c.Paid
	case ByGoods:
		at.Value = c.Goods
	default:
		at.Value = int64(c.OrderedAt)
	}
	next, err := f.marks(tx, at, 1)
	if err != nil {
		return 0, 0, err
	}
	f.Turned = !f.Turned
	last, err := f.marks(tx, at, 1)
	if len(next) > 0 {
		after = next[0].Order
	}
	if len(last) > 0 {
		before = last[0].Order
	}
	return before, after, err
}

// dueOf is the time to ship by as lists sort it: none comes last.
func dueOf(at db.Instant) int64 {
	if at == 0 {
		return math.MaxInt64
	}
	return int64(at)
}

func (f Browsing) marks(tx *db.Tx, after Mark, limit int) ([]Mark, error) {
	w, err := f.where(tx)
	if err != nil || w == nil {
		return nil, err
	}
	key, down := f.key()
	if after != (Mark{}) {
		sign := "<"
		if !down {
			sign = ">"
		}
		w.add("("+key+", order_id) "+sign+" ($, $)", after.Value, int64(after.Order))
	}
	way := " DESC"
	if !down {
		way = ""
	}
	w.args = append(w.args, limit)
	return db.List(tx, fmt.Sprintf(`/* order.Browse */ SELECT %s, order_id FROM order_cards WHERE %s ORDER BY %s%s, order_id%s LIMIT $%d`,
		key, w.text(), key, way, way, len(w.args)), func(r db.Row) (m Mark, err error) { return m, r.Scan(&m.Value, &m.Order) }, w.args...)
}

func (f Browsing) count(tx *db.Tx) (int, error) {
	w, err := f.where(tx)
	if err != nil || w == nil {
		return 0, err
	}
	w.args = append(w.args, TotalMax+1)
	n, err := tx.Number(fmt.Sprintf(`/* order.Browse */ SELECT COUNT(*) FROM (SELECT 1 FROM order_cards WHERE %s LIMIT $%d) n`,
		w.text(), len(w.args)), w.args...)
	return int(n), err
}

// key is the column sorted by and whether the greatest comes first.
func (f Browsing) key() (column string, down bool) {
	switch f.Sort {
	case ByShipBy:
		return dueKey, f.Turned
	case ByAmount:
		return "amount_paid", !f.Turned
	case ByGoods:
		return "goods", f.Turned
	}
	return "ordered_at", !f.Turned
}

// clauses are conditions with their arguments: each $ of a condition stands for one.
type clauses struct {
	parts []string
	args  []any
}

func (w *clauses) add(condition string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "$", "\x00"+fmt.Sprint(len(w.args)), 1)
	}
	w.parts = append(w.parts, strings.ReplaceAll(condition, "\x00", "$"))
}

func (w *clauses) text() string {
	if len(w.parts) == 0 {
		return "order_id > 0"
	}
	return strings.Join(w.parts, " AND ")
}

// where gives the conditions, nil where nothing can fit.
func (f Browsing) where(tx *db.Tx) (*clauses, error) {
	w := &clauses{}
	words := f.Words
	if f.Due > 0 || f.Sort == ByShipBy || f.Sort == ByGoods || len(f.Goods) > 0 {
		words = overlap(words, leaving)
	}
	shops := f.Shops
	if !f.Scope.AllShops {
		shops = overlap(shops, f.Scope.Shops)
	}
	if len(words) == 0 && len(f.Words) > 0 || len(shops) == 0 && (len(f.Shops) > 0 || !f.Scope.AllShops) {
		return nil, nil
	}
	switch {
	case len(words) == 1:
		w.add("word = $", string(words[0]))
	case len(words) > 1:
		// Named in the text, so that the planner knows the partial index of ByShipBy.
		w.add("word IN ('" + strings.Join(texts(words), "', '") + "')")
	}
	switch {
	case len(shops) == 1:
		w.add("shop_id = $", int64(shops[0]))
	case len(shops) > 1:
		w.add("shop_id = ANY($)", shops)
	}
	f.whereFacts(w)
	return w, f.whereGoods(tx, w)
}

func (f Browsing) whereFacts(w *clauses) {
	for _, yes := range []struct {
		on     bool
		column string
	}{{f.Blocked, "blocked"}, {f.Short, "short"}, {f.Message, "has_message"}, {f.Memo, "has_memo"}} {
		if yes.on {
			w.add(yes.column)
		}
	}
	if f.Warehouse != "" {
		w.add(`' ' || warehouses || ' ' LIKE '% ' || $ || ' %' ESCAPE '\'`, escapeLike(f.Warehouse))
	}
	if len(f.Flags) > 0 {
		flags := make([]int64, len(f.Flags))
		for i, n := range f.Flags {
			flags[i] = int64(n)
		}
		w.add("flag = ANY($)", flags)
	}
	if f.Tag != "" {
		w.add(`tags <> '' AND ' ' || tags || ' ' LIKE '% ' || $ || ' %' ESCAPE '\'`, escapeLike(f.Tag))
	}
	if len(f.Goods) > 0 {
		w.add("goods = ANY($)", f.Goods)
	}
	if f.Province != "" {
		w.add("province = $", f.Province)
	}
	for _, bound := range []struct {
		condition string
		value     int64
	}{{"ordered_at >= $", int64(f.From)}, {"ordered_at < $", int64(f.To)}, {"amount_paid >= $", f.PaidMin}, {"amount_paid <= $", f.PaidMax}} {
		if bound.value > 0 {
			w.add(bound.condition, bound.value)
		}
	}
	if f.Due > 0 {
		w.add("ship_by > 0 AND ship_by < $", int64(f.Due))
	}
}

// skuMost is up to how many orders of a SKU are named one by one; beyond, each order
// that fits otherwise is looked at.
const skuMost = 2000

func (f Browsing) whereGoods(tx *db.Tx, w *clauses) error {
	if len(f.SKUs) == 0 {
		return nil
	}
	ids, err := db.List(tx, `/* order.Browse */ SELECT DISTINCT order_id FROM order_lines WHERE sku_id > 0 AND sku_id = ANY($1)
		ORDER BY order_id LIMIT $2`, scanID, f.SKUs, skuMost+1)
	if err != nil {
		return err
	}
	if len(ids) <= skuMost {
		w.add("order_id = ANY($)", ids)
	} else {
		w.add(`EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = order_cards.order_id AND l.sku_id = ANY($))`, f.SKUs)
	}
	return nil
}

func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

func texts(words []Word) (list []string) {
	for _, w := range words {
		list = append(list, string(w))
	}
	return list
}

// overlap gives what stands in both; an empty wish means all of may.
func overlap[T comparable](wish, may []T) (both []T) {
	if len(wish) == 0 {
		return may
	}
	for _, one := range wish {
		if slices.Contains(may, one) {
			both = append(both, one)
		}
	}
	return both
}
