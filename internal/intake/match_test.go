package intake

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// bought and back write a sale and a cancellation of one customer and SKU.
func bought(at int64, qty int32) sale {
	return sale{moment: moment{at: at, row: int32(at)}, party: party{1, 1}, price: 100, qty: qty, left: qty}
}

func back(at int64, qty int32) cancel {
	return cancel{moment: moment{at: at, row: int32(at)}, party: party{1, 1}, price: 100, qty: qty}
}

func TestMatch(t *testing.T) {
	other := bought(2, 9)
	other.customer = 2
	cheap := back(9, 1)
	cheap.price, cheap.priced = 101, true
	for name, c := range map[string]struct {
		sales   []sale
		cancels []cancel
		takes   [][]take
		likes   []likeness
	}{
		"the latest sale with enough is taken": {[]sale{bought(1, 5), bought(2, 5), bought(3, 2)},
			[]cancel{back(9, 4)}, [][]take{{{1, 4}}}, []likeness{larger}},
		"a sale after it is not": {[]sale{bought(1, 5), bought(8, 5)}, []cancel{back(5, 5)},
			[][]take{{{0, 5}}}, []likeness{equal}},
		"what is taken is gone": {[]sale{bought(1, 5), bought(2, 5)},
			[]cancel{back(8, 5), back(9, 5)}, [][]take{{{1, 5}}, {{0, 5}}}, []likeness{equal, equal}},
		"the earlier cancellation comes first": {[]sale{bought(1, 5)}, []cancel{back(9, 3), back(8, 5)},
			[][]take{nil, {{0, 5}}}, []likeness{larger, equal}},
		"too much for one is spread, newest first": {[]sale{bought(1, 3), bought(2, 4), bought(3, 5)},
			[]cancel{back(9, 8)}, [][]take{{{2, 5}, {1, 3}}}, []likeness{spread}},
		"too much for all takes what there is": {[]sale{bought(1, 3), bought(2, 4)}, []cancel{back(9, 8)},
			[][]take{{{1, 4}, {0, 3}}}, []likeness{excess}},
		"no sale, nothing taken": {nil, []cancel{back(9, 8)}, [][]take{nil}, []likeness{orphan}},
		"another customer's sale is not touched": {[]sale{other}, []cancel{back(9, 1)}, [][]take{nil},
			[]likeness{orphan}},
		"rows out of order are put in order": {[]sale{bought(5, 2), bought(1, 2)}, []cancel{back(3, 2)},
			[][]take{{{0, 2}}}, []likeness{equal}},
		"a fee is not given back above its price": {[]sale{bought(1, 5)}, []cancel{cheap}, [][]take{nil},
			[]likeness{larger}},
	} {
		t.Run(name, func(t *testing.T) {
			takes, likes := match(c.sales, c.cancels)
			if diff := cmp.Diff(c.takes, takes, cmp.AllowUnexported(take{})); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.likes, likes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Goods come back once: whatever is asked for, no sale gives more than it sold
// and no cancellation gets more than it asked for.
func TestMatchConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sales []sale
		var cancels []cancel
		for i := range rapid.IntRange(0, 40).Draw(t, "lines") {
			m := moment{at: rapid.Int64Range(0, 9).Draw(t, "at"), row: int32(i)}
			p := party{rapid.Uint32Range(0, 1).Draw(t, "customer"), rapid.Uint32Range(0, 1).Draw(t, "code")}
			qty := rapid.Int32Range(1, 9).Draw(t, "qty")
			if rapid.Bool().Draw(t, "cancels") {
				cancels = append(cancels, cancel{moment: m, party: p, qty: qty})
			} else {
				sales = append(sales, sale{moment: m, party: p, qty: qty, left: qty})
			}
		}
		takes, likes := match(sales, cancels)
		given := make([]int32, len(sales))
		for i, list := range takes {
			got := int32(0)
			for _, k := range list {
				s := sales[k.sale]
				if k.qty <= 0 || s.party != cancels[i].party || !s.moment.before(cancels[i].moment) {
					t.Fatalf("cancellation %+v takes %+v from %+v", cancels[i], k, s)
				}
				got += k.qty
				given[k.sale] += k.qty
			}
			if got > cancels[i].qty || likes[i] == orphan && got > 0 {
				t.Fatalf("cancellation %+v gets %d", cancels[i], got)
			}
		}
		for i, s := range sales {
			if s.left != s.qty-given[i] || s.left < 0 {
				t.Fatalf("sale %+v gave %d", s, given[i])
			}
		}
	})
}
