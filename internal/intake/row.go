package intake

import (
	"errors"
	"hash/maphash"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/sheet"
	"baihuo/internal/shop"
)

// line is one row of an order file. Its strings share the memory of the row.
type line struct {
	row, text int // as a spreadsheet and as a text editor number it
	no, lineNo, shop,
	customer, country, code, name string

	at       db.Instant
	role     role
	kind     string // the file's own word
	qty      int64
	price    money.Amount
	discount money.Amount
	currency money.Currency
	rest     *rest
	// same is equal for rows that are equal in everything but line_no.
	same uint64
}

func (l *line) money() money.Amount { return l.price*money.Amount(l.qty) - l.discount }

// rest is what belongs to the order as a whole and many files do not have.
type rest struct {
	paidAt, shipBy db.Instant
	state          order.ChannelState
	payMethod      string
	freight, cod   money.Amount
	contact        customer.Contact
	buyerMessage   string
	sellerMemo     string
	stateWord      string
}

// place is a shop that rows may name, with what reading them needs.
type place struct {
	shop.Shop
	zone *time.Location
}

// rows reads lines out of a table.
type rows struct {
	reader  *sheet.Reader
	places  map[string]place // by folded code
	shop    string           // of rows that name none, folded
	history bool
	words   map[string]role
	states  map[string]order.ChannelState
	seed    maphash.Seed
	lineNo  int // place of line_no in a row, -1 for none
	hasRest bool
}

func newRows(r *sheet.Reader, places map[string]place, shopCode string, history bool, seed maphash.Seed) *rows {
	rs := &rows{reader: r, places: places, shop: shop.Fold(shopCode), history: history, words: kinds(),
		states: states(), seed: seed, lineNo: -1}
	for _, name := range restColumns() {
		rs.hasRest = rs.hasRest || r.Has(name)
	}
	return rs
}

func restColumns() []string {
	return []string{
		"paid_at", "ship_by", "state", "pay_method", "freight", "amount_cod", "recipient", "phone", "province", "city",
		"district", "town", "address", "buyer_message", "seller_memo",
	}
}

func states() map[string]order.ChannelState {
	return map[string]order.ChannelState{
		"": order.ToShip, "unpaid": order.Unpaid, "待付款": order.Unpaid, "to_ship": order.ToShip, "待发货": order.ToShip,
		"已付款": order.ToShip, "shipped": order.Shipped, "已发货": order.Shipped, "done": order.Done, "已完成": order.Done,
		"交易成功": order.Done, "closed": order.Closed, "已关闭": order.Closed, "交易关闭": order.Closed,
	}
}

// wrongs gathers what is wrong with the cells of one row.
type wrongs struct {
	row  sheet.Row
	list []*sheet.RowError
}

func (w *wrongs) add(column string, err error) { w.list = append(w.list, w.row.Wrong(column, err)) }

// keep is the cell if it is not too long.
func (w *wrongs) keep(column string, limit int) string {
	text := w.row.Get(column)
	if len(text) > limit && utf8.RuneCountInString(text) > limit {
		w.add(column, errLong.With(limit))
	}
	return text
}

// read makes a line of a row, and says everything that is wrong with it. Number
// and shop are filled in either way, so that the rest of the order can be found.
func (rs *rows) read(row sheet.Row) (line, []*sheet.RowError) {
	w := &wrongs{row: row}
	l := line{row: row.Number, text: row.Line, lineNo: row.Get("line_no"), shop: rs.shop}
	no, err := sheet.Code(row.Get("order_no"))
	if err != nil {
		w.add("order_no", err)
	}
	if l.no = no; utf8.RuneCountInString(no) > order.NoMax {
		w.add("order_no", errLong.With(order.NoMax))
	}
	if code := row.Get("shop"); code != "" {
		l.shop = shop.Fold(code)
	}
	at, known := rs.places[l.shop]
	switch {
	case known:
	case l.shop == "":
		w.add("shop", ErrShopNone)
	default:
		w.add("shop", ErrShop.With(short(l.shop)))
	}
	rs.what(&l, w)
	rs.amounts(&l, at, w)
	if l.at, err = instant(row.Get("ordered_at"), at.zone); err != nil {
		w.add("ordered_at", err)
	}
	l.customer, l.country = w.keep("customer", 500), w.keep("country", 50)
	if rs.hasRest {
		l.rest = rs.rest(at, w)
	}
	l.same = rs.sum(row)
	return l, w.list
}

// what reads the kind of the line and which goods it is about.
func (rs *rows) what(l *line, w *wrongs) {
	l.kind = strings.ToLower(w.row.Get("kind"))
	r, known := rs.words[l.kind]
	if l.role = r; !known {
		w.add("kind", errKind)
		l.kind = unclear
	} else if !r.ofOrder() && !rs.history {
		w.add("kind", errLoose)
	}
	if l.kind == "" {
		l.kind = "goods"
	}
	code, err := sheet.Code(w.row.Get("sku"))
	if err != nil && (l.role != charge || !errors.Is(err, sheet.ErrNoValue)) {
		w.add("sku", err)
	}
	if l.code = code; utf8.RuneCountInString(code) > order.NoMax {
		w.add("sku", errLong.With(order.NoMax))
	}
	l.name = w.keep("name", 500)
}

