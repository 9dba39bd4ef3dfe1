package api

import (
	"errors"
	"fmt"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/staff"
)

// skuBody is what a caller says of a SKU. What is absent stays as it is; in a PUT it
// becomes empty. A cost is taken from who may see costs, and stays otherwise.
type skuBody struct {
	Code            string     `json:"code,omitempty" doc:"In a batch; a path has it already." zh:"批量时必填"`
	Version         int64      `json:"version,omitempty" doc:"The version that is changed; 0: whatever it is now." zh:"所改的版本;0 表示不核对"`
	Name            *string    `json:"name,omitempty"`
	NameEN          *string    `json:"name_en,omitempty"`
	Category        *string    `json:"category,omitempty"`
	Brand           *string    `json:"brand,omitempty"`
	LengthMM        *int64     `json:"length_mm,omitempty"`
	WidthMM         *int64     `json:"width_mm,omitempty"`
	HeightMM        *int64     `json:"height_mm,omitempty"`
	WeightG         *int64     `json:"weight_g,omitempty"`
	Cost            *string    `json:"cost,omitempty" doc:"Needs the permit cost.read." zh:"需要 cost.read 权限"`
	Price           *string    `json:"price,omitempty"`
	LotTracked      *bool      `json:"lot_tracked,omitempty"`
	ShelfLifeDays   *int64     `json:"shelf_life_days,omitempty"`
	LifeLeftDaysMin *int64     `json:"life_left_days_min,omitempty"`
	Parts           *[]skuPart `json:"parts,omitempty" doc:"Of a bundle." zh:"组合明细"`
	Barcodes        *[]string  `json:"barcodes,omitempty"`
}

type skusBody struct {
	SKUs []skuBody `json:"skus" minItems:"1" maxItems:"500"`
}

type skuDone struct {
	Code    string `json:"code"`
	Status  string `json:"status" enum:"created,changed,unchanged,refused"`
	Version int64  `json:"version,omitempty"`
	Fault   *told  `json:"fault,omitempty"`
}

type skusDone struct {
	SKUs   []skuDone      `json:"skus"`
	Counts map[string]int `json:"counts"`
}

func putSKU(c *call, tx *db.Tx, b skuBody) (skuView, error)  { return c.saveSKU(tx, b, true) }
func editSKU(c *call, tx *db.Tx, b skuBody) (skuView, error) { return c.saveSKU(tx, b, false) }

// saveSKU puts one SKU. Whole: what the body does not name becomes empty.
func (c *call) saveSKU(tx *db.Tx, b skuBody, whole bool) (skuView, error) {
	code := catalog.Fold(c.r.PathValue("sku"))
	if b.Code != "" && catalog.Fold(b.Code) != code {
		return skuView{}, ErrFields.Field("code", "与地址中的编码不同", "differs from the code in the address")
	}
	b.Code = code
	match, err := c.match()
	if err != nil {
		return skuView{}, err
	}
	if match != 0 {
		b.Version = match
	}
	known, err := skusByCode(tx, []string{code})
	if err != nil {
		return skuView{}, err
	}
	if known[code] == nil && (!whole || b.Version != 0) {
		return skuView{}, catalog.ErrMissing
	}
	o, err := c.putBatch(tx, []skuBody{b}, known, whole)
	if err != nil {
		return skuView{}, err
	}
	if errors.Is(faultOf(o[0]), catalog.ErrStale) {
		return skuView{}, &staleError{Fault: o[0].Fault, current: c.viewSKU(known[code]), yours: b}
	}
	if o[0].Fault != nil {
		return skuView{}, o[0].Fault
	}
	now, err := catalog.Get(tx, []id.SKU{o[0].Value})
	if err != nil {
		return skuView{}, err
	}
	return c.viewSKU(now[o[0].Value]), nil
}

func putSKUs(c *call, tx *db.Tx, b skusBody) (skusDone, error) {
	done := skusDone{SKUs: []skuDone{}, Counts: map[string]int{}}
	if len(b.SKUs) == 0 || len(b.SKUs) > rowsMax {
		return done, ErrFields.Field("skus", fmt.Sprintf("每批 1 到 %d 个商品", rowsMax), fmt.Sprintf("holds 1 to %d SKUs", rowsMax))
	}
	codes := make([]string, len(b.SKUs))
	for i := range b.SKUs {
		b.SKUs[i].Code = catalog.Fold(b.SKUs[i].Code)
		codes[i] = b.SKUs[i].Code
	}
	before, err := skusByCode(tx, codes)
	if err != nil {
		return done, err
	}
	outcomes, err := c.putBatch(tx, b.SKUs, before, false)
	if err != nil {
		return done, err
	}
	after, err := skusByCode(tx, codes)
	if err != nil {
		return done, err
	}
	for i, code := range codes {
		one := skuDone{Code: code, Status: "unchanged", Fault: tell(outcomes[i].Fault)}
		switch was, is := before[code], after[code]; {
		case one.Fault != nil:
			one.Status = statusRefused
		case was == nil:
			one.Status, one.Version = "created", is.Version
		case was.Version != is.Version:
			one.Status, one.Version = "changed", is.Version
		default:
			one.Version = is.Version
		}
		done.SKUs = append(done.SKUs, one)
		done.Counts[one.Status]++
	}
	return done, nil
}

