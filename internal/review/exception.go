package review

import (
	"cmp"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
	"baihuo/internal/staff"
)

// Exception is work for a person. Kind is the queue it stands in. Key names what is
// the matter: the same kind and key are one exception for ever, so that a message that
// comes five times makes one piece of work, and none after somebody has settled it.
type Exception struct {
	ID   id.Exception
	Kind string
	Key  string
	// Order and Shop it is about; 0 for none.
	Order id.Order
	Shop  id.Shop
	ZH    string
	EN    string
	// Detail is JSON or text for who works on it, without personal data.
	Detail string
	// Raw is the sealed message that could not be read; Open takes it, Raw gives it.
	Raw      seal.Bytes
	OpenedAt db.Instant
	// DueAt is when it should be settled: Open takes it from AdviceOn.
	DueAt db.Instant
	// Owner is the actor who works on it since OwnedAt, empty for nobody.
	Owner    string
	OwnedAt  db.Instant
	ClosedAt db.Instant
	ClosedBy string
	// ClosedHow says how it was settled.
	ClosedHow string
	Version   int64
}

const (
	keyMax    = 200
	detailMax = 20_000
)

func (e *Exception) check() *fault.Fault {
	switch {
	case !plainWord(e.Kind):
		return ErrExceptionInvalid.With("kind " + e.Kind)
	case e.Key == "" || !storable(e.Key, keyMax):
		return ErrExceptionInvalid.With("key")
	case !sentences(e.ZH, e.EN) || !storable(e.ZH+e.EN, 2*reasonMax):
		return ErrExceptionInvalid.With("zh, en")
	case !storable(e.Detail, detailMax):
		return ErrExceptionInvalid.With("detail")
	}
	return nil
}

type exceptionKey struct{ kind, key string }

// Open puts work before people and gives the id of each. One that was there before,
// open or settled, is left as it is. A member's fault: ErrExceptionInvalid.
func Open(tx *db.Tx, list []Exception) ([]fault.Outcome[id.Exception], error) {
	outcomes := make([]fault.Outcome[id.Exception], len(list))
	wanted := map[exceptionKey]*Exception{}
	for i := range list {
		e := list[i]
		if f := e.check(); f != nil {
			outcomes[i] = fault.Refused[id.Exception](f)
		} else if key := (exceptionKey{e.Kind, e.Key}); wanted[key] == nil {
			e.ID = id.Exception(tx.NewID())
			wanted[key] = &e
		}
	}
	ids, err := insertExceptions(tx, wanted)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if outcomes[i].Fault == nil {
			outcomes[i] = fault.OK(ids[exceptionKey{e.Kind, e.Key}])
		}
	}
	return outcomes, nil
}

func insertExceptions(tx *db.Tx, wanted map[exceptionKey]*Exception) (map[exceptionKey]id.Exception, error) {
	ids := make(map[exceptionKey]id.Exception, len(wanted))
	if len(wanted) == 0 {
		return ids, nil
	}
	list := make([]*Exception, 0, len(wanted))
	for _, e := range wanted {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *Exception) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
	rows := tx.Batch(`/* review.Open */ INSERT INTO exceptions (exception_id, kind, unique_key, order_id, shop_id,
		zh, en, detail, raw_cipher, opened_at, due_at) VALUES {rows}
		ON CONFLICT (kind, unique_key) DO NOTHING RETURNING kind, unique_key`)
	for _, e := range list {
		rows.Add(int64(e.ID), e.Kind, e.Key, int64(e.Order), int64(e.Shop), e.ZH, e.EN, e.Detail, []byte(e.Raw),
			int64(tx.Now()), int64(tx.Now().Add(AdviceOn(e.Kind).Within)))
	}
	err := rows.Each(func(r db.Row) error {
		var key exceptionKey
		err := r.Scan(&key.kind, &key.key)
		ids[key] = wanted[key].ID
		return err
	})
	if err != nil {
		return nil, err
	}
	known := tx.Batch(`/* review.Open */ WITH v (kind, unique_key) AS (VALUES {rows})
		SELECT e.kind, e.unique_key, e.exception_id FROM exceptions e
		JOIN v ON e.kind = v.kind AND e.unique_key = v.unique_key`, "TEXT", "TEXT")
	for _, e := range list {
		if _, fresh := ids[exceptionKey{e.Kind, e.Key}]; !fresh {
			known.Add(e.Kind, e.Key)
			continue
		}
		journal.Write(tx, journal.Entry{Kind: "exception", ID: int64(e.ID), Version: 1, What: "exception_opened",
			Payload: journal.JSON(map[string]any{"kind": e.Kind, "key": e.Key, "order": e.Order})})
	}
	err = known.Each(func(r db.Row) error {
		var key exceptionKey
		var there id.Exception
		err := r.Scan(&key.kind, &key.key, &there)
		ids[key] = there
		return err
	})
	if err == nil && len(ids) < len(list) {
		err = db.ErrAgain // who was first is not visible yet
	}
	return ids, err
}

