package inventory

import (
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Shipment is goods that left one warehouse for another. It is shipped, then received;
// in between the goods are in transit and in no counter.
type Shipment struct {
	ID                    id.Transfer
	From, To              id.Warehouse
	Received              bool
	Note                  string
	ShippedBy, ReceivedBy string
	ShippedAt, ReceivedAt db.Instant
	Lines                 []ShipmentLine
}

// ShipmentLine is one lot of a SKU on its way. What a received shipment lacks is lost.
type ShipmentLine struct {
	SKU            id.SKU
	Lot            id.Lot
	Sent, Received int64
}

// Consigned names goods to send: those that must leave first.
type Consigned struct {
	SKU id.SKU
	Qty int64
}

// Dispatch takes free goods out of a warehouse and puts them in transit to another, all
// or none. Faults: ErrSameWarehouse, ErrQuantity, ErrNoStock, ErrBelowZero.
func Dispatch(tx *db.Tx, from, to id.Warehouse, list []Consigned, note string) (id.Transfer, error) {
	if from == to {
		return 0, ErrSameWarehouse
	}
	wanted := map[id.SKU]int64{}
	var skus []id.SKU
	for _, c := range list {
		if err := inRange(c.Qty); err != nil {
			return 0, err
		}
		wanted[c.SKU] += c.Qty
		skus = append(skus, c.SKU)
	}
	lv, err := Lock(tx, skus, []id.Warehouse{from})
	if err != nil {
		return 0, err
	}
	shelf, err := loadShelf(tx, lv)
	if err != nil {
		return 0, err
	}
	t := id.Transfer(tx.NewID())
	var lines []ShipmentLine
	for _, sku := range sorted(skus) {
		c := lv.At(Place{from, sku})
		if c == nil {
			return 0, ErrNoStock
		}
		if c.Free() < wanted[sku] {
			return 0, ErrBelowZero.With(c.Free(), wanted[sku])
		}
		sent, left := lv.sendOff(c, shelf[c.stock], wanted[sku], t)
		if left > 0 {
			return 0, ErrBelowZero.With(wanted[sku]-left, wanted[sku])
		}
		lines = append(lines, sent...)
	}
	if err := lv.save(tx); err != nil {
		return 0, err
	}
	return t, saveShipment(tx, t, from, to, note, lines)
}

// sendOff books what leaves each slot, and gives it by lot.
func (l *Levels) sendOff(c *Counter, slots []*slot, qty int64, t id.Transfer) (lines []ShipmentLine, left int64) {
	at := map[id.Lot]int{}
	left = qty
	for _, s := range slots {
		n := min(left, s.sellable())
		if n <= 0 {
			continue
		}
		left -= n
		l.post(entry{counter: c, kind: moving, qty: -n, onHand: -n, lot: s.lot, bin: s.bin, reference: t.String()})
		l.put(c, s.lot, s.bin, binChange{onHand: -n})
		if _, seen := at[s.lot]; !seen {
			at[s.lot] = len(lines)
			lines = append(lines, ShipmentLine{SKU: c.SKU, Lot: s.lot})
		}
		lines[at[s.lot]].Sent += n
	}
	return lines, left
}

func saveShipment(tx *db.Tx, t id.Transfer, from, to id.Warehouse, note string, lines []ShipmentLine) error {
	if _, err := tx.Exec(`/* inventory.Dispatch */ INSERT INTO stock_transfers (transfer_id, from_warehouse_id, to_warehouse_id, note,
		shipped_by, shipped_at) VALUES ($1, $2, $3, $4, $5, $6)`, t, from, to, note, tx.By().Actor, tx.Now()); err != nil {
		return err
	}
	rows := tx.Batch(`/* inventory.Dispatch */ INSERT INTO stock_transfer_lines (transfer_id, sku_id, lot_id, qty_sent) VALUES {rows}`)
	for _, l := range lines {
		rows.Add(int64(t), int64(l.SKU), int64(l.Lot), l.Sent)
	}
	_, err := rows.Run()
	return err
}

// Arrive books what came of a shipment, into a bin or none, and serves the queue there.
// What is not named did not come: it is lost on the way and stays in no counter.
// Faults: ErrTransferNone, ErrTransferOver, ErrTransferDone.
func Arrive(tx *db.Tx, t id.Transfer, came []ShipmentLine, bin id.Bin) ([]Grant, error) {
	n, err := tx.Exec(`/* inventory.Arrive */ UPDATE stock_transfers SET state = 'received', received_by = $1, received_at = $2
		WHERE transfer_id = $3 AND state = 'shipped'`, tx.By().Actor, tx.Now(), t)
	if err != nil {
		return nil, err
	}
	s, err := GetShipment(tx, t)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrTransferDone.With(t.String())
	}
	got := map[lotOf]int64{}
	for _, l := range came {
		got[lotOf{l.SKU, l.Lot}] += l.Received
	}
	var list []Receipt
	update := tx.Batch(`/* inventory.Arrive */ WITH v (transfer_id, sku_id, lot_id, qty) AS (VALUES {rows})
		UPDATE stock_transfer_lines SET qty_received = v.qty FROM v WHERE stock_transfer_lines.transfer_id = v.transfer_id
		AND stock_transfer_lines.sku_id = v.sku_id AND stock_transfer_lines.lot_id = v.lot_id`, "BIGINT", "BIGINT", "BIGINT", "BIGINT")
	for _, l := range s.Lines {
		qty := got[lotOf{l.SKU, l.Lot}]
		if qty < 0 || qty > l.Sent {
			return nil, ErrTransferOver.With(qty, l.Sent)
		}
		if qty > 0 {
			update.Add(int64(t), int64(l.SKU), int64(l.Lot), qty)
			list = append(list, Receipt{Place: Place{s.To, l.SKU}, Qty: qty, Lot: Lot{ID: l.Lot}, Bin: bin, Kind: moving, Reference: t.String()})
		}
	}
	if _, err := update.Run(); err != nil || len(list) == 0 {
		return nil, err
	}
	return takeIn(tx, list)
}

