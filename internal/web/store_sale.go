package web

import (
	"crypto/sha256"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/finance"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// saleDoc is one finished sale as a till keeps and sends it. Amounts are minor units,
// SoldAt milliseconds by the till's clock. Key was made by the till, and the same
// document may come any number of times.
type saleDoc struct {
	Key      string     `json:"key"`
	Shop     string     `json:"shop"`
	SoldAt   int64      `json:"sold_at"`
	Mode     string     `json:"mode"` // take, pickup, deliver
	Lines    []saleLine `json:"lines"`
	Customer string     `json:"customer"`
	On       string     `json:"on"`
	Slot     string     `json:"slot"`
	Tenders  []struct {
		Method finance.Method `json:"method"`
		Given  int64          `json:"given"`
	} `json:"tenders"`
	Change int64 `json:"change"`
}

type saleLine struct {
	Code  string `json:"code"`
	Qty   int64  `json:"qty"`
	Price int64  `json:"price"`
}

// saleKinds are the kinds of order that the ways of handing over make.
var saleKinds = map[string]order.Kind{"take": order.Counter, "pickup": order.PickUp, "deliver": order.Normal}

var (
	saleKey  = regexp.MustCompile(`^T[0-9A-Z]{10,39}$`)
	saleSlot = regexp.MustCompile(`^\d{2}:\d{2}-\d{2}:\d{2}$`)
)

const (
	// saleLines bounds a sale: more belongs into an order of its own.
	saleLines = 200
	// saleAge is how long a till may have been cut off before its clock is not believed.
	saleAge = 7 * 24 * time.Hour
)

// tillSale books a finished sale. The answer to the same sale is always the same one.
func (s *Site) tillSale(v *visit) error {
	raw := v.r.PostForm.Get("sale")
	doc, err := readSale(raw)
	if err != nil {
		return s.tell(v, nil, err)
	}
	story, err := s.saleOf(v, doc)
	if err != nil {
		return s.tell(v, nil, err)
	}
	digest := sha256.Sum256([]byte(raw))
	story.Digest = digest[:]
	var sold flow.Sold
	err = s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "till " + doc.Key}, func(tx *db.Tx) (err error) {
		sold, err = flow.Sell(tx, s.cfg.Kit, story)
		return err
	})
	return s.tell(v, map[string]any{"sale": sold.Sale.ID.String(), "order": sold.Sale.Order.String(), "no": sold.Sale.Key, "handed": sold.Sale.Handed,
		"why": sold.Why, "again": sold.Again}, err)
}

func readSale(raw string) (doc saleDoc, err error) {
	d := json.NewDecoder(strings.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		return doc, errTillForm.Wrap(err)
	}
	_, known := saleKinds[doc.Mode]
	_, day := time.Parse(time.DateOnly, doc.On)
	if !known || !saleKey.MatchString(doc.Key) || len(doc.Lines) == 0 || len(doc.Lines) > saleLines || doc.On != "" && day != nil ||
		doc.Slot != "" && !saleSlot.MatchString(doc.Slot) {
		return doc, errTillForm
	}
	for _, l := range doc.Lines {
		if l.Qty < 1 || l.Qty > order.QtyMax || l.Price < 0 || l.Price > order.PriceMax {
			return doc, errTillForm
		}
	}
	return doc, nil
}

// saleOf turns a document into the story's sale. Personal data is opened and sealed
// anew outside the transaction that books it.
func (s *Site) saleOf(v *visit, doc saleDoc) (flow.Sale, error) {
	var here shop.Shop
	var who customer.Contact
	var now db.Instant
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if here, _, _, err = v.storeOf(tx, doc.Shop); err != nil || doc.Customer == "" {
			return err
		}
		who, err = s.contactOf(tx, doc.Customer)
		return err
	})
	if err != nil {
		return flow.Sale{}, err
	}
	if doc.Mode != "take" && (who.Name == "" || who.Phone == "") || doc.Mode == "deliver" && who.Detail == "" {
		return flow.Sale{}, errWho
	}
	d := &order.Draft{ShopCode: here.Code, ExternalNo: doc.Key, Kind: saleKinds[doc.Mode], ChannelState: order.ToShip, ChannelWord: "till",
		ModifiedAt: db.Instant(doc.SoldAt * 1000), OrderedAt: s.soldAt(doc, now), Currency: here.Currency, Tags: []string{"till"}}
	d.PaidAt = d.OrderedAt
	if who.Phone != "" {
		d.Contact, d.Buyer = who, customer.BuyerDraft{Name: who.Name, ID: who.Phone}
	}
	if doc.Mode != "take" {
		d.Wishes = order.Wishes{On: doc.On, Slot: doc.Slot}
	}
	if doc.Mode == "pickup" {
		d.Wishes.Store = here.Code
	}
	for _, l := range doc.Lines {
		d.Lines = append(d.Lines, order.DraftLine{Code: l.Code, Qty: l.Qty, Price: money.Amount(l.Price)})
		d.Paid += money.Amount(l.Price) * money.Amount(l.Qty)
	}
	out := flow.Sale{Shop: here, Change: money.Amount(doc.Change), MayPrice: v.caller.May(staff.OrderEdit)}
	for _, t := range doc.Tenders {
		out.Tenders = append(out.Tenders, finance.Tender{Method: t.Method, Given: money.Amount(t.Given)})
	}
	out.Prepared = flow.Prepare(s.cfg.Kit, map[string]shop.Shop{here.Code: here}, []*order.Draft{d})[0]
	return out, nil
}

// soldAt is when a sale happened by the house's clock: as long ago as the till says,
// where that can be believed.
func (s *Site) soldAt(doc saleDoc, now db.Instant) db.Instant {
	age := s.cfg.Wall().Sub(time.UnixMilli(doc.SoldAt))
	if age < 0 || age > saleAge {
		age = 0
	}
	return now.Add(-age)
}

// saleNamed gives the sale of an address, within the visitor's scope. Fault:
// finance.ErrSaleMissing.
func (v *visit) saleNamed(tx *db.Tx) (finance.Sale, error) {
	n, ok := id.Parse("SA", v.r.PathValue("id"))
	if !ok {
		return finance.Sale{}, finance.ErrSaleMissing
	}
	sale, err := finance.GetSale(tx, id.Sale(n))
	if err == nil && !v.caller.Scope.HasShop(sale.Shop) {
		err = finance.ErrSaleMissing
	}
	return sale, err
}

// voidSale takes a sale of today back.
func (s *Site) voidSale(v *visit) error {
	err := s.act(v, func(tx *db.Tx) (string, error) {
		sale, err := v.saleNamed(tx)
		if err != nil {
			return "", err
		}
		_, err = flow.VoidSale(tx, sale.ID, v.r.PostForm.Get("reason"))
		return did("/store/shift", "sale_voided", 0, ""), err
	})
	if err == nil {
		return nil
	}
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	return s.showShift(v, status, c)
}
