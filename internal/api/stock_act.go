package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// rowsMax bounds a batch of rows.
const rowsMax = 500

type receiptsBody struct {
	Rows []receiptRow `json:"rows" maxItems:"500" minItems:"1"`
}

type receiptRow struct {
	Warehouse  string `json:"warehouse"`
	SKU        string `json:"sku" doc:"Code or barcode." zh:"商品编码或条码"`
	Qty        int64  `json:"qty" minimum:"1" maximum:"10000000"`
	Lot        string `json:"lot,omitempty" doc:"Created where it is new." zh:"批次;没有则新建"`
	MadeOn     string `json:"made_on,omitempty" doc:"yyyy-mm-dd"`
	ExpiresOn  string `json:"expires_on,omitempty" doc:"yyyy-mm-dd"`
	Bin        string `json:"bin,omitempty" doc:"Created where it is new." zh:"货位;没有则新建"`
	Kind       string `json:"kind,omitempty" enum:"receive,return" doc:"receive (default) or return"`
	Unsellable bool   `json:"unsellable,omitempty"`
	Reference  string `json:"reference,omitempty" doc:"The paper. The same paper, place, lot and bin again changes nothing." zh:"单据号;同一单据、商品、仓库、批次、货位重复提交不再入库"`
}

type adjustmentsBody struct {
	Rows []adjustmentRow `json:"rows" maxItems:"500" minItems:"1"`
}

type adjustmentRow struct {
	Warehouse string `json:"warehouse"`
	SKU       string `json:"sku"`
	Kind      string `json:"kind" enum:"damage,loss,scrap,found" doc:"damage: stays on hand, unsellable; loss: gone; scrap: unsellable goods are gone; found: more than the books say" zh:"damage 残损(仍在库,不可售);loss 短少;scrap 报废(不可售的出库);found 多出"`
	Qty       int64  `json:"qty" minimum:"1" maximum:"10000000"`
	Lot       string `json:"lot,omitempty" doc:"Without lot and bin, the goods that must leave first." zh:"不写批次和货位时,先到期的先动"`
	Bin       string `json:"bin,omitempty"`
	Reference string `json:"reference,omitempty"`
}

type countsBody struct {
	Rows []countRow `json:"rows" maxItems:"500" minItems:"1"`
}

type countRow struct {
	Warehouse string `json:"warehouse"`
	SKU       string `json:"sku"`
	Found     int64  `json:"found" minimum:"0" maximum:"10000000" doc:"What lies there, picked goods not among them." zh:"实盘数量"`
	Lot       string `json:"lot,omitempty"`
	MadeOn    string `json:"made_on,omitempty"`
	ExpiresOn string `json:"expires_on,omitempty"`
	Bin       string `json:"bin,omitempty"`
	Reference string `json:"reference,omitempty"`
}

// bookedView is the stock of the places that a batch touched, after it.
type bookedView struct {
	Rows  int        `json:"rows"`
	Stock []stockRow `json:"stock"`
}

// shelf finds what the rows of a batch name, and gathers what they name wrongly.
type shelf struct {
	c      *call
	tx     *db.Tx
	places warehouses
	skus   map[string]*catalog.SKU
	bad    *fault.Fault
	// touched are the places, each once.
	touched []inventory.Place
}

func (c *call) shelf(tx *db.Tx, rows int, skus []string) (*shelf, error) {
	if rows == 0 || rows > rowsMax {
		return nil, ErrFields.Field("rows", fmt.Sprintf("每批 1 到 %d 行", rowsMax), fmt.Sprintf("holds 1 to %d rows", rowsMax))
	}
	s := &shelf{c: c, tx: tx, bad: ErrFields}
	var err error
	if s.places, err = c.warehouses(tx); err != nil {
		return nil, err
	}
	s.skus, err = catalog.Find(tx, skus)
	return s, err
}

func (s *shelf) wrong(row int, field, zh, en string) {
	if len(s.bad.Fields) < fieldsMax {
		s.bad = s.bad.Field(fmt.Sprintf("rows[%d].%s", row, field), zh, en)
	}
}

// place reads where a row is about, and says what is wrong with it.
func (s *shelf) place(i int, warehouse, code, lot string, texts ...string) (p inventory.Place) {
	w, seen := s.places.named(warehouse)
	if !seen {
		s.wrong(i, "warehouse", ErrWarehouse.ZH, ErrWarehouse.EN)
	}
	switch sku := s.skus[code]; {
	case sku == nil:
		s.wrong(i, "sku", "没有这个商品", "there is no such SKU")
	default:
		p.SKU = sku.ID
		if f := sku.MayStock(lot); f != nil && lot == "" {
			s.wrong(i, "lot", f.ZH, f.EN)
		} else if f != nil {
			s.wrong(i, "sku", f.ZH, f.EN)
		}
	}
	for _, text := range append(texts, lot) {
		if utf8.RuneCountInString(text) > 100 || strings.TrimSpace(text) != text {
			s.wrong(i, "reference", "批次、货位、单据号最多 100 个字,首尾不带空格", "lot, bin and reference have at most 100 characters and no blanks around them")
			break
		}
	}
	p.Warehouse = w.ID
	if !slices.Contains(s.touched, p) {
		s.touched = append(s.touched, p)
	}
	return p
}

func (s *shelf) quantity(i int, field string, n, least int64) {
	if n < least || n > inventory.QtyMax {
		s.wrong(i, field, fmt.Sprintf("应为 %d 到 %d 的整数", least, inventory.QtyMax), fmt.Sprintf("is a whole number from %d to %d", least, inventory.QtyMax))
	}
}

func (s *shelf) fault() error {
	if len(s.bad.Fields) > 0 {
		return s.bad
	}
	return nil
}

