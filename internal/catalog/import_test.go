package catalog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/sheet"
)

// load imports text and gives the report and what became of each row.
func load(t *testing.T, d *db.DB, text string, dry bool) (catalog.Report, map[int]string) {
	t.Helper()
	r, err := sheet.Read(strings.NewReader(text), "skus.csv", sheet.Options{Columns: catalog.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int]string{}
	report, err := catalog.Import(t.Context(), d, r, catalog.ImportOptions{DryRun: dry, By: dbtest.By,
		Each: func(r catalog.RowReport) {
			rows[r.Row] = string(r.Done)
			for _, p := range r.Problems {
				rows[r.Row] += " " + p.Column
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	return report, rows
}

func count(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { n, err = catalog.Count(tx, catalog.Filter{}); return err })
	return n
}

const chinese = `商品编码,商品名称,条码,重量（g）,售价,批次管理,保质期,组合明细,备注
set1,洗护套装,,,49.90,,,"xf1*2 + XF2*1",放在单品上面
xf1,洗发水,6979100010070,238,15.90,是,1095,,
XF2,护发素,6979100010148,"1,200",￥17.50,否,,,
`

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		want := map[int]string{2: "created", 3: "created", 4: "created"}
		t.Run("a dry run tells and changes nothing", func(t *testing.T) {
			report, rows := load(t, d, chinese, true)
			if diff := cmp.Diff(want, rows); diff != "" || report.Created != 3 || count(t, d) != 0 {
				t.Errorf("%s %+v, %d there", diff, report, count(t, d))
			}
		})
		t.Run("Chinese headers, a bundle above its parts", func(t *testing.T) {
			report, rows := load(t, d, chinese, false)
			if diff := cmp.Diff(want, rows); diff != "" || !cmp.Equal(report.Unused, []string{"备注"}) {
				t.Errorf("%s %+v", diff, report)
			}
			var found map[string]*catalog.SKU
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { found, err = catalog.Find(tx, []string{"SET1", "XF2"}); return err })
			set, two := found["SET1"], found["XF2"]
			if set.Price != 4990 || len(set.Parts) != 2 || two.Price != 1750 || two.WeightG != 1200 || two.LotTracked {
				t.Errorf("%+v %+v", set, two)
			}
		})
		t.Run("the same again changes nothing", func(t *testing.T) {
			if report, _ := load(t, d, chinese, false); report.Unchanged != 3 {
				t.Errorf("%+v", report)
			}
		})
		t.Run("a file of prices leaves the rest alone", func(t *testing.T) {
			report, rows := load(t, d, "sku,unit price\nXF1,16.90\nSET1,\nXF9,1\n", false)
			if diff := cmp.Diff(map[int]string{2: "changed", 3: "unchanged", 4: "refused name"}, rows); diff != "" {
				t.Error(diff, report)
			}
		})
	})
}

func TestImport_wrong_input(t *testing.T) {
	text := strings.Join([]string{
		"编码,名称,条码,重量g,成本,售价,保质期,最少剩余天数,批次管理,组合明细",
		"A1,好,,1,1,1,,,,",                     // 2
		"A1,又一个,,,,,,,,",                      // 3 a code twice
		"A2,,,,,,,,,",                         // 4 no name
		"6.9E+12,x,,,,,,,,",                   // 5 mangled code
		"A3,x,6.97910001007E+12,,,,,,,",       // 6 mangled barcode
		"A4,x,6979100010071,,,,,,,",           // 7 check digit
		"A5,x,,-5,1.234,1.3E+10,,,maybe,",     // 8 four wrong cells at once
		"A6,x,,-5,,,30,31,,",                  // 9 negative and too long a life
		"A7,x,,99999999999999999999,,,,,,",    // 10
		"A8,x,,,,,,,,A1*2+NONE*1",             // 11 unknown part
		"A9,x,,,,,,,,A1**2",                   // 12
		"B0,x,,,,,,,,A1*0",                    // 13
		"B1,x\x00y,,,,,,,,",                   // 14 NUL
		"B2,x\xff\xfey,,,,,,,,",               // 15 broken encoding
		"B3,x,6979100010070,,,,,,,",           // 16
		"B4,x,6979100010070,,,,,,,",           // 17 that barcode again
		"B5,x," + strings.Repeat("9", 10<<20), // 18 a field of 10 MB
		"B6,x,,,,-1,,,,",                      // 19
		"B7,x,,,,,,,,",                        // 20
	}, "\n")
	want := map[int]string{2: "created", 3: "refused 编码", 4: "refused 名称", 5: "refused 编码", 6: "refused 条码",
		7: "refused 条码",
		8: "refused 成本 售价 批次管理", 9: "refused 重量g 最少剩余天数", 10: "refused 重量g", 11: "refused 组合明细", 12: "refused 组合明细",
		13: "refused 组合明细", 14: "refused 名称", 15: "refused 名称", 16: "created", 17: "refused 条码", 18: "refused 条码",
		19: "refused 售价", 20: "created"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, dry := range []bool{true, false} {
			report, rows := load(t, d, text, dry)
			if diff := cmp.Diff(want, rows); diff != "" {
				t.Errorf("dry %t: %s", dry, diff)
			}
			if report.Created != 3 || report.Rows != 19 || report.Refused != 16 {
				t.Errorf("dry %t: %+v", dry, report)
			}
			for _, p := range report.Problems {
				if p.Row == 0 || p.ZH == "" || !strings.Contains(p.EN, fmt.Sprintf("Row %d", p.Row)) || len(p.EN) > 400 {
					t.Errorf("%+v", p)
				}
			}
		}
		if count(t, d) != 3 {
			t.Errorf("%d SKUs", count(t, d))
		}
	})
}

