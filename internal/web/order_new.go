package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// newLines is how many lines the form of a new order has.
const newLines = 8

var errNewShop = fault.New(fault.Invalid, "shop_choose", "请选择您有权开单的店铺", "Choose a shop that is yours to sell for")

// newLine is one line of the form as it was typed.
type newLine struct {
	N                int
	Code, Qty, Price string
	Wrong            string
}

// newOrder is the form of a manual or phone order.
func (s *Site) newOrder(v *visit) error { return s.showNewOrder(v, http.StatusOK, nil) }

func (s *Site) showNewOrder(v *visit, status int, c *complaint) error {
	all, err := s.places(v)
	if err != nil {
		return err
	}
	var shops, stores []choice
	for _, one := range all.shops {
		if v.caller.Scope.HasShop(one.ID) {
			shops = append(shops, choice{Value: one.Code, Label: one.Name, Chosen: v.r.PostFormValue("shop") == one.Code})
		}
	}
	for _, w := range all.warehouses {
		stores = append(stores, choice{Value: w.Code, Label: w.Name, Chosen: v.r.PostFormValue("store") == w.Code})
	}
	lines := make([]newLine, newLines)
	for i := range lines {
		n := strconv.Itoa(i)
		lines[i] = newLine{i, v.r.PostFormValue("code_" + n), v.r.PostFormValue("qty_" + n), v.r.PostFormValue("price_" + n), ""}
	}
	wrong := map[string]string{}
	if c != nil {
		wrong = c.Fields
		v.wrongLines(lines, c)
	}
	typed := map[string]string{}
	for name := range v.r.PostForm {
		typed[name] = v.r.PostFormValue(name)
	}
	return s.render(v, status, "order_new", map[string]any{"Title": v.word("order_new"), "Shops": shops, "Stores": stores, "Lines": lines,
		"Typed": typed, "Wrong": wrong, "Complaint": c, "FormKey": formKey(), "MayPrice": v.caller.May(staff.RuleEdit)})
}

// wrongLines puts what is wrong of a line beside the row that it was typed into: empty
// rows are no lines.
func (v *visit) wrongLines(lines []newLine, c *complaint) {
	n := 0
	for i := range lines {
		if strings.TrimSpace(lines[i].Code) == "" && i > 0 {
			continue
		}
		for _, field := range []string{"code", "qty", "price"} {
			if say := c.Fields[fmt.Sprintf("lines[%d].%s", n, field)]; say != "" {
				lines[i].Wrong = say
			}
		}
		n++
	}
}

// placeOrder takes a typed order in the way the interface takes one: prepared outside,
// accepted inside one transaction, once per form.
func (s *Site) placeOrder(v *visit) error {
	key := v.r.PostFormValue("form_key")
	if len(key) != formKeyLen {
		return errForm
	}
	d, err := s.draftOf(v, "M"+key[:12])
	if err == nil {
		err = s.acceptOrder(v, d)
	}
	if c, status, rest := v.complainOf(err); c != nil {
		return s.showNewOrder(v, status, c)
	} else if rest != nil {
		return rest
	}
	return nil
}

// draftOf reads the form. What it cannot read is a fault with the fields.
func (s *Site) draftOf(v *visit, no string) (*order.Draft, error) {
	f := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	d := &order.Draft{ExternalNo: no, Kind: order.Manual, ChannelState: order.ToShip, BuyerMessage: f("message"), SellerMemo: f("memo"),
		Wishes:  order.Wishes{On: f("on"), Text: f("wish")},
		Invoice: order.Invoice{Title: f("invoice_title"), TaxNo: f("invoice_tax"), Kind: f("invoice_kind")}}
	if d.Invoice.Title == "" {
		d.Invoice = order.Invoice{}
	}
	bad := flow.ErrTyped
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		shops, err := shop.ByCode(tx, []string{f("shop")})
		if err != nil {
			return err
		}
		one, known := shops[shop.Fold(f("shop"))]
		if !known || !v.caller.Scope.HasShop(one.ID) {
			return errNewShop.Field("shop", errNewShop.ZH, errNewShop.EN)
		}
		d.ShopCode, d.Currency, d.OrderedAt, d.ModifiedAt = one.Code, one.Currency, tx.Now(), tx.Now()
		if d.Contact, err = s.whoOf(tx, v); err != nil {
			return err
		}
		bad = v.linesOf(d, bad)
		if bad, err = v.freightOf(d, bad); err != nil || len(bad.Fields) > 0 {
			return err
		}
		return flow.CheckTyped(tx, d, v.caller.May(staff.RuleEdit))
	})
	if err == nil && len(bad.Fields) > 0 {
		err = bad
	}
	if err != nil {
		return nil, err
	}
	v.payOf(d, f("pay"))
	if d.Kind == order.PickUp {
		d.Wishes.Store = f("store")
	} else if d.Contact.Name == "" || d.Contact.Phone == "" || d.Contact.Detail == "" {
		return nil, flow.ErrTyped.Field("who", "请填写收件人、电话和地址,或选择老客户", "name, phone and address are needed, or a known customer")
	}
	if d.Contact.Phone != "" {
		d.Buyer = customer.BuyerDraft{Name: d.Contact.Name, ID: d.Contact.Phone}
	}
	return d, nil
}

