package inventory

import (
	"fmt"

	"baihuo/internal/db"
)

// Audit proves the stock books and names each row that does not fit. proved
// counts what was looked at. On a live database it sees one snapshot.
//
//   - counters: playing all rows of a counter in the order of versions leaves no
//     version out, breaks no guard on the way and ends at the counter;
//   - ledger rows: the figures are those of their kind, the reservation is theirs;
//   - reservations: open = quantity - what the ledger released and shipped;
//     allocated = what the ledger allocated = what the allocations hold; reserved
//     of a counter = the sum of open;
//   - bins: on hand and unsellable of each lot in each bin = its ledger rows,
//     allocated = the open allocations there; nothing of a barred lot is sellable;
//   - transit: what transfers took out of warehouses = what they brought in, what is
//     under way and what was lost on the way, of each lot of each SKU.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	a := &auditor{tx: tx, proved: map[string]int64{}}
	for _, prove := range []func() error{a.counters, a.entries, a.reservations, a.reserved, a.bins, a.barred, a.transit} {
		if err := prove(); err != nil {
			return nil, nil, err
		}
	}
	return a.proved, a.breaches, nil
}

// breachesMax bounds the list of a broken database; the first rows tell enough.
const breachesMax = 1000

type auditor struct {
	tx       *db.Tx
	proved   map[string]int64
	breaches []string
}

func (a *auditor) breach(format string, args ...any) {
	if len(a.breaches) < breachesMax {
		a.breaches = append(a.breaches, fmt.Sprintf(format, args...))
	}
}

// each counts the rows of what is proved and hands on those that break it.
func (a *auditor) each(name, table, text string, scan func(db.Row) error) error {
	n, err := a.tx.Number(`/* inventory.Audit */ SELECT COUNT(*) FROM ` + table)
	if err != nil {
		return err
	}
	a.proved[name] = n
	return a.tx.Each(text, scan)
}

// counters plays every counter's rows. Rows of one version belong to one batch
// and count together.
func (a *auditor) counters() error {
	p := player{auditor: a, counters: map[int64]*Counter{}}
	var order []*Counter
	err := a.each("stock counter", "stock", `/* inventory.Audit */ SELECT `+counterColumns+` FROM stock ORDER BY stock_id`,
		func(r db.Row) error {
			c, err := scanCounter(r)
			p.counters[int64(c.stock)] = c
			order = append(order, c)
			return err
		})
	if err != nil {
		return err
	}
	err = a.tx.Each(`/* inventory.Audit */ SELECT stock_id, stock_version, SUM(on_hand), SUM(reserved), SUM(unsellable) FROM (
		SELECT stock_id, stock_version, on_hand, reserved, unsellable FROM stock_ledger
		UNION ALL SELECT stock_id, stock_version, 0, qty, 0 FROM reservations) m
		GROUP BY stock_id, stock_version ORDER BY stock_id, stock_version`, func(r db.Row) error {
		var stock, version int64
		var d change
		if err := r.Scan(&stock, &version, &d.onHand, &d.reserved, &d.unsellable); err != nil {
			return err
		}
		p.play(stock, version, d)
		return nil
	})
	p.end()
	for _, c := range order {
		if !c.posted.touched && (c.version > 0 || c.OnHand > 0 || c.Reserved > 0 || c.Unsellable > 0) {
			a.breach("stock %d: the counter says %d/%d/%d at version %d, its ledger is empty (on hand/reserved/unsellable)",
				c.stock, c.OnHand, c.Reserved, c.Unsellable, c.version)
		}
	}
	return err
}

// player follows one counter after the other through their ledgers.
type player struct {
	*auditor
	counters       map[int64]*Counter
	stock, version int64
	sum            change
}

func (p *player) play(stock, version int64, d change) {
	if stock != p.stock {
		p.end()
		p.stock, p.version, p.sum = stock, 0, change{}
	}
	if version != p.version+1 {
		p.breach("stock %d: ledger rows of versions %d to %d are missing", stock, p.version+1, version-1)
	}
	p.version = version
	p.sum.onHand += d.onHand
	p.sum.reserved += d.reserved
	p.sum.unsellable += d.unsellable
	if p.sum.reserved < 0 || p.sum.unsellable < 0 || p.sum.onHand < p.sum.reserved+p.sum.unsellable {
		p.breach("stock %d version %d: on hand %d, reserved %d, unsellable %d",
			stock, version, p.sum.onHand, p.sum.reserved, p.sum.unsellable)
	}
}

