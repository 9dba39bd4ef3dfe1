package review

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// Judged is an order that was judged again because its facts changed.
type Judged struct {
	Order   *order.Order // locked in this transaction
	Verdict Verdict
}

// Renew brings the holds that rules placed to what the rules say now, and gives the
// holds that were placed:
//
//   - a hold that ends by facts, and whose rule no longer hits, is released;
//   - a hold whose rule hits and that is not live is placed, unless the same rule held
//     the order for the same facts before: a person has settled that.
//
// The axis stays where it is. For an order that has passed, what would have kept it
// from passing stops its release instead and needs a person.
func Renew(tx *db.Tx, list []Judged) ([]Hold, error) {
	ids := make([]id.Order, len(list))
	for i, j := range list {
		ids[i] = j.Order.ID
	}
	live, err := Live(tx, ids)
	if err != nil {
		return nil, err
	}
	settled, err := settledFacts(tx, ids)
	if err != nil {
		return nil, err
	}
	var ending []ended
	var placing []Hold
	for _, j := range list {
		wanted := map[string]bool{}
		for _, h := range j.Verdict.Holds {
			wanted[h.Handle] = true
			if settled[holdKey{j.Order.ID, h.Handle}][h.Facts] || hasHandle(live[j.Order.ID], h.Handle) {
				continue
			}
			placing = append(placing, Hold{Order: j.Order.ID, Shop: j.Order.Shop, HoldDraft: h.fit(j.Order)})
		}
		for _, h := range live[j.Order.ID] {
			if h.ReleaseHow == ByFacts && byRule(h.Handle) && !wanted[h.Handle] {
				ending = append(ending, ended{h, "facts_changed"})
			}
		}
	}
	if err := end(tx, ending); err != nil {
		return nil, err
	}
	outcomes, err := Place(tx, placing)
	return placed(placing, outcomes), err
}

// fit gives the hold as it fits the state of the order's review.
func (h HoldDraft) fit(o *order.Order) HoldDraft {
	if h.Blocks == BlocksPass && o.Review != order.Pending {
		h.Blocks, h.ReleaseHow, h.NeedsPerson = BlocksRelease, ByPerson, true
	}
	return h
}

func byRule(handle string) bool {
	return strings.HasPrefix(handle, "rule:") || strings.HasPrefix(handle, "broken:")
}

func hasHandle(holds []Hold, handle string) bool {
	for _, h := range holds {
		if h.Handle == handle {
			return true
		}
	}
	return false
}

// settledFacts gives, for each hold of a rule that was released by somebody, the facts
// it was placed for.
func settledFacts(tx *db.Tx, orders []id.Order) (map[holdKey]map[string]bool, error) {
	settled := map[holdKey]map[string]bool{}
	err := tx.Each(`/* review.Renew */ SELECT order_id, handle, facts FROM holds WHERE order_id = ANY($1)
		AND released_at > 0 AND released_why <> 'facts_changed'`, func(r db.Row) error {
		var key holdKey
		var facts string
		if err := r.Scan(&key.order, &key.handle, &facts); err != nil {
			return err
		}
		if settled[key] == nil {
			settled[key] = map[string]bool{}
		}
		settled[key][facts] = true
		return nil
	}, orders)
	return settled, err
}

func placed(wanted []Hold, outcomes []fault.Outcome[id.Hold]) (list []Hold) {
	for i, o := range outcomes {
		if o.Fault == nil {
			wanted[i].ID = o.Value
			list = append(list, wanted[i])
		}
	}
	return list
}
