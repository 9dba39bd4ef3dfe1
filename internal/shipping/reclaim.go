package shipping

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Reclaim gives numbers up that were not used; their packages may then ask anew.
// The number stays on the row and is never given to another waybill. Faults:
// ErrWhy for all; ErrMissing and ErrMove of a member.
func Reclaim(tx *db.Tx, list []id.Waybill, why string) ([]fault.Outcome[*Waybill], error) {
	why, ok := reason(why)
	if !ok {
		return nil, ErrWhy
	}
	found, err := lockIDs(tx, list)
	if err != nil {
		return nil, err
	}
	var c changes
	outcomes := make([]fault.Outcome[*Waybill], len(list))
	for i, waybill := range list {
		w := found[waybill]
		if w == nil {
			outcomes[i] = fault.Refused[*Waybill](ErrMissing.With(key(waybill)))
			continue
		}
		if refused := w.move(verbReclaim, StateReclaimed); refused != nil {
			outcomes[i] = fault.Refused[*Waybill](refused)
			continue
		}
		c.note(w, map[string]any{"why": why})
		outcomes[i] = fault.OK(w)
	}
	return outcomes, c.save(tx, "reclaimed")
}
