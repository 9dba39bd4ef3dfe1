package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// cardView is a card as JSON.
type cardView struct {
	OrderID     string   `json:"order_id"`
	Shop        string   `json:"shop"`
	ExternalNo  string   `json:"external_no"`
	Word        string   `json:"word"`
	Blocked     bool     `json:"blocked"`
	Short       bool     `json:"short"`
	Why         string   `json:"why,omitempty"`
	Warehouses  []string `json:"warehouses"`
	NameMask    string   `json:"name_mask"`
	Place       string   `json:"place"`
	Total       string   `json:"total"`
	Currency    string   `json:"currency"`
	Lines       int64    `json:"lines"`
	Units       int64    `json:"units"`
	Packages    int64    `json:"packages"`
	PackagesOut int64    `json:"packages_out"`
	OrderedAt   string   `json:"ordered_at"`
	ShipBy      string   `json:"ship_by,omitempty"`
}

func viewCard(c order.Card, s shop.Shop) cardView {
	return cardView{OrderID: c.Order.String(), Shop: s.Code, ExternalNo: c.ExternalNo, Word: string(c.Word),
		Blocked: c.Blocked, Short: c.Short, Why: c.Why, Warehouses: append([]string{}, strings.Fields(c.Warehouses)...),
		NameMask: c.NameMask, Place: c.Place,
		Total: money.Amount(c.Total).Format(s.Currency), Currency: string(s.Currency), Lines: c.Lines, Units: c.Units, Packages: c.Packages,
		PackagesOut: c.PackagesOut, OrderedAt: instant(c.OrderedAt), ShipBy: instant(c.ShipBy)}
}

func instant(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().Format(time.RFC3339)
}

type ordersQuery struct {
	Shop    string   `query:"shop" doc:"Code of a shop."`
	Word    string   `query:"word" doc:"State, as cards show it."`
	Blocked bool     `query:"blocked" doc:"Only orders that something holds."`
	Short   bool     `query:"short" doc:"Only orders that wait for stock."`
	Phone   string   `query:"phone" doc:"Whole phone number or its last four digits; no other filter then."`
	Number  string   `query:"external_no" doc:"The channel's number; needs shop."`
	Before  id.Order `query:"before" doc:"The next of the page before."`
	Limit   int64    `query:"limit" max:"500" default:"50"`
}

type ordersPage struct {
	Orders []cardView `json:"orders"`
	// Next is the value of before for the next page; empty at the end.
	Next string `json:"next"`
}

// listOrders gives cards, the newest first.
func listOrders(c *call, tx *db.Tx, q ordersQuery) (ordersPage, error) {
	shops, err := shop.All(tx)
	if err != nil {
		return ordersPage{}, err
	}
	byID := map[id.Shop]shop.Shop{}
	for _, s := range shops {
		byID[s.ID] = s
	}
	cards, err := findOrders(c, tx, q)
	if err != nil {
		return ordersPage{}, err
	}
	page := ordersPage{Orders: make([]cardView, len(cards))}
	for i, card := range cards {
		page.Orders[i] = viewCard(card, byID[card.Shop])
	}
	if q.Phone == "" && q.Number == "" && len(cards) == int(q.Limit) {
		page.Next = cards[len(cards)-1].Order.String()
	}
	return page, nil
}

func knownWord(word string) bool { return slices.Contains(order.Words(), order.Word(word)) }

// shopNamed finds a shop of the caller's scope by its code.
func (c *call) shopNamed(tx *db.Tx, code string) (shop.Shop, error) {
	found, err := shop.ByCode(tx, []string{code})
	if err != nil {
		return shop.Shop{}, err
	}
	if s, known := found[code]; known && c.caller.Scope.HasShop(s.ID) {
		return s, nil
	}
	return shop.Shop{}, ErrQuery.Field("shop", "没有这个店铺", "there is no such shop")
}

func findOrders(c *call, tx *db.Tx, q ordersQuery) ([]order.Card, error) {
	f := flow.Search{Phone: q.Phone, Number: q.Number, Filter: order.Filter{Word: order.Word(q.Word), Blocked: q.Blocked, Short: q.Short,
		Before: q.Before, Limit: int(q.Limit), Scope: c.caller.Scope}}
	if q.Word != "" && !knownWord(q.Word) {
		return nil, ErrQuery.Field("word", "没有这个状态", "there is no such word")
	}
	if q.Shop != "" {
		s, err := c.shopNamed(tx, q.Shop)
		if err != nil {
			return nil, err
		}
		f.Shop = s.ID
	}
	if q.Phone == "" && q.Number != "" && f.Shop == 0 {
		return nil, ErrQuery.Field("shop", "按平台单号查询时必填", "is needed to look for a channel's number")
	}
	return flow.Find(tx, c.api.cfg.Kit.Keys, f)
}

