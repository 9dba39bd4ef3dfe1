package web

import (
	"fmt"
	"slices"
	"strings"

	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// row is one order of the list.
type row struct {
	Order, No, Shop, State, Class, Name, Place, Amount, Why, Warehouse, Packages string
	Blocked, Short                                                               bool
	Units                                                                        int64
	Time                                                                         stamp
}

func (v *visit) row(c order.Card, sum *summary, holds []review.Hold) row {
	s := sum.shops[c.Shop]
	r := row{Order: c.Order.String(), No: c.ExternalNo, Shop: s.Name, State: v.word("word_" + string(c.Word)),
		Class: classOf(c.Word),
		Name:  c.NameMask, Place: c.Place, Amount: price(money.Amount(c.Total), s.Currency), Why: v.why(c,
			holds), Warehouse: c.Warehouses,
		Blocked: c.Blocked, Short: c.Short, Units: c.Units, Time: v.stampOf(c.OrderedAt, sum.now, s.TimeZone)}
	if c.Packages > 0 {
		r.Packages = fmt.Sprintf("%d/%d", c.PackagesOut, c.Packages)
	}
	return r
}

// why says in a sentence why an order is where it is.
func (v *visit) why(c order.Card, holds []review.Hold) string {
	switch {
	case c.Blocked && v.lang == "zh":
		return strings.Join(once(strings.Split(c.Why, ";")), ";")
	case c.Blocked:
		var list []string
		for _, h := range holds {
			list = append(list, h.ReasonEN)
		}
		return strings.Join(once(list), "; ")
	case c.Short && (c.Word == order.Reviewed || c.Word == order.WaitService):
		return v.word("why_short")
	}
	return v.word("why_" + string(c.Word))
}

// once leaves each sentence once: two short lines have one reason.
func once(list []string) (rest []string) {
	for _, s := range list {
		if !slices.Contains(rest, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

// classOf gives the colour of an order's word.
func classOf(w order.Word) string {
	switch w {
	case order.WaitService, order.WaitFinance:
		return "review"
	case order.Reviewed, order.WaitPick:
		return "pick"
	case order.WaitPack:
		return "pack"
	case order.WaitShip:
		return "ship"
	case order.PartOut, order.Out:
		return "out"
	case order.Completed:
		return "done"
	case order.Refused:
		return "bad"
	}
	return "plain"
}
