package inventory

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/shop"
)

// Receipt brings goods to a place.
type Receipt struct {
	Place
	Qty int64
	Lot Lot // zero for goods not tracked by lot
	Bin id.Bin
	// Kind is receive, return or adjust; empty means receive.
	Kind string
	// Unsellable goods are on hand and never promised: a damaged return.
	Unsellable bool
	// Reference names the paper; a second receipt with the same reference, place,
	// lot and bin is a repeat and changes nothing. Empty means never a repeat.
	Reference string
	Order     id.Order
	Line      id.Line
	Package   id.Package
}

// Grant is stock that reached a line which had been waiting for it.
type Grant struct {
	Order id.Order
	Line  id.Line
	Place Place
	Qty   int64
}

// Receive books goods in and, in the same transaction, serves the queue of the
// lines that wait for them. The grants are the caller's to pass on to the
// orders. Faults: Invalid for a quantity out of range.
func Receive(tx *db.Tx, list []Receipt) ([]Grant, error) {
	list, err := firstTime(tx, list)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	places := make([]Place, len(list))
	var lots []Lot
	for i, r := range list {
		if r.Qty <= 0 || r.Qty > QtyMax {
			return nil, ErrQuantity.With(r.Qty)
		}
		places[i] = r.Place
		if r.Lot.Code != "" {
			r.Lot.SKU = r.SKU
			lots = append(lots, r.Lot)
		}
	}
	named, err := openLotsOf(tx, lots)
	if err != nil {
		return nil, err
	}
	lv, err := openPlaces(tx, places)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		lot := named[LotKey(r.SKU, r.Lot.Code)]
		lv.receive(r, lot)
	}
	if err := lv.save(tx); err != nil {
		return nil, err
	}
	return Serve(tx, lv)
}

func openLotsOf(tx *db.Tx, lots []Lot) (map[string]Lot, error) {
	if len(lots) == 0 {
		return nil, nil
	}
	return OpenLots(tx, lots)
}

func (l *Levels) receive(r Receipt, lot Lot) {
	counter := l.At(r.Place)
	kind := r.Kind
	if kind == "" {
		kind = "receive"
	}
	bad := int64(0)
	if r.Unsellable || lot.Barred {
		bad = r.Qty
	}
	l.post(entry{counter: counter, kind: kind, qty: r.Qty, onHand: r.Qty, unsellable: bad, lot: lot.ID, bin: r.Bin,
		reference: r.Reference, order: r.Order, line: r.Line, pack: r.Package})
	l.put(counter, lot.ID, r.Bin, lotChange{onHand: r.Qty, unsellable: bad})
}

// firstTime leaves out receipts whose reference has been booked.
func firstTime(tx *db.Tx, list []Receipt) ([]Receipt, error) {
	var references []string
	for _, r := range list {
		if r.Reference != "" {
			references = append(references, r.Reference)
		}
	}
	if len(references) == 0 {
		return list, nil
	}
	type booked struct {
		reference string
		Place
		lot string
		bin id.Bin
	}
	seen := map[booked]bool{}
	err := tx.Each(`/* inventory.firstTime */ SELECT l.reference, s.warehouse_id, s.sku_id, COALESCE(t.code, ''), l.bin_id
		FROM stock_ledger l JOIN stock s ON s.stock_id = l.stock_id LEFT JOIN lots t ON t.lot_id = l.lot_id
		WHERE l.reference = ANY($1) AND l.reference <> ''`, func(r db.Row) error {
		var b booked
		err := r.Scan(&b.reference, &b.Warehouse, &b.SKU, &b.lot, &b.bin)
		seen[b] = true
		return err
	}, sorted(references))
	if err != nil {
		return nil, err
	}
	var fresh []Receipt
	for _, r := range list {
		key := booked{r.Reference, r.Place, r.Lot.Code, r.Bin}
		if r.Reference != "" && seen[key] {
			continue
		}
		seen[key] = r.Reference != ""
		fresh = append(fresh, r)
	}
	return fresh, nil
}

// Wait puts a line into the queue for arriving stock of its SKU.
type Wait struct {
	Order    id.Order
	Line     id.Line
	Shop     id.Shop
	SKU      id.SKU
	Province string
	Qty      int64
	Deadline db.Instant
	PaidAt   db.Instant
}

// farFuture stands for "no deadline" and "not paid", so that those come last.
const farFuture = 1 << 62

// Queue adds lines to the queue. A line that waits already now waits for Qty in
// all.
func Queue(tx *db.Tx, list []Wait) error {
	rows := tx.Batch(`/* inventory.Queue */ INSERT INTO stock_waits (line_id, order_id, shop_id, sku_id, province,
		qty_waiting, deadline, paid_at, since) VALUES {rows}
		ON CONFLICT (line_id) DO UPDATE SET qty_waiting = excluded.qty_waiting`)
	for _, w := range list {
		deadline, paid := int64(w.Deadline), int64(w.PaidAt)
		if deadline == 0 {
			deadline = farFuture
		}
		if paid == 0 {
			paid = farFuture
		}
		rows.Add(int64(w.Line), int64(w.Order), int64(w.Shop), int64(w.SKU), w.Province, w.Qty, deadline, paid, int64(tx.Now()))
	}
	_, err := rows.Run()
	return err
}

