package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

const (
	bodyMax   = 4 << 20
	ordersMax = 500
	// bodiesMax bounds what all bodies being read may hold together.
	bodiesMax = 256 << 20
)

// The words for what became of an order, in answers and figures.
const (
	statusAccepted  = "accepted"
	statusDuplicate = "duplicate"
	statusAmended   = "amended"
	statusRefused   = "refused"
)

var statuses = []string{statusAccepted, statusDuplicate, statusAmended, statusRefused}

// postOrders takes one order, or up to 500.
func (a *API) postOrders(w http.ResponseWriter, c *call) error {
	key, err := keyOf(c.r)
	if err != nil {
		return err
	}
	if a.collector.full() {
		return ErrBusy // at once, before the body costs anything
	}
	body, release, err := a.read(w, c.r)
	if err != nil {
		return err
	}
	defer release()
	shops, err := a.shops.all(c.r.Context())
	if err != nil {
		return err
	}
	q, err := a.requestOf(body, shops, c.caller.Scope)
	if err != nil {
		return err
	}
	q.caller, q.key, q.digest = c.caller.Actor, key, digestOf(c.r, body)
	given, err := a.collector.take(c.r.Context(), q)
	if err != nil {
		return err
	}
	write(w, given)
	return nil
}

// requestOf decodes a body and prepares its orders.
func (a *API) requestOf(body []byte, shops map[string]shop.Shop, scope staff.Scope) (*request, error) {
	shops = within(shops, scope)
	members, single, f := split(body)
	if f != nil {
		return nil, f
	}
	q := &request{single: single, messages: make([]flow.Message, len(members))}
	for i, raw := range members {
		m, f := readMessage(a.cfg.Kit, raw, shops)
		if f != nil && single && statusOf(f) == http.StatusBadRequest {
			return nil, f // no order at all: its sender must mend it, nobody else could
		}
		q.messages[i] = m
	}
	return q, nil
}

// within leaves the shops of a scope: an order for another is refused as one for a
// shop that does not exist.
func within(shops map[string]shop.Shop, scope staff.Scope) map[string]shop.Shop {
	if scope.AllShops {
		return shops
	}
	own := map[string]shop.Shop{}
	for code, s := range shops {
		if scope.HasShop(s.ID) {
			own[code] = s
		}
	}
	return own
}

// split tells one order from a list of them.
func split(body []byte) (members []json.RawMessage, single bool, f *fault.Fault) {
	if !isList(body) {
		return []json.RawMessage{body}, true, nil
	}
	var list struct {
		Orders []json.RawMessage `json:"orders"`
	}
	if f := decode(body, &list); f != nil {
		return nil, false, f
	}
	if len(list.Orders) == 0 || len(list.Orders) > ordersMax {
		return nil, false, ErrBatch.With(ordersMax, len(list.Orders))
	}
	return list.Orders, false, nil
}

// isList looks twice only at a body that may be a list.
func isList(body []byte) bool {
	if !bytes.Contains(body, []byte(`"orders"`)) {
		return false
	}
	var top map[string]json.RawMessage
	_ = json.Unmarshal(body, &top) // what cannot be read is refused as an order
	_, list := top["orders"]
	return list
}

// Reader gives what reads a kept message of this door once more, for flow.Kit.
func Reader(kit flow.Kit) func(raw []byte, shops map[string]shop.Shop) flow.Message {
	return func(raw []byte, shops map[string]shop.Shop) flow.Message {
		m, _ := readMessage(kit, raw, shops)
		return m
	}
}

// readMessage prepares one order. One that cannot be read is a message all the same:
// it is refused by itself and kept.
func readMessage(kit flow.Kit, raw []byte, shops map[string]shop.Shop) (flow.Message, *fault.Fault) {
	var b orderBody
	f := decode(raw, &b)
	if f != nil {
		d := &order.Draft{ShopCode: b.Shop, ExternalNo: b.ExternalNo}
		return flow.Message{Prepared: flow.Prepared{Draft: d, Fault: f}, Raw: raw}, f
	}
	d, f := b.draft(shops)
	if f != nil {
		return flow.Message{Prepared: flow.Prepared{Draft: d, Fault: f}, Raw: raw}, f
	}
	return flow.Message{Prepared: flow.Prepare(kit, shops, []*order.Draft{d})[0], Raw: raw}, nil
}

// member is what an answer says of one order.
type member struct {
	OrderID    string     `json:"order_id,omitempty"`
	ExternalNo string     `json:"external_no"`
	Status     string     `json:"status"`
	Word       order.Word `json:"word,omitempty"`
	Why        string     `json:"why,omitempty"`
	Short      int64      `json:"short,omitempty"`
	Fault      *told      `json:"fault,omitempty"`
}

