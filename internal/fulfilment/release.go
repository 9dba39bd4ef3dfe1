package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Release puts planned packages of one warehouse on a new pick list. packages
// come from Lock in this transaction and are changed in place. It gives the list,
// 0 when no package could go on it, and one outcome per package. Faults of a
// member: ErrMove, ErrStopped, ErrWarehouse.
func Release(tx *db.Tx, warehouse id.Warehouse, packages []*Package) (id.PickList, []fault.Outcome[*Package], error) {
	byID := make(map[id.Package]*Package, len(packages))
	for _, p := range packages {
		byID[p.ID] = p
	}
	c, list := newChanges(byID), id.PickList(tx.NewID())
	outcomes := make([]fault.Outcome[*Package], len(packages))
	released := 0
	for i, p := range packages {
		if refused := p.release(warehouse, list); refused != nil {
			outcomes[i] = fault.Refused[*Package](refused)
			continue
		}
		outcomes[i] = fault.OK(p)
		released++
	}
	if released == 0 {
		return 0, outcomes, nil
	}
	_, err := tx.Exec(`/* fulfilment.Release */ INSERT INTO pick_lists (pick_list_id, warehouse_id, released_at, packages)
		VALUES ($1, $2, $3, $4)`, int64(list), int64(warehouse), int64(tx.Now()), released)
	if err != nil {
		return 0, nil, err
	}
	journal.Write(tx, journal.Entry{Kind: "pick_list", ID: int64(list), Version: 1, What: "released",
		Payload: journal.JSON(map[string]any{"warehouse_id": warehouse, "packages": released})})
	return list, outcomes, c.save(tx, "")
}

func (p *Package) release(warehouse id.Warehouse, list id.PickList) *fault.Fault {
	if p.Warehouse != warehouse {
		return ErrWarehouse.With(p.ID)
	}
	if refused := p.move(verbRelease, Released); refused != nil {
		return refused
	}
	p.PickList = list
	return nil
}
