package api

import (
	"context"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// Personal data leaves the house here and nowhere else in this door. What is told is
// never kept with the answers of commands: a repeat hears that it was told.

func personRoutes() []Route {
	return []Route{
		{"POST", "/api/v1/orders/{id}/reveal", staff.PersonReveal, "revealContact", "查看收件人明文:写明理由,计入当日额度,留下记录", "Open an order's recipient for a reason; it counts against a quota and leaves a row", commands(200, revealContact)},
		{"POST", "/api/v1/persons/sightings", staff.PersonExport, "whoSaw", "谁看过这个电话的资料", "Who saw the data of the person with this phone", asks(whoSaw)},
		{"POST", "/api/v1/persons/exports", staff.PersonExport, "exportPerson", "导出一个人的全部资料(查阅、复制)", "Hand out all that is held of a person", errands(200, exportPerson)},
		{"POST", "/api/v1/persons/erasures", staff.PersonExport, "erasePerson", "删除一个人的资料", "Erase what is held of a person", errands(200, erasePerson)},
	}
}

type revealBody struct {
	Reason string `json:"reason" maxLength:"500" doc:"Stays in the journal for good: no name, no phone." zh:"永久留在日志中:不要写姓名和电话"`
}

// revealedView is a recipient in the clear.
type revealedView struct {
	OrderID  string `json:"order_id"`
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Address  string `json:"address,omitempty"`
	OpaqueID string `json:"opaque_id,omitempty"`
	Told     bool   `json:"told" doc:"False in a repeat under the same Idempotency-Key: what was told is not kept." zh:"用同一编号重试时为 false:明文不保留"`
}

func (v revealedView) shown() any { return revealedView{OrderID: v.OrderID} }

func revealContact(c *call, tx *db.Tx, b revealBody) (revealedView, error) {
	n, err := c.seenOrder(tx)
	if err != nil {
		return revealedView{}, err
	}
	orders, err := order.Get(tx, []id.Order{n})
	if err != nil {
		return revealedView{}, err
	}
	open, err := customer.Reveal(tx, c.api.cfg.Kit.Keys, orders[0].Recipient, b.Reason)
	return revealedView{OrderID: n.String(), Name: open.Name, Phone: open.Phone, Address: open.Detail, OpaqueID: open.OpaqueID, Told: true}, err
}

type phoneBody struct {
	Phone string `json:"phone" maxLength:"40"`
}

type sightView struct {
	At      string `json:"at"`
	What    string `json:"what" enum:"revealed,exported,erased"`
	Actor   string `json:"actor"`
	Reason  string `json:"reason"`
	OrderID string `json:"order_id,omitempty"`
}

type sightsView struct {
	Sightings []sightView `json:"sightings"`
}

const sightsMax = 1000

func whoSaw(c *call, tx *db.Tx, b phoneBody) (sightsView, error) {
	v := sightsView{Sightings: []sightView{}}
	if err := c.everywhere(); err != nil {
		return v, err
	}
	list, err := customer.WhoSaw(tx, c.api.cfg.Kit.Keys, b.Phone, sightsMax)
	for _, s := range list {
		one := sightView{At: instant(s.At), What: s.What, Actor: s.Actor, Reason: s.Reason}
		if s.Order != 0 {
			one.OrderID = s.Order.String()
		}
		v.Sightings = append(v.Sightings, one)
	}
	return v, err
}

type personBody struct {
	Phone  string `json:"phone,omitempty" maxLength:"40" doc:"A whole number; or a buyer, or both." zh:"完整电话;也可写买家,或都写"`
	Buyer  string `json:"buyer_id,omitempty"`
	Reason string `json:"reason" maxLength:"500"`
}

func (b personBody) subject() (flow.Subject, error) {
	who := flow.Subject{Phone: b.Phone}
	if b.Buyer == "" {
		return who, nil
	}
	n, ok := id.Parse("B", b.Buyer)
	if !ok {
		return who, ErrFields.Field("buyer_id", "应为 B- 开头的编号", "is a number such as B-123")
	}
	who.Buyer = id.Buyer(n)
	return who, nil
}

// personView is all that is held of a person.
type personView struct {
	Person *flow.Person `json:"person,omitempty"`
	Told   bool         `json:"told" doc:"False in a repeat under the same Idempotency-Key: what was told is not kept." zh:"用同一编号重试时为 false:明文不保留"`
}

func (personView) shown() any { return personView{} }

func exportPerson(c *call, b personBody) (personView, error) {
	if err := c.everywhere(); err != nil {
		return personView{}, err
	}
	who, err := b.subject()
	if err != nil {
		return personView{}, err
	}
	data, err := flow.PersonData(context.WithoutCancel(c.r.Context()), c.api.cfg.DB, c.by("person export"), c.api.cfg.Kit, who, b.Reason)
	return personView{Person: &data, Told: true}, err
}

// by is who does an errand.
func (c *call) by(cause string) db.By { return db.By{Actor: c.caller.Actor, Cause: cause} }

// erasedView says how much was erased.
type erasedView struct {
	Orders     int      `json:"orders"`
	Recipients int      `json:"recipients"`
	Buyers     int      `json:"buyers"`
	Messages   int      `json:"messages"`
	Shared     []string `json:"shared" doc:"Buyers who also bought for others, and so are still known." zh:"还为他人下过单、因而保留的买家"`
}

func erasePerson(c *call, b personBody) (erasedView, error) {
	if err := c.everywhere(); err != nil {
		return erasedView{}, err
	}
	who, err := b.subject()
	if err != nil {
		return erasedView{}, err
	}
	gone, err := flow.Erase(context.WithoutCancel(c.r.Context()), c.api.cfg.DB, c.by("person erasure"), c.api.cfg.Kit, who, b.Reason)
	v := erasedView{Orders: gone.Orders, Recipients: gone.Recipients, Buyers: gone.Buyers, Messages: gone.Messages, Shared: []string{}}
	for _, n := range gone.Shared {
		v.Shared = append(v.Shared, id.Text("B", int64(n)))
	}
	return v, err
}
