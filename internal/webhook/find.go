package webhook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// listMax bounds every list of this room.
const listMax = 500

func bounded(limit int) int {
	if limit <= 0 || limit > listMax {
		return listMax
	}
	return limit
}

// Get gives one endpoint, or ErrMissing.
func Get(tx *db.Tx, n id.Endpoint) (Endpoint, error) {
	return only(db.List(tx, `/* webhook.Get */ SELECT `+columns+` FROM webhook_endpoints WHERE endpoint_id = $1`, scan, n))
}

// lock is Get under lock.
func lock(tx *db.Tx, n id.Endpoint) (Endpoint, error) {
	return only(db.List(tx, `/* webhook.lock */ SELECT `+columns+` FROM webhook_endpoints WHERE endpoint_id = $1 FOR UPDATE`, scan, n))
}

func only(list []Endpoint, err error) (Endpoint, error) {
	if err == nil && len(list) == 0 {
		err = ErrMissing
	}
	if err != nil {
		return Endpoint{}, err
	}
	return list[0], nil
}

// lockAt is lock, and refuses another version with ErrStale.
func lockAt(tx *db.Tx, n id.Endpoint, version int64) (Endpoint, error) {
	e, err := lock(tx, n)
	if err == nil && e.Version != version {
		err = ErrStale.With(e.Version)
	}
	return e, err
}

// List gives endpoints by id after one, at most limit (500).
func List(tx *db.Tx, after id.Endpoint, limit int) ([]Endpoint, error) {
	return db.List(tx, `/* webhook.List */ SELECT `+columns+` FROM webhook_endpoints WHERE endpoint_id > $1 ORDER BY endpoint_id LIMIT $2`,
		scan, after, bounded(limit))
}

// Filter narrows a list of deliveries; the zero Filter takes all.
type Filter struct {
	Endpoint id.Endpoint
	State    State
	// Object is the id of an order, a package, a waybill or a hold.
	Object int64
	// Before is the id to go on from: lists show the newest first.
	Before id.Delivery
	Limit  int
}

// Deliveries gives deliveries, the newest first. Fault: ErrFilter.
func Deliveries(tx *db.Tx, f Filter) ([]Delivery, error) {
	if f.State != "" && !f.State.Known() {
		return nil, ErrFilter
	}
	f.Limit = bounded(f.Limit)
	if f.Before == 0 {
		f.Before = 1<<63 - 1
	}
	if f.Endpoint == 0 && f.State == "" && f.Object == 0 {
		return listDeliveries(tx, f.Limit, "delivery_id < $1", f.Before)
	}
	// Each index begins with the endpoint; there are few of them.
	endpoints, states := []id.Endpoint{f.Endpoint}, []State{f.State}
	if f.Endpoint == 0 {
		list, err := List(tx, 0, listMax)
		if err != nil {
			return nil, err
		}
		endpoints = nil
		for _, e := range list {
			endpoints = append(endpoints, e.ID)
		}
	}
	if f.State == "" && f.Object == 0 {
		states = States()
	}
	var all []Delivery
	for _, e := range endpoints {
		for _, s := range states {
			where, args := "delivery_id < $1 AND endpoint_id = $2", []any{f.Before, e}
			add := func(column string, v any) {
				args = append(args, v)
				where += fmt.Sprintf(" AND %s = $%d", column, len(args))
			}
			if s != "" {
				add("state", string(s))
			}
			if f.Object != 0 {
				add("object_id", f.Object)
			}
			some, err := listDeliveries(tx, f.Limit, where, args...)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
	}
	slices.SortFunc(all, func(a, b Delivery) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(len(all), f.Limit)], nil
}

func listDeliveries(tx *db.Tx, limit int, where string, args ...any) ([]Delivery, error) {
	args = append(args, limit)
	return db.List(tx, fmt.Sprintf(`/* webhook.Deliveries */ SELECT %s FROM webhook_deliveries WHERE %s
		ORDER BY delivery_id DESC LIMIT $%d`, deliveryColumns, where, len(args)), scanDelivery, args...)
}

// GetDelivery gives one delivery, or ErrDeliveryMissing.
func GetDelivery(tx *db.Tx, n id.Delivery) (Delivery, error) {
	list, err := listDeliveries(tx, 1, "delivery_id = $1", n)
	if err == nil && len(list) == 0 {
		err = ErrDeliveryMissing
	}
	if err != nil {
		return Delivery{}, err
	}
	return list[0], nil
}

// Body gives what a delivery sends, made from the journal.
func Body(tx *db.Tx, d Delivery) ([]byte, error) {
	rows, err := journal.Timeline(tx, d.Object, d.Version-1, 1)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || rows[0].Version != d.Version {
		return nil, errEvent
	}
	return bodyOf(rows[0])
}

// Counts says how many deliveries of an endpoint stand in each state. It reads an
// index over all of them: it is for a page, not for a loop.
func Counts(tx *db.Tx, n id.Endpoint) (map[State]int64, error) {
	counts := map[State]int64{}
	err := tx.Each(`/* webhook.Counts */ SELECT state, COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 GROUP BY state ORDER BY state`,
		func(r db.Row) error {
			var s State
			var n int64
			err := r.Scan(&s, &n)
			counts[s] = n
			return err
		}, n)
	return counts, err
}

// plain is what may be kept of words from outside: valid text, cut to bytes.
func plain(text string, bytesMax int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), bytesMax)], "?"), "\x00", "?")
	return text
}
