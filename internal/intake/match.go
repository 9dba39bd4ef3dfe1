package intake

import (
	"cmp"
	"slices"
)

// Matching finds out which sale each cancellation takes back: of the same
// customer and code the latest earlier sale with enough left, else as much as
// there is of several, newest first. No customer counts as one customer.
//
// It works on the whole file at once and is pure, so that it does not matter in
// what order the rows stand: time decides, and the row's place between equals.

// party is what a cancellation and its sale have in common.
type party struct{ customer, code uint32 }

// moment orders lines by time, then by their place in the file.
type moment struct {
	at  int64
	row int32
}

func (m moment) before(o moment) bool { return m.compare(o) < 0 }

func (m moment) compare(o moment) int {
	return cmp.Or(cmp.Compare(m.at, o.at), cmp.Compare(m.row, o.row))
}

// sale is one line that can be taken back.
type sale struct {
	moment
	party
	price  int64
	qty    int32
	left   int32 // not yet taken back
	order  int32 // which of the file's orders
	line   int32 // position in it, from 1
	before int32 // the sale of the same party before it, -1 for none
}

// cancel asks for qty pieces back, at price each.
type cancel struct {
	moment
	party
	price int64
	qty   int32
	// priced: only what was sold at this price or above is taken back. A fee's code
	// says little, and nobody gives back more than was paid.
	priced bool
}

// take is what a cancellation gets from one sale.
type take struct {
	sale int32 // index into the sales
	qty  int32
}

// likeness says what a cancellation finds when nothing is taken back before it.
type likeness uint8

const (
	orphan likeness = iota // no earlier sale at all
	excess                 // more than was ever sold
	spread                 // only several sales together are enough
	larger                 // a sale of more
	equal                  // a sale of just as much
)

// match gives for each cancellation, in the order given, what it takes back from
// which sales and what it resembles. It sorts sales and uses their left.
func match(sales []sale, cancels []cancel) ([][]take, []likeness) {
	if !slices.IsSortedFunc(sales, bySale) {
		slices.SortFunc(sales, bySale)
	}
	order := make([]int, len(cancels))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cancels[a].compare(cancels[b].moment) })
	takes, likes := make([][]take, len(cancels)), make([]likeness, len(cancels))
	last := map[party]int32{}
	next := 0
	for _, i := range order {
		c := cancels[i]
		for ; next < len(sales) && sales[next].moment.before(c.moment); next++ {
			s := &sales[next]
			if before, known := last[s.party]; known {
				s.before = before
			} else {
				s.before = -1
			}
			last[s.party] = int32(next)
		}
		newest, known := last[c.party]
		if !known {
			newest = -1
		}
		likes[i] = c.resembles(sales, newest)
		takes[i] = c.takeFrom(sales, newest)
	}
	return takes, likes
}

func bySale(a, b sale) int { return a.compare(b.moment) }

func (c cancel) resembles(sales []sale, newest int32) likeness {
	like, sum := orphan, int64(0)
	for n := newest; n >= 0; n = sales[n].before {
		qty := sales[n].qty
		sum += int64(qty)
		switch {
		case qty == c.qty:
			return equal
		case qty > c.qty:
			like = larger
		}
	}
	switch {
	case like == larger || newest < 0:
		return like
	case sum >= int64(c.qty):
		return spread
	}
	return excess
}

func (c cancel) takeFrom(sales []sale, newest int32) []take {
	for n := newest; n >= 0; n = sales[n].before {
		if s := &sales[n]; c.mayTake(s) && s.left >= c.qty {
			s.left -= c.qty
			return []take{{n, c.qty}}
		}
	}
	var takes []take
	wanted := c.qty
	for n := newest; n >= 0 && wanted > 0; n = sales[n].before {
		s := &sales[n]
		if got := min(s.left, wanted); got > 0 && c.mayTake(s) {
			s.left -= got
			wanted -= got
			takes = append(takes, take{n, got})
		}
	}
	return takes
}

func (c cancel) mayTake(s *sale) bool { return !c.priced || s.price >= c.price }
