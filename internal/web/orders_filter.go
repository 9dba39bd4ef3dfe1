package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// errOrderFilter refuses an address of the list that no page of ours makes.
var errOrderFilter = fault.New(fault.Invalid, "order_filter", "筛选条件有误,没有使用;请清除筛选或修改标出的条件",
	"The filter is not understood and was not used; clear it or mend what is marked")

// filterNames are all that the address of the list may hold of a filter, in the order
// in which pages write them.
var filterNames = []string{"word", "shop", "warehouse", "held", "short", "due", "flag", "tag", "province", "sku", "from", "to",
	"paid_min", "paid_max", "message", "memo", "goods", "sort", "turned", "size"}

// sorts are what the list may be sorted by.
var sorts = []order.Sort{order.ByOrdered, order.ByShipBy, order.ByAmount, order.ByGoods}

// pageSizes are how many orders a page may show; the first is used where none is said.
var pageSizes = []int{50, 100, 200}

// wishes is a filter as it stands in the address: only what is known, and not empty.
func wishes(q url.Values) url.Values {
	clean := url.Values{}
	for _, name := range filterNames {
		for _, value := range q[name] {
			if value = strings.TrimSpace(value); value != "" && !slices.Contains(clean[name], value) {
				clean.Add(name, value)
			}
		}
	}
	return clean
}

// narrows says that a filter leaves orders out; sorting and sizes do not.
func narrows(q url.Values) bool {
	for name := range wishes(q) {
		if name != "sort" && name != "turned" && name != "size" {
			return true
		}
	}
	return false
}

// reader turns the address of the list into what order.Browse takes.
type reader struct {
	q     url.Values
	shops map[id.Shop]shop.Shop
	now   db.Instant
	f     order.Browsing
	wrong *fault.Fault
}

func (r *reader) bad(name, zh, en string) {
	if r.wrong == nil {
		r.wrong = errOrderFilter
	}
	r.wrong = r.wrong.Field(name, zh, en)
}

// browsing reads the filter. Fault: errOrderFilter with a sentence for each field.
func (s *Site) browsing(tx *db.Tx, v *visit, q url.Values) (order.Browsing, error) {
	r := &reader{q: wishes(q), shops: map[id.Shop]shop.Shop{}, now: tx.Now()}
	all, err := shop.All(tx)
	if err != nil {
		return r.f, err
	}
	for _, one := range all {
		r.shops[one.ID] = one
	}
	r.f.Scope = v.caller.Scope
	r.texts()
	r.words()
	r.places(all)
	r.marks()
	r.bounds()
	r.page(q.Get("after"))
	if err := r.goods(tx); err != nil {
		return r.f, err
	}
	if r.wrong != nil {
		return r.f, r.wrong
	}
	return r.f, nil
}

// wishMax bounds the bytes of one value of a filter.
const wishMax = 200

// texts refuses what no database takes as text, so that it is not kept as a view either.
func (r *reader) texts() {
	for _, name := range filterNames {
		if slices.ContainsFunc(r.q[name], func(s string) bool {
			return len(s) > wishMax || !utf8.ValidString(s) || strings.ContainsRune(s, 0)
		}) {
			r.bad(name, "太长或含有无效字符", "is too long or holds characters that are no text")
		}
	}
}

func (r *reader) words() {
	for _, text := range r.q["word"] {
		if w := order.Word(text); slices.Contains(order.Words(), w) {
			r.f.Words = append(r.f.Words, w)
		} else {
			r.bad("word", "没有这个状态", "there is no such state")
		}
	}
	switch due := r.q.Get("due"); due {
	case "":
	case "late":
		r.f.Due = r.now
	case "4h", "24h", "48h":
		hours, _ := time.ParseDuration(due)
		r.f.Due = r.now.Add(hours)
	default:
		r.bad("due", "只能是已超时、4、24 或 48 小时内", "is late, or within 4, 24 or 48 hours")
	}
}

func (r *reader) places(all []shop.Shop) {
	for _, code := range r.q["shop"] {
		i := slices.IndexFunc(all, func(s shop.Shop) bool { return s.Code == code })
		if i < 0 {
			r.bad("shop", "没有这个店铺", "there is no such shop")
			continue
		}
		r.f.Shops = append(r.f.Shops, all[i].ID)
	}
	r.f.Warehouse = r.q.Get("warehouse")
	if r.f.Province = r.q.Get("province"); len(r.f.Province) > 2 || !digitsOnly(r.f.Province) {
		r.bad("province", "请从列表选择省份", "choose a province of the list")
	}
}

func digitsOnly(text string) bool { return strings.Trim(text, "0123456789") == "" }