// orderView is everything about an order that a machine may see: masks only.
type orderView struct {
	Card     cardView        `json:"card"`
	Document documentView    `json:"document"`
	Contact  contactView     `json:"contact"`
	Lines    []lineView      `json:"lines"`
	Holds    []holdView      `json:"holds"`
	Packages []packageView   `json:"packages"`
	Timeline []timelineEntry `json:"timeline"`
}

func (v orderView) version() int64 { return v.Document.Version }

// documentView is what a person may edit on an order, and its version.
type documentView struct {
	Version    int64    `json:"version"`
	Kind       string   `json:"kind"`
	Review     string   `json:"review"`
	SellerMemo string   `json:"seller_memo"`
	Flag       int      `json:"flag"`
	Label      string   `json:"label"`
	Tags       []string `json:"tags"`
	ShipBy     string   `json:"ship_by,omitempty"`
	PaidAt     string   `json:"paid_at,omitempty"`
	Channel    string   `json:"channel_state"`
}

// shown: what people typed is erased with the person, so no answer keeps it.
func (v documentView) shown() any {
	v.SellerMemo, v.Label, v.Tags = "", "", []string{}
	return v
}

func viewDocument(o *order.Order) documentView {
	return documentView{Version: o.Version, Kind: string(o.Kind), Review: string(o.Review), SellerMemo: o.SellerMemo, Flag: o.Flag, Label: o.Label,
		Tags: append([]string{}, strings.Fields(o.Tags)...), ShipBy: instant(o.ShipBy), PaidAt: instant(o.PaidAt), Channel: string(o.ChannelState)}
}

