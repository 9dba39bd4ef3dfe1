package demo

import (
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

const (
	shiftFrom, shiftUntil = "07:30", "22:00"
	waveEvery             = 30 // minutes
	waveSize              = 100
	regretPerMille        = 25
	boxG                  = 150
)

// supplyGoods has suppliers deliver, and lets something break now and then.
func (t *turn) supplyGoods() error {
	var receipts []inventory.Receipt
	err := t.read(func(tx *db.Tx) (err error) { receipts, err = t.deliveries(tx, t.from, t.to); return err })
	if err != nil {
		return err
	}
	if len(receipts) > 0 {
		if err := t.write("receiving", func(tx *db.Tx) error { return flow.Receive(tx, receipts) }); err != nil {
			return err
		}
		t.now.Tally.Receipts += int64(len(receipts))
	}
	if t.strikes("00:30") {
		if err := t.age(); err != nil {
			return err
		}
	}
	if t.strikes("16:20") {
		return t.breakage()
	}
	return nil
}

// age takes lots out of sale that are too old for what the catalog promises.
func (t *turn) age() error {
	least := map[id.SKU]int64{}
	for _, s := range t.skus {
		least[s.ID] = s.LifeLeftDaysMin
	}
	day := func(ahead int64) string { return t.to.AddDate(0, 0, int(ahead)).Format(time.DateOnly) }
	return t.write("night", func(tx *db.Tx) error {
		old, err := inventory.Ageing(tx, day, least)
		if err != nil || len(old) == 0 {
			return err
		}
		return flow.Bar(tx, old)
	})
}

// breakage books what broke today, where there is so much.
func (t *turn) breakage() error {
	var losses []inventory.Loss
	err := t.read(func(tx *db.Tx) error {
		losses = nil
		for _, w := range t.warehouses {
			l := t.mishap(w, t.to.Format(time.DateOnly))
			levels, err := inventory.Look(tx, []id.SKU{l.SKU})
			if err != nil {
				return err
			}
			if c := levels.At(l.Place); c != nil && c.OnHand-c.Unsellable > l.Qty+20 {
				losses = append(losses, l)
			}
		}
		return nil
	})
	if err != nil || len(losses) == 0 {
		return err
	}
	return t.write("counting", func(tx *db.Tx) error { return flow.Lose(tx, losses) })
}

// floor is the warehouses: orders are planned, waves released every half hour, goods
// picked and packed some time later.
func (t *turn) floor() error {
	if !t.open(shiftFrom, shiftUntil) {
		return nil
	}
	if err := t.regret(); err != nil {
		return err
	}
	if err := t.pick(); err != nil {
		return err
	}
	if err := t.pack(); err != nil {
		return err
	}
	err := t.write("planner", func(tx *db.Tx) error { _, err := flow.Plan(tx, 300); return err })
	if err != nil || t.to.Minute()%waveEvery != 0 {
		return err
	}
	for _, w := range t.warehouses {
		err := t.write("planner", func(tx *db.Tx) error { _, _, err := flow.Release(tx, w.ID, waveSize); return err })
		if err != nil {
			return err
		}
	}
	if t.to.Minute() == 0 {
		return t.look()
	}
	return nil
}

// ready gives the packages of a state that may go on and were released long enough
// ago for people to come to them.
func (t *turn) ready(state fulfilment.State, from, to int) (list []*fulfilment.Package, err error) {
	return list, t.read(func(tx *db.Tx) error {
		list = nil
		waiting, err := fulfilment.Waiting(tx, fulfilment.Filter{State: state})
		for _, p := range waiting {
			takes := time.Duration(between(dice(t.Seed, string(state), int64(p.ID)), from, to)) * time.Minute
			if p.Stop == "" && p.ReleasedAt.Add(takes) <= t.now.At {
				list = append(list, p)
			}
		}
		return err
	})
}

func (t *turn) pick() error {
	list, err := t.ready(fulfilment.Released, 15, 60)
	if err != nil || len(list) == 0 {
		return err
	}
	return t.write("picker", func(tx *db.Tx) error { _, err := flow.Pick(tx, ids(list)); return err })
}

// pack weighs what is packed: the goods, a box, and what scales are off by.
func (t *turn) pack() error {
	list, err := t.ready(fulfilment.Picked, 40, 110)
	if err != nil || len(list) == 0 {
		return err
	}
	packings := make([]fulfilment.Packing, len(list))
	for i, p := range list {
		packings[i] = fulfilment.Packing{Package: p.ID, WeightG: boxG + int64(dice(t.Seed, "scales",
			int64(p.ID)).IntN(20))}
		for _, it := range p.Items {
			packings[i].WeightG += t.weights[it.SKU] * it.Qty
		}
	}
	return t.write("packer", func(tx *db.Tx) error { _, err := flow.Pack(tx, packings); return err })
}

func ids(list []*fulfilment.Package) []id.Package {
	packages := make([]id.Package, len(list))
	for i, p := range list {
		packages[i] = p.ID
	}
	return packages
}

// regret: some buyers cancel when their parcel stands packed at the gate. One half
// tell the platform, the other half telephone.
func (t *turn) regret() error {
	var cards map[id.Order]order.Card
	err := t.read(func(tx *db.Tx) error {
		waiting, err := fulfilment.Waiting(tx, fulfilment.Filter{State: fulfilment.Packed})
		if err != nil {
			return err
		}
		var fresh []id.Order
		for _, p := range waiting {
			if p.PackedAt == db.At(t.from) { // in the turn before
				fresh = append(fresh, p.Orders()...)
			}
		}
		cards, err = order.Cards(tx, fresh)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range sortedCards(cards) {
		d := dice(t.Seed, "regret", c.ExternalNo)
		if !chance(d, regretPerMille) || c.Word != order.WaitShip {
			continue
		}
		if d.IntN(2) == 0 {
			var gone bool
			gone, err = t.cancel(c.Order, "买家来电取消")
			t.now.Tally.CancelledPacked += count(gone)
		} else {
			err = t.closeOnPlatform(c)
			t.now.Tally.CancelledPacked += count(err == nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// closeOnPlatform has the buyer's platform say that the order is over.
func (t *turn) closeOnPlatform(c order.Card) error {
	d := t.teller.tell(orderOf(c.ExternalNo), c.OrderedAt, t.now.At)
	closed(d)
	d.ModifiedAt = t.now.At
	return t.send([]*order.Draft{d})
}

// look goes round once an hour and sees to packages that stand still though nothing
// holds their orders: those in the house go on, one that no carrier takes is given
// up.
func (t *turn) look() error {
	for _, s := range []fulfilment.State{fulfilment.Planned, fulfilment.Released, fulfilment.Picked,
		fulfilment.Packed} {
		stuck, err := t.stuck(s)
		if err != nil {
			return err
		}
		for _, o := range stuck {
			if s == fulfilment.Packed {
				var gone bool
				gone, err = t.cancel(o, "没有快递能送达,致歉后取消")
				t.now.Tally.CancelledPacked += count(gone)
			} else {
				err = t.write("planner", func(tx *db.Tx) error {
					return flow.Unhold(tx, []review.HoldEnd{{Order: o, Handle: "look", How: "looked at"}})
				})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *turn) stuck(s fulfilment.State) (stuck []id.Order, err error) {
	return stuck, t.read(func(tx *db.Tx) error {
		stuck = nil
		waiting, err := fulfilment.Waiting(tx, fulfilment.Filter{State: s})
		if err != nil {
			return err
		}
		var orders []id.Order
		for _, p := range waiting {
			if p.Stop != "" {
				orders = append(orders, p.Orders()...)
			}
		}
		live, err := review.Live(tx, orders)
		for _, o := range orders {
			if len(live[o]) == 0 {
				stuck = append(stuck, o)
			}
		}
		return err
	})
}
