package mcp

import (
	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

type closeArgs struct {
	Exception string `json:"exception_id" jsonschema:"number such as X-123"`
	How       string `json:"how" jsonschema:"how it was settled"`
	Token     string `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

// exceptionState is where an exception stands.
type exceptionState struct {
	ExceptionID string `json:"exception_id"`
	Kind        string `json:"kind"`
	Open        bool   `json:"open"`
}

func closeException(c *call, tx *db.Tx, in closeArgs) (p plan, err error) {
	number, ok := id.Parse("X", in.Exception)
	n := id.Exception(number)
	if !ok {
		return p, review.ErrExceptionMissing
	}
	e, err := review.GetException(tx, n)
	if err != nil {
		return p, err
	}
	if !c.caller.Scope.HasShop(e.Shop) {
		return p, review.ErrExceptionMissing
	}
	p.version = e.Version
	p.look = func(bool) (any, error) {
		e, err := review.GetException(tx, n)
		return exceptionState{ExceptionID: in.Exception, Kind: e.Kind, Open: e.ClosedAt == 0}, err
	}
	p.do = func() error { return outcomeOf(review.Close(tx, []id.Exception{n}, in.How)) }
	return p, nil
}

type adjustArgs struct {
	Warehouse string `json:"warehouse" jsonschema:"code of a warehouse"`
	SKU       string `json:"sku" jsonschema:"code or barcode"`
	Kind      string `json:"kind" jsonschema:"damage: stays on hand, unsellable; loss: gone; scrap: unsellable goods are gone; found: more than the books say"`
	Qty       int64  `json:"qty"`
	Lot       string `json:"lot,omitempty" jsonschema:"without lot and bin, the goods that must leave first"`
	Bin       string `json:"bin,omitempty"`
	Reference string `json:"reference,omitempty" jsonschema:"the paper"`
	Token     string `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

func adjustStock(c *call, tx *db.Tx, in adjustArgs) (p plan, err error) {
	places, err := c.warehouses(tx)
	if err != nil {
		return p, err
	}
	found, err := catalog.Find(tx, []string{in.SKU})
	if err != nil {
		return p, err
	}
	row, bad := flow.Adjustment{Kind: in.Kind, Qty: in.Qty, Lot: in.Lot, Bin: in.Bin, Reference: in.Reference}, ErrWanted
	for _, w := range places {
		if shop.Fold(w.Code) == shop.Fold(in.Warehouse) {
			row.Warehouse = w.ID
		}
	}
	if row.Warehouse == 0 {
		bad = bad.Field("warehouse", "没有这个仓库", "there is no such warehouse")
	}
	if sku := found[in.SKU]; sku == nil {
		bad = bad.Field("sku", "没有这个商品", "there is no such SKU")
	} else if f := sku.MayStock(row.LotToStock()); f != nil {
		bad = bad.Field("sku", f.ZH, f.EN)
	} else {
		row.SKU = sku.ID
	}
	if len(bad.Fields) > 0 {
		return p, bad
	}
	// Counters move with every order: they bind no token.
	p.look = func(bool) (any, error) { return c.placeState(tx, row.Place) }
	p.do = func() error { return flow.Adjust(tx, []flow.Adjustment{row}) }
	return p, nil
}

// placeState is the stock of a place and who waits for it: an adjustment may make
// orders give way.
func (c *call) placeState(tx *db.Tx, at inventory.Place) (any, error) {
	shops, err := c.shops(tx)
	if err != nil {
		return nil, err
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return nil, err
	}
	rows, err := c.stockRows(tx, at.SKU, shops)
	if err != nil {
		return nil, err
	}
	state := struct {
		Stock   []stockRow   `json:"stock"`
		Waiting []holderView `json:"waiting"`
	}{[]stockRow{}, []holderView{}}
	for _, r := range rows {
		if r.Warehouse == places[at.Warehouse].Code {
			state.Stock = append(state.Stock, r)
		}
	}
	state.Waiting, err = waitingFor(tx, at.SKU, shops)
	return state, err
}

// waitingFor gives the orders of shops that wait for a SKU.
func waitingFor(tx *db.Tx, sku id.SKU, shops seenShops) ([]holderView, error) {
	list := []holderView{}
	waiting, err := inventory.Waiting(tx, sku, listMost)
	for _, w := range waiting {
		if _, seen := shops[w.Shop]; seen {
			list = append(list, holderView{OrderID: w.Order.String(), Qty: w.Qty, Since: instant(w.Since)})
		}
	}
	return list, err
}