// heldPrefix begins the key of an exception that belongs to a hold.
const heldPrefix = "hold:"

func holdKeyOf(hold id.Hold) string { return id.Text(heldPrefix+"H", int64(hold)) }

// Close settles exceptions: the outcome is true where one was open and is not any
// more, false where it was settled before. One that belongs to a hold closes with the
// hold only. Faults of members: ErrHow, ErrExceptionMissing, ErrExceptionHeld.
func Close(tx *db.Tx, ids []id.Exception, how string) ([]fault.Outcome[bool], error) {
	outcomes := make([]fault.Outcome[bool], len(ids))
	if strings.TrimSpace(how) == "" || !storable(how, howMax) {
		for i := range outcomes {
			outcomes[i] = fault.Refused[bool](ErrHow)
		}
		return outcomes, nil
	}
	if _, err := db.Lock(tx, "exceptions", "exception_id", ids); err != nil {
		return nil, err
	}
	there, err := exceptionsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	var closing []id.Exception
	for i, n := range ids {
		e, found := there[n]
		switch {
		case !found:
			outcomes[i] = fault.Refused[bool](ErrExceptionMissing)
		case e.ClosedAt > 0 || slices.Contains(closing, n):
		case strings.HasPrefix(e.Key, heldPrefix):
			outcomes[i] = fault.Refused[bool](ErrExceptionHeld)
		default:
			outcomes[i] = fault.OK(true)
			closing = append(closing, n)
		}
	}
	return outcomes, closeThese(tx, closing, how)
}

func closeThese(tx *db.Tx, ids []id.Exception, how string) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.Each(`/* review.Close */ UPDATE exceptions SET closed_at = $1, closed_by = $2, closed_how = $3,
		version = version + 1 WHERE exception_id = ANY($4) AND closed_at = 0 RETURNING exception_id, version`,
		noteClosed(tx, how), tx.Now(), tx.By().Actor, how, ids)
}

// closeHeld settles the exceptions of holds that ended; the lock of their orders
// guards them.
func closeHeld(tx *db.Tx, holds []Hold) error {
	const how = "hold_released"
	rows := tx.Batch(`/* review.closeHeld */ WITH v (kind, unique_key, at, by, how) AS (VALUES {rows})
		UPDATE exceptions SET closed_at = v.at, closed_by = v.by, closed_how = v.how, version = exceptions.version + 1
		FROM v WHERE exceptions.kind = v.kind AND exceptions.unique_key = v.unique_key AND exceptions.closed_at = 0
		RETURNING exceptions.exception_id, exceptions.version`, "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT")
	for i := range holds {
		rows.Add(holds[i].Kind, holdKeyOf(holds[i].ID), int64(tx.Now()), tx.By().Actor, how)
	}
	return rows.Each(noteClosed(tx, how))
}

func noteClosed(tx *db.Tx, how string) func(db.Row) error {
	return func(r db.Row) error {
		var e Exception
		err := r.Scan(&e.ID, &e.Version)
		journal.Write(tx, journal.Entry{Kind: "exception", ID: int64(e.ID), Version: e.Version,
			What: "exception_closed", Payload: journal.JSON(map[string]string{"how": how})})
		return err
	}
}

