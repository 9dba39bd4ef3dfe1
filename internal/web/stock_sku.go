package web

import (
	"context"
	"net/http"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// slotRow is one lot in one bin.
type slotRow struct {
	Warehouse, Bin, Lot, Made, Expires, Left, Key, Class string
	OnHand, Allocated, Unsellable, Loose                 int64
	Barred                                               bool
}

// claimRow is an order line that holds goods, or waits for some.
type claimRow struct {
	Order, No, Shop, Warehouse string
	Qty, Allocated             int64
	Deadline, Since            stamp
}

// proofRow is what the books of one warehouse proved.
type proofRow struct {
	Warehouse                     string
	Rows, Versions, Claims, Slots int64
	Breaches                      []string
}

// quotaRow is goods set aside for a shop.
type quotaRow struct {
	Warehouse, Shop string
	Qty, Used       int64
}

const claimsShown = 100

// stockOf is one SKU in all warehouses: its figures, who has them, where they lie.
func (s *Site) stockOf(v *visit) error { return s.showStock(v, http.StatusOK, nil) }

func (s *Site) showStock(v *visit, status int, c *complaint) error {
	data := map[string]any{"FormKey": formKey(), "Complaint": c, "MayAdjust": v.caller.May(staff.StockAdjust), "Sent": v.r.PostForm,
		"MayCatalog": v.caller.May(staff.CatalogRead), "MayOrder": v.caller.May(staff.OrderRead), "AdjustKinds": v.adjustKinds()}
	prove := v.r.URL.Query().Get("prove") == "1"
	err := s.cfg.DB.Read(context.WithoutCancel(v.ctx), func(tx *db.Tx) error {
		sku, err := v.sku(tx)
		if err != nil {
			return err
		}
		places, err := v.depots(tx)
		if err != nil {
			return err
		}
		data["Title"] = sku.Code + " " + sku.Name
		data["SKU"], data["Path"], data["Warehouses"] = sku, skuPath(sku.Code), places.choices(v.r.PostFormValue("warehouse"))
		if sku.Bundle {
			return nil
		}
		k := stockLook{v: v, tx: tx, sku: sku, places: places, now: tx.Now()}
		return k.fill(data, prove)
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "stock_sku", data)
}

// sku finds the SKU of the address, by code or barcode.
func (v *visit) sku(tx *db.Tx) (*catalog.SKU, error) {
	code := v.r.PathValue("sku")
	found, err := catalog.Find(tx, []string{code})
	if err == nil && found[code] == nil {
		err = catalog.ErrMissing
	}
	return found[code], err
}

// stockLook gathers what the page of a SKU shows.
type stockLook struct {
	v      *visit
	tx     *db.Tx
	sku    *catalog.SKU
	places depots
	now    db.Instant
	shops  map[id.Shop]shop.Shop
}

func (k *stockLook) fill(data map[string]any, prove bool) (err error) {
	counters, err := countersOf(k.tx, inventory.Filter{Scope: k.v.caller.Scope}, []id.SKU{k.sku.ID})
	if err != nil {
		return err
	}
	wanted, err := inventory.BacklogOf(k.tx, []id.SKU{k.sku.ID})
	if err != nil {
		return err
	}
	coming, err := inventory.Arriving(k.tx, []id.SKU{k.sku.ID})
	if err != nil {
		return err
	}
	all, err := shop.All(k.tx)
	if err != nil {
		return err
	}
	k.shops = map[id.Shop]shop.Shop{}
	for _, one := range all {
		k.shops[one.ID] = one
	}
	var rows []stockRow
	var sum stockRow
	for _, w := range k.places.list {
		p := inventory.Place{Warehouse: w.ID, SKU: k.sku.ID}
		r, there := counters[p]
		if !there && coming[p] == 0 {
			continue
		}
		row := k.v.stockRow(k.sku, w, r, wanted[k.sku.ID], coming[p])
		rows = append(rows, row)
		sum.OnHand, sum.Reserved, sum.Free, sum.ATP = sum.OnHand+row.OnHand, sum.Reserved+row.Reserved, sum.Free+row.Free, sum.ATP+row.ATP
		sum.Unsellable, sum.Coming, sum.Safety = sum.Unsellable+row.Unsellable, sum.Coming+row.Coming, sum.Safety+row.Safety
	}
	sum.Wanted = wanted[k.sku.ID]
	data["Rows"], data["Sum"] = rows, sum
	for key, look := range map[string]func() (any, error){"Holders": k.holders, "Waiters": k.waiters, "Slots": k.slots, "Quotas": k.quotas,
		"Proofs": func() (any, error) { return k.proofs(prove, counters) }} {
		if data[key], err = look(); err != nil {
			return err
		}
	}
	return nil
}

// holders says who has the goods, the nearest deadline first in each warehouse.
func (k *stockLook) holders() (any, error) {
	var rows []claimRow
	var orders []id.Order
	for _, w := range k.places.list {
		list, err := inventory.Holders(k.tx, inventory.Place{Warehouse: w.ID, SKU: k.sku.ID}, claimsShown)
		if isNoStock(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			rows = append(rows, k.claim(h.Order, h.Shop, w.Name, h.Qty, h.Allocated, h.Deadline, h.Since))
			orders = append(orders, h.Order)
		}
	}
	return rows, k.name(rows, orders)
}

func (k *stockLook) waiters() (any, error) {
	list, err := inventory.Waiting(k.tx, k.sku.ID, claimsShown)
	if err != nil {
		return nil, err
	}
	var rows []claimRow
	var orders []id.Order
	for _, w := range list {
		if k.v.caller.Scope.HasShop(w.Shop) {
			rows = append(rows, k.claim(w.Order, w.Shop, "", w.Qty, 0, w.Deadline, w.Since))
			orders = append(orders, w.Order)
		}
	}
	return rows, k.name(rows, orders)
}

func (k *stockLook) claim(o id.Order, s id.Shop, warehouse string, qty, allocated int64, deadline, since db.Instant) claimRow {
	return claimRow{Order: o.String(), Shop: k.shops[s].Name, Warehouse: warehouse, Qty: qty, Allocated: allocated,
		Deadline: k.v.stampOf(deadline, k.now, k.shops[s].TimeZone), Since: k.v.stampOf(since, k.now, k.shops[s].TimeZone)}
}

// name fills in the orders' numbers. An order of a shop outside the scope keeps its
// figures and has no name.
func (k *stockLook) name(rows []claimRow, orders []id.Order) error {
	cards, err := order.Cards(k.tx, orders)
	for i, o := range orders {
		if card, there := cards[o]; there && k.v.caller.Scope.HasShop(card.Shop) {
			rows[i].No = card.ExternalNo
		} else {
			rows[i].Order, rows[i].Shop = "", k.v.word("st_other_shop")
		}
	}
	return err
}

func (k *stockLook) slots() (any, error) {
	list, err := inventory.Slots(k.tx, k.v.caller.Scope, k.sku.ID, 500)
	var rows []slotRow
	for _, one := range list {
		r := slotRow{Warehouse: k.places.byID[one.Warehouse].Name, Bin: k.v.binWord(one.Bin, one.BinCode), Lot: one.Lot.Code, Made: one.Lot.MadeOn,
			Expires: one.Lot.ExpiresOn, OnHand: one.OnHand, Allocated: one.Allocated, Unsellable: one.Unsellable, Loose: one.Loose(),
			Barred: one.Lot.Barred, Key: k.places.byID[one.Warehouse].Code + " " + number64(int64(one.Lot.ID)) + "." + number64(int64(one.Bin))}
		r.Left, r.Class = k.v.lifeLeft(one.Lot.ExpiresOn, k.now)
		rows = append(rows, r)
	}
	return rows, err
}

func (v *visit) binWord(b id.Bin, code string) string {
	switch b {
	case inventory.BinNone:
		return v.word("st_bin_none")
	case inventory.BinStage:
		return v.word("st_bin_stage")
	}
	return code
}

// lifeLeft says how many days a lot has left, and how bad that is.
func (v *visit) lifeLeft(expires string, now db.Instant) (say, class string) {
	end, err := time.ParseInLocation(time.DateOnly, expires, zone(houseZone))
	if expires == "" || err != nil {
		return "", ""
	}
	days := int(end.Sub(now.Time()).Hours()/24) + 1
	switch {
	case end.Before(now.Time().Add(-24 * time.Hour)):
		return v.word("st_expired"), "bad"
	case days <= 30:
		return v.fill("days", days), "review"
	}
	return v.fill("days", days), "plain"
}

func (k *stockLook) quotas() (any, error) {
	list, err := inventory.QuotasOf(k.tx, k.v.caller.Scope, k.sku.ID)
	var rows []quotaRow
	for _, q := range list {
		if k.v.caller.Scope.HasShop(q.Shop) {
			rows = append(rows, quotaRow{Warehouse: k.places.byID[q.Warehouse].Name, Shop: k.shops[q.Shop].Name, Qty: q.Qty, Used: q.Used})
		}
	}
	return rows, err
}

// proofs plays the books of each warehouse through.
func (k *stockLook) proofs(asked bool, counters map[inventory.Place]inventory.Row) (any, error) {
	var rows []proofRow
	for _, w := range k.places.list {
		p := inventory.Place{Warehouse: w.ID, SKU: k.sku.ID}
		if _, there := counters[p]; !there || !asked {
			continue
		}
		proof, err := inventory.Prove(k.tx, p)
		if err != nil {
			return nil, err
		}
		row := proofRow{Warehouse: w.Name, Rows: proof.Rows, Versions: proof.Versions, Claims: proof.Claims, Slots: proof.Slots}
		for _, b := range proof.Breaches {
			row.Breaches = append(row.Breaches, pair{b.ZH, b.EN}.in(k.v.lang))
		}
		rows = append(rows, row)
	}
	return rows, nil
}
