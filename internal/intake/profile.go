package intake

import (
	"encoding/json"
	"slices"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/sheet"
)

// Profile is a column map by name: under which headers a kind of file carries
// what the house calls its columns.
type Profile struct {
	Name string
	What string // orders, catalog or stock
	// Columns that differ from the built-in map of What; the others keep theirs.
	Columns sheet.Map
}

// The built-in column maps of order files.
const (
	ProfileBaihuo = "baihuo" // our own layout, headers in Chinese or English
	ProfileUCI    = "uci"    // UCI "Online Retail" with line_kind; always history
)

// shopUCI is the counter-sale shop that files of the profile uci go to when no
// other is named. It is opened when missing.
const shopUCI = "UCI"

// OrderColumns is the column map of our own order files. One row is one line of
// an order; what belongs to the order as a whole may stand on any of its rows.
func OrderColumns() sheet.Map {
	return sheet.Map{
		{Name: "order_no", Headers: []string{"订单号", "订单编号", "平台单号", "交易号", "order id", "order number"}, Needed: true},
		{Name: "line_no", Headers: []string{"子订单号", "子订单编号", "行号", "line"}},
		{Name: "kind", Headers: []string{"行类型", "line_kind"}},
		{Name: "shop", Headers: []string{"店铺编码", "店铺", "shop code"}},
		{Name: "ordered_at", Headers: []string{"下单时间", "订单创建时间", "拍下时间", "created at"}, Needed: true},
		{Name: "paid_at", Headers: []string{"付款时间", "支付时间"}},
		{Name: "state", Headers: []string{"订单状态", "状态", "status"}},
		{Name: "pay_method", Headers: []string{"支付方式", "付款方式"}},
		{Name: "sku", Headers: []string{"商家编码", "商品编码", "货号", "sku code"}, Needed: true},
		{Name: "name", Headers: []string{"商品名称", "名称", "标题", "title"}},
		{Name: "qty", Headers: []string{"数量", "件数", "quantity"}, Needed: true},
		{Name: "price", Headers: []string{"单价", "unit price"}, Needed: true},
		{Name: "price_minor", Headers: []string{"unit_price_minor"}},
		{Name: "discount", Headers: []string{"优惠", "行优惠", "优惠金额"}},
		{Name: "freight", Headers: []string{"运费", "邮费", "shipping fee"}},
		{Name: "amount_cod", Headers: []string{"代收货款", "货到付款金额", "cod amount"}},
		{Name: "currency", Headers: []string{"币种"}},
		{Name: "customer", Headers: []string{"买家", "买家昵称", "会员名", "客户编号", "buyer"}},
		{Name: "country", Headers: []string{"国家"}},
		{Name: "recipient", Headers: []string{"收件人", "收货人", "收货人姓名", "receiver"}},
		{Name: "phone", Headers: []string{"手机", "电话", "联系电话", "收货人手机", "mobile"}},
		{Name: "province", Headers: []string{"省", "省份"}},
		{Name: "city", Headers: []string{"市", "城市"}},
		{Name: "district", Headers: []string{"区", "区县"}},
		{Name: "town", Headers: []string{"街道", "乡镇"}},
		{Name: "address", Headers: []string{"地址", "详细地址", "收货地址"}},
		{Name: "buyer_message", Headers: []string{"买家留言"}},
		{Name: "seller_memo", Headers: []string{"卖家备注", "备注"}},
		{Name: "ship_by", Headers: []string{"最晚发货时间", "发货时限"}},
		{Name: "voided", Headers: []string{"voided_by_cancel"}},
	}
}

// StockColumns is the column map of stock files.
func StockColumns() sheet.Map {
	return sheet.Map{
		{Name: "warehouse", Headers: []string{"仓库编码", "仓库", "warehouse code"}, Needed: true},
		{Name: "sku", Headers: []string{"商品编码", "商家编码", "货号", "sku code"}, Needed: true},
		{Name: "qty", Headers: []string{"数量", "库存数量", "实盘数量", "quantity"}, Needed: true},
		{Name: "lot", Headers: []string{"批次", "批次号", "批号"}},
		{Name: "made_on", Headers: []string{"生产日期"}},
		{Name: "expires_on", Headers: []string{"到期日", "有效期至", "失效日期", "expiry"}},
		{Name: "bin", Headers: []string{"货位", "库位"}},
		{Name: "reference", Headers: []string{"单号", "入库单号", "参考号"}},
	}
}

