package mcp

import (
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// commands are the tools that change something.
func commands() []tool {
	return []tool{
		acts("cancel_order", staff.OrderCancel, "发货前取消整单或部分行", "Cancel an order, wholly or some lines, before goods leave", cancelOrder),
		acts("hold_order", staff.OrderHold, "挂起订单", "Stop an order", holdOrder),
		acts("release_hold", staff.OrderHold, "解除订单的一个挂起", "Release a hold of an order", releaseHold),
		acts("review_order", staff.OrderRead, "审核订单:通过、驳回或收回", "Pass, reject or take back an order in review", reviewOrder),
		acts("add_note", staff.OrderEdit, "添加内部备注", "Leave a note on an order", addNote),
		acts("edit_order", staff.OrderEdit, "修改订单的旗帜和标签", "Set the flag and the tags of an order", editOrder),
		acts("close_exception", staff.ExceptionClose, "关闭异常并写明如何处理", "Settle an exception and say how", closeException),
		acts("adjust_stock", staff.StockAdjust, "登记残损、短少、报废、多出", "Book goods that were damaged, lost, scrapped or found", adjustStock),
	}
}

// orderState is where an order stands, before and after a command.
type orderState struct {
	OrderID  string      `json:"order_id"`
	Word     string      `json:"word"`
	Review   string      `json:"review"`
	Blocked  bool        `json:"blocked"`
	Short    bool        `json:"short"`
	Flag     int         `json:"flag"`
	Notes    int         `json:"notes"`
	Lines    []lineState `json:"lines"`
	Holds    []string    `json:"holds"`
	Packages []string    `json:"packages"`
	Typed    *typedState `json:"typed,omitempty"`
}

type lineState struct {
	LineID    string `json:"line_id"`
	SKU       string `json:"sku"`
	Ordered   int64  `json:"ordered"`
	Cancelled int64  `json:"cancelled"`
	Reserved  int64  `json:"reserved"`
}

// typedState is what people typed.
type typedState struct {
	Why  string   `json:"why,omitempty"`
	Tags []string `json:"tags"`
}

// orderPlan finds an order of the caller's scope and says how to look at it; what is
// done to it is left to the command.
func (c *call) orderPlan(tx *db.Tx, text string) (n id.Order, p plan, err error) {
	number, ok := id.Parse("O", text)
	if n = id.Order(number); !ok {
		return n, p, order.ErrMissing
	}
	v, err := flow.Look(tx, c.caller.Scope, n)
	if err != nil {
		return n, p, err
	}
	return n, plan{version: v.Order.Version, look: func(typed bool) (any, error) { return c.orderState(tx, n, typed) }}, nil
}

func (c *call) orderState(tx *db.Tx, n id.Order, typed bool) (s orderState, err error) {
	k, err := flow.Look(tx, c.caller.Scope, n)
	if err != nil {
		return s, err
	}
	notes, err := order.Notes(tx, c.keys(), n)
	s = orderState{OrderID: n.String(), Word: string(k.Card.Word), Review: string(k.Order.Review), Blocked: k.Card.Blocked, Short: k.Card.Short,
		Flag: k.Order.Flag, Notes: len(notes), Lines: []lineState{}, Holds: []string{}, Packages: []string{}}
	for _, l := range k.Order.Lines {
		s.Lines = append(s.Lines, lineState{LineID: l.ID.String(), SKU: l.Code, Ordered: l.Ordered, Cancelled: l.Cancelled, Reserved: l.Reserved})
	}
	for _, h := range k.Holds {
		if h.ReleasedAt == 0 {
			s.Holds = append(s.Holds, h.Handle)
		}
	}
	for _, p := range k.Packages {
		s.Packages = append(s.Packages, p.ID.String()+" "+string(p.State))
	}
	if typed {
		s.Typed = &typedState{Why: k.Card.Why, Tags: append([]string{}, strings.Fields(k.Order.Tags)...)}
	}
	return s, err
}

type cancelArgs struct {
	Order string           `json:"order_id" jsonschema:"number such as O-123"`
	Why   string           `json:"why" jsonschema:"the reason, at most 500 bytes"`
	Lines []cancelLineArgs `json:"lines,omitempty" jsonschema:"none: the whole order"`
	Token string           `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

type cancelLineArgs struct {
	Line string `json:"line_id" jsonschema:"number such as L-123"`
	Qty  int64  `json:"qty,omitempty" jsonschema:"0: all that is open"`
}

func cancelOrder(c *call, tx *db.Tx, in cancelArgs) (plan, error) {
	n, p, err := c.orderPlan(tx, in.Order)
	if err != nil {
		return p, err
	}
	wanted := flow.Cancellation{Order: n, Why: in.Why}
	for _, l := range in.Lines {
		line, ok := id.Parse("L", l.Line)
		if !ok {
			return p, ErrWanted.Field("lines", "line_id 应为 L- 开头的编号", "line_id is a number with L-")
		}
		if wanted.Lines == nil {
			wanted.Lines = map[id.Line]int64{}
		}
		wanted.Lines[id.Line(line)] = l.Qty
	}
	p.do = func() error { return outcomeOf(flow.Cancel(tx, []flow.Cancellation{wanted})) }
	return p, wanted.Check()
}

type holdArgs struct {
	Order    string `json:"order_id" jsonschema:"number such as O-123"`
	Handle   string `json:"handle" jsonschema:"a name of your own for the hold, for releasing it"`
	Reason   string `json:"reason"`
	Deadline string `json:"deadline,omitempty" jsonschema:"RFC 3339; when it ends by itself"`
	Token    string `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

func holdOrder(c *call, tx *db.Tx, in holdArgs) (plan, error) {
	n, p, err := c.orderPlan(tx, in.Order)
	if err != nil {
		return p, err
	}
	h := flow.HandHold{Handle: in.Handle, Reason: in.Reason, Source: "mcp"}
	if in.Deadline != "" {
		at, err := time.Parse(time.RFC3339, in.Deadline)
		if err != nil || at.Year() < 2000 || at.Year() > 2100 {
			return p, ErrWanted.Field("deadline", "时间格式不对,应为 RFC 3339,例如 2026-11-11T08:00:00+08:00",
				"is no RFC 3339 time such as 2026-11-11T08:00:00+08:00")
		}
		h.Deadline = db.At(at)
	}
	p.do = func() error { return flow.HoldByHand(tx, n, h) }
	return p, nil
}

type releaseArgs struct {
	Order  string `json:"order_id" jsonschema:"number such as O-123"`
	Handle string `json:"handle" jsonschema:"as explain_order shows it"`
	Token  string `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

func releaseHold(c *call, tx *db.Tx, in releaseArgs) (plan, error) {
	n, p, err := c.orderPlan(tx, in.Order)
	p.do = func() error {
		_, err := flow.UnholdNamed(tx, n, in.Handle, "mcp")
		return err
	}
	return p, err
}

type reviewArgs struct {
	Order   string `json:"order_id" jsonschema:"number such as O-123"`
	Verdict string `json:"verdict" jsonschema:"pass_service, pass_finance, reject or take_back"`
	Reason  string `json:"reason"`
	Token   string `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

func reviewOrder(c *call, tx *db.Tx, in reviewArgs) (plan, error) {
	verdict, known := flow.VerdictOf(review.Verb(in.Verdict))
	if !known {
		return plan{}, ErrWanted.Field("verdict", "只能是 pass_service、pass_finance、reject、take_back",
			"is pass_service, pass_finance, reject or take_back")
	}
	if err := c.caller.Need(verdict.Permit); err != nil {
		return plan{}, err
	}
	n, p, err := c.orderPlan(tx, in.Order)
	p.do = func() error { return outcomeOf(verdict.Say(tx, []id.Order{n}, in.Reason)) }
	return p, err
}

type noteArgs struct {
	Order string `json:"order_id" jsonschema:"number such as O-123"`
	Text  string `json:"text"`
	Token string `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

func addNote(c *call, tx *db.Tx, in noteArgs) (plan, error) {
	n, p, err := c.orderPlan(tx, in.Order)
	p.do = func() error {
		_, err := order.AddNote(tx, c.keys(), n, in.Text)
		return err
	}
	return p, err
}

type editArgs struct {
	Order string    `json:"order_id" jsonschema:"number such as O-123"`
	Flag  *int      `json:"flag,omitempty" jsonschema:"0 to 5"`
	Tags  *[]string `json:"tags,omitempty" jsonschema:"all the tags it is to have"`
	Token string    `json:"token,omitempty" jsonschema:"of the preview; without it nothing changes"`
}

func editOrder(c *call, tx *db.Tx, in editArgs) (plan, error) {
	n, p, err := c.orderPlan(tx, in.Order)
	if err != nil {
		return p, err
	}
	e := order.Edit{Flag: in.Flag}
	if in.Tags != nil {
		tags, err := order.JoinTags(*in.Tags)
		if err != nil {
			return p, err
		}
		e.Tags = &tags
	}
	p.do = func() error {
		_, err := flow.Edit(tx, n, 0, e)
		return err
	}
	return p, nil
}
