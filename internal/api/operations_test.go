package api_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/notice"
	"baihuo/internal/staff"
)

// ground is a house in which every operation finds what it works on, all of it in shop
// TB and warehouse HZ; the foreign key sees shop POS and warehouse DG alone.
type ground struct {
	*door
	contract                   *contract
	order, exception, rule     string
	packages                   []string
	list, importID, key2, hook string
	foreign                    string
	own                                 // what the stranger has, and what they try to reach
	secrets                    []string // what a foreign answer must not hold
	n                          int
}

func prepare(t testing.TB, d *db.DB) *ground {
	t.Helper()
	folder := t.TempDir()
	g := &ground{contract: describe(t)}
	g.door = open(t, d, func(c *api.Config) {
		c.Books = &api.Books{Check: func(ctx context.Context) (flow.Report, error) { return flow.Check(ctx, d, "") },
			Backup: func(ctx context.Context, _ string) error { return d.Backup(ctx, filepath.Join(folder, "copy")) }}
	})
	h := g.h
	h.Stock(0, "PASTE", 500)
	h.Stock(0, "SHAMPOO", 50)
	h.One(h.Draft("TB", "G-1", flowtest.Item{Code: "SHAMPOO", Qty: 2}))
	held := h.Draft("TB", "G-2", flowtest.Item{Code: "PASTE", Qty: 1})
	held.BuyerMessage = "请尽快发货"
	g.order = h.One(held).String()
	h.One(h.Draft("TB", "G-3", flowtest.Item{Code: "PAN", Qty: 1})) // waits for stock
	for i := range 6 {
		h.One(h.Draft("TB", fmt.Sprintf("G-1%d", i), flowtest.Item{Code: "PASTE", Qty: 1}))
	}
	h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 2); return err })
	if _, err := notice.Reader().Turn(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	g.foreign = g.makeKey("key_full", staff.Scope{Shops: []id.Shop{h.Shops["POS"].ID}, Warehouses: []id.Warehouse{h.Warehouses[1].ID}})
	g.as(g.owner(), "POST", "/api/v1/orders", one("G-99", `"qty":1`, `"qty":-1`))
	for _, e := range g.good("GET", "/api/v1/exceptions", "")["exceptions"].([]any) {
		if e := e.(map[string]any); e["kind"] == "order_refused" { // the others belong to holds
			g.exception = e["exception_id"].(string)
		}
	}
	g.rule = g.first("/api/v1/rules", "rules")["rule_id"].(string)
	for _, p := range g.good("GET", "/api/v1/packages", "")["packages"].([]any) {
		g.packages = append(g.packages, p.(map[string]any)["package_id"].(string))
	}
	g.list = g.good("POST", "/api/v1/pick-lists", `{"warehouse":"HZ","limit":1}`)["pick_list_id"].(string)
	g.importID = g.taken()
	g.key2 = g.good("POST", "/api/v1/keys", `{"name":"other","kind":"key_reader","all_shops":true,"all_warehouses":true}`)["key"].(map[string]any)["key_id"].(string)
	g.hook = g.good("POST", "/api/v1/webhooks", `{"url":"https://hooks.example/baihuo","events":["order.*"]}`)["webhook"].(map[string]any)["endpoint_id"].(string)
	g.secrets = []string{"G-1", g.order, g.exception, "陈*平"}
	return g
}

func (g *ground) token() string { g.n++; return fmt.Sprintf("ground-%d", g.n) }

// good sends what must go well.
func (g *ground) good(method, path, body string) map[string]any {
	g.t.Helper()
	got := g.as(g.owner(), method, path, body)
	if got.status >= 300 {
		g.t.Fatalf("%s %s: %d %s", method, path, got.status, got.raw)
	}
	return got.body
}

func (g *ground) first(path, list string) map[string]any {
	g.t.Helper()
	return g.good("GET", path, "")[list].([]any)[0].(map[string]any)
}

// owner calls with every permit; a key of keys does not exist, so it is a person.
func (g *ground) owner() func() { return g.person("owner") }

func (g *ground) person(role string) func() {
	return func() {
		g.api.As(func(*http.Request) (staff.Caller, error) {
			return staff.Person{ID: 7, Roles: []string{role}, Scope: staff.Everywhere()}.Caller(), nil
		})
	}
}

func (g *ground) stranger() func() {
	return func() {
		shops, places := []id.Shop{g.h.Shops["POS"].ID}, []id.Warehouse{g.h.Warehouses[1].ID}
		g.api.As(func(*http.Request) (staff.Caller, error) {
			return staff.Person{ID: 8, Roles: []string{"owner"}, Scope: staff.Scope{Shops: shops, Warehouses: places}}.Caller(), nil
		})
	}
}

