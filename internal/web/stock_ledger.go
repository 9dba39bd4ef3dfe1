package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// ledgerRow is one movement with the balance after it.
type ledgerRow struct {
	At                                          stamp
	Kind, Class, Lot, Bin, Order, No, Paper     string
	Package, Actor, Cause                       string
	Qty, OnHand, Reserved, Unsellable           int64
	HasOnHand, HasReserved, HasUnsellable, Free int64
}

// ledgerKinds are the kinds of movements, as the filter offers them.
var ledgerKinds = []string{"receive", "reserve", "release", "allocate", "unallocate", "pick", "unpick", "ship", "return", "adjust", "count",
	"transfer", "damage", "bar", "unbar"}

const ledgerPage = 100

// ledger shows what happened to a SKU in a warehouse, the newest first, with the balance
// after each movement.
func (s *Site) ledger(v *visit) error {
	q := v.r.URL.Query()
	leaf, err := leafOf(q.Get("after"))
	if err != nil {
		return err
	}
	kind, until := q.Get("kind"), q.Get("until")
	if kind != "" {
		if !slices.Contains(ledgerKinds, kind) {
			return errFilter
		}
		leaf.Kinds = []string{kind}
	}
	if until != "" {
		day, err := time.ParseInLocation(time.DateOnly, until, zone(houseZone))
		if err != nil {
			return errFilter
		}
		leaf.Until = db.At(day.AddDate(0, 0, 1)) - 1
	}
	data := map[string]any{"Kind": kind, "Until": until, "Paged": q.Get("after") != "", "MayOrder": v.caller.May(staff.OrderRead)}
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		sku, err := v.sku(tx)
		if err != nil {
			return err
		}
		places, err := v.depots(tx)
		if err != nil {
			return err
		}
		w, known := places.named(q.Get("warehouse"))
		if !known {
			if q.Get("warehouse") != "" || len(places.list) == 0 {
				return errFilter
			}
			w = places.first(tx, sku.ID)
		}
		data["Title"] = v.word("st_ledger") + " · " + sku.Code
		data["SKU"], data["Path"], data["Warehouses"] = sku, skuPath(sku.Code), places.choices(w.Code)
		rows, next, err := inventory.Back(tx, inventory.Place{Warehouse: w.ID, SKU: sku.ID}, leaf)
		if err != nil && !isNoStock(err) {
			return err
		}
		if next.Limit > 0 && len(rows) > 0 {
			q.Set("after", markOf(next))
			q.Set("warehouse", w.Code)
			data["Next"] = skuPath(sku.Code) + "/ledger?" + q.Encode()
		}
		data["Rows"], err = v.ledgerRows(tx, rows)
		return err
	}); err != nil {
		return err
	}
	var kinds []choice
	for _, k := range ledgerKinds {
		kinds = append(kinds, choice{Value: k, Label: v.word("mv_" + k), Chosen: k == kind})
	}
	data["Kinds"] = kinds
	return s.render(v, http.StatusOK, "stock_ledger", data)
}

// first is the first of the warehouses that has a counter of the SKU, else the first.
func (d depots) first(tx *db.Tx, sku id.SKU) inventory.Warehouse {
	counters, err := countersOf(tx, inventory.Filter{Scope: staff.Everywhere()}, []id.SKU{sku})
	for _, w := range d.list {
		if _, there := counters[inventory.Place{Warehouse: w.ID, SKU: sku}]; there && err == nil {
			return w
		}
	}
	return d.list[0]
}

func isNoStock(err error) bool { return errors.Is(err, inventory.ErrNoStock) }

// markOf writes where a page of the ledger ended, and the balance there.
func markOf(l inventory.Leaf) string {
	return dotted(l.Before.Version, l.Before.ID, l.At.OnHand, l.At.Reserved, l.At.Unsellable)
}

func leafOf(text string) (l inventory.Leaf, err error) {
	l.Limit = ledgerPage
	if text == "" {
		return l, nil
	}
	n, ok := readDotted(text, 5)
	if !ok {
		return l, errFilter
	}
	l.Before.Version, l.Before.ID, l.At.OnHand, l.At.Reserved, l.At.Unsellable = n[0], n[1], n[2], n[3], n[4]
	return l, nil
}

// ledgerRows names what the rows are about. A row of an order outside the scope keeps
// its figures and does not say whose it is.
func (v *visit) ledgerRows(tx *db.Tx, rows []inventory.Booked) (list []ledgerRow, err error) {
	var lots []id.Lot
	var bins []id.Bin
	var orders []id.Order
	var actors []string
	for _, r := range rows {
		lots, bins, actors = append(lots, r.Lot), append(bins, r.Bin), append(actors, r.Actor)
		if r.Order != 0 {
			orders = append(orders, r.Order)
		}
	}
	names, err := staff.Names(tx, actors)
	if err != nil {
		return nil, err
	}
	codes, err := inventory.BinsOf(tx, bins)
	if err != nil {
		return nil, err
	}
	known, err := inventory.LotsOf(tx, lots)
	if err != nil {
		return nil, err
	}
	cards, err := order.Cards(tx, orders)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		one := ledgerRow{At: v.stampOf(r.At, tx.Now(), houseZone), Kind: v.word("mv_" + r.Kind), Class: moveClass(r.Entry), Lot: known[r.Lot].Code,
			Bin: codes[r.Bin], Qty: r.Qty, OnHand: r.OnHand, Reserved: r.Reserved, Unsellable: r.Unsellable,
			HasOnHand: r.After.OnHand, HasReserved: r.After.Reserved, HasUnsellable: r.After.Unsellable, Free: r.After.Free()}
		card, there := cards[r.Order]
		if r.Order == 0 || there && v.caller.Scope.HasShop(card.Shop) {
			one.Paper, one.Cause = r.Reference, v.causeWord(r.Cause)
			if one.Actor = names[r.Actor]; one.Actor == "" && r.Actor != "" {
				one.Actor = v.actor(r.Actor)
			}
			if r.Order != 0 {
				one.Order, one.No = r.Order.String(), card.ExternalNo
			}
			if r.Package != 0 {
				one.Package = r.Package.String()
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// causeWord says what set something off: a page, the API, a file, or the house itself.
func (v *visit) causeWord(cause string) string {
	kind, _, _ := strings.Cut(cause, " ")
	if word := "cause_" + kind; words[word].zh != "" {
		return v.word(word)
	}
	return cause
}

func moveClass(e inventory.Entry) string {
	switch {
	case e.OnHand > 0:
		return "done"
	case e.OnHand < 0:
		return "out"
	case e.Unsellable != 0:
		return "bad"
	case e.Reserved != 0:
		return "review"
	}
	return "plain"
}
