package inventory

import (
	"cmp"
	"math"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Balance is what a counter said after an entry.
type Balance struct{ OnHand, Reserved, Unsellable int64 }

// Free is what was free then.
func (b Balance) Free() int64 { return b.OnHand - b.Reserved - b.Unsellable }

func (b Balance) before(e Entry) Balance {
	return Balance{b.OnHand - e.OnHand, b.Reserved - e.Reserved, b.Unsellable - e.Unsellable}
}

// Booked is a row of the ledger with the balance after it.
type Booked struct {
	Entry
	After Balance
}

// Leaf is a page of the ledger read backwards. What stands before a mark never
// changes, so the mark and the balance of the last row lead to the next page.
type Leaf struct {
	Before Mark // 0 for the newest row
	At     Balance
	// Kinds leaves rows of these kinds; none leaves all. Until leaves rows no later
	// than it; 0 leaves all.
	Kinds []string
	Until db.Instant
	Limit int
}

// leavesMost bounds how many pieces of the ledger one page of a filter reads.
const leavesMost = 20

// Back gives what happened at a place before a mark, the newest first, with the
// balance after each row. next is the leaf to go on from; its Limit is 0 at the
// ledger's first row. Fault: ErrNoStock.
func Back(tx *db.Tx, p Place, leaf Leaf) (rows []Booked, next Leaf, err error) {
	stock, err := stockOf(tx, p)
	if err != nil {
		return nil, leaf, err
	}
	limit := bounded(leaf.Limit)
	if leaf.Before == (Mark{}) {
		leaf.Before = Mark{Version: math.MaxInt64, ID: math.MaxInt64}
		if _, err = tx.One(`/* inventory.Back */ SELECT qty_on_hand, qty_reserved, qty_unsellable FROM stock WHERE stock_id = $1`,
			[]any{&leaf.At.OnHand, &leaf.At.Reserved, &leaf.At.Unsellable}, stock); err != nil {
			return nil, leaf, err
		}
	}
	for range leavesMost {
		entries, first, err := backwards(tx, stock, leaf.Before, limit)
		if err != nil {
			return nil, leaf, err
		}
		for _, e := range entries {
			if leaf.wants(e) {
				rows = append(rows, Booked{Entry: e, After: leaf.At})
			}
			leaf.At, leaf.Before = leaf.At.before(e), e.Mark
			if len(rows) == limit {
				return rows, leaf, nil
			}
		}
		if first {
			leaf.Limit = 0
			return rows, leaf, nil
		}
	}
	return rows, leaf, nil
}

func (l Leaf) wants(e Entry) bool {
	return (len(l.Kinds) == 0 || slices.Contains(l.Kinds, e.Kind)) && (l.Until == 0 || e.At <= l.Until)
}

// backwards gives the rows of a counter before a mark, the newest first; first says
// that none is older. Reservations have no order of their own by counter: those of the
// versions that the ledger's rows span are found by what is open and what later rows
// ended.
func backwards(tx *db.Tx, stock id.Stock, before Mark, limit int) (entries []Entry, first bool, err error) {
	entries, err = db.List(tx, `/* inventory.backwards */ SELECT stock_version, entry_id, kind, qty, on_hand, reserved, unsellable,
		lot_id, bin_id, order_id, line_id, package_id, reference, actor, cause, at FROM stock_ledger
		WHERE stock_id = $1 AND (stock_version, entry_id) < ($2, $3) ORDER BY stock_version DESC, entry_id DESC LIMIT $4`,
		scanEntry, stock, before.Version, before.ID, limit)
	if err != nil {
		return nil, false, err
	}
	since := Mark{}
	if first = len(entries) < limit; !first {
		since = entries[len(entries)-1].Mark
	}
	claims, err := db.List(tx, `/* inventory.backwards */ SELECT stock_version, reservation_id, 'reserve', qty, 0, qty, 0,
		0, 0, order_id, line_id, 0, '', '', cause, at FROM reservations
		WHERE (order_id, reservation_id) IN (SELECT order_id, reservation_id FROM reservations WHERE stock_id = $1 AND qty_open > 0
			UNION SELECT order_id, reservation_id FROM stock_ledger
			WHERE stock_id = $1 AND stock_version > $2 AND reservation_id > 0)
		AND (stock_version, reservation_id) > ($2, $3) AND (stock_version, reservation_id) < ($4, $5)`,
		scanEntry, stock, since.Version, since.ID, before.Version, before.ID)
	entries = append(entries, claims...)
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(b.Version, a.Version), cmp.Compare(b.ID, a.ID)) })
	return entries, first, err
}

func scanEntry(r db.Row) (e Entry, err error) {
	err = r.Scan(&e.Version, &e.ID, &e.Kind, &e.Qty, &e.OnHand, &e.Reserved, &e.Unsellable,
		&e.Lot, &e.Bin, &e.Order, &e.Line, &e.Package, &e.Reference, &e.Actor, &e.Cause, &e.At)
	return e, err
}
