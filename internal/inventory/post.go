package inventory

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// change is what a batch does to one counter.
type change struct {
	onHand, reserved, unsellable int64
	touched                      bool
}

// entry is one row of the stock ledger, with what it does to the counter.
type entry struct {
	counter     *Counter
	kind        string
	qty         int64
	onHand      int64
	reserved    int64
	unsellable  int64
	lot         id.Lot
	bin         id.Bin
	reservation id.Reservation
	order       id.Order
	line        id.Line
	pack        id.Package
	reference   string
}

// slotKey is one lot in one bin of a counter.
type slotKey struct {
	stock id.Stock
	lot   id.Lot
	bin   id.Bin
}

type binChange struct{ onHand, allocated, unsellable int64 }

// post books an entry on its counter in memory; save writes it.
func (l *Levels) post(e entry) {
	e.counter.touch(e.onHand, e.reserved, e.unsellable)
	l.entries = append(l.entries, e)
}

func (c *Counter) touch(onHand, reserved, unsellable int64) {
	c.OnHand += onHand
	c.Reserved += reserved
	c.Unsellable += unsellable
	c.posted.onHand += onHand
	c.posted.reserved += reserved
	c.posted.unsellable += unsellable
	c.posted.touched = true
}

// put books a change of what lies in a bin of a lot.
func (l *Levels) put(c *Counter, lot id.Lot, bin id.Bin, d binChange) {
	if l.bins == nil {
		l.bins = map[slotKey]*binChange{}
	}
	key := slotKey{c.stock, lot, bin}
	have := l.bins[key]
	if have == nil {
		have = &binChange{}
		l.bins[key] = have
	}
	have.onHand += d.onHand
	have.allocated += d.allocated
	have.unsellable += d.unsellable
}

// save writes every touched counter once, then quotas, bins and ledger rows.
// The statement repeats the guard and looks at the version, so its count says
// whether what was decided still holds.
func (l *Levels) save(tx *db.Tx) error {
	update := tx.Batch(`/* inventory.save */ WITH v (stock_id, version, on_hand, reserved, unsellable) AS (VALUES {rows})
		UPDATE stock SET qty_on_hand = stock.qty_on_hand + v.on_hand, qty_reserved = stock.qty_reserved + v.reserved,
		qty_unsellable = stock.qty_unsellable + v.unsellable, version = stock.version + 1
		FROM v WHERE stock.stock_id = v.stock_id AND stock.version = v.version
		AND stock.qty_on_hand + v.on_hand >= stock.qty_reserved + v.reserved + stock.qty_unsellable + v.unsellable`,
		"BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT")
	for _, c := range l.order {
		if c.posted.touched {
			update.Add(int64(c.stock), c.version, c.posted.onHand, c.posted.reserved, c.posted.unsellable)
		}
	}
	n, err := update.Run()
	if err != nil {
		return err
	}
	if n != int64(update.Len()) {
		return ErrDrift
	}
	for _, write := range []func(*db.Tx) error{l.saveQuotas, l.saveBins, l.saveEntries} {
		if err := write(tx); err != nil {
			return err
		}
	}
	for _, c := range l.order {
		if c.posted.touched {
			c.version++
			c.posted = change{}
		}
	}
	return nil
}

func (l *Levels) saveEntries(tx *db.Tx) error {
	rows := tx.Batch(`/* inventory.save */ INSERT INTO stock_ledger (entry_id, stock_id, stock_version, kind, qty, on_hand,
		reserved, unsellable, lot_id, bin_id, reservation_id, order_id, line_id, package_id, reference, actor, cause, at)
		VALUES {rows}`)
	by, now := tx.By(), int64(tx.Now())
	for _, e := range l.entries {
		rows.Add(tx.NewID(), int64(e.counter.stock), e.counter.version+1, e.kind, e.qty, e.onHand, e.reserved, e.unsellable,
			int64(e.lot), int64(e.bin), int64(e.reservation), int64(e.order), int64(e.line), int64(e.pack), e.reference,
			by.Actor, by.Cause, now)
	}
	l.entries = nil
	_, err := rows.Run()
	return err
}

func (l *Levels) saveBins(tx *db.Tx) error {
	open := tx.Batch(`/* inventory.saveBins */ INSERT INTO stock_lots (stock_id, lot_id, bin_id, qty_on_hand) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	update := tx.Batch(`/* inventory.saveBins */ WITH v (stock_id, lot_id, bin_id, on_hand, allocated, unsellable)
		AS (VALUES {rows})
		UPDATE stock_lots SET qty_on_hand = stock_lots.qty_on_hand + v.on_hand,
		qty_allocated = stock_lots.qty_allocated + v.allocated, qty_unsellable = stock_lots.qty_unsellable + v.unsellable
		FROM v WHERE stock_lots.stock_id = v.stock_id AND stock_lots.lot_id = v.lot_id AND stock_lots.bin_id = v.bin_id`,
		"BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT")
	for _, key := range l.touchedSlots() {
		d := l.bins[key]
		if d.onHand > 0 {
			open.Add(int64(key.stock), int64(key.lot), int64(key.bin), 0)
		}
		update.Add(int64(key.stock), int64(key.lot), int64(key.bin), d.onHand, d.allocated, d.unsellable)
	}
	l.bins = nil
	if _, err := open.Run(); err != nil {
		return err
	}
	n, err := update.Run()
	if err == nil && n != int64(update.Len()) {
		return ErrDrift
	}
	return err
}

// touchedSlots gives the slots that really change, in the order of their key.
func (l *Levels) touchedSlots() []slotKey {
	keys := make([]slotKey, 0, len(l.bins))
	for key, d := range l.bins {
		if *d != (binChange{}) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b slotKey) int {
		return cmp.Or(cmp.Compare(a.stock, b.stock), cmp.Compare(a.lot, b.lot), cmp.Compare(a.bin, b.bin))
	})
	return keys
}