func (p *player) end() {
	if p.stock == 0 {
		return
	}
	c := p.counters[p.stock]
	if c == nil {
		p.breach("stock %d: ledger rows without a counter", p.stock)
		return
	}
	c.posted.touched = true
	if c.version != p.version || c.OnHand != p.sum.onHand || c.Reserved != p.sum.reserved || c.Unsellable != p.sum.unsellable {
		p.breach("stock %d: the counter says %d/%d/%d at version %d, "+
			"its ledger %d/%d/%d at version %d (on hand/reserved/unsellable)",
			p.stock, c.OnHand, c.Reserved, c.Unsellable, c.version, p.sum.onHand, p.sum.reserved, p.sum.unsellable, p.version)
	}
}

func (a *auditor) entries() error {
	return a.each("stock ledger row", "stock_ledger", `/* inventory.Audit */ SELECT l.entry_id, l.stock_id, l.kind, l.qty
		FROM stock_ledger l LEFT JOIN reservations r ON r.reservation_id = l.reservation_id
		WHERE NOT CASE
			WHEN l.kind IN ('receive', 'return') THEN l.qty > 0 AND l.on_hand = l.qty AND l.reserved = 0
				AND l.unsellable IN (0, l.qty)
			WHEN l.kind IN ('adjust', 'count', 'transfer') THEN l.qty <> 0 AND l.on_hand = l.qty AND l.reserved = 0
				AND ABS(l.unsellable) <= ABS(l.qty)
			WHEN l.kind IN ('damage', 'bar') THEN l.qty < 0 AND l.on_hand = 0 AND l.reserved = 0 AND l.unsellable = -l.qty
			WHEN l.kind = 'release' THEN l.qty > 0 AND l.on_hand = 0 AND l.reserved = -l.qty AND l.unsellable = 0
			WHEN l.kind = 'ship' THEN l.qty > 0 AND l.on_hand = -l.qty AND l.reserved = -l.qty AND l.unsellable = 0
			ELSE l.qty > 0 AND l.on_hand = 0 AND l.reserved = 0 AND l.unsellable = 0 END
		OR (l.reservation_id > 0) <> (l.kind IN ('release', 'allocate', 'unallocate', 'pick', 'unpick', 'ship'))
		OR (l.reservation_id > 0 AND (r.reservation_id IS NULL OR r.stock_id <> l.stock_id OR r.order_id <> l.order_id
			OR r.line_id <> l.line_id))
		ORDER BY l.entry_id LIMIT 100`, func(r db.Row) error {
		var entry, stock, qty int64
		var kind string
		err := r.Scan(&entry, &stock, &kind, &qty)
		a.breach("stock %d: ledger row %d (%s %d) does not fit its kind or its reservation", stock, entry, kind, qty)
		return err
	})
}

func (a *auditor) reservations() error {
	return a.each("reservation", "reservations", `/* inventory.Audit */ SELECT r.reservation_id, r.qty_open,
		r.qty - COALESCE(l.gone, 0), r.qty_allocated, COALESCE(l.fixed, 0), COALESCE(a.open, 0)
		FROM reservations r LEFT JOIN (SELECT reservation_id,
			SUM(CASE WHEN kind IN ('release', 'ship') THEN qty ELSE 0 END) AS gone,
			SUM(CASE WHEN kind = 'allocate' THEN qty
				WHEN kind IN ('unallocate', 'unpick', 'ship') THEN -qty ELSE 0 END) AS fixed
			FROM stock_ledger WHERE reservation_id > 0 GROUP BY reservation_id) l ON l.reservation_id = r.reservation_id
		LEFT JOIN (SELECT reservation_id, SUM(qty_open) AS open FROM allocations GROUP BY reservation_id) a
			ON a.reservation_id = r.reservation_id
		WHERE r.qty_open <> r.qty - COALESCE(l.gone, 0) OR r.qty_allocated <> COALESCE(l.fixed, 0)
		OR r.qty_allocated <> COALESCE(a.open, 0) ORDER BY r.reservation_id LIMIT 100`, func(r db.Row) error {
		var key, open, openWant, allocated, fixed, held int64
		err := r.Scan(&key, &open, &openWant, &allocated, &fixed, &held)
		a.breach("reservation %d: open is %d, its ledger says %d; allocated is %d, its ledger says %d, its allocations %d",
			key, open, openWant, allocated, fixed, held)
		return err
	})
}