func (g *ground) as(who func(), method, path, body string, heads ...string) reply {
	g.t.Helper()
	who()
	media := "application/json"
	if strings.HasPrefix(body, "订单号") {
		media = "text/csv"
	}
	if body != "" {
		heads = append(heads, "Content-Type", media)
	}
	return g.send(method, path, g.token(), body, heads...)
}

const importRows = "订单号,店铺编码,下单时间,商家编码,数量,单价\nI1,TB,2026-11-11 08:00,PASTE,1,9.90\n"

func (g *ground) taken() string {
	g.t.Helper()
	got := g.as(g.owner(), "POST", "/api/v1/imports?what=orders", importRows)
	if got.status != 201 {
		g.t.Fatalf("import: %d %s", got.status, got.raw)
	}
	return got.body["import_id"].(string)
}

// trial is how one operation is called: rightly, and with what is wrong.
type trial struct {
	path  []string // values of the path's parts
	query string
	body  string
	wrong string // a body that is refused; for a question a query
	// missing are path values of what does not exist; status when not 404.
	missing []string
	match   string // If-Match
	// foreign is the status for somebody of another shop and warehouse; 0 is 404, 200 is a
	// list that holds nothing of ours.
	foreign int
}

func (g *ground) trials() map[string]trial {
	o, p := []string{g.order}, g.packages
	none := []string{"O-7"}
	row := `{"rows":[{"warehouse":"HZ","sku":"PASTE","qty":1`
	return map[string]trial{
		"describe": {foreign: 200}, "health": {foreign: 200}, "ready": {foreign: 200}, "metrics": {foreign: 200}, "reference": {foreign: 200}, "referenceStyle": {foreign: 200},
		"checkBooks": {foreign: 403}, "backup": {body: `{"file":"/nowhere/copy"}`, wrong: `{"file":""}`, foreign: 403},

		"placeOrders": {body: one("N-1"), wrong: one("N-2", `"qty":1`, `"qty":-1`), foreign: 422},
		"listOrders":  {query: "word=reviewed", wrong: "word=nonsense", foreign: 200},
		"getOrder":    {path: o, missing: none}, "getTimeline": {path: o, missing: none}, "listNotes": {path: o, missing: none},
		"editOrder":    {path: o, body: `{"flag":3}`, wrong: `{"flag":9}`, missing: none},
		"addNote":      {path: o, body: `{"text":"已电话联系"}`, wrong: `{"text":""}`, missing: none},
		"holdOrder":    {path: o, body: `{"handle":"check","reason":"核对地址"}`, wrong: `{"handle":"","reason":""}`, missing: none},
		"releaseHold":  {path: []string{g.order, "check"}, missing: []string{"O-7", "check"}},
		"reviewOrders": {body: `{"orders":["` + g.order + `"],"verdict":"pass_service","reason":"已核对"}`, wrong: `{"orders":[],"verdict":"pass_service","reason":"x"}`},
		"cancelOrder":  {path: o, body: `{"why":"买家不要了"}`, wrong: `{"why":""}`, missing: none},

		"listExceptions": {foreign: 200, wrong: "after=zz"}, "getException": {path: []string{g.exception}, missing: []string{"X-7"}},
		"closeException": {path: []string{g.exception}, body: `{"how":"已处理"}`, wrong: `{"how":""}`, missing: []string{"X-7"}},

		"importFile":  {query: "what=orders&dry_run=true", body: importRows, wrong: "\x00", foreign: 201},
		"listImports": {foreign: 200, wrong: "before=zz"}, "getImport": {path: []string{g.importID}, missing: []string{"I-7"}}, "undoImport": {path: []string{g.importID}, missing: []string{"I-7"}},
		"exportFile": {path: []string{"orders"}, missing: []string{"nothing"}, foreign: 200, wrong: "word=nonsense"},

		"countJobs": {foreign: 403}, "listDeadJobs": {foreign: 403, wrong: "after=zz"}, "replayJobs": {body: `{"jobs":["J-7"]}`, wrong: `{"jobs":[]}`, foreign: 403},
		"readJournal": {foreign: 200, wrong: "after=zz"},

		"listPackages": {query: "state=planned", wrong: "state=nonsense", foreign: 200}, "getPackage": {path: []string{p[0]}, missing: []string{"P-7"}},
		"getPickList": {path: []string{g.list}, missing: []string{"PL-7"}}, "planPackages": {body: `{"limit":5}`, wrong: `{"limit":501}`, foreign: 403},
		"releasePackages":  {body: `{"warehouse":"HZ"}`, wrong: `{"warehouse":"NOWHERE"}`, foreign: 422},
		"pickPackages":     {body: `{"packages":["` + p[0] + `"]}`, wrong: `{"packages":[]}`, foreign: 200},
		"packPackages":     {body: `{"packages":[{"package_id":"` + p[0] + `","weight_g":500}]}`, wrong: `{"packages":[{"package_id":"x"}]}`, foreign: 200},
		"numberPackages":   {body: `{"packages":[{"package_id":"` + p[0] + `","number":"FQ1"}]}`, wrong: `{"packages":[]}`, foreign: 200},
		"handOverPackages": {body: `{"packages":["` + p[0] + `"]}`, wrong: `{"packages":[]}`, foreign: 200},
		"collectPackages":  {body: `{"packages":["` + p[1] + `"]}`, wrong: `{"packages":[]}`, foreign: 200},
		"trackPackages":    {body: `{"events":[{"package_id":"` + p[0] + `","at":"2026-11-12T08:00:00+08:00","state":"in_transit"}]}`, wrong: `{"events":[]}`, foreign: 200},

		"revealContact": {path: o, body: `{"reason":"客户来电改地址"}`, wrong: `{"reason":""}`, missing: none},
		"whoSaw":        {body: `{"phone":"13800138000"}`, wrong: `{"phone":5}`, foreign: 403},
		"exportPerson":  {body: `{"phone":"13800138000","reason":"本人申请"}`, wrong: `{"reason":"本人申请"}`, foreign: 403},
		"erasePerson":   {body: `{"phone":"13999999999","reason":"本人申请"}`, wrong: `{"phone":"13800138000"}`, foreign: 403},

		"listShops": {foreign: 200}, "listWarehouses": {foreign: 200}, "listCarriers": {foreign: 200}, "listStops": {foreign: 200},
		"listRules": {query: "kind=review", wrong: "kind=nonsense", foreign: 200},
		"addRule":   {body: newRule, wrong: strings.Replace(newRule, "total >", "nonsense >", 1), foreign: 403},
		"getRule":   {path: []string{g.rule}, missing: []string{"R-7"}, foreign: 200}, "listRuleHistory": {path: []string{g.rule}, missing: []string{"R-7"}, foreign: 200},
		"saveRule": {path: []string{g.rule}, body: strings.Replace(newRule, "大额复核", "大额", 1), wrong: `{"kind":"review"}`, missing: []string{"R-7"}, foreign: 403, match: `"1"`}, "disableRule": {path: []string{g.rule}, match: `"2"`, missing: []string{"R-7"}, foreign: 403},

		"listSKUs": {query: "text=PASTE", wrong: "limit=0", foreign: 200}, "getSKU": {path: []string{"PASTE"}, missing: []string{"NOTHING"}, foreign: 200},
		"putSKUs": {body: `{"skus":[{"code":"NEW","name":"新品"}]}`, wrong: `{"skus":[]}`, foreign: 200},
		"putSKU":  {path: []string{"NEW2"}, body: `{"name":"新品二"}`, wrong: `{"name":5}`, foreign: 200}, "editSKU": {path: []string{"PASTE"}, body: `{"brand":"洁净"}`, wrong: `{"weight_g":-1}`, missing: []string{"NOTHING"}, foreign: 200},

		"listStaff": {foreign: 200}, "listRoles": {foreign: 200}, "listKeys": {foreign: 200}, "makeKey": {body: `{"name":"erp","kind":"key_orders","all_shops":true,"all_warehouses":true}`, wrong: `{"name":"","kind":"nonsense"}`, foreign: 403},
		"revokeKey": {path: []string{g.key2}, missing: []string{"K-7"}},

		"listWebhooks": {foreign: 403}, "openWebhook": {body: `{"url":"https://hooks.example/two","events":["*"]}`, wrong: `{"url":"http://127.0.0.1/","events":["*"]}`, foreign: 403},
		"getWebhook": {path: []string{g.hook}, missing: []string{"E-7"}, foreign: 403}, "listDeliveries": {path: []string{g.hook}, missing: []string{"E-7"}, foreign: 403},
		"changeWebhook":       {path: []string{g.hook}, body: `{"url":"https://hooks.example/baihuo","events":["order.accepted"]}`, wrong: `{"url":"","events":[]}`, missing: []string{"E-7"}, foreign: 403, match: `"1"`},
		"rotateWebhookSecret": {path: []string{g.hook}, body: `{"overlap_hours":24}`, wrong: `{"overlap_hours":-1}`, missing: []string{"E-7"}, foreign: 403, match: `"2"`},
		"replayWebhook":       {path: []string{g.hook}, body: `{"dead":true}`, wrong: `{}`, missing: []string{"E-7"}, foreign: 403},
		"disableWebhook":      {path: []string{g.hook}, body: `{"why":"对方维护"}`, wrong: `{"why":""}`, missing: []string{"E-7"}, foreign: 403},
		"enableWebhook":       {path: []string{g.hook}, missing: []string{"E-7"}, foreign: 403}, "endWebhook": {path: []string{g.hook}, missing: []string{"E-7"}, foreign: 403},

		"listStock": {query: "sku=PASTE", wrong: "after=zz", foreign: 200}, "getStock": {path: []string{"PASTE"}, missing: []string{"NOTHING"}, foreign: 200},
		"listWaiting": {path: []string{"PAN"}, missing: []string{"NOTHING"}, foreign: 200}, "listHolders": {path: []string{"PASTE", "HZ"}, missing: []string{"PASTE", "NOWHERE"}},
		"listLedger":   {path: []string{"PASTE", "HZ"}, missing: []string{"NOTHING", "HZ"}},
		"receiveStock": {body: row + `}]}`, wrong: `{"rows":[]}`, foreign: 422}, "adjustStock": {body: row + `,"kind":"damage"}]}`, wrong: row + `,"kind":"magic"}]}`, foreign: 422},
		"countStock": {body: `{"rows":[{"warehouse":"HZ","sku":"TOWEL","found":3}]}`, wrong: `{"rows":[{"warehouse":"HZ","sku":"TOWEL","found":-3}]}`, foreign: 422},
	}
}

