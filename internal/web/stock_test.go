package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/staff"
)

// stockroom is a house with goods, an order that waits, and people.
type stockroom struct {
	*stage
	h *flowtest.House
	w world
}

func openStockroom(t *testing.T, d *db.DB) *stockroom {
	w := live(t, d)
	s := &stockroom{stage: raise(t, d), h: w.h, w: w}
	s.hire("boss", staff.Everywhere(), "owner")
	s.hire("stock", staff.Everywhere(), "warehouse")
	s.hire("clerk", staff.Everywhere(), "clerk")
	s.hire("sales", staff.Everywhere(), "sales")
	return s
}

// stock wants on hand, reserved and unsellable of a SKU in a warehouse.
func (s *stockroom) stock(warehouse int, sku string, onHand, reserved, unsellable int64) {
	s.t.Helper()
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Warehouse: s.h.Warehouses[warehouse].ID, SKU: s.h.SKU[sku]})
		if err != nil || len(rows) != 1 || rows[0].OnHand != onHand || rows[0].Reserved != reserved || rows[0].Unsellable != unsellable {
			s.t.Errorf("%s: %+v %v, want on hand %d, reserved %d, unsellable %d", sku, rows, err, onHand, reserved, unsellable)
		}
		return err
	})
}

// each opens a stockroom on both databases and proves its books afterwards.
func eachStockroom(t *testing.T, test func(t *testing.T, s *stockroom)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openStockroom(t, d)
		test(t, s)
		s.h.Clean()
	})
}

func has(t *testing.T, a answer, status int, parts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s %s", a.status, status, a.to, text(a.body))
	}
	for _, part := range parts {
		if !strings.Contains(text(a.body), part) && !strings.Contains(a.body, part) {
			t.Errorf("no %q in %s", part, text(a.body))
		}
	}
}

func TestStockPages(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		for _, lang := range []string{"zh", "en"} {
			v := s.in("boss")
			v.lang = lang
			for _, path := range []string{"/stock", "/stock?state=short", "/stock?q=xx", "/stock/PAN", "/stock/SHAMPOO?prove=1", "/stock/KIT", "/stock/SHAMPOO/ledger",
				"/stock/SHAMPOO/ledger?kind=ship&until=2030-01-01", "/stock/receive", "/stock/move", "/stock/transfer", "/stock/count", "/products", "/products?q=zz", "/products/new",
				"/products/KIT", "/products/PASTE"} {
				has(t, v.get(path), 200)
			}
		}
		v := s.in("boss")
		has(t, v.get("/stock?q=SHAMPOO"), 200, "洗发水", "/stock/SHAMPOO/ledger?warehouse=HZ")
		has(t, v.get("/stock/SHAMPOO"), 200, "202611110010", "谁占用了我的货")
		has(t, v.get("/stock/PAN"), 200, "2026111100004")
		has(t, v.get("/stock/SHAMPOO?prove=1"), 200, "全部吻合")
		has(t, v.get("/stock/SHAMPOO/ledger"), 200, "入库", "占用", "出库")
		has(t, v.get("/stock/NOBODY"), 404)
		has(t, v.get("/stock?state=odd"), 400)
		has(t, v.get("/stock?warehouse=XX"), 400)
		has(t, v.get("/stock/SHAMPOO/ledger?after=1.2.3"), 400)
		has(t, s.in("sales").get("/stock/receive"), 403)
	})
}

// A narrow scope sees its own warehouses, and an order of another shop keeps its figures
// and loses its number.
func TestStockScope(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		s.hire("west", staff.Scope{Warehouses: []id.Warehouse{s.h.Warehouses[0].ID}}, "warehouse")
		v := s.in("west")
		a := v.get("/stock/SHAMPOO")
		has(t, a, 200, "其他店铺")
		if strings.Contains(a.body, "2026111100100") {
			t.Error("an order outside the scope is named")
		}
		if strings.Contains(v.get("/stock/SHAMPOO/ledger").body, "2026111100100") {
			t.Error("the ledger names an order outside the scope")
		}
		has(t, v.act("/stock/receive", "/stock/receive", url.Values{"warehouse": {"DG"}, "code": {"PAN"}, "qty": {"1"}}), 400)
	})
}

