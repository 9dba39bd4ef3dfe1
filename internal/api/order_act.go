package api

import (
	"errors"
	"net/http"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// placeOrders is the name of the route behind which the collector lies.
const placeOrders = "placeOrders"

func orderRoutes() []Route {
	place := plain("", (*API).postOrders)
	place.keyed, place.in, place.or, place.out = true, typeOf[orderBody](), typeOf[ordersBody](), typeOf[placedView]()
	return []Route{
		{"POST", "/api/v1/orders", staff.OrderPlace, placeOrders, "接收一个订单,或 orders 列表中最多 500 个", "Take one order, or up to 500 in the list orders", place},
		{"GET", "/api/v1/orders", staff.OrderRead, "listOrders", "订单列表,新的在前", "Orders as cards, the newest first", reads(listOrders)},
		{"GET", "/api/v1/orders/{id}", staff.OrderRead, "getOrder", "一个订单的全部情况", "Everything about one order", reads(getOrder)},
		{"PATCH", "/api/v1/orders/{id}", staff.OrderEdit, "editOrder", "修改备注、旗帜、标签、最晚发货时间", "Edit memo, flag, label, tags or the time to ship by", commands(http.StatusOK, editOrder).edits()},
		{"POST", "/api/v1/orders/{id}/cancellation", staff.OrderCancel, "cancelOrder", "发货前取消整单或部分行", "Cancel, wholly or some lines, before goods leave", commands(http.StatusOK, cancelOrder)},
		{"GET", "/api/v1/orders/{id}/timeline", staff.OrderRead, "getTimeline", "订单时间线", "What happened to an order, the oldest first", reads(getTimeline)},
		{"GET", "/api/v1/orders/{id}/notes", staff.OrderRead, "listNotes", "内部备注", "Notes that people left for each other", reads(listNotes)},
		{"POST", "/api/v1/orders/{id}/notes", staff.OrderEdit, "addNote", "添加内部备注", "Leave a note", commands(http.StatusCreated, addNote)},
		{"POST", "/api/v1/orders/{id}/holds", staff.OrderHold, "holdOrder", "挂起订单", "Stop an order", commands(http.StatusCreated, holdOrder)},
		{"DELETE", "/api/v1/orders/{id}/holds/{handle}", staff.OrderHold, "releaseHold", "解除挂起;不存在时不做任何事", "Release a hold; one that does not exist is a no-op", commands(http.StatusOK, releaseHold)},
		{"POST", "/api/v1/reviews", staff.OrderRead, "reviewOrders", "批量审核:通过、驳回或收回(最多 500 单)", "Pass, reject or take back up to 500 orders", commands(http.StatusOK, reviewOrders)},
	}
}

// ordersBody describes the list of orders; split reads it.
type ordersBody struct {
	Orders []orderBody `json:"orders" minItems:"1" maxItems:"500"`
}

// placedView describes the answer to new orders: one order's fields, or the list.
type placedView struct {
	OrderID    string         `json:"order_id,omitempty"`
	ExternalNo string         `json:"external_no,omitempty"`
	Status     string         `json:"status,omitempty" enum:"accepted,duplicate,amended,refused"`
	Word       string         `json:"word,omitempty"`
	Why        string         `json:"why,omitempty"`
	Short      int64          `json:"short,omitempty"`
	Orders     []member       `json:"orders,omitempty"`
	Counts     map[string]int `json:"counts,omitempty"`
}

// stateView is where an order stands after a command.
type stateView struct {
	OrderID string `json:"order_id"`
	Word    string `json:"word"`
	Why     string `json:"why,omitempty"`
	Blocked bool   `json:"blocked"`
	Version int64  `json:"version"`
}

func stateOf(tx *db.Tx, n id.Order) (stateView, error) {
	cards, err := order.Cards(tx, []id.Order{n})
	if err != nil {
		return stateView{}, err
	}
	orders, err := order.Get(tx, []id.Order{n})
	if err != nil {
		return stateView{}, err
	}
	card := cards[n]
	return stateView{OrderID: n.String(), Word: string(card.Word), Why: card.Why, Blocked: card.Blocked, Version: orders[0].Version}, nil
}

type cancellationBody struct {
	Why   string                 `json:"why"`
	Lines []cancellationLineBody `json:"lines,omitempty"`
}

type cancellationLineBody struct {
	LineID string `json:"line_id"`
	Qty    int64  `json:"qty,omitempty"` // 0: all that is open
}

// cancelOrder takes an order back, wholly or some lines, before goods leave.
func cancelOrder(c *call, tx *db.Tx, b cancellationBody) (stateView, error) {
	n, err := c.seenOrder(tx)
	if err != nil {
		return stateView{}, err
	}
	wanted, err := b.cancellation(n)
	if err != nil {
		return stateView{}, err
	}
	if _, err := outcomeOf(flow.Cancel(tx, []flow.Cancellation{wanted})); err != nil {
		return stateView{}, err
	}
	return stateOf(tx, n)
}

func (b cancellationBody) cancellation(n id.Order) (flow.Cancellation, error) {
	c := flow.Cancellation{Order: n, Why: b.Why}
	for _, l := range b.Lines {
		line, ok := id.Parse("L", l.LineID)
		if !ok {
			return c, ErrFields.Field("lines", "line_id 应为 L- 开头的编号", "line_id is a number with L-")
		}
		if c.Lines == nil {
			c.Lines = map[id.Line]int64{}
		}
		c.Lines[id.Line(line)] = l.Qty
	}
	return c, c.Check()
}

// editBody changes what it names and leaves the rest.
type editBody struct {
	SellerMemo *string   `json:"seller_memo,omitempty"`
	Flag       *int      `json:"flag,omitempty"`
	Label      *string   `json:"label,omitempty"`
	Tags       *[]string `json:"tags,omitempty"`
	ShipBy     *string   `json:"ship_by,omitempty"`
}

func editOrder(c *call, tx *db.Tx, b editBody) (documentView, error) {
	n, err := c.seenOrder(tx)
	if err != nil {
		return documentView{}, err
	}
	version, err := c.match()
	if err != nil {
		return documentView{}, err
	}
	e := order.Edit{SellerMemo: b.SellerMemo, Flag: b.Flag, Label: b.Label}
	if b.Tags != nil {
		tags, err := order.JoinTags(*b.Tags)
		if err != nil {
			return documentView{}, err
		}
		e.Tags = &tags
	}
	if b.ShipBy != nil {
		m := mapper{}
		at := m.instant("ship_by", *b.ShipBy)
		if m.fault != nil {
			return documentView{}, m.fault
		}
		e.ShipBy = &at
	}
	o, err := flow.Edit(tx, n, version, e)
	if errors.Is(err, order.ErrVersion) {
		return documentView{}, &staleError{Fault: order.ErrVersion, current: viewDocument(o), yours: b}
	}
	if err != nil {
		return documentView{}, err
	}
	return viewDocument(o), nil
}

type noteBody struct {
	Text string `json:"text"`
}

type noteView struct {
	NoteID string `json:"note_id"`
	Text   string `json:"text"`
	By     string `json:"by"`
	At     string `json:"at"`
}

// shown: a note lies sealed in its room, so no answer keeps it in the clear.
func (v noteView) shown() any {
	v.Text = ""
	return v
}

type notesView struct {
	Notes []noteView `json:"notes"`
}

func viewNote(n order.Note) noteView {
	return noteView{NoteID: id.Text("N", n.ID), Text: n.Text, By: n.Actor, At: instant(n.At)}
}

func listNotes(c *call, tx *db.Tx, _ none) (notesView, error) {
	v := notesView{Notes: []noteView{}}
	n, err := c.seenOrder(tx)
	if err != nil {
		return v, err
	}
	notes, err := order.Notes(tx, c.api.cfg.Kit.Keys, n)
	for _, one := range notes {
		v.Notes = append(v.Notes, viewNote(one))
	}
	return v, err
}

func addNote(c *call, tx *db.Tx, b noteBody) (noteView, error) {
	n, err := c.seenOrder(tx)
	if err != nil {
		return noteView{}, err
	}
	one, err := order.AddNote(tx, c.api.cfg.Kit.Keys, n, b.Text)
	return viewNote(one), err
}

type holdBody struct {
	// Handle names the hold among those of the order, for releasing it.
	Handle   string `json:"handle"`
	Reason   string `json:"reason"`
	Deadline string `json:"deadline,omitempty"` // when it ends by itself
}

func holdOrder(c *call, tx *db.Tx, b holdBody) (stateView, error) {
	n, err := c.seenOrder(tx)
	if err != nil {
		return stateView{}, err
	}
	m := mapper{}
	deadline := m.instant("deadline", b.Deadline)
	if m.fault != nil {
		return stateView{}, m.fault
	}
	err = flow.HoldByHand(tx, n, flow.HandHold{Handle: b.Handle, Reason: b.Reason, Deadline: deadline, Source: "api"})
	if err != nil {
		return stateView{}, err
	}
	return stateOf(tx, n)
}

func releaseHold(c *call, tx *db.Tx, _ none) (stateView, error) {
	n, err := c.seenOrder(tx)
	if err != nil {
		return stateView{}, err
	}
	if _, err := flow.UnholdNamed(tx, n, c.r.PathValue("handle"), "api"); err != nil {
		return stateView{}, err
	}
	return stateOf(tx, n)
}

type reviewsBody struct {
	Orders  []string `json:"orders"`
	Verdict string   `json:"verdict" enum:"pass_service,pass_finance,reject,take_back"`
	Reason  string   `json:"reason"`
}

type verdictView struct {
	OrderID string `json:"order_id"`
	Review  string `json:"review,omitempty"`
	Fault   *told  `json:"fault,omitempty"`
}

type verdictsView struct {
	Orders []verdictView `json:"orders"`
	Done   int           `json:"done"`
}

// reviewOrders says what a person decided about orders. Each stands for itself: one
// that cannot be moved does not reach the others.
func reviewOrders(c *call, tx *db.Tx, b reviewsBody) (verdictsView, error) {
	verdict, known := flow.VerdictOf(review.Verb(b.Verdict))
	bad := ErrFields
	if !known {
		bad = bad.Field("verdict", "只能是 pass_service、pass_finance、reject、take_back", "is pass_service, pass_finance, reject or take_back")
	}
	if len(b.Orders) == 0 || len(b.Orders) > ordersMax {
		bad = bad.Field("orders", "每批 1 到 500 个订单", "holds 1 to 500 orders")
	}
	if len(bad.Fields) > 0 {
		return verdictsView{}, bad
	}
	if err := c.need(verdict.Permit); err != nil {
		return verdictsView{}, err
	}
	ids, f := ordersOf(b.Orders)
	if f != nil {
		return verdictsView{}, f
	}
	if err := flow.Within(tx, c.caller.Scope, ids...); err != nil {
		return verdictsView{}, err
	}
	outcomes, err := verdict.Say(tx, ids, b.Reason)
	v := verdictsView{Orders: make([]verdictView, len(ids))}
	for i, o := range outcomes {
		v.Orders[i] = verdictView{OrderID: ids[i].String(), Review: string(o.Value), Fault: tell(o.Fault)}
		if o.Fault == nil {
			v.Done++
		}
	}
	return v, err
}

// tell shows a member's fault, nil for none.
func tell(f *fault.Fault) *told {
	if f == nil {
		return nil
	}
	return &told{Code: f.Code, ZH: f.ZH, EN: f.EN, Fields: f.Fields}
}

// ordersOf reads order numbers, each once.
func ordersOf(texts []string) (ids []id.Order, f *fault.Fault) {
	for _, text := range texts {
		n, ok := id.Parse("O", text)
		if !ok {
			return nil, ErrFields.Field("orders", "应为 O- 开头的订单编号", "are order numbers such as O-123")
		}
		if !slices.Contains(ids, id.Order(n)) {
			ids = append(ids, id.Order(n))
		}
	}
	return ids, nil
}
