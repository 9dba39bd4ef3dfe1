package replay

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
)

// waveHours are when the store works off what is reviewed and whole; closingHour is
// until when an order of the day before is not late.
var waveHours = [...]int{12, 17}

const closingHour = 18

// ordersInWave bounds one transaction of a wave: with some 26 lines an order it
// moves a thousand rows of each table.
const ordersInWave = 40

// wave plans, releases, picks, packs and gives out all that is ready.
func (r *run) wave(day, hour int) task {
	return task{at: r.calendar.at(day, hour), do: func(tx *db.Tx, s *state) (bool, error) {
		planned, err := flow.Plan(tx, ordersInWave)
		if err != nil {
			return false, err
		}
		_, released, err := flow.Release(tx, r.house.store, ordersInWave)
		if err != nil || len(released) == 0 {
			return planned == 0, err
		}
		if err := pickAndPack(tx, released); err != nil {
			return false, err
		}
		outcomes, err := flow.Collect(tx, released)
		if err != nil {
			return false, err
		}
		if err := firstFault(outcomes); err != nil {
			return false, err
		}
		for _, o := range outcomes {
			s.Today.Shipped++
			if o.Value.ShipBy > 0 && tx.Now() > o.Value.ShipBy {
				s.Today.Late++
			}
		}
		return false, nil
	}}
}

func pickAndPack(tx *db.Tx, packages []id.Package) error {
	picked, err := flow.Pick(tx, packages)
	if err == nil {
		err = firstFault(picked)
	}
	if err != nil {
		return err
	}
	boxes := make([]fulfilment.Packing, len(packages))
	for i, p := range packages {
		boxes[i].Package = p
	}
	packed, err := flow.Pack(tx, boxes)
	if err == nil {
		err = firstFault(packed)
	}
	return err
}

// firstFault ends the run: what the same transaction has just made ready cannot be
// refused.
func firstFault[T any](outcomes []fault.Outcome[T]) error {
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
	}
	return nil
}
