package web

import (
	"cmp"
	"net/http"
	"slices"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// waitingRoutes are those of the queue for arriving stock.
func waitingRoutes() []Route {
	return []Route{
		{"GET", "/waiting", staff.StockRead, false, (*Site).waiting},
		{"GET", "/waiting/{sku}", staff.StockRead, false, (*Site).waiters},
	}
}

// waitingRow is a SKU that orders wait for.
type waitingRow struct {
	Code, Name string
	Pieces     int64
}

const waitingShown = 500

// waiting lists the SKUs that orders wait for, those with most pieces first. The queue
// serves all shops, so it is for who sees them all.
func (s *Site) waiting(v *visit) error {
	if !v.caller.Scope.AllShops {
		return errEverywhere
	}
	var rows []waitingRow
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		backlog, err := inventory.Backlog(tx)
		if err != nil {
			return err
		}
		skus := sortedSKUs(backlog)
		known, err := catalog.Get(tx, skus)
		rows = nil
		for _, n := range skus {
			if k := known[n]; k != nil {
				rows = append(rows, waitingRow{k.Code, k.Name, backlog[n]})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "waiting", map[string]any{"Title": v.word("waiting"), "Rows": rows})
}

func sortedSKUs(backlog map[id.SKU]int64) []id.SKU {
	skus := make([]id.SKU, 0, len(backlog))
	for n := range backlog {
		skus = append(skus, n)
	}
	slices.SortFunc(skus, func(a, b id.SKU) int { return cmp.Or(cmp.Compare(backlog[b], backlog[a]), cmp.Compare(a, b)) })
	return skus[:min(len(skus), waitingShown)]
}

// waiterRow is an order in the queue, in the order of service.
type waiterRow struct {
	Place             int
	Order, No, Shop   string
	Qty               int64
	Deadline, Since   stamp
	Class, State, Why string
}

// waiters lists who waits for one SKU, in the order in which arriving stock serves them.
func (s *Site) waiters(v *visit) error {
	if !v.caller.Scope.AllShops {
		return errEverywhere
	}
	var rows []waiterRow
	var sku *catalog.SKU
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		found, err := catalog.Find(tx, []string{catalog.Fold(v.r.PathValue("sku"))})
		if err != nil {
			return err
		}
		if sku = found[catalog.Fold(v.r.PathValue("sku"))]; sku == nil {
			return catalog.ErrMissing
		}
		rows, err = s.waiterRows(tx, v, sku.ID)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "waiters", map[string]any{"Title": v.word("waiting") + " " + sku.Name, "Name": sku.Name, "Code": sku.Code, "Rows": rows, "MayOpen": v.caller.May(staff.OrderRead)})
}

func (s *Site) waiterRows(tx *db.Tx, v *visit, sku id.SKU) (rows []waiterRow, err error) {
	list, err := inventory.Waiting(tx, sku, waitingShown)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, len(list))
	for i, w := range list {
		ids[i] = w.Order
	}
	cards, err := order.Cards(tx, ids)
	if err != nil {
		return nil, err
	}
	sum := summary{now: tx.Now()}
	for i, w := range list {
		c := cards[w.Order]
		one := v.row(c, &sum, nil)
		rows = append(rows, waiterRow{Place: i + 1, Order: w.Order.String(), No: c.ExternalNo, Qty: w.Qty, Deadline: v.stampOf(w.Deadline, tx.Now(), houseZone),
			Since: v.stampOf(w.Since, tx.Now(), houseZone), Class: one.Class, State: one.State})
	}
	return rows, nil
}
