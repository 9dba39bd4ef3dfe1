package flow

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// Relocation is the wish to serve an order before its release from one warehouse.
type Relocation struct {
	Order     id.Order
	Version   int64 // 0: whatever it is now
	Warehouse id.Warehouse
}

// The faults of a relocation.
var (
	ErrWarehouseRoute = fault.New(fault.Conflict, "warehouse_not_served", "店铺没有把这个仓库设为这个地区的发货仓;请先在店铺里设置,或换一个仓",
		"The shop does not serve this region from that warehouse; set its route first or choose another")
	ErrWarehouseLacks = fault.New(fault.Conflict, "warehouse_lacks", "这个仓库货不够,还缺 %d 件,没有改仓;请先调货,或换商品",
		"That warehouse lacks %d pieces, so nothing was moved; transfer stock first or change the lines")
	ErrNothingClaims = fault.New(fault.Conflict, "nothing_claims", "订单现在不占用库存(未付款、已关闭或没有商品),不需要改仓",
		"The order holds no stock now (unpaid, closed, or without goods), so no warehouse is to change")
)

// WarehouseOption is a warehouse that may serve an order, and what it has of the goods.
type WarehouseOption struct {
	Warehouse id.Warehouse
	Stock     []Supply
	// Lacks is how many pieces it does not have; Now that it holds all of the order already.
	Lacks int64
	Now   bool
}

// WarehouseOptions looks at the warehouses from which the shop serves an order's region.
// What the order holds at each is counted as there.
func WarehouseOptions(tx *db.Tx, o *order.Order) ([]WarehouseOption, error) {
	s, route, err := routeOf(tx, o)
	if err != nil {
		return nil, err
	}
	wants, held := map[id.SKU]int64{}, map[inventory.Place]int64{}
	for _, l := range o.Lines {
		if l.Moves() && l.Open() > 0 {
			wants[l.SKU] += l.Open()
		}
	}
	claims, err := inventory.ClaimsOf(tx, []id.Order{o.ID})
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		held[c.Place] += c.Open
	}
	supplies, err := suppliesOf(tx, s, route, wants, held)
	if err != nil {
		return nil, err
	}
	options := make([]WarehouseOption, len(route))
	for i, w := range route {
		options[i] = WarehouseOption{Warehouse: w, Now: len(wants) > 0, Stock: supplies[i*len(wants) : (i+1)*len(wants)]}
		for _, one := range options[i].Stock {
			options[i].Lacks += max(one.Want-one.Has, 0)
			options[i].Now = options[i].Now && held[one.Place] == one.Want
		}
	}
	return options, nil
}

func routeOf(tx *db.Tx, o *order.Order) (shop.Shop, []id.Warehouse, error) {
	shops, err := shop.ByID(tx, []id.Shop{o.Shop})
	if err != nil {
		return shop.Shop{}, nil, err
	}
	routes, err := shop.Routes(tx, []id.Shop{o.Shop})
	return shops[o.Shop], routes[o.Shop].For(province(o.Region)), err
}

// Relocate moves all claims of an order to one warehouse, or none: what it held
// elsewhere is free for others, packages that were planned are planned anew. Faults:
// order.ErrMissing, ErrVersion, ErrEnded, ErrRejected, ErrReleased, ErrNothingClaims,
// ErrWarehouseRoute, ErrWarehouseLacks.
func Relocate(tx *db.Tx, r Relocation) error {
	o, err := lockOne(tx, r.Order, r.Version)
	if err != nil {
		return err
	}
	s, err := r.may(tx, o)
	if err != nil {
		return err
	}
	orders := []*order.Order{o}
	if err := voidPlanned(tx, orders, "改仓"); err != nil {
		return err
	}
	codes, err := warehouseCodes(tx)
	if err != nil {
		return err
	}
	gone, from, err := r.free(tx, o, codes)
	if err != nil {
		return err
	}
	list, err := r.claim(tx, o, s, gone)
	if err != nil {
		return err
	}
	if err := order.Relocated(tx, o, from, codes[r.Warehouse], list); err != nil {
		return err
	}
	if err := queueShort(tx, orders); err != nil {
		return err
	}
	if err := serveFreed(tx, gone, orders); err != nil {
		return err
	}
	return unshort(tx, orders)
}

