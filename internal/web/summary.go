package web

import (
	"cmp"
	"context"
	"slices"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// summary is what all viewers of the first page see alike, in no language yet.
type summary struct {
	now        db.Instant
	kinds      []review.Tally
	exceptions []review.Exception
	newest     bool
	packages   []fulfilment.Tally
	warehouses []inventory.Warehouse
	shops      map[id.Shop]shop.Shop
	shorts     []short
}

// short is a SKU that orders wait for.
type short struct {
	Code, Name string
	Pieces     int64
	Lines      int
	First      string // the order that is served first
	Since      db.Instant
	Ago        string
}

// low is a counter that is at or below its safety line.
type low struct {
	Warehouse, Code, Name          string
	Free, OnHand, Reserved, Safety int64
}

const (
	shownShort = 8
	shownLow   = 10
	shownWork  = 8
	stockMax   = 5000 // counters looked at for low stock
)

// gather reads the summary of a scope on one snapshot. What cannot be told apart by
// shop is left out for who does not see them all.
func (s *Site) gather(scope staff.Scope) (sum summary, err error) {
	err = s.cfg.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		sum = summary{now: tx.Now(), shops: map[id.Shop]shop.Shop{}}
		if sum.packages, err = fulfilment.Counts(tx); err != nil {
			return err
		}
		if sum.warehouses, err = inventory.Warehouses(tx); err != nil {
			return err
		}
		sum.warehouses = slices.DeleteFunc(sum.warehouses, func(w inventory.Warehouse) bool { return !scope.HasWarehouse(w.ID) })
		shops, err := shop.All(tx)
		for _, one := range shops {
			sum.shops[one.ID] = one
		}
		if err != nil {
			return err
		}
		if err := sum.work(tx, scope); err != nil || !scope.AllShops {
			return err
		}
		sum.shorts, err = shortages(tx)
		return err
	})
	return sum, err
}

// work looks at the queue of exceptions: the newest where the queue fits a page,
// else those that wait longest.
func (sum *summary) work(tx *db.Tx, scope staff.Scope) error {
	var err error
	if sum.kinds, err = review.CountsIn(tx, scope); err != nil {
		return err
	}
	list, err := review.List(tx, review.Filter{Scope: &scope, Limit: review.ListMax})
	if sum.newest = len(list) < review.ListMax; sum.newest {
		slices.Reverse(list)
	}
	sum.exceptions = list[:min(len(list), shownWork)]
	return err
}

// shortages gives the SKUs that most pieces wait for, and who is served first.
func shortages(tx *db.Tx) ([]short, error) {
	backlog, err := inventory.Backlog(tx)
	if err != nil || len(backlog) == 0 {
		return nil, err
	}
	skus := make([]id.SKU, 0, len(backlog))
	for n := range backlog {
		skus = append(skus, n)
	}
	slices.SortFunc(skus, func(a, b id.SKU) int {
		return cmp.Or(cmp.Compare(backlog[b], backlog[a]), cmp.Compare(a, b))
	})
	skus = skus[:min(len(skus), shownShort)]
	known, err := catalog.Get(tx, skus)
	if err != nil {
		return nil, err
	}
	list := make([]short, len(skus))
	for i, n := range skus {
		waiters, err := inventory.Waiting(tx, n, 100)
		if err != nil {
			return nil, err
		}
		list[i] = short{Code: known[n].Code, Name: known[n].Name, Pieces: backlog[n], Lines: len(waiters)}
		for j, w := range waiters {
			if j == 0 {
				list[i].First = w.Order.String()
			}
			if list[i].Since == 0 || w.Since < list[i].Since {
				list[i].Since = w.Since
			}
		}
	}
	return list, nil
}

// lowStock gives the counters of a scope furthest below their safety line.
func (s *Site) lowStock(scope staff.Scope) (lows []low, err error) {
	err = s.cfg.DB.Read(context.Background(), func(tx *db.Tx) error {
		var rows []inventory.Row
		for after, seen := id.Stock(0), 0; seen < stockMax; {
			page, err := inventory.List(tx, inventory.Filter{Scope: scope, After: after, Limit: 1000})
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			after, seen = page[len(page)-1].ID, seen+len(page)
			for _, r := range page {
				if r.Free <= r.Safety {
					rows = append(rows, r)
				}
			}
		}
		slices.SortFunc(rows, func(a, b inventory.Row) int {
			return cmp.Or(cmp.Compare(a.Free-a.Safety, b.Free-b.Safety), cmp.Compare(b.Reserved, a.Reserved),
				cmp.Compare(a.ID, b.ID))
		})
		lows, err = nameLows(tx, rows[:min(len(rows), shownLow)])
		return err
	})
	return lows, err
}

func nameLows(tx *db.Tx, rows []inventory.Row) ([]low, error) {
	skus := make([]id.SKU, len(rows))
	for i, r := range rows {
		skus[i] = r.SKU
	}
	known, err := catalog.Get(tx, skus)
	if err != nil {
		return nil, err
	}
	places, err := inventory.Warehouses(tx)
	codes := map[id.Warehouse]string{}
	for _, w := range places {
		codes[w.ID] = w.Code
	}
	lows := make([]low, len(rows))
	for i, r := range rows {
		lows[i] = low{codes[r.Warehouse], known[r.SKU].Code, known[r.SKU].Name, r.Free, r.OnHand, r.Reserved, r.Safety}
	}
	return lows, err
}
