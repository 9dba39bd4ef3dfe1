// Package money counts money exactly.
//
// An Amount is a whole number of minor units (fen, pence, cents); the currency
// stands beside it, never inside. There are no floats: text is parsed digit by
// digit, a share is cut by whole-number division, and what does not fit is
// refused with a sentence instead of rounded. No amount the house handles is
// beyond Limit, so a sum of tens of thousands of them still fits in 63 bits.
package money