// over lays a profile's columns over a map: a named column keeps only the
// headers that the profile gives it.
func over(base, own sheet.Map) sheet.Map {
	base = slices.Clone(base)
	minor := false
	for _, c := range own {
		for i := range base {
			if base[i].Name == c.Name {
				base[i].Headers = c.Headers
				minor = minor || c.Name == "price_minor"
			}
		}
	}
	for i := range base { // a price is needed, but in one unit only
		switch base[i].Name {
		case "price":
			base[i].Needed = base[i].Needed && !minor
		case "price_minor":
			base[i].Needed = minor
		}
	}
	return base
}

// uci is the layout of the real file: its headers are our names but for three.
func uci() sheet.Map {
	return over(OrderColumns(), sheet.Map{{Name: "price_minor", Headers: []string{"unit_price_minor"}}})
}

func baseOf(what string) (sheet.Map, bool) {
	switch what {
	case "orders":
		return OrderColumns(), true
	case "stock":
		return StockColumns(), true
	case "catalog":
		return catalogColumns(), true
	case "warehouses":
		return warehouseColumns(), true
	case "shops":
		return shopColumns(), true
	case "carriers":
		return carrierColumns(), true
	case "tariffs":
		return carrier.Columns(), true
	}
	return nil, false
}

// SaveProfile keeps a column map under its name, in place of an older one.
// Fault: ErrProfileInvalid naming each wrong column.
func SaveProfile(tx *db.Tx, p Profile) error {
	if f := p.check(); f != nil {
		return f
	}
	text, err := json.Marshal(p.Columns)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`/* intake.SaveProfile */ INSERT INTO import_profiles (name, kind, columns) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, columns = excluded.columns`, p.Name, p.What, string(text))
	return err
}

func (p Profile) check() error {
	bad := ErrProfileInvalid
	base, known := baseOf(p.What)
	if !known {
		bad = bad.Field("what", "只能是 orders、catalog 或 stock", "it is orders, catalog or stock")
	}
	if name := strings.TrimSpace(p.Name); name == "" || name != p.Name || name == ProfileBaihuo || name == ProfileUCI || len(name) > 60 {
		bad = bad.Field("name", "名称不能为空、不能带首尾空格,也不能用内置的 baihuo 和 uci",
			"the name is needed, without blanks around it, and not one of the built-in baihuo and uci")
	}
	for _, c := range p.Columns {
		if !slices.ContainsFunc(base, func(b sheet.Column) bool { return b.Name == c.Name }) {
			bad = bad.Field(c.Name, "没有这一列,可用的列见文档", "there is no such column; the manual lists them")
		}
		if len(c.Headers) == 0 {
			bad = bad.Field(c.Name, "没有写它在表里的列名", "the header it has in the file is not given")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Profiles gives the saved column maps by name. There are few.
func Profiles(tx *db.Tx) ([]Profile, error) {
	return db.List(tx, `/* intake.Profiles */ SELECT name, kind, columns FROM import_profiles ORDER BY name LIMIT 1000`,
		func(r db.Row) (p Profile, err error) {
			var text string
			if err := r.Scan(&p.Name, &p.What, &text); err != nil {
				return p, err
			}
			return p, json.Unmarshal([]byte(text), &p.Columns)
		})
}

// columns finds the column map of a profile. No name is our own layout.
// Fault: ErrProfile.
func columns(tx *db.Tx, what, name string) (sheet.Map, error) {
	base, _ := baseOf(what)
	switch {
	case name == "" || name == ProfileBaihuo:
		return base, nil
	case name == ProfileUCI && what == "orders":
		return uci(), nil
	}
	saved, err := Profiles(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range saved {
		if p.Name == name && p.What == what {
			return over(base, p.Columns), nil
		}
	}
	return nil, ErrProfile.With(name)
}

// Columns gives the built-in column map of a kind of file; none for one that is
// unknown.
func Columns(what string) sheet.Map {
	base, _ := baseOf(what)
	return base
}
