package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// goodsRow is one line of a paper as somebody typed or scanned it. Wrong says what is
// the matter with it.
type goodsRow struct {
	Code, Name, Qty, Lot, MadeOn, ExpiresOn, Bin, To string
	Wrong                                            string

	sku *catalog.SKU
	qty int64
}

const (
	goodsMost  = 200
	goodsBlank = 6 // rows that a new paper offers
)

var errGoods = fault.New(fault.Invalid, "goods_invalid", "有几行填写不对,整张单都没有入账;请改正标红的行后重新提交",
	"Some lines are not right and nothing of the paper was booked; mend the marked lines and send it again")

// goods reads the lines of a paper; those without code and quantity are none.
func goods(form url.Values) (rows []goodsRow) {
	at := func(name string, i int) string {
		if i < len(form[name]) {
			return strings.TrimSpace(form[name][i])
		}
		return ""
	}
	for i := range min(len(form["code"]), goodsMost) {
		r := goodsRow{Code: at("code", i), Qty: at("qty", i), Lot: at("lot", i), MadeOn: at("made_on", i), ExpiresOn: at("expires_on", i),
			Bin: at("bin", i), To: at("to", i)}
		if r.Code != "" || r.Qty != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// offered gives rows for a form: those typed and some blank ones.
func offered(rows []goodsRow) []goodsRow {
	return append(rows, make([]goodsRow, max(goodsBlank-len(rows), 2))...)
}

// match finds what the lines name. Fault: errGoods, with what is wrong in each row.
func (v *visit) match(tx *db.Tx, rows []goodsRow, needLot bool) error {
	codes := make([]string, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	found, err := catalog.Find(tx, codes)
	if err != nil {
		return err
	}
	good := len(rows) > 0
	for i := range rows {
		r := &rows[i]
		r.sku = found[r.Code]
		if r.Wrong = v.judge(r, needLot); r.Wrong != "" {
			good = false
		}
	}
	if !good {
		return errGoods
	}
	return nil
}

func (v *visit) judge(r *goodsRow, needLot bool) string {
	if r.sku == nil {
		return v.word("gd_no_sku")
	}
	r.Name = r.sku.Name
	lot := r.Lot
	if !needLot {
		lot = "*"
	}
	if f := r.sku.MayStock(lot); f != nil {
		return v.say(f)
	}
	n, err := strconv.ParseInt(r.Qty, 10, 64)
	if err != nil || n < 1 || n > inventory.QtyMax {
		return v.say(errQty)
	}
	r.qty = n
	for _, text := range []string{r.Lot, r.Bin, r.To} {
		if utf8.RuneCountInString(text) > 100 {
			return v.word("gd_long")
		}
	}
	return ""
}

// binsOf finds the bins that lines name, by code, creating them with open.
func binsOf(tx *db.Tx, w id.Warehouse, open bool, codes ...string) (map[string]id.Bin, error) {
	named := codes[:0:0]
	for _, c := range codes {
		if c != "" {
			named = append(named, c)
		}
	}
	if len(named) == 0 {
		return map[string]id.Bin{}, nil
	}
	if open {
		return inventory.OpenBins(tx, w, named)
	}
	return inventory.KnownBins(tx, w, named)
}

// servedText keeps in an address which orders goods went to, servedMost of them.
func servedText(grants []inventory.Grant) string {
	var parts []string
	for _, g := range grants {
		if len(parts) < servedMost {
			parts = append(parts, fmt.Sprintf("%s:%d", g.Order, g.Qty))
		}
	}
	return strings.Join(parts, " ")
}

const servedMost = 30

// noteText tidies a note on a paper.
func noteText(text string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > 60 {
		return "", errPaperLong.Field("note", "太长", "too long")
	}
	return text, nil
}
