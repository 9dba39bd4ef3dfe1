package inventory

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Proof is what Prove looked at, and what does not fit.
type Proof struct {
	Rows, Versions, Claims, Slots int64
	Breaches                      []Breach
}

// Breach is a figure that does not fit, in both languages.
type Breach struct{ ZH, EN string }

func (p *Proof) breach(zh, en string, figures ...any) {
	p.Breaches = append(p.Breaches, Breach{fmt.Sprintf(zh, figures...), fmt.Sprintf(en, figures...)})
}

// Prove is Audit for one place, quick enough for a page: it plays every row of the
// counter's ledger from the first, and compares counter, open claims and every lot in
// every bin with what that leaves. Fault: ErrNoStock.
func Prove(tx *db.Tx, place Place) (p Proof, err error) {
	stock, err := stockOf(tx, place)
	if err != nil {
		return p, err
	}
	list, err := db.List(tx, `/* inventory.Prove */ SELECT `+counterColumns+` FROM stock WHERE stock_id = $1`, scanCounter, stock)
	if err != nil || len(list) == 0 {
		return p, err
	}
	c := list[0]
	entries, _, err := backwards(tx, stock, Mark{Version: c.version + 1}, int(c.version+1)*slotsOfVersion)
	if err != nil {
		return p, err
	}
	books := map[slotKey]Balance{}
	sum := p.play(entries, books)
	if p.Versions != c.version || sum != (Balance{c.OnHand, c.Reserved, c.Unsellable}) {
		p.breach("计数是 现有 %d / 占用 %d / 不可售 %d,流水合计是 %d / %d / %d",
			"the counter says on hand %d / reserved %d / unsellable %d, its ledger adds up to %d / %d / %d",
			c.OnHand, c.Reserved, c.Unsellable, sum.OnHand, sum.Reserved, sum.Unsellable)
	}
	if err := p.claims(tx, c); err != nil {
		return p, err
	}
	return p, p.slots(tx, stock, books)
}

// slotsOfVersion is generous: how many rows one batch may write for a counter.
const slotsOfVersion = 1000

// play adds rows up from the oldest, by counter and by lot and bin.
func (p *Proof) play(entries []Entry, books map[slotKey]Balance) (sum Balance) {
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		p.Rows++
		if e.Version > p.Versions+1 {
			p.breach("缺少第 %d 到 %d 次变动的流水", "ledger rows of versions %d to %d are missing", p.Versions+1, e.Version-1)
		}
		p.Versions = e.Version
		sum = Balance{sum.OnHand + e.OnHand, sum.Reserved + e.Reserved, sum.Unsellable + e.Unsellable}
		if last := i == 0 || entries[i-1].Version != e.Version; last && (sum.Reserved < 0 || sum.Unsellable < 0 || sum.Free() < 0) {
			p.breach("第 %d 次变动后超卖:现有 %d,占用 %d,不可售 %d", "oversold after version %d: on hand %d, reserved %d, unsellable %d",
				e.Version, sum.OnHand, sum.Reserved, sum.Unsellable)
		}
		for key, d := range e.slots() {
			b := books[key]
			books[key] = Balance{OnHand: b.OnHand + d.onHand, Unsellable: b.Unsellable + d.unsellable}
		}
	}
	return sum
}

// slots says what an entry did to lots in bins: picked goods go to the staging bin and
// leave from there.
func (e Entry) slots() map[slotKey]binChange {
	key, stage := slotKey{lot: e.Lot, bin: e.Bin}, slotKey{lot: e.Lot, bin: BinStage}
	switch e.Kind {
	case "pick":
		return map[slotKey]binChange{key: {onHand: -e.Qty}, stage: {onHand: e.Qty}}
	case "unpick":
		return map[slotKey]binChange{stage: {onHand: -e.Qty}, key: {onHand: e.Qty}}
	case "ship":
		return map[slotKey]binChange{stage: {onHand: e.OnHand, unsellable: e.Unsellable}}
	}
	return map[slotKey]binChange{key: {onHand: e.OnHand, unsellable: e.Unsellable}}
}

func (p *Proof) claims(tx *db.Tx, c *Counter) error {
	var open int64
	if _, err := tx.One(`/* inventory.Prove */ SELECT COUNT(*), COALESCE(SUM(qty_open), 0) FROM reservations
		WHERE stock_id = $1 AND qty_open > 0`, []any{&p.Claims, &open}, c.stock); err != nil {
		return err
	}
	if open != c.Reserved {
		p.breach("计数占用 %d 件,订单实际占用 %d 件", "the counter has %d reserved, orders have %d", c.Reserved, open)
	}
	return nil
}

func (p *Proof) slots(tx *db.Tx, stock id.Stock, books map[slotKey]Balance) error {
	err := tx.Each(`/* inventory.Prove */ SELECT lot_id, bin_id, qty_on_hand, qty_unsellable FROM stock_lots WHERE stock_id = $1
		ORDER BY lot_id, bin_id`, func(r db.Row) error {
		var key slotKey
		var have Balance
		err := r.Scan(&key.lot, &key.bin, &have.OnHand, &have.Unsellable)
		p.Slots++
		if want := books[key]; want != have {
			p.breach("货位明细 %d 件,流水合计 %d 件(批次 %d,货位 %d)", "a bin holds %d, its ledger adds up to %d (lot %d, bin %d)",
				have.OnHand, want.OnHand, int64(key.lot), int64(key.bin))
		}
		delete(books, key)
		return err
	}, stock)
	for key, want := range books {
		if want != (Balance{}) {
			p.breach("流水合计 %d 件,货位明细里没有(批次 %d,货位 %d)", "the ledger adds up to %d where no bin holds any (lot %d, bin %d)",
				want.OnHand, int64(key.lot), int64(key.bin))
		}
	}
	return err
}
