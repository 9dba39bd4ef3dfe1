package sheet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"baihuo/internal/fault"
	"baihuo/internal/sheet"
)

// told is what a file gives, one line a row: "3: a|b" or "4! code column".
func told(r *sheet.Reader) []string {
	var out []string
	for {
		row, err := r.Next()
		var bad *sheet.RowError
		switch {
		case errors.Is(err, io.EOF):
			return out
		case errors.As(err, &bad):
			out = append(out, fmt.Sprintf("%d! %s %s", bad.Row, strings.TrimPrefix(bad.Code, "sheet_"), bad.Column))
		case err != nil:
			return append(out, "end: "+fault.Of(err).Code)
		default:
			out = append(out, fmt.Sprintf("%d: %s", row.Number, strings.Join(row.Cells(), "|")))
		}
	}
}

func reader(t *testing.T, text string, o sheet.Options) *sheet.Reader {
	t.Helper()
	r, err := sheet.Read(strings.NewReader(text), "orders.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func gb(t *testing.T, text string) string {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func utf16(t *testing.T, text string) string {
	t.Helper()
	out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", sheet.FieldMax+1)
	chinese := "单号,商品,数量\n1,洗发水,2\n2,毛巾,3\n"
	wantChinese := []string{"2: 1|洗发水|2", "3: 2|毛巾|3"}
	cases := []struct {
		name, text string
		o          sheet.Options
		want       []string
	}{
		{"plain", "a,b\n1,2\n3,4", sheet.Options{}, []string{"2: 1|2", "3: 3|4"}},
		{"windows line ends", "a,b\r\n1,2\r\n\"3\",4\r\n", sheet.Options{}, []string{"2: 1|2", "3: 3|4"}},
		{"old mac line ends", "a,b\r1,2\r3,4\r", sheet.Options{}, []string{"2: 1|2", "3: 3|4"}},
		{"semicolons", "a;b\n1,5;2\n", sheet.Options{}, []string{"2: 1,5|2"}},
		{"tabs", "a\tb\n1,5\t2\n", sheet.Options{}, []string{"2: 1,5|2"}},
		{"a chosen separator", "a|b\n1|2\n", sheet.Options{Delimiter: '|'}, []string{"2: 1|2"}},
		{"blank rows count but are not given", "a,b\n\n1,2\n,\n3,4\n\n", sheet.Options{}, []string{"3: 1|2", "5: 3|4"}},
		{"rows above the header are skipped", "Bill\n#x\na,b\n1,2\n", sheet.Options{Skip: 2}, []string{"4: 1|2"}},
		{"quoted", "a,b\n\"1,\"\"x\"\"\",\"\"\n", sheet.Options{}, []string{"2: 1,\"x\"|"}},
		{"a cell with line breaks is one row", "a,b\n\"1\n2\",3\n4,5\n", sheet.Options{}, []string{"2: 1\n2|3", "3: 4|5"}},
		{"a quotation mark inside a bare cell is its own", "a,b\n5\" pan,1\n", sheet.Options{}, []string{"2: 5\" pan|1"}},

		{"utf-8 with mark", "\ufeff" + chinese, sheet.Options{}, wantChinese},
		{"gb18030", gb(t, chinese), sheet.Options{}, wantChinese},
		{"gb18030 quoted", gb(t, "单号,商品\n1,\"洗发水,大\"\n"), sheet.Options{}, []string{"2: 1|洗发水,大"}},
		{"gb18030 four-byte characters", gb(t, "单号,姓名\n1,\U00020000㐀\n"), sheet.Options{}, []string{"2: 1|\U00020000㐀"}},
		{"gb18030 far below the header", "a,b\n" + strings.Repeat("1,2\n", 9) + gb(t, "1,毛巾\n"), sheet.Options{},
			[]string{"2: 1|2", "3: 1|2", "4: 1|2", "5: 1|2", "6: 1|2", "7: 1|2", "8: 1|2", "9: 1|2", "10: 1|2", "11: 1|毛巾"}},
		{"utf-16", utf16(t, chinese), sheet.Options{}, wantChinese},

		{"broken utf-8 names the cell", "单号,商品\n1,毛\xe5\xb7\n2,洗发水\n", sheet.Options{},
			[]string{"2! encoding 商品", "3: 2|洗发水"}},
		{"gb18030 row in a utf-8 file", chinese + gb(t, "3,牙膏,1\n") + "4,纸巾,1\n", sheet.Options{},
			append(append([]string(nil), wantChinese...), "4! encoding 商品", "5: 4|纸巾|1")},
		{"utf-8 row in a gb18030 file", gb(t, chinese) + "3,中性洗发水,1\n" + gb(t, "4,纸巾,1\n"), sheet.Options{},
			append(append([]string(nil), wantChinese...), "4! encoding 商品", "5: 4|纸巾|1")},
		{"broken gb18030", gb(t, chinese) + "3,\xff\xff,1\n", sheet.Options{},
			append(append([]string(nil), wantChinese...), "4! encoding 商品")},
		{"nul", "a,b\n1,x\x00y\n2,z\n", sheet.Options{}, []string{"2! nul b", "3: 2|z"}},
		{"nul in a quoted cell", "a,b\n1,\"x\x00y\"\n2,z\n", sheet.Options{}, []string{"2! nul b", "3: 2|z"}},
		{"long cell", "a,b\n1," + long + "\n2,z\n", sheet.Options{}, []string{"2! field_too_long b", "3: 2|z"}},
		{"long quoted cell", "a,b\n1,\"" + long + "\"\n2,z\n", sheet.Options{}, []string{"2! field_too_long b", "3: 2|z"}},
		{"long cell behind a quoted one", "a,b\n\"1\"," + long + "\n2,z\n", sheet.Options{},
			[]string{"2! field_too_long b", "3: 2|z"}},
		{"the inside of a long quoted cell is not taken for rows",
			"a,b\n1,\"" + strings.Repeat("word\n", 20_000) + "\"\n2,z\n", sheet.Options{},
			[]string{"2! field_too_long b", "3: 2|z"}},
		{"row too wide", "a,b\n1,2,3\n4,5,\n", sheet.Options{}, []string{"2! row_too_wide 3 (C)", "3: 4|5|"}},
		{"row too short", "a,b,c\n1,2\n4,5,6\n", sheet.Options{}, []string{"2! row_too_short c", "3: 4|5|6"}},

		{"open quote is reported where it opened", "a,b\n1,\"x\n2,y\n3,z\n", sheet.Options{},
			[]string{"2! quote_open b", "3: 2|y", "4: 3|z"}},
		{"open quote before a quoted row", "a,b\n1,\"x\n2,\"y\"\n3,z\n", sheet.Options{},
			[]string{"2! quote_stray b", "3: 2|y", "4: 3|z"}},
		{"open quote before a large file", "a,b\n1,\"x\n" + strings.Repeat("2,y\n", 20_000), sheet.Options{Limits: sheet.Limits{Rows: 3}},
			[]string{"2! quote_open b", "3: 2|y", "end: sheet_too_many_rows"}},
		{"open quote on the last row", "a,b\n1,2\n3,\"x", sheet.Options{}, []string{"2: 1|2", "3! quote_open b"}},
		{"stray text behind a quote", "a,b\n\"5\" pan\",1\n2,3\n", sheet.Options{}, []string{"2! quote_stray a", "3: 2|3"}},
		{"too many rows", "a\n1\n2\n3\n", sheet.Options{Limits: sheet.Limits{Rows: 3}},
			[]string{"2: 1", "3: 2", "end: sheet_too_many_rows"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, told(reader(t, c.text, c.o))); diff != "" {
				t.Fatal(diff)
			}
			// The same file in driblets: the cuts between reads must not show.
			r, err := sheet.Read(&driblets{text: c.text, size: 7}, "x", c.o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(r)); diff != "" {
				t.Fatal("in driblets:", diff)
			}
		})
	}
}

