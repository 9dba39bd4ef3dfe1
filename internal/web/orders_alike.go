package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// alikeRow is a group of orders with the same goods.
type alikeRow struct {
	Goods           int64
	Names, Link     string
	Orders          string
	Left, LeftClass string
	ShipBy          stamp
}

// alike puts the orders of the list's filter that have not left into groups of the same
// goods, so that each is passed, released and packed in series.
func (s *Site) alike(v *visit) error {
	q := v.r.URL.Query()
	q.Del("goods")
	all, err := s.places(v)
	if err != nil {
		return err
	}
	var rows []alikeRow
	var looked int
	var cut bool
	var c *complaint
	status := http.StatusOK
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		f, err := s.browsing(tx, v, q)
		if err != nil {
			return err
		}
		var groups []order.Alike
		if groups, looked, cut, err = order.SameGoods(tx, f); err != nil {
			return err
		}
		rows, err = v.alikeRows(tx, q, groups)
		return err
	})
	var f *fault.Fault
	if errors.As(err, &f) && f.Code == errOrderFilter.Code {
		c, status, _ = v.complain(f)
	} else if err != nil {
		return err
	}
	return s.render(v, status, "orders_alike", map[string]any{"Title": v.word("orders_alike"), "Rows": rows, "Looked": number(int64(looked)), "Cut": cut,
		"Chips": v.chipsOf(q, &all), "Back": listLink(q), "Here": alikeLink(q), "Query": wishes(q).Encode(), "Acts": v.bulkActs(), "FormKey": formKey(), "Complaint": c})
}

// alikeLink is the address of the groups of a list.
func alikeLink(q url.Values) string {
	clean := wishes(q)
	clean.Del("goods")
	return "/orders/alike?" + clean.Encode()
}

// alikeRows names the goods of each group after one of its orders.
func (v *visit) alikeRows(tx *db.Tx, q url.Values, groups []order.Alike) (rows []alikeRow, err error) {
	ids := make([]id.Order, len(groups))
	for i, g := range groups {
		ids[i] = g.First
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return nil, err
	}
	names := map[id.Order]string{}
	for _, o := range orders {
		names[o.ID] = goodsNames(o)
	}
	for _, g := range groups {
		to := wishes(q)
		to.Set("goods", strconv.FormatInt(g.Goods, 10))
		r := alikeRow{Goods: g.Goods, Names: names[g.First], Link: listLink(to), Orders: number(int64(g.Orders)), ShipBy: v.stampOf(g.ShipBy, tx.Now(), houseZone)}
		if g.ShipBy > 0 {
			r.Left, r.LeftClass = v.left(g.ShipBy, tx.Now())
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// goodsNames says what is to be packed for an order.
func goodsNames(o *order.Order) string {
	var list []string
	for _, l := range o.ToPack() {
		list = append(list, l.Name+" ×"+number(l.Ordered-l.Cancelled))
	}
	return strings.Join(list, "、")
}
