package intake_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/inventory"
	"baihuo/internal/sheet"
	"baihuo/internal/staff"
)

func importStock(t testing.TB, h *flowtest.House, text string, o intake.FileOptions) intake.Report {
	t.Helper()
	o.File, o.By = written(t, text), dbtest.By
	r, err := intake.Stock(context.Background(), h.D, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// onHand gives what lies of each SKU, in all warehouses.
func onHand(t testing.TB, h *flowtest.House) map[string]int64 {
	t.Helper()
	names := map[id.SKU]string{}
	for code, n := range h.SKU {
		names[n] = code
	}
	found := map[string]int64{}
	dbtest.Read(t, h.D, func(tx *db.Tx) error {
		rows, err := inventory.List(tx, inventory.Filter{Scope: staff.Everywhere(), Limit: 1000})
		for _, r := range rows {
			found[names[r.SKU]] += r.OnHand
		}
		return err
	})
	return found
}

func TestStockArrivesOnceHoweverOftenTheFileComes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		text := "仓库编码,商品编码,数量,批次,到期日,货位\nHZ,PAN,5,,,A-01\nHZ,PAN,5,,,A-01\nDG,PASTE,7,L1,2028-01-31,\n"
		dry := importStock(t, h, text, intake.FileOptions{DryRun: true})
		if len(onHand(t, h)) != 0 || dry.Of("receipt", intake.Booked).Units != 17 {
			t.Errorf("a dry run booked %v and says %+v", onHand(t, h), dry.Tallies)
		}
		r := importStock(t, h, text, intake.FileOptions{})
		if again := importStock(t, h, text, intake.FileOptions{}); !again.Already || again.Import != r.Import {
			t.Errorf("again: %+v", again)
		}
		want := map[string]int64{"PAN": 10, "PASTE": 7}
		if diff := cmp.Diff(want, onHand(t, h)); diff != "" {
			t.Error(diff)
		}
		// The same paper in another file is a repeat; another paper is not.
		ref := "仓库编码,商品编码,数量,单号\nHZ,PAN,3,R1\n"
		importStock(t, h, ref, intake.FileOptions{})
		importStock(t, h, ref+"HZ,TOWEL,4,R1\n", intake.FileOptions{})
		want["PAN"], want["TOWEL"] = 13, 4
		if diff := cmp.Diff(want, onHand(t, h)); diff != "" {
			t.Error(diff)
		}
		clean(t, d)
	})
}

func TestStockIsCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PAN", 10)
		text := "仓库编码,商品编码,数量,批次\nHZ,PAN,8,\nHZ,PASTE,6,L1\n"
		for range 2 { // a count may be repeated
			if r := importStock(t, h, text, intake.FileOptions{Counts: true}); r.Already || r.Of("count",
				intake.Booked).Lines != 2 {
				t.Errorf("%+v", r)
			}
			if diff := cmp.Diff(map[string]int64{"PAN": 8, "PASTE": 6}, onHand(t, h)); diff != "" {
				t.Error(diff)
			}
		}
		clean(t, d)
	})
}

// Arriving stock serves the orders that wait for it.
func TestImportedStockServesTheQueue(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	importOrders(t, h, intake.OrderOptions{File: written(t, ownHead+"\n"+goodRow("A1")+"\n")})
	importStock(t, h, "仓库编码,商品编码,数量\nHZ,PAN,5\n", intake.FileOptions{})
	if o := h.Order(orderNo(t, h.D, "TB", "A1")); o.Lines[0].Reserved != 1 {
		t.Errorf("%+v", o.Lines[0])
	}
	clean(t, h.D)
}

func TestWrongStockRowsAreToldAndTheRestIsBooked(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	r := importStock(t, h, `仓库编码,商品编码,数量,批次,到期日,单号
NOPE,PAN,5,,,
HZ,NOBODY,5,,,
HZ,KIT,5,,,
HZ,PAN,-5,,,
HZ,PAN,99999999,,,
HZ,PAN,1.3E+10,,,
HZ,PAN,5,L1,31.1.,
HZ,PAN,5,,,R1
HZ,PAN,6,,,R1
HZ,PASTE,5,L9,2028-01-31,
HZ,PASTE,5,L9,2029-01-31,
HZ,TOWEL,5,,,
`, intake.FileOptions{})
	got := map[int]string{}
	for _, p := range r.Problems {
		got[p.Row] = p.Code
	}
	want := map[int]string{2: "import_warehouse_unknown", 3: "import_stock_sku", 4: "import_stock_bundle",
		5: "import_stock_qty",
		6: "import_stock_qty", 7: "sheet_cell_mangled", 8: "import_day", 10: "import_row_twice", 12: "stock_lot_dates"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int64{"PAN": 5, "PASTE": 5, "TOWEL": 5}, onHand(t, h)); diff != "" {
		t.Error(diff)
	}
	if r.Rows != 12 || r.Of("receipt").Lines != 12 {
		t.Errorf("%d rows, %+v", r.Rows, r.Tallies)
	}
}

