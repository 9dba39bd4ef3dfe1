package mcp

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

type searchArgs struct {
	Shop    string `json:"shop,omitempty" jsonschema:"code of a shop; 店铺编码"`
	Word    string `json:"word,omitempty" jsonschema:"state: wait_pay wait_service wait_finance reviewed wait_pick wait_pack wait_ship part_out out completed cancelled rejected"`
	Blocked bool   `json:"blocked,omitempty" jsonschema:"only orders that something holds; 只看被挂起的"`
	Short   bool   `json:"short,omitempty" jsonschema:"only orders that wait for stock; 只看缺货的"`
	Phone   string `json:"phone,omitempty" jsonschema:"whole phone number or its last four digits; no other filter then"`
	Number  string `json:"external_no,omitempty" jsonschema:"the channel's number; needs shop"`
	Before  string `json:"before,omitempty" jsonschema:"next of the page before"`
	Limit   int    `json:"limit,omitempty" jsonschema:"1 to 50, default 20"`
}

type cardView struct {
	OrderID    string   `json:"order_id"`
	Shop       string   `json:"shop"`
	ExternalNo string   `json:"external_no"`
	Word       string   `json:"word"`
	Blocked    bool     `json:"blocked"`
	Short      bool     `json:"short"`
	Why        string   `json:"why,omitempty"`
	Warehouses []string `json:"warehouses"`
	Name       string   `json:"name_mask"`
	Place      string   `json:"place"`
	Total      string   `json:"total"`
	Currency   string   `json:"currency"`
	Units      int64    `json:"units"`
	Packages   int64    `json:"packages"`
	OrderedAt  string   `json:"ordered_at"`
	ShipBy     string   `json:"ship_by,omitempty"`
}

type searchAnswer struct {
	Orders []cardView `json:"orders"`
	Next   string     `json:"next,omitempty"`
}

func viewCard(c order.Card, s shop.Shop) cardView {
	return cardView{OrderID: c.Order.String(), Shop: s.Code, ExternalNo: c.ExternalNo, Word: string(c.Word), Blocked: c.Blocked,
		Short: c.Short, Why: c.Why, Warehouses: append([]string{}, strings.Fields(c.Warehouses)...), Name: c.NameMask, Place: c.Place,
		Total: money.Amount(c.Total).Format(s.Currency), Currency: string(s.Currency), Units: c.Units, Packages: c.Packages,
		OrderedAt: instant(c.OrderedAt), ShipBy: instant(c.ShipBy)}
}

func instant(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().Format(time.RFC3339)
}

// bounded gives the length of a page: 20 when not said, 50 at most.
func bounded(limit int) int {
	if limit <= 0 {
		return 20
	}
	return min(limit, 50)
}

func searchOrders(c *call, tx *db.Tx, in searchArgs) (searchAnswer, error) {
	answer, bad := searchAnswer{Orders: []cardView{}}, ErrWanted
	f := flow.Search{Phone: in.Phone, Number: in.Number, Filter: order.Filter{Word: order.Word(in.Word), Blocked: in.Blocked,
		Short: in.Short, Limit: bounded(in.Limit), Scope: c.caller.Scope}}
	shops, err := c.shops(tx)
	if err != nil {
		return answer, err
	}
	if in.Word != "" && !slices.Contains(order.Words(), f.Word) {
		bad = bad.Field("word", "没有这个状态", "there is no such word")
	}
	if f.Shop = shops.named(in.Shop); in.Shop != "" && f.Shop == 0 {
		bad = bad.Field("shop", "没有这个店铺", "there is no such shop")
	}
	if in.Number != "" && in.Phone == "" && in.Shop == "" {
		bad = bad.Field("shop", "按平台单号查询时必填", "is needed to look for a channel's number")
	}
	if in.Before != "" {
		n, ok := id.Parse("O", in.Before)
		if f.Before = id.Order(n); !ok {
			bad = bad.Field("before", "请使用上一页的 next", "is the next of the page before")
		}
	}
	if len(bad.Fields) > 0 {
		return answer, bad
	}
	cards, err := flow.Find(tx, c.keys(), f)
	for _, card := range cards {
		answer.Orders = append(answer.Orders, viewCard(card, shops[card.Shop]))
	}
	if in.Phone == "" && in.Number == "" && len(cards) == f.Limit {
		answer.Next = cards[len(cards)-1].Order.String()
	}
	return answer, err
}

type orderArgs struct {
	Order string `json:"order_id" jsonschema:"number such as O-123"`
}

type explained struct {
	Card cardView `json:"card"`
	// Axes are the states that the one word is made of.
	Axes     axesView        `json:"axes"`
	Waits    []waitView      `json:"waits_for"`
	Contact  contactView     `json:"contact_masked"`
	Lines    []lineView      `json:"lines"`
	Holds    []holdView      `json:"holds"`
	Work     []exceptionView `json:"exceptions"`
	Packages []packageView   `json:"packages"`
	Timeline []eventView     `json:"timeline"`
}

type axesView struct {
	Channel     string   `json:"channel_state"`
	Review      string   `json:"review"`
	DelayUntil  string   `json:"delay_until,omitempty"`
	PaidAt      string   `json:"paid_at,omitempty"`
	CancelledAt string   `json:"cancelled_at,omitempty"`
	CompletedAt string   `json:"completed_at,omitempty"`
	Flag        int      `json:"flag"`
	Tags        []string `json:"tags"`
	Version     int64    `json:"version"`
}

// waitView is one thing that keeps an order where it is.
type waitView struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
	// Source is the rule and its version, or the story, that decided so.
	Source string `json:"source"`
}

