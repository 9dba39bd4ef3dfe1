package web

import (
	"net/http"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// briefLine is a line of an order with what is free of its goods where they lie.
type briefLine struct {
	lineRow
	Free []string
}

// orderBrief is an order as the list unfolds it below its row: lines, stock, packages,
// notes. Without script it is a page of its own.
func (s *Site) orderBrief(v *visit) error {
	n, err := v.orderOf()
	if err != nil {
		return err
	}
	var k flow.View
	var more orderMore
	var lines []briefLine
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if k, err = flow.Look(tx, v.caller.Scope, n); err != nil {
			return err
		}
		more = orderMore{}
		if more.where, err = whereOf(tx, &k); err != nil {
			return err
		}
		if err = s.notesOf(tx, v, &k, &more); err != nil {
			return err
		}
		lines, err = v.briefLines(tx, &k, &more)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "order_brief", map[string]any{"Title": v.word("order") + " " + k.Order.ExternalNo, "No": k.Order.ExternalNo,
		"Order": k.Order.ID.String(), "Lines": lines, "Packages": v.packages(&k), "Notes": more.notes, "Causes": v.causes(&k), "Message": k.Order.BuyerMessage,
		"Memo": k.Order.SellerMemo, "MayStock": v.caller.May(staff.StockRead)})
}

// briefLines adds to the lines what is free of their goods, for who may see stock.
func (v *visit) briefLines(tx *db.Tx, k *flow.View, more *orderMore) (list []briefLine, err error) {
	free, err := v.freeOf(tx, k.Order)
	if err != nil {
		return nil, err
	}
	for _, r := range v.lines(k, more) {
		list = append(list, briefLine{r, free[r.SKU]})
	}
	return list, nil
}

// freeOf tells of the goods of an order how much each warehouse has free, for who may
// see stock.
func (v *visit) freeOf(tx *db.Tx, o *order.Order) (map[id.SKU][]string, error) {
	if !v.caller.May(staff.StockRead) {
		return nil, nil
	}
	var skus []id.SKU
	for _, l := range o.Lines {
		if l.Moves() && !slices.Contains(skus, l.SKU) {
			skus = append(skus, l.SKU)
		}
	}
	places, err := v.depots(tx)
	if err != nil {
		return nil, err
	}
	counters, err := countersOf(tx, inventory.Filter{Scope: v.caller.Scope}, skus)
	free := map[id.SKU][]string{}
	for _, n := range skus {
		for _, w := range places.list {
			if r, there := counters[inventory.Place{Warehouse: w.ID, SKU: n}]; there {
				free[n] = append(free[n], w.Name+" "+number(r.Free))
			}
		}
	}
	return free, err
}
