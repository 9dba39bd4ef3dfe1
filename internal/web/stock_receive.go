package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

var (
	errPaperKnown = fault.New(fault.Conflict, "paper_known", "单据号 %s 已经入过库,没有再次入库;如果是另一批货,请换一个单据号",
		"Paper %s was received before and nothing was booked again; for other goods write another number")
	errPaperLong = fault.New(fault.Invalid, "paper_long", "单据号最多 60 个字", "The number of the paper has at most 60 characters")
)

// paperForm is a paper of several lines as a page shows it.
type paperForm struct {
	Action, Script    string
	Rows              []goodsRow
	Warehouse, To     []choice
	Note              string
	Lots, Bins, Moves bool
}

// receivePage is the form to receive goods.
func (s *Site) receivePage(v *visit) error { return s.askReceipt(v, http.StatusOK, nil, nil) }

func (s *Site) askReceipt(v *visit, status int, rows []goodsRow, c *complaint) error {
	form := paperForm{Action: "/stock/receive", Rows: offered(rows), Note: v.r.PostFormValue("note"), Lots: true, Bins: true}
	return s.askPaper(v, status, "stock_receive", "receive", form, c)
}

// askPaper renders a paper's form, and the orders that goods have just gone to.
func (s *Site) askPaper(v *visit, status int, page, title string, form paperForm, c *complaint) error {
	var served []claimRow
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		places, err := v.depots(tx)
		if err != nil {
			return err
		}
		form.Warehouse, form.To = places.choices(v.r.FormValue("warehouse")), places.choices(v.r.FormValue("to_warehouse"))
		served, err = v.served(tx)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, page, map[string]any{"Title": v.word(title), "FormKey": formKey(), "Complaint": c, "Form": form, "Served": served,
		"MayTransfer": v.caller.May(staff.StockAdjust), "MayOrder": v.caller.May(staff.OrderRead), "ServedAsked": v.r.URL.Query().Has("served")})
}

// served reads from the address which orders got goods, and names those that the
// visitor may see.
func (v *visit) served(tx *db.Tx) (rows []claimRow, err error) {
	var orders []id.Order
	for _, part := range strings.Fields(v.r.URL.Query().Get("served")) {
		text, qty, _ := strings.Cut(part, ":")
		n, ok := id.Parse("O", text)
		pieces, err := strconv.ParseInt(qty, 10, 64)
		if !ok || err != nil || len(rows) == servedMost {
			continue
		}
		rows, orders = append(rows, claimRow{Order: text, Qty: pieces}), append(orders, id.Order(n))
	}
	cards, err := order.Cards(tx, orders)
	kept := rows[:0]
	for i, o := range orders {
		if card, there := cards[o]; there && v.caller.Scope.HasShop(card.Shop) {
			rows[i].No = card.ExternalNo
			kept = append(kept, rows[i])
		}
	}
	return kept, err
}

// receive books the goods of a paper in, and leads back to a blank form that says which
// waiting orders got some.
func (s *Site) receive(v *visit) error {
	rows := goods(v.r.PostForm)
	err := s.act(v, func(tx *db.Tx) (string, error) {
		w, err := v.chosenDepot(tx, "warehouse")
		if err != nil {
			return "", err
		}
		if err := v.match(tx, rows, true); err != nil {
			return "", err
		}
		paper, err := paperOf(tx, v.r.PostFormValue("note"))
		if err != nil {
			return "", err
		}
		list, pieces, err := v.receipts(tx, w, rows, paper)
		if err != nil {
			return "", err
		}
		grants, err := flow.TakeIn(tx, list)
		to := "/stock/receive?warehouse=" + url.QueryEscape(w.Code) + "&served=" + url.QueryEscape(servedText(grants))
		return did(to, "received", int(pieces), ""), err
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.askReceipt(v, status, rows, c)
}

// chosenDepot is the warehouse that a form names. Fault: errWarehouse.
func (v *visit) chosenDepot(tx *db.Tx, field string) (inventory.Warehouse, error) {
	places, err := v.depots(tx)
	if err != nil {
		return inventory.Warehouse{}, err
	}
	w, known := places.named(v.r.PostFormValue(field))
	if !known {
		return w, errWarehouse.Field(field, "请选择", "choose one")
	}
	return w, nil
}

// paperOf gives the reference under which a paper is booked: its number, or one of ours.
func paperOf(tx *db.Tx, note string) (string, error) {
	note, err := noteText(note)
	if err != nil {
		return "", err
	}
	if note == "" {
		return fmt.Sprintf("R-%d", tx.NewID()), nil
	}
	known, err := inventory.PaperKnown(tx, note)
	if err == nil && known {
		err = errPaperKnown.With(note)
	}
	return note, err
}

// receipts makes receipts of lines; lines of one lot and bin are one.
func (v *visit) receipts(tx *db.Tx, w inventory.Warehouse, rows []goodsRow, paper string) (list []inventory.Receipt, pieces int64, err error) {
	var codes []string
	for _, r := range rows {
		codes = append(codes, r.Bin)
	}
	bins, err := binsOf(tx, w.ID, true, codes...)
	if err != nil {
		return nil, 0, err
	}
	type slot struct {
		sku      id.SKU
		lot, bin string
	}
	at := map[slot]int{}
	for _, r := range rows {
		pieces += r.qty
		key := slot{r.sku.ID, r.Lot, r.Bin}
		if i, seen := at[key]; seen {
			list[i].Qty += r.qty
			continue
		}
		at[key] = len(list)
		list = append(list, inventory.Receipt{Place: inventory.Place{Warehouse: w.ID, SKU: r.sku.ID}, Qty: r.qty, Bin: bins[r.Bin], Reference: paper,
			Lot: inventory.Lot{Code: r.Lot, MadeOn: r.MadeOn, ExpiresOn: r.ExpiresOn}})
	}
	return list, pieces, nil
}
