package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/job"
	"baihuo/internal/order"
	"baihuo/internal/shipping"
)

const (
	jobsAtOnce   = 20 // rounds of the runner in a turn
	handedAtOnce = 200
	followAtOnce = 40
	followLook   = 200
	followNotYet = 6 * time.Hour // no news is worth asking for before
)

// gate fetches waybill numbers, and hands packages over when the carriers come.
func (t *turn) gate() error {
	for range jobsAtOnce {
		n, err := t.runner.Turn(t.ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if !t.strikes("11:00", "14:30", "17:30", "20:30") {
		return nil
	}
	var ready []id.Package
	err := t.read(func(tx *db.Tx) (err error) { ready, err = packedAndNumbered(tx); return err })
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(ready, handedAtOnce) {
		handed := int64(0)
		err := t.write("gate", func(tx *db.Tx) error {
			outcomes, err := flow.HandOver(tx, piece)
			handed = 0
			for _, o := range outcomes {
				handed += count(o.Fault == nil)
			}
			return err
		})
		if err != nil {
			return err
		}
		t.now.Tally.HandedOver += handed
	}
	return nil
}

func packedAndNumbered(tx *db.Tx) ([]id.Package, error) {
	var ready []id.Package
	var after fulfilment.Cursor
	for {
		page, err := fulfilment.Waiting(tx, fulfilment.Filter{State: fulfilment.Packed, After: after})
		if err != nil || len(page) == 0 {
			return ready, err
		}
		after = page[len(page)-1].Next()
		labels, err := shipping.OfPackages(tx, ids(page))
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			if w := labels[p.ID]; p.Stop == "" && w != nil && w.Number != "" {
				ready = append(ready, p.ID)
			}
		}
	}
}

// fetch works the jobs that ask carriers for numbers.
func (h *House) fetch(ctx context.Context, d *db.DB, j job.Job) (func(*db.Tx) error, error) {
	var w flow.WaybillJob
	if err := json.Unmarshal([]byte(j.Payload), &w); err != nil {
		return nil, err
	}
	finish, err := shipping.Fetch(ctx, d, h.Carrier, w.Waybill)
	if errors.Is(err, shipping.ErrMove) {
		return func(*db.Tx) error { return nil }, nil // cancelled meanwhile: nothing is left to ask
	}
	return finish, err
}

// rounds are the states in which a parcel may have news, one after the other.
var rounds = [...]fulfilment.State{fulfilment.HandedOver, fulfilment.InTransit, fulfilment.Refused}

// follow asks for the news of some of the parcels that are out; round by round all
// have their turn.
func (t *turn) follow() error {
	var waybills []id.Waybill
	f := &t.now.Followed
	err := t.read(func(tx *db.Tx) error {
		waybills = nil
		page, err := fulfilment.Waiting(tx, fulfilment.Filter{State: rounds[f.Round], After: f.After,
			Limit: followLook})
		if err != nil {
			return err
		}
		var old []id.Package
		next := followed{Round: (f.Round + 1) % len(rounds)}
		for _, p := range page {
			if len(old) == followAtOnce {
				break
			}
			if p.HandedOverAt.Add(followNotYet) <= t.now.At {
				old = append(old, p.ID)
			}
			next = followed{Round: f.Round, After: p.Next()}
		}
		*f = next
		labels, err := shipping.OfPackages(tx, old)
		for _, p := range old {
			if w := labels[p]; w != nil {
				waybills = append(waybills, w.ID)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.hear(waybills)
}

// hear asks the carrier, outside any transaction, and then tells the house. A carrier
// that does not answer is asked in the next round.
func (t *turn) hear(waybills []id.Waybill) error {
	var news []shipping.Event
	for _, w := range waybills {
		events, err := shipping.Follow(t.ctx, t.DB, t.Carrier, w)
		if err != nil {
			t.Log.Debug("no news of a parcel", "waybill", int64(w), "error", err)
			continue
		}
		news = append(news, events...)
	}
	if len(news) == 0 {
		return nil
	}
	var moved map[fulfilment.State]int64
	err := t.write("carrier", func(tx *db.Tx) (err error) { moved, err = track(tx, news); return err })
	if err == nil {
		t.now.Tally.Delivered += moved[fulfilment.Delivered]
		t.now.Tally.Refused += moved[fulfilment.Refused]
		t.now.Tally.Returned += moved[fulfilment.Returned]
	}
	return err
}

// track tells the house, and counts the packages that came into each state. A parcel
// that came back between two looks had been refused.
func track(tx *db.Tx, news []shipping.Event) (map[fulfilment.State]int64, error) {
	var packages []id.Package
	for _, e := range news {
		packages = append(packages, e.Package)
	}
	before, err := fulfilment.Known(tx, packages)
	if err != nil {
		return nil, err
	}
	if err := flow.Track(tx, news); err != nil {
		return nil, err
	}
	after, err := fulfilment.Known(tx, packages)
	moved := map[fulfilment.State]int64{}
	for p, s := range after {
		if s == before[p] {
			continue
		}
		moved[s]++
		if s == fulfilment.Returned && before[p] != fulfilment.Refused {
			moved[fulfilment.Refused]++
		}
	}
	return moved, err
}

// Collected says when a parcel was handed over, by its number: what the simulated
// carrier has to be told. The zero time means that it was not.
func Collected(d *db.DB) func(ctx context.Context, number string) (time.Time, error) {
	return func(ctx context.Context, number string) (at time.Time, err error) {
		return at, d.Read(ctx, func(tx *db.Tx) error {
			carriers, err := carrier.All(tx)
			if err != nil {
				return err
			}
			for _, c := range carriers {
				found, err := shipping.ByNumber(tx, c.ID, []string{number})
				if err != nil || found[number] == nil {
					if err != nil {
						return err
					}
					continue
				}
				p, err := fulfilment.Get(tx, found[number].Package)
				if err != nil {
					return err
				}
				at = p.HandedOverAt.Time()
			}
			return nil
		})
	}
}

func sortedCards(cards map[id.Order]order.Card) []order.Card {
	return slices.SortedFunc(maps.Values(cards), func(a, b order.Card) int { return cmp.Compare(a.Order, b.Order) })
}
