package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// movePage is the form to move goods between bins.
func (s *Site) movePage(v *visit) error { return s.askMove(v, http.StatusOK, nil, nil) }

func (s *Site) askMove(v *visit, status int, rows []goodsRow, c *complaint) error {
	return s.askPaper(v, status, "stock_move", "stock_move", paperForm{Action: "/stock/move", Rows: offered(rows), Lots: true, Moves: true}, c)
}

// move moves goods between bins of a warehouse: put away too, from no bin to one.
func (s *Site) move(v *visit) error {
	rows := goods(v.r.PostForm)
	err := s.act(v, func(tx *db.Tx) (string, error) {
		w, err := v.chosenDepot(tx, "warehouse")
		if err != nil {
			return "", err
		}
		if err := v.match(tx, rows, true); err != nil {
			return "", err
		}
		moves, err := v.binMoves(tx, w, rows)
		if err != nil {
			return "", err
		}
		return did("/stock/move?warehouse="+url.QueryEscape(w.Code), "moved", len(moves), ""), inventory.Move(tx, moves)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.askMove(v, status, rows, c)
}

func (v *visit) binMoves(tx *db.Tx, w inventory.Warehouse, rows []goodsRow) (moves []inventory.BinMove, err error) {
	var from, to []string
	var lots []inventory.Lot
	for _, r := range rows {
		from, to, lots = append(from, r.Bin), append(to, r.To), append(lots, inventory.Lot{SKU: r.sku.ID, Code: r.Lot})
	}
	known, err := binsOf(tx, w.ID, false, from...)
	if err != nil {
		return nil, err
	}
	target, err := binsOf(tx, w.ID, true, to...)
	if err != nil {
		return nil, err
	}
	named, err := inventory.KnownLots(tx, lots)
	if err != nil {
		return nil, err
	}
	good := true
	for i := range rows {
		r := &rows[i]
		bin, there := known[r.Bin]
		lot, hasLot := named[inventory.LotKey(r.sku.ID, r.Lot)]
		switch {
		case r.Bin != "" && !there:
			r.Wrong, good = v.fill("gd_no_bin", r.Bin), false
		case r.Lot != "" && !hasLot:
			r.Wrong, good = v.say(inventory.ErrLotNone), false
		}
		moves = append(moves, inventory.BinMove{Place: inventory.Place{Warehouse: w.ID, SKU: r.sku.ID}, Lot: lot.ID, From: bin, To: target[r.To], Qty: r.qty})
	}
	if !good {
		return nil, errGoods
	}
	return moves, nil
}

// shipmentRow is a transfer of the list.
type shipmentRow struct {
	ID, From, To, Note, ShippedBy, ReceivedBy string
	Shipped, ReceivedAt                       stamp
	Sent, Received, Lost                      int64
	Done, Mine                                bool
	Lines                                     []shipmentLine
}

type shipmentLine struct {
	Code, Name, Lot, Key string
	Sent, Received, Lost int64
}

const shipmentsPage = 50

// transferPage is the form to send goods to another warehouse, with what is under way.
func (s *Site) transferPage(v *visit) error { return s.askTransfer(v, http.StatusOK, nil, nil) }

func (s *Site) askTransfer(v *visit, status int, rows []goodsRow, c *complaint) error {
	var before id.Transfer
	if text := v.r.URL.Query().Get("after"); text != "" {
		n, ok := id.Parse("T", text)
		if before = id.Transfer(n); !ok {
			return errFilter
		}
	}
	form := paperForm{Action: "/stock/transfer", Rows: offered(rows), Note: v.r.PostFormValue("note")}
	var list []shipmentRow
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		places, err := v.depots(tx)
		if err != nil {
			return err
		}
		everywhere, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		form.Warehouse, form.To = places.choices(v.r.FormValue("warehouse")), depots{list: everywhere}.choices(v.r.FormValue("to_warehouse"))
		found, err := inventory.Shipments(tx, v.caller.Scope, before, shipmentsPage)
		if err != nil {
			return err
		}
		list, err = v.shipmentRows(tx, found)
		return err
	}); err != nil {
		return err
	}
	next := ""
	if len(list) == shipmentsPage {
		next = "/stock/transfer?after=" + list[len(list)-1].ID
	}
	return s.render(v, status, "stock_transfer", map[string]any{"Title": v.word("st_transfer"), "FormKey": formKey(),
		"Complaint": c, "Form": form, "Shipments": list, "Next": next, "Paged": before != 0})
}