func TestCatalogComesIn(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	o := intake.FileOptions{By: dbtest.By, File: written(t, "编码,名称,成本价\nMUG,马克杯,5.50\nPAN,,41.00\nBAD,坏,x\n")}
	for _, want := range []map[intake.Outcome]int64{
		{intake.Created: 1, intake.Changed: 1, intake.Refused: 1},
		{intake.Unchanged: 2, intake.Refused: 1},
	} {
		r, err := intake.Catalog(context.Background(), h.D, o)
		if err != nil {
			t.Fatal(err)
		}
		got := map[intake.Outcome]int64{}
		for _, tally := range r.Tallies {
			got[tally.Outcome] = tally.Lines
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if r.Rows != 3 || len(r.Problems) != 1 || r.Problems[0].Row != 4 {
			t.Errorf("%+v", r)
		}
	}
}

func export(t testing.TB, h *flowtest.House, what string, o intake.ExportOptions) (rows [][]string, text string) {
	t.Helper()
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out, sheet.CSV)
	if err != nil {
		t.Fatal(err)
	}
	n, err := intake.Export(context.Background(), h.D, what, w, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text = strings.TrimPrefix(out.String(), "\ufeff")
	rows, err = csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || int64(len(rows)-1) != n {
		t.Fatalf("%d rows, said %d: %v", len(rows)-1, n, err)
	}
	return rows, text
}

func TestExportedOrdersHoldMasksAndComeInAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PAN", 10)
		importOrders(t, h, intake.OrderOptions{File: written(t, ownHead+"\n"+goodRow("A1")+"\n"+goodRow("A2")+"\n")})
		for _, chinese := range []bool{false, true} {
			rows, text := export(t, h, "orders", intake.ExportOptions{Scope: staff.Everywhere(), Chinese: chinese})
			if len(rows) != 3 || strings.Contains(text, "陈小明") || strings.Contains(text,
				"13812345678") || !strings.Contains(text, "138****5678") {
				t.Errorf("%s", text)
			}
			r := importOrders(t, h, intake.OrderOptions{File: written(t, text)})
			if r.OrdersBefore != 2 || len(r.Problems) != 0 {
				t.Errorf("in again: %+v", r)
			}
		}
		if rows, _ := export(t, h, "orders", intake.ExportOptions{Scope: staff.Everywhere(), Shop: "WEB"}); len(rows) != 1 {
			t.Errorf("another shop has %d rows", len(rows)-1)
		}
		stock, _ := export(t, h, "stock", intake.ExportOptions{Scope: staff.Everywhere()})
		if diff := cmp.Diff([]string{"HZ", "PAN", "平底锅 28cm", "10", "2", "0", "0", "8", "8"}, stock[1]); diff != "" {
			t.Error(diff)
		}
		_, text := export(t, h, "journal", intake.ExportOptions{Scope: staff.Everywhere(), Kind: "import"})
		if !strings.Contains(text, "import_started") || !strings.Contains(text,
			"import_done") || strings.Contains(text, "accepted") {
			t.Errorf("%s", text)
		}
	})
}

// All pages of a long list, and no row twice.
func TestExportGivesEveryLineOnce(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	importOrders(t, h, intake.OrderOptions{File: quirks, Profile: "uci", CreateSKUs: true})
	rows, _ := export(t, h, "orders", intake.ExportOptions{Scope: staff.Everywhere(), Shop: "UCI"})
	seen := map[string]bool{}
	for _, r := range rows[1:] {
		seen[r[0]+"/"+r[1]] = true
	}
	if len(rows)-1 != 4839+25 || len(seen) != len(rows)-1 {
		t.Errorf("%d rows, %d different", len(rows)-1, len(seen))
	}
	rows, _ = export(t, h, "journal", intake.ExportOptions{Scope: staff.Everywhere()})
	if int64(len(rows)-1) != fingerprint(t, h.D).journal {
		t.Errorf("%d rows of the journal", len(rows)-1)
	}
}

func TestExportOfSomethingElseIsRefused(t *testing.T) {
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	w, err := sheet.NewWriter(&bytes.Buffer{}, sheet.CSV)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := intake.Export(context.Background(), h.D, "secrets", w, intake.ExportOptions{Scope: staff.Everywhere()}); !errors.Is(err,
		intake.ErrExport) {
		t.Error(err)
	}
}

func TestASavedProfileReadsItsOwnHeaders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		p := intake.Profile{Name: "mine", What: "orders",
			Columns: sheet.Map{{Name: "order_no", Headers: []string{"Beleg"}},
				{Name: "price_minor", Headers: []string{"Cent"}}}}
		dbtest.Write(t, d, func(tx *db.Tx) error { return intake.SaveProfile(tx, p) })
		file := written(t, "Beleg,下单时间,sku,qty,Cent\nA1,2026-11-11 08:00,PAN,2,9900\n")
		r := importOrders(t, h, intake.OrderOptions{File: file, Profile: "mine", Shop: "TB"})
		if r.Orders != 1 || r.Of("goods").Money != 19800 {
			t.Errorf("%+v", r)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			all, err := intake.Profiles(tx)
			if diff := cmp.Diff([]intake.Profile{p}, all); diff != "" {
				t.Error(diff)
			}
			return err
		})
		for _, bad := range []intake.Profile{{Name: "uci", What: "orders"}, {Name: "x", What: "nothing"},
			{Name: "", What: "stock"},
			{Name: "x", What: "stock", Columns: sheet.Map{{Name: "zebra", Headers: []string{"Z"}}}}} {
			err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				return intake.SaveProfile(tx,
					bad)
			})
			if !errors.Is(err, intake.ErrProfileInvalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}