func TestReceiveServesWhoWaits(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		v := s.in("stock")
		form := url.Values{"warehouse": {"HZ"}, "note": {"送货单 88"}, "code": {"PAN", "PAN", ""}, "qty": {"3", "2", ""}, "bin": {"A-01", "A-01", ""},
			"lot": {"", "", ""}, "made_on": {"", "", ""}, "expires_on": {"", "", ""}}
		form.Set("form_key", v.key("/stock/receive"))
		a := v.post("/stock/receive", form)
		again := v.post("/stock/receive", form) // sent twice
		if a.status != 303 || again.to != a.to {
			t.Fatalf("%d %q, again %q: %s", a.status, a.to, again.to, text(a.body))
		}
		s.stock(0, "PAN", 5, 1, 0)
		has(t, v.get(a.to), 200, "已入库 5 件", "2026111100004")
		has(t, v.get("/stock/PAN"), 200, "A-01")
		form.Set("form_key", v.key("/stock/receive"))
		has(t, v.post("/stock/receive", form), 409, "送货单 88")
		s.stock(0, "PAN", 5, 1, 0)
		wrong := url.Values{"warehouse": {"HZ"}, "code": {"NOBODY", "PAN", "KIT"}, "qty": {"1", "x", "1"}}
		has(t, v.act("/stock/receive", "/stock/receive", wrong), 400, "没有这个商品", "NOBODY", "组合装", "10,000,000")
		has(t, v.act("/stock/receive", "/stock/receive", url.Values{"warehouse": {"HZ"}}), 400)
	})
}

func TestMoveAndTransfer(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		v := s.in("stock")
		a := v.act("/stock/move", "/stock/move", url.Values{"warehouse": {"HZ"}, "code": {"SHAMPOO"}, "qty": {"5"}, "bin": {""}, "to": {"B-02"}})
		if a.status != 303 {
			t.Fatal(text(a.body))
		}
		has(t, v.get("/stock/SHAMPOO"), 200, "B-02")
		has(t, v.act("/stock/move", "/stock/move", url.Values{"warehouse": {"HZ"}, "code": {"SHAMPOO"}, "qty": {"99"}, "bin": {"B-02"}, "to": {"B-03"}}), 409, "可移动")
		has(t, v.act("/stock/move", "/stock/move", url.Values{"warehouse": {"HZ"}, "code": {"SHAMPOO"}, "qty": {"1"}, "bin": {"ZZ"}, "to": {"B-03"}}), 400, "没有货位 ZZ")

		has(t, v.act("/stock/transfer", "/stock/transfer", url.Values{"warehouse": {"HZ"}, "to_warehouse": {"HZ"}, "code": {"PASTE"}, "qty": {"6"}}), 400)
		a = v.act("/stock/transfer", "/stock/transfer", url.Values{"warehouse": {"HZ"}, "to_warehouse": {"DG"}, "code": {"PASTE"}, "qty": {"6"}, "note": {"补货"}})
		if a.status != 303 {
			t.Fatal(text(a.body))
		}
		page := strings.Split(a.to, "?")[0]
		has(t, v.get(page), 200, "补货", "在途")
		has(t, v.get("/stock/PASTE"), 200, "在途")
		field := regexp.MustCompile(`name="(came_[^"]+)"`).FindStringSubmatch(v.get(page).body)[1]
		has(t, v.act(page, page, url.Values{field: {"7"}}), 400)
		a = v.act(page, page, url.Values{field: {"5"}, "bin": {"C-1"}})
		if a.status != 303 {
			t.Fatal(text(a.body))
		}
		s.stock(1, "PASTE", 5, 0, 0)
		has(t, v.get(page), 200, "已收货", "途中短少")
		has(t, v.get("/stock/transfer"), 200, "补货")
		has(t, v.get("/transfers/T-1"), 404)
	})
}

