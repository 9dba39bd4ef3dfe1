package seal

import (
	"strings"
	"unicode"
)

// MaskPhone shows the first three and the last four digits of a mobile
// (138****8000), the area code and the last four of a landline (0571-****4321), and
// hides an extension (188****1111-***). Of other numbers it shows at most the last
// four, of short ones the last two. Country code 86, blanks and words are left out.
func MaskPhone(phone string) string {
	phone = strings.TrimSpace(phone)
	if phone == "" {
		return ""
	}
	if strings.ContainsFunc(phone, isStar) {
		return maskStarred(phone)
	}
	groups := digitGroups(phone)
	digits := strings.Join(groups, "")
	if home, cut := cutCountry(digits); cut > 0 {
		digits, groups = home, cutGroups(groups, cut)
	}
	head, tail, rest, ok := splitMobile(digits)
	if !ok {
		head, tail, rest, ok = splitLandline(digits, groups)
	}
	if ok {
		if rest != "" {
			tail += "-" + wordStars
		}
		return head + phoneStars + tail
	}
	switch n := len(digits); {
	case n >= 11:
		return digits[:3] + phoneStars + digits[n-4:]
	case n >= 8:
		return phoneStars + digits[n-4:]
	case n >= 5:
		return phoneStars + digits[n-2:]
	}
	return phoneStars
}

// maskStarred keeps a platform's mask: at most four digits on each side of the
// stars. Digits behind those (the extension of a virtual number) are hidden; what
// shows more is no mask, and nothing of it is kept.
func maskStarred(phone string) string {
	before, after := 0, 0
	stars, cut := false, false
	for i, r := range phone {
		digit := unicode.IsDigit(r)
		switch {
		case isStar(r):
			stars = true
			if after > 0 { // stars again: the hidden extension of our own mask
				cut = true
			}
		case digit && cut:
			return phoneStars
		case digit && !stars:
			before++
		case digit:
			after++
		case after > 0 && len(digitGroups(phone[i:])) > 0:
			if before > 4 || after > 4 {
				return phoneStars
			}
			return phone[:i] + "-" + wordStars
		}
		if before > 4 || after > 4 {
			return phoneStars
		}
	}
	return phone
}

// digitGroups gives the runs of digits, full-width ones made plain.
func digitGroups(text string) []string {
	plain := strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, text)
	return strings.FieldsFunc(plain, func(r rune) bool { return r < '0' || r > '9' })
}

// cutCountry takes 86 or 0086 off a mobile or a landline and says how many digits went.
func cutCountry(digits string) (home string, cut int) {
	for _, prefix := range []string{"0086", "86"} {
		if home, found := strings.CutPrefix(digits, prefix); found && len(home) >= 10 && (home[0] == '1' || home[0] == '0') {
			return home, len(prefix)
		}
	}
	return digits, 0
}

// cutGroups takes n digits off the front of the groups.
func cutGroups(groups []string, n int) []string {
	for len(groups) > 0 && n >= len(groups[0]) {
		n -= len(groups[0])
		groups = groups[1:]
	}
	if n == 0 || len(groups) == 0 {
		return groups
	}
	return append([]string{groups[0][n:]}, groups[1:]...)
}

// splitMobile reads 11 digits that begin with 1, or ten that begin with 400 or 800;
// more digits are an extension.
func splitMobile(digits string) (head, tail, rest string, ok bool) {
	n := 0
	switch {
	case len(digits) >= 11 && digits[0] == '1':
		n = 11
	case len(digits) >= 10 && (digits[:3] == "400" || digits[:3] == "800"):
		n = 10
	default:
		return "", "", "", false
	}
	return digits[:3], digits[n-4 : n], digits[n:], true
}

// splitLandline reads an area code (010, 02x, else four digits) and a number of
// seven or eight digits. Where it ends the separators say, if there are any.
func splitLandline(digits string, groups []string) (head, tail, rest string, ok bool) {
	if len(digits) < 10 || digits[0] != '0' || digits[1] == '0' {
		return "", "", "", false
	}
	area := 4
	if digits[1] <= '2' {
		area = 3
	}
	local := min(8, len(digits)-area)
	if len(groups) > 1 && len(groups[0]) == area && (len(groups[1]) == 7 || len(groups[1]) == 8) {
		local = len(groups[1])
	}
	end := area + local
	return digits[:area] + "-", digits[end-4 : end], digits[end:], local >= 7
}
