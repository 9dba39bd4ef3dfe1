package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// orders is the order list. Its whole state stands in the address.
func (s *Site) orders(v *visit) error {
	q := v.r.URL.Query()
	l, err := s.likes(v)
	if err != nil {
		return err
	}
	if q.Get("view") == "" && !narrows(q) {
		return v.lead(keepDid(l.defaultView(v), q))
	}
	all, err := s.places(v)
	if err != nil {
		return err
	}
	page := orderPage{}
	wrong := map[string]string{}
	status := http.StatusOK
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error { return s.browse(tx, v, q, &page) })
	var f *fault.Fault
	if errors.As(err, &f) && f.Code == errOrderFilter.Code {
		c, code, _ := v.complain(f)
		wrong, status, page.complaint = c.Fields, code, c
	} else if err != nil {
		return err
	}
	return s.render(v, status, "orders", map[string]any{
		"Title": v.word("orders"), "Rows": page.rows, "Views": v.viewTabs(l, q), "Columns": l.columns(), "Shown": l.shown(),
		"Total": page.totalWord(), "Over": page.total > order.TotalMax, "Older": page.older, "Newer": q.Get("after") != "", "First": listLink(q),
		"Chips": v.chipsOf(q, &all), "Narrow": narrows(q), "F": v.filterForm(q, &all), "Wrong": wrong, "Complaint": page.complaint,
		"Query": wishes(q).Encode(), "From": listLink(q), "Acts": v.bulkActs(), "FormKey": formKey(), "Kept": l.keepable(v, q),
		"May":  map[string]bool{"team": v.caller.May(staff.RuleEdit), "export": v.caller.May(staff.FileExport), "place": v.caller.May(staff.OrderPlace)},
		"View": q.Get("view"), "Alike": alikeLink(q), "Goods": q["goods"],
	})
}

// keepDid carries what was just done over to the page that a bare address leads to.
func keepDid(to string, q url.Values) string {
	if q.Get("did") == "" {
		return to
	}
	n, _ := strconv.Atoi(q.Get("n")) // what cannot be read says nothing
	return did(to, q.Get("did"), n, q.Get("undo"))
}

// listLink is the address of the first page of a list.
func listLink(q url.Values) string {
	clean := wishes(q)
	clean.Set("view", cmp.Or(q.Get("view"), "none"))
	return "/orders?" + clean.Encode()
}

// orderPage is a page of the list, ready to be shown.
type orderPage struct {
	rows      []orderRow
	total     int
	older     string
	complaint *complaint
}

func (p orderPage) totalWord() string {
	if p.total > order.TotalMax {
		return number(order.TotalMax) + "+"
	}
	return number(int64(p.total))
}

func (s *Site) browse(tx *db.Tx, v *visit, q url.Values, page *orderPage) error {
	f, err := s.browsing(tx, v, q)
	if err != nil {
		return err
	}
	sheaf, err := order.Browse(tx, f)
	if err != nil {
		return err
	}
	page.total = sheaf.Total
	if sheaf.More {
		next, _ := url.Parse(listLink(q))
		values := next.Query()
		values.Set("after", orderMark(sheaf.Next))
		page.older = "/orders?" + values.Encode()
	}
	page.rows, err = s.orderRows(tx, v, sheaf.Cards, listLink(q))
	return err
}

// orderRow is one order of the list with the facts that decide.
type orderRow struct {
	row
	Link, Brief   string
	Flag          int
	Label         string
	Tags          []string
	Left          string
	LeftClass     string
	Goods, Code   string
	More          int64
	Phone         string
	Message, Memo string
	Paid          string
	Parcel        string
	ShipBy        stamp
	Kind          string
}

func (s *Site) orderRows(tx *db.Tx, v *visit, cards []order.Card, from string) ([]orderRow, error) {
	ids := make([]id.Order, len(cards))
	for i, c := range cards {
		ids[i] = c.Order
	}
	beside, err := flow.LookBeside(tx, ids)
	if err != nil {
		return nil, err
	}
	shops, err := shop.All(tx)
	if err != nil {
		return nil, err
	}
	sum := summary{now: tx.Now(), shops: map[id.Shop]shop.Shop{}}
	for _, one := range shops {
		sum.shops[one.ID] = one
	}
	rows := make([]orderRow, len(cards))
	for i, c := range cards {
		rows[i] = v.orderRow(c, &beside, &sum)
		rows[i].Link = "/orders/" + c.Order.String() + "?from=" + url.QueryEscape(from)
		rows[i].Brief = "/orders/" + c.Order.String() + "/brief"
	}
	return rows, nil
}

