package money

import (
	"cmp"
	"math/bits"
	"slices"
)

// Split cuts total into one share per weight by the largest remainder: the sum
// of the shares is total to the cent, and each share is its exact part rounded
// down or up. Cents left over go to the largest remainders, the earlier line
// first where two are equal, so the same input always gives the same shares.
//
// A weight of zero or below gets nothing, unless no weight is above zero: then
// all count alike. A negative total gives the negated shares of its opposite,
// so a refund takes back exactly what was given. No weights give no shares.
func Split(total Amount, weights []int64) []Amount {
	if len(weights) == 0 {
		return nil
	}
	parts, sum := fit(weights)
	shares := make([]Amount, len(parts))
	remainders := make([]uint64, len(parts))
	left := magnitude(int64(total))
	whole := left
	for i, part := range parts {
		// The quotient fits: part <= sum, so it is never above whole.
		hi, lo := bits.Mul64(whole, part)
		var share uint64
		share, remainders[i] = bits.Div64(hi, lo, sum)
		shares[i] = Amount(share)
		left -= share
	}
	for _, i := range byRemainder(remainders, left) {
		shares[i]++
	}
	if total < 0 {
		for i := range shares {
			shares[i] = -shares[i]
		}
	}
	return shares
}

// fit makes the weights non-negative and their sum a positive uint64. Weights
// too large to be summed are all halved alike until they can be.
func fit(weights []int64) (parts []uint64, sum uint64) {
	parts = make([]uint64, len(weights))
	largest := int64(0)
	for _, w := range weights {
		largest = max(largest, w)
	}
	shift := max(0, bits.Len64(uint64(largest))+bits.Len(uint(len(weights)))-64)
	for i, w := range weights {
		parts[i] = uint64(max(w, 0)) >> shift
		if largest == 0 {
			parts[i] = 1
		}
		sum += parts[i]
	}
	return parts, sum
}

// byRemainder names the lines that get one of the left cents. There are always
// fewer of these than remainders above zero.
func byRemainder(remainders []uint64, left uint64) []int {
	if left == 0 {
		return nil
	}
	order := make([]int, len(remainders))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	return order[:left]
}
