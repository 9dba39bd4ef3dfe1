package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"baihuo/internal/sheet"
)

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// fataler is what testing.T and rapid.T have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func written(t fataler, format sheet.Format, rows ...[]sheet.Cell) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := sheet.NewWriter(&out, format)
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range rows {
		if err := w.Write(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sampleRow() []sheet.Cell {
	return []sheet.Cell{
		sheet.Text("=1+1"), sheet.Text("1380013800012"), sheet.Text("a,\"b\"\nc"), sheet.Decimal("-12.30"), sheet.Whole(-5),
		sheet.Moment(time.Date(2024, 1, 31, 8, 30, 0, 0, time.FixedZone("CST", 8*3600))), sheet.Text(""), sheet.Decimal("=2"),
	}
}

func TestWriteCSV(t *testing.T) {
	got := string(written(t, sheet.CSV, sampleRow()))
	want := "\ufeff'=1+1,1380013800012\t,\"a,\"\"b\"\"\nc\",-12.30,-5,2024-01-31 08:30:00,,'=2\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestWriteXLSX(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, sheet.XLSX, sampleRow())))
	if err != nil {
		t.Fatal(err)
	}
	type cell struct {
		Kind  excelize.CellType
		Value string
	}
	var got []cell
	for _, name := range []string{"A1", "B1", "C1", "D1", "E1", "F1", "H1"} {
		value, err := f.GetCellValue("Sheet1", name, excelize.Options{RawCellValue: name != "D1"})
		if err != nil {
			t.Fatal(err)
		}
		kind, err := f.GetCellType("Sheet1", name)
		if err != nil {
			t.Fatal(err)
		}
		if formula, err := f.GetCellFormula("Sheet1", name); formula != "" || err != nil {
			t.Fatalf("%s is the formula %q, %v", name, formula, err)
		}
		got = append(got, cell{kind, value})
	}
	want := []cell{
		{excelize.CellTypeInlineString, "=1+1"}, {excelize.CellTypeInlineString, "1380013800012"},
		{excelize.CellTypeInlineString, "a,\"b\"\nc"}, {excelize.CellTypeUnset, "-12.30"}, {excelize.CellTypeUnset, "-5"},
		{excelize.CellTypeUnset, "45322.354166666664"}, {excelize.CellTypeInlineString, "=2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestWriterRefuses(t *testing.T) {
	if _, err := sheet.NewWriter(io.Discard, "pdf"); err == nil {
		t.Error("pdf was accepted")
	}
	w, err := sheet.NewWriter(io.Discard, sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(sheet.Text(strings.Repeat("毛", 32_768))); !errors.Is(err, sheet.ErrWrite) {
		t.Errorf("a text that would be cut: %v", err)
	}
}

// nasty draws texts rich in what formulas and quoting are made of.
func nasty() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+\-@\t\r\n＝＋－＠,;"a1 ]{0,6}`), rapid.StringMatching(`[0-9]{0,20}`))
}

// A buyer's message that begins a formula would run on the clerk's computer.
func TestNoWrittenTextStartsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := nasty().Draw(t, "text")
		file := bytes.TrimPrefix(written(t, sheet.CSV, []sheet.Cell{sheet.Text(text), sheet.Text("end")}), []byte("\ufeff"))
		records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil || len(records) != 1 || len(records[0]) != 2 {
			t.Fatalf("%q: %q, %v", file, records, err)
		}
		for _, start := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
			if strings.HasPrefix(records[0][0], start) {
				t.Fatalf("%q was written as %q", text, records[0][0])
			}
		}
	})
}

// What is exported can be imported again, white space around it aside.
func TestReaderReadsWhatWriterWrote(t *testing.T) {
	space := " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200e\u200f"
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom([]sheet.Format{sheet.CSV, sheet.XLSX}).Draw(t, "format")
		texts := rapid.SliceOfN(nasty(), 1, 4).Draw(t, "texts")
		header, row := []sheet.Cell{}, []sheet.Cell{}
		for i := range texts {
			texts[i] = strings.Trim(strings.Map(printable, texts[i]), space)
			header, row = append(header, sheet.Text(string(rune('a'+i)))), append(row, sheet.Text(texts[i]))
		}
		header, row = append(header, sheet.Text("end")), append(row, sheet.Text("end"))
		r, err := sheet.Read(bytes.NewReader(written(t, format, header, row)), "f", sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range texts {
			if cell := got.Get(string(rune('a' + i))); cell != want {
				t.Fatalf("%s: %q came back as %q", format, want, cell)
			}
		}
	})
}

// printable drops what XML cannot hold, and \r, which a line end swallows.
func printable(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff || r == '\ufffd' {
		return -1
	}
	return r
}