// Leave takes lines out of the queue, all they wait for.
func Leave(tx *db.Tx, lines []id.Line) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := tx.Exec(`/* inventory.Leave */ DELETE FROM stock_waits WHERE line_id = ANY($1)`, sorted(lines))
	return err
}

// Waiter is a line in the queue, as the page of those who wait shows it.
type Waiter struct {
	Wait
	Since db.Instant
}

const waitColumns = `line_id, order_id, shop_id, sku_id, province, qty_waiting, deadline, paid_at, since`

func scanWait(r db.Row) (w Waiter, err error) {
	err = r.Scan(&w.Line, &w.Order, &w.Shop, &w.SKU, &w.Province, &w.Qty, &w.Deadline, &w.PaidAt, &w.Since)
	return w, err
}

// Waiting gives who waits for a SKU, in the order they will be served.
func Waiting(tx *db.Tx, sku id.SKU, limit int) ([]Waiter, error) {
	return db.List(tx, `/* inventory.Waiting */ SELECT `+waitColumns+` FROM stock_waits WHERE sku_id = $1
		ORDER BY deadline, paid_at, line_id LIMIT $2`, scanWait, sku, limit)
}

// WaitingOrders says how many pieces each of the orders still waits for.
func WaitingOrders(tx *db.Tx, orders []id.Order) (map[id.Order]int64, error) {
	waiting := map[id.Order]int64{}
	err := tx.Each(`/* inventory.WaitingOrders */ SELECT order_id, qty_waiting FROM stock_waits WHERE order_id = ANY($1)`,
		func(r db.Row) error {
			var o id.Order
			var n int64
			err := r.Scan(&o, &n)
			waiting[o] += n
			return err
		}, sorted(orders))
	return waiting, err
}

const servedMax = 1000

// Serve gives what is free in the counters of lv to the lines that wait for it:
// by deadline, then by the time of payment, then by id. Only warehouses on the
// shop's list for the recipient's province serve a line.
func Serve(tx *db.Tx, lv *Levels) ([]Grant, error) {
	var skus []id.SKU
	for _, c := range lv.order {
		if c.Free() > 0 {
			skus = append(skus, c.SKU)
		}
	}
	if len(skus) == 0 {
		return nil, nil
	}
	var waits []Waiter
	for _, sku := range sorted(skus) {
		list, err := Waiting(tx, sku, servedMax)
		if err != nil {
			return nil, err
		}
		waits = append(waits, list...)
	}
	if len(waits) == 0 {
		return nil, nil
	}
	claims, err := lv.claimsFor(tx, waits)
	if err != nil {
		return nil, err
	}
	return lv.grant(tx, waits, claims)
}

// claimsFor finds for each waiter the first place on its list that has some.
func (l *Levels) claimsFor(tx *db.Tx, waits []Waiter) ([]Claim, error) {
	var shops []id.Shop
	for _, w := range waits {
		shops = append(shops, w.Shop)
	}
	routes, err := shop.Routes(tx, sorted(shops))
	if err != nil {
		return nil, err
	}
	drawn := map[Place]int64{}
	var claims []Claim
	for _, w := range waits {
		left := w.Qty
		for _, warehouse := range routes[w.Shop].For(w.Province) {
			p := Place{warehouse, w.SKU}
			c := l.At(p)
			if c == nil || left == 0 {
				continue
			}
			n := min(left, c.Free()-drawn[p])
			if n <= 0 {
				continue
			}
			drawn[p] += n
			left -= n
			claims = append(claims, Claim{Place: p, Order: w.Order, Line: w.Line, Shop: w.Shop, Qty: n, Deadline: w.Deadline % farFuture})
		}
	}
	return claims, nil
}

func (l *Levels) grant(tx *db.Tx, waits []Waiter, claims []Claim) ([]Grant, error) {
	got, err := Reserve(tx, l, claims)
	if err != nil {
		return nil, err
	}
	served := map[id.Line]int64{}
	var grants []Grant
	for i, c := range claims {
		if got[i] > 0 {
			served[c.Line] += got[i]
			grants = append(grants, Grant{Order: c.Order, Line: c.Line, Place: c.Place, Qty: got[i]})
		}
	}
	var done []id.Line
	less := tx.Batch(`/* inventory.grant */ WITH v (line_id, qty) AS (VALUES {rows})
		UPDATE stock_waits SET qty_waiting = stock_waits.qty_waiting - v.qty FROM v WHERE stock_waits.line_id = v.line_id`,
		"BIGINT", "BIGINT")
	for _, w := range waits {
		switch n := served[w.Line]; {
		case n == 0:
		case n == w.Qty:
			done = append(done, w.Line)
		default:
			less.Add(int64(w.Line), n)
		}
	}
	if _, err := less.Run(); err != nil {
		return nil, err
	}
	return grants, Leave(tx, done)
}
