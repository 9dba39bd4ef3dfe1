package review

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

type holdKey struct {
	order  id.Order
	handle string
}

// Place puts holds on orders that are locked, or new, in this transaction, and gives
// the id of each. A hold whose order and handle are live already is that hold: it
// stays as it is and nothing is written. One that needs a person opens an exception.
// A member's fault: ErrHold.
func Place(tx *db.Tx, holds []Hold) ([]fault.Outcome[id.Hold], error) {
	outcomes := make([]fault.Outcome[id.Hold], len(holds))
	wanted := map[holdKey]*Hold{}
	for i := range holds {
		h := holds[i]
		if f := h.check(); f != nil {
			outcomes[i] = fault.Refused[id.Hold](f)
			continue
		}
		h.ID, h.Version = id.Hold(tx.NewID()), 1
		h.PlacedAt, h.PlacedBy = tx.Now(), tx.By().Actor
		h.ReleasedAt, h.ReleasedBy, h.ReleasedWhy = 0, "", ""
		if key := (holdKey{h.Order, h.Handle}); wanted[key] == nil {
			wanted[key] = &h
		}
	}
	ids, err := insertHolds(tx, sortedHolds(wanted))
	if err != nil {
		return nil, err
	}
	for i, h := range holds {
		if outcomes[i].Fault == nil {
			outcomes[i] = fault.OK(ids[holdKey{h.Order, h.Handle}])
		}
	}
	return outcomes, nil
}

func sortedHolds(wanted map[holdKey]*Hold) []*Hold {
	list := make([]*Hold, 0, len(wanted))
	for _, h := range wanted {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b *Hold) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Handle, b.Handle))
	})
	return list
}

// insertHolds writes what is not live yet, with its journal rows and exceptions, and
// gives the ids of all.
func insertHolds(tx *db.Tx, list []*Hold) (map[holdKey]id.Hold, error) {
	ids := make(map[holdKey]id.Hold, len(list))
	if len(list) == 0 {
		return ids, nil
	}
	rows := tx.Batch(`/* review.Place */ INSERT INTO holds (` + holdColumns + `) VALUES {rows}
		ON CONFLICT (order_id, handle) WHERE released_at = 0 DO NOTHING RETURNING hold_id, order_id, handle`)
	for _, h := range list {
		rows.Add(h.values()...)
	}
	err := rows.Each(func(r db.Row) error {
		var hold id.Hold
		var key holdKey
		err := r.Scan(&hold, &key.order, &key.handle)
		ids[key] = hold
		return err
	})
	if err != nil {
		return nil, err
	}
	var work []Exception
	var there []id.Order
	for _, h := range list {
		if _, fresh := ids[holdKey{h.Order, h.Handle}]; !fresh {
			there = append(there, h.Order)
			continue
		}
		note(tx, h, "hold_placed", "")
		if h.NeedsPerson {
			work = append(work, Exception{Kind: h.Kind, Key: holdKeyOf(h.ID), Order: h.Order, Shop: h.Shop,
				ZH: h.ReasonZH, EN: h.ReasonEN, Detail: h.Facts})
		}
	}
	if err := openAll(tx, work); err != nil {
		return nil, err
	}
	live, err := Live(tx, there)
	for _, holds := range live {
		for _, h := range holds {
			ids[holdKey{h.Order, h.Handle}] = h.ID
		}
	}
	if err == nil && len(ids) < len(list) {
		err = db.ErrAgain // the caller held no lock, and the hold ended meanwhile
	}
	return ids, err
}

// openAll opens the exceptions of new holds; a hold does not stand without its own.
func openAll(tx *db.Tx, work []Exception) error {
	opened, err := Open(tx, work)
	for _, o := range opened {
		if o.Fault != nil {
			return o.Fault
		}
	}
	return err
}

// note writes the journal row of a hold. Its sentences stay in the table: they may
// quote staff.
func note(tx *db.Tx, h *Hold, what, why string) {
	payload := map[string]any{"order": h.Order, "kind": h.Kind, "handle": h.Handle, "blocks": h.Blocks,
		"source": h.Source}
	if h.Line != 0 {
		payload["line"] = h.Line
	}
	if h.Package != 0 {
		payload["package"] = h.Package
	}
	if why != "" {
		payload["why"] = why
	}
	journal.Write(tx, journal.Entry{Kind: "hold", ID: int64(h.ID), Version: h.Version, What: what,
		Payload: journal.JSON(payload)})
}

// Live gives the live holds of orders, each order's by id.
func Live(tx *db.Tx, orders []id.Order) (map[id.Order][]Hold, error) {
	live := make(map[id.Order][]Hold, len(orders))
	if len(orders) == 0 {
		return live, nil
	}
	err := tx.Each(`/* review.Live */ SELECT `+holdColumns+` FROM holds WHERE order_id = ANY($1) AND released_at = 0
		ORDER BY order_id, hold_id`, func(r db.Row) error {
		h, err := scanHold(r)
		live[h.Order] = append(live[h.Order], h)
		return err
	}, orders)
	return live, err
}

// Holds gives all holds that an order ever had after hold after, by id, at most limit.
func Holds(tx *db.Tx, order id.Order, after id.Hold, limit int) ([]Hold, error) {
	return db.List(tx, `/* review.Holds */ SELECT `+holdColumns+` FROM holds WHERE order_id = $1 AND hold_id > $2
		ORDER BY hold_id LIMIT $3`, scanHold, order, after, limit)
}
