package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/api"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
)

// naming are the parameters and fields that name a thing of one shop or warehouse: each
// of them, wherever the description has it, is tried with a thing of another's.
var naming = []string{"id", "order", "orders", "shop", "shops", "warehouse", "warehouses", "package_id", "packages", "line_id", "number", "jobs", "deliveries", "buyer_id", "scope",
	"after", "before"}

// plain are those that name nothing, or a thing of the whole house: goods, carriers, the
// codes that channels use, shelves and lots of the warehouse beside them, words, texts,
// amounts and times.
var plain = strings.Fields(`bin sku code skus parts barcodes carriers carrier lot handle what profile addresses store opaque_id
	external_no state word kind from to text category limit settled blocked short phone file history create_skus
	drop_duplicates counts dry_run how why reason name name_en brand cost price owner expression then title url
	description events secret verdict label seller_memo ship_by tags deadline lines rows expires_on made_on
	reference at place note channel_state channel_word collect_by contact city detail district province town
	currency freight instructions source step value invoice tax_no discount refund together modified_at ordered_at
	paid paid_at pay_by pay_method promotions amount amount_cod buyer buyer_message sign_by total wishes avoid
	days on slot`)

// mention is one place of one operation that holds a name.
type mention struct{ operation, in, name string }

func (m mention) String() string { return m.operation + ", " + m.in + " " + m.name }

// mentions reads from the description where operations name things. A name that nobody
// has looked at fails.
func (c *contract) mentions(t *testing.T) (list []mention) {
	t.Helper()
	look := func(operation, in, name string) {
		m := mention{operation, in, name}
		switch {
		case slices.Contains(naming, name):
			if !slices.Contains(list, m) {
				list = append(list, m)
			}
		case !slices.Contains(plain, name):
			t.Errorf("%v: does it name a thing of one shop or warehouse?", m)
		}
	}
	for _, name := range sortedNames(c.routes) {
		r := c.routes[name]
		op := dig(c.doc, "paths", r.Path, strings.ToLower(r.Method))
		params, _ := op["parameters"].([]any)
		for _, raw := range params {
			if p := raw.(map[string]any); p["in"] != "header" {
				look(name, fmt.Sprint(p["in"]), fmt.Sprint(p["name"]))
			}
		}
		if schema := dig(op, "requestBody", "content", "application/json", "schema"); schema != nil {
			c.fields(schema, 0, func(field string) { look(name, "body", field) })
		}
	}
	return list
}

