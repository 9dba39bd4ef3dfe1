package money

import "strings"

// Currency is an ISO 4217 code in capitals, such as CNY.
type Currency string

// The currencies that the house names itself; any code of Exponent's table will do.
const (
	CNY Currency = "CNY"
	USD Currency = "USD"
	EUR Currency = "EUR"
	GBP Currency = "GBP"
	JPY Currency = "JPY"
	HKD Currency = "HKD"
)

// ParseCurrency reads an ISO code in any case, and RMB for CNY.
// Fault: ErrCurrency.
func ParseCurrency(text string) (Currency, error) {
	c := Currency(strings.ToUpper(strings.TrimSpace(text)))
	if c == "RMB" {
		c = CNY
	}
	if _, known := c.Exponent(); !known {
		return "", ErrCurrency
	}
	return c, nil
}

// Exponent tells how many decimals the currency has (ISO 4217) and whether the
// currency is known.
func (c Currency) Exponent() (decimals int, known bool) {
	switch c {
	case "CNY", "USD", "EUR", "GBP", "HKD", "TWD", "MOP", "SGD", "MYR", "THB", "PHP", "IDR", "INR", "AUD", "NZD",
		"CAD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RUB", "KZT", "TRY", "BRL", "MXN", "ZAR", "ILS",
		"AED", "SAR", "EGP", "NGN", "KES", "PKR", "BDT", "LKR", "MMK", "KHR", "LAK", "MNT":
		return 2, true
	case "JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF":
		return 0, true
	case "KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD":
		return 3, true
	}
	return 2, false
}

// signs gives the currencies a sign can stand for, as space-separated codes.
func signs(sign rune) (codes string, known bool) {
	switch sign {
	case '¥':
		return "CNY JPY", true
	case '$':
		return "USD HKD TWD SGD AUD NZD CAD MXN CLP", true
	case '£':
		return "GBP EGP", true
	case '€':
		return "EUR", true
	case '₩':
		return "KRW", true
	}
	return "", false
}
