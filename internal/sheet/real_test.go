package sheet_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

// realFile is the real year of orders, beside the checkout.
func realFile(tb testing.TB) string {
	path := filepath.Join("..", "..", "..", "shared", "data", "online-retail", "orders.csv.gz")
	if _, err := os.Stat(path); err != nil {
		tb.Skip("the real order file is not there: ../shared/data is absent")
	}
	return path
}

// Sums of the real file, taken with Python's csv module, which shares no code with this package.
const (
	realRows  = 457_118
	realUnits = 4_473_824
)

func readReal(tb testing.TB, path string) (rows int, units int64, r *sheet.Reader) {
	r, err := sheet.Open(path, sheet.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, units, r
		}
		if err != nil {
			tb.Fatal(err)
		}
		qty, err := sheet.Int(row.Get("qty"))
		if err != nil {
			tb.Fatal(row.Wrong("qty", err))
		}
		if _, err := money.ParseMinor(row.Get("unit_price_minor")); err != nil {
			tb.Fatal(row.Wrong("unit_price_minor", err))
		}
		if _, err := sheet.Code(row.Get("sku")); err != nil {
			tb.Fatal(row.Wrong("sku", err))
		}
		rows, units = rows+1, units+qty
		if row.Number != rows+1 {
			tb.Fatalf("row %d is numbered %d", rows+1, row.Number)
		}
	}
}

func TestRealFile(t *testing.T) {
	path := realFile(t)
	rows, units, r := readReal(t, path)
	if rows != realRows || units != realUnits {
		t.Fatalf("%d rows with %d units, want %d with %d", rows, units, realRows, realUnits)
	}
	if done, total := r.Progress(); done != total || total == 0 {
		t.Fatalf("progress ends at %d of %d", done, total)
	}
}

// Cell by cell against encoding/csv, which shares no code with the lexer.
func TestRealFileAgreesWithTheStandardLibrary(t *testing.T) {
	path := realFile(t)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	other := csv.NewReader(plain)
	other.ReuseRecord = true
	if _, err := other.Read(); err != nil {
		t.Fatal(err)
	}
	r, err := sheet.Open(path, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for {
		want, wantErr := other.Read()
		row, err := r.Next()
		if errors.Is(wantErr, io.EOF) && errors.Is(err, io.EOF) {
			return
		}
		if err != nil || wantErr != nil {
			t.Fatalf("row %d: %v; the standard library: %v", row.Number, err, wantErr)
		}
		if !slices.Equal(row.Cells(), want) {
			t.Fatalf("row %d: %q, want %q", row.Number, row.Cells(), want)
		}
	}
}

func BenchmarkRealFile(b *testing.B) {
	path := realFile(b)
	b.ReportAllocs()
	for b.Loop() {
		rows, _, _ := readReal(b, path)
		b.ReportMetric(float64(rows), "rows")
	}
}

func BenchmarkRealFileTimes(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sheet.Time("2010-12-01T08:26:00", time.UTC); err != nil {
			b.Fatal(err)
		}
	}
}
