package shipping

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"baihuo/internal/db"
)

// mobile is a Chinese mobile number, as carriers write it into their news.
var mobile = regexp.MustCompile(`(^|[^0-9])(00)?(86)?1[3-9][0-9]{9}($|[^0-9])`)

// Whatever a carrier says of a parcel becomes text that both databases take, within its
// bounds, without a mobile number in it; saying it again changes nothing, so it is the
// same news.
func FuzzNews(f *testing.F) {
	for _, seed := range []string{"", "已揽收", "快递员 13812345678 正在派送", "电话+8613812345678", "008613812345678", "\x00\xff", "13812345678", strings.Repeat("长", 600), " \u2028 ", "1381234567", "138123456789",
		"SF1381234567890", "１３８１２３４５６７８"} {
		f.Add(seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, code, text, place string) {
		e := Event{Code: code, State: Parcel(code), Text: text, Place: place}.tidy(7)
		for name, one := range map[string]string{"code": e.Code, "state": string(e.State), "text": e.Text, "place": e.Place} {
			if !utf8.ValidString(one) || strings.ContainsRune(one, 0) || utf8.RuneCountInString(one) > textMax {
				t.Errorf("the %s of %q, %q, %q cannot be kept: %q", name, code, text, place, one)
			}
		}
		if utf8.RuneCountInString(e.Code) > codeMax {
			t.Errorf("the code %q is too long", e.Code)
		}
		for _, one := range []string{e.Text, e.Place} {
			if mobile.MatchString(one) {
				t.Errorf("a number is left in %q", one)
			}
		}
		if again := e.tidy(db.Instant(7)); again != e {
			t.Errorf("told again it is other news: %+v, was %+v", again, e)
		}
	})
}
