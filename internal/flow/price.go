package flow

import (
	"fmt"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/order"
)

// The faults of an order that a person types in.
var (
	ErrTyped      = fault.New(fault.Invalid, "typed_order", "订单内容有误,没有保存;请修改标出的内容", "The order was not taken; mend what is marked")
	ErrBelowPrice = fault.New(fault.Forbidden, "price_below_list", "低于标价的价格须由销售经理或老板录入,没有保存", "Only a sales manager or an owner sells below the list price; the order was not taken")
)

// CheckTyped looks at a draft that a person typed: its goods must be known, and who may
// not set prices sells at the list price or above. Lines without a price (below 0) get
// the list price. Faults: ErrTyped, ErrBelowPrice, with the fields.
func CheckTyped(tx *db.Tx, d *order.Draft, mayPrice bool) error {
	codes := make([]string, len(d.Lines))
	for i, l := range d.Lines {
		codes[i] = l.Code
	}
	known, err := catalog.Find(tx, codes)
	if err != nil {
		return err
	}
	wrong, below := ErrTyped, ErrBelowPrice
	if len(d.Lines) == 0 {
		wrong = wrong.Field("lines[0].code", "请至少录入一种商品", "name at least one SKU")
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		s := known[l.Code]
		if s == nil {
			wrong = wrong.Field(fmt.Sprintf("lines[%d].code", i), "没有这个商品编码或条码", "no SKU has this code or barcode")
			continue
		}
		l.Name = s.Name
		if l.Price < 0 {
			l.Price = s.Price
		}
		if l.Price < s.Price && !mayPrice {
			below = below.Field(fmt.Sprintf("lines[%d].price", i), "标价 "+s.Price.Format(d.Currency), "the list price is "+s.Price.Format(d.Currency))
		}
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	if len(below.Fields) > 0 {
		return below
	}
	return nil
}