// whoOf is the customer: one known, whose data goes from one sealed place to another
// and is seen by nobody, or who was typed.
func (s *Site) whoOf(tx *db.Tx, v *visit) (customer.Contact, error) {
	if n, ok := id.Parse("R", v.r.PostFormValue("customer")); ok {
		known, err := customer.Get(tx, []id.Recipient{id.Recipient(n)})
		if err != nil {
			return customer.Contact{}, err
		}
		r, found := known[id.Recipient(n)]
		if !found || r.ErasedAt > 0 {
			return customer.Contact{}, customer.ErrRecipientMissing
		}
		if err := flow.Within(tx, v.caller.Scope, r.Order); err != nil {
			return customer.Contact{}, err
		}
		return r.Open(s.cfg.Kit.Keys)
	}
	return customer.Contact{Name: strings.TrimSpace(v.r.PostFormValue("name")), Phone: strings.TrimSpace(v.r.PostFormValue("phone")),
		Detail: strings.TrimSpace(v.r.PostFormValue("address"))}, nil
}

// linesOf reads the lines; a price that is left out is -1.
func (v *visit) linesOf(d *order.Draft, bad *fault.Fault) *fault.Fault {
	for i := range newLines {
		n := strconv.Itoa(i)
		code := strings.TrimSpace(v.r.PostFormValue("code_" + n))
		if code == "" {
			continue
		}
		l := order.DraftLine{Code: code, Price: -1}
		at := len(d.Lines)
		qty, err := strconv.ParseInt(strings.TrimSpace(v.r.PostFormValue("qty_"+n)), 10, 64)
		if l.Qty = qty; err != nil || qty <= 0 || qty > order.QtyMax {
			bad = bad.Field(fmt.Sprintf("lines[%d].qty", at), "数量应为正整数", "the quantity is a whole number above 0")
		}
		if text := strings.TrimSpace(v.r.PostFormValue("price_" + n)); text != "" {
			if l.Price, err = money.Parse(text, d.Currency); err != nil || l.Price < 0 {
				bad = bad.Field(fmt.Sprintf("lines[%d].price", at), "价格应如 29.90", "the price is an amount such as 29.90")
			}
		}
		d.Lines = append(d.Lines, l)
	}
	return bad
}

func (v *visit) freightOf(d *order.Draft, bad *fault.Fault) (*fault.Fault, error) {
	text := strings.TrimSpace(v.r.PostFormValue("freight"))
	if text == "" {
		return bad, nil
	}
	a, err := money.Parse(text, d.Currency)
	if err != nil || a < 0 {
		return bad.Field("freight", "运费应如 8.00", "the freight is an amount such as 8.00"), nil
	}
	d.Freight = a
	return bad, nil
}

// payOf says how the order is paid: already, at the door, or later.
func (v *visit) payOf(d *order.Draft, pay string) {
	total := d.Freight
	for _, l := range d.Lines {
		total += l.Price * money.Amount(l.Qty)
	}
	if v.r.PostFormValue("pickup") == "1" {
		d.Kind = order.PickUp
	}
	switch pay {
	case "cod":
		d.AmountCOD = total
		if d.Kind != order.PickUp {
			d.Kind = order.COD
		}
	case "unpaid":
		d.ChannelState = order.Unpaid
	default:
		d.Paid, d.PaidAt = total, d.OrderedAt
	}
}