// Filter chooses exceptions. The zero value means all that are open.
type Filter struct {
	Kind  string
	Order id.Order
	// Scope leaves the exceptions of its shops; work that belongs to no shop is seen by
	// who sees all. Nil is the house's own look at everything.
	Scope *staff.Scope
	// Settled: those that were closed, instead of those that are open.
	Settled bool
	// IDs leaves these alone; nil for all.
	IDs []id.Exception
	// Owner leaves those of one actor.
	Owner string
	// After is the last id of the page before.
	After id.Exception
	Limit int // 1 to ListMax; ListMax if not set
}

// ListMax is the longest page.
const ListMax = 500

// List gives a page of exceptions by id.
func List(tx *db.Tx, f Filter) ([]Exception, error) {
	where, args := []string{"exception_id > $1"}, []any{f.After}
	also := func(text string, arg any) {
		args = append(args, arg)
		where = append(where, strings.Replace(text, "?", dollar(len(args)), 1))
	}
	if f.IDs != nil {
		also("exception_id = ANY(?)", f.IDs)
	}
	if f.Kind != "" {
		also("kind = ?", f.Kind)
	}
	if f.Order != 0 {
		also("order_id = ? AND order_id > 0", f.Order)
	}
	if f.Owner != "" {
		also("owner = ? AND owner <> ''", f.Owner)
	}
	if f.Scope != nil && !f.Scope.AllShops {
		also("shop_id = ANY(?)", f.Scope.Shops)
	}
	open := "closed_at = 0"
	if f.Settled {
		open = "closed_at > 0"
	}
	if f.Limit <= 0 || f.Limit > ListMax {
		f.Limit = ListMax
	}
	args = append(args, f.Limit)
	return db.List(tx, `/* review.List */ SELECT `+exceptionColumns+` FROM exceptions WHERE `+
		strings.Join(append(where, open), " AND ")+` ORDER BY exception_id LIMIT `+dollar(len(args)),
		scanException, args...)
}

// GetException gives one exception. Fault: ErrExceptionMissing.
func GetException(tx *db.Tx, n id.Exception) (Exception, error) {
	found, err := db.List(tx, `/* review.GetException */ SELECT `+exceptionColumns+` FROM exceptions WHERE exception_id = $1`,
		scanException, n)
	if err == nil && len(found) == 0 {
		err = ErrExceptionMissing
	}
	if err != nil {
		return Exception{}, err
	}
	return found[0], nil
}

// LockException is GetException of one that nobody else settles until tx has ended.
func LockException(tx *db.Tx, n id.Exception) (Exception, error) {
	if _, err := db.Lock(tx, "exceptions", "exception_id", []id.Exception{n}); err != nil {
		return Exception{}, err
	}
	return GetException(tx, n)
}

func dollar(n int) string { return "$" + string(rune('0'+n)) }

// Tally is how much open work stands in a queue.
type Tally struct {
	Kind string
	Open int64
}

// Counts gives the queues with open work, by kind.
func Counts(tx *db.Tx) ([]Tally, error) { return CountsIn(tx, staff.Everywhere()) }

// CountsIn is Counts within a scope.
func CountsIn(tx *db.Tx, scope staff.Scope) ([]Tally, error) {
	where, args := "", []any(nil)
	if !scope.AllShops {
		where, args = " AND shop_id = ANY($1)", []any{scope.Shops}
	}
	return db.List(tx, `/* review.Counts */ SELECT kind, COUNT(*) FROM exceptions WHERE closed_at = 0`+where+
		` GROUP BY kind ORDER BY kind`,
		func(r db.Row) (t Tally, err error) { return t, r.Scan(&t.Kind, &t.Open) }, args...)
}

// Raw gives the sealed message of an exception; none where it has none. Fault:
// ErrExceptionMissing.
func Raw(tx *db.Tx, exception id.Exception) (seal.Bytes, error) {
	var raw []byte
	found, err := tx.One(`/* review.Raw */ SELECT raw_cipher FROM exceptions WHERE exception_id = $1`,
		[]any{&raw}, exception)
	if err == nil && !found {
		err = ErrExceptionMissing
	}
	return raw, err
}