func TestAdjust(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		v := s.in("stock")
		adjust := func(form url.Values) answer { return v.act("/stock/PASTE", "/stock/PASTE/adjustment", form) }
		has(t, adjust(url.Values{"kind": {"damage"}, "warehouse": {"HZ"}, "qty": {"2"}}), 400, "必须写明原因")
		has(t, adjust(url.Values{"kind": {"damage"}, "warehouse": {"HZ"}, "qty": {"x"}, "reason": {"摔坏"}}), 400, "数量")
		has(t, adjust(url.Values{"kind": {"odd"}, "warehouse": {"HZ"}, "qty": {"1"}, "reason": {"摔坏"}}), 400)
		has(t, adjust(url.Values{"kind": {"loss"}, "warehouse": {"HZ"}, "qty": {"9999"}, "reason": {"没了"}}), 409, "库存只有")
		if a := adjust(url.Values{"kind": {"damage"}, "warehouse": {"HZ"}, "qty": {"2"}, "reason": {"摔坏"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		if a := adjust(url.Values{"kind": {"scrap"}, "warehouse": {"HZ"}, "qty": {"1"}, "reason": {"扔了"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		if a := adjust(url.Values{"kind": {"found"}, "warehouse": {"HZ"}, "slot": {"HZ 0.0"}, "qty": {"4"}, "reason": {"找到"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		has(t, v.get("/stock/PASTE/ledger"), 200, "摔坏 A-", "Ms stock")
		has(t, s.in("clerk").post("/stock/PASTE/adjustment", url.Values{}), 403)
	})
}

func TestCountSheet(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		clerk, lead := s.in("clerk"), s.in("stock")
		has(t, clerk.act("/stock/count", "/stock/count", url.Values{"warehouse": {"HZ"}, "title": {"A 区"}, "bins": {"NO-*"}}), 400, "NO-*")
		a := clerk.act("/stock/count", "/stock/count", url.Values{"warehouse": {"HZ"}, "title": {"A 区"}, "skus": {"SHAMPOO paste"}, "blind": {"1"}})
		if a.status != 303 {
			t.Fatal(text(a.body))
		}
		page := a.to
		a = clerk.get(page)
		has(t, a, 200, "盲盘", "洗发水", "过账需要")
		if strings.Contains(text(a.body), "账面") && !strings.Contains(text(a.body), "盲盘:账面数") {
			t.Error("a blind sheet shows the books")
		}
		scan := func(key, code string) answer {
			return clerk.post(page+"/scan", url.Values{"form_key": {key + strings.Repeat("A", 26-len(key))}, "code": {code}, "at": {"1"}})
		}
		for _, key := range []string{"B", "C", "D", "D", "C"} { // two were sent again
			has(t, scan(key, "shampoo"), 200, `"kind":"goods"`)
		}
		has(t, scan("E", "SHAMPOO"), 200, `"found":4`)
		has(t, scan("F", "XYZ-1"), 400, `"kind":"wrong"`)
		has(t, scan("G", "KIT"), 400, `"kind":"wrong"`)
		line := regexp.MustCompile(`data-line="([^"]+)"`).FindAllStringSubmatch(clerk.get(page).body, -1)
		if len(line) != 2 {
			t.Fatalf("%d lines", len(line))
		}
		has(t, clerk.act(page, page+"/line", url.Values{"line": {line[1][1]}, "qty": {"-1"}}), 400)
		if a := clerk.act(page, page+"/line", url.Values{"code": {"TOWEL"}, "qty": {"7"}, "bin": {"Z-9"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		if a := clerk.act(page, page+"/recount", url.Values{"line": {line[0][1]}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		if a := clerk.act(page, page+"/line", url.Values{"line": {line[0][1]}, "qty": {"3"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		has(t, clerk.post(page+"/posting", url.Values{}), 403)
		diff := lead.get(page + "?look=diff")
		has(t, diff, 200, "TOWEL", "+7")
		if strings.Contains(diff.body, "¥") {
			t.Error("costs are shown to who may not see them")
		}
		has(t, s.in("boss").get(page+"?look=diff"), 200, "¥35.00") // 7 towels at ¥5
		has(t, lead.act(page, page+"/posting", url.Values{"reason": {" "}}), 400)
		a = lead.act(page, page+"/posting", url.Values{"reason": {"月度盘点"}})
		if a.status != 303 || !strings.Contains(a.to, "counted_freed") {
			t.Fatalf("%d %q %s", a.status, a.to, text(a.body))
		}
		has(t, lead.get(a.to), 200, "已过账", "月度盘点")
		has(t, scan("H", "SHAMPOO"), 409, `"kind":"wrong"`)
		s.stock(0, "TOWEL", 7, 0, 0)
		has(t, lead.get("/counts/C-1"), 404)

		a = lead.act("/stock/count", "/stock/count", url.Values{"warehouse": {"HZ"}, "title": {"按货位"}, "bins": {"Z-*"}})
		page = a.to
		has(t, lead.get(page+"?from=0"), 200, "回到第一页")
		has(t, lead.post(page+"/scan", url.Values{"form_key": {strings.Repeat("Q", 26)}, "code": {"Z-9"}}), 200, `"kind":"bin"`)
		has(t, lead.get(page), 200, "Z-9", "TOWEL")
		has(t, lead.post(page+"/scan", url.Values{"form_key": {strings.Repeat("R", 26)}, "code": {"TOWEL"}}), 200, `"bin":"Z-9"`, `"found":1`)
		if a := lead.act(page, page+"/drop", nil); a.status != 303 {
			t.Fatal(text(a.body))
		}
		has(t, lead.get("/stock/count"), 200, "已作废", "已过账")
	})
}

func TestProducts(t *testing.T) {
	eachStockroom(t, func(t *testing.T, s *stockroom) {
		v := s.in("boss")
		create := url.Values{"code": {"lamp-1"}, "name": {"台灯"}, "price": {"59.00"}, "cost": {"20"}, "barcodes": {"6901234567892"}, "category": {"家居/灯"}}
		a := v.act("/products/new", "/products", create)
		if a.status != 303 || !strings.HasPrefix(a.to, "/products/LAMP-1") {
			t.Fatalf("%d %q %s", a.status, a.to, text(a.body))
		}
		has(t, v.get(a.to), 200, "台灯", "6901234567892", "¥20.00")
		has(t, v.act("/products/new", "/products", create), 409, "LAMP-1")
		create.Set("code", "lamp-2")
		create.Set("barcodes", "6901234567893")
		has(t, v.act("/products/new", "/products", create), 400, "校验位")
		has(t, v.get("/products?category=%E5%AE%B6%E5%B1%85"), 200, "LAMP-1")
		has(t, v.get("/products/6901234567892"), 200, "台灯")

		has(t, v.get("/products/LAMP-1/labels?n=3"), 200, "6901234567892", "LAMP-1")
		for code, want := range map[string]int{"6901234567892": 200, "LAMP-1": 200, "6901234567893": 404} {
			if a := v.get("/products/LAMP-1/barcode.png?code=" + code); a.status != want || want == 200 && !strings.HasPrefix(a.body, "\x89PNG") {
				t.Errorf("picture of %s: %d", code, a.status)
			}
		}
		page := v.get("/products/LAMP-1").body
		key := regexp.MustCompile(`name="form_key" value="([^"]+)"`).FindStringSubmatch(page)[1]
		edit := url.Values{"form_key": {key}, "version": {"1"}, "name": {"护眼台灯"}, "price": {"69"}, "cost": {"20"}}
		if a := v.act("/products/LAMP-1", "/products/LAMP-1", url.Values{"version": {"1"}, "name": {"小台灯"}, "price": {"59"}, "cost": {"21"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		stale := v.post("/products/LAMP-1", edit)
		has(t, stale, 409, "小台灯", "护眼台灯", `name="version" value="2"`)
		has(t, v.act("/products/LAMP-1", "/products/LAMP-1", url.Values{"version": {"2"}, "name": {"x"}, "price": {"1"}, "cost": {"1"}, "parts": {"NOBODY*2"}}), 400, "NOBODY")

		// Whoever may not see costs neither sees nor changes them.
		s.hire("admin", staff.Everywhere(), "admin")
		admin := s.in("admin")
		a = admin.get("/products/LAMP-1")
		has(t, a, 200, "小台灯")
		if strings.Contains(a.body, "21.00") {
			t.Error("the cost is shown")
		}
		if a := admin.act("/products/LAMP-1", "/products/LAMP-1", url.Values{"version": {"2"}, "name": {"大台灯"}, "price": {"59"}, "cost": {"1"}}); a.status != 303 {
			t.Fatal(text(a.body))
		}
		dbtest.Read(t, s.d, func(tx *db.Tx) error {
			found, err := catalog.Find(tx, []string{"LAMP-1"})
			if err != nil || found["LAMP-1"].Cost != 2100 {
				t.Errorf("cost %v %v", found["LAMP-1"].Cost, err)
			}
			return err
		})
		has(t, s.in("clerk").get("/products/LAMP-1"), 200, "修改需要")
		has(t, s.in("clerk").get("/products/new"), 403)
	})
}