// skusByCode gives SKUs in full by their own codes, not by barcode.
func skusByCode(tx *db.Tx, codes []string) (map[string]*catalog.SKU, error) {
	found, err := catalog.Find(tx, codes)
	if err != nil {
		return nil, err
	}
	var ids []id.SKU
	for code, s := range found {
		if s.Code == code {
			ids = append(ids, s.ID)
		}
	}
	full, err := catalog.Get(tx, ids)
	named := make(map[string]*catalog.SKU, len(full))
	for _, s := range full {
		named[s.Code] = s
	}
	return named, err
}

// putBatch makes SKUs of bodies and puts those that can be made. Who asks for no
// version is merged with what was read here: should that be old, all is done again.
func (c *call) putBatch(tx *db.Tx, bodies []skuBody, known map[string]*catalog.SKU, whole bool) ([]fault.Outcome[id.SKU], error) {
	parts, err := partsOf(tx, bodies)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[id.SKU], len(bodies))
	var skus []catalog.SKU
	var at []int
	for i := range bodies {
		s, f := c.skuOf(&bodies[i], known[bodies[i].Code], parts, whole)
		if f != nil {
			outcomes[i] = fault.Refused[id.SKU](f)
			continue
		}
		skus, at = append(skus, s), append(at, i)
	}
	if len(skus) == 0 {
		return outcomes, nil
	}
	put, err := catalog.Put(tx, skus)
	for j, i := range at {
		if err != nil {
			break
		}
		if outcomes[i] = put[j]; bodies[i].Version == 0 && errors.Is(faultOf(put[j]), catalog.ErrStale) {
			return nil, db.ErrAgain
		}
	}
	return outcomes, err
}

func faultOf[T any](o fault.Outcome[T]) error {
	if o.Fault == nil {
		return nil
	}
	return o.Fault
}

// partsOf finds the SKUs that bundles name, by code.
func partsOf(tx *db.Tx, bodies []skuBody) (map[string]*catalog.SKU, error) {
	var codes []string
	for _, b := range bodies {
		if b.Parts != nil {
			for _, p := range *b.Parts {
				codes = append(codes, p.Code)
			}
		}
	}
	return catalog.Find(tx, codes)
}

// skuOf lays a body over what stands.
func (c *call) skuOf(b *skuBody, old *catalog.SKU, parts map[string]*catalog.SKU, whole bool) (s catalog.SKU, f *fault.Fault) {
	if old != nil {
		s = *old
	}
	if whole {
		s = catalog.SKU{Cost: s.Cost, Version: s.Version}
		if c.caller.May(staff.CostRead) {
			s.Cost = 0
		}
	}
	s.Code = b.Code
	if b.Version != 0 {
		s.Version = b.Version
	}
	set(&s.Name, b.Name)
	set(&s.NameEN, b.NameEN)
	set(&s.Category, b.Category)
	set(&s.Brand, b.Brand)
	set(&s.LengthMM, b.LengthMM)
	set(&s.WidthMM, b.WidthMM)
	set(&s.HeightMM, b.HeightMM)
	set(&s.WeightG, b.WeightG)
	set(&s.LotTracked, b.LotTracked)
	set(&s.ShelfLifeDays, b.ShelfLifeDays)
	set(&s.LifeLeftDaysMin, b.LifeLeftDaysMin)
	set(&s.Barcodes, b.Barcodes)
	m := &mapper{currency: houseCurrency}
	if b.Price != nil {
		s.Price = m.price("price", *b.Price)
	}
	if b.Cost != nil {
		if err := c.need(staff.CostRead); err != nil {
			return s, fault.Of(err)
		}
		s.Cost = m.price("cost", *b.Cost)
	}
	if b.Parts != nil {
		s.Parts = nil
		for i, p := range *b.Parts {
			part := parts[p.Code]
			if part == nil {
				m.add(fmt.Sprintf("parts[%d].code", i), "没有这个商品", "there is no such SKU")
				continue
			}
			s.Parts = append(s.Parts, catalog.Part{SKU: part.ID, Qty: p.Qty})
		}
		s.Bundle = len(s.Parts) > 0
	}
	if m.fault != nil {
		f = catalog.ErrInvalid
		for _, field := range m.fault.Fields {
			f = f.Field(field.Name, field.ZH, field.EN)
		}
	}
	return s, f
}

func (m *mapper) price(name, text string) money.Amount {
	if text == "" {
		m.add(name, "请填写金额,例如 12.30", "is an amount such as 12.30")
	}
	return m.amount(name, text)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