// fields tells the name of each field of a schema that holds text, and of each list and
// table of texts.
func (c *contract) fields(schema map[string]any, depth int, tell func(string)) {
	if ref, ok := schema["$ref"].(string); ok {
		schema = dig(c.doc, "components", "schemas", strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	if depth > 8 {
		return
	}
	some, _ := schema["oneOf"].([]any)
	for _, one := range some {
		c.fields(one.(map[string]any), depth+1, tell)
	}
	for name, raw := range dig(schema, "properties") {
		field := raw.(map[string]any)
		if kind := kindOf(field["type"]); kind == "boolean" || kind == "integer" || kind == "number" {
			continue
		}
		tell(name)
		c.fields(field, depth+1, tell)
	}
	if items := dig(schema, "items"); items != nil {
		c.fields(items, depth+1, tell)
	}
}

// attempt is one request of somebody of shop POS and warehouse DG that names one thing
// of shop TB or warehouse HZ, and otherwise only their own.
type attempt struct {
	path        []string
	query, body string
}

// foreigners are the attempts at what parameters and fields name; the parts of paths are
// taken from the trials of operations.
func (g *ground) foreigners() map[mention][]attempt {
	order := strings.Replace(one("F-1"), "\n", "", -1)
	ask := func(query string) []attempt { return []attempt{{query: query}} }
	send := func(bodies ...string) (list []attempt) {
		for _, body := range bodies {
			list = append(list, attempt{body: body})
		}
		return list
	}
	p := g.numbered
	row := func(rest string) []attempt { return send(`{"rows":[{"warehouse":"HZ","sku":"PASTE",` + rest + `}]}`) }
	position := base64.RawURLEncoding.EncodeToString([]byte(`{"0":1}`))
	scoped := strings.Replace(newRule, `"kind"`, `"scope":{"shop":["TB"]},"kind"`, 1)
	hook := []string{g.hook}
	return map[mention][]attempt{
		{"listExceptions", "query", "order"}: ask("order=" + g.order), {"listExceptions", "query", "after"}: ask("after=" + g.exception),
		{"listImports", "query", "before"}: ask("before=I-9223372036854775807"), {"listDeadJobs", "query", "after"}: ask("after=J-1"),
		{"readJournal", "query", "after"}: ask("after=" + position), {"listOrders", "query", "before"}: ask("before=" + g.order),
		{"listOrders", "query", "shop"}: ask("shop=TB"), {"exportFile", "query", "shop"}: {{path: []string{"orders"}, query: "shop=TB"}},
		{"listPackages", "query", "warehouse"}: ask("warehouse=HZ"), {"listPackages", "query", "after"}: ask("after=0." + strings.TrimPrefix(p, "P-")),
		{"listStock", "query", "warehouse"}: ask("warehouse=HZ"), {"listStock", "query", "after"}: ask("after=ST-1"), {"listSKUs", "query", "after"}: ask("after=PAN"),
		{"listLedger", "query", "after"}:      {{path: []string{"PASTE", "HZ"}, query: "after=1.1"}},
		{"listRuleHistory", "query", "after"}: {{path: []string{g.rule}, query: "after=1"}},
		{"listWebhooks", "query", "after"}:    ask("after=" + g.hook), {"listDeliveries", "query", "before"}: {{path: hook, query: "before=D-1"}},
		{"importFile", "query", "shop"}: {{query: "what=orders&shop=TB", body: strings.Replace(importRows, ",TB,", ",,", 1)}},

		{"placeOrders", "body", "shop"}: send(order, `{"orders":[`+order+`]}`), {"placeOrders", "body", "orders"}: send(`{"orders":[` + order + `]}`),
		{"placeOrders", "body", "id"}:        send(strings.Replace(order, `"buyer":{`, `"buyer":{"id":"buyer-of-tb",`, 1)),
		{"cancelOrder", "body", "line_id"}:   {{path: []string{g.ownOrder}, body: `{"why":"x","lines":[{"line_id":"` + g.line + `","qty":1}]}`}},
		{"reviewOrders", "body", "orders"}:   send(`{"orders":["` + g.order + `"],"verdict":"pass_service","reason":"已核对"}`),
		{"pickPackages", "body", "packages"}: send(`{"packages":["` + p + `"]}`), {"handOverPackages", "body", "packages"}: send(`{"packages":["` + p + `"]}`),
		{"collectPackages", "body", "packages"}: send(`{"packages":["` + p + `"]}`), {"packPackages", "body", "packages"}: send(`{"packages":[{"package_id":"` + p + `","weight_g":5}]}`),
		{"packPackages", "body", "package_id"}: send(`{"packages":[{"package_id":"` + p + `","weight_g":5}]}`), {"numberPackages", "body", "packages"}: send(`{"packages":[{"package_id":"` + p + `","number":"FQ8"}]}`),
		{"numberPackages", "body", "package_id"}: send(`{"packages":[{"package_id":"` + p + `","number":"FQ8"}]}`), {"numberPackages", "body", "number"}: send(`{"packages":[{"package_id":"` + g.ownPackage + `","number":"` + foreignNumber + `"}]}`),
		{"trackPackages", "body", "package_id"}:  send(`{"events":[{"package_id":"` + p + `","at":"2026-11-11T08:00:00+08:00","state":"in_transit"}]}`),
		{"trackPackages", "body", "number"}:      send(`{"events":[{"carrier":"` + g.carrier + `","number":"` + foreignNumber + `","at":"2026-11-11T08:00:00+08:00","state":"in_transit"}]}`),
		{"releasePackages", "body", "warehouse"}: send(`{"warehouse":"HZ"}`),
		{"receiveStock", "body", "warehouse"}:    row(`"qty":1`), {"adjustStock", "body", "warehouse"}: row(`"qty":1,"kind":"damage"`), {"countStock", "body", "warehouse"}: row(`"found":1`),
		{"makeKey", "body", "shops"}: send(`{"name":"x","kind":"key_orders","shops":["TB"]}`), {"makeKey", "body", "warehouses"}: send(`{"name":"x","kind":"key_orders","shops":["POS"],"warehouses":["HZ"]}`),
		{"openWebhook", "body", "shops"}: send(`{"url":"https://hooks.example/x","events":["*"],"shops":["TB"]}`), {"changeWebhook", "body", "shops"}: {{path: hook, body: `{"url":"https://hooks.example/x","events":["*"],"shops":["TB"]}`}},
		{"replayWebhook", "body", "deliveries"}: {{path: hook, body: `{"deliveries":["D-1"]}`}}, {"replayJobs", "body", "jobs"}: send(`{"jobs":["J-1"]}`),
		{"exportPerson", "body", "buyer_id"}: send(`{"buyer_id":"` + g.buyer + `","reason":"本人申请"}`), {"erasePerson", "body", "buyer_id"}: send(`{"buyer_id":"` + g.buyer + `","reason":"本人申请"}`),
		{"addRule", "body", "scope"}: send(scoped), {"saveRule", "body", "scope"}: {{path: []string{g.rule}, body: scoped}},
	}
}

// own is what the stranger has themselves, and what of the other house they name.
type own struct{ ownOrder, ownPackage, numbered, line, carrier, buyer string }

const foreignNumber = "FQ20261111"

// settleIn gives the stranger an order and a package of their own, and the foreign house
// a package with a number.
func (g *ground) settleIn() {
	g.t.Helper()
	g.h.Stock(1, "TOWEL", 10)
	g.ownOrder = g.h.One(g.h.Draft("POS", "OWN-1", flowtest.Item{Code: "TOWEL", Qty: 2})).String()
	g.h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 100); return err })
	for _, raw := range g.good("GET", "/api/v1/packages?warehouse=DG", "")["packages"].([]any) {
		g.ownPackage = raw.(map[string]any)["package_id"].(string)
	}
	g.good("POST", "/api/v1/pick-lists", `{"warehouse":"HZ"}`)
	g.numbered = g.packages[0]
	g.good("POST", "/api/v1/packages/pickings", `{"packages":["`+g.numbered+`"]}`)
	g.good("POST", "/api/v1/packages/packings", `{"packages":[{"package_id":"`+g.numbered+`","weight_g":500}]}`)
	g.good("POST", "/api/v1/packages/waybills", `{"packages":[{"package_id":"`+g.numbered+`","number":"`+foreignNumber+`"}]}`)
	o := g.good("GET", "/api/v1/orders/"+g.order, "")
	g.line = o["lines"].([]any)[0].(map[string]any)["line_id"].(string)
	g.carrier = g.first("/api/v1/carriers", "carriers")["carrier"].(string)
	g.buyer = fmt.Sprintf("B-%d", g.count(`SELECT MIN(buyer_id) FROM buyers`))
	if n := g.count(`SELECT COUNT(*) FROM waybills WHERE number = '` + foreignNumber + `'`); n != 1 || g.ownPackage == "" {
		g.t.Fatalf("%d packages have the number; the stranger's is %q", n, g.ownPackage)
	}
}