func (a *auditor) reserved() error {
	return a.each("allocation", "allocations", `/* inventory.Audit */ SELECT s.stock_id, s.qty_reserved, COALESCE(r.open, 0)
		FROM stock s LEFT JOIN (SELECT stock_id, SUM(qty_open) AS open FROM reservations GROUP BY stock_id) r
			ON r.stock_id = s.stock_id
		WHERE s.qty_reserved <> COALESCE(r.open, 0) ORDER BY s.stock_id LIMIT 100`, func(r db.Row) error {
		var stock, have, want int64
		err := r.Scan(&stock, &have, &want)
		a.breach("stock %d: reserved is %d, its reservations have %d open", stock, have, want)
		return err
	})
}

// bins: picked goods lie on the staging bin (1) until they are shipped.
func (a *auditor) bins() error {
	return a.each("lot in a bin", "stock_lots", `/* inventory.Audit */ SELECT stock_id, lot_id, bin_id,
		SUM(on_hand), SUM(allocated), SUM(unsellable) FROM (
		SELECT stock_id, lot_id, bin_id, qty_on_hand AS on_hand, qty_allocated AS allocated, qty_unsellable AS unsellable
			FROM stock_lots
		UNION ALL SELECT stock_id, lot_id, CASE WHEN kind = 'ship' THEN 1 ELSE bin_id END,
			CASE WHEN kind = 'pick' THEN qty WHEN kind = 'unpick' THEN -qty ELSE -on_hand END, 0, -unsellable FROM stock_ledger
		UNION ALL SELECT stock_id, lot_id, 1, CASE WHEN kind = 'pick' THEN -qty ELSE qty END, 0, 0 FROM stock_ledger
			WHERE kind IN ('pick', 'unpick')
		UNION ALL SELECT stock_id, lot_id, bin_id, 0, qty_picked - qty_open, 0 FROM allocations
		UNION ALL SELECT stock_id, lot_id, 1, 0, -qty_picked, 0 FROM allocations) m
		GROUP BY stock_id, lot_id, bin_id HAVING SUM(on_hand) <> 0 OR SUM(allocated) <> 0 OR SUM(unsellable) <> 0
		ORDER BY stock_id, lot_id, bin_id LIMIT 100`, func(r db.Row) error {
		var stock, lot, bin, onHand, allocated, unsellable int64
		err := r.Scan(&stock, &lot, &bin, &onHand, &allocated, &unsellable)
		a.breach("stock %d lot %d bin %d: on hand is off by %d, allocated by %d, unsellable by %d",
			stock, lot, bin, onHand, allocated, unsellable)
		return err
	})
}

func (a *auditor) barred() error {
	return a.each("barred lot", "lots WHERE barred", `/* inventory.Audit */ SELECT s.stock_id, s.lot_id, s.bin_id,
		s.qty_on_hand - s.qty_allocated - s.qty_unsellable FROM stock_lots s JOIN lots l ON l.lot_id = s.lot_id
		WHERE l.barred AND s.qty_on_hand > s.qty_allocated + s.qty_unsellable
		ORDER BY s.stock_id, s.lot_id, s.bin_id LIMIT 100`, func(r db.Row) error {
		var stock, lot, bin, qty int64
		err := r.Scan(&stock, &lot, &bin, &qty)
		a.breach("stock %d lot %d bin %d: the lot is barred, yet %d pieces may be sold", stock, lot, bin, qty)
		return err
	})
}

func (a *auditor) transit() error {
	return a.each("transfer", "stock_transfers", `/* inventory.Audit */ SELECT sku_id, lot_id, SUM(qty) FROM (
		SELECT s.sku_id, l.lot_id, l.on_hand AS qty FROM stock_ledger l JOIN stock s ON s.stock_id = l.stock_id WHERE l.kind = 'transfer'
		UNION ALL SELECT sku_id, lot_id, qty_sent - qty_received FROM stock_transfer_lines) m
		GROUP BY sku_id, lot_id HAVING SUM(qty) <> 0 ORDER BY sku_id, lot_id LIMIT 100`, func(r db.Row) error {
		var sku, lot, qty int64
		err := r.Scan(&sku, &lot, &qty)
		a.breach("SKU %d lot %d: transfers are off by %d pieces", sku, lot, qty)
		return err
	})
}
