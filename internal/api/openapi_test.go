package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"baihuo/internal/api"
	"baihuo/internal/staff"
)

// contract is the description of the API, by which answers are judged.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	routes   map[string]api.Route
}

const contractURL = "https://baihuo.example/openapi.json"

// describe compiles every schema of the description; one that is none fails.
func describe(t testing.TB) *contract {
	t.Helper()
	routes := append(api.Routes(), api.BookRoutes()...)
	text, err := json.Marshal(api.Describe(routes))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{doc: parsed.(map[string]any), compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, routes: map[string]api.Route{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	if err := c.compiler.AddResource(contractURL, parsed); err != nil {
		t.Fatal(err)
	}
	for _, r := range routes {
		c.routes[r.Name] = r
	}
	return c
}

// at compiles the schema at a JSON pointer.
func (c *contract) at(t testing.TB, pointer string) *jsonschema.Schema {
	t.Helper()
	if s := c.schemas[pointer]; s != nil {
		return s
	}
	s, err := c.compiler.Compile(contractURL + "#" + pointer)
	if err != nil {
		t.Fatalf("%s is no schema: %v", pointer, err)
	}
	c.schemas[pointer] = s
	return s
}

func pointer(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	return b.String()
}

func dig(doc map[string]any, parts ...string) map[string]any {
	for _, p := range parts {
		next, _ := doc[p].(map[string]any)
		if next == nil {
			return nil
		}
		doc = next
	}
	return doc
}

// judge says what is wrong with an answer to an operation, nil when it is as described.
func (c *contract) judge(t testing.TB, r api.Route, got reply) error {
	t.Helper()
	responses := []string{"paths", r.Path, strings.ToLower(r.Method), "responses"}
	code := fmt.Sprint(got.status)
	if dig(c.doc, append(responses, code)...) == nil {
		code = "default"
	}
	if code == "default" && got.status < 400 {
		return fmt.Errorf("%d is not described", got.status)
	}
	media, _, err := mime.ParseMediaType(got.head.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("%d: media type %q", got.status, got.head.Get("Content-Type"))
	}
	content := dig(c.doc, append(responses, code, "content")...)
	if content[media] == nil {
		return fmt.Errorf("%d: %s is not described", got.status, media)
	}
	if dig(content, media, "schema") == nil {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(got.raw))
	if err != nil {
		return fmt.Errorf("%d: no JSON: %w", got.status, err)
	}
	return c.at(t, pointer(append(responses, code, "content", media, "schema")...)).Validate(value)
}

// openAPISchema compiles the OpenAPI Initiative's own schema of OpenAPI 3.1 documents.
// What it leaves open by a dynamic reference (schemas inside the document) it holds
// only to be objects or truths; TestDescriptionIsSound compiles each of those.
func openAPISchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "openapi-3.1.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	const at = "https://spec.openapis.org/oas/3.1/schema/2022-10-07"
	if err := compiler.AddResource(at, parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The description is an OpenAPI 3.1 document by the schema of those who wrote the
// standard, and that schema does refuse what is none.
func TestDescriptionIsOpenAPI(t *testing.T) {
	schema := openAPISchema(t)
	doc := describe(t).doc
	if err := schema.Validate(doc); err != nil {
		t.Errorf("it is no OpenAPI 3.1 document: %v", err)
	}
	operation := func() map[string]any { return dig(doc, "paths", "/api/v1/orders/{id}", "get") }
	if operation() == nil {
		t.Fatal("the order's operation is described elsewhere")
	}
	for name, spoil := range map[string]func() (undo func()){
		"another version": func() func() { doc["openapi"] = "3.0.3"; return func() { doc["openapi"] = "3.1.0" } },
		"no title": func() func() {
			info, title := dig(doc, "info"), dig(doc, "info")["title"]
			delete(info, "title")
			return func() { info["title"] = title }
		},
		"a parameter in the void": func() func() {
			p := operation()["parameters"].([]any)[0].(map[string]any)
			in := p["in"]
			p["in"] = "void"
			return func() { p["in"] = in }
		},
		"an answer without words": func() func() {
			a := dig(operation(), "responses", "200")
			words := a["description"]
			delete(a, "description")
			return func() { a["description"] = words }
		},
	} {
		undo := spoil()
		if schema.Validate(doc) == nil {
			t.Errorf("%s is taken for OpenAPI", name)
		}
		undo()
	}
}

// The description is sound beyond its form: each operation has an id of its own, words in
// both languages, a permit, answers, and each schema is one.
func TestDescriptionIsSound(t *testing.T) {
	c := describe(t)
	if c.doc["openapi"] != "3.1.0" || dig(c.doc, "info")["title"] == "" || dig(c.doc, "info")["version"] == "" {
		t.Errorf("head: %v %v", c.doc["openapi"], c.doc["info"])
	}
	for name := range dig(c.doc, "components", "schemas") {
		c.at(t, pointer("components", "schemas", name))
	}
	seen := map[string]bool{}
	for path, item := range dig(c.doc, "paths") {
		for method, raw := range item.(map[string]any) {
			op := raw.(map[string]any)
			name := fmt.Sprint(op["operationId"])
			r, known := c.routes[name]
			if !known || seen[name] || r.Path != path || !strings.EqualFold(r.Method, method) {
				t.Errorf("%s %s: operation %q", method, path, name)
			}
			seen[name] = true
			if op["summary"] == "" || op["x-zh"] == "" || !staff.Permit(fmt.Sprint(op["x-permit"])).Known() {
				t.Errorf("%s lacks words or a permit", name)
			}
			if dig(op, "responses", "default") == nil {
				t.Errorf("%s says nothing of errors", name)
			}
			if (op["security"] == nil) != (r.Permit == staff.Public) {
				t.Errorf("%s: security %v, permit %s", name, op["security"], r.Permit)
			}
		}
	}
	if len(seen) != len(c.routes) {
		t.Errorf("%d operations for %d routes", len(seen), len(c.routes))
	}
}