func (s *Site) acceptOrder(v *visit, d *order.Draft) error {
	shops := map[string]shop.Shop{}
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) { shops, err = shop.ByCode(tx, []string{d.ShopCode}); return err }); err != nil {
		return err
	}
	prepared := flow.Prepare(s.cfg.Kit, shops, []*order.Draft{d})
	if f := prepared[0].Fault; f != nil {
		return f
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		outcomes, err := flow.Accept(tx, s.cfg.Kit, prepared)
		if err != nil {
			return "", err
		}
		if f := outcomes[0].Fault; f != nil {
			return "", f
		}
		return did("/orders/"+outcomes[0].Value.Order.String(), "order_placed", 0, ""), nil
	})
}

// readAddress says how an address is understood, while it is typed.
func (s *Site) readAddress(v *visit) error {
	text := strings.TrimSpace(v.r.PostFormValue("address"))
	p := address.Parse(text)
	say := ""
	if p.Confidence != address.High {
		say = pair{p.Reasons.Main().ZH(), p.Reasons.Main().EN()}.in(v.lang)
	}
	return s.render(v, http.StatusOK, "address_read", map[string]any{"Title": v.word("address"), "Text": text, "Say": say, "Sure": "sure_" + p.Confidence.String(),
		"Parts": slices.DeleteFunc([]string{p.Province, p.City, p.District, p.Street, p.Detail}, func(t string) bool { return t == "" })})
}

// knownShown is how many customers of one phone are offered.
const knownShown = 8

// knownCustomers offers who is known under a phone or its end, as masks.
func (s *Site) knownCustomers(v *visit) error {
	digits := strings.TrimSpace(v.r.PostFormValue("phone"))
	var list []customer.Recipient
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		if !digitsOnly(digits) || len(digits) < 4 {
			return nil
		}
		ids, err := customer.ByPhone(tx, s.cfg.Kit.Keys, digits, 50)
		if err != nil {
			return err
		}
		orders, err := order.Get(tx, ids)
		if err != nil {
			return err
		}
		var people []id.Recipient
		for _, o := range slices.Backward(orders) {
			if v.caller.Scope.HasShop(o.Shop) {
				people = append(people, o.Recipient)
			}
		}
		known, err := customer.Get(tx, people)
		seen := map[string]bool{}
		for _, n := range people {
			r := known[n]
			if r.ErasedAt == 0 && r.OpaqueID == "" && !seen[string(r.Digest)] && len(list) < knownShown {
				seen[string(r.Digest)] = true
				list = append(list, r)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "customers_known", map[string]any{"Title": v.word("recipient"), "List": list, "Asked": len(digits) >= 4})
}

// offeredRow is a SKU with its price and what is free of it in each warehouse.
type offeredRow struct{ Code, Name, Price, Plain, Free string }

// findGoods offers SKUs by code, barcode or name, with stock.
func (s *Site) findGoods(v *visit) error {
	text := strings.TrimSpace(v.r.PostFormValue("goods"))
	var rows []offeredRow
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		if text == "" {
			return nil
		}
		found, err := catalog.List(tx, catalog.Filter{Text: text, Limit: 8})
		if err != nil {
			return err
		}
		places, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		for _, one := range found {
			r := offeredRow{Code: one.Code, Name: one.Name, Price: price(one.Price, money.CNY), Plain: one.Price.Format(money.CNY)}
			stock, err := inventory.List(tx, inventory.Filter{SKU: one.ID, Scope: staff.Everywhere(), Limit: 100})
			if err != nil {
				return err
			}
			var free []string
			for _, c := range stock {
				for _, w := range places {
					if w.ID == c.Warehouse {
						free = append(free, w.Code+" "+number(c.Free))
					}
				}
			}
			r.Free = strings.Join(free, " · ")
			rows = append(rows, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "goods_found", map[string]any{"Title": v.word("col_sku"), "Rows": rows, "Text": text})
}

// newOrderRoutes are those of the form for a new order.
func newOrderRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/orders/new", Permit: staff.OrderPlace, handle: (*Site).newOrder},
		{Method: "POST", Path: "/orders/new", Permit: staff.OrderPlace, handle: (*Site).placeOrder},
		{Method: "POST", Path: "/orders/new/address", Permit: staff.OrderPlace, handle: (*Site).readAddress},
		{Method: "POST", Path: "/orders/new/customers", Permit: staff.OrderPlace, handle: (*Site).knownCustomers},
		{Method: "POST", Path: "/orders/new/goods", Permit: staff.OrderPlace, handle: (*Site).findGoods},
	}
}
