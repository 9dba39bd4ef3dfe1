package inventory

import (
	"fmt"

	"baihuo/internal/db"
)

// Audit proves the stock books and names each row that does not fit. proved
// counts what was looked at.
//
//   - counters: playing all rows of a counter in the order of versions leaves no
//     version out, breaks no guard on the way and ends at the counter;
//   - reservations: open = quantity - what ledger rows released or shipped;
//     reserved of a counter = the sum of open;
//   - bins: on hand, allocated and unsellable of a counter = the sums of its bins;
//   - allocations: open of a reservation's portions = its allocated.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	if err := auditLedger(tx, proved, &breaches); err != nil {
		return nil, nil, err
	}
	for _, c := range sums {
		n, err := tx.Number(c.count)
		if err != nil {
			return nil, nil, err
		}
		proved[c.name] = n
		err = tx.Each(c.breach+" LIMIT 100", func(r db.Row) error {
			var key, want, have int64
			err := r.Scan(&key, &want, &have)
			breaches = append(breaches, fmt.Sprintf("%s %d: the books say %d, the sum of its rows is %d", c.name, key, want, have))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return proved, breaches, nil
}

// sums are the comparisons of a figure with the sum of the rows it stands for.
var sums = []struct{ name, count, breach string }{
	{
		"stock reserved", `/* inventory.Audit */ SELECT COUNT(*) FROM stock`,
		`/* inventory.Audit */ SELECT s.stock_id, s.qty_reserved, COALESCE(r.open, 0) FROM stock s LEFT JOIN
		(SELECT stock_id, SUM(qty_open) AS open FROM reservations GROUP BY stock_id) r ON r.stock_id = s.stock_id
		WHERE s.qty_reserved <> COALESCE(r.open, 0) ORDER BY s.stock_id`,
	},
	{
		"reservation", `/* inventory.Audit */ SELECT COUNT(*) FROM reservations`,
		`/* inventory.Audit */ SELECT r.reservation_id, r.qty_open, r.qty - COALESCE(l.gone, 0) FROM reservations r LEFT JOIN
		(SELECT reservation_id, SUM(qty) AS gone FROM stock_ledger WHERE kind IN ('release', 'ship') AND reservation_id > 0
		GROUP BY reservation_id) l ON l.reservation_id = r.reservation_id
		WHERE r.qty_open <> r.qty - COALESCE(l.gone, 0) ORDER BY r.reservation_id`,
	},
	{
		"reservation allocated", `/* inventory.Audit */ SELECT COUNT(*) FROM allocations`,
		`/* inventory.Audit */ SELECT r.reservation_id, r.qty_allocated, COALESCE(a.open, 0) FROM reservations r LEFT JOIN
		(SELECT reservation_id, SUM(qty_open) AS open FROM allocations GROUP BY reservation_id) a
		ON a.reservation_id = r.reservation_id WHERE r.qty_allocated <> COALESCE(a.open, 0) ORDER BY r.reservation_id`,
	},
	{
		"stock on hand in bins", `/* inventory.Audit */ SELECT COUNT(*) FROM stock_lots`,
		`/* inventory.Audit */ SELECT s.stock_id, s.qty_on_hand, COALESCE(l.n, 0) FROM stock s LEFT JOIN
		(SELECT stock_id, SUM(qty_on_hand) AS n FROM stock_lots GROUP BY stock_id) l ON l.stock_id = s.stock_id
		WHERE s.qty_on_hand <> COALESCE(l.n, 0) ORDER BY s.stock_id`,
	},
	{
		"stock unsellable in bins", `/* inventory.Audit */ SELECT COUNT(*) FROM stock_lots`,
		`/* inventory.Audit */ SELECT s.stock_id, s.qty_unsellable, COALESCE(l.n, 0) FROM stock s LEFT JOIN
		(SELECT stock_id, SUM(qty_unsellable) AS n FROM stock_lots GROUP BY stock_id) l ON l.stock_id = s.stock_id
		WHERE s.qty_unsellable <> COALESCE(l.n, 0) ORDER BY s.stock_id`,
	},
	{
		"stock allocated in bins", `/* inventory.Audit */ SELECT COUNT(*) FROM stock_lots`,
		`/* inventory.Audit */ SELECT s.stock_id, COALESCE(a.n, 0), COALESCE(l.n, 0) FROM stock s LEFT JOIN
		(SELECT stock_id, SUM(qty_allocated) AS n FROM stock_lots GROUP BY stock_id) l ON l.stock_id = s.stock_id LEFT JOIN
		(SELECT stock_id, SUM(qty_open) AS n FROM allocations GROUP BY stock_id) a ON a.stock_id = s.stock_id
		WHERE COALESCE(a.n, 0) <> COALESCE(l.n, 0) ORDER BY s.stock_id`,
	},
}

// auditLedger plays every counter's rows. Rows of one version belong to one
// batch and count together.
func auditLedger(tx *db.Tx, proved map[string]int64, breaches *[]string) error {
	counters := map[int64]*Counter{}
	err := tx.Each(`/* inventory.Audit */ SELECT `+counterColumns+` FROM stock`, func(r db.Row) error {
		c, err := scanCounter(r)
		counters[int64(c.stock)] = c
		return err
	})
	if err != nil {
		return err
	}
	proved["stock counter"] = int64(len(counters))
	p := player{breaches: breaches}
	err = tx.Each(`/* inventory.Audit */ SELECT stock_id, stock_version, SUM(on_hand), SUM(reserved), SUM(unsellable), SUM(n) FROM (
		SELECT stock_id, stock_version, on_hand, reserved, unsellable, 1 AS n FROM stock_ledger
		UNION ALL SELECT stock_id, stock_version, 0, qty, 0, 1 FROM reservations) m
		GROUP BY stock_id, stock_version ORDER BY stock_id, stock_version`, func(r db.Row) error {
		var stock, version, onHand, reserved, unsellable, n int64
		if err := r.Scan(&stock, &version, &onHand, &reserved, &unsellable, &n); err != nil {
			return err
		}
		proved["stock ledger row"] += n
		p.play(counters, stock, version, change{onHand: onHand, reserved: reserved, unsellable: unsellable})
		return nil
	})
	if err != nil {
		return err
	}
	p.end(counters)
	for stock, c := range counters {
		if c.version > 0 && !p.seen[stock] {
			p.breach("stock %d: the counter says version %d, its ledger is empty", stock, c.version)
		}
	}
	return nil
}

type player struct {
	stock, version int64
	sum            change
	seen           map[int64]bool
	breaches       *[]string
}

func (p *player) breach(format string, args ...any) {
	*p.breaches = append(*p.breaches, fmt.Sprintf(format, args...))
}

func (p *player) play(counters map[int64]*Counter, stock, version int64, d change) {
	if stock != p.stock {
		p.end(counters)
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
		p.breach("stock %d version %d: on hand %d, reserved %d, unsellable %d", stock, version, p.sum.onHand, p.sum.reserved, p.sum.unsellable)
	}
}

func (p *player) end(counters map[int64]*Counter) {
	if p.stock == 0 {
		return
	}
	if p.seen == nil {
		p.seen = map[int64]bool{}
	}
	p.seen[p.stock] = true
	c := counters[p.stock]
	if c == nil {
		p.breach("stock %d: ledger rows without a counter", p.stock)
		return
	}
	if c.version != p.version || c.OnHand != p.sum.onHand || c.Reserved != p.sum.reserved || c.Unsellable != p.sum.unsellable {
		p.breach("stock %d: the counter says %d/%d/%d at version %d, its ledger %d/%d/%d at version %d (on hand/reserved/unsellable)",
			p.stock, c.OnHand, c.Reserved, c.Unsellable, c.version, p.sum.onHand, p.sum.reserved, p.sum.unsellable, p.version)
	}
}
