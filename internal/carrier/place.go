package carrier

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"baihuo/internal/fault"
)

// readPlace reads a place as a tariff sheet writes it: a code of two to six digits,
// the six-digit code of a province or city (330000), or a province by name.
func readPlace(text string) (string, *fault.Fault) {
	text = width.Narrow.String(strings.TrimSpace(text))
	if len(text) == 6 && isPlace(text) {
		for len(text) > 2 && strings.HasSuffix(text, "00") {
			text = text[:len(text)-2]
		}
	}
	if isPlace(text) {
		return text, nil
	}
	for _, suffix := range []string{"省", "市", "特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区"} {
		text = strings.TrimSuffix(text, suffix)
	}
	if code := provinceCode(text); code != "" {
		return code, nil
	}
	return "", errPlace
}

// readPlaces reads a list of places, as zones are written: 上海、江苏、浙江.
func readPlaces(text string) ([]string, *fault.Fault) {
	var places []string
	between := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，;；/|、", r) }
	for _, one := range strings.FieldsFunc(text, between) {
		place, f := readPlace(one)
		if f != nil {
			return nil, f
		}
		places = append(places, place)
	}
	if len(places) == 0 || len(places) > placesMax {
		return nil, errPlace
	}
	return distinct(places), nil
}

const placesMax = 200

// provinces are the names of the provinces, each behind the first two digits of its
// region codes (GB/T 2260).
const provinces = " 11北京 12天津 13河北 14山西 15内蒙古 21辽宁 22吉林 23黑龙江" +
	" 31上海 32江苏 33浙江 34安徽 35福建 36江西 37山东" +
	" 41河南 42湖北 43湖南 44广东 45广西 46海南 50重庆" +
	" 51四川 52贵州 53云南 54西藏 61陕西 62甘肃 63青海 64宁夏 65新疆 71台湾 81香港 82澳门 "

func provinceCode(name string) string {
	at := strings.Index(provinces, name+" ")
	if at > 2 && provinces[at-3] == ' ' && !strings.ContainsAny(name, " 0123456789") {
		return provinces[at-2 : at]
	}
	return ""
}
