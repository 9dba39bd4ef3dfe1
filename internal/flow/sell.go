package flow

import (
	"bytes"
	"fmt"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/finance"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// Sale is one sale at a till, as the till tells it. Its draft is of the kind Counter
// where the goods went with the customer, PickUp or Normal where they follow.
type Sale struct {
	Prepared Prepared
	Shop     shop.Shop
	// Digest knows what was told under the draft's ExternalNo, which the till made.
	Digest  []byte
	Tenders []finance.Tender
	Change  money.Amount
	// MayPrice: whoever sold may ask another price than the catalog's.
	MayPrice bool
}

// Sold is what became of a sale.
type Sold struct {
	Sale finance.Sale
	// Again: this very sale was booked before, and this is its answer.
	Again bool
	// Why says what keeps goods that went over the counter in the books, empty where
	// nothing does: the money is booked all the same.
	Why string
}

// The faults of a till.
var (
	ErrGoods = fault.New(fault.Invalid, "sale_goods", "有商品不在目录里,没有入账;请删去该行,或先在商品页建档",
		"Some goods are not in the catalog and nothing was booked; take the line out, or enter them on the page Products")
	ErrPrice = fault.New(fault.Forbidden, "price_not_permitted", "售价与目录不同,您没有改价权限,没有入账;请恢复目录价,或请有“修改订单”权限的人登录后重传",
		"A price differs from the catalog's and you may not change prices; nothing was booked. Set it back, or have somebody who may edit orders sign in and send it again")
	ErrNoDelivery = fault.New(fault.Conflict, "shop_delivers_not", "店铺 %s 只做柜台销售,不能送货;请改为带走或自提", "The shop %s sells over the counter alone; choose take away or pick-up")
	ErrNotToday   = fault.New(fault.Conflict, "sale_not_today", "只能作废当天的销售;更早的请走售后退货", "Only a sale of today can be made void; take older ones back as returns")
)

// Sell books a sale at a till: the order is placed and paid, goods that went with the
// customer leave the stock, the money goes into the open shift of whoever acts. A sale
// that is told twice is booked once. Money that was taken is booked even where the
// books lack the goods: Why says so, and they leave when the count was mended. Faults:
// those of the draft, ErrGoods, ErrPrice, ErrNoDelivery, finance.ErrNoShift,
// ErrShiftShop, ErrTender, ErrTenders, ErrKeyUsed.
func Sell(tx *db.Tx, kit Kit, s Sale) (Sold, error) {
	if s.Prepared.Fault != nil {
		return Sold{}, s.Prepared.Fault
	}
	d := s.Prepared.Draft
	if first, err := soldBefore(tx, s); err != nil || first != nil {
		return Sold{Sale: deref(first), Again: true}, err
	}
	if _, err := finance.LockShift(tx, s.Shop.ID); err != nil { // shifts are locked before orders
		return Sold{}, err
	}
	if err := maySell(tx, s); err != nil {
		return Sold{}, err
	}
	out, err := Accept(tx, kit, []Prepared{s.Prepared})
	if err != nil {
		return Sold{}, err
	}
	if out[0].Fault != nil {
		return Sold{}, out[0].Fault
	}
	a := out[0].Value
	if a.Duplicate { // another one was booked since we looked, or the number is no till's
		first, err := soldBefore(tx, s)
		if err == nil && first == nil {
			err = finance.ErrKeyUsed.With(d.ExternalNo)
		}
		return Sold{Sale: deref(first), Again: true}, err
	}
	sold := Sold{Sale: finance.Sale{Shop: s.Shop.ID, Key: d.ExternalNo, Digest: s.Digest, Order: a.Order, Currency: d.Currency,
		Total: d.Paid, Change: s.Change, SoldAt: d.OrderedAt}}
	if d.Kind == order.Counter {
		if sold.Sale.Handed, sold.Why, err = handOver(tx, a.Order); err != nil {
			return Sold{}, err
		}
	}
	sold.Sale, err = finance.Record(tx, sold.Sale, s.Tenders)
	return sold, err
}

func deref(s *finance.Sale) finance.Sale {
	if s == nil {
		return finance.Sale{}
	}
	return *s
}

// soldBefore gives the sale that has the key already, and refuses another one's.
func soldBefore(tx *db.Tx, s Sale) (*finance.Sale, error) {
	key := s.Prepared.Draft.ExternalNo
	first, err := finance.Find(tx, s.Shop.ID, key)
	if err == nil && first != nil && !bytes.Equal(first.Digest, s.Digest) {
		return nil, finance.ErrKeyUsed.With(key)
	}
	return first, err
}

// maySell looks at what the till asks for: goods of the catalog at its prices, or at
// others by right, paid to the cent, and brought by who brings.
func maySell(tx *db.Tx, s Sale) error {
	d := s.Prepared.Draft
	if d.Kind == order.Normal && s.Shop.Kind.Contactless() {
		return ErrNoDelivery.With(s.Shop.Code)
	}
	codes := make([]string, len(d.Lines))
	for i, l := range d.Lines {
		codes[i] = l.Code
	}
	goods, err := catalog.Find(tx, codes)
	if err != nil {
		return err
	}
	unknown, dear, total := ErrGoods, ErrPrice, money.Amount(0)
	for i, l := range d.Lines {
		total += l.Price*money.Amount(l.Qty) - l.Discount
		field := fmt.Sprintf("lines[%d]", i)
		switch sku := goods[l.Code]; {
		case sku == nil:
			unknown = unknown.Field(field, "没有编码或条码 "+l.Code, "nothing has the code or barcode "+l.Code)
		case sku.Price != l.Price && !s.MayPrice:
			dear = dear.Field(field, fmt.Sprintf("%s 目录价 %s", sku.Code, sku.Price.Format(d.Currency)), fmt.Sprintf("%s costs %s", sku.Code, sku.Price.Format(d.Currency)))
		}
	}
	switch {
	case len(unknown.Fields) > 0:
		return unknown
	case len(dear.Fields) > 0:
		return dear
	}
	if f := finance.Balance(s.Tenders, s.Change, total, d.Currency); f != nil {
		return f
	}
	return nil
}

// handOver takes the goods of an order that went over the counter out of the books, as
// one step: they were planned, picked and packed by who sold them. why says what keeps
// them there.
func handOver(tx *db.Tx, n id.Order) (handed bool, why string, err error) {
	orders, err := order.Lock(tx, []id.Order{n})
	if err != nil {
		return false, "", err
	}
	ready, bare, err := plannable(tx, orders)
	if err != nil || len(ready) == 0 {
		return len(bare) > 0, whyNot(tx, n, err), err
	}
	drafts, err := packageDrafts(tx, ready)
	if err != nil {
		return false, "", err
	}
	planned, err := fulfilment.Plan(tx, drafts)
	if err != nil {
		return false, "", err
	}
	if err := refresh(tx, ready); err != nil {
		return false, "", err
	}
	if f, err := advance(tx, ready, planned); err != nil || f != nil { // goods that no bin holds: they stay until the count is mended
		return false, firstSentence(f), err
	}
	out, err := Collect(tx, packageIDs(planned))
	if err != nil {
		return false, "", err
	}
	if f := firstFault(out); f != nil {
		return false, fault.Of(f).ZH, nil
	}
	return true, "", nil
}

func firstSentence(f *fault.Fault) string {
	if f == nil {
		return ""
	}
	return f.ZH
}

func packings(ids []id.Package) []fulfilment.Packing {
	list := make([]fulfilment.Packing, len(ids))
	for i, p := range ids {
		list[i].Package = p
	}
	return list
}

// whyNot says what keeps an order from the warehouse.
func whyNot(tx *db.Tx, n id.Order, err error) string {
	if err != nil {
		return ""
	}
	cards, err := order.Cards(tx, []id.Order{n})
	switch c := cards[n]; {
	case err != nil:
		return ""
	case c.Why != "":
		return c.Why
	case c.Short:
		return "账面库存不足,货款已入账;请盘点后补出库"
	}
	return "订单待审核,货款已入账"
}

// VoidSale makes a sale of today void: the money goes back out of the shift of whoever
// acts, goods that left come back into stock, what has not left is cancelled. Faults:
// ErrNotToday, finance.ErrSaleMissing, ErrVoided, ErrNoShift, ErrShiftShop,
// ErrShiftInput.
func VoidSale(tx *db.Tx, n id.Sale, why string) (finance.Sale, error) {
	s, err := finance.GetSale(tx, n)
	if err != nil {
		return finance.Sale{}, err
	}
	if shops, err := shop.ByID(tx, []id.Shop{s.Shop}); err != nil || !sameDay(shops[s.Shop], s.RecordedAt, tx.Now()) {
		if err == nil {
			err = ErrNotToday
		}
		return finance.Sale{}, err
	}
	if s, err = finance.Void(tx, n, why); err != nil {
		return finance.Sale{}, err
	}
	orders, err := order.Lock(tx, []id.Order{s.Order})
	if err != nil {
		return finance.Sale{}, err
	}
	var back []Brought
	open := false
	for _, o := range orders {
		open = open || !o.Ended()
		for _, l := range o.Lines {
			if left := l.Shipped - l.Returned; l.Moves() && left > 0 {
				back = append(back, Brought{Order: o.ID, Line: l.ID, Qty: left, Reference: s.ID.String()})
			}
		}
	}
	if len(back) > 0 {
		return s, BringBack(tx, back)
	}
	if !open {
		return s, nil
	}
	out, err := Cancel(tx, []Cancellation{{Order: s.Order, Why: why}})
	if err == nil {
		err = firstFault(out)
	}
	return s, err
}

func sameDay(s shop.Shop, a, b db.Instant) bool {
	zone := s.Location()
	return a.Time().In(zone).Format(time.DateOnly) == b.Time().In(zone).Format(time.DateOnly)
}