type contactView struct {
	Name    string `json:"name"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
}

type lineView struct {
	LineID    string `json:"line_id"`
	SKU       string `json:"sku"`
	Name      string `json:"name"`
	Ordered   int64  `json:"ordered"`
	Cancelled int64  `json:"cancelled"`
	Reserved  int64  `json:"reserved"`
	Short     int64  `json:"short"`
	Allocated int64  `json:"allocated"`
	Packed    int64  `json:"packed"`
	Shipped   int64  `json:"shipped"`
	Delivered int64  `json:"delivered"`
}

type holdView struct {
	Kind       string `json:"kind"`
	Handle     string `json:"handle"`
	ZH         string `json:"zh"`
	EN         string `json:"en"`
	Source     string `json:"source" jsonschema:"the rule and its version, or the story"`
	Blocks     string `json:"blocks"`
	ReleaseHow string `json:"release_how"`
	Deadline   string `json:"deadline,omitempty"`
	PlacedAt   string `json:"placed_at"`
	PlacedBy   string `json:"placed_by"`
	ReleasedAt string `json:"released_at,omitempty"`
	ReleasedBy string `json:"released_by,omitempty"`
}

type packageView struct {
	PackageID string `json:"package_id"`
	Warehouse string `json:"warehouse"`
	State     string `json:"state"`
	Stop      string `json:"stop,omitempty"`
	Carrier   string `json:"carrier,omitempty"`
	Waybill   string `json:"waybill,omitempty"`
}

type eventView struct {
	At      string          `json:"at"`
	About   string          `json:"about"`
	What    string          `json:"what"`
	Actor   string          `json:"actor"`
	Cause   string          `json:"cause,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func explainOrder(c *call, tx *db.Tx, in orderArgs) (explained, error) {
	n, ok := id.Parse("O", in.Order)
	if !ok {
		return explained{}, order.ErrMissing
	}
	k, err := flow.Look(tx, c.caller.Scope, id.Order(n))
	if err != nil {
		return explained{}, err
	}
	return c.explain(k), nil
}

func (c *call) explain(k flow.View) explained {
	o := k.Order
	v := explained{Card: viewCard(k.Card, k.Shop), Waits: []waitView{}, Lines: []lineView{}, Holds: []holdView{}, Work: []exceptionView{},
		Packages: []packageView{}, Timeline: []eventView{},
		Axes: axesView{Channel: string(o.ChannelState), Review: string(o.Review), DelayUntil: instant(o.DelayUntil), PaidAt: instant(o.PaidAt),
			CancelledAt: instant(o.CancelledAt), CompletedAt: instant(o.CompletedAt), Flag: o.Flag,
			Tags: append([]string{}, strings.Fields(o.Tags)...), Version: o.Version},
		Contact: contactView{Name: k.Recipient.Name.Mask, Phone: k.Recipient.Phone.Mask, Address: k.Recipient.Address.Mask}}
	for _, l := range o.Lines {
		v.Lines = append(v.Lines, lineView{LineID: l.ID.String(), SKU: l.Code, Name: l.Name, Ordered: l.Ordered, Cancelled: l.Cancelled,
			Reserved: l.Reserved, Short: l.Short(), Allocated: l.Allocated, Packed: l.Packed, Shipped: l.Shipped, Delivered: l.Delivered})
	}
	for _, h := range k.Holds {
		v.Holds = append(v.Holds, holdView{Kind: h.Kind, Handle: h.Handle, ZH: h.ReasonZH, EN: h.ReasonEN, Source: h.Source,
			Blocks: string(h.Blocks), ReleaseHow: string(h.ReleaseHow), Deadline: instant(h.Deadline), PlacedAt: instant(h.PlacedAt),
			PlacedBy: h.PlacedBy, ReleasedAt: instant(h.ReleasedAt), ReleasedBy: h.ReleasedBy})
		if h.ReleasedAt == 0 {
			v.Waits = append(v.Waits, waitView{ZH: h.ReasonZH, EN: h.ReasonEN, Source: h.Source})
		}
	}
	for _, e := range k.Work {
		v.Work = append(v.Work, c.viewException(e, map[id.Shop]shop.Shop{k.Shop.ID: k.Shop}))
	}
	for _, p := range k.Packages {
		pv := packageView{PackageID: p.ID.String(), Warehouse: k.Warehouses[p.Warehouse].Code, State: string(p.State), Stop: p.Stop,
			Carrier: k.Carriers[p.Carrier].Code}
		if w := k.Waybills[p.ID]; w != nil {
			pv.Waybill = w.Number
		}
		v.Packages = append(v.Packages, pv)
	}
	for _, r := range k.Rows {
		v.Timeline = append(v.Timeline, eventView{At: instant(r.At), About: r.About, What: r.What, Actor: r.By.Actor, Cause: r.By.Cause,
			Payload: c.payload(r.Payload)})
	}
	return v
}

// payload lets JSON of a room through, without costs for who may not see them.
func (c *call) payload(text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		return nil
	}
	return c.caller.WithoutCosts(json.RawMessage(text))
}

// seenShops are the shops of a caller's scope.
type seenShops map[id.Shop]shop.Shop

func (c *call) shops(tx *db.Tx) (seenShops, error) {
	seen := seenShops{}
	all, err := shop.All(tx)
	for _, s := range all {
		if c.caller.Scope.HasShop(s.ID) {
			seen[s.ID] = s
		}
	}
	return seen, err
}

// named finds a shop by its code, 0 for none.
func (s seenShops) named(code string) id.Shop {
	for n, one := range s {
		if one.Code == shop.Fold(code) {
			return n
		}
	}
	return 0
}
