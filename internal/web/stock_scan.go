package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

var errScanUnknown = fault.New(fault.Invalid, "scan_unknown", "%s 不是这个仓库的货位,也不是商品编码或条码,没有计数",
	"%s is no bin of this warehouse, no SKU and no barcode; nothing was counted")

var errScanWhere = fault.New(fault.Invalid, "scan_where", "%s 在这张盘点单里有 %d 个货位,没有计数;请先扫货位", "The sheet has %s in %d bins and nothing was counted; scan the bin first")

// scanned is what a scanner's page hears of a scan.
type scanned struct {
	Kind  string `json:"kind"` // bin, goods or wrong
	Say   string `json:"say"`
	Key   string `json:"key,omitempty"`
	Code  string `json:"code,omitempty"`
	Name  string `json:"name,omitempty"`
	Bin   string `json:"bin,omitempty"`
	Lot   string `json:"lot,omitempty"`
	Found int64  `json:"found"`
}

// countScan takes one scan of a sheet: a bin, where the next scans are counted, or one
// piece. A scan is known by its id, so one sent again counts once.
func (s *Site) countScan(v *visit) error {
	scan := v.r.PostFormValue("form_key")
	if len(scan) != formKeyLen {
		return errForm
	}
	late, _ := strconv.ParseInt(v.r.Header.Get("Scan-Late"), 10, 64) // what cannot be read was not late
	var told scanned
	err := s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "web " + scan}, func(tx *db.Tx) error {
		sheet, err := v.sheet(tx)
		if err != nil {
			return err
		}
		told, err = v.takeScan(tx, sheet, scan, strings.TrimSpace(v.r.PostFormValue("code")), time.Duration(late)*time.Millisecond)
		return err
	})
	status := http.StatusOK
	if err != nil {
		f := fault.Of(err)
		if status = statusOf(f); status == 0 || status >= 500 {
			return err
		}
		told = scanned{Kind: "wrong", Say: v.say(f)}
	}
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.WriteHeader(status)
	return json.NewEncoder(v.w).Encode(told)
}

func (v *visit) takeScan(tx *db.Tx, sheet inventory.Sheet, scan, code string, late time.Duration) (told scanned, err error) {
	bins, err := inventory.KnownBins(tx, sheet.Warehouse, []string{code})
	if err != nil {
		return told, err
	}
	if bin, there := bins[code]; there {
		return scanned{Kind: "bin", Bin: code, Say: v.fill("ct_at_bin", code)}, inventory.AtBin(tx, scan, sheet.ID, bin)
	}
	found, err := catalog.Find(tx, []string{code})
	if err != nil {
		return told, err
	}
	sku := found[code]
	if sku == nil {
		return told, errScanUnknown.With(code)
	}
	slot, err := v.slotOfScan(tx, sheet, sku)
	if err != nil {
		return told, err
	}
	l, err := inventory.TakeScan(tx, inventory.Scan{ID: scan, Sheet: sheet.ID, SKU: sku.ID, Lot: slot.Lot, Bin: slot.Bin, Qty: 1, Late: late})
	if err != nil {
		return told, err
	}
	named, err := inventory.BinsOf(tx, []id.Bin{l.Bin})
	if err != nil {
		return told, err
	}
	return scanned{Kind: "goods", Key: lineKey(l), Code: sku.Code, Name: sku.Name, Bin: v.binWord(l.Bin, named[l.Bin]), Found: l.Found, Say: fmt.Sprintf("%s × %d", sku.Name, l.Found)}, nil
}

