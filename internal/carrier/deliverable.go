package carrier

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Reach says whether anything can be brought to a region.
type Reach struct {
	Region string
	Served bool   // some tariff leads there, from anywhere
	Reason string // why all that lead there are stopped; empty when one is not
}

// Fault gives nil, ErrNotDeliverable or ErrStopped.
func (r Reach) Fault() *fault.Fault {
	switch {
	case !r.Served:
		return ErrNotDeliverable.With(shown(r.Region))
	case r.Reason != "":
		return ErrStopped.With(r.Region, r.Reason)
	}
	return nil
}

// Deliverable says for each region (a code of two, four or six digits) whether
// some carrier serves it at an instant. What is no region code is not served.
// It stands on the path of every order: two small queries by index for a batch.
func Deliverable(tx *db.Tx, regions []string, at db.Instant) (map[string]Reach, error) {
	reach := make(map[string]Reach, len(regions))
	var places []string
	for _, region := range regions {
		if _, seen := reach[region]; !seen {
			reach[region] = Reach{Region: region}
			places = append(places, prefixes(region)...)
		}
	}
	if places = distinct(places); len(places) == 0 {
		return reach, nil
	}
	stops, err := stopsAt(tx, append(places, ""), at)
	if err != nil {
		return nil, err
	}
	ways, err := waysTo(tx, places, len(stops) > 0)
	if err != nil {
		return nil, err
	}
	for region, r := range reach {
		reach[region] = r.decide(ways, stops)
	}
	return reach, nil
}

// waysTo gives the services that lead to each place. Without stops it does not
// matter which, and each place has one way or none.
func waysTo(tx *db.Tx, places []string, which bool) (map[string][]way, error) {
	text := `/* carrier.Deliverable */ SELECT DISTINCT destination, 0, '' FROM tariffs WHERE destination = ANY($1)`
	if which {
		text = `/* carrier.Deliverable */ SELECT DISTINCT destination, carrier_id, service FROM tariffs
			WHERE destination = ANY($1)`
	}
	ways := map[string][]way{}
	return ways, tx.Each(text, func(r db.Row) error {
		var place, service string
		var carrier int64
		err := r.Scan(&place, &carrier, &service)
		ways[place] = append(ways[place], way{id.Carrier(carrier), service})
		return err
	}, places)
}

// decide looks at every way to the region: one that is open will do.
func (r Reach) decide(ways map[string][]way, stops []Stoppage) Reach {
	reason := ""
	for _, place := range prefixes(r.Region) {
		for _, w := range ways[place] {
			r.Served = true
			why, stopped := stoppedBy(stops, r.Region, w.carrier, w.service)
			if !stopped {
				return r
			}
			if reason == "" {
				reason = why
			}
		}
	}
	r.Reason = reason
	return r
}
