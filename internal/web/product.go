package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// productForm is what somebody says of a SKU, as text.
type productForm struct {
	Code, Name, NameEN, Category, Brand, Length, Width, Height, Weight string
	Price, Cost, ShelfLife, LifeLeft, Barcodes, Parts                  string
	LotTracked                                                         bool
	Version                                                            int64
}

func sizeText(s *catalog.SKU) string {
	if s.LengthMM == 0 && s.WidthMM == 0 && s.HeightMM == 0 {
		return ""
	}
	return fmt.Sprintf("%g×%g×%g", float64(s.LengthMM)/10, float64(s.WidthMM)/10, float64(s.HeightMM)/10)
}

// product is the page of one SKU.
func (s *Site) product(v *visit) error { return s.showProduct(v, http.StatusOK, nil, nil, nil) }

// showProduct shows a SKU and the form to change it; yours is a refused edit, against
// what both sides of a conflict.
func (s *Site) showProduct(v *visit, status int, yours *productForm, against []side, c *complaint) error {
	var sku *catalog.SKU
	var rows []stockRow
	var recent []row
	var sheaf order.Sheaf
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		lean, err := v.sku(tx)
		if err != nil {
			return err
		}
		full, err := catalog.Get(tx, []id.SKU{lean.ID})
		if err != nil {
			return err
		}
		sku = full[lean.ID]
		if rows, err = v.stockOfProduct(tx, sku); err != nil || !v.caller.May(staff.OrderRead) {
			return err
		}
		recent, sheaf, err = v.ordersOfProduct(tx, sku)
		return err
	}); err != nil {
		return err
	}
	cost := v.caller.May(staff.CostRead)
	form := formOf(sku, cost)
	if yours != nil {
		yours.Version = form.Version
		form = *yours
	}
	return s.render(v, status, "product", map[string]any{"Title": sku.Code + " " + sku.Name, "FormKey": formKey(),
		"Complaint": c, "SKU": sku, "Form": form, "Path": productPath(sku.Code), "StockPath": skuPath(sku.Code), "Size": sizeText(sku),
		"Price": price(sku.Price, houseCurrency), "CostText": price(sku.Cost, houseCurrency), "Cost": cost, "Sides": against, "Rows": rows,
		"Orders": recent, "Total": orderPage{total: sheaf.Total}.totalWord(), "OrdersLink": listLink(url.Values{"sku": {sku.Code}}), "MayOrders": v.caller.May(staff.OrderRead),
		"MayEdit": v.caller.May(staff.CatalogEdit), "MayStock": v.caller.May(staff.StockRead)})
}

// stockOfProduct gives the stock of a SKU by warehouse, for who may see stock.
func (v *visit) stockOfProduct(tx *db.Tx, sku *catalog.SKU) (rows []stockRow, err error) {
	if !v.caller.May(staff.StockRead) || sku.Bundle {
		return nil, nil
	}
	places, err := v.depots(tx)
	if err != nil {
		return nil, err
	}
	counters, err := countersOf(tx, inventory.Filter{Scope: v.caller.Scope}, []id.SKU{sku.ID})
	for _, w := range places.list {
		if r, there := counters[inventory.Place{Warehouse: w.ID, SKU: sku.ID}]; there {
			rows = append(rows, v.stockRow(sku, w, r, 0, 0))
		}
	}
	return rows, err
}

// productOrders is how many of its orders the page of a SKU shows.
const productOrders = 10

// ordersOfProduct gives the latest orders with a SKU and how many the list counts.
func (v *visit) ordersOfProduct(tx *db.Tx, sku *catalog.SKU) (rows []row, sheaf order.Sheaf, err error) {
	if sheaf, err = order.Browse(tx, order.Browsing{Scope: v.caller.Scope, SKUs: []id.SKU{sku.ID}, Sort: order.ByOrdered, Limit: productOrders}); err != nil {
		return nil, sheaf, err
	}
	shops, err := shop.All(tx)
	sum := summary{now: tx.Now(), shops: map[id.Shop]shop.Shop{}}
	for _, one := range shops {
		sum.shops[one.ID] = one
	}
	for _, c := range sheaf.Cards {
		rows = append(rows, v.row(c, &sum, nil))
	}
	return rows, sheaf, err
}

