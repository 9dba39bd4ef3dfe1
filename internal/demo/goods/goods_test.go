package goods

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T) Assortment {
	t.Helper()
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSizes(t *testing.T) {
	a := load(t)
	got := []int{len(a.Bundles), len(a.Provinces), len(a.Warehouses), len(a.Shops)}
	if diff := cmp.Diff([]int{12, 31, 4, 4}, got); diff != "" {
		t.Errorf("bundles, provinces, warehouses, shops (-want +got):\n%s", diff)
	}
	if n := len(a.SKUs); n < 190 || n > 230 {
		t.Errorf("%d SKUs, want some 200", n)
	}
}

// A barcode with a wrong check digit is refused by catalog's import, and a scanner never reads it.
func TestBarcodes(t *testing.T) {
	seen := map[string]string{}
	for _, s := range load(t).SKUs {
		if len(s.EAN13) != 13 || s.EAN13[:3] < "690" || s.EAN13[:3] > "699" {
			t.Errorf("%s: %s is not a Chinese EAN-13", s.Code, s.EAN13)
			continue
		}
		sum := 0
		for i, digit := range s.EAN13 {
			sum += int(digit-'0') * (1 + 2*(i%2))
		}
		if sum%10 != 0 {
			t.Errorf("%s: check digit of %s is wrong", s.Code, s.EAN13)
		}
		if other, twice := seen[s.EAN13]; twice {
			t.Errorf("%s and %s share barcode %s", other, s.Code, s.EAN13)
		}
		seen[s.EAN13] = s.Code
	}
}

func TestCodesAndNamesAreUnique(t *testing.T) {
	a := load(t)
	seen := map[string]bool{}
	claim := func(what string) {
		if what == "" || seen[what] || !utf8.ValidString(what) || what != strings.TrimSpace(what) {
			t.Errorf("%q is empty, not clean, or there twice", what)
		}
		seen[what] = true
	}
	for _, s := range a.SKUs {
		claim(s.Code)
		claim(s.Name)
		claim(s.NameEN)
	}
	for _, b := range a.Bundles {
		claim(b.Code)
		claim(b.Name)
	}
}

func TestPricesStandAboveCost(t *testing.T) {
	a := load(t)
	below := 0
	for _, s := range a.SKUs {
		if s.CostFen <= 0 || s.PriceFen <= 0 {
			t.Errorf("%s has no cost or price", s.Code)
		}
		if s.PriceFen <= s.CostFen {
			below++
		}
	}
	if below < 1 || below > len(a.SKUs)/50 {
		t.Errorf("%d SKUs sell below cost; want at least one for the review rule and at most 2 %%", below)
	}
}

// Cartonization and freight are only believable when weight and size belong to each other.
func TestDensityIsPlausible(t *testing.T) {
	for _, s := range load(t).SKUs {
		density := float64(s.WeightG) * 1000 / float64(s.LengthMM*s.WidthMM*s.HeightMM) // g per cm3
		low, high := 0.02, 1.6
		switch s.Category[2] {
		case "洗发水", "护发素", "沐浴露", "洗手液", "洗衣液", "洗洁精":
			low, high = 0.6, 1.1
		case "抽纸", "卷纸", "厨房纸", "手帕纸":
			low, high = 0.05, 0.25
		}
		if density < low || density > high {
			t.Errorf("%s %s: %.3f g/cm3, want %.2f to %.2f", s.Code, s.Name, density, low, high)
		}
		if s.LengthMM < s.WidthMM || s.WidthMM < s.HeightMM || s.HeightMM < 5 || s.LengthMM > 1000 {
			t.Errorf("%s: sides %d x %d x %d mm", s.Code, s.LengthMM, s.WidthMM, s.HeightMM)
		}
	}
}

func TestShelfLife(t *testing.T) {
	for _, s := range load(t).SKUs {
		if s.LotTracked != (s.ShelfLifeDays > 0) || s.LeastRemainingLifeDays > s.ShelfLifeDays/2 {
			t.Errorf("%s: lots %v, life %d days, least %d", s.Code, s.LotTracked, s.ShelfLifeDays, s.LeastRemainingLifeDays)
		}
	}
}

func TestDemandIsLongTailed(t *testing.T) {
	var weights []int
	sum := 0
	for _, s := range load(t).SKUs {
		weights, sum = append(weights, s.WeeklyWeight), sum+s.WeeklyWeight
	}
	slices.Sort(weights)
	if weights[0] < 1 {
		t.Error("a SKU that is never bought")
	}
	top := 0
	for _, w := range weights[len(weights)*4/5:] {
		top += w
	}
	if share := float64(top) / float64(sum); share < 0.5 || share > 0.8 {
		t.Errorf("the top fifth takes %.0f %%, want 50 to 80", share*100)
	}
}

func TestBundles(t *testing.T) {
	a := load(t)
	bySKU := map[string]SKU{}
	for _, s := range a.SKUs {
		bySKU[s.Code] = s
	}
	for _, b := range a.Bundles {
		var cost, price int64
		pieces := 0
		for _, c := range b.Components {
			s, ok := bySKU[c.SKU]
			if !ok {
				t.Errorf("%s: component %s does not exist", b.Code, c.SKU)
			}
			cost, price, pieces = cost+s.CostFen*int64(c.Qty), price+s.PriceFen*int64(c.Qty), pieces+c.Qty
		}
		if pieces < 2 || b.PriceFen <= cost || b.PriceFen >= price {
			t.Errorf("%s: %d pieces, price %d, cost %d, components sold alone %d", b.Code, pieces, b.PriceFen, cost, price)
		}
	}
}

func TestEveryProvinceIsCoveredByEveryTariff(t *testing.T) {
	a := load(t)
	type lane struct{ carrier, service, origin, group string }
	seen := map[lane]int{}
	for _, row := range a.Tariffs {
		seen[lane{row.Carrier, row.Service, row.OriginProvinceCode, row.DestinationGroup}]++
		if row.FirstWeightG < 1 || row.ContinuedWeightG < 1 || row.FirstPriceFen < 1 || row.Days < 1 {
			t.Errorf("%+v is incomplete", row)
		}
	}
	for _, s := range a.Services {
		for _, w := range a.Warehouses {
			for _, p := range a.Provinces {
				if n := seen[lane{s.Carrier, s.Code, w.ProvinceCode, p.Group}]; n != 1 {
					t.Errorf("%s %s from %s to %s: %d prices", s.Carrier, s.Code, w.Code, p.Name, n)
				}
			}
		}
	}
}

func TestNetworkHoldsTogether(t *testing.T) {
	a := load(t)
	provinces, warehouses, services := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, p := range a.Provinces {
		provinces[p.Code] = p.Group
	}
	for _, w := range a.Warehouses {
		warehouses[w.Code] = true
		if _, ok := provinces[w.ProvinceCode]; !ok {
			t.Errorf("%s lies in unknown province %s", w.Code, w.ProvinceCode)
		}
		if _, err := time.Parse("15:04", w.CutOff); err != nil {
			t.Errorf("%s: cut-off %s", w.Code, w.CutOff)
		}
	}
	for _, s := range a.Shops {
		for code, group := range provinces {
			if len(s.Warehouses[group]) == 0 {
				t.Errorf("%s serves province %s from nowhere", s.Code, code)
			}
			for _, w := range s.Warehouses[group] {
				if !warehouses[w] {
					t.Errorf("%s names unknown warehouse %s", s.Code, w)
				}
			}
		}
	}
	for _, s := range a.Services {
		services[s.Carrier], services[s.Carrier+s.Code] = true, true
	}
	for _, s := range a.Stops {
		if _, ok := provinces[s.ProvinceCode]; !ok || !services[s.Carrier+s.Service] || s.FromDay == "" {
			t.Errorf("stop %+v names an unknown province or service, or no day", s)
		}
	}
}

func TestBins(t *testing.T) {
	for _, w := range load(t).Warehouses {
		bins, err := w.Bins()
		if err != nil || len(bins) < 80 || len(bins) != len(slices.Compact(slices.Sorted(slices.Values(bins)))) {
			t.Errorf("%s: %d bins, %v", w.Code, len(bins), err)
		}
	}
	for pattern, want := range map[string][]string{
		"[A-B]-[09-10]": {"A-09", "A-10", "B-09", "B-10"},
		"[S]1":          {"S1"},
	} {
		got, err := Warehouse{BinPattern: pattern}.Bins()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", pattern, err, diff)
		}
	}
	for _, pattern := range []string{"[A-", "[A-12]", "[9-1]", "[A-]", "[-]"} {
		if _, err := (Warehouse{BinPattern: pattern}).Bins(); err == nil {
			t.Errorf("%s is accepted", pattern)
		}
	}
}
