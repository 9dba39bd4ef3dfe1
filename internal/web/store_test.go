package web_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/finance"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

// counter is a store with goods and a clerk whose shift is open.
type counter struct {
	*stage
	h    *flowtest.House
	shop string // where shifts are opened
}

func testDB(t *testing.T) *db.DB {
	return dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
}

func openStore(t *testing.T, d *db.DB) *counter {
	h := flowtest.Open(t, d)
	h.Stock(0, "SHAMPOO", 50)
	h.Stock(0, "PASTE", 50)
	s := &counter{h: h, shop: "POS", stage: raise(t, d, func(c *web.Config) { c.Kit = h.Kit })}
	clerk := s.hire("clerk", shops(h.Shops["POS"].ID), "clerk")
	s.shift(clerk, "1")
	return s
}

// flagship opens a store that brings goods home, with a till of its own that somebody
// called host works at.
func (s *counter) flagship() {
	s.t.Helper()
	s.shop = "FLAG"
	s.write(func(tx *db.Tx) error {
		opened, err := shop.Open(tx, []shop.Shop{{Code: s.shop, Name: "旗舰店", Platform: "store", Kind: shop.Store, Currency: "CNY", TimeZone: "Asia/Shanghai"}})
		if err != nil {
			return err
		}
		s.h.Shops[s.shop] = opened[0]
		return shop.SetWarehouses(tx, opened[0].ID, "", []id.Warehouse{s.h.Warehouses[0].ID})
	})
	s.shift(s.hire("host", shops(s.h.Shops[s.shop].ID), "clerk"), "1")
}

func (s *counter) shift(p staff.Person, terminal string) {
	s.t.Helper()
	err := s.d.Write(s.t.Context(), db.By{Actor: p.Caller().Actor}, func(tx *db.Tx) error {
		_, err := finance.OpenShift(tx, finance.Shift{Shop: s.h.Shops[s.shop].ID, Terminal: terminal, Currency: money.CNY, Float: 10000})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func eachStore(t *testing.T, test func(t *testing.T, s *counter)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openStore(t, d)
		test(t, s)
		s.h.Clean()
	})
}

func (s *counter) sold() (n int) {
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		all, err := finance.Page(tx, 0, 1000)
		n = len(all)
		return err
	})
	return n
}

func (s *counter) stockOf(sku string) (n int64) {
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Warehouse: s.h.Warehouses[0].ID, SKU: s.h.SKU[sku]})
		for _, r := range rows {
			n += r.OnHand
		}
		return err
	})
	return n
}

// sale writes a sale as a till does: one PASTE for 9.90 in cash. change may alter it.
func sale(key string, change ...func(map[string]any)) url.Values {
	doc := map[string]any{"key": key, "shop": "POS", "sold_at": 1, "mode": "take", "customer": "", "change": 10,
		"lines":   []any{map[string]any{"code": "PASTE", "qty": 1, "price": 990}},
		"tenders": []any{map[string]any{"method": "cash", "given": 1000}}}
	for _, fn := range change {
		fn(doc)
	}
	text, _ := json.Marshal(doc) // maps of plain values always can be
	return url.Values{"sale": {string(text)}}
}

func reply(t *testing.T, a answer, status int) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != status {
		t.Fatalf("%d, want %d: %v %s", a.status, status, err, text(a.body))
	}
	return out
}

func TestTillSale(t *testing.T) {
	eachStore(t, func(t *testing.T, s *counter) {
		v := s.in("clerk")
		first := reply(t, v.post("/store/sale", sale("T2612010001")), 200)
		again := reply(t, v.post("/store/sale", sale("T2612010001")), 200)
		if first["handed"] != true || again["again"] != true || first["sale"] != again["sale"] || first["order"] != again["order"] || s.sold() != 1 || s.stockOf("PASTE") != 49 {
			t.Errorf("sent twice: %v, then %v; %d sales", first, again, s.sold())
		}
		for name, x := range map[string]struct {
			change func(map[string]any)
			status int
			code   string
		}{
			"the key of another sale": {func(d map[string]any) { d["key"], d["change"] = "T2612010001", 9 }, 409, "sale_key_used"},
			"another shop":            {func(d map[string]any) { d["shop"] = "WEB" }, 403, "store_none"},
			"a price without right":   {func(d map[string]any) { d["lines"] = []any{map[string]any{"code": "PASTE", "qty": 1, "price": 980}} }, 403, "price_not_permitted"},
			"unknown goods":           {func(d map[string]any) { d["lines"] = []any{map[string]any{"code": "NONE", "qty": 1, "price": 990}} }, 400, "sale_goods"},
			"too little money":        {func(d map[string]any) { d["change"] = 11 }, 400, "tenders_differ"},
			"nobody to fetch it":      {func(d map[string]any) { d["mode"] = "pickup" }, 400, "customer_needed"},
			"a made-up customer":      {func(d map[string]any) { d["customer"] = "AAAA" }, 400, "customer_token"},
			"no lines":                {func(d map[string]any) { d["lines"] = []any{} }, 400, "till_unreadable"},
			"a field nobody knows":    {func(d map[string]any) { d["discount"] = 1 }, 400, "till_unreadable"},
			"less than one":           {func(d map[string]any) { d["lines"] = []any{map[string]any{"code": "PASTE", "qty": -1, "price": 990}} }, 400, "till_unreadable"},
		} {
			if got := reply(t, v.post("/store/sale", sale("T2612010099", x.change)), x.status); got["code"] != x.code || got["say"] == "" {
				t.Errorf("%s: %v", name, got)
			}
		}
		v.head.Set("Origin", "https://elsewhere.example")
		v.head.Set("Sec-Fetch-Site", "cross-site")
		if a := v.post("/store/sale", sale("T2612010098")); a.status != 403 {
			t.Errorf("from another site: %d", a.status)
		}
		// Without a shift nothing is booked, and who may edit orders may ask another price.
		boss := s.hire("boss", everywhere(), "sales")
		b := s.in("boss")
		dear := sale("T2612010003", func(d map[string]any) {
			d["lines"], d["change"] = []any{map[string]any{"code": "PASTE", "qty": 1, "price": 900}}, 100
		})
		if got := reply(t, b.post("/store/sale", dear), 409); got["code"] != "shift_needed" {
			t.Errorf("without a shift: %v", got)
		}
		s.shift(boss, "2")
		reply(t, b.post("/store/sale", dear), 200)
		if s.sold() != 2 {
			t.Errorf("%d sales", s.sold())
		}
	})
}

func TestTillPages(t *testing.T) {
	eachStore(t, func(t *testing.T, s *counter) {
		v := s.in("clerk")
		r := reply(t, v.post("/store/sale", sale("T2612010001")), 200)
		slip := "/store/receipt/" + r["sale"].(string)
		for _, v.lang = range []string{"zh", "en"} {
			for path, want := range map[string]string{"/store/new": "F9", "/store/shift": "T2612010001", "/store/pickup": "", slip: "9.90", "/store/pickup?q=0000": ""} {
				if a := v.get(path); a.status != 200 || !strings.Contains(a.body, want) {
					t.Errorf("%s %s: %d %s", v.lang, path, a.status, text(a.body))
				}
			}
		}
		goods := reply(t, v.get("/store/catalog?shop=POS"), 200)["goods"].([]any)
		if kit := goods[0].(map[string]any); len(goods) != 5 || kit["c"] != "KIT" || kit["f"] != float64(24) || kit["p"] != float64(4500) {
			t.Errorf("%v", goods)
		}
		if got := reply(t, v.get("/store/catalog?shop=TB"), 403); got["code"] != "store_none" {
			t.Errorf("another shop's goods: %v", got)
		}
		for n := range 2 {
			a := v.act(slip, slip, nil)
			if a.status != 303 || !strings.HasSuffix(a.to, "?print=1") {
				t.Fatalf("%d to %s", a.status, a.to)
			}
			if again := strings.Contains(v.get(a.to).body, "Print no."); again != (n == 1) {
				t.Errorf("print %d says it is one again: %t", n+1, again)
			}
		}
		s.hire("far", shops(s.h.Shops["TB"].ID), "clerk")
		if a := s.in("far").get(slip); a.status != 404 {
			t.Errorf("another shop's receipt: %d", a.status)
		}
		if a := s.in("far").get("/store/new"); a.status != 403 {
			t.Errorf("no store in the scope: %d", a.status)
		}
	})
}

func TestHeldSales(t *testing.T) {
	eachStore(t, func(t *testing.T, s *counter) {
		v := s.in("clerk")
		key := strings.Repeat("H", 26)
		form := url.Values{"form_key": {key}, "shop": {"POS"}, "label": {"红包"}, "document": {`{"lines":[]}`}}
		reply(t, v.post("/store/held", form), 200)
		reply(t, v.post("/store/held", form), 200)
		held := reply(t, v.get("/store/held?shop=POS"), 200)["held"].([]any)
		if len(held) != 1 || held[0].(map[string]any)["label"] != "红包" {
			t.Fatalf("held twice: %v", held)
		}
		path := "/store/held/" + held[0].(map[string]any)["id"].(string)
		s.hire("far", shops(s.h.Shops["TB"].ID), "clerk")
		reply(t, s.in("far").post(path, url.Values{"form_key": {key}}), 404)
		for range 2 { // the answer may have been lost
			if got := reply(t, v.post(path, url.Values{"form_key": {strings.Repeat("R", 26)}}), 200); got["document"] != `{"lines":[]}` {
				t.Errorf("%v", got)
			}
		}
		reply(t, v.post(path, url.Values{"form_key": {strings.Repeat("Q", 26)}}), 404)
		reply(t, v.post("/store/held", url.Values{"form_key": {key}, "shop": {"POS"}, "document": {`{`}}), 400)
	})
}

