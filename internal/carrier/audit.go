package carrier

import (
	"errors"
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Audit proves that every carrier, tariff and stop would still be accepted and
// that tariffs and stops belong to carriers. It gives what it counted.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	carriers, err := All(tx)
	if err != nil {
		return nil, nil, err
	}
	known := map[id.Carrier]bool{}
	for _, c := range carriers {
		known[c.ID] = true
		if err := check([]Carrier{c}); err != nil {
			breaches = append(breaches, fmt.Sprintf("carrier %d: %v", c.ID, err))
		}
	}
	proved = map[string]int64{"carriers": int64(len(carriers))}
	tariffs := tx.Each(`/* carrier.Audit */ SELECT `+tariffColumns+` FROM tariffs
		ORDER BY destination, origin, carrier_id, service`, func(r db.Row) error {
		t, err := scanTariff(r)
		proved["tariffs"]++
		if f := t.check(); err == nil && (f != nil || !known[t.Carrier]) {
			breaches = append(breaches, fmt.Sprintf("tariff of carrier %d, %s from %s to %s: carrier known %t, %v",
				t.Carrier, shown(t.Service), t.Origin, t.Destination, known[t.Carrier], f))
		}
		return err
	})
	stops := tx.Each(`/* carrier.Audit */ SELECT stop_id, `+stopColumns+` FROM carrier_stops ORDER BY stop_id`,
		func(r db.Row) error {
			var stop int64
			var s Stoppage
			err := r.Scan(&stop, &s.Region, &s.Carrier, &s.Service, &s.Reason, &s.From, &s.Until)
			proved["stops"]++
			if f := s.check(); err == nil && (f != nil || s.Carrier != 0 && !known[s.Carrier]) {
				breaches = append(breaches, fmt.Sprintf("stop %d of carrier %d: carrier known %t, %v", stop, s.Carrier,
					known[s.Carrier], f))
			}
			return err
		})
	return proved, breaches, errors.Join(tariffs, stops)
}
