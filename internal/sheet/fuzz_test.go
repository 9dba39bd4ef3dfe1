package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"unicode/utf8"

	"baihuo/internal/fault"
	"baihuo/internal/sheet"
)

// drain reads a file to its end and checks what every file must keep to.
func drain(t *testing.T, file []byte) {
	r, err := sheet.Read(bytes.NewReader(file), "f", sheet.Options{Limits: sheet.Limits{Rows: 100_000, Bytes: 32 << 20}})
	for last := 0; err == nil; {
		var row sheet.Row
		row, err = r.Next()
		var bad *sheet.RowError
		if errors.As(err, &bad) {
			if bad.Row != row.Number || bad.ZH == "" || bad.EN == "" || !utf8.ValidString(bad.ZH+bad.Value+bad.Column) {
				t.Fatalf("poor report %+v of row %d", bad, row.Number)
			}
			err = nil
		} else if err == nil {
			for _, c := range row.Cells() {
				if len(c) > sheet.FieldMax || !utf8.ValidString(c) || bytes.IndexByte([]byte(c), 0) >= 0 {
					t.Fatalf("row %d gave the cell %.80q", row.Number, c)
				}
			}
		}
		if err == nil && row.Number <= last {
			t.Fatalf("row %d after row %d", row.Number, last)
		}
		last = row.Number
	}
	if !errors.Is(err, io.EOF) && fault.KindOf(err) != fault.Invalid {
		t.Fatalf("ended with %v", err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a;b\r\n\"1\"\"\";2\r\n", "a\tb\n\"1\n2\t3", "\ufeff单号,数量\n1,\"x\"y\n2,z\n", "\xff\xfea\x00,\x00b\x00\n\x00",
		"\xb5\xa5\xba\xc5,b\n\xc3\xab\xbd\xed,\xff\n", "a,b\r1,2\r", "a\n\"\n\n\"\"\"\n", "\x1f\x8b\x08", "a,b\n1,\x00\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) { drain(t, file) })
}

func FuzzXLSX(f *testing.F) {
	f.Add(headRow+`<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>45322.3</v></c></row>`, `<si><t>x</t></si>`)
	f.Add(headRow+`<row><c t="inlineStr"><is><r><t>_x0041_</t></r></is></c><c t="e"><v>#N/A</v></c></row>`, `<si><r><t>`)
	f.Add(headRow+`<row r="9"><c r="XFD9" s="2"><v>-1e308</v></c></row></sheetData>`, `<si/><si><rPh><t>x</t></rPh></si>`)
	f.Fuzz(func(t *testing.T, rows, shared string) {
		drain(t, book(t, rows, map[string]string{"xl/sharedStrings.xml": "<sst>" + shared + "</sst>"}))
	})
}

// FuzzWorkbook breaks the archive itself. Run the XLSX targets with -fuzzminimizetime 1x:
// shrinking a zip byte by byte otherwise takes the whole time.
func FuzzWorkbook(f *testing.F) {
	f.Add(book(f, headRow, nil))
	f.Fuzz(func(t *testing.T, file []byte) { drain(t, append([]byte("PK\x03\x04"), file...)) })
}