func formOf(s *catalog.SKU, cost bool) productForm {
	n := func(n int64) string {
		if n == 0 {
			return ""
		}
		return number64(n)
	}
	f := productForm{Code: s.Code, Name: s.Name, NameEN: s.NameEN, Category: s.Category, Brand: s.Brand, Length: n(s.LengthMM), Width: n(s.WidthMM),
		Height: n(s.HeightMM), Weight: n(s.WeightG), Price: s.Price.Format(houseCurrency), ShelfLife: n(s.ShelfLifeDays), LifeLeft: n(s.LifeLeftDaysMin),
		Barcodes: strings.Join(s.Barcodes, "\n"), LotTracked: s.LotTracked, Version: s.Version}
	if cost {
		f.Cost = s.Cost.Format(houseCurrency)
	}
	var parts []string
	for _, p := range s.Parts {
		parts = append(parts, fmt.Sprintf("%s*%d", p.Item.Code, p.Qty))
	}
	f.Parts = strings.Join(parts, "\n")
	return f
}

func (v *visit) productForm() *productForm {
	form := v.r.PostForm
	at := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	version, _ := strconv.ParseInt(at("version"), 10, 64)
	return &productForm{Code: at("code"), Name: at("name"), NameEN: at("name_en"), Category: at("category"), Brand: at("brand"), Length: at("length_mm"),
		Width: at("width_mm"), Height: at("height_mm"), Weight: at("weight_g"), Price: at("price"), Cost: at("cost"), ShelfLife: at("shelf_life_days"),
		LifeLeft: at("life_left_days_min"), Barcodes: at("barcodes"), Parts: at("parts"), LotTracked: form.Get("lot_tracked") == "1", Version: version}
}

