package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"baihuo/internal/sheet"
)

// book makes a workbook by hand, so that what no library writes can be tried.
// rows is the inside of sheetData; a part given by name replaces or adds one.
func book(t testing.TB, rows string, parts map[string]string) []byte {
	t.Helper()
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	all := map[string]string{
		"_rels/.rels": `<Relationships><Relationship Id="r1" Type="` + office + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="x"><sheets><sheet name="note" state="hidden" r:id="r9"/>` +
			`<sheet name="orders" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="` + office + `worksheet" Target="worksheets/s.xml"/>` +
			`<Relationship Id="r2" Type="` + office + `styles" Target="/xl/styles.xml"/>` +
			`<Relationship Id="r3" Type="` + office + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd;@"/>` +
			`<numFmt numFmtId="165" formatCode="&quot;days&quot;\ #,##0.00"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml": `<sst><si><t>洗发水</t></si><si><r><t>毛</t></r><r><t>巾</t></r><rPh><t>mao</t></rPh></si>` +
			`<si><t>a_x000D_b_x</t></si><si><t>x_x0000_y</t></si></sst>`,
		"xl/worksheets/s.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>",
	}
	for name, text := range parts {
		all[name] = text
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, all[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const headRow = `<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>`

func TestXLSX(t *testing.T) {
	for _, c := range []struct {
		name, rows string
		want       []string
	}{
		{"numbers keep their value, not their looks", `<row r="2"><c r="A2"><v>6901234567890</v></c><c r="B2" s="3"><v>12.345</v></c></row>`,
			[]string{"2: 6901234567890|12.345"}},
		{"the noise of binary fractions is rounded off", `<row r="2"><c r="A2"><v>12.300000000000001</v></c><c r="B2"><v>1.0000000000000001E-2</v></c></row>`,
			[]string{"2: 12.3|0.01"}},
		{"numbers that lost digits are shown mangled", `<row r="2"><c r="A2"><v>1.2345678901234568E+17</v></c></row>`,
			[]string{"2: 1.2345678901234568E+17"}},
		{"dates", `<row r="2"><c r="A2" s="1"><v>45322.354166666664</v></c><c r="B2" s="2"><v>45322</v></c></row>`,
			[]string{"2: 2024-01-31 08:30:00|2024-01-31"}},
		{"shared, rich and escaped strings", `<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>` +
			`<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="b"><v>1</v></c></row>`,
			[]string{"2: 洗发水|毛巾", "3: a\rb_x|TRUE"}},
		{"inline strings and left out cells", `<row r="5"><c r="B5" t="inlineStr"><is><t>x</t></is></c></row>`, []string{"5: |x"}},
		{"formulas give their value", `<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>`, []string{"2: 2"}},
		{"rows and cells without references", `<row><c><v>1</v></c><c><v>2</v></c></row>`, []string{"2: 1|2"}},
		{"failed formula", `<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>`,
			[]string{"2! formula_error a", "3: 1"}},
		{"nul", `<row r="2"><c r="A2" t="s"><v>3</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>`, []string{"2! nul a", "3: 1"}},
		{"a string that is not there", `<row r="2"><c r="A2" t="s"><v>99</v></c></row>`, []string{"2! damaged a"}},
		{"row too wide", `<row r="2"><c r="C2"><v>1</v></c></row>`, []string{"2! row_too_wide 3 (C)"}},
		{"broken xml ends with a fault, not in silence", `<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>&#0;</v></c></row>`,
			[]string{"2: 1", "end: sheet_damaged"}},
		{"rows in disorder end with a fault", `<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>`,
			[]string{"3: 1", "end: sheet_damaged"}},
		{"cell far outside ends with a fault", `<row r="2"><c r="ZZZZZZZZZZZZ2"><v>1</v></c></row>`, []string{"end: sheet_damaged"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := sheet.Read(bytes.NewReader(book(t, headRow+c.rows, nil)), "f.xlsx", sheet.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(r)); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// The end of the XML before the end of the table once passed for the end of the table.
func TestXLSXCutBehindARowIsTold(t *testing.T) {
	cut := "<worksheet><sheetData>" + headRow + "<row><c><v>1</v></c></row>"
	file := book(t, "", map[string]string{"xl/worksheets/s.xml": cut})
	r, err := sheet.Read(bytes.NewReader(file), "f", sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2: 1", "end: sheet_damaged"}, told(r)); diff != "" {
		t.Fatal(diff)
	}
}

func TestXLSXRefused(t *testing.T) {
	huge := strings.Repeat("<row><c><v>1</v></c></row>", 1<<20)
	for _, c := range []struct {
		name string
		file []byte
		o    sheet.Options
		want error
	}{
		{"no such worksheet", book(t, headRow, nil), sheet.Options{Sheet: "none"}, sheet.ErrNoSheet},
		{"empty worksheet", book(t, "", nil), sheet.Options{}, sheet.ErrEmpty},
		{"zip bomb", book(t, headRow+huge, nil), sheet.Options{}, sheet.ErrBomb},
		{"bomb in another part", book(t, headRow, map[string]string{"xl/media/x": strings.Repeat("0", 20<<20)}), sheet.Options{}, sheet.ErrBomb},
		{"too many bytes", book(t, headRow+huge, nil), sheet.Options{Limits: sheet.Limits{Bytes: 1 << 20, Ratio: 1e6}}, sheet.ErrTooLarge},
		{"a zip that is no workbook", book(t, "", map[string]string{"_rels/.rels": "<x/>"}), sheet.Options{}, sheet.ErrKind},
		{"cut in the header", book(t, "", map[string]string{"xl/worksheets/s.xml": "<worksheet><sheetData><row>"}), sheet.Options{}, sheet.ErrDamaged},
		{"cut archive", book(t, headRow, nil)[:600], sheet.Options{}, sheet.ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := sheet.Read(bytes.NewReader(c.file), "f", c.o); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestXLSXLongCellIsBounded(t *testing.T) {
	// Entities and characters of three bytes stand where the text is cut.
	cell := `<row><c t="inlineStr"><is><t>` + strings.Repeat("&lt;毛", 1_500_000) + `</t></is></c></row>`
	file := book(t, headRow+cell+`<row><c><v>1</v></c></row>`, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := sheet.Read(bytes.NewReader(file), "f", sheet.Options{Limits: sheet.Limits{Ratio: 1e6}})
	if err != nil {
		t.Fatal(err)
	}
	got := told(r)
	runtime.ReadMemStats(&after)
	if diff := cmp.Diff([]string{"2! field_too_long a", "3: 1"}, got); diff != "" {
		t.Fatal(diff)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 6<<20 {
		t.Fatalf("allocated %d bytes", spent)
	}
}

// excelize, which shares no code with the reader, writes what Excel would.
func TestXLSXFromExcelize(t *testing.T) {
	f := excelize.NewFile()
	at := time.Date(2024, 1, 31, 8, 30, 0, 0, time.UTC)
	for cell, v := range map[string]any{
		"A1": "订单号", "B1": "数量", "C1": "时间", "D1": "备注",
		"A2": "138001380001234567", "B2": 3, "C2": at, "D2": "line\nbreak & <tag>", "A4": 12.5,
	} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("other"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellValue("other", "A1", "x"); err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/orders.dat"
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, out.Bytes())
	r, err := sheet.Open(path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2: 138001380001234567|3|2024-01-31 08:30:00|line\nbreak & <tag>", "4: 12.5"}
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Fatal(diff)
	}
	if done, total := r.Progress(); done != total || total == 0 {
		t.Fatalf("progress ends at %d of %d", done, total)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err = sheet.Open(path, sheet.Options{Sheet: "other"}); err != nil || r.Header()[0] != "x" {
		t.Fatalf("other worksheet: %v", err)
	}
}

func BenchmarkXLSX(b *testing.B) {
	var rows strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="s"><v>0</v></c><c r="B%d"><v>%d.5</v></c></row>`, i+2, i+2, i+2, i)
	}
	file := book(b, headRow+rows.String(), nil)
	b.ReportAllocs()
	for b.Loop() {
		r, err := sheet.Read(bytes.NewReader(file), "f", sheet.Options{})
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}