func (rs *rows) amounts(l *line, at place, w *wrongs) {
	var err error
	if l.qty, err = sheet.Int(w.row.Get("qty")); err != nil {
		w.add("qty", err)
	} else if f := checkQty(l.role, l.qty); f != nil {
		w.add("qty", f)
		l.qty = 0 // the sums of what was refused stay believable
	}
	l.currency = at.Currency
	if text := w.row.Get("currency"); text != "" {
		if cur, err := money.ParseCurrency(text); err != nil {
			w.add("currency", err)
		} else if at.Currency != "" && cur != at.Currency {
			w.add("currency", errCurrency.With(at.Currency))
		}
	}
	column := "price"
	if rs.reader.Has("price_minor") {
		column = "price_minor"
		l.price, err = money.ParseMinor(w.row.Get(column))
	} else {
		l.price, err = parseMoney(w.row.Get(column), at.Currency)
	}
	if err != nil {
		w.add(column, err)
	} else if l.price > order.PriceMax || l.price < 0 && (l.role != debt || l.price < -order.PriceMax) {
		w.add(column, errPrice)
		l.price = 0
	}
	if text := w.row.Get("discount"); text != "" {
		if l.discount, err = parseMoney(text, at.Currency); err != nil {
			w.add("discount", err)
		} else if l.discount < 0 || l.discount > l.price*money.Amount(max(l.qty, 0)) {
			w.add("discount", errDiscount)
			l.discount = 0
		}
	}
}

// parseMoney reads an amount of a shop that may be unknown, which has been told.
func parseMoney(text string, cur money.Currency) (money.Amount, error) {
	if cur == "" {
		cur = money.CNY
	}
	return money.Parse(text, cur)
}

func checkQty(r role, qty int64) *fault.Fault {
	most := int64(order.QtyMax)
	switch {
	case r.ofOrder() && (qty <= 0 || qty > most):
		return errQty
	case (r == takeGoods || r == takeCharge) && (qty >= 0 || qty < -most):
		return errQtyBack
	case qty == 0 || qty > most || qty < -most:
		return errQtyRange
	}
	return nil
}

func (rs *rows) rest(at place, w *wrongs) *rest {
	r := &rest{payMethod: w.keep("pay_method", 500), buyerMessage: w.keep("buyer_message", order.TextMax),
		sellerMemo: w.keep("seller_memo", order.TextMax), stateWord: w.keep("state", 500)}
	state, known := rs.states[strings.ToLower(r.stateWord)]
	if r.state = state; !known {
		w.add("state", errState)
	}
	for column, to := range map[string]*db.Instant{"paid_at": &r.paidAt, "ship_by": &r.shipBy} {
		if text := w.row.Get(column); text != "" {
			var err error
			if *to, err = instant(text, at.zone); err != nil {
				w.add(column, err)
			}
		}
	}
	for column, to := range map[string]*money.Amount{"freight": &r.freight, "amount_cod": &r.cod} {
		if text := w.row.Get(column); text != "" {
			var err error
			if *to, err = parseMoney(text, at.Currency); err != nil {
				w.add(column, err)
			} else if *to < 0 || *to > order.PriceMax {
				w.add(column, errAmount)
				*to = 0
			}
		}
	}
	r.contact = customer.Contact{Name: w.keep("recipient", 500), Phone: w.phone(), Province: w.keep("province", 500),
		City: w.keep("city", 500), District: w.keep("district", 500), Town: w.keep("town",
			500), Detail: w.keep("address", 500)}
	return r
}

// phone refuses what a spreadsheet has shortened to 1.3E+10.
func (w *wrongs) phone() string {
	text := w.keep("phone", 500)
	if text != "" {
		if _, err := sheet.Code(text); err != nil {
			w.add("phone", err)
		}
	}
	return text
}

func instant(text string, zone *time.Location) (db.Instant, error) {
	if zone == nil {
		zone = time.UTC
	}
	at, err := sheet.Time(text, zone)
	return db.At(at), err
}

// sum digests all cells but line_no.
func (rs *rows) sum(row sheet.Row) uint64 {
	if rs.lineNo < 0 && rs.reader.Has("line_no") {
		header := row.Wrong("line_no", errKind).Column
		rs.lineNo = slices.Index(rs.reader.Header(), header)
	}
	var h maphash.Hash
	h.SetSeed(rs.seed)
	for i, cell := range row.Cells() {
		if i != rs.lineNo {
			_, _ = h.WriteString(cell) // a hash never fails
			_ = h.WriteByte(0)
		}
	}
	return h.Sum64()
}

// number digests what an order is known by.
func number(seed maphash.Seed, shopCode, no string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	_, _ = h.WriteString(shopCode)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(no)
	return h.Sum64()
}

// short keeps a sentence readable whatever stands in the cell.
func short(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
