package flow

import (
	"encoding/json"
	"fmt"
	"maps"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/journal"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

// LineChange is what a person wants of the lines of an order before it is released: a
// line goes, goods come, or both, which swaps them.
type LineChange struct {
	Order id.Order
	// Version is of the order as the person saw it; 0 for whatever it is now.
	Version int64
	// Drop is the line that goes; 0 for none.
	Drop id.Line
	// Code names the goods that come, by SKU code or barcode, and Qty how many; "" for
	// none. Price is per piece; below 0 it is what the line that goes costs, or else the
	// list price.
	Code  string
	Qty   int64
	Price money.Amount
	// MayPrice: the person may sell below the list price.
	MayPrice bool
}

// Supply is what a warehouse has of goods that an order wants.
type Supply struct {
	inventory.Place
	Code, Name string
	Want, Has  int64
}

// LineEffect is what a change of lines would do.
type LineEffect struct {
	order.Effect
	Order *order.Order
	// Gone is the line that goes, Come the one that comes; nil for none.
	Gone, Come *order.Line
	// Stock is what the warehouses of the shop have of the goods that come, Short how many
	// pieces they lack together.
	Stock []Supply
	Short int64
}

// TryLines tells what ChangeLines would do, and writes nothing. Faults: as ChangeLines.
func TryLines(tx *db.Tx, c LineChange) (LineEffect, error) {
	orders, err := order.Get(tx, []id.Order{c.Order})
	if err != nil {
		return LineEffect{}, err
	}
	o, s, r, err := c.read(tx, orders)
	if err != nil {
		return LineEffect{}, err
	}
	e := LineEffect{Order: o, Gone: lineOf(o, c.Drop)}
	if e.Effect, err = r.Effect(o); err != nil || r.With == nil {
		return e, err
	}
	e.Come = r.With.Lines[0]
	return e, e.supply(tx, s, r)
}

// supply looks at the warehouses from which the shop serves the order. What the line
// that goes holds there is free again by then.
func (e *LineEffect) supply(tx *db.Tx, s shop.Shop, r order.Reline) error {
	wants := map[id.SKU]int64{}
	for _, l := range r.With.Lines {
		if l.Moves() {
			wants[l.SKU] += l.Ordered
		}
	}
	freed, err := freedBy(tx, e.Order, e.Gone)
	if err != nil {
		return err
	}
	_, route, err := routeOf(tx, e.Order)
	if err != nil {
		return err
	}
	if e.Stock, err = suppliesOf(tx, s, route, wants, freed); err != nil {
		return err
	}
	left := maps.Clone(wants)
	for _, one := range e.Stock {
		left[one.SKU] -= min(left[one.SKU], one.Has)
	}
	for _, n := range left {
		e.Short += n
	}
	return nil
}

// suppliesOf tells what warehouses have of goods that an order of a shop wants, by
// warehouse and SKU. held is what is theirs already, or will be free by then.
func suppliesOf(tx *db.Tx, s shop.Shop, at []id.Warehouse, wants map[id.SKU]int64, held map[inventory.Place]int64) ([]Supply, error) {
	skus, err := catalog.Get(tx, keysOf(wants))
	if err != nil {
		return nil, err
	}
	lv, err := inventory.Look(tx, keysOf(wants))
	if err != nil {
		return nil, err
	}
	var list []Supply
	for _, w := range at {
		for _, sku := range keysOf(wants) {
			p := inventory.Place{Warehouse: w, SKU: sku}
			list = append(list, Supply{Place: p, Code: skus[sku].Code, Name: skus[sku].Name, Want: wants[sku], Has: lv.At(p).Available(s.ID, s.Promises) + held[p]})
		}
	}
	return list, nil
}

// freedBy gives what a line of an order, with its components, holds by place.
func freedBy(tx *db.Tx, o *order.Order, gone *order.Line) (map[inventory.Place]int64, error) {
	freed := map[inventory.Place]int64{}
	if gone == nil {
		return freed, nil
	}
	claims, err := inventory.ClaimsOf(tx, []id.Order{o.ID})
	for _, c := range claims {
		if l := lineOf(o, c.Line); l == gone || l != nil && l.Parent == gone.ID {
			freed[c.Place] += c.Open
		}
	}
	return freed, err
}

// ChangeLines changes the lines of an order: what goes gives its goods back, what comes
// claims stock or waits for it, the rules are asked again. What the buyer then owes holds
// the order until it is collected; what goes back to the buyer is work for a person.
// Faults: ErrFields, ErrTyped, ErrBelowPrice, order.ErrVersion and those of
// order.Reline.May.
func ChangeLines(tx *db.Tx, kit Kit, c LineChange) (order.Effect, error) {
	orders, err := order.Lock(tx, []id.Order{c.Order})
	if err != nil {
		return order.Effect{}, err
	}
	o, s, r, err := c.read(tx, orders)
	if err != nil {
		return order.Effect{}, err
	}
	e, err := r.Take(tx, o)
	if err != nil {
		return e, err
	}
	if c.Drop != 0 {
		err = cancel(tx, o, Cancellation{Order: o.ID, Lines: map[id.Line]int64{c.Drop: 0}, Why: "审单改商品"}, orders)
	} else {
		err = voidPlanned(tx, orders, "审单改商品")
	}
	if err != nil {
		return e, err
	}
	if o.Claims(s.ReserveUnpaid) && shortUnits(o) > 0 {
		if err := claimAgain(tx, orders); err != nil {
			return e, err
		}
	}
	if err := afterLines(tx, o, s); err != nil {
		return e, err
	}
	if err := settleBalance(tx, o, e.Open()); err != nil {
		return e, err
	}
	_, err = rejudge(tx, kit, []*order.Order{o})
	if err != nil {
		return e, err
	}
	return e, goOn(tx, orders)
}

// read makes of a wish what order.Reline does, for an order that was read or locked.
func (c LineChange) read(tx *db.Tx, orders []*order.Order) (o *order.Order, s shop.Shop, r order.Reline, err error) {
	if len(orders) == 0 {
		return nil, s, r, order.ErrMissing
	}
	o = orders[0]
	if c.Version != 0 && o.Version != c.Version {
		return o, s, r, order.ErrVersion
	}
	shops, err := shop.ByID(tx, []id.Shop{o.Shop})
	if err != nil {
		return o, s, r, err
	}
	s = shops[o.Shop]
	if c.Drop != 0 {
		r.Drop = []id.Line{c.Drop}
	}
	if c.Code != "" {
		skus, err := catalog.Find(tx, []string{c.Code})
		if err != nil {
			return o, s, r, err
		}
		if known := skus[c.Code]; known != nil { // as the catalog writes it
			c.Code = known.Code
			skus[c.Code] = known
		}
		d, err := c.draft(tx, o)
		if err != nil {
			return o, s, r, err
		}
		r.With = order.Open(tx, d, s, skus)
	}
	if f := r.May(o); f != nil {
		err = f
	}
	return o, s, r, err
}

// draft is an order of the one line that comes, priced.
func (c LineChange) draft(tx *db.Tx, o *order.Order) (*order.Draft, error) {
	if c.Qty < 1 || c.Qty > order.QtyMax {
		return nil, ErrFields.Field("qty", fmt.Sprintf("应为 1 到 %d 的整数", order.QtyMax), fmt.Sprintf("is a whole number from 1 to %d", order.QtyMax))
	}
	l := order.DraftLine{Code: c.Code, Qty: c.Qty, Price: c.Price}
	may := c.MayPrice
	if gone := lineOf(o, c.Drop); gone != nil {
		if l.Price < 0 {
			l.Price = gone.Each()
		}
		may = may || l.Price >= gone.Each() // what was paid for the one may pay for the other
	}
	d := &order.Draft{Currency: o.Currency, Lines: []order.DraftLine{l}}
	if err := CheckTyped(tx, d, may); err != nil {
		return nil, err
	}
	if d.Lines[0].Price > order.PriceMax {
		return nil, ErrFields.Field("price", "单价过高", "is too high")
	}
	return d, nil
}

// afterLines holds an order for what is short now, and ends the holds of lines that are
// known, or gone.
func afterLines(tx *db.Tx, o *order.Order, s shop.Shop) error {
	var holds []review.Hold
	if o.Claims(s.ReserveUnpaid) {
		holds = shortageHolds(o)
	}
	unmatched := map[string]bool{}
	for _, h := range unmatchedHolds(o) {
		unmatched[h.Handle] = true
		holds = append(holds, review.Hold{Order: o.ID, Shop: o.Shop, HoldDraft: h})
	}
	if _, err := review.Place(tx, holds); err != nil {
		return err
	}
	_, err := review.Release(tx, append(noLongerStrange(o, unmatched), noLongerShort(o)...))
	return err
}

// handleBalance is the hold of an order whose buyer owes more than was asked.
const handleBalance = "balance"

// balance is what the facts of that hold, or the detail of the work to give money back,
// say is open.
type balance struct {
	Balance money.Amount `json:"balance"`
}

// settleBalance adds what a change of lines leaves open to what former changes left, and
// puts the sum before people in the place of the former.
func settleBalance(tx *db.Tx, o *order.Order, open money.Amount) error {
	if open == 0 {
		return nil
	}
	live, err := review.Live(tx, []id.Order{o.ID})
	if err != nil {
		return err
	}
	var ends []review.HoldEnd
	for _, h := range live[o.ID] {
		if h.Handle == handleBalance {
			open += balanceIn(h.Facts)
			ends = append(ends, review.HoldEnd{Order: o.ID, Handle: h.Handle, How: "replaced by a later change"})
		}
	}
	work, err := review.List(tx, review.Filter{Order: o.ID, Kind: review.KindRefundDue})
	if err != nil {
		return err
	}
	var old []id.Exception
	for _, e := range work {
		open += balanceIn(e.Detail)
		old = append(old, e.ID)
	}
	if _, err := review.Release(tx, ends); err != nil {
		return err
	}
	if _, err := review.Close(tx, old, "replaced by a later change"); err != nil {
		return err
	}
	return askBalance(tx, o, open)
}

func balanceIn(text string) money.Amount {
	var b balance
	_ = json.Unmarshal([]byte(text), &b) // our own words; none reads as nothing
	return b.Balance
}

func askBalance(tx *db.Tx, o *order.Order, open money.Amount) error {
	facts := journal.JSON(balance{open})
	switch {
	case open > 0:
		_, err := review.Place(tx, []review.Hold{{Order: o.ID, Shop: o.Shop, HoldDraft: review.HoldDraft{Kind: review.HoldBalance, Handle: handleBalance,
			NeedsPerson: true, Source: "desk", Facts: facts, ReasonZH: "改商品后还要向买家收取 " + open.Format(o.Currency),
			ReasonEN: "After the change of lines the buyer owes another " + open.Format(o.Currency)}}})
		return err
	case open < 0:
		_, err := review.Open(tx, []review.Exception{{Kind: review.KindRefundDue, Key: fmt.Sprintf("%d-%d", o.ID, o.Version), Order: o.ID, Shop: o.Shop,
			Detail: facts, ZH: "改商品后应退给买家 " + (-open).Format(o.Currency), EN: "After the change of lines " + (-open).Format(o.Currency) + " goes back to the buyer"}})
		return err
	}
	return nil
}
