package money_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baihuo/internal/money"
)

func TestParse(t *testing.T) {
	cases := []struct {
		name, text string
		cur        money.Currency
		want       money.Amount
		err        error
	}{
		{"plain", "12.30", "CNY", 1230, nil},
		{"one decimal", "12.3", "CNY", 1230, nil},
		{"no decimals", "12", "CNY", 1200, nil},
		{"thousands", "1,234.50", "CNY", 123450, nil},
		{"millions", "1,234,567", "CNY", 123456700, nil},
		{"yuan sign", "￥12", "CNY", 1200, nil},
		{"half-width yuan sign and minus", "-¥12.5", "CNY", -1250, nil},
		{"minus after the sign", "¥ -12.5", "CNY", -1250, nil},
		{"yuan word", "12.5元", "CNY", 1250, nil},
		{"full-width digits", "１２．３０", "CNY", 1230, nil},
		{"space around", "  12 ", "CNY", 1200, nil},
		{"leading point", ".5", "GBP", 50, nil},
		{"plus", "+5", "GBP", 500, nil},
		{"zeros beyond the decimals lose nothing", "0.00000", "CNY", 0, nil},
		{"yen has no decimals", "1200", "JPY", 1200, nil},
		{"dinar has three", "1.005", "KWD", 1005, nil},
		{"the limit itself", "1000000000000", "CNY", money.Limit, nil},
		{"leading zeros", "000000000000000000000012", "CNY", 1200, nil},

		{"number mangled by a spreadsheet is refused", "1.3E+10", "CNY", 0, money.ErrMangled},
		{"mangled without a point", "13e+10", "CNY", 0, money.ErrMangled},
		{"mangled small", "1E-5", "CNY", 0, money.ErrMangled},
		{"half a cent is refused", "1.005", "CNY", 0, money.ErrDecimals},
		{"yen with decimals is refused", "1.5", "JPY", 0, money.ErrDecimals},
		{"beyond the limit is refused", "1000000000000.01", "CNY", 0, money.ErrRange},
		{"beyond int64 is refused", "99999999999999999999999", "CNY", 0, money.ErrRange},
		{"decimal comma is refused", "12,30", "EUR", 0, money.ErrComma},
		{"continental grouping is refused", "1.234,50", "EUR", 0, money.ErrComma},
		{"comma at the start is refused", ",123", "CNY", 0, money.ErrComma},
		{"other sign is refused", "$12", "CNY", 0, money.ErrSymbol},
		{"yuan word for dollars is refused", "12元", "USD", 0, money.ErrSymbol},
		{"empty is refused", " ", "CNY", 0, money.ErrEmpty},
		{"sign alone is refused", "-", "CNY", 0, money.ErrEmpty},
		{"two signs are refused", "--1", "CNY", 0, money.ErrNotNumber},
		{"words are refused", "twelve", "CNY", 0, money.ErrNotNumber},
		{"two points are refused", "1.2.3", "CNY", 0, money.ErrNotNumber},
		{"trailing point is refused", "12.", "CNY", 0, money.ErrNotNumber},
		{"infinity is refused", "Inf", "CNY", 0, money.ErrNotNumber},
		{"hexadecimal is refused", "0x10", "CNY", 0, money.ErrNotNumber},
		{"unknown currency is refused", "12", "XXX", 0, money.ErrCurrency},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := money.Parse(c.text, c.cur)
			if got != c.want || !errors.Is(err, c.err) || (err != nil) != (c.err != nil) {
				t.Fatalf("Parse(%q, %s) = %d, %v; want %d, %v", c.text, c.cur, got, err, c.want, c.err)
			}
		})
	}
}

func TestParseMinor(t *testing.T) {
	if got, err := money.ParseMinor("-255"); got != -255 || err != nil {
		t.Fatalf("got %d, %v", got, err)
	}
	for text, want := range map[string]error{
		"2.55": money.ErrDecimals, "¥2": money.ErrSymbol, "1.3E+10": money.ErrMangled, "": money.ErrEmpty,
	} {
		if _, err := money.ParseMinor(text); !errors.Is(err, want) {
			t.Errorf("ParseMinor(%q) = %v, want %v", text, err, want)
		}
	}
}