func (v *visit) shipmentRows(tx *db.Tx, list []inventory.Shipment) (rows []shipmentRow, err error) {
	all, err := inventory.Warehouses(tx)
	if err != nil {
		return nil, err
	}
	name := map[id.Warehouse]string{}
	for _, w := range all {
		name[w.ID] = w.Name
	}
	var actors []string
	var skus []id.SKU
	var lots []id.Lot
	for _, one := range list {
		actors = append(actors, one.ShippedBy, one.ReceivedBy)
		for _, l := range one.Lines {
			skus, lots = append(skus, l.SKU), append(lots, l.Lot)
		}
	}
	who, err := staff.Names(tx, actors)
	if err != nil {
		return nil, err
	}
	goods, err := catalog.Get(tx, skus)
	if err != nil {
		return nil, err
	}
	codes, err := inventory.LotsOf(tx, lots)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		row := shipmentRow{ID: one.ID.String(), From: name[one.From], To: name[one.To], Note: one.Note, ShippedBy: who[one.ShippedBy],
			ReceivedBy: who[one.ReceivedBy], Shipped: v.stampOf(one.ShippedAt, tx.Now(), houseZone), ReceivedAt: v.stampOf(one.ReceivedAt, tx.Now(), houseZone),
			Done: one.Received, Mine: v.caller.Scope.HasWarehouse(one.To)}
		for _, l := range one.Lines {
			line := shipmentLine{Code: goods[l.SKU].Code, Name: goods[l.SKU].Name, Lot: codes[l.Lot].Code, Sent: l.Sent, Received: l.Received,
				Key: fmt.Sprintf("%d.%d", l.SKU, l.Lot)}
			if one.Received {
				line.Lost = l.Sent - l.Received
			}
			row.Sent, row.Received, row.Lost = row.Sent+line.Sent, row.Received+line.Received, row.Lost+line.Lost
			row.Lines = append(row.Lines, line)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// dispatch sends goods on their way.
func (s *Site) dispatch(v *visit) error {
	rows := goods(v.r.PostForm)
	err := s.act(v, func(tx *db.Tx) (string, error) {
		from, err := v.chosenDepot(tx, "warehouse")
		if err != nil {
			return "", err
		}
		everywhere, err := inventory.Warehouses(tx)
		if err != nil {
			return "", err
		}
		to, known := depots{list: everywhere}.named(v.r.PostFormValue("to_warehouse"))
		if !known {
			return "", errWarehouse.Field("to_warehouse", "请选择", "choose one")
		}
		if err := v.match(tx, rows, false); err != nil {
			return "", err
		}
		var list []inventory.Consigned
		for _, r := range rows {
			list = append(list, inventory.Consigned{SKU: r.sku.ID, Qty: r.qty})
		}
		note, err := noteText(v.r.PostFormValue("note"))
		if err != nil {
			return "", err
		}
		n, err := inventory.Dispatch(tx, from.ID, to.ID, list, note)
		return did("/transfers/"+n.String(), "dispatched", 0, ""), err
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.askTransfer(v, status, rows, c)
}

// transfer is one transfer: what was sent, and the form to receive it.
func (s *Site) transfer(v *visit) error { return s.showTransfer(v, http.StatusOK, nil) }

func (s *Site) showTransfer(v *visit, status int, c *complaint) error {
	n, ok := id.Parse("T", v.r.PathValue("id"))
	if !ok {
		return inventory.ErrTransferNone
	}
	var row shipmentRow
	var served []claimRow
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		one, err := v.shipment(tx, id.Transfer(n))
		if err != nil {
			return err
		}
		rows, err := v.shipmentRows(tx, []inventory.Shipment{one})
		if err != nil {
			return err
		}
		row = rows[0]
		served, err = v.served(tx)
		return err
	}); err != nil {
		return err
	}
	return s.render(v, status, "stock_shipment", map[string]any{"Title": v.word("st_transfer") + " " + row.ID,
		"FormKey": formKey(), "Complaint": c, "Row": row, "Served": served, "MayReceive": v.caller.May(staff.StockReceive) && row.Mine,
		"MayOrder": v.caller.May(staff.OrderRead), "ServedAsked": v.r.URL.Query().Has("served")})
}

// shipment gives a transfer that one of the visitor's warehouses has to do with.
func (v *visit) shipment(tx *db.Tx, n id.Transfer) (inventory.Shipment, error) {
	one, err := inventory.GetShipment(tx, n)
	if err == nil && !v.caller.Scope.HasWarehouse(one.From) && !v.caller.Scope.HasWarehouse(one.To) {
		err = inventory.ErrTransferNone
	}
	return one, err
}

// arrive books what came of a transfer; what did not is lost on the way.
func (s *Site) arrive(v *visit) error {
	form := v.r.PostForm
	err := s.act(v, func(tx *db.Tx) (string, error) {
		n, ok := id.Parse("T", v.r.PathValue("id"))
		if !ok {
			return "", inventory.ErrTransferNone
		}
		one, err := v.shipment(tx, id.Transfer(n))
		if err != nil {
			return "", err
		}
		if !v.caller.Scope.HasWarehouse(one.To) {
			return "", errWarehouse
		}
		var pieces int64
		for i, l := range one.Lines {
			qty, err := strconv.ParseInt(form.Get(fmt.Sprintf("came_%d.%d", l.SKU, l.Lot)), 10, 64)
			if err != nil || qty < 0 {
				return "", inventory.ErrTransferOver.With(qty, l.Sent)
			}
			one.Lines[i].Received = qty
			pieces += qty
		}
		bins, err := binsOf(tx, one.To, true, form.Get("bin"))
		if err != nil {
			return "", err
		}
		grants, err := flow.Arrive(tx, one.ID, one.Lines, bins[form.Get("bin")])
		return did("/transfers/"+one.ID.String()+"?served="+url.QueryEscape(servedText(grants)), "received", int(pieces), ""), err
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showTransfer(v, status, c)
}