// lay puts a form over a SKU. Fault: catalog.ErrInvalid with all that cannot be read.
func (f *productForm) lay(tx *db.Tx, s *catalog.SKU, cost bool) error {
	bad := catalog.ErrInvalid
	whole := func(name, text string) (n int64) {
		n, err := strconv.ParseInt(text, 10, 64)
		if text != "" && (err != nil || n < 0) {
			bad = bad.Field(name, "请填写不小于 0 的整数", "is a whole number, 0 or more")
		}
		return n
	}
	amount := func(name, text string) money.Amount {
		a, err := money.Parse(text, houseCurrency)
		if err != nil || a < 0 {
			bad = bad.Field(name, "请填写金额,例如 12.30", "is an amount such as 12.30")
		}
		return a
	}
	s.Name, s.NameEN, s.Category, s.Brand, s.LotTracked, s.Version = f.Name, f.NameEN, f.Category, f.Brand, f.LotTracked, f.Version
	s.LengthMM, s.WidthMM, s.HeightMM = whole("length_mm", f.Length), whole("width_mm", f.Width), whole("height_mm", f.Height)
	s.WeightG, s.ShelfLifeDays = whole("weight_g", f.Weight), whole("shelf_life_days", f.ShelfLife)
	s.LifeLeftDaysMin, s.Price = whole("life_left_days_min", f.LifeLeft), amount("price", f.Price)
	if cost {
		s.Cost = amount("cost", f.Cost)
	}
	s.Barcodes = strings.Fields(f.Barcodes)
	parts, wrong, err := partsOf(tx, f.Parts)
	if err != nil {
		return err
	}
	if wrong != "" {
		bad = bad.Field("parts", fmt.Sprintf("看不懂 %s;每行写 编码*数量,编码要已经建档", wrong), fmt.Sprintf("%s is not clear; write CODE*QUANTITY of SKUs that exist, one a line", wrong))
	}
	s.Parts, s.Bundle = parts, len(parts) > 0
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// partsOf reads the parts of a bundle; wrong is the first line that names no SKU.
func partsOf(tx *db.Tx, text string) (parts []catalog.Part, wrong string, err error) {
	lines := strings.Fields(text)
	codes, qtys := make([]string, len(lines)), make([]int64, len(lines))
	for i, line := range lines {
		code, qty, _ := strings.Cut(line, "*")
		n, err := strconv.ParseInt(qty, 10, 64)
		if err != nil || n < 1 {
			return nil, line, nil
		}
		codes[i], qtys[i] = code, n
	}
	found, err := catalog.Find(tx, codes)
	for i, code := range codes {
		if err == nil && found[code] == nil {
			return nil, lines[i], nil
		}
		if found[code] != nil {
			parts = append(parts, catalog.Part{SKU: found[code].ID, Qty: qtys[i]})
		}
	}
	return parts, "", err
}

// changeProduct writes an edit of the version that was looked at; an edit of an older
// one shows both sides and may be sent again.
func (s *Site) changeProduct(v *visit) error {
	f := v.productForm()
	err := s.act(v, func(tx *db.Tx) (string, error) {
		lean, err := v.sku(tx)
		if err != nil {
			return "", err
		}
		full, err := catalog.Get(tx, []id.SKU{lean.ID})
		if err != nil {
			return "", err
		}
		sku := *full[lean.ID]
		if err := f.lay(tx, &sku, v.caller.May(staff.CostRead)); err != nil {
			return "", err
		}
		return did(productPath(sku.Code), "product", 0, ""), putOne(tx, sku)
	})
	if err == nil {
		return nil
	}
	stale := errors.Is(err, catalog.ErrStale)
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	return s.showProduct(v, status, f, v.bothSides(err, stale), c)
}

func putOne(tx *db.Tx, sku catalog.SKU) error {
	outcomes, err := catalog.Put(tx, []catalog.SKU{sku})
	if err == nil && outcomes[0].Fault != nil {
		return outcomes[0].Fault
	}
	return err
}

// bothSides reads from a conflict what stands and what was sent. Costs are for who may
// see them.
func (v *visit) bothSides(err error, stale bool) (list []side) {
	if !stale {
		return nil
	}
	for _, field := range fault.Of(err).Fields {
		if field.Name != "cost" || v.caller.May(staff.CostRead) {
			list = append(list, side{Key: "pr_" + field.Name, Now: pair{field.ZH, field.EN}.in(v.lang)})
		}
	}
	return slices.DeleteFunc(list, func(one side) bool { return words[one.Key].zh == "" })
}

// newProduct is the form for a new SKU.
func (s *Site) newProduct(v *visit) error {
	return s.askProduct(v, http.StatusOK, &productForm{Price: "0.00", Cost: "0.00"}, nil)
}

func (s *Site) askProduct(v *visit, status int, f *productForm, c *complaint) error {
	return s.render(v, status, "product_new", map[string]any{"Title": v.word("pr_new"), "FormKey": formKey(), "Complaint": c,
		"Form": f, "Cost": v.caller.May(staff.CostRead), "New": true})
}

var errProductThere = fault.New(fault.Conflict, "product_there", "编码 %s 已经有了,没有保存;请换一个编码,或到它的页面修改",
	"The code %s exists and nothing was saved; write another, or change the SKU on its page")

// createProduct makes a SKU of a code that nobody has.
func (s *Site) createProduct(v *visit) error {
	f := v.productForm()
	err := s.act(v, func(tx *db.Tx) (string, error) {
		code := catalog.Fold(f.Code)
		found, err := catalog.Find(tx, []string{code})
		if err != nil {
			return "", err
		}
		if there := found[code]; there != nil {
			return "", errProductThere.With(code).Field("code", "已有", "exists")
		}
		sku := catalog.SKU{Code: code}
		f.Version = 0
		if err := f.lay(tx, &sku, v.caller.May(staff.CostRead)); err != nil {
			return "", err
		}
		return did(productPath(code), "product", 0, ""), putOne(tx, sku)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.askProduct(v, status, f, c)
}
