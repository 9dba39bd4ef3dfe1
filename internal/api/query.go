package api

import (
	"cmp"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// A query is read into a struct whose fields are tagged `query:"name"`: text,
// bool, int64, []string (repeated or with commas), db.Instant (RFC 3339) and the
// identities of idKinds. `max` bounds a number or the bytes of a text, `enum` names
// the words a text may be. What is not in the struct is refused, so that a
// misspelled filter does not silently list everything.

var (
	instantType = reflect.TypeFor[db.Instant]()
	idKinds     = map[reflect.Type]string{
		reflect.TypeFor[id.Order](): "O", reflect.TypeFor[id.Line](): "L", reflect.TypeFor[id.Package](): "P",
		reflect.TypeFor[id.Staff](): "S", reflect.TypeFor[id.Key](): "K", reflect.TypeFor[id.Job](): "J",
		reflect.TypeFor[id.Exception](): "X", reflect.TypeFor[id.Rule](): "R", reflect.TypeFor[id.Import](): "I",
		reflect.TypeFor[id.Stock](): "ST", reflect.TypeFor[id.Endpoint](): "E", reflect.TypeFor[id.Delivery](): "D", reflect.TypeFor[id.PickList](): "PL", reflect.TypeFor[id.Recipient](): "RC",
	}
)

func readQuery[Q any](text string, dest *Q) error {
	query, err := url.ParseQuery(text)
	if err != nil {
		return ErrQuery.Wrap(err)
	}
	v := reflect.ValueOf(dest).Elem()
	bad := ErrQuery
	known := map[string]bool{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Tag.Get("query")
		known[name] = true
		if values := query[name]; len(values) > 0 {
			if zh, en := setQuery(v.Field(i), field, values); zh != "" {
				bad = bad.Field(name, zh, en)
			}
		} else if text := field.Tag.Get("default"); text != "" {
			setQuery(v.Field(i), field, []string{text})
		}
	}
	for name := range query {
		if !known[name] && len(bad.Fields) < fieldsMax {
			bad = bad.Field(shown(name), "没有这个参数", "is not a parameter we know")
		}
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	slices.SortFunc(bad.Fields, func(a, b fault.Field) int { return cmp.Compare(a.Name, b.Name) })
	return bad
}

const queryTextMax = 200

// setQuery sets one field and says what is wrong with its value.
func setQuery(v reflect.Value, field reflect.StructField, values []string) (zh, en string) {
	text := values[0]
	if len(values) > 1 && field.Type.Kind() != reflect.Slice {
		return "只能出现一次", "is given once only"
	}
	if prefix, isID := idKinds[field.Type]; isID {
		n, ok := id.Parse(prefix, text)
		v.SetInt(n)
		if !ok {
			return "应为 " + prefix + "- 开头的编号", "is a number such as " + prefix + "-123"
		}
		return "", ""
	}
	switch {
	case field.Type == instantType:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return "时间应为 RFC 3339,例如 2026-11-11T08:00:00+08:00", "is an RFC 3339 time such as 2026-11-11T08:00:00+08:00"
		}
		v.SetInt(int64(db.At(at)))
	case field.Type.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return "只能是 true 或 false", "is true or false"
		}
		v.SetBool(text == "true")
	case field.Type.Kind() == reflect.Int64:
		top, _ := strconv.ParseInt(cmp.Or(field.Tag.Get("max"), "9223372036854775807"), 10, 64)
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || n > top { // no parameter counts from 0
			return "应为 1 到 " + strconv.FormatInt(top, 10) + " 的整数", "is a whole number from 1 to " + strconv.FormatInt(top, 10)
		}
		v.SetInt(n)
	case field.Type.Kind() == reflect.Slice:
		list := strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return r == ',' })
		if len(list) > 500 {
			return "最多 500 个", "is at most 500 values"
		}
		for _, one := range list {
			if zh, en := textFits(one, field); zh != "" {
				return zh, en
			}
		}
		v.Set(reflect.ValueOf(list))
	default:
		if zh, en := textFits(text, field); zh != "" {
			return zh, en
		}
		v.SetString(text)
	}
	return "", ""
}

func textFits(text string, field reflect.StructField) (zh, en string) {
	longest := queryTextMax
	if n, err := strconv.Atoi(field.Tag.Get("max")); err == nil {
		longest = n
	}
	if len(text) > longest || !storable(text) {
		return "太长或含有无效字符", "is too long or holds characters that are no text"
	}
	if enum := field.Tag.Get("enum"); enum != "" && !slices.Contains(strings.Split(enum, ","), text) {
		return "只能是 " + strings.ReplaceAll(enum, ",", "、"), "is one of " + strings.ReplaceAll(enum, ",", ", ")
	}
	return "", ""
}

// storable says that a database takes the text.
func storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }
