package api

import (
	"encoding/json"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

func exceptionRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/exceptions", staff.ExceptionRead, "listExceptions", "异常列表,先来的在前", "Work for people, the oldest first", reads(listExceptions)},
		{"GET", "/api/v1/exceptions/{id}", staff.ExceptionRead, "getException", "一条异常", "One exception", reads(getException)},
		{"POST", "/api/v1/exceptions/{id}/closing", staff.ExceptionClose, "closeException", "关闭异常并写明如何处理", "Settle an exception and say how", commands(200, closeException)},
	}
}

type exceptionView struct {
	ExceptionID string          `json:"exception_id"`
	Kind        string          `json:"kind"`
	OrderID     string          `json:"order_id,omitempty"`
	Shop        string          `json:"shop,omitempty"`
	ZH          string          `json:"zh"`
	EN          string          `json:"en"`
	Detail      json.RawMessage `json:"detail,omitempty" doc:"What was looked at." zh:"判断所依据的内容"`
	OpenedAt    string          `json:"opened_at"`
	ClosedAt    string          `json:"closed_at,omitempty"`
	ClosedBy    string          `json:"closed_by,omitempty"`
	ClosedHow   string          `json:"closed_how,omitempty"`
	Version     int64           `json:"version"`
}

// viewException shows an exception. What was looked at names costs to those alone who
// may see them.
func (c *call) viewException(e review.Exception, shops map[id.Shop]shop.Shop) exceptionView {
	v := exceptionView{ExceptionID: id.Text("X", int64(e.ID)), Kind: e.Kind, Shop: shops[e.Shop].Code, ZH: e.ZH, EN: e.EN,
		Detail: c.caller.WithoutCosts(rawJSON(e.Detail)), OpenedAt: instant(e.OpenedAt), ClosedAt: instant(e.ClosedAt), ClosedBy: e.ClosedBy,
		ClosedHow: e.ClosedHow, Version: e.Version}
	if e.Order != 0 {
		v.OrderID = e.Order.String()
	}
	return v
}

type exceptionsQuery struct {
	Kind    string       `query:"kind" doc:"A queue." zh:"异常种类"`
	Order   id.Order     `query:"order" doc:"Only those about an order." zh:"只看某个订单的"`
	Settled bool         `query:"settled" doc:"Those that were closed, instead of those that are open." zh:"只看已关闭的"`
	After   id.Exception `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit   int64        `query:"limit" max:"500" default:"50"`
}

type exceptionsPage struct {
	Exceptions []exceptionView `json:"exceptions"`
	Next       string          `json:"next"`
}

func listExceptions(c *call, tx *db.Tx, q exceptionsQuery) (exceptionsPage, error) {
	page := exceptionsPage{Exceptions: []exceptionView{}}
	shops, err := c.shops(tx)
	if err != nil {
		return page, err
	}
	list, err := review.List(tx, review.Filter{Kind: q.Kind, Order: q.Order, Settled: q.Settled, After: q.After, Limit: int(q.Limit),
		Scope: &c.caller.Scope})
	for _, e := range list {
		page.Exceptions = append(page.Exceptions, c.viewException(e, shops))
	}
	if len(list) == int(q.Limit) {
		page.Next = id.Text("X", int64(list[len(list)-1].ID))
	}
	return page, err
}

// exception finds the exception that the path names; outside of the scope it is
// missing.
func (c *call) exception(tx *db.Tx) (review.Exception, error) {
	n, ok := id.Parse("X", c.r.PathValue("id"))
	if !ok {
		return review.Exception{}, review.ErrExceptionMissing
	}
	e, err := review.GetException(tx, id.Exception(n))
	if err == nil && !c.caller.Scope.HasShop(e.Shop) {
		err = review.ErrExceptionMissing
	}
	return e, err
}

func getException(c *call, tx *db.Tx, _ none) (exceptionView, error) {
	e, err := c.exception(tx)
	if err != nil {
		return exceptionView{}, err
	}
	shops, err := c.shops(tx)
	return c.viewException(e, shops), err
}

type closingBody struct {
	How string `json:"how" maxLength:"500"`
}

func closeException(c *call, tx *db.Tx, b closingBody) (exceptionView, error) {
	e, err := c.exception(tx)
	if err != nil {
		return exceptionView{}, err
	}
	if _, err := outcomeOf(review.Close(tx, []id.Exception{e.ID}, b.How)); err != nil {
		return exceptionView{}, err
	}
	return getException(c, tx, none{})
}
