package seal

import (
	"strings"
	"unicode"
)

// The masks are the same everywhere: on pages, in logs, in exports. A value that
// arrives masked from a platform stays as it is, but a star alone proves nothing: a
// buyer may type one. What shows more than a mask would is masked again.
const (
	nameStar    = "*"
	wordStars   = "***"
	phoneStars  = "****"
	addressStar = "***"
	// bit is how many characters of a place without a road are shown.
	bit = 2
)

// MaskName shows the first and the last character (陈*平), of two only the first
// (陈*), of one none. Of a name in Latin letters it shows the first letter of the
// first and of the last word (J*** S***).
func MaskName(name string) string {
	runes := make([]rune, 0, len(name))
	shown, starred := 0, false
	for _, r := range strings.TrimSpace(name) {
		switch {
		case isStar(r):
			starred = true
		case !unicode.IsSpace(r):
			shown++
		}
		runes = append(runes, r)
	}
	switch {
	case len(runes) == 0:
		return ""
	case starred && shown <= bit:
		return string(runes)
	case isLatin(runes):
		return maskWords(strings.FieldsFunc(string(runes), func(r rune) bool { return unicode.IsSpace(r) || isStar(r) }))
	}
	runes = plainRunes(runes)
	switch len(runes) {
	case 1:
		return nameStar
	case 2:
		return string(runes[0]) + nameStar
	}
	return string(runes[0]) + nameStar + string(runes[len(runes)-1])
}

// maskWords shows the first letter of the first and the last word.
func maskWords(words []string) string {
	short := func(word string) string {
		runes := []rune(word)
		if len(runes) == 1 {
			return wordStars
		}
		return string(runes[0]) + wordStars
	}
	if len(words) == 1 {
		return short(words[0])
	}
	return short(words[0]) + " " + short(words[len(words)-1])
}

// plainRunes leaves out blanks and stars.
func plainRunes(runes []rune) []rune {
	plain := runes[:0:0]
	for _, r := range runes {
		if !unicode.IsSpace(r) && !isStar(r) {
			plain = append(plain, r)
		}
	}
	return plain
}

// isLatin says that the text has letters and all of them are of a script that
// writes names as words.
func isLatin(runes []rune) bool {
	found := false
	for _, r := range runes {
		if unicode.IsLetter(r) {
			if !unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) {
				return false
			}
			found = true
		}
	}
	return found
}

func isStar(r rune) bool { return r == '*' || r == '＊' }

// MaskAddress shows the division (省市区县, 街道镇乡) and the road, or two characters
// where no road is named, and never a number: 浙江省杭州市余杭区文三西路***, 白虎路***.
func MaskAddress(address string) string {
	runes := []rune(strings.TrimSpace(address))
	if len(runes) == 0 {
		return ""
	}
	if kept, ok := maskedAddress(runes); ok {
		return kept
	}
	for i, r := range runes {
		if unicode.IsDigit(r) || isStar(r) {
			runes = runes[:i]
			break
		}
	}
	end := divisionEnd(runes)
	return strings.TrimSpace(string(runes[:roadEnd(runes, end)])) + addressStar
}

// maskedAddress recognises a platform's mask: two stars or more in a row, no longer
// number before them, and little behind them. More than a few characters behind the
// stars, or a number there, is left out.
func maskedAddress(runes []rune) (kept string, ok bool) {
	const digitsMost, tailMost = 4, 4
	digits := 0
	for i, r := range runes {
		if unicode.IsDigit(r) {
			digits++
		}
		if i == 0 || !isStar(r) || !isStar(runes[i-1]) {
			continue
		}
		end := i + 1
		for end < len(runes) && isStar(runes[end]) {
			end++
		}
		tail := runes[end:]
		if len(tail) > tailMost || strings.ContainsFunc(string(tail), unicode.IsDigit) {
			tail = nil
		}
		return string(runes[:end]) + string(tail), digits <= digitsMost
	}
	return "", false
}

// divisionLevels are the last characters of division names, level by level.
var divisionLevels = [...]string{"省市区", "市州盟区", "区县市旗", "道镇乡木"}

// divisionEnd finds where the names of divisions end. A name has two to nine
// characters; 小区, 社区 and the like are places of living, not divisions.
func divisionEnd(runes []rune) int {
	const nameMost = 9
	end := 0
	for level, suffixes := range divisionLevels {
		for i := end + 1; i < len(runes) && i < end+nameMost; i++ {
			if strings.ContainsRune(suffixes, runes[i]) && endsDivision(level, runes[i-1], runes[i]) {
				end = i + 1
				break
			}
		}
	}
	// A repeated prefix (浙江省杭州市浙江省杭州市...) is common.
	if end > 0 && end < len(runes) && strings.HasPrefix(string(runes[end:]), string(runes[:bit])) {
		return end + divisionEnd(runes[end:])
	}
	return end
}

// endsDivision looks at the character before a suffix: 街道 but not 大道, 自治区 but
// not 小区, 苏木 but not a tree.
func endsDivision(level int, before, suffix rune) bool {
	switch suffix {
	case '道':
		return before == '街'
	case '木':
		return before == '苏'
	case '区':
		if level == 0 {
			return before == '治' || before == '政'
		}
		if level == 1 {
			return before == '地'
		}
		return !strings.ContainsRune("小社园校厂库住宿", before)
	}
	return true
}

// roadEnd finds the end of the road's name behind the division, else gives two
// characters more, but never all there is.
func roadEnd(runes []rune, from int) int {
	const nameMost = 8
	for i := from + 1; i < len(runes) && i < from+nameMost; i++ {
		if strings.ContainsRune("路街道巷弄", runes[i]) || runes[i-1] == '胡' && runes[i] == '同' {
			return i + 1
		}
	}
	if len(runes)-from <= bit {
		return from
	}
	return from + bit
}
