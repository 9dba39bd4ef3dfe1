package inventory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// house is a database with two warehouses and a store, and two shops: online
// asks north before south, web the other way round, and only south in province 33.
type house struct {
	*testing.T
	d                   *db.DB
	north, south, store id.Warehouse
	online, web         id.Shop
}

const (
	soap  id.SKU = 101
	towel id.SKU = 102
	pan   id.SKU = 103
)

// each runs test in a fresh house on both engines and audits the books after it.
func each(t *testing.T, test func(h *house)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		test(h)
		h.clean()
	})
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{T: t, d: d}
	h.do(func(tx *db.Tx) error {
		places, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: "N", Name: "北京仓", Province: "11"},
			{Code: "S", Name: "杭州仓", Province: "33"}, {Code: "M", Name: "门店", Province: "33", Store: true}})
		if err != nil {
			return err
		}
		h.north, h.south, h.store = places[0].ID, places[1].ID, places[2].ID
		h.online, h.web, err = openShops(tx, "", []id.Warehouse{h.north, h.south, h.store}, []id.Warehouse{h.south,
			h.north})
		return err
	})
	return h
}

// openShops opens two shops; in province 33 only the first warehouse of the
// second shop serves it.
func openShops(tx *db.Tx, suffix string, first, second []id.Warehouse) (a, b id.Shop, err error) {
	opened, err := shop.Open(tx, []shop.Shop{
		{Code: "ONLINE" + suffix, Name: "天猫店", Platform: "taobao", Kind: shop.Online, Currency: money.CNY,
			TimeZone: "Asia/Shanghai"},
		{Code: "WEB" + suffix, Name: "官网", Platform: "own", Kind: shop.Web, Currency: money.CNY, TimeZone: "Asia/Shanghai"},
	})
	if err != nil {
		return 0, 0, err
	}
	a, b = opened[0].ID, opened[1].ID
	return a, b, errors.Join(shop.SetWarehouses(tx, a, "", first), shop.SetWarehouses(tx, b, "", second),
		shop.SetWarehouses(tx, b, "33", second[:1]))
}

func (h *house) do(fn func(tx *db.Tx) error) {
	h.Helper()
	dbtest.Write(h, h.d, fn)
}

// refused runs fn and wants its fault; what fn did is undone.
func (h *house) refused(want *fault.Fault, fn func(tx *db.Tx) error) {
	h.Helper()
	if err := h.d.Write(context.Background(), dbtest.By, fn); !errors.Is(err, want) {
		h.Errorf("got %v, want %v", err, want)
	}
}

func (h *house) receive(list ...inventory.Receipt) (grants []inventory.Grant) {
	h.Helper()
	h.do(func(tx *db.Tx) (err error) { grants, err = inventory.Receive(tx, list); return err })
	return grants
}

// reserve locks the claims' counters and reserves.
func (h *house) reserve(claims ...inventory.Claim) (granted []int64) {
	h.Helper()
	h.do(func(tx *db.Tx) (err error) { granted, err = reserve(tx, claims); return err })
	return granted
}

func reserve(tx *db.Tx, claims []inventory.Claim) ([]int64, error) {
	var skus []id.SKU
	var warehouses []id.Warehouse
	for _, c := range claims {
		skus, warehouses = append(skus, c.SKU), append(warehouses, c.Warehouse)
	}
	lv, err := inventory.Lock(tx, skus, warehouses)
	if err != nil {
		return nil, err
	}
	return inventory.Reserve(tx, lv, claims)
}

// allocate fixes qty of a line and wants it to go well.
func (h *house) allocate(needs ...inventory.Need) (all []inventory.Portion) {
	h.Helper()
	h.do(func(tx *db.Tx) error {
		outcomes, err := inventory.Allocate(tx, needs)
		for _, o := range outcomes {
			if o.Fault != nil {
				return o.Fault
			}
			all = append(all, o.Value...)
		}
		return err
	})
	return all
}

func (h *house) lot(l inventory.Lot) (opened id.Lot) {
	h.Helper()
	h.do(func(tx *db.Tx) error {
		named, err := inventory.OpenLots(tx, []inventory.Lot{l})
		opened = named[inventory.LotKey(l.SKU, l.Code)].ID
		return err
	})
	return opened
}

func (h *house) lose(list ...inventory.Loss) (shortages []inventory.Shortage) {
	h.Helper()
	h.do(func(tx *db.Tx) (err error) { shortages, err = inventory.Lose(tx, list); return err })
	return shortages
}

func (h *house) row(p inventory.Place) inventory.Row {
	h.Helper()
	var rows []inventory.Row
	dbtest.Read(h, h.d, func(tx *db.Tx) (err error) {
		rows, err = inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), SKU: p.SKU, Warehouse: p.Warehouse, Limit: 2})
		return err
	})
	if len(rows) != 1 {
		h.Fatalf("%v has %d counters", p, len(rows))
	}
	return rows[0]
}

// stock wants on hand, reserved and unsellable of a place.
func (h *house) stock(p inventory.Place, onHand, reserved, unsellable int64) {
	h.Helper()
	r := h.row(p)
	same(h, "on hand, reserved, unsellable", [3]int64{r.OnHand, r.Reserved, r.Unsellable}, [3]int64{onHand, reserved, unsellable})
}

func (h *house) breaches() (list []string) {
	h.Helper()
	dbtest.Read(h, h.d, func(tx *db.Tx) (err error) { _, list, err = inventory.Audit(tx); return err })
	return list
}

// clean wants the books to be proven.
func (h *house) clean() {
	h.Helper()
	if list := h.breaches(); len(list) > 0 {
		h.Errorf("audit: %q", list)
	}
}

func same[T any](t testing.TB, what string, got, want T, opts ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
