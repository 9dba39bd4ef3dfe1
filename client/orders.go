package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Order is an order to send. Amounts are text in major units ("12.30"), instants RFC
// 3339. docs/api.md tells every field.
type Order struct {
	Shop         string      `json:"shop"`
	ExternalNo   string      `json:"external_no"`
	OrderedAt    string      `json:"ordered_at"`
	ModifiedAt   string      `json:"modified_at,omitempty"`
	PaidAt       string      `json:"paid_at,omitempty"`
	Kind         string      `json:"kind,omitempty"`
	ChannelState string      `json:"channel_state,omitempty"`
	Lines        []OrderLine `json:"lines"`
	Freight      string      `json:"freight,omitempty"`
	Paid         string      `json:"paid,omitempty"`
	Total        string      `json:"total,omitempty"`
	Buyer        *Buyer      `json:"buyer,omitempty"`
	Contact      *Contact    `json:"contact,omitempty"`
	BuyerMessage string      `json:"buyer_message,omitempty"`
	SellerMemo   string      `json:"seller_memo,omitempty"`
	ShipBy       string      `json:"ship_by,omitempty"`
}

// OrderLine is a line of an order to send.
type OrderLine struct {
	ExternalNo string `json:"external_no,omitempty"`
	Code       string `json:"code"`
	Name       string `json:"name,omitempty"`
	Qty        int64  `json:"qty"`
	Price      string `json:"price"`
	Discount   string `json:"discount,omitempty"`
}

// Buyer is who bought.
type Buyer struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Contact is where an order goes. The hub seals it; what it gives back are masks.
type Contact struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Province string `json:"province,omitempty"`
	City     string `json:"city,omitempty"`
	District string `json:"district,omitempty"`
	Town     string `json:"town,omitempty"`
	Detail   string `json:"detail,omitempty"`
	OpaqueID string `json:"opaque_id,omitempty"`
}

// Placed is what became of an order that was sent.
type Placed struct {
	OrderID    string `json:"order_id"`
	ExternalNo string `json:"external_no"`
	// Status is accepted, duplicate, amended, or in a batch refused.
	Status string `json:"status"`
	Word   string `json:"word"`
	Why    string `json:"why"`
	Short  int64  `json:"short"`
	Fault  *Error `json:"fault"`
}

// PlaceOrder sends one order; it is on disk when the answer comes.
func (c *Client) PlaceOrder(ctx context.Context, o Order) (p Placed, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: "/api/v1/orders", body: o}, &p)
	return p, err
}

// PlaceOrders sends up to 500 orders and gives one Placed for each, in their order.
// One that is refused hurts none of the others.
func (c *Client) PlaceOrders(ctx context.Context, orders []Order) ([]Placed, error) {
	var out struct {
		Orders []Placed `json:"orders"`
	}
	_, err := c.do(ctx, request{method: http.MethodPost, path: "/api/v1/orders", body: map[string]any{"orders": orders}}, &out)
	return out.Orders, err
}

// Card is an order as lists show it. Names are masks.
type Card struct {
	OrderID     string   `json:"order_id"`
	Shop        string   `json:"shop"`
	ExternalNo  string   `json:"external_no"`
	Word        string   `json:"word"`
	Blocked     bool     `json:"blocked"`
	Short       bool     `json:"short"`
	Why         string   `json:"why"`
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
	ShipBy      string   `json:"ship_by"`
}

// OrderFilter chooses orders; zero fields do not filter.
type OrderFilter struct {
	Shop, Word, Phone, ExternalNo string
	Blocked, Short                bool
	// Before is the next of the page before.
	Before string
	Limit  int
}

func (f OrderFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"shop": f.Shop, "word": f.Word, "phone": f.Phone, "external_no": f.ExternalNo, "before": f.Before} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Blocked {
		q.Set("blocked", "true")
	}
	if f.Short {
		q.Set("short", "true")
	}
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return q
}

// Orders gives a page of orders, the newest first; next is "" at the end.
func (c *Client) Orders(ctx context.Context, f OrderFilter) (cards []Card, next string, err error) {
	var out struct {
		Orders []Card `json:"orders"`
		Next   string `json:"next"`
	}
	_, err = c.do(ctx, request{method: http.MethodGet, path: "/api/v1/orders", query: f.query()}, &out)
	return out.Orders, out.Next, err
}