// touched sums up all that an attempt could change: rows and versions. What is refused
// of the stranger's own (a message that was kept) is theirs.
func (g *ground) touched() string {
	var b strings.Builder
	for _, table := range []string{"journal", "stock_ledger", "orders", "packages", "order_notes", "trackings", "waybills", "holds", "pick_lists", "api_keys", "webhook_endpoints", "webhook_deliveries", "jobs", "rules",
		"reveal_days", "erasures", "bins", "notices", "reservations"} {
		where := ""
		if table == "journal" { // refused messages and downloads leave their trace
			where = ` WHERE object_kind NOT IN ('exception', 'export', 'import')`
		}
		fmt.Fprintf(&b, "%s %d\n", table, g.count(`SELECT COUNT(*) FROM `+table+where))
	}
	return b.String()
}

// Every parameter and field that can name a thing of one shop or warehouse is tried with
// a thing of another's, by somebody who may do everything in their own: refused, or
// answered with nothing of it, and nothing is touched. A place of the description without
// an attempt fails, and so does a name that nobody has looked at.
func TestForeignNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := prepare(t, d)
		g.settleIn()
		trials, foreigners := g.trials(), g.foreigners()
		house := []string{"getRule", "listRuleHistory"} // rules are the house's, and everybody may read them
		tried := 0
		for _, m := range g.contract.mentions(t) {
			r := g.contract.routes[m.operation]
			attempts := foreigners[m]
			if m.in == "path" {
				trial := trials[m.operation]
				attempts = []attempt{{path: trial.path, query: trial.query, body: trial.body}}
			}
			if len(attempts) == 0 {
				t.Errorf("%v: nobody tries it", m)
			}
			for _, a := range attempts {
				tried++
				before := g.touched()
				got := g.attempt(r, a)
				fits := got.status == http.StatusForbidden || got.status == http.StatusNotFound || got.status == http.StatusUnprocessableEntity || got.status == http.StatusBadRequest ||
					got.status < 300 && r.Method == http.MethodGet && (m.in == "query" || slices.Contains(house, m.operation)) ||
					got.status < 300 && refusedInside(got)
				if !fits {
					t.Errorf("%v: %d %s", m, got.status, got.raw)
				}
				if err := g.contract.judge(t, r, got); err != nil {
					t.Errorf("%v: %v", m, err)
				}
				for _, secret := range append([]string{g.line, g.numbered}, g.secrets...) {
					if strings.Contains(got.raw, secret) && !strings.Contains(a.body+a.query+strings.Join(a.path, " "), secret) {
						t.Errorf("%v: a stranger hears %q: %s", m, secret, got.raw)
					}
				}
				if after := g.touched(); after != before {
					t.Errorf("%v: %d %s\nit touched something:\n%s\nbefore:\n%s", m, got.status, got.raw, after, before)
				}
			}
		}
		for m := range foreigners {
			if r, known := g.contract.routes[m.operation]; !known || r.Path == "" {
				t.Errorf("%v is no operation", m)
			}
		}
		if report, err := flow.Check(t.Context(), d, ""); err != nil || !report.OK() {
			t.Errorf("afterwards: %v %v", err, report.Breaches)
		}
		t.Logf("%d attempts", tried)
	})
}

func (g *ground) attempt(r api.Route, a attempt) reply {
	at := fill(r.Path, append(slices.Clone(a.path), "7")...)
	if a.query != "" {
		q, err := url.ParseQuery(a.query)
		if err != nil {
			g.t.Fatal(err)
		}
		at += "?" + q.Encode()
	}
	return g.as(g.stranger(), r.Method, at, a.body)
}

// refusedInside says that a good answer tells of a member that was refused.
func refusedInside(got reply) bool {
	refused, _ := got.body["refused"].([]any)
	return strings.Contains(got.raw, `"fault":{`) || len(refused) > 0
}
