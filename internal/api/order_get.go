package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/journal"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
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

// listOrders gives cards, the newest first. Query: shop, word, blocked, before, limit.
func (a *API) listOrders(w http.ResponseWriter, r *http.Request, _ string) error {
	shops, err := a.shops.all(r.Context())
	if err != nil {
		return err
	}
	f, err := filterOf(r.URL.Query(), shops)
	if err != nil {
		return err
	}
	var cards []order.Card
	if err := a.cfg.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		cards, err = order.List(tx, f)
		return err
	}); err != nil {
		return err
	}
	byID := map[id.Shop]shop.Shop{}
	for _, s := range shops {
		byID[s.ID] = s
	}
	page := struct {
		Orders []cardView `json:"orders"`
		// Next is the value of before for the next page; empty at the end.
		Next string `json:"next"`
	}{Orders: make([]cardView, len(cards))}
	for i, c := range cards {
		page.Orders[i] = viewCard(c, byID[c.Shop])
	}
	if len(cards) == f.Limit {
		page.Next = cards[len(cards)-1].Order.String()
	}
	write(w, jsonAnswer(http.StatusOK, page))
	return nil
}

const (
	pageDefault = 50
	pageMax     = 500
)

func filterOf(query url.Values, shops map[string]shop.Shop) (order.Filter, error) {
	f, bad := order.Filter{Limit: pageDefault}, ErrQuery
	for name, values := range query {
		value := values[0]
		switch name {
		case "shop":
			s, known := shops[shop.Fold(value)]
			if f.Shop = s.ID; !known {
				bad = bad.Field(name, "没有这个店铺", "there is no such shop")
			}
		case "word":
			if f.Word = order.Word(value); !slices.Contains(order.Words(), f.Word) {
				bad = bad.Field(name, "没有这个状态", "there is no such word")
			}
		case "blocked":
			if value != "true" && value != "false" {
				bad = bad.Field(name, "只能是 true 或 false", "is true or false")
			}
			f.Blocked = value == "true"
		case "before":
			n, ok := id.Parse("O", value)
			if f.Before = id.Order(n); !ok {
				bad = bad.Field(name, "应为 O- 开头的订单编号", "is an order number such as O-123")
			}
		case "limit":
			n, err := strconv.Atoi(value)
			if f.Limit = n; err != nil || n < 1 || n > pageMax {
				bad = bad.Field(name, "应为 1 到 500 的整数", "is a whole number from 1 to 500")
			}
		default:
			bad = bad.Field(shown(name), "没有这个参数", "is not a parameter we know")
		}
	}
	if len(bad.Fields) > 0 {
		slices.SortFunc(bad.Fields, func(a, b fault.Field) int { return cmp.Compare(a.Name, b.Name) })
		return f, bad
	}
	return f, nil
}