func TestParseCurrency(t *testing.T) {
	for text, want := range map[string]money.Currency{"cny": money.CNY, " RMB ": money.CNY, "GBP": money.GBP} {
		if got, err := money.ParseCurrency(text); got != want || err != nil {
			t.Errorf("ParseCurrency(%q) = %q, %v", text, got, err)
		}
	}
	if _, err := money.ParseCurrency("pounds"); !errors.Is(err, money.ErrCurrency) {
		t.Errorf("got %v", err)
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		amount money.Amount
		cur    money.Currency
		want   string
	}{
		{0, "CNY", "0.00"}, {5, "CNY", "0.05"}, {-5, "CNY", "-0.05"}, {123450, "CNY", "1234.50"},
		{1200, "JPY", "1200"}, {0, "JPY", "0"}, {-1005, "KWD", "-1.005"},
		{math.MinInt64, "CNY", "-92233720368547758.08"},
	} {
		if got := c.amount.Format(c.cur); got != c.want {
			t.Errorf("%d.Format(%s) = %s, want %s", c.amount, c.cur, got, c.want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	if _, err := money.Amount(math.MaxInt64).Add(1); !errors.Is(err, money.ErrRange) {
		t.Error("an overflowing sum was given")
	}
	if _, err := money.Amount(math.MinInt64).Mul(-1); !errors.Is(err, money.ErrRange) {
		t.Error("an overflowing product was given")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, n := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "n")
		exact := func(op func(z, x, y *big.Int) *big.Int) (money.Amount, bool) {
			z := op(new(big.Int), big.NewInt(a), big.NewInt(n))
			return money.Amount(z.Int64()), z.CmpAbs(big.NewInt(int64(money.Limit))) <= 0
		}
		for name, c := range map[string]struct {
			op  func(z, x, y *big.Int) *big.Int
			got func() (money.Amount, error)
		}{
			"add": {(*big.Int).Add, func() (money.Amount, error) { return money.Amount(a).Add(money.Amount(n)) }},
			"mul": {(*big.Int).Mul, func() (money.Amount, error) { return money.Amount(a).Mul(n) }},
		} {
			want, fits := exact(c.op)
			got, err := c.got()
			if fits != (err == nil) || fits && got != want {
				t.Fatalf("%s(%d, %d) = %d, %v; want %d, %v", name, a, n, got, err, want, fits)
			}
		}
	})
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name    string
		total   money.Amount
		weights []int64
		want    []money.Amount
	}{
		{"three equal lines share one yuan", 100, []int64{1, 1, 1}, []money.Amount{34, 33, 33}},
		{"the largest remainder gets the cent", 100, []int64{1, 1, 5}, []money.Amount{14, 14, 72}},
		{"a free gift gets nothing", 101, []int64{50, 0, 50}, []money.Amount{51, 0, 50}},
		{"no weight above zero counts all alike", 5, []int64{0, 0}, []money.Amount{3, 2}},
		{"a negative weight gets nothing", 5, []int64{-3, 1}, []money.Amount{0, 5}},
		{"a refund mirrors the charge", -100, []int64{1, 1, 1}, []money.Amount{-34, -33, -33}},
		{"less than a cent each", 2, []int64{1, 1, 1}, []money.Amount{1, 1, 0}},
		{"huge weights", 10, []int64{math.MaxInt64, math.MaxInt64, math.MaxInt64}, []money.Amount{4, 3, 3}},
		{"nobody to share", 10, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, money.Split(c.total, c.weights)); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

// A cent lost or found in a split shows up as a broken book months later.
func TestSplitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := money.Amount(rapid.Int64().Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 9)), 1, 20).Draw(t, "weights")
		shares := money.Split(total, weights)
		sum, positive := new(big.Int), false
		for i, s := range shares {
			sum.Add(sum, big.NewInt(int64(s)))
			positive = positive || weights[i] > 0
			if s != 0 && (s < 0) != (total < 0) {
				t.Fatalf("share %d has the wrong sign: %d", i, s)
			}
		}
		if sum.Cmp(big.NewInt(int64(total))) != 0 {
			t.Fatalf("shares %v sum to %v, not %d", shares, sum, total)
		}
		for i, s := range shares {
			if positive && weights[i] <= 0 && s != 0 {
				t.Fatalf("line %d has no weight and got %d", i, s)
			}
		}
		if diff := cmp.Diff(shares, money.Split(total, weights)); diff != "" {
			t.Fatal("the same input gave other shares:", diff)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, int64(money.Limit)).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 20).Draw(t, "weights")
		weights[0]++
		sum := new(big.Int)
		for _, w := range weights {
			sum.Add(sum, big.NewInt(w))
		}
		for i, s := range money.Split(money.Amount(total), weights) {
			floor := new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i]))
			floor.Div(floor, sum)
			if d := int64(s) - floor.Int64(); d != 0 && d != 1 {
				t.Fatalf("share %d is %d, exact part %v", i, s, floor)
			}
		}
	})
}

func TestParseReadsFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount(rapid.Int64Range(-int64(money.Limit), int64(money.Limit)).Draw(t, "amount"))
		cur := rapid.SampledFrom([]money.Currency{"CNY", "JPY", "KWD"}).Draw(t, "currency")
		got, err := money.Parse(a.Format(cur), cur)
		if err != nil || got != a {
			t.Fatalf("%s came back as %d, %v", a.Format(cur), got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.30", "1,234.50", "￥12", "1.3E+10", "-0.01", "１２．３", "¥-5元", "9e", ".", "1,,2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := money.Parse(text, money.CNY)
		if err != nil {
			if a != 0 {
				t.Fatalf("a refused text gave %d", a)
			}
			return
		}
		again, err := money.Parse(a.Format(money.CNY), money.CNY)
		if err != nil || again != a || a > money.Limit || a < -money.Limit {
			t.Fatalf("%q gave %d, read back %d, %v", text, a, again, err)
		}
	})
}
