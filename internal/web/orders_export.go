package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/sheet"
	"baihuo/internal/staff"
)

// exportOrders gives the chosen orders as a sheet, masked as the list shows them. Who
// took it out of the house stands in the journal before it leaves.
func (s *Site) exportOrders(v *visit) error {
	if err := v.caller.Need(staff.FileExport); err != nil {
		return err
	}
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out, sheet.CSV)
	if err != nil {
		return err
	}
	var ids []id.Order
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if ids, err = s.chosen(tx, v); err != nil {
			return err
		}
		return s.exportRows(tx, v, w, ids)
	}); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	err = s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "export"}, func(tx *db.Tx) error {
		journal.Write(tx, journal.Entry{Kind: "export", ID: tx.NewID(), Version: 1, What: "export_begun",
			Payload: journal.JSON(map[string]any{"what": "orders", "orders": len(ids)})})
		return nil
	})
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="orders.csv"`)
	v.w.WriteHeader(http.StatusOK)
	_, err = out.WriteTo(v.w)
	return err
}

func (s *Site) exportRows(tx *db.Tx, v *visit, w *sheet.Writer, ids []id.Order) error {
	var heads []string
	for _, key := range []string{"col_order", "col_shop", "col_state", "blocked", "f_flag", "f_tag", "column_goods", "col_units", "col_name", "phone",
		"col_place", "says_buyer", "says_seller", "column_paid", "column_parcel", "column_warehouse", "column_time", "ship_by"} {
		heads = append(heads, v.word(key))
	}
	if err := w.Header(heads...); err != nil {
		return err
	}
	for page := range slices.Chunk(ids, 500) {
		cards, err := order.Cards(tx, page)
		if err != nil {
			return err
		}
		var list []order.Card
		for _, n := range page {
			list = append(list, cards[n])
		}
		rows, err := s.orderRows(tx, v, list, "")
		if err != nil {
			return err
		}
		for _, r := range rows {
			cells := []sheet.Cell{}
			for _, text := range []string{r.No, r.Shop, r.State, r.Why, strings.TrimSpace(strconv.Itoa(r.Flag) + " " + r.Label), strings.Join(r.Tags, " "), r.Goods, number64(r.Units), r.Name, r.Phone, r.Place,
				r.Message, r.Memo, r.Paid, r.Parcel, r.Warehouse, r.Time.Full, r.ShipBy.Full} {
				cells = append(cells, sheet.Text(text))
			}
			if err := w.Write(cells...); err != nil {
				return err
			}
		}
	}
	return nil
}
