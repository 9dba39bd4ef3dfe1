package web

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

var (
	errQty    = fault.New(fault.Invalid, "qty_invalid", "数量要是 1 到 10,000,000 的整数", "The quantity is a whole number from 1 to 10,000,000")
	errLimits = fault.New(fault.Invalid, "limits_invalid", "没有保存,请改正标出的数量", "Nothing was saved; mend the quantities that are marked")
	errReason = fault.New(fault.Invalid, "reason_needed", "必须写明原因,最多 60 个字", "Say why, in at most 60 characters")
	errAdjust = fault.New(fault.Invalid, "adjust_invalid", "请选择调整方式,并核对货位属于所选仓库", "Choose what to book; the bin must lie in the warehouse you chose")
)

// adjust books a damage, a loss, scrap or a find of one SKU, with a reason.
func (s *Site) adjust(v *visit) error {
	form := v.r.PostForm
	err := s.act(v, func(tx *db.Tx) (string, error) {
		sku, err := v.sku(tx)
		if err != nil {
			return "", err
		}
		places, err := v.depots(tx)
		if err != nil {
			return "", err
		}
		w, known := places.named(form.Get("warehouse"))
		if !known {
			return "", errWarehouse
		}
		why := strings.TrimSpace(form.Get("reason"))
		if why == "" || utf8.RuneCountInString(why) > 60 {
			return "", errReason.Field("reason", "必填", "needed")
		}
		qty, err := strconv.ParseInt(strings.TrimSpace(form.Get("qty")), 10, 64)
		if err != nil || qty < 1 || qty > inventory.QtyMax {
			return "", errQty.Field("qty", "1 到 10,000,000", "1 to 10,000,000")
		}
		paper := fmt.Sprintf("%s A-%d", why, tx.NewID())
		return did(skuPath(sku.Code), "adjusted", int(qty), ""), bookAdjustment(tx, sku, w, form.Get("kind"), form.Get("slot"), qty, paper)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showStock(v, status, c)
}

func bookAdjustment(tx *db.Tx, sku *catalog.SKU, w inventory.Warehouse, kind, slot string, qty int64, paper string) error {
	p := inventory.Place{Warehouse: w.ID, SKU: sku.ID}
	lot, bin, err := slotOf(w, slot)
	if err != nil {
		return err
	}
	if f := sku.MayStock(number64(int64(lot))); f != nil {
		return f
	}
	loss := inventory.Loss{Place: p, Lot: lot, Bin: bin, Qty: qty, Kind: "adjust", Reference: paper, Exact: slot != ""}
	switch kind {
	case "found":
		if sku.LotTracked && lot == inventory.NoLot {
			return catalog.ErrLotNeeded.With(sku.Code)
		}
		return flow.Receive(tx, []inventory.Receipt{{Place: p, Qty: qty, Lot: inventory.Lot{ID: lot}, Bin: bin, Kind: "adjust", Reference: paper}})
	case "damage":
		loss.Kind = "damage"
	case "scrap":
		loss.Unsellable = true
	case "loss":
	default:
		return errAdjust.Field("kind", "请选择", "choose one")
	}
	return flow.Lose(tx, []inventory.Loss{loss})
}

// slotOf reads which lot in which bin a form names; empty for what must leave first.
func slotOf(w inventory.Warehouse, text string) (id.Lot, id.Bin, error) {
	if text == "" {
		return inventory.NoLot, inventory.BinNone, nil
	}
	var lot, bin int64
	rest, in := strings.CutPrefix(text, w.Code+" ")
	if n, err := fmt.Sscanf(rest, "%d.%d", &lot, &bin); err != nil || n != 2 || !in {
		return 0, 0, errAdjust.Field("slot", "不在所选仓库", "not in the warehouse you chose")
	}
	return id.Lot(lot), id.Bin(bin), nil
}

// adjustKinds are what an adjustment may be.
func (v *visit) adjustKinds() (list []choice) {
	for _, kind := range []string{"damage", "loss", "scrap", "found"} {
		list = append(list, choice{Value: kind, Label: v.word("adj_" + kind), Chosen: v.r.PostFormValue("kind") == kind})
	}
	return list
}
