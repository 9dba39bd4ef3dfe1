package flow

import (
	"errors"
	"fmt"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

// Receive books goods in; the lines that wait for them get them in the same
// transaction, and orders that are whole again go on by themselves.
func Receive(tx *db.Tx, receipts []inventory.Receipt) error {
	_, err := TakeIn(tx, receipts)
	return err
}

// TakeIn is Receive, and gives what the waiting lines got.
func TakeIn(tx *db.Tx, receipts []inventory.Receipt) ([]inventory.Grant, error) {
	// The orders that may be served are locked before stock is.
	var skus []id.SKU
	for _, r := range receipts {
		skus = append(skus, r.SKU)
	}
	if err := lockWaiters(tx, skus); err != nil {
		return nil, err
	}
	grants, err := inventory.Receive(tx, receipts)
	if err != nil {
		return nil, err
	}
	return grants, passOn(tx, grants)
}

const waitersMax = 1000

func lockWaiters(tx *db.Tx, skus []id.SKU) error {
	var orders []id.Order
	seen := map[id.SKU]bool{}
	for _, sku := range skus {
		if seen[sku] {
			continue
		}
		seen[sku] = true
		waits, err := inventory.Waiting(tx, sku, waitersMax)
		if err != nil {
			return err
		}
		for _, w := range waits {
			orders = append(orders, w.Order)
		}
	}
	_, err := db.Lock(tx, "orders", "order_id", orders)
	return err
}

// passOn tells orders of the stock that reached them, and lets those that have
// all they need go on. Orders that the caller has in hand, locked in this
// transaction, are changed in place: a copy would leave the caller's stale.
func passOn(tx *db.Tx, grants []inventory.Grant, hand ...*order.Order) error {
	if len(grants) == 0 {
		return nil
	}
	var ids []id.Order
	var list []order.Change
	for _, g := range grants {
		ids = append(ids, g.Order)
		list = append(list, order.Change{Line: g.Line, Reserved: g.Qty})
	}
	orders, err := lockOthers(tx, ids, hand)
	if err != nil {
		return err
	}
	if err := order.Move(tx, orders, "stock_arrived", list); err != nil {
		return err
	}
	return unshort(tx, orders)
}

// lockOthers gives orders by id, those in hand as they are and the others loaded and
// locked.
func lockOthers(tx *db.Tx, ids []id.Order, hand []*order.Order) ([]*order.Order, error) {
	var have []*order.Order
	others := slices.Clone(ids)
	for _, o := range hand {
		if slices.Contains(ids, o.ID) {
			have = append(have, o)
			others = slices.DeleteFunc(others, func(n id.Order) bool { return n == o.ID })
		}
	}
	orders, err := order.Lock(tx, others)
	return append(orders, have...), err
}

// unshort releases the shortage hold of orders that wait for nothing more. An
// order that claims all or nothing claims the rest now.
func unshort(tx *db.Tx, orders []*order.Order) error {
	waiting, err := inventory.WaitingOrders(tx, idsOf(orders))
	if err != nil {
		return err
	}
	var releases []review.HoldEnd
	var again []*order.Order
	for _, o := range orders {
		switch {
		case waiting[o.ID] > 0 && !o.NoPartial: // one that takes all or nothing may find the rest on the shelf
		case shortUnits(o) > 0:
			again = append(again, o)
		default:
			releases = append(releases, noLongerShort(o)...)
		}
	}
	if again, err = claiming(tx, again); err != nil {
		return err
	}
	if len(again) > 0 {
		if err := claimAgain(tx, again); err != nil {
			return err
		}
		for _, o := range again {
			if shortUnits(o) == 0 {
				releases = append(releases, noLongerShort(o)...)
			}
		}
	}
	if _, err := review.Release(tx, releases); err != nil {
		return err
	}
	return refresh(tx, orders)
}

// claiming gives those of the orders that may hold stock now: not the unpaid ones
// of a shop that counts stock at payment.
func claiming(tx *db.Tx, orders []*order.Order) ([]*order.Order, error) {
	var shops []id.Shop
	for _, o := range orders {
		shops = appendOnce(shops, o.Shop)
	}
	known, err := shop.ByID(tx, shops)
	if err != nil {
		return nil, err
	}
	var list []*order.Order
	for _, o := range orders {
		if o.Claims(known[o.Shop].ReserveUnpaid) {
			list = append(list, o)
		}
	}
	return list, nil
}

// claimAgain sources locked orders anew for what they still lack: after a
// payment, a larger quantity, or when the last of a whole order has arrived.
// What remains short waits in the queue.
func claimAgain(tx *db.Tx, orders []*order.Order) error {
	var shops []id.Shop
	for _, o := range orders {
		shops = appendOnce(shops, o.Shop)
	}
	known, err := shop.ByID(tx, shops)
	if err != nil {
		return err
	}
	had := map[id.Line]int64{}
	for _, o := range orders {
		for _, l := range o.Lines {
			had[l.ID] = l.Reserved
		}
	}
	if _, err := claim(tx, known, orders); err != nil {
		return err
	}
	var list []order.Change
	for _, o := range orders {
		for _, l := range o.Lines {
			if got := l.Reserved - had[l.ID]; l.Moves() && got > 0 {
				l.Reserved = had[l.ID] // Move adds it, and journals it
				list = append(list, order.Change{Line: l.ID, Reserved: got})
			} else if !l.Moves() {
				l.Reserved = had[l.ID]
			}
		}
	}
	if err := order.Move(tx, orders, "reserved", list); err != nil {
		return err
	}
	return queueShort(tx, orders)
}

// queueShort makes the queue for arriving stock say what orders lack: lines that
// are short stand in it for what they lack, and those that are not have left it.
func queueShort(tx *db.Tx, orders []*order.Order) error {
	var waits []inventory.Wait
	var served []id.Line
	for _, o := range orders {
		for _, l := range o.Lines {
			switch n := l.Short(); {
			case !l.Moves():
			case n > 0:
				waits = append(waits, inventory.Wait{Order: o.ID, Line: l.ID, Shop: o.Shop, SKU: l.SKU, Province: province(o.Region),
					Qty: n, Deadline: o.ShipBy, PaidAt: o.PaidAt})
			default:
				served = append(served, l.ID)
			}
		}
	}
	if err := inventory.Leave(tx, served); err != nil {
		return err
	}
	return inventory.Queue(tx, waits)
}

// Lose books a damage or a loss. Orders whose claims had to give way are held as
// short and wait in the queue again; their packages not yet picked are undone.
func Lose(tx *db.Tx, losses []inventory.Loss) error {
	places := make([]inventory.Place, len(losses))
	for i, l := range losses {
		places[i] = l.Place
	}
	if err := lockHolders(tx, places); err != nil {
		return err
	}
	shortages, err := inventory.Lose(tx, losses)
	if errors.Is(err, inventory.ErrPicked) {
		// The goods are fixed for packages: those are undone, and planned anew of
		// what is left.
		if err := voidAt(tx, places, "库存减少"); err != nil {
			return err
		}
		shortages, err = inventory.Lose(tx, losses)
	}
	if err != nil {
		return err
	}
	return giveWay(tx, shortages)
}

const holdersMax = 500

// lockHolders locks the orders that have claims on places before stock is locked,
// the ones that would give way first.
func lockHolders(tx *db.Tx, places []inventory.Place) error {
	var orders []id.Order
	for _, p := range places {
		holders, err := inventory.Holders(tx, p, holdersMax)
		if errors.Is(err, inventory.ErrNoStock) {
			continue // nobody can hold what was never there
		}
		if err != nil {
			return err
		}
		for _, h := range holders {
			orders = append(orders, h.Order)
		}
	}
	_, err := db.Lock(tx, "orders", "order_id", orders)
	return err
}

// voidAt undoes the packages in the house that hold goods of places.
func voidAt(tx *db.Tx, places []inventory.Place, why string) error {
	var ids []id.Order
	for _, p := range places {
		portions, err := inventory.PortionsAt(tx, p, holdersMax)
		if err != nil {
			return err
		}
		for _, portion := range portions {
			ids = append(ids, portion.Order)
		}
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return err
	}
	if err := voidPackages(tx, orders, why, fulfilment.State.InHouse); err != nil {
		return err
	}
	return refresh(tx, orders)
}

// Bar takes whole lots out of sale: expired, too old for what we promise, recalled.
// Claims give way as in Lose.
func Bar(tx *db.Tx, lots []id.Lot) error {
	shortages, err := inventory.Bar(tx, lots)
	if err != nil {
		return err
	}
	return giveWay(tx, shortages)
}

// Count books what a stock count found, up or down.
func Count(tx *db.Tx, counted []inventory.Counted) error {
	places := make([]inventory.Place, len(counted))
	for i, c := range counted {
		places[i] = c.Place
	}
	if err := lockHolders(tx, places); err != nil {
		return err
	}
	shortages, grants, err := inventory.Count(tx, counted)
	if errors.Is(err, inventory.ErrPicked) {
		if err := voidAt(tx, places, "盘点减少"); err != nil {
			return err
		}
		shortages, grants, err = inventory.Count(tx, counted)
	}
	if err != nil {
		return err
	}
	if err := giveWay(tx, shortages); err != nil {
		return err
	}
	return passOn(tx, grants)
}

// giveWay tells orders of claims that gave way; those in hand are changed in place.
func giveWay(tx *db.Tx, shortages []inventory.Shortage, hand ...*order.Order) error {
	if len(shortages) == 0 {
		return nil
	}
	var ids []id.Order
	var list []order.Change
	for _, s := range shortages {
		ids = append(ids, s.Order)
		list = append(list, order.Change{Line: s.Line, Reserved: -s.Qty})
	}
	orders, err := lockOthers(tx, ids, hand)
	if err != nil {
		return err
	}
	if err := voidPlanned(tx, orders, "库存减少"); err != nil {
		return err
	}
	if err := order.Move(tx, orders, "stock_lost", list); err != nil {
		return err
	}
	if err := queueShort(tx, orders); err != nil {
		return err
	}
	var holds []review.Hold
	for _, o := range orders {
		holds = append(holds, shortageHolds(o)...)
	}
	if _, err := review.Place(tx, holds); err != nil {
		return err
	}
	return refresh(tx, orders)
}

// shortageHolds ask a person to ask the customer about each short line.
func shortageHolds(o *order.Order) (holds []review.Hold) {
	for _, l := range o.Lines {
		n := l.Short()
		if !l.Moves() || n <= 0 {
			continue
		}
		holds = append(holds, review.Hold{Order: o.ID, Shop: o.Shop, HoldDraft: review.HoldDraft{Kind: review.HoldShortage,
			Handle: review.ShortageHandle(l.ID), Line: l.ID, NeedsPerson: true, Blocks: review.BlocksRelease, Source: "stock",
			ReasonZH: fmt.Sprintf("%s 缺货 %d 件,请问顾客:等补货还是换商品", l.Name, n),
			ReasonEN: fmt.Sprintf("%s: %d pieces short; ask the customer: wait or replace", l.Code, n)}})
	}
	return holds
}

// noLongerShort lifts the shortage holds of the lines that have all they need.
func noLongerShort(o *order.Order) (releases []review.HoldEnd) {
	for _, l := range o.Lines {
		if l.Moves() && l.Short() <= 0 {
			releases = append(releases, review.HoldEnd{Order: o.ID, Handle: review.ShortageHandle(l.ID), How: "stock arrived"})
		}
	}
	return releases
}
