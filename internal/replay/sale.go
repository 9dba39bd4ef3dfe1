package replay

import (
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/intake"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

// Bounds of one acceptance.
const (
	ordersAtOnce = 256
	linesAtOnce  = 1000
)

// sales are the tasks that accept the orders of an hour.
func (r *run) sales(day int, list []int) (tasks []task) {
	for len(list) > 0 {
		n, lines := 0, 0
		for ; n < min(len(list), ordersAtOnce); n++ {
			if lines += len(r.story.Orders[list[n]].Lines); n > 0 && lines > linesAtOnce {
				break
			}
		}
		tasks = append(tasks, r.sale(day, list[:n]))
		list = list[n:]
	}
	return tasks
}

// sale accepts orders at the time of the last of them. They are due by the evening
// of the next day on which the shop is open.
func (r *run) sale(day int, list []int) task {
	drafts := make([]*order.Draft, len(list))
	due := db.At(r.calendar.at(r.calendar.next(day), closingHour))
	for i, n := range list {
		drafts[i] = r.story.Orders[n].Draft
		drafts[i].ShipBy = due
	}
	prepared := flow.Prepare(r.o.Kit, r.shops, drafts)
	return task{at: r.ordered.at(list[len(list)-1]), do: func(tx *db.Tx, s *state) (bool, error) {
		outcomes, err := flow.Accept(tx, r.o.Kit, prepared)
		if err != nil {
			return false, err
		}
		for i, n := range list {
			o := &r.story.Orders[n]
			if outcomes[i].Fault != nil {
				r.countOrder(s, o, intake.Refused)
				continue
			}
			r.countOrder(s, o, intake.Ordered)
			s.Today.sell(o.Draft, outcomes[i].Value)
		}
		return true, nil
	}}
}

// sell adds an accepted order to a day.
func (d *Day) sell(o *order.Draft, a flow.Accepted) {
	d.Orders++
	d.Short += a.ShortLines
	d.Money += o.Freight
	for i := range o.Lines {
		l := &o.Lines[i]
		d.Money += due(l)
		if l.Kind != order.Charge {
			d.Lines++
			d.Units += l.Qty
		}
	}
}

func due(l *order.DraftLine) money.Amount { return l.Price*money.Amount(l.Qty) - l.Discount }

// countOrder accounts for the lines of an order.
func (r *run) countOrder(s *state, o *intake.Told, what intake.Outcome) {
	for i := range o.Lines {
		l := &o.Lines[i]
		s.count(intake.Tally{Kind: o.Kinds[i], Outcome: what, Currency: o.Currency, Lines: 1, Units: l.Qty, Money: due(l)})
	}
}