const newRule = `{"kind":"review","name":"大额复核","owner":"审单","expression":"total > 900000","then":{"hold":"big","zh":"大额订单","en":"A large order"}}`

// Every operation is called rightly, wrongly, about what is not there, and by somebody
// of another shop and warehouse. Each answer is as the description says, none is a
// failure of ours, and a stranger hears nothing of ours. An operation without a row
// fails.
func TestEveryOperation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := prepare(t, d)
		trials := g.trials()
		// What ends things comes last.
		last := []string{"rotateWebhookSecret", "replayWebhook", "disableWebhook", "enableWebhook", "endWebhook", "releaseHold", "numberPackages", "handOverPackages", "trackPackages", "undoImport", "cancelOrder", "revokeKey", "disableRule", "exportPerson", "erasePerson"}
		names := sortedNames(g.contract.routes)
		slices.SortStableFunc(names, func(a, b string) int { return slices.Index(last, a) - slices.Index(last, b) })
		for _, name := range names {
			r := g.contract.routes[name]
			try, known := trials[name]
			if !known {
				t.Errorf("%s has no row", name)
				continue
			}
			t.Run(name, func(t *testing.T) { g.t = t; g.try(r, try) })
		}
		for name := range trials {
			if _, known := g.contract.routes[name]; !known {
				t.Errorf("%s is no operation", name)
			}
		}
		if _, err := flow.Check(t.Context(), d, ""); err != nil {
			t.Error(err)
		}
	})
}