func (r *reader) marks() {
	f := &r.f
	f.Blocked, f.Short, f.Message, f.Memo = r.q.Get("held") == "1", r.q.Get("short") == "1", r.q.Get("message") == "1", r.q.Get("memo") == "1"
	for _, text := range r.q["flag"] {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > 5 {
			r.bad("flag", "旗帜是 0 到 5", "a flag is 0 to 5")
			continue
		}
		f.Flags = append(f.Flags, n)
	}
	for _, text := range r.q["goods"] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			r.bad("goods", "请从同款订单页选择", "choose it on the page of orders with the same goods")
			continue
		}
		f.Goods = append(f.Goods, n)
	}
	if f.Tag = r.q.Get("tag"); strings.ContainsAny(f.Tag, " \t\n\x00") || len(f.Tag) > 200 {
		r.bad("tag", "标签不含空格", "a tag holds no blank")
	}
}

func (r *reader) bounds() {
	day := func(name string, days int) db.Instant {
		text := r.q.Get(name)
		if text == "" {
			return 0
		}
		t, err := time.ParseInLocation(time.DateOnly, text, zone(houseZone))
		if err != nil {
			r.bad(name, "日期应如 2026-11-30", "is a date such as 2026-11-30")
			return 0
		}
		return db.At(t.AddDate(0, 0, days))
	}
	r.f.From, r.f.To = day("from", 0), day("to", 1)
	amount := func(name string) int64 {
		text := r.q.Get(name)
		if text == "" {
			return 0
		}
		a, err := money.Parse(text, money.CNY)
		if err != nil || a < 0 {
			r.bad(name, "金额应如 99.90", "is an amount such as 99.90")
		}
		return int64(a)
	}
	r.f.PaidMin, r.f.PaidMax = amount("paid_min"), amount("paid_max")
}

// amountDays is how far back orders are sorted by amount unless a first day is chosen:
// no index holds all of them that way.
const amountDays = 31

func (r *reader) page(after string) {
	r.f.Sort, r.f.Turned = order.Sort(cmp.Or(r.q.Get("sort"), string(order.ByOrdered))), r.q.Get("turned") == "1"
	if !slices.Contains(sorts, r.f.Sort) {
		r.bad("sort", "没有这种排序", "there is no such order")
	}
	if r.f.Sort == order.ByAmount && r.f.From == 0 {
		r.f.From = cmp.Or(r.f.To, r.now).Add(-amountDays * 24 * time.Hour)
	}
	r.f.Limit = pageSizes[0]
	if n, err := strconv.Atoi(r.q.Get("size")); err == nil && slices.Contains(pageSizes, n) {
		r.f.Limit = n
	}
	if after == "" {
		return
	}
	var ok bool
	if r.f.After, ok = readOrderMark(after); !ok {
		r.bad("after", "翻页位置有误,请回到第一页", "the page is not understood; go back to the first")
	}
}

func (r *reader) goods(tx *db.Tx) error {
	code := r.q.Get("sku")
	if code == "" {
		return nil
	}
	found, err := catalog.Find(tx, []string{code})
	if err != nil {
		return err
	}
	if found[code] == nil {
		r.bad("sku", "没有这个商品编码或条码", "no SKU has this code or barcode")
		return nil
	}
	r.f.SKUs = []id.SKU{found[code].ID}
	return nil
}

// chipsOf shows the filter in words, each with the address without it.
func (v *visit) chipsOf(q url.Values, all *places) (list []orderChip) {
	q = wishes(q)
	for _, name := range filterNames {
		for _, value := range q[name] {
			if name == "sort" || name == "turned" || name == "size" {
				continue
			}
			rest := url.Values{}
			for n, values := range q {
				for _, one := range values {
					if n != name || one != value {
						rest.Add(n, one)
					}
				}
			}
			rest.Set("view", "none")
			list = append(list, orderChip{Say: v.chipWord(name, value, all), Link: "/orders?" + rest.Encode()})
		}
	}
	return list
}

// orderChip is one part of a filter and the address of the list without it.
type orderChip struct{ Say, Link string }

func (v *visit) chipWord(name, value string, all *places) string {
	switch name {
	case "word":
		return v.word("word_" + value)
	case "held":
		return v.word("blocked")
	case "goods":
		return v.word("f_goods")
	case "short", "message", "memo":
		return v.word("only_" + name)
	case "due":
		return v.word("due_" + value)
	case "shop":
		for _, s := range all.shops {
			if s.Code == value {
				return s.Name
			}
		}
	case "province":
		for _, p := range provinces() {
			if p.Value == value {
				return p.Label
			}
		}
	}
	return v.word("f_"+name) + " " + value
}
