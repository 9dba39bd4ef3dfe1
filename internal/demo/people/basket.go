package people

import (
	"fmt"
	"math/rand/v2"

	"baihuo/internal/demo/goods"
)

// Absurd is the quantity that somebody orders by mistake once in some 2,000 baskets.
const Absurd = 500

// Item is one line of a basket: a SKU or, if Bundle, a bundle.
type Item struct {
	Code   string
	Bundle bool
	Qty    int
}

// Shelf is what can be bought, by popularity.
type Shelf struct {
	items []Item
	pick  picker
}

// NewShelf puts SKUs and bundles side by side. Fewer than five things on offer is an error: no basket would fill.
func NewShelf(skus []goods.SKU, bundles []goods.Bundle) (*Shelf, error) {
	type offer struct {
		item   Item
		weight int
	}
	var offers []offer
	for _, s := range skus {
		offers = append(offers, offer{Item{Code: s.Code}, s.WeeklyWeight})
	}
	for _, b := range bundles {
		offers = append(offers, offer{Item{Code: b.Code, Bundle: true}, b.WeeklyWeight})
	}
	s := &Shelf{}
	wanted := 0
	for _, o := range offers {
		s.items = append(s.items, o.item)
		if o.weight > 0 {
			wanted++
		}
	}
	if wanted < 5 {
		return nil, fmt.Errorf("people: %d things that anybody wants; a basket needs at least 5", wanted)
	}
	s.pick = newPicker(offers, func(o offer) int { return o.weight })
	return s, nil
}

// Basket draws one to five different things, mostly one or two of each.
func (s *Shelf) Basket(rng *rand.Rand) []Item {
	lines := one(rng, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5})
	chosen := map[string]bool{}
	var out []Item
	for len(out) < lines {
		item := s.items[s.pick.pick(rng)]
		if chosen[item.Code] {
			continue
		}
		chosen[item.Code] = true
		item.Qty = one(rng, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3 + rng.IntN(4)})
		out = append(out, item)
	}
	if rng.IntN(2000) == 0 {
		out[0].Qty = Absurd
	}
	return out
}