// slotOfScan finds the slot that a scanned piece lies in: at the bin where the visitor
// stands, else in the only slot that the sheet has of its SKU. Faults: errScanWhere,
// catalog.ErrLotNeeded where a person must say which.
func (v *visit) slotOfScan(tx *db.Tx, sheet inventory.Sheet, sku *catalog.SKU) (slot inventory.SheetLine, err error) {
	if f := sku.MayStock("*"); f != nil {
		return slot, f
	}
	bin, stands, err := inventory.BinOf(tx, sheet.ID, v.caller.Actor)
	if err != nil {
		return slot, err
	}
	lines, err := inventory.SheetLines(tx, sheet, sku.ID)
	if err != nil {
		return slot, err
	}
	lines = slices.DeleteFunc(lines, func(l inventory.SheetLine) bool {
		return stands && l.Bin != bin || sku.LotTracked && l.Lot == inventory.NoLot
	})
	switch {
	case len(lines) == 1:
		return lines[0], nil
	case sku.LotTracked:
		return slot, catalog.ErrLotNeeded.With(sku.Code)
	case len(lines) > 1 && !stands:
		return slot, errScanWhere.With(sku.Code, len(lines))
	}
	return inventory.SheetLine{Bin: bin}, nil
}

func lineKey(l inventory.SheetLine) string { return fmt.Sprintf("%d.%d.%d", l.SKU, l.Lot, l.Bin) }

func lineOfKey(text string) (l inventory.SheetLine, err error) {
	if n, err := fmt.Sscanf(text, "%d.%d.%d", &l.SKU, &l.Lot, &l.Bin); err != nil || n != 3 || lineKey(l) != text {
		return l, inventory.ErrSheetLine
	}
	return l, nil
}

// countLine takes a quantity that somebody typed: all that lies in a slot. A line that
// the sheet lacks is named by code, lot and bin.
func (s *Site) countLine(v *visit) error {
	form := v.r.PostForm
	return s.onSheet(v, func(tx *db.Tx, n id.Sheet) (string, error) {
		qty, err := strconv.ParseInt(strings.TrimSpace(form.Get("qty")), 10, 64)
		if err != nil || qty < 0 || qty > inventory.QtyMax {
			return "", inventory.ErrQuantity.With(qty)
		}
		sheet, err := v.sheet(tx)
		if err != nil {
			return "", err
		}
		l, err := v.typedLine(tx, sheet)
		if err != nil {
			return "", err
		}
		_, err = inventory.TakeScan(tx, inventory.Scan{ID: form.Get("form_key") + lineKey(l), Sheet: n, SKU: l.SKU, Lot: l.Lot, Bin: l.Bin, Qty: qty, Whole: true})
		return did("/counts/"+n.String()+lookOfForm(form.Get("look")), "count_line", 0, ""), err
	})
}

// lookOfForm keeps the view of a sheet that a form was sent from.
func lookOfForm(look string) string {
	if look == "diff" {
		return "?look=diff"
	}
	return ""
}

// typedLine finds the slot that a form names.
func (v *visit) typedLine(tx *db.Tx, sheet inventory.Sheet) (l inventory.SheetLine, err error) {
	form := v.r.PostForm
	if key := form.Get("line"); key != "" {
		return lineOfKey(key)
	}
	code, lot, bin := strings.TrimSpace(form.Get("code")), strings.TrimSpace(form.Get("lot")), strings.TrimSpace(form.Get("bin"))
	found, err := catalog.Find(tx, []string{code})
	if err != nil {
		return l, err
	}
	sku := found[code]
	if sku == nil {
		return l, errScanUnknown.With(code)
	}
	if f := sku.MayStock(lot); f != nil {
		return l, f
	}
	bins, err := binsOf(tx, sheet.Warehouse, true, bin)
	if err != nil {
		return l, err
	}
	l = inventory.SheetLine{SKU: sku.ID, Bin: bins[bin]}
	if lot != "" {
		lots, err := inventory.OpenLots(tx, []inventory.Lot{{SKU: sku.ID, Code: lot}})
		if err != nil {
			return l, err
		}
		l.Lot = lots[inventory.LotKey(sku.ID, lot)].ID
	}
	return l, nil
}

// recount forgets what was found of a line.
func (s *Site) recount(v *visit) error {
	return s.onSheet(v, func(tx *db.Tx, n id.Sheet) (string, error) {
		l, err := lineOfKey(v.r.PostFormValue("line"))
		if err != nil {
			return "", err
		}
		return did("/counts/"+n.String()+lookOfForm(v.r.PostFormValue("look")), "recount", 0, ""), inventory.Recount(tx, n, l)
	})
}
