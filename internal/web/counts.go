package web

import (
	"baihuo/internal/db"
	"baihuo/internal/job"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// countMax is the largest figure that the menu shows; beyond it stands a plus.
const countMax = 9999

// menuCounts gives the figures behind the menu's words. Viewers of one scope share
// them for five seconds; a failure leaves the menu without figures.
func (s *Site) menuCounts(v *visit) map[string]int64 {
	counts, err := s.counts.get(v.caller.Scope, func(scope staff.Scope) (counts map[string]int64, err error) {
		err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
			counts, err = MenuCounts(tx, scope)
			return err
		})
		return counts, err
	})
	if err != nil {
		s.cfg.Log.Error("menu has no figures", "error", err)
	}
	return counts
}

// MenuCounts gathers the figures behind the words of the menu; orders are counted as
// far as the menu shows.
func MenuCounts(tx *db.Tx, scope staff.Scope) (map[string]int64, error) {
	counts := map[string]int64{}
	for name, words := range map[string][]order.Word{"review": {order.WaitService, order.WaitFinance}, "in_hand": order.Live()} {
		n, err := order.CountAt(tx, scope, words, countMax+1)
		if err != nil {
			return nil, err
		}
		counts[name] = n
	}
	kinds, err := review.CountsIn(tx, scope)
	if err != nil {
		return nil, err
	}
	for _, k := range kinds {
		counts["exceptions"] += k.Open
	}
	counts["dead"], err = job.CountDead(tx, countMax+1)
	return counts, err
}
