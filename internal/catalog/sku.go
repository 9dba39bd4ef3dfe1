package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// SKU is one thing that can be stocked or sold. It is never deleted. Put alone
// changes it.
type SKU struct {
	ID       id.SKU
	Code     string // folded: see Fold
	Name     string
	NameEN   string
	Category string // a path, "a/b/c"
	Brand    string

	LengthMM, WidthMM, HeightMM int64 // packed for sale; 0 when unknown
	WeightG                     int64

	Cost, Price money.Amount // of the house's currency

	LotTracked      bool
	ShelfLifeDays   int64 // 0 where it does not expire
	LifeLeftDaysMin int64 // a lot with less is unsellable

	Bundle   bool
	Parts    []Part   // of a bundle, by id of the part
	Barcodes []string // sorted

	Version   int64
	CreatedAt db.Instant
}

// Part says how many of a SKU one bundle holds.
type Part struct {
	SKU id.SKU
	Qty int64
	// Item is what Find knows of the part. Every read fills it; Put does not look at it.
	Item *SKU
}

// MayStock says why goods of the SKU, of a lot (empty for none named), cannot be
// booked into a warehouse; nil when they can. Faults: ErrBundleStock, ErrLotNeeded.
func (s *SKU) MayStock(lot string) *fault.Fault {
	switch {
	case s.Bundle:
		return ErrBundleStock.With(s.Code)
	case s.LotTracked && lot == "":
		return ErrLotNeeded.With(s.Code)
	}
	return nil
}

// Fold gives the form in which codes are kept and compared.
func Fold(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// tidy gives the SKU in the form in which it is kept.
func (s SKU) tidy() SKU {
	s.Code, s.Name, s.NameEN = Fold(s.Code), strings.TrimSpace(s.Name), strings.TrimSpace(s.NameEN)
	s.Brand, s.Category = strings.TrimSpace(s.Brand), tidyPath(s.Category)
	s.Parts = slices.SortedFunc(slices.Values(s.Parts), func(a, b Part) int { return cmp.Compare(a.SKU, b.SKU) })
	barcodes := make([]string, 0, len(s.Barcodes))
	for _, b := range s.Barcodes {
		if b = Fold(b); b != "" {
			barcodes = append(barcodes, b)
		}
	}
	slices.Sort(barcodes)
	s.Barcodes = slices.Compact(barcodes)
	return s
}

// tidyPath takes the white space off each step of a category.
func tidyPath(path string) string {
	steps := strings.Split(path, "/")
	for i := range steps {
		steps[i] = strings.TrimSpace(steps[i])
	}
	return strings.Join(steps, "/")
}

// fact is one field of a SKU as text, for the journal and for comparing.
type fact struct{ name, value string }

func (s *SKU) facts() []fact {
	parts := make([]string, len(s.Parts))
	for i, p := range s.Parts {
		parts[i] = strconv.FormatInt(int64(p.SKU), 10) + "*" + strconv.FormatInt(p.Qty, 10)
	}
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []fact{
		{"name", s.Name},
		{"name_en", s.NameEN},
		{"category", s.Category},
		{"brand", s.Brand},
		{"length_mm", n(s.LengthMM)},
		{"width_mm", n(s.WidthMM)},
		{"height_mm", n(s.HeightMM)},
		{"weight_g", n(s.WeightG)},
		{"cost", n(int64(s.Cost))},
		{"price", n(int64(s.Price))},
		{"lot_tracked", strconv.FormatBool(s.LotTracked)},
		{"shelf_life_days", n(s.ShelfLifeDays)},
		{"life_left_days_min", n(s.LifeLeftDaysMin)},
		{"bundle", strconv.FormatBool(s.Bundle)},
		{"parts", strings.Join(parts, "+")},
		{"barcodes", strings.Join(s.Barcodes, " ")},
	}
}

// change is one field before and after.
type change struct{ name, before, after string }

// changes gives the fields in which two states of a SKU differ.
func changes(before, after *SKU) []change {
	var out []change
	b := after.facts()
	for i, a := range before.facts() {
		if a.value != b[i].value {
			out = append(out, change{a.name, a.value, b[i].value})
		}
	}
	return out
}

// search is the text that List looks in, folded alike on both engines.
func (s *SKU) search() string {
	return strings.ToLower(strings.Join(append([]string{s.Code, s.Name, s.NameEN, s.Brand}, s.Barcodes...), "\n"))
}