func TestTillCustomer(t *testing.T) {
	eachStore(t, func(t *testing.T, s *counter) {
		v := s.in("clerk")
		find := func(form url.Values) map[string]any { return reply(t, v.post("/store/customer", form), 200) }
		if got := find(url.Values{"phone": {"8000"}}); len(got["known"].([]any)) != 0 || got["whole"] != false {
			t.Errorf("nobody yet: %v", got)
		}
		reply(t, v.post("/store/customer", url.Values{"phone": {"80"}}), 400)
		made := find(url.Values{"phone": {"13800138000"}, "name": {"陈小平"}})["made"].(map[string]any)
		fetch := sale("T2612010001", func(d map[string]any) { d["mode"], d["on"], d["customer"] = "pickup", "2026-12-02", made["token"] })
		fetched := reply(t, v.post("/store/sale", fetch), 200)
		if fetched["handed"] != false {
			t.Errorf("%v", fetched)
		}
		a := v.post("/store/customer", url.Values{"phone": {"8000"}})
		if strings.Contains(a.body, "陈小平") || strings.Contains(a.body, "13800138000") {
			t.Errorf("personal data in the clear: %s", a.body)
		}
		known := reply(t, a, 200)["known"].([]any)
		if len(known) != 1 {
			t.Fatalf("%v", known)
		}
		token := known[0].(map[string]any)["token"]
		reply(t, v.post("/store/sale", sale("T2612010002", func(d map[string]any) { d["mode"], d["customer"] = "pickup", token })), 200)

		t.Run("handed out when it is packed", func(t *testing.T) {
			if a := v.get("/store/pickup?q=8000"); !strings.Contains(a.body, "还没有备好货") || strings.Contains(a.body, "确认交货") || strings.Count(a.body, "本店备货") != 2 {
				t.Errorf("%s", text(a.body))
			}
			pack := "/store/pickup/" + fetched["order"].(string) + "/packing"
			for range 2 { // pressed by two people
				if a := v.act("/store/pickup", pack, nil); a.status != 303 || !strings.Contains(a.to, "did=made_ready") {
					t.Fatalf("%d %s %s", a.status, a.to, text(a.body))
				}
			}
			for _, v.lang = range []string{"en", "zh"} {
				a := v.get("/store/pickup")
				if strings.Count(a.body, "name=\"proof\" required") != 1 || !strings.Contains(text(a.body), "杭州仓") {
					t.Errorf("%s: %s", v.lang, text(a.body))
				}
			}
			s.pack()
			var waiting []flow.Fetching
			dbtest.Read(t, s.d, func(tx *db.Tx) (err error) {
				waiting, err = flow.Fetches(tx, []id.Shop{s.h.Shops["POS"].ID})
				return err
			})
			if len(waiting) != 2 {
				t.Fatalf("%d wait", len(waiting))
			}
			path := "/store/pickup/" + waiting[0].Order.ID.String()
			if a := v.get("/store/pickup?q=8000"); strings.Count(a.body, `name="proof" value="8000"`) != 2 || strings.Contains(a.body, `name="proof" required`) {
				t.Errorf("asked for twice: %s", text(a.body))
			}
			if a := v.act("/store/pickup?q=010001", path, url.Values{"proof": {"8001"}, "q": {"8000"}}); a.status != 403 || !strings.Contains(a.body, "没有交货") || !strings.Contains(a.body, `value="8000"`) {
				t.Errorf("somebody else's phone: %d %s", a.status, text(a.body))
			}
			if a := v.act("/store/pickup?q=010001", path, url.Values{"proof": {"8000"}}); a.status != 303 || !strings.Contains(a.to, "did=handed_out") {
				t.Fatalf("%d %s %s", a.status, a.to, text(a.body))
			}
			if a := v.act("/store/pickup", path, url.Values{"proof": {"8000"}}); a.status != 409 || !strings.Contains(a.body, "已经交货") {
				t.Errorf("twice: %d %s", a.status, text(a.body))
			}
			s.hire("far", shops(s.h.Shops["TB"].ID), "clerk")
			if a := s.in("far").post("/store/pickup/"+waiting[1].Order.ID.String(), url.Values{"form_key": {strings.Repeat("F", 26)}, "proof": {"8000"}}); a.status != 404 {
				t.Errorf("another shop's order: %d", a.status)
			}
		})
	})
}