// told is a fault as a member of a batch shows it.
type told struct {
	Code   string        `json:"code"`
	ZH     string        `json:"zh"`
	EN     string        `json:"en"`
	Fields []fault.Field `json:"fields,omitempty"`
}

// answer is what the request is told of its orders' outcomes.
func (r *request) answer(outcomes []fault.Outcome[flow.Accepted]) answer {
	if r.single {
		return single(r.messages[0].Draft.ExternalNo, outcomes[0])
	}
	list := struct {
		Orders []member       `json:"orders"`
		Counts map[string]int `json:"counts"`
	}{make([]member, len(outcomes)), map[string]int{}}
	anew := false
	for i, o := range outcomes {
		list.Orders[i] = memberOf(r.messages[i].Draft.ExternalNo, o)
		list.Counts[list.Orders[i].Status]++
		anew = anew || broken(o)
	}
	a := jsonAnswer(http.StatusOK, list)
	a.anew = anew
	return a
}

func single(no string, o fault.Outcome[flow.Accepted]) answer {
	if o.Fault != nil {
		p := problemOf(o.Fault)
		p.ExternalNo = no
		a := jsonAnswer(p.Status, p)
		a.anew = broken(o)
		return a
	}
	m := memberOf(no, o)
	if m.Status == statusAccepted {
		return jsonAnswer(http.StatusCreated, m)
	}
	return jsonAnswer(http.StatusOK, m)
}

// broken says that we failed at an order: its answer is not for ever.
func broken(o fault.Outcome[flow.Accepted]) bool {
	return o.Fault != nil && o.Fault.Kind == fault.Internal
}

func memberOf(no string, o fault.Outcome[flow.Accepted]) member {
	m := member{ExternalNo: no, Status: statusWord(o)}
	if f := o.Fault; f != nil {
		m.Fault = &told{Code: f.Code, ZH: f.ZH, EN: f.EN, Fields: f.Fields}
		return m
	}
	v := o.Value
	m.OrderID, m.Word, m.Why, m.Short = v.Order.String(), v.Word, v.Why, v.Short
	return m
}

func statusWord(o fault.Outcome[flow.Accepted]) string {
	switch {
	case o.Fault != nil:
		return statusRefused
	case o.Value.Amended:
		return statusAmended
	case o.Value.Duplicate:
		return statusDuplicate
	}
	return statusAccepted
}

// read takes a body in, within the limit of one and of all together.
func (a *API) read(w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" {
			return nil, nil, ErrMedia
		}
	}
	if r.ContentLength > bodyMax {
		return nil, nil, ErrSize
	}
	m := &meter{of: a.bodies, from: http.MaxBytesReader(w, r.Body, bodyMax)}
	var all bytes.Buffer
	if r.ContentLength > 0 {
		all.Grow(int(min(r.ContentLength, 64<<10)) + bytes.MinRead)
	}
	_, err = all.ReadFrom(m)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		err = ErrSize
	case errors.Is(err, ErrBusy):
	case err != nil:
		err = ErrJSON.With(all.Len()).Wrap(err) // cut off
	default:
		return all.Bytes(), m.release, nil
	}
	m.release()
	return nil, nil, err
}

// meter borrows what has been read of a body: who sends slowly holds no more than
// they have sent.
type meter struct {
	of   *budget
	from io.Reader
	held int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	if !m.of.borrow(int64(n)) {
		return 0, ErrBusy
	}
	m.held += int64(n)
	return n, err
}

func (m *meter) release() { m.of.giveBack(m.held) }

// budget bounds the bytes of all bodies together.
type budget struct{ held atomic.Int64 }

func (b *budget) borrow(n int64) bool {
	if b.held.Add(n) > bodiesMax {
		b.held.Add(-n)
		return false
	}
	return true
}

func (b *budget) giveBack(n int64) { b.held.Add(-n) }

// shopCache holds the shops of the house, read at most once a second.
type shopCache struct {
	d    *db.DB
	wall func() time.Time

	mu    sync.Mutex
	at    time.Time
	shops map[string]shop.Shop
}

func (c *shopCache) all(ctx context.Context) (map[string]shop.Shop, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.wall()
	if c.shops != nil && now.Sub(c.at) < time.Second {
		return c.shops, nil
	}
	var list []shop.Shop
	err := c.d.Read(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) { list, err = shop.All(tx); return err })
	if err != nil {
		return nil, err
	}
	fresh := make(map[string]shop.Shop, len(list))
	for _, s := range list {
		fresh[s.Code] = s
	}
	c.shops, c.at = fresh, now
	return fresh, nil
}