// orderView is everything about an order that a machine may see: masks only.
type orderView struct {
	Card     cardView        `json:"card"`
	Contact  contactView     `json:"contact"`
	Lines    []lineView      `json:"lines"`
	Holds    []holdView      `json:"holds"`
	Packages []packageView   `json:"packages"`
	Timeline []timelineEntry `json:"timeline"`
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

type packageView struct {
	PackageID string     `json:"package_id"`
	Warehouse string     `json:"warehouse"`
	State     string     `json:"state"`
	Stop      string     `json:"stop,omitempty"`
	Waybill   string     `json:"waybill,omitempty"`
	Items     []itemView `json:"items"`
	Tracking  []newsView `json:"tracking"`
}

type itemView struct {
	LineID string `json:"line_id"`
	Qty    int64  `json:"qty"`
}

type newsView struct {
	At    string `json:"at"`
	State string `json:"state"`
	Text  string `json:"text"`
}

type timelineEntry struct {
	At      string          `json:"at"`
	Object  string          `json:"object"`
	What    string          `json:"what"`
	Actor   string          `json:"actor"`
	Payload json.RawMessage `json:"payload,omitempty"`
	at      db.Instant
}

// getOrder gives one order.
func (a *API) getOrder(w http.ResponseWriter, r *http.Request, _ string) error {
	n, err := orderOf(r)
	if err != nil {
		return err
	}
	var v orderView
	err = a.cfg.DB.Read(context.WithoutCancel(r.Context()), func(tx *db.Tx) (err error) {
		v, err = look(tx, n)
		return err
	})
	if err != nil {
		return err
	}
	write(w, jsonAnswer(http.StatusOK, v))
	return nil
}

// look gathers what the rooms know of an order.
func look(tx *db.Tx, n id.Order) (v orderView, err error) {
	orders, err := order.Get(tx, []id.Order{n})
	if err != nil {
		return v, err
	}
	if len(orders) == 0 {
		return v, order.ErrMissing
	}
	o := orders[0]
	cards, err := order.Cards(tx, []id.Order{n})
	if err != nil {
		return v, err
	}
	shops, err := shop.ByID(tx, []id.Shop{o.Shop})
	if err != nil {
		return v, err
	}
	people, err := customer.Get(tx, []id.Recipient{o.Recipient})
	if err != nil {
		return v, err
	}
	who := people[o.Recipient]
	v.Card = viewCard(cards[n], shops[o.Shop])
	v.Contact = contactView{Name: who.Name.Mask, Phone: who.Phone.Mask, Address: who.Address.Mask, Region: o.Region}
	for _, l := range o.Lines {
		v.Lines = append(v.Lines, viewLine(l, o.Currency))
	}
	objects := map[int64]string{int64(n): "order"}
	if err := v.lookHolds(tx, n, objects); err != nil {
		return v, err
	}
	if err := v.lookPackages(tx, n, objects); err != nil {
		return v, err
	}
	return v, v.lookTimeline(tx, objects)
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

const shownMax = 200

func (v *orderView) lookHolds(tx *db.Tx, n id.Order, objects map[int64]string) error {
	holds, err := review.Holds(tx, n, 0, shownMax)
	v.Holds = make([]holdView, len(holds))
	for i, h := range holds {
		objects[int64(h.ID)] = "hold"
		v.Holds[i] = holdView{Kind: h.Kind, Handle: h.Handle, ZH: h.ReasonZH, EN: h.ReasonEN, Blocks: string(h.Blocks),
			ReleaseHow: string(h.ReleaseHow), Deadline: instant(h.Deadline), PlacedAt: instant(h.PlacedAt), PlacedBy: h.PlacedBy,
			ReleasedAt: instant(h.ReleasedAt), ReleasedBy: h.ReleasedBy}
	}
	return err
}

func (v *orderView) lookPackages(tx *db.Tx, n id.Order, objects map[int64]string) error {
	of, err := fulfilment.OfOrders(tx, []id.Order{n})
	if err != nil {
		return err
	}
	places, err := inventory.Warehouses(tx)
	if err != nil {
		return err
	}
	codes, ids := map[id.Warehouse]string{}, []id.Package{}
	for _, w := range places {
		codes[w.ID] = w.Code
	}
	for _, p := range of[n] {
		ids = append(ids, p.ID)
	}
	labels, err := shipping.OfPackages(tx, ids)
	if err != nil {
		return err
	}
	v.Packages = make([]packageView, len(ids))
	for i, p := range of[n] {
		objects[int64(p.ID)] = "package"
		pv := packageView{PackageID: p.ID.String(), Warehouse: codes[p.Warehouse], State: string(p.State), Stop: p.Stop,
			Items: []itemView{}, Tracking: []newsView{}}
		if l := labels[p.ID]; l != nil {
			objects[int64(l.ID)] = "waybill"
			pv.Waybill = l.Number
		}
		for _, it := range p.Items {
			if it.Order == n {
				pv.Items = append(pv.Items, itemView{it.Line.String(), it.Qty})
			}
		}
		news, err := shipping.Timeline(tx, p.ID)
		if err != nil {
			return err
		}
		for _, e := range news {
			pv.Tracking = append(pv.Tracking, newsView{instant(e.At), string(e.State), e.Text})
		}
		v.Packages[i] = pv
	}
	return nil
}

// lookTimeline lays the journal rows of all objects of the order on one line.
func (v *orderView) lookTimeline(tx *db.Tx, objects map[int64]string) error {
	v.Timeline = []timelineEntry{}
	for object, kind := range objects {
		rows, err := journal.Timeline(tx, object, 0, shownMax)
		if err != nil {
			return err
		}
		for _, r := range rows {
			e := timelineEntry{At: instant(r.At), Object: kind + " " + strconv.FormatInt(object, 10), What: r.What,
				Actor: r.By.Actor, at: r.At}
			if json.Valid([]byte(r.Payload)) {
				e.Payload = json.RawMessage(r.Payload)
			}
			v.Timeline = append(v.Timeline, e)
		}
	}
	slices.SortStableFunc(v.Timeline, func(a, b timelineEntry) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.Object, b.Object))
	})
	return nil
}
