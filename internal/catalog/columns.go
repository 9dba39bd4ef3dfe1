package catalog

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

// Columns is the column map of a file of SKUs: the name is the header of an
// English file, the first of the headers that of a Chinese one.
func Columns() sheet.Map {
	return sheet.Map{
		{Name: "code", Headers: []string{"商品编码", "商家编码", "编码", "货号", "SKU编码", "sku", "sku code", "item code", "stock code"},
			Needed: true},
		{Name: "name", Headers: []string{"商品名称", "名称", "品名", "货品名称", "product name", "title", "description"}},
		{Name: "name_en", Headers: []string{"英文名称", "英文名", "english name"}},
		{Name: "category", Headers: []string{"类目", "分类", "商品分类", "类别", "category path"}},
		{Name: "brand", Headers: []string{"品牌"}},
		{Name: "barcodes", Headers: []string{"条码", "条形码", "商品条码", "国际条码", "barcode", "ean", "ean13", "gtin", "upc"}},
		{Name: "length_mm", Headers: []string{"长(mm)", "长mm", "长度(mm)", "长(毫米)", "length (mm)"}},
		{Name: "width_mm", Headers: []string{"宽(mm)", "宽mm", "宽度(mm)", "宽(毫米)", "width (mm)"}},
		{Name: "height_mm", Headers: []string{"高(mm)", "高mm", "高度(mm)", "高(毫米)", "height (mm)"}},
		{Name: "weight_g", Headers: []string{"重量(g)", "重量g", "重量(克)", "毛重(g)", "weight (g)"}},
		{Name: "cost", Headers: []string{"成本价", "成本", "进价", "采购价", "cost price"}},
		{Name: "price", Headers: []string{"售价", "价格", "单价", "零售价", "销售价", "unit price"}},
		{Name: "lot_tracked", Headers: []string{"批次管理", "是否批次管理", "效期管理", "lot tracked"}},
		{Name: "shelf_life_days", Headers: []string{"保质期(天)", "保质期天数", "保质期", "shelf life (days)"}},
		{Name: "life_left_days_min", Headers: []string{"最少剩余天数", "最短剩余效期(天)", "允销剩余天数", "least remaining life (days)",
			"least_remaining_life_days"}},
		{Name: "parts", Headers: []string{"组合明细", "组合装明细", "套装明细", "components"}},
	}
}

// edit is what one cell says of a SKU. An empty cell says nothing.
type edit func(*SKU)

// reads tells for each column how its cell is read; code and parts are the
// importer's own.
func reads(cur money.Currency) map[string]func(cell string) (edit, error) {
	text := func(set func(*SKU, string)) func(string) (edit, error) {
		return func(cell string) (edit, error) { return func(s *SKU) { set(s, cell) }, nil }
	}
	whole := func(set func(*SKU, int64)) func(string) (edit, error) {
		return func(cell string) (edit, error) {
			n, err := sheet.Int(cell)
			return func(s *SKU) { set(s, n) }, err
		}
	}
	amount := func(set func(*SKU, money.Amount)) func(string) (edit, error) {
		return func(cell string) (edit, error) {
			a, err := money.Parse(cell, cur)
			return func(s *SKU) { set(s, a) }, err
		}
	}
	return map[string]func(string) (edit, error){
		"name":               text(func(s *SKU, v string) { s.Name = v }),
		"name_en":            text(func(s *SKU, v string) { s.NameEN = v }),
		"category":           text(func(s *SKU, v string) { s.Category = v }),
		"brand":              text(func(s *SKU, v string) { s.Brand = v }),
		"barcodes":           readBarcodes,
		"length_mm":          whole(func(s *SKU, n int64) { s.LengthMM = n }),
		"width_mm":           whole(func(s *SKU, n int64) { s.WidthMM = n }),
		"height_mm":          whole(func(s *SKU, n int64) { s.HeightMM = n }),
		"weight_g":           whole(func(s *SKU, n int64) { s.WeightG = n }),
		"cost":               amount(func(s *SKU, a money.Amount) { s.Cost = a }),
		"price":              amount(func(s *SKU, a money.Amount) { s.Price = a }),
		"lot_tracked":        readBool,
		"shelf_life_days":    whole(func(s *SKU, n int64) { s.ShelfLifeDays = n }),
		"life_left_days_min": whole(func(s *SKU, n int64) { s.LifeLeftDaysMin = n }),
	}
}

func readBarcodes(cell string) (edit, error) {
	all := strings.FieldsFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，;；/|、", r) })
	for i := range all {
		code, err := sheet.Code(all[i])
		if err != nil {
			return nil, err
		}
		all[i] = width.Narrow.String(code)
	}
	return func(s *SKU) { s.Barcodes = all }, nil
}

func readBool(cell string) (edit, error) {
	switch strings.ToLower(width.Narrow.String(cell)) {
	case "是", "有", "y", "yes", "true", "1", "√":
		return func(s *SKU) { s.LotTracked = true }, nil
	case "否", "无", "n", "no", "false", "0", "×":
		return func(s *SKU) { s.LotTracked = false }, nil
	}
	return nil, errBool
}

// partText is one part as a file names it.
type partText struct {
	code string
	qty  int64
}

// readParts reads "CODE*2+CODE2*1"; a missing quantity is 1.
func readParts(cell string) ([]partText, error) {
	cell = strings.NewReplacer("＋", "+", "＊", "*", "×", "*").Replace(cell)
	var parts []partText
	for piece := range strings.SplitSeq(cell, "+") {
		p := partText{code: Fold(piece), qty: 1}
		if at := strings.LastIndexByte(piece, '*'); at >= 0 {
			n, err := sheet.Int(strings.TrimSpace(piece[at+1:]))
			if err != nil {
				return nil, errParts
			}
			p = partText{Fold(piece[:at]), n}
		}
		if p.code == "" {
			return nil, errParts
		}
		parts = append(parts, p)
	}
	return parts, nil
}
