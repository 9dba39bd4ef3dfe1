package web

import (
	"net/http"
	"net/url"

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

// waitingShown is how many rows one page of the queue has.
const waitingShown = 100

// waiting lists the SKUs that orders wait for, those with most pieces first. Who sees
// some shops sees what their orders wait for.
func (s *Site) waiting(v *visit) error {
	q := v.r.URL.Query()
	var after inventory.Awaited
	if text := q.Get("after"); text != "" {
		n, ok := readDotted(text, 2)
		if !ok {
			return errFilter
		}
		after = inventory.Awaited{Pieces: n[0], SKU: id.SKU(n[1])}
	}
	var rows []waitingRow
	next := ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows, next = nil, ""
		list, err := inventory.AwaitedIn(tx, v.caller.Scope, after, waitingShown+1)
		if err != nil {
			return err
		}
		if len(list) > waitingShown {
			list = list[:waitingShown]
			last := list[waitingShown-1]
			next = "/waiting?after=" + dotted(last.Pieces, int64(last.SKU))
		}
		skus := make([]id.SKU, len(list))
		for i, a := range list {
			skus[i] = a.SKU
		}
		known, err := catalog.Get(tx, skus)
		for _, a := range list {
			if k := known[a.SKU]; k != nil {
				rows = append(rows, waitingRow{k.Code, k.Name, a.Pieces})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "waiting", map[string]any{"Title": v.word("waiting"), "Rows": rows, "Next": next, "Paged": q.Get("after") != "",
		"Some": !v.caller.Scope.AllShops})
}

// waiterRow is an order in the queue, in the order of service.
type waiterRow struct {
	Place           int
	Order, No, Shop string
	Qty             int64
	Deadline, Since stamp
	Class, State    string
}

// waitersPage is where a page of the queue of a SKU begins: behind a waiter, and at
// which place.
type waitersPage struct {
	inventory.WaitMark
	place int
}

func waitersAt(text string) (p waitersPage, err error) {
	if text == "" {
		return p, nil
	}
	n, ok := readDotted(text, 4)
	if !ok || n[3] < 0 {
		return p, errFilter
	}
	return waitersPage{inventory.WaitMark{Deadline: db.Instant(n[0]), PaidAt: db.Instant(n[1]), Line: id.Line(n[2])}, int(n[3])}, nil
}

// waiters lists who waits for one SKU, in the order in which arriving stock serves them.
// Who sees some shops sees the orders of these, numbered among themselves.
func (s *Site) waiters(v *visit) error {
	at, err := waitersAt(v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	var rows []waiterRow
	var sku *catalog.SKU
	next := ""
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		code := catalog.Fold(v.r.PathValue("sku"))
		found, err := catalog.Find(tx, []string{code})
		if err != nil {
			return err
		}
		if sku = found[code]; sku == nil {
			return catalog.ErrMissing
		}
		rows, next, err = s.waiterRows(tx, v, sku, at)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "waiters", map[string]any{"Title": v.word("waiting") + " " + sku.Name, "Name": sku.Name, "Code": sku.Code, "Rows": rows,
		"Next": next, "First": waitersPath(sku.Code), "Paged": at.place > 0, "Some": !v.caller.Scope.AllShops, "MayOpen": v.caller.May(staff.OrderRead)})
}

func waitersPath(code string) string { return "/waiting/" + url.PathEscape(code) }

func (s *Site) waiterRows(tx *db.Tx, v *visit, sku *catalog.SKU, at waitersPage) (rows []waiterRow, next string, err error) {
	list, err := inventory.WaitingIn(tx, v.caller.Scope, sku.ID, at.WaitMark, waitingShown+1)
	if err != nil {
		return nil, "", err
	}
	if len(list) > waitingShown {
		list = list[:waitingShown]
		m := list[waitingShown-1].Mark()
		next = waitersPath(sku.Code) + "?after=" + dotted(int64(m.Deadline), int64(m.PaidAt), int64(m.Line), int64(at.place+waitingShown))
	}
	ids := make([]id.Order, len(list))
	for i, w := range list {
		ids[i] = w.Order
	}
	cards, err := order.Cards(tx, ids)
	if err != nil {
		return nil, "", err
	}
	sum := summary{now: tx.Now()}
	for i, w := range list {
		c := cards[w.Order]
		one := v.row(c, &sum, nil)
		rows = append(rows, waiterRow{Place: at.place + i + 1, Order: w.Order.String(), No: c.ExternalNo, Qty: w.Qty, Deadline: v.stampOf(w.Deadline, tx.Now(), houseZone),
			Since: v.stampOf(w.Since, tx.Now(), houseZone), Class: one.Class, State: one.State})
	}
	return rows, next, nil
}
