package review

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/staff"
)

// TakeOn makes open exceptions the work of the actor of tx. The outcome is true where
// it was nobody's before, false where it is the actor's already or was settled. Faults
// of members: ErrExceptionMissing, ErrOwned when it is somebody else's.
func TakeOn(tx *db.Tx, ids []id.Exception) ([]fault.Outcome[bool], error) {
	me := tx.By().Actor
	return own(tx, ids, me, "exception_taken", func(e Exception) *fault.Fault {
		if e.Owner != "" && e.Owner != me {
			return ErrOwned
		}
		return nil
	})
}

// HandTo makes open exceptions the work of somebody else, whosever they were: true where
// that changed something. Faults of members: ErrExceptionMissing.
func HandTo(tx *db.Tx, ids []id.Exception, to string) ([]fault.Outcome[bool], error) {
	return own(tx, ids, to, "exception_given", func(Exception) *fault.Fault { return nil })
}

// GiveBack makes open exceptions of the actor of tx nobody's again. Faults of members:
// ErrExceptionMissing, ErrNotOwned.
func GiveBack(tx *db.Tx, ids []id.Exception) ([]fault.Outcome[bool], error) {
	return own(tx, ids, "", "exception_given_back", func(e Exception) *fault.Fault {
		if e.Owner != "" && e.Owner != tx.By().Actor {
			return ErrNotOwned
		}
		return nil
	})
}

// own gives exceptions another owner: lock, look, decide, save, journal.
func own(tx *db.Tx, ids []id.Exception, to, what string, refuses func(Exception) *fault.Fault) ([]fault.Outcome[bool], error) {
	if _, err := db.Lock(tx, "exceptions", "exception_id", ids); err != nil {
		return nil, err
	}
	there, err := exceptionsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[bool], len(ids))
	var moving []id.Exception
	var owners []string
	for i, n := range ids {
		e, found := there[n]
		switch {
		case !found:
			outcomes[i] = fault.Refused[bool](ErrExceptionMissing)
		case e.ClosedAt > 0 || e.Owner == to || slices.Contains(moving, n):
		default:
			if f := refuses(e); f != nil {
				outcomes[i], owners = fault.Refused[bool](f), append(owners, e.Owner)
				continue
			}
			outcomes[i], moving = fault.OK(true), append(moving, n)
		}
	}
	if err := nameOwners(tx, ids, there, outcomes, owners); err != nil || len(moving) == 0 {
		return outcomes, err
	}
	return outcomes, tx.Each(`/* review.own */ UPDATE exceptions SET owner = $1, owned_at = $2, version = version + 1
		WHERE exception_id = ANY($3) AND closed_at = 0 RETURNING exception_id, version`, func(r db.Row) error {
		return noteException(tx, r, what, journal.JSON(map[string]string{"to": to}))
	}, to, tx.Now(), moving)
}

// nameOwners puts the names of those who have the work into refusals.
func nameOwners(tx *db.Tx, ids []id.Exception, there map[id.Exception]Exception, outcomes []fault.Outcome[bool], owners []string) error {
	if len(owners) == 0 {
		return nil
	}
	names, err := staff.Names(tx, owners)
	for i, n := range ids {
		if f := outcomes[i].Fault; f != nil && f.Is(ErrOwned) {
			name := names[there[n].Owner]
			if name == "" {
				name = there[n].Owner
			}
			outcomes[i] = fault.Refused[bool](ErrOwned.With(name))
		}
	}
	return err
}

func exceptionsOf(tx *db.Tx, ids []id.Exception) (map[id.Exception]Exception, error) {
	there := make(map[id.Exception]Exception, len(ids))
	return there, tx.Each(`/* review.exceptionsOf */ SELECT `+exceptionColumns+` FROM exceptions WHERE exception_id = ANY($1)`,
		func(r db.Row) error {
			e, err := scanException(r)
			there[e.ID] = e
			return err
		}, ids)
}

// Oldest gives since when the longest open exception of each kind waits, within a scope.
func Oldest(tx *db.Tx, scope staff.Scope, kinds []string) (map[string]db.Instant, error) {
	since := make(map[string]db.Instant, len(kinds))
	for _, kind := range kinds {
		list, err := List(tx, Filter{Kind: kind, Scope: &scope, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			since[kind] = list[0].OpenedAt
		}
	}
	return since, nil
}
