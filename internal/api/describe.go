package api

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"baihuo/internal/staff"
)

// The description of the API (OpenAPI 3.1) is made from the route table and the Go
// types it names; huma turns types into schemas. docs/decisions says why requests
// are read by decode.go all the same.

var pathPart = regexp.MustCompile(`\{(\w+)\}`)

// Describe gives the OpenAPI description of all routes, the same bytes each time.
func Describe(routes []Route) *huma.OpenAPI {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	o := &huma.OpenAPI{OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Baihuo 百货", Version: "1", License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			Description: "The order hub. Every command carries an Idempotency-Key: the same key and content hear the same answer. " +
				"Errors are RFC 9457 problems with a stable code, in the caller's language (Accept-Language: zh or en)."},
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"key": {Type: "http", Scheme: "bearer", Description: "An API key: Authorization: Bearer bh_…"}}},
		Paths: map[string]*huma.PathItem{}}
	problemSchema := registry.Schema(reflect.TypeFor[problem](), true, "Problem")
	for _, r := range routes {
		addOperation(o, r, problemSchema)
	}
	return o
}

func addOperation(o *huma.OpenAPI, r Route, problemSchema *huma.Schema) {
	registry := o.Components.Schemas
	op := &huma.Operation{Method: r.Method, Path: r.Path, OperationID: r.Name, Summary: r.EN, Description: r.ZH,
		Tags: []string{tagOf(r.Path)}, Responses: map[string]*huma.Response{},
		Extensions: map[string]any{"x-permit": string(r.Permit), "x-zh": r.ZH}}
	if r.Permit != staff.Public {
		op.Security = []map[string][]string{{"key": {}}}
	}
	op.Parameters = paramsOf(r)
	op.RequestBody = requestBody(registry, r)
	op.Responses[strconv.Itoa(r.status)] = goodResponse(registry, r)
	if r.Name == placeOrders { // a repeat of an order is no new one, and a list has an answer for each
		op.Responses["201"] = goodResponse(registry, r)
	}
	op.Responses["default"] = &huma.Response{Description: "What went wrong, in the caller's language.",
		Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problemSchema}}}
	o.AddOperation(op)
	for _, t := range []reflect.Type{r.in, r.out} {
		inChinese(registry, t)
	}
}

func paramsOf(r Route) (params []*huma.Param) {
	for _, name := range pathPart.FindAllStringSubmatch(r.Path, -1) {
		params = append(params, &huma.Param{Name: name[1], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	if r.query != nil {
		params = append(params, queryParams(r.query)...)
	}
	if r.keyed {
		longest := idempotencyKeyMax
		params = append(params, &huma.Param{Name: "Idempotency-Key", In: "header", Required: true,
			Description: "Makes a repeat harmless; a new one for each new request.", Extensions: zh("让重试不重复执行;每个新请求换一个新编号"),
			Schema: &huma.Schema{Type: "string", MaxLength: &longest}})
	}
	if r.matched {
		params = append(params, &huma.Param{Name: "If-Match", In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "The ETag of the version that is edited; a stale one is answered 409 with both sides.",
			Extensions:  zh("所改版本的 ETag;过期时返回 409,并给出双方内容")})
	}
	return params
}

func zh(text string) map[string]any {
	if text == "" {
		return nil
	}
	return map[string]any{"x-zh": text}
}

// requestBody describes what a route takes: JSON of one type or of two, or files.
func requestBody(registry huma.Registry, r Route) *huma.RequestBody {
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for _, media := range r.bodies {
		s := &huma.Schema{Type: "string", Format: "binary"}
		if media == "multipart/form-data" {
			s = &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"file": s}, Required: []string{"file"}}
		}
		body.Content[media] = &huma.MediaType{Schema: s}
	}
	if r.in != nil {
		s := registry.Schema(r.in, true, r.Name+"Body")
		if r.or != nil {
			s = &huma.Schema{OneOf: []*huma.Schema{s, registry.Schema(r.or, true, r.Name+"Bodies")}}
		}
		body.Content["application/json"] = &huma.MediaType{Schema: s}
	}
	if len(body.Content) == 0 {
		return nil
	}
	return body
}

func goodResponse(registry huma.Registry, r Route) *huma.Response {
	good := &huma.Response{Description: r.EN}
	switch {
	case r.out != nil:
		good.Content = map[string]*huma.MediaType{"application/json": {Schema: registry.Schema(r.out, true, r.Name+"Answer")}}
	case r.media != "":
		good.Content = map[string]*huma.MediaType{r.media: {}}
	}
	return good
}

// inChinese adds the Chinese words of a type's fields to its schema.
func inChinese(registry huma.Registry, t reflect.Type) {
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return
	}
	s := registry.Map()[schemaName(t, "")]
	if s == nil {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if p := s.Properties[name]; p != nil && p.Ref == "" && f.Tag.Get("zh") != "" {
			p.Extensions = zh(f.Tag.Get("zh"))
		}
		if t.PkgPath() == f.Type.PkgPath() || f.Type.Name() == "" {
			inChinese(registry, f.Type)
		}
	}
}

// tagOf is the first noun of a path.
func tagOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 2 && parts[0] == "api" {
		return parts[2]
	}
	return "system"
}

func queryParams(t reflect.Type) (params []*huma.Param) {
	for i := range t.NumField() {
		f := t.Field(i)
		s := &huma.Schema{Type: "string"}
		switch {
		case f.Type == instantType:
			s.Format = "date-time"
		case idKinds[f.Type] != "":
			s.Pattern = "^" + idKinds[f.Type] + "-[0-9]+$"
		case f.Type.Kind() == reflect.Bool:
			s.Type = "boolean"
		case f.Type.Kind() == reflect.Int64:
			s.Type = "integer"
		}
		if enum := f.Tag.Get("enum"); enum != "" {
			for _, word := range strings.Split(enum, ",") {
				s.Enum = append(s.Enum, word)
			}
		}
		if top, err := strconv.Atoi(f.Tag.Get("max")); err == nil {
			bound(s, top)
		}
		if text := f.Tag.Get("default"); text != "" {
			s.Default = text
			if n, err := strconv.Atoi(text); err == nil {
				s.Default = n
			}
		}
		p := &huma.Param{Name: f.Tag.Get("query"), In: "query", Description: f.Tag.Get("doc"), Extensions: zh(f.Tag.Get("zh")), Schema: s}
		if f.Type.Kind() == reflect.Slice {
			item := *s
			p.Schema = &huma.Schema{Type: "array", Items: &item}
			p.Style = "form"
		}
		params = append(params, p)
	}
	return params
}

// bound sets what max means: the largest number, or the longest text.
func bound(s *huma.Schema, top int) {
	if s.Type == "string" {
		s.MaxLength = &top
		return
	}
	one, most := 1.0, float64(top)
	s.Minimum, s.Maximum = &one, &most
}

// schemaName names a type as it is named here, without "View" and "Body".
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := t.Name()
	if name == "" {
		name = hint
	}
	if name == "" {
		return huma.DefaultSchemaNamer(t, hint)
	}
	if i := strings.IndexByte(name, '['); i > 0 { // a generic type
		return huma.DefaultSchemaNamer(t, hint)
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// openAPI serves the description.
func (a *API) openAPI(w httpWriter, _ *call) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(a.description)
	return nil
}

// Document gives the description of all routes as it stands in openapi.yaml.
func Document() ([]byte, error) {
	text, err := Describe(append(Routes(), bookRoutes()...)).YAML()
	if err != nil {
		return nil, err
	}
	return append([]byte("# Made from the route table of internal/api by `baihuo generate`.\n"), text...), nil
}
