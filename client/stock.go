package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// Receipt is goods that arrived.
type Receipt struct {
	Warehouse string `json:"warehouse"`
	SKU       string `json:"sku"`
	Qty       int64  `json:"qty"`
	Lot       string `json:"lot,omitempty"`
	ExpiresOn string `json:"expires_on,omitempty"`
	Bin       string `json:"bin,omitempty"`
	Reference string `json:"reference,omitempty"`
}

// Adjustment is goods that were damaged, lost, scrapped or found.
type Adjustment struct {
	Warehouse string `json:"warehouse"`
	SKU       string `json:"sku"`
	Kind      string `json:"kind"`
	Qty       int64  `json:"qty"`
	Reference string `json:"reference,omitempty"`
}

// Stock gives the counters of a SKU in each warehouse, as /openapi.json describes them.
func (c *Client) Stock(ctx context.Context, sku string) (all map[string]any, err error) {
	_, err = c.do(ctx, request{method: http.MethodGet, path: "/api/v1/stock/" + url.PathEscape(sku)}, &all)
	return all, err
}

// Receive books goods that arrived; orders that wait for them are served in the same
// transaction.
func (c *Client) Receive(ctx context.Context, rows []Receipt) error {
	_, err := c.do(ctx, request{method: http.MethodPost, path: "/api/v1/stock/receipts", body: map[string]any{"rows": rows}}, nil)
	return err
}

// Adjust books damage, loss, scrap or finds.
func (c *Client) Adjust(ctx context.Context, rows []Adjustment) error {
	_, err := c.do(ctx, request{method: http.MethodPost, path: "/api/v1/stock/adjustments", body: map[string]any{"rows": rows}}, nil)
	return err
}

// Packages gives a page of packages at a state.
func (c *Client) Packages(ctx context.Context, state, after string) (packages []map[string]any, next string, err error) {
	var out struct {
		Packages []map[string]any `json:"packages"`
		Next     string           `json:"next"`
	}
	q := url.Values{"state": {state}}
	if after != "" {
		q.Set("after", after)
	}
	_, err = c.do(ctx, request{method: http.MethodGet, path: "/api/v1/packages", query: q}, &out)
	return out.Packages, out.Next, err
}

// Exceptions gives a page of what waits for a person.
func (c *Client) Exceptions(ctx context.Context, kind, after string) (open []map[string]any, next string, err error) {
	var out struct {
		Exceptions []map[string]any `json:"exceptions"`
		Next       string           `json:"next"`
	}
	q := url.Values{}
	for name, value := range map[string]string{"kind": kind, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	_, err = c.do(ctx, request{method: http.MethodGet, path: "/api/v1/exceptions", query: q}, &out)
	return out.Exceptions, out.Next, err
}

// Event is a row of the journal.
type Event struct {
	// Row names the row for ever.
	Row      string          `json:"row"`
	At       string          `json:"at"`
	Object   string          `json:"object"`
	ObjectID string          `json:"object_id"`
	Version  int64           `json:"version"`
	What     string          `json:"what"`
	Actor    string          `json:"actor"`
	Cause    string          `json:"cause"`
	Payload  json.RawMessage `json:"payload"`
}

// Journal gives the rows after a position ("" for the beginning) and the position
// after them. Rows of one object come by version; keep the position with what you did.
func (c *Client) Journal(ctx context.Context, after string, limit int) (rows []Event, next string, err error) {
	var out struct {
		Rows []Event `json:"rows"`
		Next string  `json:"next"`
	}
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if after != "" {
		q.Set("after", after)
	}
	_, err = c.do(ctx, request{method: http.MethodGet, path: "/api/v1/journal", query: q}, &out)
	return out.Rows, out.Next, err
}

// recast reads a part of an answer into a type.
func recast(part, out any) error {
	text, err := json.Marshal(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}