// driblets gives a few bytes at a time.
type driblets struct {
	text string
	size int
}

func (d *driblets) Read(p []byte) (int, error) {
	n := copy(p[:min(d.size, len(p))], d.text)
	if d.text = d.text[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestCSVRefused(t *testing.T) {
	columns := sheet.Map{{Name: "order_no", Headers: []string{"订单号"}, Needed: true}}
	for _, c := range []struct {
		name, text string
		o          sheet.Options
		want       error
	}{
		{"empty", "", sheet.Options{}, sheet.ErrEmpty},
		{"only blank rows", "\n\n , \n", sheet.Options{}, sheet.ErrEmpty},
		{"old xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", sheet.Options{}, sheet.ErrKind},
		{"web page", "<html><table>", sheet.Options{}, sheet.ErrKind},
		{"utf-16 without mark", "a\x00,\x00b\x00\n\x00", sheet.Options{}, sheet.ErrHeader},
		{"open quote in the header", "a,\"b\n1,2\n", sheet.Options{}, sheet.ErrHeader},
		{"needed column missing", "a,b\n1,2\n", sheet.Options{Columns: columns}, sheet.ErrColumnMissing},
		{"column twice", "订单号,订单号\n1,2\n", sheet.Options{Columns: columns}, sheet.ErrColumnTwice},
		{"not a gzip", "\x1f\x8bnonsense", sheet.Options{}, sheet.ErrDamaged},
		{"damaged zip", "PK\x03\x04nonsense", sheet.Options{}, sheet.ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sheet.Read(strings.NewReader(c.text), "f", c.o)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
	if _, err := sheet.Open(t.TempDir()+"/none.csv", sheet.Options{}); !errors.Is(err, sheet.ErrNoFile) {
		t.Fatalf("got %v", err)
	}
}

// A clerk finds the place by the row in Excel or by the line in a text editor.
func TestOpenQuoteSentenceNamesTheRow(t *testing.T) {
	r := reader(t, "order,remark\n1,\"two\nlines\"\n2,\"open\n3,x\n", sheet.Options{})
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	_, err := r.Next()
	var bad *sheet.RowError
	if !errors.As(err, &bad) || bad.Row != 3 || bad.Line != 4 || bad.Column != "remark" {
		t.Fatalf("got %+v", bad)
	}
	for _, want := range []string{"第 3 行", "文本第 4 行", "remark", "引号"} {
		if !strings.Contains(bad.ZH, want) {
			t.Errorf("%q lacks %q", bad.ZH, want)
		}
	}
	if strings.Contains(bad.Error(), "open\n") || bad.Value == "" {
		t.Errorf("the value belongs beside the sentence, not in it: %+v", bad)
	}
}

func TestColumns(t *testing.T) {
	columns := sheet.Map{
		{Name: "order_no", Headers: []string{"订单号", "订单编号"}, Needed: true},
		{Name: "qty", Headers: []string{"数量"}, Needed: true},
		{Name: "remark", Headers: []string{"备注"}},
		{Name: "memo"},
	}
	r := reader(t, "*订单编号 ,ＱＴＹ,Other,备注\n 7\u00a0,2,x,'=1+1\n8,3\n9\n", sheet.Options{Columns: columns})
	row, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{row.Get("order_no"), row.Get("qty"), row.Get("remark"), row.Get("memo"), row.Get("nonsense")}
	if diff := cmp.Diff([]string{"7", "2", "=1+1", "", ""}, got); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]string{"Other"}, r.Unused()); diff != "" || r.Has("memo") || !r.Has("qty") {
		t.Fatal(diff)
	}
	if row, err = r.Next(); err != nil || row.Get("remark") != "" {
		t.Fatalf("a row that lacks only an optional column: %v", err)
	}
	var bad *sheet.RowError
	if _, err = r.Next(); !errors.As(err, &bad) || bad.Column != "ＱＴＹ" {
		t.Fatalf("got %v", err)
	}
	_, err = sheet.Read(strings.NewReader("order,数量\n"), "f", sheet.Options{Columns: columns})
	if f := fault.Of(err); len(f.Fields) != 2 || f.Fields[0].Name != "order_no" || !strings.Contains(f.Fields[0].ZH, "订单编号") {
		t.Fatalf("got %v", err)
	}
}

func TestGzip(t *testing.T) {
	pack := func(text string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := io.WriteString(z, text); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	t.Run("a cut file is told and its half row not given", func(t *testing.T) {
		var text strings.Builder
		text.WriteString("a,b\n")
		for i := range 5000 {
			fmt.Fprintf(&text, "%d,%d\n", i, i*7919%10_007)
		}
		packed := pack(text.String())
		r, err := sheet.Read(bytes.NewReader(packed[:len(packed)/2]), "f", sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		lines := told(r)
		last := len(lines) - 1
		if last < 100 || lines[last] != "end: sheet_damaged" {
			t.Fatalf("got %d lines, the last %q", len(lines), lines[last])
		}
		for i, line := range lines[:last] {
			if want := fmt.Sprintf("%d: %d|%d", i+2, i, i*7919%10_007); line != want {
				t.Fatalf("got %q, want %q", line, want)
			}
		}
	})
	t.Run("a bomb is refused", func(t *testing.T) {
		bomb := pack("a,b\n" + strings.Repeat("1,"+strings.Repeat("2", 1000)+"\n", 32<<10))
		r, err := sheet.Read(bytes.NewReader(bomb), "f", sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, sheet.ErrBomb) {
			t.Fatalf("got %v", err)
		}
		if _, again := r.Next(); !errors.Is(again, sheet.ErrBomb) {
			t.Fatalf("the second time: %v", again)
		}
	})
	t.Run("too many bytes are refused", func(t *testing.T) {
		packed := pack("a,b\n" + strings.Repeat("1,2\n", 1<<20))
		r, err := sheet.Read(bytes.NewReader(packed), "f", sheet.Options{Limits: sheet.Limits{Bytes: 1 << 20}})
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, sheet.ErrTooLarge) {
			t.Fatalf("got %v", err)
		}
	})
}

// encoding/csv shares no code with the lexer: on proper files both must agree.
func TestCSVAgreesWithTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(t, "width")
		cells := rapid.StringMatching(`[a,;"\n 毛]{0,5}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cells, width, width), 0, 12).Draw(t, "rows")
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		header := []string{"h1", "h2", "h3", "h4"}[:width]
		if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
			t.Fatal(err)
		}
		var want []string
		records, err := csv.NewReader(bytes.NewReader(file.Bytes())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, cells := range records[1:] {
			if strings.Trim(strings.Join(cells, ""), " \n") != "" {
				want = append(want, fmt.Sprintf("%d: %s", i+2, strings.Join(cells, "|")))
			}
		}
		size := rapid.IntRange(1, 9).Draw(t, "driblet")
		r, err := sheet.Read(&driblets{text: file.String(), size: size}, "f", sheet.Options{Delimiter: ','})
		if err != nil {
			t.Fatal(err)
		}
		got := told(r)
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], "\r\n", "\n") // the standard library turns line ends inside cells
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A lexer that scanned to the end of the file anew from every line would take minutes here.
func TestQuotesEverywhereCostLinearTime(t *testing.T) {
	for _, line := range []string{"a,\"b\n", "\"\n", "a,\"\"\"\n", "a,\"b\nc,d\n", "\"a\"b\n", "a,b\n\"\"\"\"\"\n"} {
		t.Run(line, func(t *testing.T) {
			source := &driblets{text: "h1,h2\n" + strings.Repeat(line, 1<<20/len(line)), size: 1 << 16}
			r, err := sheet.Read(source, "f", sheet.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if lines := told(r); len(lines)+r.Blank() == 0 {
				t.Fatal("nothing was told")
			}
		})
	}
}

// A single endless field must cost neither memory nor the rows behind it.
func TestTenMegabyteFieldIsBounded(t *testing.T) {
	for name, field := range map[string]string{
		"bare": strings.Repeat("x", 10<<20), "quoted": `"` + strings.Repeat("x", 10<<20) + `"`,
		"quoted with lines": `"` + strings.Repeat("long text\n", 1<<20) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			text := "a,b\n1," + field + "\n2,z\n"
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := told(reader(t, text, sheet.Options{}))
			runtime.ReadMemStats(&after)
			if diff := cmp.Diff([]string{"2! field_too_long b", "3: 2|z"}, got); diff != "" {
				t.Fatal(diff)
			}
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 6<<20 {
				t.Fatalf("allocated %d bytes", spent)
			}
		})
	}
}