// State is where an order stands after a command.
type State struct {
	OrderID string `json:"order_id"`
	Word    string `json:"word"`
	Why     string `json:"why"`
	Blocked bool   `json:"blocked"`
	Version int64  `json:"version"`
}

// Whole is everything about an order, as docs/api.md and /openapi.json describe it,
// with its card and the version that Edit names.
type Whole struct {
	Card Card           `json:"card"`
	All  map[string]any `json:"-"`
	ETag string         `json:"-"`
}

// Order gives everything about one order.
func (c *Client) Order(ctx context.Context, orderID string) (w Whole, err error) {
	path := "/api/v1/orders/" + url.PathEscape(orderID)
	if w.ETag, err = c.do(ctx, request{method: http.MethodGet, path: path}, &w.All); err != nil {
		return w, err
	}
	return w, recast(w.All["card"], &w.Card)
}

// Edit changes what people wrote on an order.
type Edit struct {
	SellerMemo *string   `json:"seller_memo,omitempty"`
	Flag       *int      `json:"flag,omitempty"`
	Label      *string   `json:"label,omitempty"`
	Tags       *[]string `json:"tags,omitempty"`
	ShipBy     *string   `json:"ship_by,omitempty"`
}

// EditOrder edits an order as it stood at etag; "" edits whatever stands. A stale etag
// is an *Error with both sides.
func (c *Client) EditOrder(ctx context.Context, orderID, etag string, e Edit) error {
	_, err := c.do(ctx, request{method: http.MethodPatch, path: "/api/v1/orders/" + url.PathEscape(orderID), body: e, match: etag}, nil)
	return err
}

// CancelOrder takes back what has not left: all of it, or quantities by line id (0: all
// that is open of the line).
func (c *Client) CancelOrder(ctx context.Context, orderID, why string, lines map[string]int64) (s State, err error) {
	body := map[string]any{"why": why}
	var list []map[string]any
	for line, qty := range lines {
		list = append(list, map[string]any{"line_id": line, "qty": qty})
	}
	if list != nil {
		body["lines"] = list
	}
	return c.act(ctx, orderID, "cancellation", body)
}

// HoldOrder stops an order under a handle of the caller's.
func (c *Client) HoldOrder(ctx context.Context, orderID, handle, reason string) (State, error) {
	return c.act(ctx, orderID, "holds", map[string]any{"handle": handle, "reason": reason})
}

// ReleaseHold ends a hold; one that is not there is no error.
func (c *Client) ReleaseHold(ctx context.Context, orderID, handle string) (s State, err error) {
	_, err = c.do(ctx, request{method: http.MethodDelete, path: "/api/v1/orders/" + url.PathEscape(orderID) + "/holds/" + url.PathEscape(handle)}, &s)
	return s, err
}

// AddNote leaves a note for colleagues.
func (c *Client) AddNote(ctx context.Context, orderID, text string) error {
	_, err := c.do(ctx, request{method: http.MethodPost, path: "/api/v1/orders/" + url.PathEscape(orderID) + "/notes", body: map[string]any{"text": text}}, nil)
	return err
}

// Verdict is what became of one order of a review.
type Verdict struct {
	OrderID string `json:"order_id"`
	Review  string `json:"review"`
	Fault   *Error `json:"fault"`
}

// Review gives up to 500 orders a verdict: pass_service, pass_finance, reject or
// take_back.
func (c *Client) Review(ctx context.Context, orderIDs []string, verdict, reason string) ([]Verdict, error) {
	var out struct {
		Orders []Verdict `json:"orders"`
	}
	_, err := c.do(ctx, request{method: http.MethodPost, path: "/api/v1/reviews", body: map[string]any{"orders": orderIDs, "verdict": verdict, "reason": reason}}, &out)
	return out.Orders, err
}

func (c *Client) act(ctx context.Context, orderID, verb string, body any) (s State, err error) {
	_, err = c.do(ctx, request{method: http.MethodPost, path: "/api/v1/orders/" + url.PathEscape(orderID) + "/" + verb, body: body}, &s)
	return s, err
}