type lotOf struct {
	sku id.SKU
	lot id.Lot
}

// GetShipment gives a shipment with its lines. Fault: ErrTransferNone.
func GetShipment(tx *db.Tx, t id.Transfer) (Shipment, error) {
	list, err := db.List(tx, fmt.Sprintf(`/* inventory.GetShipment */ SELECT %s FROM stock_transfers WHERE transfer_id = $1`, shipmentColumns),
		scanShipment, t)
	if err != nil {
		return Shipment{}, err
	}
	if len(list) == 0 {
		return Shipment{}, ErrTransferNone
	}
	return list[0], shipmentLines(tx, list)
}

const shipmentColumns = `transfer_id, from_warehouse_id, to_warehouse_id, state, note, shipped_by, shipped_at, received_by, received_at`

func scanShipment(r db.Row) (s Shipment, err error) {
	var state string
	err = r.Scan(&s.ID, &s.From, &s.To, &state, &s.Note, &s.ShippedBy, &s.ShippedAt, &s.ReceivedBy, &s.ReceivedAt)
	s.Received = state == "received"
	return s, err
}

// shipmentLines fills in the lines.
func shipmentLines(tx *db.Tx, list []Shipment) error {
	at, ids := map[id.Transfer]int{}, make([]id.Transfer, len(list))
	for i, s := range list {
		at[s.ID], ids[i] = i, s.ID
	}
	return tx.Each(`/* inventory.shipmentLines */ SELECT transfer_id, sku_id, lot_id, qty_sent, qty_received FROM stock_transfer_lines
		WHERE transfer_id = ANY($1) ORDER BY transfer_id, sku_id, lot_id`, func(r db.Row) error {
		var t id.Transfer
		var l ShipmentLine
		err := r.Scan(&t, &l.SKU, &l.Lot, &l.Sent, &l.Received)
		list[at[t]].Lines = append(list[at[t]].Lines, l)
		return err
	}, ids)
}

// Shipments gives the newest shipments before one (0 for the newest of all) that leave
// from or go to the warehouses of a scope, with their lines.
func Shipments(tx *db.Tx, scope staff.Scope, before id.Transfer, limit int) ([]Shipment, error) {
	where, args := "TRUE", []any{}
	if !scope.AllWarehouses {
		args = append(args, scope.Warehouses)
		where += " AND (from_warehouse_id = ANY($1) OR to_warehouse_id = ANY($1))"
	}
	if before != 0 {
		args = append(args, before)
		where += fmt.Sprintf(" AND transfer_id < $%d", len(args))
	}
	args = append(args, bounded(limit))
	list, err := db.List(tx, fmt.Sprintf(`/* inventory.Shipments */ SELECT %s FROM stock_transfers WHERE %s
		ORDER BY transfer_id DESC LIMIT $%d`, shipmentColumns, where, len(args)), scanShipment, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, shipmentLines(tx, list)
}

// Arriving says how much of each of the SKUs is in transit to which warehouse.
func Arriving(tx *db.Tx, skus []id.SKU) (map[Place]int64, error) {
	coming := map[Place]int64{}
	return coming, tx.Each(`/* inventory.Arriving */ SELECT t.to_warehouse_id, l.sku_id, SUM(l.qty_sent) FROM stock_transfers t
		JOIN stock_transfer_lines l ON l.transfer_id = t.transfer_id WHERE t.state = 'shipped' AND l.sku_id = ANY($1)
		GROUP BY t.to_warehouse_id, l.sku_id ORDER BY t.to_warehouse_id, l.sku_id`, func(r db.Row) error {
		var p Place
		var n int64
		err := r.Scan(&p.Warehouse, &p.SKU, &n)
		coming[p] = n
		return err
	}, sorted(skus))
}
