package intake_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/intake"
	"baihuo/internal/sheet"
)

const ownHead = "订单号,店铺编码,下单时间,商家编码,数量,单价,行类型,收件人,手机,详细地址"

func ownRow(no, shop, at, sku, qty, price, kind string) string {
	return strings.Join([]string{no, shop, at, sku, qty, price, kind, "陈小明", "13812345678", "浙江省杭州市余杭区五常街道1号"}, ",")
}

func goodRow(no string) string {
	return ownRow(no, "TB", "2026-11-11 08:00:00", "PAN", "1", "99.00", "")
}

// Each wrong thing gets a sentence naming row, column, why and how to mend it, in
// both languages; the orders around it come in.
func TestWrongInputGetsItsSentenceAndTheRestGoesOn(t *testing.T) {
	for name, c := range map[string]struct{ row, code, column string }{
		"a_quote_inside":   {`X,TB,2026-11-11,"PAN"x,1,99.00,,a,b,c`, "sheet_quote_stray", "商家编码"},
		"a_row_too_wide":   {goodRow("X") + ",more", "sheet_row_too_wide", "11 (K)"},
		"a_row_cut_short":  {"X,TB,2026-11-11", "sheet_row_too_short", "商家编码"},
		"another_encoding": {strings.Replace(goodRow("X"), "陈小明", "陈\xb3\xc2", 1), "sheet_encoding", "收件人"},
		"a_nul":            {strings.Replace(goodRow("X"), "陈小明", "陈\x00明", 1), "sheet_nul", "收件人"},
		"a_field_of_10_mb": {strings.Replace(goodRow("X"), "陈小明", strings.Repeat("陈", 3_500_000), 1),
			"sheet_field_too_long", "收件人"},
		"a_negative_quantity": {ownRow("X", "TB", "2026-11-11", "PAN", "-2", "99.00", ""), "import_qty", "数量"},
		"no_quantity":         {ownRow("X", "TB", "2026-11-11", "PAN", "0", "99.00", ""), "import_qty", "数量"},
		"an_absurd_quantity":  {ownRow("X", "TB", "2026-11-11", "PAN", "74215000", "99.00", ""), "import_qty", "数量"},
		"half_a_piece": {ownRow("X", "TB", "2026-11-11", "PAN", "1.5", "99.00", ""), "sheet_cell_not_whole",
			"数量"},
		"a_negative_price": {ownRow("X", "TB", "2026-11-11", "PAN", "1", "-99.00", ""), "import_price", "单价"},
		"an_absurd_price": {ownRow("X", "TB", "2026-11-11", "PAN", "1", "99999999999.00", ""), "import_price",
			"单价"},
		"a_price_in_words": {ownRow("X", "TB", "2026-11-11", "PAN", "1", "ask", ""), "money_not_a_number", "单价"},
		"a_shortened_number": {ownRow("1.3E+10", "TB", "2026-11-11", "PAN", "1", "99.00", ""),
			"sheet_cell_mangled", "订单号"},
		"a_shortened_phone": {strings.Replace(goodRow("X"), "13812345678", "1.38E+10", 1), "sheet_cell_mangled",
			"手机"},
		"a_shortened_quantity": {ownRow("X", "TB", "2026-11-11", "PAN", "1.3E+10", "99.00", ""),
			"sheet_cell_mangled", "数量"},
		"an_unknown_shop": {ownRow("X", "NOPE", "2026-11-11", "PAN", "1", "99.00", ""), "import_shop_unknown",
			"店铺编码"},
		"no_order_number": {ownRow("", "TB", "2026-11-11", "PAN", "1", "99.00", ""), "sheet_cell_empty", "订单号"},
		"a_time_that_is_none": {ownRow("X", "TB", "11.11.", "PAN", "1", "99.00", ""), "sheet_cell_not_a_time",
			"下单时间"},
		"an_unknown_line_kind": {ownRow("X", "TB", "2026-11-11", "PAN", "1", "99.00", "zebra"), "import_line_kind",
			"行类型"},
		"a_cancel_in_live_files": {ownRow("X", "TB", "2026-11-11", "PAN", "-1", "99.00", "cancel"),
			"import_line_history", "行类型"},
	} {
		t.Run(name, func(t *testing.T) {
			h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
			file := written(t, strings.Join([]string{ownHead, goodRow("A1"), c.row, goodRow("A2")}, "\n")+"\n")
			r := importOrders(t, h, intake.OrderOptions{File: file})
			if r.Orders != 2 || len(r.Problems) == 0 {
				t.Fatalf("%d orders, %d problems, want 2 orders and a problem", r.Orders, len(r.Problems))
			}
			p := r.Problems[0]
			if p.Code != c.code || p.Row != 3 || p.Column != c.column {
				t.Errorf("row %d column %q code %s, want row 3 column %q code %s", p.Row, p.Column, p.Code, c.column,
					c.code)
			}
			if !strings.Contains(p.ZH, "3") || !strings.Contains(p.EN, "3") || len(p.Value) > 200 {
				t.Errorf("%q / %q / %d bytes of value", p.ZH, p.EN, len(p.Value))
			}
			if r.Of("goods", intake.Ordered).Lines != 2 || r.Rows != 3 {
				t.Errorf("%d rows, %+v", r.Rows, r.Tallies)
			}
		})
	}
}