// pack prepares all that waits.
func (s *counter) pack() {
	s.write(func(tx *db.Tx) error {
		if _, err := flow.Plan(tx, 10); err != nil {
			return err
		}
		_, ids, err := flow.Release(tx, s.h.Warehouses[0].ID, 10)
		if err != nil {
			return err
		}
		if _, err := flow.Pick(tx, ids); err != nil {
			return err
		}
		list := make([]fulfilment.Packing, len(ids))
		for i, p := range ids {
			list[i] = fulfilment.Packing{Package: p, WeightG: 200}
		}
		_, err = flow.Pack(tx, list)
		return err
	})
}

func TestShiftPages(t *testing.T) {
	eachStore(t, func(t *testing.T, s *counter) {
		s.hire("two", shops(s.h.Shops["POS"].ID), "clerk")
		v := s.in("two")
		const page = "/store/shift"
		if a := v.act(page, page, url.Values{"shop": {"POS"}, "terminal": {"1"}, "float": {"100"}}); a.status != 409 || !strings.Contains(a.body, "已有人开班") {
			t.Errorf("a till that is taken: %d %s", a.status, text(a.body))
		}
		if a := v.act(page, page, url.Values{"shop": {"POS"}, "terminal": {"2"}, "float": {"一百"}}); a.status != 400 || !strings.Contains(a.body, `value="一百"`) {
			t.Errorf("no amount: %d %s", a.status, text(a.body))
		}
		if a := v.act(page, page, url.Values{"shop": {"POS"}, "terminal": {"2"}, "float": {"100"}}); a.status != 303 {
			t.Fatalf("%d %s", a.status, text(a.body))
		}
		sold := reply(t, v.post("/store/sale", sale("T2612010001")), 200)
		var mine *finance.Shift
		dbtest.Read(t, s.d, func(tx *db.Tx) (err error) {
			mine, err = finance.ShiftOf(tx, s.people["two"].Caller().Actor)
			return err
		})
		own := page + "/" + mine.ID.String()
		if a := v.act(page, own+"/cash", url.Values{"way": {"out"}, "amount": {"50"}, "reason": {"送银行"}, "own": {"1"}}); a.status != 303 {
			t.Errorf("cash out: %d %s", a.status, text(a.body))
		}
		if a := s.in("clerk").act(page, own+"/close", nil); a.status != 403 {
			t.Errorf("another's shift: %d", a.status)
		}
		// 100 + 9.90 - 50 = 59.90
		if a := v.act(page, own+"/close", url.Values{"unit_5000": {"1"}, "own": {"1"}}); a.status != 400 || !strings.Contains(a.body, "-9.90") || !strings.Contains(a.body, `data-unit="5000" inputmode="numeric" maxlength="7" autocomplete="off" value="1"`) {
			t.Errorf("a difference without a reason: %d %s", a.status, text(a.body))
		}
		counts := url.Values{"unit_5000": {"1"}, "unit_500": {"1"}, "unit_100": {"4"}, "unit_50": {"1"}, "unit_10": {"4"}}
		if a := v.act(page, own+"/close", counts); a.status != 303 || !strings.HasPrefix(a.to, own) {
			t.Fatalf("%d %s", a.status, text(a.body))
		}
		for _, v.lang = range []string{"zh", "en"} {
			if a := v.get(own); a.status != 200 || strings.Count(a.body, "¥59.90") != 2 {
				t.Errorf("%s: %d %s", v.lang, a.status, text(a.body))
			}
		}
		t.Run("void by right", func(t *testing.T) {
			path := fmt.Sprintf("/store/sale/%s/void", sold["sale"])
			if a := v.act(page, path, url.Values{"reason": {"错"}}); a.status != 403 {
				t.Errorf("a clerk: %d", a.status)
			}
			boss := s.hire("boss", everywhere(), "sales")
			b := s.in("boss")
			s.shift(boss, "9")
			receipt := "/store/receipt/" + sold["sale"].(string)
			key := b.key(receipt)
			for range 2 {
				if a := b.post(path, url.Values{"reason": {"错"}, "form_key": {key}}); a.status != 303 || !strings.Contains(a.to, "sale_voided") {
					t.Fatalf("%d %s", a.status, text(a.body))
				}
			}
			if a := b.post(path, url.Values{"reason": {"又"}, "form_key": {key}}); a.status != 409 {
				t.Errorf("voided again: %d", a.status)
			}
			if a := b.get(receipt); !strings.Contains(a.body, "已作废") || s.stockOf("PASTE") != 50 {
				t.Errorf("%s", text(a.body))
			}
		})
	})
}