// may says what refuses to serve a locked order from the warehouse, and gives its shop.
func (r Relocation) may(tx *db.Tx, o *order.Order) (shop.Shop, error) {
	if f := order.MayChange(o); f != nil {
		return shop.Shop{}, f
	}
	s, route, err := routeOf(tx, o)
	switch {
	case err != nil:
		return s, err
	case !o.Claims(s.ReserveUnpaid) || openGoods(o) == 0:
		return s, ErrNothingClaims
	case !slices.Contains(route, r.Warehouse):
		return s, ErrWarehouseRoute
	}
	return s, nil
}

// free gives all claims of the order back and says what each line had and where.
func (r Relocation) free(tx *db.Tx, o *order.Order, codes map[id.Warehouse]string) (gone []order.Cancelled, from []string, err error) {
	claims, err := inventory.ClaimsOf(tx, []id.Order{o.ID})
	if err != nil {
		return nil, nil, err
	}
	for _, c := range claims {
		from = appendOnce(from, codes[c.Place.Warehouse])
	}
	var frees []inventory.Free
	for _, l := range o.Lines {
		if l.Moves() && l.Reserved > 0 {
			frees = append(frees, inventory.Free{Order: o.ID, Line: l.ID})
			gone = append(gone, order.Cancelled{Line: l, Free: l.Reserved})
		}
	}
	if len(frees) == 0 {
		return nil, from, nil
	}
	_, err = inventory.Release(tx, frees)
	return gone, from, err
}

// claim reserves all that the order owes at the warehouse, and gives what that changes
// on its lines.
func (r Relocation) claim(tx *db.Tx, o *order.Order, s shop.Shop, gone []order.Cancelled) ([]order.Change, error) {
	had := map[id.Line]int64{}
	for _, g := range gone {
		had[g.Line.ID], g.Line.Reserved = g.Line.Reserved, 0
	}
	w := want(o, s, shop.Route{})
	w.Warehouses, w.Whole = []id.Warehouse{r.Warehouse}, true
	var skus []id.SKU
	for _, l := range w.Lines {
		skus = append(skus, l.SKU)
	}
	lv, err := inventory.Lock(tx, skus, w.Warehouses)
	if err != nil {
		return nil, err
	}
	claims := fulfilment.Source(lv, []fulfilment.Want{w})
	if len(claims) == 0 {
		return nil, ErrWarehouseLacks.With(lacking(lv, w, s, r.Warehouse))
	}
	granted, err := inventory.Reserve(tx, lv, claims)
	if err != nil {
		return nil, err
	}
	got := map[id.Line]int64{}
	for i, n := range granted {
		if n != claims[i].Qty {
			return nil, db.ErrAgain // what Source saw under lock was not there
		}
		got[claims[i].Line] += n
	}
	var list []order.Change
	for _, l := range o.Lines {
		if l.Moves() {
			l.Reserved = had[l.ID] // Relocated adds the difference, and journals it
			list = append(list, order.Change{Line: l.ID, Reserved: got[l.ID] - had[l.ID]})
		}
	}
	return list, nil
}

func lacking(lv *inventory.Levels, w fulfilment.Want, s shop.Shop, at id.Warehouse) (n int64) {
	wants := map[id.SKU]int64{}
	for _, l := range w.Lines {
		wants[l.SKU] += l.Qty
	}
	for sku, qty := range wants {
		n += max(qty-lv.At(inventory.Place{Warehouse: at, SKU: sku}).Available(s.ID, s.Promises), 0)
	}
	return n
}