type contactView struct {
	Name    string `json:"name"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
	Region  string `json:"region"`
}

type lineView struct {
	LineID     string `json:"line_id"`
	ExternalNo string `json:"external_no,omitempty"`
	ParentID   string `json:"parent_id,omitempty"`
	Kind       string `json:"kind"`
	Code       string `json:"code"`
	Name       string `json:"name"`
	Price      string `json:"price"`
	Discount   string `json:"discount"`
	Due        string `json:"due"`
	Ordered    int64  `json:"ordered"`
	Cancelled  int64  `json:"cancelled"`
	Reserved   int64  `json:"reserved"`
	Allocated  int64  `json:"allocated"`
	Picked     int64  `json:"picked"`
	Packed     int64  `json:"packed"`
	Shipped    int64  `json:"shipped"`
	Delivered  int64  `json:"delivered"`
	Returned   int64  `json:"returned"`
	Refunded   int64  `json:"refunded"`
}

type holdView struct {
	Kind       string `json:"kind"`
	Handle     string `json:"handle"`
	ZH         string `json:"zh"`
	EN         string `json:"en"`
	Blocks     string `json:"blocks"`
	ReleaseHow string `json:"release_how"`
	Deadline   string `json:"deadline,omitempty"`
	PlacedAt   string `json:"placed_at"`
	PlacedBy   string `json:"placed_by"`
	ReleasedAt string `json:"released_at,omitempty"`
	ReleasedBy string `json:"released_by,omitempty"`
}

type timelineEntry struct {
	At      string          `json:"at"`
	Object  string          `json:"object"`
	What    string          `json:"what"`
	Actor   string          `json:"actor"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// getOrder gives one order.
func getOrder(c *call, tx *db.Tx, _ none) (orderView, error) {
	n, err := c.order()
	if err != nil {
		return orderView{}, err
	}
	known, err := flow.Look(tx, c.caller.Scope, n)
	if err != nil {
		return orderView{}, err
	}
	return viewOrder(c.caller, known), nil
}

func viewOrder(caller staff.Caller, k flow.View) orderView {
	v := orderView{Card: viewCard(k.Card, k.Shop), Document: viewDocument(k.Order),
		Contact: contactView{Name: k.Recipient.Name.Mask, Phone: k.Recipient.Phone.Mask, Address: k.Recipient.Address.Mask, Region: k.Order.Region},
		Lines:   []lineView{}, Holds: []holdView{}, Packages: []packageView{}, Timeline: viewTimeline(caller, k)}
	for _, l := range k.Order.Lines {
		v.Lines = append(v.Lines, viewLine(l, k.Order.Currency))
	}
	for _, h := range k.Holds {
		v.Holds = append(v.Holds, holdView{Kind: h.Kind, Handle: h.Handle, ZH: h.ReasonZH, EN: h.ReasonEN, Blocks: string(h.Blocks),
			ReleaseHow: string(h.ReleaseHow), Deadline: instant(h.Deadline), PlacedAt: instant(h.PlacedAt), PlacedBy: h.PlacedBy,
			ReleasedAt: instant(h.ReleasedAt), ReleasedBy: h.ReleasedBy})
	}
	for _, p := range k.Packages {
		pv := viewPackage(p, k.Warehouses[p.Warehouse].Code)
		if w := k.Waybills[p.ID]; w != nil {
			pv.Waybill = w.Number
		}
		pv.Carrier = k.Carriers[p.Carrier].Code
		for _, it := range p.Items {
			if it.Order == k.Order.ID {
				pv.Items = append(pv.Items, viewItem(it, k.Order))
			}
		}
		for _, e := range k.News[p.ID] {
			pv.Tracking = append(pv.Tracking, viewNews(e))
		}
		v.Packages = append(v.Packages, pv)
	}
	return v
}

// viewItem shows pieces of an order's line in a package.
func viewItem(it fulfilment.Item, o *order.Order) itemView {
	v := itemView{OrderID: it.Order.String(), LineID: it.Line.String(), Qty: it.Qty}
	for _, l := range o.Lines {
		if l.ID == it.Line {
			v.SKU, v.Name = l.Code, l.Name
		}
	}
	return v
}

func viewLine(l *order.Line, cur money.Currency) lineView {
	v := lineView{LineID: l.ID.String(), ExternalNo: l.ExternalNo, Kind: string(l.Kind), Code: l.Code, Name: l.Name,
		Price: l.Price.Format(cur), Discount: l.Discount.Format(cur), Due: l.Due.Format(cur), Ordered: l.Ordered, Cancelled: l.Cancelled,
		Reserved: l.Reserved, Allocated: l.Allocated, Picked: l.Picked, Packed: l.Packed, Shipped: l.Shipped, Delivered: l.Delivered,
		Returned: l.Returned, Refunded: l.Refunded}
	if l.Parent != 0 {
		v.ParentID = l.Parent.String()
	}
	return v
}

// viewTimeline shows what happened; a rule's reasons name costs to those alone who may
// see costs.
func viewTimeline(caller staff.Caller, k flow.View) []timelineEntry {
	list := make([]timelineEntry, len(k.Rows))
	for i, r := range k.Rows {
		list[i] = timelineEntry{At: instant(r.At), Object: r.About + " " + strconv.FormatInt(r.ID, 10), What: r.What, Actor: r.By.Actor,
			Payload: caller.WithoutCosts(rawJSON(r.Payload))}
	}
	return list
}

// rawJSON lets a journal row's payload through as JSON.
func rawJSON(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return nil
	}
	return json.RawMessage(text)
}

type timelineView struct {
	Timeline []timelineEntry `json:"timeline"`
}

func getTimeline(c *call, tx *db.Tx, _ none) (timelineView, error) {
	n, err := c.order()
	if err != nil {
		return timelineView{}, err
	}
	known, err := flow.Look(tx, c.caller.Scope, n)
	return timelineView{viewTimeline(c.caller, known)}, err
}

// order reads the order that the path names.
func (c *call) order() (id.Order, error) {
	n, ok := id.Parse("O", c.r.PathValue("id"))
	if !ok {
		return 0, order.ErrMissing
	}
	return id.Order(n), nil
}

// seenOrder is order for who may act on it: outside of their scope it is missing.
func (c *call) seenOrder(tx *db.Tx) (id.Order, error) {
	n, err := c.order()
	if err != nil {
		return 0, err
	}
	cards, err := order.Cards(tx, []id.Order{n})
	if err != nil {
		return 0, err
	}
	if card, known := cards[n]; !known || !c.caller.Scope.HasShop(card.Shop) {
		return 0, order.ErrMissing
	}
	return n, nil
}

// outcomeOf is what a command of one member answers with: its fault, or nil.
func outcomeOf[T any](outcomes []fault.Outcome[T], err error) (T, error) {
	var zero T
	if err != nil {
		return zero, err
	}
	if f := outcomes[0].Fault; f != nil {
		return zero, f
	}
	return outcomes[0].Value, nil
}