func (v *visit) orderRow(c order.Card, b *flow.Beside, sum *summary) orderRow {
	r := orderRow{row: v.row(c, sum, b.Holds[c.Order]), Flag: c.Flag, Label: c.Label, Tags: strings.Fields(c.Tags),
		Paid: price(money.Amount(c.Paid), sum.shops[c.Shop].Currency), ShipBy: v.stampOf(c.ShipBy, sum.now, sum.shops[c.Shop].TimeZone)}
	if c.ShipBy > 0 && c.Word.Leaving() {
		r.Left, r.LeftClass = v.left(c.ShipBy, sum.now)
	}
	if o := b.Orders[c.Order]; o != nil {
		r.Message, r.Memo = o.BuyerMessage, o.SellerMemo
		r.Phone = b.Recipients[o.Recipient].Phone.Mask
		r.goods(o)
		if o.Kind != order.Normal {
			r.Kind = v.word("order_kind_" + string(o.Kind))
		}
	}
	for _, p := range b.Packages[c.Order] {
		if !p.Live() {
			continue
		}
		if w := b.Waybills[p.ID]; w != nil && w.Number != "" {
			r.Parcel = strings.TrimSpace(b.Carriers[p.Carrier].Name + " " + w.Number)
		} else if r.Parcel == "" {
			r.Parcel = b.Carriers[p.Carrier].Name
		}
	}
	return r
}

// goods names the first line that is sold, how many pieces of it, and how many further
// lines there are.
func (r *orderRow) goods(o *order.Order) {
	for _, l := range o.Lines {
		if l.Kind == order.Component || l.Kind == order.Charge || l.Ordered == l.Cancelled {
			continue
		}
		if r.Goods == "" {
			r.Goods, r.Code = l.Name+" ×"+number(l.Ordered-l.Cancelled), l.Code
		} else {
			r.More++
		}
	}
}

// left says how much time is left, or by how much it is too late.
func (v *visit) left(until, now db.Instant) (say, class string) {
	d := until.Time().Sub(now.Time())
	switch {
	case d < 0:
		return v.fill("left_over", v.span(-d)), "bad"
	case d < 4*time.Hour:
		return v.fill("left_in", v.span(d)), "review"
	}
	return v.fill("left_in", v.span(d)), ""
}

func (v *visit) span(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return v.fill("minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return v.fill("hours", int(d.Hours()))
	}
	return v.fill("days", int(d.Hours()/24))
}

// filterForm is what the form of the filter shows.
type filterForm struct {
	Words, Shops, Warehouses, Flags, Dues, Provinces, Sorts, Sizes []choice
	Held, Short, Message, Memo, Turned                             bool
	Tag, SKU, From, To, PaidMin, PaidMax                           string
}

func (v *visit) filterForm(q url.Values, all *places) filterForm {
	has := func(name, value string) bool { return slices.Contains(q[name], value) }
	f := filterForm{Held: has("held", "1"), Short: has("short", "1"), Message: has("message", "1"), Memo: has("memo", "1"), Turned: has("turned", "1"),
		Tag: q.Get("tag"), SKU: q.Get("sku"), From: q.Get("from"), To: q.Get("to"), PaidMin: q.Get("paid_min"), PaidMax: q.Get("paid_max")}
	for _, w := range order.Words() {
		f.Words = append(f.Words, choice{Value: string(w), Label: v.word("word_" + string(w)), Chosen: has("word", string(w))})
	}
	for _, one := range all.shops {
		if v.caller.Scope.HasShop(one.ID) {
			f.Shops = append(f.Shops, choice{Value: one.Code, Label: one.Name, Chosen: has("shop", one.Code)})
		}
	}
	for _, w := range all.warehouses {
		f.Warehouses = append(f.Warehouses, choice{Value: w.Code, Label: w.Name, Chosen: has("warehouse", w.Code)})
	}
	for n := range 6 {
		text := strconv.Itoa(n)
		f.Flags = append(f.Flags, choice{Value: text, Label: text, Chosen: has("flag", text)})
	}
	for _, due := range []string{"late", "4h", "24h", "48h"} {
		f.Dues = append(f.Dues, choice{Value: due, Label: v.word("due_" + due), Chosen: has("due", due)})
	}
	f.Provinces = provinces()
	for i, p := range f.Provinces {
		f.Provinces[i].Chosen = has("province", p.Value)
	}
	for _, sort := range sorts {
		f.Sorts = append(f.Sorts, choice{Value: string(sort), Label: v.word("sort_" + string(sort)), Chosen: has("sort", string(sort))})
	}
	for _, size := range pageSizes {
		f.Sizes = append(f.Sizes, choice{Value: strconv.Itoa(size), Label: strconv.Itoa(size), Chosen: has("size", strconv.Itoa(size))})
	}
	return f
}

// provinces are the choices of where orders go; their names are what addresses hold.
func provinces() (list []choice) {
	for _, p := range address.Provinces() {
		list = append(list, choice{Value: p[0], Label: p[1]})
	}
	return list
}
