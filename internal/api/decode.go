package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"baihuo/internal/fault"
	"baihuo/internal/money"
)

// Decoding is strict, and fast while the input is good: one pass of the standard
// decoder that knows only our fields. Where it refuses, a second, slow pass walks
// the value beside our type and names every field that does not fit.

const (
	depthMax  = 16
	fieldsMax = 50
	// explainMax bounds the second pass, which holds the whole value many times over.
	explainMax = 1 << 20
)

// decode reads one JSON object into dest, a pointer to a struct.
func decode(raw []byte, dest any) *fault.Fault {
	if !utf8.Valid(raw) {
		return ErrUTF8
	}
	if tooDeep(raw) {
		return ErrDepth.With(depthMax)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(dest); err != nil || bytes.Contains(raw, []byte(`\u0000`)) || !isObject(raw) {
		if f := explain(raw, dest, err); f != nil {
			return f
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrTrailing
	}
	return nil
}

func isObject(raw []byte) bool {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	return len(raw) > 0 && raw[0] == '{'
}

// tooDeep counts brackets outside of strings.
func tooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > depthMax {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// explain says what is wrong with raw, nil when nothing is.
func explain(raw []byte, dest any, cause error) *fault.Fault {
	if len(raw) > explainMax {
		return explainShort(raw, cause)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		return ErrJSON.With(at)
	}
	w := walker{}
	w.walk("", value, reflect.TypeOf(dest).Elem())
	if w.fault == nil && cause != nil {
		return ErrFields.Wrap(cause)
	}
	return w.fault
}

// explainShort names what the decoder stumbled over first: more is not worth the
// memory of a large body.
func explainShort(raw []byte, cause error) *fault.Fault {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(cause, &syntax):
		return ErrJSON.With(syntax.Offset)
	case errors.As(cause, &kind) && kind.Field != "":
		return ErrFields.Field(shown(kind.Field), "类型不对", "is of the wrong type").Wrap(cause)
	case cause == nil && isObject(raw):
		return nil // a NUL somewhere: the database refuses it where it is to be kept
	}
	return ErrFields.Field("body", "含有不认识的字段或错误的值;减小每批数量可得到逐项说明",
		"holds a field we do not know or a wrong value; send fewer at once to be told which").Wrap(cause)
}

type walker struct{ fault *fault.Fault }

func (w *walker) add(path, zh, en string) {
	if w.fault == nil {
		w.fault = ErrFields
	}
	if path == "" {
		path = "body"
	}
	if len(w.fault.Fields) < fieldsMax {
		w.fault = w.fault.Field(path, zh, en)
	}
}

var rawType = reflect.TypeFor[json.RawMessage]()

// walk compares a decoded value with the type it is for.
func (w *walker) walk(path string, value any, t reflect.Type) {
	if value == nil && path != "" || t == rawType {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		w.walk(path, value, t.Elem())
	case reflect.Struct:
		w.object(path, value, t)
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			w.add(path, "应为数组 [...]", "must be a list [...]")
			return
		}
		for i, v := range list {
			w.walk(fmt.Sprintf("%s[%d]", path, i), v, t.Elem())
		}
	case reflect.Map:
		w.entries(path, value, t)
	case reflect.String:
		w.text(path, value)
	case reflect.Bool:
		if _, ok := value.(bool); !ok {
			w.add(path, "应为 true 或 false", "must be true or false")
		}
	case reflect.Int, reflect.Int64:
		w.whole(path, value)
	}
}

func (w *walker) object(path string, value any, t reflect.Type) {
	fields, ok := value.(map[string]any)
	if !ok {
		w.add(path, "应为对象 {...}", "must be an object {...}")
		return
	}
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		known[strings.Split(t.Field(i).Tag.Get("json"), ",")[0]] = t.Field(i).Type
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		at := strings.TrimPrefix(path+"."+shown(name), ".")
		if of, is := known[strings.ToLower(name)]; is {
			w.walk(at, fields[name], of)
		} else {
			w.add(at, "没有这个字段;请检查拼写", "is not a field we know; look at the spelling")
		}
	}
}

// entries walks a map, whose names are the sender's own.
func (w *walker) entries(path string, value any, t reflect.Type) {
	fields, ok := value.(map[string]any)
	if !ok {
		w.add(path, "应为对象 {...}", "must be an object {...}")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := strings.TrimPrefix(path+"."+shown(name), ".")
		w.text(at, name)
		w.walk(at, fields[name], t.Elem())
	}
}

func (w *walker) text(path string, value any) {
	switch v := value.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			w.add(path, "含有空字符 NUL,请删除", "holds a NUL character; remove it")
		}
	case json.Number:
		if money.Scientific(v.String()) {
			w.add(path, money.ErrMangled.ZH, money.ErrMangled.EN)
			return
		}
		w.add(path, `应为带引号的文本,例如 "12.30"`, `must be text in quotes, such as "12.30"`)
	default:
		w.add(path, "应为带引号的文本", "must be text in quotes")
	}
}

func (w *walker) whole(path string, value any) {
	n, ok := value.(json.Number)
	if !ok {
		w.add(path, "应为不带引号的整数", "must be a whole number without quotes")
		return
	}
	if money.Scientific(n.String()) {
		w.add(path, money.ErrMangled.ZH, money.ErrMangled.EN)
		return
	}
	if _, err := strconv.ParseInt(n.String(), 10, 64); err != nil {
		w.add(path, "应为整数,且不能过大", "must be a whole number, and not that large")
	}
}

// shown bounds a foreign field name in an answer.
func shown(name string) string {
	if utf8.RuneCountInString(name) > 60 {
		name = string([]rune(name)[:60]) + "…"
	}
	return strings.ReplaceAll(name, "\x00", "?")
}
