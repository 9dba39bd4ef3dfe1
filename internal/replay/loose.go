package replay

import (
	"fmt"
	"slices"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

const looseAtOnce = 200

// loose are the tasks that settle the lines of an hour that are no orders.
func (r *run) loose(list []int) (tasks []task) {
	for chunk := range slices.Chunk(list, looseAtOnce) {
		tasks = append(tasks, task{at: r.loosened.at(chunk[len(chunk)-1]), do: func(tx *db.Tx, s *state) (bool, error) {
			lines := make([]*intake.Loose, len(chunk))
			for i, n := range chunk {
				lines[i] = &r.story.Loose[n]
			}
			return true, r.settle(tx, s, lines)
		}})
	}
	return tasks
}

// settling is what a piece of loose lines asks of the rooms.
type settling struct {
	r       *run
	s       *state
	orders  map[int]*order.Order // by their index in the story
	open    map[id.Line]int64    // cancelled by this piece
	back    map[id.Line]int64    // brought back by this piece
	cancels []flow.Cancellation
	brought []flow.Brought
	found   []inventory.Receipt
	lost    []*intake.Loose
	persons []review.Exception
}

// settle decides each line in the order of time, and then asks each room once.
// Write-offs come last, when what comes back is there.
func (r *run) settle(tx *db.Tx, s *state, lines []*intake.Loose) error {
	orders, err := r.lockSold(tx, lines)
	if err != nil {
		return err
	}
	st := &settling{r: r, s: s, orders: orders, open: map[id.Line]int64{}, back: map[id.Line]int64{}}
	for _, l := range lines {
		st.decide(l)
	}
	if len(st.cancels) > 0 {
		outcomes, err := flow.Cancel(tx, st.cancels)
		if err == nil {
			err = firstFault(outcomes)
		}
		if err != nil {
			return err
		}
	}
	if len(st.brought) > 0 {
		if err := flow.BringBack(tx, st.brought); err != nil {
			return err
		}
	}
	if len(st.found) > 0 {
		if err := flow.Receive(tx, st.found); err != nil {
			return err
		}
	}
	if err := st.writeOff(tx); err != nil || len(st.persons) == 0 {
		return err
	}
	return s.openExceptions(tx, st.persons)
}

// lockSold locks the orders that lines take something back from.
func (r *run) lockSold(tx *db.Tx, lines []*intake.Loose) (map[int]*order.Order, error) {
	var numbers []string
	for _, l := range lines {
		for _, f := range l.From {
			numbers = append(numbers, r.story.Orders[f.Order].ExternalNo)
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	slices.Sort(numbers)
	there, err := order.Find(tx, r.house.shop.ID, slices.Compact(numbers))
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, 0, len(there))
	for _, n := range there {
		ids = append(ids, n)
	}
	locked, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[id.Order]*order.Order, len(locked))
	for _, o := range locked {
		byID[o.ID] = o
	}
	orders := map[int]*order.Order{}
	for _, l := range lines {
		for _, f := range l.From {
			if o := byID[there[r.story.Orders[f.Order].ExternalNo]]; o != nil {
				orders[f.Order] = o
			}
		}
	}
	return orders, nil
}

func (st *settling) decide(l *intake.Loose) {
	switch l.Sense {
	case intake.GoodsBack, intake.ChargeBack:
		st.takeBack(l)
	case intake.Debt:
		st.persons = append(st.persons, st.r.story.Exception(*l, 0))
		st.s.count(part(l, intake.Excepted, 1, l.Qty))
	default:
		sku := st.r.skus[catalog.Fold(l.Code)]
		switch {
		case sku == 0: // no goods: a fee, a sample, or never sold
			st.s.count(part(l, intake.Recorded, 1, l.Qty))
		case l.Qty < 0:
			st.lost = append(st.lost, l)
		default:
			st.found = append(st.found, inventory.Receipt{Place: st.r.house.place(sku), Qty: l.Qty, Kind: "adjust", Reference: paper(l)})
			st.s.count(part(l, Found, 1, l.Qty))
		}
	}
}

// takeBack cancels or takes back what a cancellation is matched with.
func (st *settling) takeBack(l *intake.Loose) {
	var cancelled, returned, gone, outside int64
	for _, f := range l.From {
		o := st.orders[f.Order]
		if o == nil {
			outside += f.Qty
			continue
		}
		c, b := st.take(l, o, o.Lines[f.Line], f.Qty)
		cancelled, returned, gone = cancelled+c, returned+b, gone+f.Qty-c-b
	}
	left := -l.Qty - cancelled - returned - gone - outside
	if left > 0 {
		st.persons = append(st.persons, st.r.story.Exception(*l, -l.Qty-left))
	}
	if l.Sense == intake.GoodsBack {
		st.s.Today.Returned += returned
	}
	once := int64(1) // the line counts at the first of its outcomes
	for _, p := range []struct {
		what intake.Outcome
		qty  int64
	}{{intake.Excepted, left}, {Outside, outside}, {Gone, gone}, {Returned, returned}, {Cancelled, cancelled}} {
		if p.qty > 0 {
			st.s.count(part(l, p.what, once, -p.qty))
			once = 0
		}
	}
}

// take takes pieces of an order's line back: what has not been collected is
// cancelled, what has been is brought back. It gives how many of each.
func (st *settling) take(l *intake.Loose, o *order.Order, line *order.Line, qty int64) (cancelled, brought int64) {
	had := line.Shipped - line.Returned
	if line.Kind == order.Charge {
		had = line.Ordered - line.Cancelled - line.Refunded
	} else if !o.Ended() {
		cancelled = min(qty, line.Open()-st.open[line.ID])
		st.open[line.ID] += cancelled
		st.cancel(l, o, line, cancelled)
	}
	if brought = min(qty-cancelled, had-st.back[line.ID]); brought > 0 {
		st.back[line.ID] += brought
		st.brought = append(st.brought, flow.Brought{Order: o.ID, Line: line.ID, Qty: brought,
			Reference: paper(l) + " " + line.ID.String()})
	}
	return cancelled, brought
}

// cancel adds pieces of a line to the cancellation of its order.
func (st *settling) cancel(l *intake.Loose, o *order.Order, line *order.Line, qty int64) {
	if qty <= 0 {
		return
	}
	at := slices.IndexFunc(st.cancels, func(c flow.Cancellation) bool { return c.Order == o.ID })
	if at < 0 {
		at = len(st.cancels)
		st.cancels = append(st.cancels, flow.Cancellation{Order: o.ID, Lines: map[id.Line]int64{}, Why: "顾客取消 " + l.No})
	}
	st.cancels[at].Lines[line.ID] += qty
}

// writeOff takes lost goods off the books, as far as they are there.
func (st *settling) writeOff(tx *db.Tx) error {
	var skus []id.SKU
	for _, l := range st.lost {
		skus = append(skus, st.r.skus[catalog.Fold(l.Code)])
	}
	if len(skus) == 0 {
		return nil
	}
	levels, err := inventory.Look(tx, skus)
	if err != nil {
		return err
	}
	there := map[id.SKU]int64{}
	for _, sku := range skus {
		if c := levels.At(st.r.house.place(sku)); c != nil {
			there[sku] = c.OnHand - c.Unsellable
		}
	}
	var losses []inventory.Loss
	for i, l := range st.lost {
		n := min(-l.Qty, there[skus[i]])
		there[skus[i]] -= n
		lines := int64(1)
		if n > 0 {
			losses = append(losses, inventory.Loss{Place: st.r.house.place(skus[i]), Qty: n, Kind: "adjust", Reference: paper(l)})
			st.s.count(part(l, WrittenOff, lines, -n))
			lines = 0
		}
		if n < -l.Qty {
			st.s.count(part(l, NotThere, lines, l.Qty+n))
		}
	}
	if len(losses) == 0 {
		return nil
	}
	return flow.Lose(tx, losses)
}

// part is units of a loose line that had one outcome.
func part(l *intake.Loose, what intake.Outcome, lines, units int64) intake.Tally {
	return intake.Tally{Kind: l.Kind, Outcome: what, Currency: l.Currency, Lines: lines, Units: units,
		Money: l.Price * money.Amount(units)}
}

func paper(l *intake.Loose) string { return fmt.Sprintf("replay %s#%d", l.No, l.Row) }
