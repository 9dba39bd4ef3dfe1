package money

import (
	"strings"
	"unicode/utf8"
)

// Parse reads an amount as people and platforms write it: "12.30", "1,234.50",
// "-0.5", "￥12", "12元", also in full-width digits. Decimals beyond those of
// the currency are accepted when they are zeros. Nothing is rounded.
//
// Faults: ErrCurrency, ErrEmpty, ErrNotNumber, ErrMangled (1.3E+10), ErrComma,
// ErrDecimals, ErrSymbol (a sign of another currency), ErrRange.
func Parse(text string, cur Currency) (Amount, error) {
	decimals, known := cur.Exponent()
	if !known {
		return 0, ErrCurrency
	}
	return parse(text, cur, decimals)
}

// ParseMinor reads an amount written as a whole number of minor units, "1230".
// Faults as Parse.
func ParseMinor(text string) (Amount, error) { return parse(text, "", 0) }

func parse(text string, cur Currency, decimals int) (Amount, error) {
	body, negative, err := strip(narrow(text), cur)
	if err != nil {
		return 0, err
	}
	if Scientific(body) {
		return 0, ErrMangled
	}
	whole, fraction, pointed := strings.Cut(body, ".")
	if err := shaped(whole, fraction, pointed); err != nil {
		return 0, err
	}
	kept := fraction[:min(decimals, len(fraction))]
	if strings.Trim(fraction[len(kept):], "0") != "" {
		return 0, ErrDecimals
	}
	var minor Amount
	for _, part := range [...]string{whole, kept, "000"[:decimals-len(kept)]} {
		for i := range len(part) {
			if part[i] == ',' {
				continue
			}
			if minor = minor*10 + Amount(part[i]-'0'); minor > Limit {
				return 0, ErrRange
			}
		}
	}
	if negative {
		minor = -minor
	}
	return minor, nil
}

// strip takes sign and currency sign off and hands on what should be digits.
func strip(text string, cur Currency) (body string, negative bool, err error) {
	signed, marked := false, false
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		codes, isMark := signs(r)
		switch {
		case (r == '-' || r == '+') && !signed:
			signed, negative = true, r == '-'
		case isMark && !marked:
			if cur == "" || !strings.Contains(codes, string(cur)) {
				return "", false, ErrSymbol
			}
			marked = true
		default:
			return unit(text, cur, marked, negative)
		}
		text = strings.TrimLeft(text[size:], " ")
	}
	return "", false, ErrEmpty
}

// unit takes a trailing 元 off; a second mark, or one of another currency, is refused.
func unit(text string, cur Currency, marked, negative bool) (string, bool, error) {
	last, size := utf8.DecodeLastRuneInString(text)
	if last != '元' && last != '円' {
		return text, negative, nil
	}
	if (last == '元' && cur != CNY) || (last == '円' && cur != JPY) {
		return "", false, ErrSymbol
	}
	if marked && last == '円' {
		return "", false, ErrNotNumber
	}
	return strings.TrimRight(text[:len(text)-size], " "), negative, nil
}

// shaped says whether whole and fraction are digits with commas in their place.
func shaped(whole, fraction string, pointed bool) error {
	if whole == "" && fraction == "" || pointed && fraction == "" {
		return ErrNotNumber
	}
	if strings.Trim(fraction, "0123456789") != "" {
		if strings.Trim(fraction, "0123456789,") == "" && strings.Trim(whole, "0123456789") == "" {
			return ErrComma
		}
		return ErrNotNumber
	}
	if strings.Trim(whole, "0123456789,") != "" {
		return ErrNotNumber
	}
	if !strings.Contains(whole, ",") {
		return nil
	}
	for i, group := range strings.Split(whole, ",") {
		if i == 0 && (group == "" || len(group) > 3) || i > 0 && len(group) != 3 {
			return ErrComma
		}
	}
	return nil
}

// Scientific says whether the text is a number in scientific notation, which
// in a shop's file always means that a spreadsheet has shortened it.
func Scientific(text string) bool {
	at := strings.IndexAny(text, "eE")
	if at < 1 {
		return false
	}
	mantissa, power := text[:at], text[at+1:]
	if power != "" && (power[0] == '+' || power[0] == '-') {
		power = power[1:]
	}
	return power != "" && strings.Trim(power, "0123456789") == "" &&
		strings.Trim(mantissa, "0123456789.,") == "" && strings.ContainsAny(mantissa, "0123456789")
}

// narrow trims white space and turns the full-width forms that Chinese input
// methods produce into ASCII.
func narrow(text string) string {
	text = strings.TrimSpace(text)
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.TrimSpace(strings.Map(narrowRune, text))
		}
	}
	return text
}

func narrowRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '￥':
		return '¥'
	case r == '　' || r == '\u00a0':
		return ' '
	case r == '−':
		return '-'
	}
	return r
}
