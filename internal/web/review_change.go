package web

import (
	"net/http"
	"strconv"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// errLineNumber refuses figures that cannot be read.
var errLineNumber = fault.New(fault.Invalid, "line_figures", "数量应为正整数,价格应如 29.90;没有更改", "The quantity is a whole number above 0 and the price an amount such as 29.90; nothing was changed")

// deskLines shows what a change of lines would do, and does it once it is confirmed as it
// was shown.
func (s *Site) deskLines(v *visit) error {
	if v.r.PostFormValue("do") == "change" {
		return s.deskChange(v, "desk_lines", func(tx *db.Tx, n id.Order, version int64) error {
			c, err := v.lineChange(tx, n, version)
			if err == nil {
				_, err = flow.ChangeLines(tx, s.cfg.Kit, c)
			}
			return err
		})
	}
	var e flow.LineEffect
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		n, version, err := v.deskOrder(tx)
		if err != nil {
			return err
		}
		c, err := v.lineChange(tx, n, version)
		if err == nil {
			e, err = flow.TryLines(tx, c)
		}
		return err
	})
	if err == nil {
		return s.showDetail(v, deskShow{effect: &e})
	}
	return s.deskRefused(v, err)
}

// deskWarehouse moves the claims of an order to another warehouse.
func (s *Site) deskWarehouse(v *visit) error {
	return s.deskChange(v, "desk_warehouse", func(tx *db.Tx, n id.Order, version int64) error {
		all, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Code == v.r.PostFormValue("warehouse") && v.caller.Scope.HasWarehouse(w.ID) {
				return flow.Relocate(tx, flow.Relocation{Order: n, Version: version, Warehouse: w.ID})
			}
		}
		return flow.ErrWarehouseRoute
	})
}

// deskCarrier says by which carrier an order goes.
func (s *Site) deskCarrier(v *visit) error {
	return s.deskChange(v, "desk_carrier", func(tx *db.Tx, n id.Order, version int64) error {
		code := carrier.Fold(v.r.PostFormValue("carrier"))
		known, err := carrier.ByCode(tx, []string{code})
		if err != nil {
			return err
		}
		if known[code].ID == 0 && code != "" {
			return errForm
		}
		return flow.Prefer(tx, n, version, known[code].ID)
	})
}

// deskChange does a change to an order that nobody else works on, and shows it anew.
func (s *Site) deskChange(v *visit, say string, do func(tx *db.Tx, n id.Order, version int64) error) error {
	err := s.act(v, func(tx *db.Tx) (string, error) {
		n, version, err := v.deskOrder(tx)
		if err != nil {
			return "", err
		}
		if err := review.Unclaimed(tx, []id.Order{n}); err != nil {
			return "", err
		}
		if err := do(tx, n, version); err != nil {
			return "", err
		}
		to := "/review/orders/" + n.String()
		if v.r.URL.Query().Get("part") == "live" {
			to += "?part=live"
		}
		return did(to, say, 0, ""), nil
	})
	if err == nil {
		return nil
	}
	return s.deskRefused(v, err)
}

func (s *Site) deskRefused(v *visit, err error) error {
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	if v.r.URL.Query().Get("part") == "live" {
		status = http.StatusOK // it takes its place beside the list all the same
	}
	return s.showDetail(v, deskShow{complaint: c, status: status})
}

// deskOrder reads which order within the visitor's scope a form changes, and the version
// of it that they saw.
func (v *visit) deskOrder(tx *db.Tx) (n id.Order, version int64, err error) {
	if n, err = v.orderOf(); err != nil {
		return n, 0, err
	}
	if err = flow.Within(tx, v.caller.Scope, n); err != nil {
		return n, 0, err
	}
	version, err = v.version()
	return n, version, err
}

// lineChange reads the form of a change of lines.
func (v *visit) lineChange(tx *db.Tx, which id.Order, version int64) (c flow.LineChange, err error) {
	c.Order, c.Version = which, version
	f := v.typedLines()
	if n, ok := id.Parse("L", f["drop"]); ok {
		c.Drop = id.Line(n)
	} else if f["drop"] != "" {
		return c, errForm
	}
	c.Code, c.Price, c.MayPrice = f["code"], -1, v.caller.May(staff.RuleEdit)
	if c.Code == "" {
		return c, nil
	}
	if c.Qty, err = strconv.ParseInt(f["qty"], 10, 64); err != nil || c.Qty < 1 {
		return c, errLineNumber
	}
	if f["price"] == "" {
		return c, nil
	}
	currency, err := orderCurrency(tx, c.Order)
	if err != nil {
		return c, err
	}
	if c.Price, err = money.Parse(strings.TrimLeft(f["price"], "¥ "), currency); err != nil || c.Price < 0 {
		return c, errLineNumber
	}
	return c, nil
}

func orderCurrency(tx *db.Tx, n id.Order) (money.Currency, error) {
	orders, err := order.Get(tx, []id.Order{n})
	if err != nil {
		return "", err
	}
	if len(orders) == 0 {
		return "", order.ErrMissing
	}
	return orders[0].Currency, nil
}