// An unknown SKU keeps nothing out: the order is kept and held for a person.
func TestAnUnknownSKUIsToldAndItsOrderKept(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	file := written(t, ownHead+"\n"+ownRow("X", "TB", "2026-11-11", "NOBODY", "1", "99.00", "")+"\n")
	r := importOrders(t, h, intake.OrderOptions{File: file})
	if r.Orders != 1 || r.SKUsUnknown != 1 || r.Problems[0].Code != "import_sku_unknown" || r.Problems[0].Row != 2 {
		t.Errorf("%+v", r)
	}
	clean(t, h.D)
}

// Half an order must not ship: one bad row keeps the whole order out, and the
// mended file brings in just that order.
func TestABadRowKeepsItsWholeOrderOutUntilMended(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	rows := []string{ownHead, goodRow("A1"), goodRow("B1"), ownRow("B1", "TB", "2026-11-11", "TOWEL", "x", "12.90",
		""), goodRow("C1")}
	r := importOrders(t, h, intake.OrderOptions{File: written(t, strings.Join(rows, "\n")+"\n")})
	if r.Orders != 2 || r.OrdersRefused != 1 || r.Of("goods",
		intake.Refused).Lines != 2 || r.ProblemCounts["import_order_incomplete"] != 1 {
		t.Errorf("%+v", r)
	}
	rows[3] = ownRow("B1", "TB", "2026-11-11", "TOWEL", "2", "12.90", "")
	r = importOrders(t, h, intake.OrderOptions{File: written(t, strings.Join(rows, "\n")+"\n")})
	if r.Orders != 1 || r.OrdersBefore != 2 || r.Of("goods", intake.Ordered).Lines != 2 {
		t.Errorf("mended: %+v", r)
	}
	// A row lost inside an order keeps the order out too.
	rows = []string{ownHead, goodRow("D1"), "\x00", goodRow("D1")}
	if r = importOrders(t, h, intake.OrderOptions{File: written(t,
		strings.Join(rows, "\n")+"\n")}); r.Orders != 0 || r.OrdersRefused != 1 {
		t.Errorf("a lost row: %+v", r)
	}
	clean(t, h.D)
}

// A thousand problems are listed, all are counted, and the file has every one.
func TestAllProblemsStandInTheFileAskedFor(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	rows := []string{ownHead}
	for i := range 1200 {
		rows = append(rows, ownRow(fmt.Sprintf("N%d", i), "TB", "2026-11-11", "PAN", "0", "99.00", ""))
	}
	list := filepath.Join(t.TempDir(), "problems.csv")
	r := importOrders(t, h, intake.OrderOptions{File: written(t, strings.Join(rows, "\n")+"\n"), Problems: list})
	if len(r.Problems) != 1000 || r.ProblemCounts["import_qty"] != 1200 {
		t.Errorf("%d problems listed, counted %v", len(r.Problems), r.ProblemCounts)
	}
	text := readFile(t, list)
	if n := strings.Count(text, "import_qty"); n != 1200 {
		t.Errorf("%d problems in the file", n)
	}
	if info, err := os.Stat(list); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of problems quotes cells and is readable by others: %v %v", info.Mode(), err)
	}
}

func TestAFileThatIsNoneIsRefused(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	for name, c := range map[string]struct {
		o    intake.OrderOptions
		want *fault.Fault
	}{
		"not_there":       {intake.OrderOptions{File: "nowhere.csv", Shop: "TB"}, sheet.ErrNoFile},
		"empty":           {intake.OrderOptions{File: written(t, ""), Shop: "TB"}, sheet.ErrEmpty},
		"no_columns":      {intake.OrderOptions{File: written(t, "a,b\n1,2\n"), Shop: "TB"}, sheet.ErrColumnMissing},
		"unknown_shop":    {intake.OrderOptions{File: quirks, Profile: "uci", Shop: "NOPE"}, intake.ErrShop},
		"unknown_profile": {intake.OrderOptions{File: quirks, Profile: "nope", Shop: "TB"}, intake.ErrProfile},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := intake.Orders(context.Background(), h.D, h.Kit, c.o)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// What is stored of a report holds no cell of the file.
func TestTheStoredReportHoldsNoPersonalText(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	file := written(t, ownHead+"\n"+strings.Replace(goodRow("X"), "13812345678", "1.38E+10", 1)+"\n")
	r := importOrders(t, h, intake.OrderOptions{File: file})
	dbtest.Read(t, h.D, func(tx *db.Tx) error {
		im, err := intake.Get(tx, r.Import)
		if err == nil && (len(im.Report.Problems) != len(r.Problems) || im.Report.Problems[0].Value != "" ||
			r.Problems[0].Value == "") {
			t.Errorf("stored %+v", im.Report.Problems[0])
		}
		return err
	})
}
