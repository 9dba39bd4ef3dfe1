package money

import (
	"fmt"
	"math/bits"
)

// Amount is money in minor units of a currency that stands beside it.
type Amount int64

// Limit bounds every amount to ±10^14 minor units. Larger figures are typing
// errors, and the bound keeps sums of them inside 63 bits.
const Limit Amount = 100_000_000_000_000

// Add gives a + b. Fault: ErrRange beyond Limit.
func (a Amount) Add(b Amount) (Amount, error) {
	sum := a + b
	// The sum overflowed when both operands have the sign that the sum lacks.
	if (a^sum)&(b^sum) < 0 || sum > Limit || sum < -Limit {
		return 0, ErrRange
	}
	return sum, nil
}

// Mul gives a * n, the price of n pieces. Fault: ErrRange beyond Limit.
func (a Amount) Mul(n int64) (Amount, error) {
	hi, lo := bits.Mul64(magnitude(int64(a)), magnitude(n))
	if hi != 0 || lo > uint64(Limit) {
		return 0, ErrRange
	}
	if (a < 0) != (n < 0) {
		return -Amount(lo), nil
	}
	return Amount(lo), nil
}

// Sum adds all amounts. Fault: ErrRange when a partial sum is beyond Limit.
func Sum(amounts ...Amount) (Amount, error) {
	var total Amount
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Format writes the amount with the decimals of the currency and no
// separators, "-1234.50"; Parse reads it back. An unknown currency is written
// with two decimals.
func (a Amount) Format(cur Currency) string {
	decimals, _ := cur.Exponent()
	digits := fmt.Sprintf("%0*d", decimals+1, magnitude(int64(a)))
	whole := len(digits) - decimals
	out := make([]byte, 0, len(digits)+2)
	if a < 0 {
		out = append(out, '-')
	}
	out = append(out, digits[:whole]...)
	if decimals > 0 {
		out = append(out, '.')
		out = append(out, digits[whole:]...)
	}
	return string(out)
}

// magnitude is |n|, also of the smallest int64.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
