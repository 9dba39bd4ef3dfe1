package demo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/demo/goods"
	"baihuo/internal/demo/people"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// OrdersPerDay is the mean number of orders on a day; the stock is sized for it.
const OrdersPerDay = 1200

// Every SKU is delivered once a week, up to coverWeeks of its demand, and every
// failEvery-th delivery does not come. With a cover of 1.6 weeks a failed one leaves the
// SKU without stock for some 0.4 of a week, so one or two lines of a hundred are
// short at any time.
const (
	coverWeeks   = 1.6
	failEvery    = 18
	failFrom     = 8 // ranks before this one are always delivered
	week         = 7 * 24 * time.Hour
	unitsAnOrder = 1.9 * 1.43 // lines of a basket, pieces of a line: see people.Basket
	storeShare   = 0.02
	storeRange   = 60 // the store has the most wanted only
)

// supply knows what sells and when it is delivered.
type supply struct {
	seed    uint64
	goods   []goods.SKU
	rank    map[string]int     // the most wanted is 0
	weekly  map[string]float64 // pieces of a SKU that sell in a week
	shares  map[string]float64 // of the demand that each warehouse is asked for first
	inStore map[string]bool
}

func newSupply(seed uint64, a goods.Assortment) *supply {
	s := &supply{seed: seed, goods: a.SKUs, rank: map[string]int{}, weekly: map[string]float64{},
		shares: map[string]float64{}, inStore: map[string]bool{}}
	total := 0
	for _, k := range a.SKUs {
		total += k.WeeklyWeight
	}
	for _, b := range a.Bundles {
		total += b.WeeklyWeight
	}
	each := OrdersPerDay * 7 * unitsAnOrder / float64(total)
	for _, k := range a.SKUs {
		s.weekly[k.Code] += each * float64(k.WeeklyWeight)
	}
	for _, b := range a.Bundles {
		for _, c := range b.Components {
			s.weekly[c.SKU] += each * float64(b.WeeklyWeight) * float64(c.Qty)
		}
	}
	wanted := codes(a)
	slices.SortStableFunc(wanted, func(a, b string) int { return cmp.Compare(s.weekly[b], s.weekly[a]) })
	for i, code := range wanted {
		s.rank[code], s.inStore[code] = i, i < storeRange
	}
	s.share(a)
	return s
}

// share weighs the warehouses by who is asked first for each province, the store
// apart.
func (s *supply) share(a goods.Assortment) {
	var online *goods.Shop
	for i := range a.Shops {
		if a.Shops[i].Code == taobao {
			online = &a.Shops[i]
		}
	}
	total := 0.0
	for _, p := range a.Provinces {
		if list := online.Warehouses[p.Group]; len(list) > 0 {
			s.shares[list[0]] += float64(p.DemandWeight)
			total += float64(p.DemandWeight)
		}
	}
	for w := range s.shares {
		s.shares[w] /= total
	}
	for _, w := range a.Warehouses {
		if w.Kind == "store" {
			s.shares[w.Code] = storeShare
		}
	}
}

// target is up to where a warehouse is filled.
func (s *supply) target(code, warehouse string) int64 {
	if s.shares[warehouse] == storeShare && !s.inStore[code] {
		return 0
	}
	return int64(math.Ceil(s.weekly[code]*coverWeeks*s.shares[warehouse])) + 2
}

// slot is the number of the weekly delivery of SKU i that was the last at at.
func (s *supply) slot(i int, at time.Time) int64 { return int64(at.Sub(s.first(i)) / week) }

// first is a delivery of SKU i before any story: each has its day and hour.
func (s *supply) first(i int) time.Time {
	d := dice(s.seed, "delivery", s.goods[i].Code)
	return time.Date(2020, 1, 6+d.IntN(7), 9+d.IntN(9), 10*d.IntN(6), 0, 0, zone())
}

