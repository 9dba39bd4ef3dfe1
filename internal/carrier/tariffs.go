package carrier

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
)

// Limits of what a tariff may say. Larger figures are typing errors.
const (
	weightMaxG = 100_000_000
	daysMax    = 90
)

// PutTariffs sets the price of each carrier, service, origin and destination; the
// value is false where that price stood already. Of two in one batch for the
// same, the later is refused. A member's faults: ErrTariff with all wrong fields,
// ErrMissing for an unknown carrier. Each carrier that changes gets one journal row.
func PutTariffs(tx *db.Tx, tariffs []Tariff) ([]fault.Outcome[bool], error) {
	var ids []id.Carrier
	for _, t := range tariffs {
		ids = append(ids, t.Carrier)
	}
	known, err := db.Lock(tx, "carriers", "carrier_id", ids)
	if err != nil {
		return nil, err
	}
	there, err := standing(tx, tariffs)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[bool], len(tariffs))
	seen := map[route]bool{}
	changed := map[id.Carrier][]tariffChange{}
	for i, t := range tariffs {
		t.Service = Fold(t.Service)
		f := t.check()
		switch {
		case f != nil:
		case !slices.Contains(known, t.Carrier):
			f = ErrMissing
		case seen[t.route()]:
			f = ErrTariff.Field("destination", "这批里前面已有同样的快递、产品、始发和目的地；请删掉一个",
				"the same carrier, service, origin and destination stand earlier in this batch; remove one")
		}
		if f != nil {
			outcomes[i] = fault.Refused[bool](f)
			continue
		}
		seen[t.route()] = true
		if old, exists := there[t.route()]; !exists || old != t {
			outcomes[i] = fault.OK(true)
			changed[t.Carrier] = append(changed[t.Carrier], tariffChange{old, t})
		}
	}
	return outcomes, saveTariffs(tx, changed)
}

// route is what a tariff is the price of.
type route struct {
	carrier                      id.Carrier
	service, origin, destination string
}

func (t Tariff) route() route { return route{t.Carrier, t.Service, t.Origin, t.Destination} }

type tariffChange struct{ before, after Tariff }

func (t Tariff) check() *fault.Fault {
	bad := ErrTariff
	if !fits(t.Service) {
		bad = bad.Field("service", "必填，最多 200 个字", "needed: at most 200 characters")
	}
	if len(t.Origin) != 2 || !isPlace(t.Origin) {
		bad = bad.Field("origin", errProvince.ZH, errProvince.EN)
	}
	if !isPlace(t.Destination) {
		bad = bad.Field("destination", errPlace.ZH, errPlace.EN)
	}
	for _, n := range []struct {
		field           string
		value, min, max int64
	}{
		{"first_weight_g", t.FirstWeightG, 1, weightMaxG}, {"first_price", int64(t.FirstPrice), 0, int64(money.Limit)},
		{"next_weight_g", t.NextWeightG, 1, weightMaxG}, {"next_price", int64(t.NextPrice), 0, int64(money.Limit)},
		{"days", t.Days, 0, daysMax},
	} {
		if n.value < n.min || n.value > n.max {
			bad = bad.Field(n.field, fmt.Sprintf("要在 %d 到 %d 之间，现为 %d；请检查单位和位数", n.min, n.max, n.value),
				fmt.Sprintf("it lies between %d and %d, not at %d; check unit and digits", n.min, n.max, n.value))
		}
	}
	return fieldsOrNil(bad)
}

// standing gives the prices that the batch may change.
func standing(tx *db.Tx, tariffs []Tariff) (map[route]Tariff, error) {
	var origins, destinations []string
	for _, t := range tariffs {
		if t.check() == nil {
			origins, destinations = append(origins, t.Origin), append(destinations, t.Destination)
		}
	}
	there := map[route]Tariff{}
	all, err := db.List(tx, `/* carrier.PutTariffs */ SELECT `+tariffColumns+` FROM tariffs
		WHERE destination = ANY($1) AND origin = ANY($2)`, scanTariff, distinct(destinations), distinct(origins))
	for _, t := range all {
		there[t.route()] = t
	}
	return there, err
}

func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

func saveTariffs(tx *db.Tx, changed map[id.Carrier][]tariffChange) error {
	var all []Tariff
	for _, changes := range changed {
		for _, c := range changes {
			all = append(all, c.after)
		}
	}
	slices.SortFunc(all, func(a, b Tariff) int {
		return cmp.Or(cmp.Compare(a.Destination, b.Destination), cmp.Compare(a.Origin, b.Origin),
			cmp.Compare(a.Carrier, b.Carrier), cmp.Compare(a.Service, b.Service))
	})
	upsert := tx.Batch(`/* carrier.PutTariffs */ INSERT INTO tariffs (` + tariffColumns + `) VALUES {rows}
		ON CONFLICT (destination, origin, carrier_id, service) DO UPDATE SET
			first_weight_g = excluded.first_weight_g, first_price = excluded.first_price,
			next_weight_g = excluded.next_weight_g, next_price = excluded.next_price, days = excluded.days`)
	for _, t := range all {
		upsert.Add(int64(t.Carrier), t.Service, t.Origin, t.Destination, t.FirstWeightG, int64(t.FirstPrice), t.NextWeightG,
			int64(t.NextPrice), t.Days)
	}
	if _, err := upsert.Run(); err != nil {
		return err
	}
	for _, carrier := range slices.Sorted(maps.Keys(changed)) {
		if err := noteTariffs(tx, carrier, changed[carrier]); err != nil {
			return err
		}
	}
	return nil
}

// noteTariffs writes one journal row for a carrier, with each price before and after.
func noteTariffs(tx *db.Tx, carrier id.Carrier, changes []tariffChange) error {
	version, err := tx.Number(`/* carrier.PutTariffs */ UPDATE carriers SET version = version + 1
		WHERE carrier_id = $1 RETURNING version`, int64(carrier))
	if err != nil {
		return err
	}
	price := func(t Tariff) []int64 {
		return []int64{t.FirstWeightG, int64(t.FirstPrice), t.NextWeightG, int64(t.NextPrice), t.Days}
	}
	rows := make([]map[string]any, len(changes))
	for i, c := range changes {
		rows[i] = map[string]any{"service": c.after.Service, "origin": c.after.Origin, "destination": c.after.Destination,
			"before": price(c.before), "after": price(c.after)}
	}
	journal.Write(tx, journal.Entry{Kind: "carrier", ID: int64(carrier), Version: version, What: "tariffs_set",
		Payload: journal.JSON(map[string]any{
			"columns": []string{"first_weight_g", "first_price", "next_weight_g", "next_price", "days"}, "tariffs": rows})})
	return nil
}
