package api_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
)

// walker makes requests from the description alone, of things that exist and of
// nonsense, by a seed.
type walker struct {
	*ground
	r     *rand.Rand
	names []string
	// seen are texts that answers held: ids, codes and words to ask about again.
	seen []string
}

// A random walk over the description: no answer is a failure of ours, and none is
// outside of what the description says. The same seed walks the same way.
func TestRandomWalk(t *testing.T) {
	steps := 1500
	if os.Getenv("BAIHUO_PROOF") == "1" {
		steps = 40_000
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		seed := uint64(time.Now().UnixNano())
		if text := os.Getenv("BAIHUO_PROOF_SEED"); text != "" {
			seed, _ = strconv.ParseUint(text, 10, 64)
		}
		t.Logf("seed %d", seed)
		begun := time.Now()
		w := &walker{ground: prepare(t, d), r: rand.New(rand.NewPCG(seed, 1))}
		w.names = sortedNames(w.contract.routes)
		w.seen = []string{w.order, w.exception, w.rule, w.list, w.importID, "PASTE", "SHAMPOO", "KIT", "HZ", "DG", "TB", "WEB", "13800138000", "G-1"}
		w.seen = append(w.seen, w.packages...)
		counts := map[int]int{}
		for n := range steps {
			got, r, what := w.step()
			counts[got.status/100*100]++
			if got.status >= 500 && got.status != http.StatusServiceUnavailable {
				t.Fatalf("step %d (BAIHUO_PROOF_SEED=%d): %s: %d %s", n, seed, what, got.status, got.raw)
			}
			if err := w.contract.judge(t, r, got); err != nil {
				t.Fatalf("step %d (BAIHUO_PROOF_SEED=%d): %s: %v\n%s", n, seed, what, err, got.raw)
			}
			w.remember(got.body)
		}
		report, err := flow.Check(t.Context(), d, "")
		if err != nil || !report.OK() {
			t.Errorf("after the walk: %v %v", err, report.Breaches)
		}
		if counts[200] == 0 || counts[400] == 0 {
			t.Errorf("it walked nowhere: %v", counts)
		}
		fmt.Printf("PROOF random walk over the API, %s | %d requests, %d good, %d refused, no failure of ours, every answer as described, check clean | seed %d | %.1f s\n",
			d.Engine(), steps, counts[200], counts[400], seed, time.Since(begun).Seconds())
	})
}

func (w *walker) chance(percent int) bool { return w.r.IntN(100) < percent }

func (w *walker) pick(list []string) string { return list[w.r.IntN(len(list))] }

func (w *walker) step() (reply, api.Route, string) {
	r := w.contract.routes[w.pick(w.names)]
	for r.Name == "backup" || r.Name == "revokeKey" { // one file, and our own key
		r = w.contract.routes[w.pick(w.names)]
	}
	path := r.Path
	for strings.Contains(path, "{") {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + url.PathEscape(w.text()) + path[to+1:]
	}
	op := dig(w.contract.doc, "paths", r.Path, strings.ToLower(r.Method))
	if query := w.query(op); query != "" {
		path += "?" + query
	}
	body := ""
	if media := dig(op, "requestBody", "content", "application/json"); media != nil {
		text, err := json.Marshal(w.value(media["schema"], 0))
		if err != nil {
			w.t.Fatal(err)
		}
		body = string(text)
		if w.chance(3) {
			body = body[:w.r.IntN(len(body)+1)] // cut off
		}
	} else if r.Name == "importFile" {
		body = importRows
	}
	who := w.owner()
	if w.chance(15) {
		who = w.stranger()
	}
	var heads []string
	if w.chance(30) {
		heads = []string{"If-Match", w.pick([]string{`"1"`, `"2"`, `"x"`, "*", ""})}
	}
	return w.as(who, r.Method, path, body, heads...), r, r.Method + " " + path + " " + body
}

// query makes the parameters of a question.
func (w *walker) query(op map[string]any) string {
	values := url.Values{}
	params, _ := op["parameters"].([]any)
	for _, raw := range params {
		p := raw.(map[string]any)
		if p["in"] == "query" && w.chance(40) {
			values.Set(fmt.Sprint(p["name"]), fmt.Sprint(w.value(p["schema"], 0)))
		}
	}
	if w.chance(2) {
		values.Set(w.text(), w.text())
	}
	return values.Encode()
}

// value makes something of a schema, mostly fit, at times not.
func (w *walker) value(raw any, depth int) any {
	s, _ := raw.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		s = dig(w.contract.doc, "components", "schemas", strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	if w.chance(2) || depth > 6 {
		return []any{nil, "", -1, 1e18, true, []any{}, map[string]any{}, "\u0000"}[w.r.IntN(8)]
	}
	if list, ok := s["oneOf"].([]any); ok {
		return w.value(list[w.r.IntN(len(list))], depth)
	}
	if list, ok := s["enum"].([]any); ok && !w.chance(5) {
		return list[w.r.IntN(len(list))]
	}
	switch kind := kindOf(s["type"]); kind {
	case "object":
		return w.object(s, depth)
	case "array":
		list := []any{}
		for range 1 + w.r.IntN(3) {
			list = append(list, w.value(s["items"], depth+1))
		}
		return list
	case "integer", "number":
		return w.number()
	case "boolean":
		return w.chance(50)
	}
	return w.text()
}

func kindOf(raw any) string {
	if list, ok := raw.([]any); ok {
		raw = list[0]
	}
	text, _ := raw.(string)
	return text
}

func (w *walker) object(s map[string]any, depth int) any {
	out := map[string]any{}
	required, _ := s["required"].([]any)
	for _, name := range sortedAny(dig(s, "properties")) {
		if slices.Contains(required, any(name)) && !w.chance(4) || w.chance(35) {
			out[name] = w.value(dig(s, "properties")[name], depth+1)
		}
	}
	if w.chance(3) {
		out[w.text()] = w.text()
	}
	return out
}

func sortedAny(m map[string]any) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (w *walker) number() int64 {
	if w.chance(80) {
		return int64(1 + w.r.IntN(5))
	}
	return []int64{0, -1, 1 << 40, 1<<63 - 1, -1 << 63}[w.r.IntN(5)]
}

var odd = []string{"", " ", "\u0000", "陈", "🙂", "'; DROP TABLE orders; --", "=1+1", "../..", "2026-11-11T08:00:00+08:00", "2026-11-11", "9.90", "-0.01", "1e9", "%00",
	"O-", "O-7", "review", "reject", "pass_service", "total > 100", "丨", strings.Repeat("长", 400), "\ufeff", "receive", "in_transit", "33"}

func (w *walker) text() string {
	if w.chance(60) {
		return w.pick(w.seen)
	}
	return w.pick(odd)
}

// remember keeps some of the texts of an answer.
func (w *walker) remember(value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range sortedAny(v) {
			w.remember(v[name])
		}
	case []any:
		for _, one := range v[:min(len(v), 3)] {
			w.remember(one)
		}
	case string:
		if len(v) < 30 && len(w.seen) < 300 && !slices.Contains(w.seen, v) {
			w.seen = append(w.seen, v)
		}
	}
}