// fails says that a delivery does not come: each week that of every failEvery-th SKU
// by rank, so that what is wanted much and what is wanted little fail alike. What is
// wanted most never fails: a single one would make every twentieth line short.
func (s *supply) fails(i int, slot int64) bool {
	return s.rank[s.goods[i].Code] >= failFrom &&
		(int64(s.rank[s.goods[i].Code])+slot*7+int64(s.seed%failEvery))%failEvery == 0
}

// opening is what lies in a warehouse when the story begins: what would be left now
// had it always been supplied like this.
func (s *supply) opening(i int, warehouse string, at time.Time) int64 {
	code := s.goods[i].Code
	slot := s.slot(i, at)
	age := float64(at.Sub(s.first(i))-time.Duration(slot)*week) / float64(week)
	if s.fails(i, slot) {
		age++
	}
	return max(s.target(code, warehouse)-int64(age*s.weekly[code]*s.shares[warehouse]), 0)
}

// lot names the batch of a delivery, with dates for goods that expire. left is how
// many days it may still be kept; 0 for a fresh one.
func lot(k goods.SKU, made time.Time, left int) inventory.Lot {
	if !k.LotTracked {
		return inventory.Lot{}
	}
	if left > 0 {
		made = made.AddDate(0, 0, left-k.ShelfLifeDays)
	}
	l := inventory.Lot{Code: made.Format("20060102"), MadeOn: made.Format(time.DateOnly)}
	if k.ShelfLifeDays > 0 {
		l.ExpiresOn = made.AddDate(0, 0, k.ShelfLifeDays).Format(time.DateOnly)
	}
	return l
}

// deliveries gives what arrives between two times. At night nothing does.
func (h *House) deliveries(tx *db.Tx, from, to time.Time) ([]inventory.Receipt, error) {
	var list []inventory.Receipt
	for i, k := range h.supply.goods {
		slot := h.supply.slot(i, to)
		if slot == h.supply.slot(i, from) || h.supply.fails(i, slot) {
			continue
		}
		arrived, err := h.delivery(tx, k, to, slot)
		if err != nil {
			return nil, err
		}
		list = append(list, arrived...)
	}
	return list, nil
}

// delivery fills each warehouse up to its target, and brings what people wait for.
func (h *House) delivery(tx *db.Tx, k goods.SKU, at time.Time, slot int64) ([]inventory.Receipt, error) {
	sku := h.skus[k.Code].ID
	levels, err := inventory.Look(tx, []id.SKU{sku})
	if err != nil {
		return nil, err
	}
	waits, err := inventory.Waiting(tx, sku, 1000)
	if err != nil {
		return nil, err
	}
	var waited int64
	for _, w := range waits {
		waited += w.Qty
	}
	var list []inventory.Receipt
	for _, w := range h.warehouses {
		place := inventory.Place{Warehouse: w.ID, SKU: sku}
		qty := h.supply.target(k.Code, w.Code)
		if qty == 0 {
			continue
		}
		qty += int64(float64(waited) * h.supply.shares[w.Code])
		if c := levels.At(place); c != nil {
			qty -= c.Free()
		}
		if qty <= 0 {
			continue
		}
		list = append(list, inventory.Receipt{Place: place, Qty: qty, Lot: lot(k, at.In(zone()).AddDate(0, 0, -30), 0),
			Bin: h.bins[w.ID][k.Code], Reference: fmt.Sprintf("PO-%s-%d", k.Code, slot)})
	}
	return list, nil
}

// mishap is the small damage of a day in a warehouse.
func (h *House) mishap(w inventory.Warehouse, day string) inventory.Loss {
	d := dice(h.now.Seed, "mishap", w.Code, day)
	k := one(d, h.supply.goods)
	return inventory.Loss{Place: inventory.Place{Warehouse: w.ID, SKU: h.skus[k.Code].ID}, Qty: int64(between(d, 1,
		3)), Kind: "damage",
		Reference: strings.Join([]string{"DMG", w.Code, day}, "-")}
}

// rate is the mean number of orders in a span that ends at t.
func rate(t time.Time, span time.Duration) float64 {
	return OrdersPerDay * people.Rate(t.In(zone())) * float64(span) / float64(24*time.Hour)
}
