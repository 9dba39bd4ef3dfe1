package address

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Key gives a text that is equal for two spellings of one address, for merging orders: the division's code (with names
// where the code stops above the district), the street, and the detail without punctuation, with numbers of houses,
// buildings, units and rooms brought to one form: 100号3幢201室, 100 号 3 栋 201 and 100-3-201 are the same.
//
// It is empty for masked addresses and for those without a division or a detail: two of them need not be one place.
// The key holds the address in the clear. Store a keyed digest of it, never the key.
func Key(p Parsed) string {
	if p.Masked() || p.Province == "" {
		return ""
	}
	detail := plainDetail(p.Detail)
	if detail == "" {
		return ""
	}
	division := p.Code
	if len(division) < 6 {
		division += p.City + p.District
	}
	return division + "|" + p.Street + "|" + detail
}

// plainDetail writes a detail in its comparing form: small narrow letters, digits and Han; one "-" wherever a number
// ends and another token follows.
func plainDetail(detail string) string {
	text := []rune(strings.ToLower(norm.NFKC.String(detail)))
	out := make([]rune, 0, len(text))
	gap := false
	for i := 0; i < len(text); {
		if size := counterSize(text[i:]); size > 0 && endsNumber(out) {
			gap, i = true, i+size
			continue
		}
		if value, size := hanNumber(text[i:]); size > 0 {
			out = appendToken(out, gap, []rune(value)...)
			gap, i = true, i+size
			continue
		}
		r := text[i]
		i++
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = true
			continue
		}
		out = appendToken(out, gap, r)
		gap = false
	}
	return string(out)
}

// appendToken keeps 1-23 and 12-3 apart: a gap counts between two numbers, and nowhere else.
func appendToken(out []rune, gap bool, token ...rune) []rune {
	if gap && endsNumber(out) && isNumber(token[0]) {
		out = append(out, '-')
	}
	return append(out, token...)
}

func isNumber(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' }

func endsNumber(out []rune) bool { return len(out) > 0 && isNumber(out[len(out)-1]) }

var counters = [...]string{"号楼", "号院", "号", "幢", "栋", "座", "单元", "室", "房", "户", "#"}

// counterSize gives the runes of the counting word at the front, 0 if there is none.
func counterSize(text []rune) int {
	for _, counter := range counters {
		if word := []rune(counter); len(text) >= len(word) && equal(word, text[:len(word)]) {
			return len(word)
		}
	}
	return 0
}

// hanNumber reads 三 or 十二 directly before a counting word as a number: 三单元 is 3单元, 三里屯 stays.
func hanNumber(text []rune) (value string, size int) {
	const digits = "零一二三四五六七八九"
	digit := func(r rune) int {
		if at := strings.IndexRune(digits, r); at >= 0 {
			return at / len("零")
		}
		return -1
	}
	n, at := 0, 0
	if len(text) > 0 && digit(text[0]) > 0 {
		n, at = digit(text[0]), 1
	}
	if at < len(text) && text[at] == '十' {
		n, at = max(n, 1)*10, at+1
		if at < len(text) && digit(text[at]) > 0 {
			n, at = n+digit(text[at]), at+1
		}
	}
	if at == 0 {
		return "", 0
	}
	counter := counterSize(text[at:])
	if counter == 0 {
		return "", 0
	}
	if n >= 10 {
		value = string(rune('0' + n/10))
	}
	return value + string(rune('0'+n%10)), at + counter
}
