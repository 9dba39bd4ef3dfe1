package shipping

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
)

// OfPackages gives the live waybill of each package that has one.
func OfPackages(tx *db.Tx, packages []id.Package) (map[id.Package]*Waybill, error) {
	return live(tx, packages, "")
}

// Get gives one waybill. Fault: ErrMissing.
func Get(tx *db.Tx, waybill id.Waybill) (*Waybill, error) {
	list, err := db.List(tx, `/* shipping.Get */ SELECT `+columns+` FROM waybills
		WHERE waybill_id = $1`, scan, int64(waybill))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ErrMissing.With(key(waybill))
	}
	return list[0], nil
}

// ByNumber finds a carrier's waybills by number, reclaimed ones too; a number
// that no waybill has is absent. This is where a carrier's news finds its package.
func ByNumber(tx *db.Tx, carrier id.Carrier, numbers []string) (map[string]*Waybill, error) {
	found := make(map[string]*Waybill, len(numbers))
	var good []string
	for _, n := range numbers {
		if text, ok := tidy(n); ok {
			good = append(good, text)
		}
	}
	if len(good) == 0 {
		return found, nil
	}
	list, err := db.List(tx, `/* shipping.ByNumber */ SELECT `+columns+` FROM waybills
		WHERE carrier_id = $1 AND number = ANY($2) AND number <> ''`, scan, int64(carrier), good)
	for _, w := range list {
		found[w.Number] = w
	}
	return found, err
}

// Stands gives the state that packages should have by all the news of their live
// numbers; one whose parcel has not moved is absent. News can be quicker than the
// scanner at the gate: flow applies this after a hand-over.
func Stands(tx *db.Tx, packages []id.Package) (map[id.Package]fulfilment.State, error) {
	found := make(map[id.Package]fulfilment.State, len(packages))
	waybills, err := live(tx, packages, "")
	if err != nil {
		return nil, err
	}
	known, err := marksOf(tx, packages)
	if err != nil {
		return nil, err
	}
	for pack, w := range waybills {
		if s := known.derive(w).becomes(); s != "" {
			found[pack] = s
		}
	}
	return found, nil
}

const eventColumns = `package_id, waybill_id, at, code, state, text, place, seen_at`

// Timeline gives all news of a package in the order of the carrier's times, that
// of reclaimed numbers too.
func Timeline(tx *db.Tx, pack id.Package) ([]Event, error) {
	list, err := db.List(tx, `/* shipping.Timeline */ SELECT `+eventColumns+` FROM trackings
		WHERE package_id = $1 ORDER BY package_id, waybill_id, at, code, state LIMIT 1000`,
		func(r db.Row) (e Event, err error) {
			return e, r.Scan(&e.Package, &e.Waybill, &e.At, &e.Code, &e.State, &e.Text, &e.Place, &e.SeenAt)
		}, int64(pack))
	slices.SortFunc(list, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.State.rank(), b.State.rank()), cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Waybill, b.Waybill))
	})
	return list, err
}
