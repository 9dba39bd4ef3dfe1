package api_test

import (
	"net/http"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// deepBodies are bodies nested ten thousand levels deep: alone, and as the value of a
// field, closed and cut off.
func deepBodies(field string) map[string]string {
	const levels = 10_000
	lists := strings.Repeat("[", levels) + strings.Repeat("]", levels)
	objects := strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels)
	return map[string]string{"lists": lists, "objects": objects, "lists cut off": lists[:levels], "objects cut off": objects[:5*levels],
		"a field of lists": `{"` + field + `":` + lists + `}`, "a field of objects": `{"` + field + `":` + objects + `}`}
}

// Every body is refused at once when it is nested ten thousand levels deep, with the
// sentence that says so, before anything is done. No decoder recurses into it.
func TestDeepBodies(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	g := prepare(t, d)
	g.owner()()
	rows := func() int64 {
		return g.count(`SELECT (SELECT COUNT(*) FROM journal) + (SELECT COUNT(*) FROM answers) + (SELECT COUNT(*) FROM exceptions)`)
	}
	trials, tried := g.trials(), 0
	for _, name := range sortedNames(g.contract.routes) {
		r := g.contract.routes[name]
		schema := dig(g.contract.doc, "paths", r.Path, strings.ToLower(r.Method), "requestBody", "content", "application/json", "schema")
		if schema == nil {
			continue
		}
		tried++
		for _, field := range []string{"nonsense", g.contract.someField(schema)} {
			before := rows()
			for what, body := range deepBodies(field) {
				got := g.as(g.owner(), r.Method, fill(r.Path, append(trials[name].path, "7")...), body)
				single := name == "placeOrders" // one order that cannot be read is kept as a message that was refused
				if got.status != http.StatusBadRequest && !(single && got.status == http.StatusUnprocessableEntity) || got.body["code"] != "too_deep" {
					t.Errorf("%s, %s in %s: %d %.200s", name, what, field, got.status, got.raw)
				}
				if err := g.contract.judge(t, r, got); err != nil {
					t.Errorf("%s, %s: %v", name, what, err)
				}
			}
			if n := rows() - before; n != 0 && name != "placeOrders" {
				t.Errorf("%s: refused bodies left %d rows", name, n)
			}
		}
	}
	if tried < 30 {
		t.Errorf("only %d operations take a body", tried)
	}
}

// someField gives the name of a field of a schema.
func (c *contract) someField(schema map[string]any) string {
	for _, name := range sortedAny(dig(c.resolve(schema), "properties")) {
		return name
	}
	return "any"
}

// resolve follows a reference; of several shapes it takes the first.
func (c *contract) resolve(schema map[string]any) map[string]any {
	for range 5 {
		if ref, ok := schema["$ref"].(string); ok {
			schema = dig(c.doc, "components", "schemas", strings.TrimPrefix(ref, "#/components/schemas/"))
		} else if list, ok := schema["oneOf"].([]any); ok {
			schema, _ = list[0].(map[string]any)
		}
	}
	return schema
}
