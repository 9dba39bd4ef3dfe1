package carrier

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Shipment is what is to be brought.
type Shipment struct {
	Origin  string // province, two digits
	Region  string // region code of the recipient, six digits
	WeightG int64  // 0 when unknown: the first weight
}

// Offer is what one service asks for one shipment.
type Offer struct {
	Carrier id.Carrier
	Service string
	Freight money.Amount
	Days    int64
}

// Quote gives for each shipment all offers that hold now, the cheapest first,
// then the fastest, then by carrier and service. Of a service's tariffs the one
// with the longest destination holds. A member's faults: ErrShipment,
// ErrNotDeliverable where no tariff leads, ErrStopped with the reason where all
// that lead are stopped, money.ErrRange.
func Quote(tx *db.Tx, shipments []Shipment) ([]fault.Outcome[[]Offer], error) {
	var origins, places []string
	for _, s := range shipments {
		if s.check() == nil {
			origins, places = append(origins, s.Origin), append(places, prefixes(s.Region)...)
		}
	}
	outcomes := make([]fault.Outcome[[]Offer], len(shipments))
	tariffs, stops, err := loadQuote(tx, distinct(origins), distinct(places))
	if err != nil {
		return nil, err
	}
	for i, s := range shipments {
		if f := s.check(); f != nil {
			outcomes[i].Fault = f
			continue
		}
		outcomes[i].Value, outcomes[i].Fault = s.offers(tariffs, stops)
	}
	return outcomes, nil
}

// way is a service of a carrier.
type way struct {
	carrier id.Carrier
	service string
}

// lane leads from a province to a place.
type lane struct{ origin, destination string }

func loadQuote(tx *db.Tx, origins, places []string) (map[lane][]Tariff, []Stoppage, error) {
	tariffs := map[lane][]Tariff{}
	if len(places) == 0 {
		return tariffs, nil, nil
	}
	all, err := db.List(tx, `/* carrier.Quote */ SELECT `+tariffColumns+` FROM tariffs
		WHERE destination = ANY($1) AND origin = ANY($2)`, scanTariff, places, origins)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range all {
		tariffs[lane{t.Origin, t.Destination}] = append(tariffs[lane{t.Origin, t.Destination}], t)
	}
	stops, err := stopsAt(tx, append(places, ""), tx.Now())
	return tariffs, stops, err
}

func (s Shipment) check() *fault.Fault {
	bad := ErrShipment
	if len(s.Origin) != 2 || !isPlace(s.Origin) {
		bad = bad.Field("origin", "始发省份要写两位行政区划代码", "the origin is the two-digit code of a province")
	}
	if len(s.Region) != 6 || !isPlace(s.Region) {
		bad = bad.Field("region", "收货地区要写六位行政区划代码；地址没有识别到区县时请先补全",
			"the region is a code of six digits; complete the address down to its district")
	}
	if s.WeightG < 0 || s.WeightG > weightMaxG {
		bad = bad.Field("weight_g", "重量不合理，请按克填写", "the weight is beyond reason; give it in g")
	}
	return fieldsOrNil(bad)
}

// offers is the decision for one shipment.
func (s Shipment) offers(tariffs map[lane][]Tariff, stops []Stoppage) ([]Offer, *fault.Fault) {
	priced := map[way]bool{}
	var offers []Offer
	reason, places := "", prefixes(s.Region)
	for i := len(places) - 1; i >= 0; i-- {
		for _, t := range tariffs[lane{s.Origin, places[i]}] {
			if priced[way{t.Carrier, t.Service}] {
				continue // by a longer destination
			}
			priced[way{t.Carrier, t.Service}] = true
			if why, stopped := stoppedBy(stops, s.Region, t.Carrier, t.Service); stopped {
				reason = cmp.Or(reason, why)
				continue
			}
			freight, err := t.Freight(s.WeightG)
			if err != nil {
				return nil, fault.Of(err)
			}
			offers = append(offers, Offer{t.Carrier, t.Service, freight, t.Days})
		}
	}
	switch {
	case len(offers) > 0:
		slices.SortFunc(offers, func(a, b Offer) int {
			return cmp.Or(cmp.Compare(a.Freight, b.Freight), cmp.Compare(a.Days, b.Days), cmp.Compare(a.Carrier, b.Carrier),
				cmp.Compare(a.Service, b.Service))
		})
		return offers, nil
	case reason != "":
		return nil, ErrStopped.With(s.Region, reason)
	}
	return nil, ErrNotDeliverable.With(s.Region)
}

// stoppedBy gives the reason of the first stop that takes the service out of use.
func stoppedBy(stops []Stoppage, region string, carrier id.Carrier, service string) (reason string, stopped bool) {
	for _, s := range stops {
		if s.holds(region, carrier, service) {
			return s.Reason, true
		}
	}
	return "", false
}
