package people

import (
	"math/rand/v2"
	"sort"
)

// one draws a member of list, each as likely as the other.
func one[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// chance is true in perMille of a thousand draws.
func chance(rng *rand.Rand, perMille int) bool { return rng.IntN(1000) < perMille }

// picker draws indexes in proportion to whole-number weights, of which at least one is above 0.
type picker []int

func newPicker[T any](list []T, weight func(T) int) picker {
	sums, sum := make(picker, len(list)), 0
	for i, member := range list {
		sum += weight(member)
		sums[i] = sum
	}
	return sums
}

func (p picker) pick(rng *rand.Rand) int {
	return sort.SearchInts(p, rng.IntN(p[len(p)-1])+1)
}