type binOf struct {
	warehouse id.Warehouse
	code      string
}

// bins finds the bins that rows name, creating those that are new.
func (s *shelf) bins(named []binOf) (map[binOf]id.Bin, error) {
	bins := map[binOf]id.Bin{}
	for _, w := range s.places.list {
		var codes []string
		for _, b := range named {
			if b.warehouse == w.ID && b.code != "" {
				codes = append(codes, b.code)
			}
		}
		if len(codes) == 0 {
			continue
		}
		found, err := inventory.OpenBins(s.tx, w.ID, codes)
		if err != nil {
			return nil, err
		}
		for code, b := range found {
			bins[binOf{w.ID, code}] = b
		}
	}
	return bins, nil
}

// booked shows the places after the batch.
func (s *shelf) booked(rows int) (bookedView, error) {
	v := bookedView{Rows: rows, Stock: []stockRow{}}
	ids := make([]id.SKU, len(s.touched))
	for i, p := range s.touched {
		ids[i] = p.SKU
	}
	lv, err := inventory.Look(s.tx, ids)
	if err != nil {
		return v, err
	}
	var list []inventory.Row
	for _, p := range s.touched {
		if c := lv.At(p); c != nil {
			list = append(list, inventory.Row{Place: p, OnHand: c.OnHand, Reserved: c.Reserved, Unsellable: c.Unsellable, Safety: c.Safety,
				Free: c.Free(), ATP: c.ATP(0)})
		}
	}
	v.Stock, err = viewStock(s.tx, list, s.places)
	return v, err
}

func receiveStock(c *call, tx *db.Tx, b receiptsBody) (bookedView, error) {
	codes := make([]string, len(b.Rows))
	for i, r := range b.Rows {
		codes[i] = r.SKU
	}
	s, err := c.shelf(tx, len(b.Rows), codes)
	if err != nil {
		return bookedView{}, err
	}
	receipts, named := make([]inventory.Receipt, len(b.Rows)), make([]binOf, len(b.Rows))
	for i, r := range b.Rows {
		p := s.place(i, r.Warehouse, r.SKU, r.Lot, r.Bin, r.Reference)
		s.quantity(i, "qty", r.Qty, 1)
		if r.Kind != "" && r.Kind != "receive" && r.Kind != "return" {
			s.wrong(i, "kind", "只能是 receive 或 return", "is receive or return")
		}
		named[i] = binOf{p.Warehouse, r.Bin}
		receipts[i] = inventory.Receipt{Place: p, Qty: r.Qty, Kind: r.Kind, Unsellable: r.Unsellable, Reference: r.Reference,
			Lot: inventory.Lot{SKU: p.SKU, Code: r.Lot, MadeOn: r.MadeOn, ExpiresOn: r.ExpiresOn}}
	}
	if err := s.fault(); err != nil {
		return bookedView{}, err
	}
	bins, err := s.bins(named)
	if err != nil {
		return bookedView{}, err
	}
	for i := range receipts {
		receipts[i].Bin = bins[named[i]]
	}
	if err := flow.Receive(tx, receipts); err != nil {
		return bookedView{}, err
	}
	return s.booked(len(b.Rows))
}

func adjustStock(c *call, tx *db.Tx, b adjustmentsBody) (bookedView, error) {
	codes := make([]string, len(b.Rows))
	for i, r := range b.Rows {
		codes[i] = r.SKU
	}
	s, err := c.shelf(tx, len(b.Rows), codes)
	if err != nil {
		return bookedView{}, err
	}
	rows := make([]flow.Adjustment, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = flow.Adjustment{Kind: r.Kind, Qty: r.Qty, Lot: r.Lot, Bin: r.Bin, Reference: r.Reference}
		rows[i].Place = s.place(i, r.Warehouse, r.SKU, rows[i].LotToStock(), r.Bin, r.Reference)
	}
	if err := s.fault(); err != nil {
		return bookedView{}, err
	}
	if err := flow.Adjust(tx, rows); err != nil {
		return bookedView{}, err
	}
	return s.booked(len(b.Rows))
}

func countStock(c *call, tx *db.Tx, b countsBody) (bookedView, error) {
	codes := make([]string, len(b.Rows))
	for i, r := range b.Rows {
		codes[i] = r.SKU
	}
	s, err := c.shelf(tx, len(b.Rows), codes)
	if err != nil {
		return bookedView{}, err
	}
	counted, named := make([]inventory.Counted, len(b.Rows)), make([]binOf, len(b.Rows))
	var lots []inventory.Lot
	for i, r := range b.Rows {
		p := s.place(i, r.Warehouse, r.SKU, r.Lot, r.Bin, r.Reference)
		s.quantity(i, "found", r.Found, 0)
		named[i] = binOf{p.Warehouse, r.Bin}
		counted[i] = inventory.Counted{Place: p, Found: r.Found, Reference: r.Reference}
		if r.Lot != "" {
			lots = append(lots, inventory.Lot{SKU: p.SKU, Code: r.Lot, MadeOn: r.MadeOn, ExpiresOn: r.ExpiresOn})
		}
	}
	if err := s.fault(); err != nil {
		return bookedView{}, err
	}
	bins, err := s.bins(named)
	if err != nil {
		return bookedView{}, err
	}
	known := map[string]inventory.Lot{}
	if len(lots) > 0 {
		if known, err = inventory.OpenLots(tx, lots); err != nil {
			return bookedView{}, err
		}
	}
	for i := range counted {
		counted[i].Bin, counted[i].Lot = bins[named[i]], known[inventory.LotKey(counted[i].SKU, b.Rows[i].Lot)].ID
	}
	if err := flow.Count(tx, counted); err != nil {
		return bookedView{}, err
	}
	return s.booked(len(b.Rows))
}
