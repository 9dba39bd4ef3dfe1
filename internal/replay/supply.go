package replay

import (
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// skusAtOnce bounds the SKUs of one transaction.
const skusAtOnce = 500

// opening are the tasks that put the first goods on the shelf.
func (r *run) opening() (list []task) {
	var goods []arrival
	for n, code := range r.demand.codes {
		qty := r.demand.cover(n, 0, openingDays)
		if r.o.Stock == Plenty {
			qty = r.demand.all[n]
		}
		goods = append(goods, arrival{code, qty})
	}
	for chunk := range slices.Chunk(goods, skusAtOnce) {
		list = append(list, task{at: r.calendar.at(0, 0), do: func(tx *db.Tx, _ *state) (bool, error) {
			return true, r.receive(tx, chunk, "opening")
		}})
	}
	return list
}

// receive books goods in. paper names why they come.
func (r *run) receive(tx *db.Tx, goods []arrival, paper string) error {
	var receipts []inventory.Receipt
	for _, g := range goods {
		if sku := r.skus[g.Code]; sku != 0 && g.Qty > 0 {
			receipts = append(receipts, inventory.Receipt{Place: r.house.place(sku), Qty: min(g.Qty, inventory.QtyMax),
				Reference: "replay " + paper + " " + g.Code})
		}
	}
	return flow.Receive(tx, receipts)
}

// arrivals receives what was ordered a week ago.
func (r *run) arrivals(day int) task {
	at := r.calendar.at(day, 8)
	return task{at: at, do: func(tx *db.Tx, _ *state) (bool, error) {
		goods, err := loadArriving(tx)
		if err != nil || len(goods) == 0 {
			return true, err
		}
		n := min(skusAtOnce, len(goods))
		if err := r.receive(tx, goods[:n], at.Format(time.DateOnly)); err != nil {
			return false, err
		}
		return n == len(goods), saveArriving(tx, goods[n:])
	}}
}

// reorder orders of each SKU what is missing to five weeks of its mean demand, those
// who wait counted in. It arrives next Monday.
func (r *run) reorder(day int) task {
	return task{at: r.calendar.at(day, 8), do: func(tx *db.Tx, _ *state) (bool, error) {
		free, err := r.freeStock(tx)
		if err != nil {
			return false, err
		}
		backlog, err := inventory.Backlog(tx)
		if err != nil {
			return false, err
		}
		var goods []arrival
		for n, code := range r.demand.codes {
			sku := r.skus[code]
			if qty := r.demand.cover(n, day, upToDays) - free[sku] + backlog[sku]; qty > 0 && sku != 0 {
				goods = append(goods, arrival{code, qty})
			}
		}
		return true, saveArriving(tx, goods)
	}}
}

// freeStock gives what of each SKU the store has and nobody claims.
func (r *run) freeStock(tx *db.Tx) (map[id.SKU]int64, error) {
	free := map[id.SKU]int64{}
	var after id.Stock
	for {
		rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Warehouse: r.house.store, After: after, Limit: 1000})
		if err != nil || len(rows) == 0 {
			return free, err
		}
		for _, row := range rows {
			free[row.SKU] = row.Free
		}
		after = rows[len(rows)-1].ID
	}
}
