package quirks

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const golden = "../../../testdata/import/quirks-5000.csv"

var update = flag.Bool("update", false, "write the golden file anew")

func TestSeedOneEqualsTheFileInTestdata(t *testing.T) {
	got := made(t, 1, 5000)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("Write(1, 5000) gave %d other bytes; go test -update writes the file anew", len(got))
	}
}

func TestEveryQuirkOccurs(t *testing.T) {
	got := count(t, parse(t, made(t, 1, 5000)))
	for quirk, bounds := range map[string][2]int{
		"lines":                               {5000, 5000},
		"kind sale":                           {4700, 4900},
		"kind sale_nonproduct":                {20, 40},
		"kind cancel":                         {85, 110},
		"kind cancel_nonproduct":              {5, 10},
		"kind stock_adjust":                   {25, 40},
		"kind stock_adjust_nonproduct":        {2, 2},
		"kind adjust_bad_debt_nonproduct":     {3, 3},
		"kind adjust_bad_debt":                {1, 1},
		"voided":                              {30, 34},
		"without customer":                    {1000, 1500},
		"without name":                        {12, 30},
		"repeated rows":                       {45, 45},
		"orders with two times":               {3, 3},
		"orders with two customers":           {2, 2},
		"absurd sales":                        {2, 2},
		"absurd sales cancelled in an hour":   {2, 2},
		"SKUs with several sale names":        {5, 8},
		"cancels of an equal sale":            {32, 32},
		"cancels of a larger sale":            {47, 47},
		"cancels to spread over sales":        {4, 4},
		"cancels of more than was sold":       {4, 4},
		"cancels without sale":                {10, 10},
		"cancels without customer":            {2, 2},
		"cancels at another price":            {1, 12},
		"rows on Saturday":                    {0, 0},
		"lower-case SKUs":                     {20, 100},
		"names with comma":                    {60, 400},
		"names with quote":                    {60, 500},
		"negative prices":                     {3, 3},
		"price 0":                             {30, 40},
		"price 0 with customer":               {3, 3},
		"stock_adjust below 0":                {10, 20},
		"stock_adjust above 0":                {10, 20},
		"countries":                           {8, 15},
		"days":                                {70, 78},
		"customers":                           {120, 178},
		"customers with three or more orders": {45, 178},
	} {
		if n := got[quirk]; n < bounds[0] || n > bounds[1] {
			t.Errorf("%s: %d, want %d to %d", quirk, n, bounds[0], bounds[1])
		}
	}
}

func TestOtherSeedsAndLengths(t *testing.T) {
	for _, try := range []struct {
		seed  int64
		lines int
	}{{2, LinesMin}, {3, LinesMin}, {-4, 2000}, {5, 9000}} {
		got := count(t, parse(t, made(t, try.seed, try.lines)))
		if got["lines"] != try.lines {
			t.Errorf("seed %d: %d lines, want %d", try.seed, got["lines"], try.lines)
		}
		for _, quirk := range []string{
			"cancels to spread over sales", "cancels without sale", "cancels of more than was sold",
			"absurd sales cancelled in an hour", "orders with two customers", "repeated rows",
		} {
			if got[quirk] == 0 {
				t.Errorf("seed %d: no %s", try.seed, quirk)
			}
		}
	}
	if bytes.Equal(made(t, 1, 2000), made(t, 2, 2000)) {
		t.Error("two seeds give the same file")
	}
}

