package sheet_test

import (
	"errors"
	"testing"
	"time"

	"baihuo/internal/sheet"
)

func TestInt(t *testing.T) {
	for _, c := range []struct {
		text string
		want int64
		err  error
	}{
		{"12", 12, nil}, {"-3", -3, nil}, {" 7 ", 7, nil}, {"1,234", 1234, nil}, {"6.0", 6, nil}, {"１２", 12, nil},
		{"9223372036854775807", 9223372036854775807, nil},
		{"", 0, sheet.ErrNoValue}, {"1.3E+10", 0, sheet.ErrMangled}, {"6.5", 0, sheet.ErrNotWhole},
		{"12,34", 0, sheet.ErrNotInt}, {"two", 0, sheet.ErrNotInt}, {"5.", 0, sheet.ErrNotInt}, {"--1", 0, sheet.ErrNotInt},
		{"0x1", 0, sheet.ErrNotInt}, {"9223372036854775808", 0, sheet.ErrIntRange},
	} {
		got, err := sheet.Int(c.text)
		if got != c.want || !errors.Is(err, c.err) || (err != nil) != (c.err != nil) {
			t.Errorf("Int(%q) = %d, %v; want %d, %v", c.text, got, err, c.want, c.err)
		}
	}
}

func TestCode(t *testing.T) {
	for text, want := range map[string]error{
		"6901234567890": nil, "12E3": nil, "A+B": nil, "": sheet.ErrNoValue, "1.3E+10": sheet.ErrMangled,
		"6.90123E+12": sheet.ErrMangled,
	} {
		if _, err := sheet.Code(text); !errors.Is(err, want) || (err != nil) != (want != nil) {
			t.Errorf("Code(%q) = %v, want %v", text, err, want)
		}
	}
}

func TestTime(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	want := time.Date(2024, 1, 31, 8, 30, 0, 0, shanghai)
	for _, text := range []string{
		"2024-01-31 08:30:00", "2024-01-31T08:30:00", "2024-01-31T00:30:00Z", "2024/1/31 08:30:00", "2024/1/31 8:30",
		"2024年1月31日 08:30:00", "20240131083000",
	} {
		if got, err := sheet.Time(text, shanghai); err != nil || !got.Equal(want) {
			t.Errorf("Time(%q) = %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		"": sheet.ErrNoValue, "31/01/2024": sheet.ErrNotTime, "2024-02-30": sheet.ErrNotTime, "45322.35": sheet.ErrNotTime,
	} {
		if _, err := sheet.Time(text, shanghai); !errors.Is(err, want) {
			t.Errorf("Time(%q) = %v, want %v", text, err, want)
		}
	}
	if got, err := sheet.Time("31.01.24", time.UTC, "02.01.06"); err != nil || got.Day() != 31 {
		t.Errorf("with the caller's layout: %v, %v", got, err)
	}
}
