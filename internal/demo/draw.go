package demo

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// dice gives the dice of one named thing. The same seed and name give the same
// dice, whatever else was drawn before.
func dice(seed uint64, name ...any) *rand.Rand {
	h := fnv.New64a()
	for _, part := range name {
		fmt.Fprintf(h, "%v\x00", part)
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// chance is true in perMille of a thousand draws.
func chance(d *rand.Rand, perMille int) bool { return d.IntN(1000) < perMille }

// between draws a number from low to high, both included.
func between(d *rand.Rand, low, high int) int { return low + d.IntN(high-low+1) }

func one[T any](d *rand.Rand, list []T) T { return list[d.IntN(len(list))] }