func TestImport_in_pieces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var b strings.Builder
		b.WriteString("code,name,parts\n")
		for i := range 2500 {
			fmt.Fprintf(&b, "S%d,Set,P%d*2\n", i, i)
		}
		for i := range 2500 {
			fmt.Fprintf(&b, "P%d,Part,\n", i)
		}
		if report, _ := load(t, d, b.String(), true); report.Created != 5000 || count(t, d) != 0 {
			t.Errorf("dry: %+v", report)
		}
		if report, _ := load(t, d, b.String(), false); report.Created != 5000 || count(t, d) != 5000 {
			t.Errorf("%+v", report)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			if counts, breaches, err := catalog.Audit(tx); err != nil || len(breaches) > 0 ||
				counts["bundles"] != 2500 {
				t.Errorf("%v %v %v", breaches, counts, err)
			}
			return nil
		})
	})
}

func TestImport_stops_when_the_database_does(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	r, err := sheet.Read(strings.NewReader("code,name\nA,a\n"), "skus.csv", sheet.Options{Columns: catalog.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := catalog.Import(ctx, d, r, catalog.ImportOptions{By: dbtest.By})
	if err == nil || report.Created != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestExport_reads_back(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ids := must(t, d, shampoo(), plain("SINGLE"), catalog.SKU{Code: "=1+1", Name: "@formula",
			Barcodes: []string{"96385074", "OWN-1"}})
		must(t, d, catalog.SKU{Code: "SET", Name: "套装", Bundle: true, Parts: []catalog.Part{{SKU: ids[0], Qty: 2},
			{SKU: ids[1], Qty: 1}}})
		for _, o := range []catalog.ExportOptions{{}, {Chinese: true}} {
			for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
				var file bytes.Buffer
				w, err := sheet.NewWriter(&file, format)
				if err != nil {
					t.Fatal(err)
				}
				dbtest.Read(t, d, func(tx *db.Tx) error {
					n, err := catalog.Export(tx, w, o)
					if n != 4 {
						t.Errorf("%d rows", n)
					}
					return errors.Join(err, w.Close())
				})
				if report, rows := load(t, d, file.String(), false); report.Unchanged != 4 {
					t.Errorf("%s, Chinese %t: %+v %v", format, o.Chinese, report, rows)
				}
			}
		}
	})
}

func FuzzImport(f *testing.F) {
	f.Add(chinese)
	f.Add("code,parts\nA,A*1\nB,+*+\n")
	f.Add("code,name,barcode,lot_tracked\n\"a,b\",\"x\ny\",１２３,是\n")
	d := dbtest.Open(f, db.SQLite, db.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		r, err := sheet.Read(strings.NewReader(text), "fuzz.csv", sheet.Options{Columns: catalog.Columns()})
		if err != nil {
			return
		}
		told := 0
		report, err := catalog.Import(t.Context(), d, r, catalog.ImportOptions{DryRun: true, By: dbtest.By,
			Each: func(catalog.RowReport) { told++ }})
		sum := report.Created + report.Changed + report.Unchanged + report.Refused
		if told != report.Rows || sum != report.Rows {
			t.Errorf("%d rows, %d told, %d summed, %v", report.Rows, told, sum, err)
		}
	})
}
