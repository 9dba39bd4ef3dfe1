package web

import (
	"net/http"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// fetchRow is one order that waits to be fetched.
type fetchRow struct {
	ID, No, Name, Phone, On, Goods, State, Class, Not string
	Ordered                                           stamp
	Packages                                          int
	Ready, Overdue                                    bool
}

// pickups finds what a customer at the counter came for; without a question it lists
// what waits, what is overdue first.
func (s *Site) pickups(v *visit) error { return s.showPickups(v, http.StatusOK, nil) }

func (s *Site) showPickups(v *visit, status int, c *complaint) error {
	asked := strings.TrimSpace(v.r.FormValue("q"))
	if len(asked) > 200 {
		return errFilter
	}
	var rows, late []fetchRow
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows, late = nil, nil
		here, err := stores(tx, v.caller.Scope)
		if err != nil {
			return err
		}
		shops := make([]id.Shop, len(here))
		for i, one := range here {
			shops[i] = one.ID
		}
		var found []flow.Fetching
		if asked == "" {
			found, err = flow.Fetches(tx, shops)
		} else {
			found, err = flow.FindFetches(tx, s.cfg.Kit, v.caller.Scope, shops, asked)
		}
		if err != nil {
			return err
		}
		people, err := recipientsOf(tx, found)
		for _, f := range found {
			r := v.fetchRow(f, people[f.Order.Recipient], tx.Now())
			if f.Overdue && asked == "" {
				late = append(late, r)
			} else {
				rows = append(rows, r)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "store_pickup", map[string]any{"Title": v.word("pickup"), "FormKey": formKey(), "Complaint": c, "Q": asked, "Rows": rows, "Late": late,
		"MayOpen": v.caller.May(staff.OrderRead)})
}

func recipientsOf(tx *db.Tx, found []flow.Fetching) (map[id.Recipient]customer.Recipient, error) {
	ids := make([]id.Recipient, len(found))
	for i, f := range found {
		ids[i] = f.Order.Recipient
	}
	return customer.Get(tx, ids)
}

func (v *visit) fetchRow(f flow.Fetching, who customer.Recipient, now db.Instant) fetchRow {
	o := f.Order
	r := fetchRow{ID: o.ID.String(), No: o.ExternalNo, Name: who.Name.Mask, Phone: who.Phone.Mask, On: f.On, Ordered: v.stampOf(o.OrderedAt, now, houseZone),
		State: v.word("word_" + string(f.Card.Word)), Class: "review", Packages: len(f.Ready), Ready: f.Not == nil, Overdue: f.Overdue}
	if f.Not != nil {
		r.Not = v.say(f.Not)
	} else {
		r.State, r.Class = v.word("pickup_ready"), "out"
	}
	var goods []string
	for _, l := range o.Lines {
		if n := l.Ordered - l.Cancelled - l.Shipped; l.Kind != order.Component && l.Kind != order.Charge && (n > 0 || l.Kind == order.Bundle) {
			goods = append(goods, l.Name+" ×"+number(max(n, 1)))
		}
	}
	r.Goods = strings.Join(goods, v.word("and"))
	return r
}

// handOut gives an order's goods to the customer who came for them.
func (s *Site) handOut(v *visit) error {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return order.ErrMissing
	}
	err := s.act(v, func(tx *db.Tx) (string, error) {
		if err := flow.Within(tx, v.caller.Scope, id.Order(n)); err != nil {
			return "", err
		}
		packages, err := flow.HandOut(tx, id.Order(n))
		if err == nil {
			err = flow.PackagesWithin(tx, v.caller.Scope, packages...)
		}
		return did("/store/pickup", "handed_out", len(packages), ""), err
	})
	if err == nil {
		return nil
	}
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	return s.showPickups(v, status, c)
}