func TestTooFewLinesAreRefused(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, 1, LinesMin-1); err == nil || out.Len() > 0 {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

func made(t *testing.T, seed int64, lines int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, seed, lines); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// read is one row as a stranger reads it: the counting below shares nothing with the generator.
type read struct {
	order, line, customer, country, sku, name, kind string
	at                                              time.Time
	qty, price                                      int
	voided                                          bool
}

func parse(t *testing.T, raw []byte) []read {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head := "order_no,line_no,ordered_at,customer,country,sku,name,qty,unit_price_minor,currency,line_kind,voided_by_cancel"
	if diff := cmp.Diff(head, strings.Join(records[0], ",")); diff != "" {
		t.Fatal(diff)
	}
	var rows []read
	for i, f := range records[1:] {
		at, errAt := time.Parse("2006-01-02T15:04:05", f[2])
		qty, errQty := strconv.Atoi(f[7])
		price, errPrice := strconv.Atoi(f[8])
		if errAt != nil || errQty != nil || errPrice != nil || f[9] != "GBP" || qty == 0 {
			t.Fatalf("line %d cannot be read: %q", i+2, f)
		}
		if i > 0 && at.Before(rows[i-1].at) {
			t.Fatalf("line %d is out of order", i+2)
		}
		rows = append(rows, read{
			order: f[0], line: f[1], at: at, customer: f[3], country: f[4], sku: f[5], name: f[6], qty: qty,
			price: price, kind: f[10], voided: f[11] == "1",
		})
	}
	return rows
}

func count(t *testing.T, rows []read) map[string]int {
	t.Helper()
	n := map[string]int{"lines": len(rows)}
	seen := map[read]bool{}
	sets := map[string]map[string]bool{}
	add := func(set, member string) {
		if sets[set] == nil {
			sets[set] = map[string]bool{}
		}
		sets[set][member] = true
	}
	tally := func(quirk string, is bool) {
		if is {
			n[quirk]++
		}
	}
	for _, r := range rows {
		n["kind "+r.kind]++
		tally("voided", r.voided)
		tally("without customer", r.customer == "")
		tally("without name", r.name == "")
		tally("rows on Saturday", r.at.Weekday() == time.Saturday)
		tally("lower-case SKUs", r.sku != strings.ToUpper(r.sku))
		tally("names with comma", strings.Contains(r.name, ","))
		tally("names with quote", strings.Contains(r.name, `"`))
		tally("negative prices", r.price < 0)
		tally("price 0", r.price == 0)
		tally("price 0 with customer", r.price == 0 && r.customer != "")
		tally("stock_adjust below 0", r.kind == "stock_adjust" && r.qty < 0)
		tally("stock_adjust above 0", r.kind == "stock_adjust" && r.qty > 0)
		tally("absurd sales", r.kind == "sale" && r.qty > 10_000)
		again := r
		again.line = ""
		tally("repeated rows", seen[again])
		seen[again] = true
		if twice := (read{order: r.order, line: r.line}); seen[twice] {
			t.Errorf("order %s has line %s twice", r.order, r.line)
		} else {
			seen[twice] = true
		}
		add("time "+r.order, r.at.String())
		add("customer "+r.order, r.customer)
		add("countries", r.country)
		add("days", r.at.Format(time.DateOnly))
		if r.kind == "sale" {
			add("name "+strings.ToUpper(r.sku), r.name)
		}
		if r.kind == "sale" && r.customer != "" {
			add("customers", r.customer)
			add("orders of "+r.customer, r.order)
		}
	}
	for set, members := range sets {
		what, _, _ := strings.Cut(set, " ")
		tally("orders with two times", what == "time" && len(members) == 2)
		tally("orders with two customers", what == "customer" && len(members) == 2)
		tally("SKUs with several sale names", what == "name" && len(members) > 1)
		tally("customers with three or more orders", what == "orders" && len(members) > 2)
	}
	for _, set := range []string{"countries", "days", "customers"} {
		n[set] = len(sets[set])
	}
	countCancels(t, rows, n)
	return n
}

// countCancels sorts the cancels as the description of the real file does, and holds the promise of voided_by_cancel.
func countCancels(t *testing.T, rows []read, n map[string]int) {
	t.Helper()
	earlier := map[[2]string][]*read{}
	voided := 0
	for i := range rows {
		r := &rows[i]
		key := [2]string{r.customer, strings.ToUpper(r.sku)}
		if r.kind == "sale" {
			earlier[key] = append(earlier[key], r)
		}
		if r.kind != "cancel" {
			continue
		}
		if r.order[0] != 'C' || r.qty > 0 {
			t.Errorf("cancel %s of %d", r.order, r.qty)
		}
		if r.customer == "" {
			n["cancels without customer"]++
		}
		equal, most, sum := (*read)(nil), 0, 0
		for _, s := range earlier[key] {
			most, sum = max(most, s.qty), sum+s.qty
			if s.qty == -r.qty {
				equal = s
			}
		}
		switch {
		case equal != nil:
			n["cancels of an equal sale"]++
			if !equal.voided {
				t.Errorf("%s takes back %s of %s, which is not marked as voided", r.order, r.sku, equal.order)
			}
			voided++
			if equal.price != r.price {
				n["cancels at another price"]++
			}
			if -r.qty > 10_000 && r.at.Sub(equal.at) < time.Hour {
				n["absurd sales cancelled in an hour"]++
			}
		case most > -r.qty:
			n["cancels of a larger sale"]++
		case sum >= -r.qty:
			n["cancels to spread over sales"]++
		case sum > 0:
			n["cancels of more than was sold"]++
		default:
			n["cancels without sale"]++
		}
	}
	if voided != n["voided"] {
		t.Errorf("%d sales are marked as voided, %d have their cancel", n["voided"], voided)
	}
}
