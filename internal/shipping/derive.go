package shipping

import (
	"cmp"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
)

// mark is what the state of a parcel depends on.
type mark struct {
	at    db.Instant
	code  string
	state Parcel
}

// derived is what all events of a number say together.
type derived struct {
	parcel Parcel           // empty before any news
	pack   fulfilment.State // handed over until the news says more
}

// becomes is the state that a package should have, empty before the parcel moved.
func (d derived) becomes() fulfilment.State {
	if d.pack == fulfilment.HandedOver {
		return ""
	}
	return d.pack
}

// derive reads a parcel's events in the order of their own times, and so gives
// the same for every order and number of times in which they may have arrived.
// Of one instant the word further on the way comes last. The rules are those of
// the carriers' table of normalised states: the newest event counts, delivered
// may be followed only by returning and returned.
func derive(marks []mark) derived {
	ordered := slices.SortedFunc(slices.Values(marks), func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.state.rank(), b.state.rank()), cmp.Compare(a.code, b.code))
	})
	d, signed := derived{pack: fulfilment.HandedOver}, false
	for _, m := range ordered {
		if m.state.follows(d.parcel, signed) {
			d.parcel, d.pack = m.state, m.state.leads(d.pack)
			signed = signed || m.state == Delivered
		}
	}
	return d
}