func sortedNames(m map[string]api.Route) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (g *ground) try(r api.Route, try trial) {
	t := g.t
	address := func(values []string, query string) string {
		at := fill(r.Path, append(values, "7")...)
		if query != "" {
			at += "?" + query
		}
		return at
	}
	look := func(what string, got reply, fits func(int) bool) {
		t.Helper()
		if !fits(got.status) {
			t.Errorf("%s: %d %s", what, got.status, got.raw)
		}
		if err := g.contract.judge(g.t, r, got); err != nil {
			t.Errorf("%s: the answer is not as described: %v\n%s", what, err, got.raw)
		}
	}
	var heads []string
	if try.match != "" {
		heads = []string{"If-Match", try.match}
	}
	refused := func(n int) bool { return n >= 400 && n < 500 }
	foreign := g.as(g.stranger(), r.Method, address(try.path, try.query), try.body, heads...)
	want := try.foreign
	if want == 0 {
		want = http.StatusNotFound
	}
	look("foreign", foreign, func(n int) bool { return n == want })
	if r.Permit != staff.Public && want != 201 {
		for _, secret := range g.secrets {
			if strings.Contains(foreign.raw, secret) && !strings.Contains(try.body+try.query, secret) {
				t.Errorf("a stranger hears %q: %s", secret, foreign.raw)
			}
		}
	}
	if try.missing != nil {
		look("missing", g.as(g.owner(), r.Method, address(try.missing, ""), try.body, heads...), func(n int) bool { return n == http.StatusNotFound })
	}
	if try.wrong != "" {
		body, query := try.wrong, try.query
		if r.Method == http.MethodGet {
			body, query = "", try.wrong
		}
		look("wrong", g.as(g.owner(), r.Method, address(try.path, query), body, heads...), refused)
	}
	look("right", g.as(g.owner(), r.Method, address(try.path, try.query), try.body, heads...), func(n int) bool { return n < 300 })
}
