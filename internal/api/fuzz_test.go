package api

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// Whatever stands behind the question mark of a list is read or refused with a
// sentence; it never panics, and what is read keeps to its bounds.
func FuzzFilters(f *testing.F) {
	for _, seed := range []string{"", "word=reviewed&shop=TB&limit=50", "before=O-7&blocked=true", "limit=0", "limit=501", "word=%00", "a=%zz", "phone=13800138000", "external_no=%F0%9F%99%82",
		"before=O-99999999999999999999", "limit=50&limit=60"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var orders ordersQuery
		if err := readQuery(text, &orders); err == nil {
			if orders.Limit < 1 || orders.Limit > 500 {
				t.Errorf("%q: limit %d", text, orders.Limit)
			}
			if !utf8.ValidString(orders.Number+orders.Phone+orders.Shop) || bytes.ContainsRune([]byte(orders.Number), 0) {
				t.Errorf("%q: a text that no database takes", text)
			}
		}
		var stock stockQuery
		_ = readQuery(text, &stock) // must not panic
		var packages packagesQuery
		_ = readQuery(text, &packages)
		var imports importQuery
		_ = readQuery(text, &imports)
	})
}

// Whatever a body holds is an order or a refusal with a sentence in both languages.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `null`, `{"shop":"TB","external_no":"1","ordered_at":"2026-11-11T08:00:00+08:00","lines":[{"code":"A","qty":1,"price":"9.90"}]}`,
		`{"lines":[{"qty":1e400}]}`, `{"shop":"\u0000"}`, `{"shop":"a","shop":"b"}`, `{"lines":` + string(bytes.Repeat([]byte("["), 2000))} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var o orderBody
		if fault := decode(body, &o); fault != nil {
			if fault.Code == "" || fault.ZH == "" || fault.EN == "" {
				t.Errorf("%q is refused without a sentence: %v", body, fault)
			}
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Errorf("%q is no JSON and was read", body)
		}
	})
}
