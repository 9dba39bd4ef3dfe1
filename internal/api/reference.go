package api

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"baihuo/internal/staff"
)

// The reference is a page made from the description, in both languages, once at the
// start. It needs nothing from anywhere else and runs nothing.

//go:embed reference.html reference.css
var referenceFiles embed.FS

// referenceRoutes serve the description to people.
func referenceRoutes() []Route {
	return []Route{
		{"GET", "/api/reference", staff.Public, "reference", "接口参考", "The reference, for people", plain("text/html", (*API).reference)},
		{"GET", "/api/reference.css", staff.Public, "referenceStyle", "接口参考的样式", "The style of the reference", plain("text/css", (*API).referenceStyle)},
	}
}

const referenceCSP = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (a *API) reference(w http.ResponseWriter, c *call) error {
	var q struct {
		Lang string `query:"lang" enum:"zh,en"`
	}
	if err := readQuery(c.r.URL.RawQuery, &q); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", referenceCSP)
	h.Set("Vary", "Accept-Language")
	_, _ = w.Write(a.pages[cmp.Or(q.Lang, c.lang)])
	return nil
}

func (a *API) referenceStyle(w http.ResponseWriter, _ *call) error {
	text, err := referenceFiles.ReadFile("reference.css")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(text)
	return nil
}

// page is the reference in one language.
type page struct {
	Lang, Other string
	Groups      []group
	Types       []shape
}

type group struct {
	Tag        string
	Operations []operation
}

type operation struct {
	Method, Path, ID, Words, Permit string
	Params                          []fieldRow
	Bodies, Answers                 []contentRow
}

// contentRow is a body or an answer: its status, kind and type.
type contentRow struct {
	Status, Media string
	Type          typeText
}

// fieldRow is a parameter or a field.
type fieldRow struct {
	Name, In string
	Needed   bool
	Type     typeText
	Words    string
}

// typeText says a type in words, and which shape of the page it leads to.
type typeText struct{ Before, Ref, After string }

type shape struct {
	Name   string
	Fields []fieldRow
}

// renderReference makes the page of each language.
func renderReference(o *huma.OpenAPI) (map[string][]byte, error) {
	t, err := template.ParseFS(referenceFiles, "reference.html")
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	for lang, other := range map[string]string{"zh": "en", "en": "zh"} {
		var b bytes.Buffer
		if err := t.Execute(&b, pageOf(o, lang, other)); err != nil {
			return nil, err
		}
		pages[lang] = b.Bytes()
	}
	return pages, nil
}

func pageOf(o *huma.OpenAPI, lang, other string) page {
	p := page{Lang: lang, Other: other}
	byTag := map[string][]operation{}
	for path, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				byTag[op.Tags[0]] = append(byTag[op.Tags[0]], operationOf(path, op, lang))
			}
		}
	}
	for tag, list := range byTag {
		slices.SortFunc(list, func(a, b operation) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
		p.Groups = append(p.Groups, group{tag, list})
	}
	slices.SortFunc(p.Groups, func(a, b group) int { return cmp.Compare(a.Tag, b.Tag) })
	for name, s := range o.Components.Schemas.Map() {
		p.Types = append(p.Types, shape{name, fieldsIn(s, lang)})
	}
	slices.SortFunc(p.Types, func(a, b shape) int { return cmp.Compare(a.Name, b.Name) })
	return p
}

func operationOf(path string, op *huma.Operation, lang string) operation {
	v := operation{Method: op.Method, Path: path, ID: op.OperationID, Words: words(op.Summary, op.Extensions, lang)}
	v.Permit, _ = op.Extensions["x-permit"].(string)
	for _, p := range op.Parameters {
		v.Params = append(v.Params, fieldRow{p.Name, p.In, p.Required, typeOfSchema(p.Schema), words(p.Description, p.Extensions, lang)})
	}
	if op.RequestBody != nil {
		v.Bodies = contents("", op.RequestBody.Content)
	}
	for status, answer := range op.Responses {
		v.Answers = append(v.Answers, contents(status, answer.Content)...)
	}
	slices.SortFunc(v.Answers, func(a, b contentRow) int { return cmp.Compare(a.Status, b.Status) })
	return v
}

func contents(status string, content map[string]*huma.MediaType) (rows []contentRow) {
	for media, m := range content {
		schemas := []*huma.Schema{m.Schema}
		if m.Schema != nil && len(m.Schema.OneOf) > 0 {
			schemas = m.Schema.OneOf
		}
		for _, s := range schemas {
			rows = append(rows, contentRow{status, media, typeOfSchema(s)})
		}
	}
	slices.SortStableFunc(rows, func(a, b contentRow) int { return cmp.Compare(a.Media, b.Media) })
	return rows
}

func words(en string, extensions map[string]any, lang string) string {
	if text, has := extensions["x-zh"].(string); has && lang == "zh" {
		return text
	}
	return en
}

func fieldsIn(s *huma.Schema, lang string) (rows []fieldRow) {
	for name, f := range s.Properties {
		rows = append(rows, fieldRow{Name: name, Needed: slices.Contains(s.Required, name), Type: typeOfSchema(f), Words: words(f.Description, f.Extensions, lang)})
	}
	slices.SortFunc(rows, func(a, b fieldRow) int { return cmp.Compare(a.Name, b.Name) })
	return rows
}

func typeOfSchema(s *huma.Schema) typeText {
	switch {
	case s == nil:
		return typeText{}
	case s.Ref != "":
		return typeText{Ref: s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]}
	case s.Type == "array":
		t := typeOfSchema(s.Items)
		return typeText{"[ " + t.Before, t.Ref, t.After + " ]"}
	case len(s.Enum) > 0:
		var list []string
		for _, word := range s.Enum {
			if text, isText := word.(string); isText {
				list = append(list, text)
			}
		}
		return typeText{Before: strings.Join(list, " | ")}
	case s.Type == "object" && s.AdditionalProperties != nil:
		if of, isSchema := s.AdditionalProperties.(*huma.Schema); isSchema {
			t := typeOfSchema(of)
			return typeText{"{ …: " + t.Before, t.Ref, t.After + " }"}
		}
	case s.Type == "":
		return typeText{Before: "JSON"}
	case s.Format != "":
		return typeText{Before: s.Type + " " + s.Format}
	}
	return typeText{Before: s.Type}
}
