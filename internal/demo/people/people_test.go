package people

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/demo/goods"
)

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

func assortment(t *testing.T) goods.Assortment {
	t.Helper()
	a, err := goods.Load()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func crowd(t *testing.T, seed uint64) *Crowd {
	t.Helper()
	c, err := NewCrowd(source(seed), assortment(t).Provinces)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func arrivals(t *testing.T, seed uint64, n int) []Person {
	t.Helper()
	c := crowd(t, seed)
	var out []Person
	for range n {
		out = append(out, c.Arrive())
	}
	return out
}

// newcomers gives each person of some arrivals once.
func newcomers(t *testing.T, n int) []Person {
	t.Helper()
	var out []Person
	seen := map[int]bool{}
	for _, p := range arrivals(t, 1, n) {
		if !seen[p.ID] {
			seen[p.ID] = true
			out = append(out, p)
		}
	}
	return out
}

// within fails unless got lies in share, plus or minus the tolerance, both as parts of one.
func within(t *testing.T, what string, got, of int, share, tolerance float64) {
	t.Helper()
	if have := float64(got) / float64(of); math.Abs(have-share) > tolerance {
		t.Errorf("%s: %.4f of %d, want %.4f +- %.4f", what, have, of, share, tolerance)
	}
}

func TestTheSameSeedGivesTheSameCrowd(t *testing.T) {
	if diff := cmp.Diff(arrivals(t, 5, 500), arrivals(t, 5, 500)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(arrivals(t, 5, 20), arrivals(t, 6, 20)) {
		t.Error("two seeds give the same crowd")
	}
	a := assortment(t)
	shelf, err := NewShelf(a.SKUs, a.Bundles)
	if err != nil {
		t.Fatal(err)
	}
	draw := func(seed uint64) (out [][]Item) {
		rng := source(seed)
		for range 300 {
			out = append(out, shelf.Basket(rng))
		}
		return out
	}
	if diff := cmp.Diff(draw(3), draw(3)); diff != "" {
		t.Error(diff)
	}
}

func TestRegularsReturnUnchanged(t *testing.T) {
	all := arrivals(t, 1, 10_000)
	first := map[int]Person{}
	again := 0
	for _, p := range all {
		before, known := first[p.ID]
		if !known {
			first[p.ID] = p
			continue
		}
		again++
		if diff := cmp.Diff(before, p); diff != "" {
			t.Fatalf("person %d came back changed:\n%s", p.ID, diff)
		}
	}
	within(t, "returning", again, len(all), 0.35, 0.02)
}

func TestProvincesFollowTheirWeight(t *testing.T) {
	people := newcomers(t, 30_000)
	lives := map[string]int{}
	for _, p := range people {
		lives[p.Recipients[0].Place.Province]++
	}
	total := 0
	provinces := assortment(t).Provinces
	for _, p := range provinces {
		total += p.DemandWeight
	}
	for _, p := range provinces {
		within(t, p.Name, lives[p.Name], len(people), float64(p.DemandWeight)/float64(total), 0.01)
	}
}

func TestMessesHaveTheirShares(t *testing.T) {
	people := newcomers(t, 30_000)
	counts := map[Mess]int{}
	clean, extra := 0, 0
	for _, p := range people {
		for _, m := range p.Recipients[0].Messes {
			counts[m]++
		}
		if len(p.Recipients[0].Messes) == 0 {
			clean++
		}
		extra += len(p.Recipients) - 1
	}
	for _, s := range MessShares() {
		share := float64(s.PerMille) / 1000
		within(t, string(s.Mess), counts[s.Mess], len(people), share*0.9, share*0.2+0.001)
	}
	within(t, "clean", clean, len(people), 0.73, 0.03)
	within(t, "second recipient", extra, len(people), 0.15, 0.02)
}

func TestRecipientsAreWrittenAsTheirMessesSay(t *testing.T) {
	good := regexp.MustCompile(`^1[3-9]\d{9}$`)
	extended := regexp.MustCompile(`^1[3-9]\d{9}-\d{4}$`)
	for _, p := range newcomers(t, 20_000) {
		for _, r := range p.Recipients {
			if n := utf8.RuneCountInString(r.Name); n < 2 || n > 4 || r.Detail == "" || !strings.HasSuffix(r.Line, r.Detail) {
				t.Fatalf("unreadable recipient %+v", r)
			}
			spoilt := r.Has(PhoneShort) || r.Has(PhoneWrong) || r.Has(Masked)
			if good.MatchString(r.Phone) != (!spoilt && !r.Has(PhoneExtension)) {
				t.Errorf("phone %s with %v", r.Phone, r.Messes)
			}
			if r.Has(PhoneExtension) && !r.Has(Masked) && !extended.MatchString(r.Phone) {
				t.Errorf("phone %s with %v", r.Phone, r.Messes)
			}
			if r.Has(Masked) != strings.Contains(r.Line, "*") || r.Has(Masked) != strings.Contains(r.Name, "*") {
				t.Errorf("%q %q with %v", r.Name, r.Line, r.Messes)
			}
			if !r.Has(Masked) && r.Has(FullWidth) != strings.ContainsAny(r.Line, "０１２３４５６７８９") {
				t.Errorf("%q with %v", r.Line, r.Messes)
			}
			if r.Has(Spaced) != strings.Contains(r.Line, " ") {
				t.Errorf("%q with %v", r.Line, r.Messes)
			}
			full := strings.HasPrefix(r.Line, r.Place.Province)
			if want := !r.Has(NoProvince) && !r.Has(NoSuffix); full != want {
				t.Errorf("%q with %v", r.Line, r.Messes)
			}
		}
	}
}

func TestCleanLineOfEachKindOfDivision(t *testing.T) {
	for _, try := range []struct {
		name   string
		place  Place
		messes []Mess
		want   string
	}{
		{"ordinary", Place{"浙江省", "杭州市", "余杭区", ""}, nil, "浙江省杭州市余杭区X路6号"},
		{"municipality / is_written_once", Place{"上海市", "上海市", "徐汇区", ""}, nil, "上海市徐汇区X路6号"},
		{"direct_county", Place{"湖北省", "", "仙桃市", ""}, nil, "湖北省仙桃市X路6号"},
		{"city_without_districts", Place{"广东省", "东莞市", "", ""}, nil, "广东省东莞市X路6号"},
		{"no_province", Place{"浙江省", "杭州市", "余杭区", ""}, []Mess{NoProvince}, "杭州市余杭区X路6号"},
		{"no_city", Place{"浙江省", "杭州市", "余杭区", ""}, []Mess{NoCity}, "浙江省余杭区X路6号"},
		{"no_suffix", Place{"广西壮族自治区", "南宁市", "青秀区", ""}, []Mess{NoSuffix}, "广西南宁青秀区X路6号"},
		{"repeated", Place{"浙江省", "杭州市", "余杭区", ""}, []Mess{RepeatedPrefix}, "浙江省杭州市余杭区浙江省杭州市余杭区X路6号"},
		{"spaced_and_wide", Place{"浙江省", "杭州市", "余杭区", ""}, []Mess{Spaced, FullWidth}, "浙江省 杭州市 余杭区 X路 ６ 号"},
		{"masked", Place{"浙江省", "杭州市", "余杭区", ""}, []Mess{Masked}, "浙江省杭州市余杭区X路*号"},
	} {
		t.Run(try.name, func(t *testing.T) {
			r := Recipient{Name: "陈平", Phone: "13800001234", Place: try.place, Detail: "X路6号", Messes: try.messes}
			r.write(source(1))
			if diff := cmp.Diff(try.want, r.Line); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDistricts(t *testing.T) {
	all, err := places()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Place]bool{}
	for province, list := range all {
		for _, p := range list {
			if seen[p] || p.City == "" && p.District == "" || p.District == "" && p.Town == "" {
				t.Errorf("%s: %+v is there twice or names nothing", province, p)
			}
			seen[p] = true
		}
	}
	if len(all) != 31 || len(seen) < 140 {
		t.Errorf("%d districts in %d provinces", len(seen), len(all))
	}
	if _, err := NewCrowd(source(1), []goods.Province{{Name: "蓬莱省", DemandWeight: 1}}); err == nil {
		t.Error("a province without districts is accepted")
	}
	if _, err := NewCrowd(source(1), nil); err == nil {
		t.Error("a country without provinces is accepted")
	}
}

func TestSurnamesFollowTheirFrequency(t *testing.T) {
	people := newcomers(t, 30_000)
	top := 0
	for _, p := range people {
		if strings.ContainsAny(p.Recipients[0].Name[:len("王")], "王李张") {
			top++
		}
	}
	// 21 % of the population; the table holds some 86 % of it.
	within(t, "王, 李 or 张", top, len(people), 0.25, 0.04)
}

func TestMessagesAreRare(t *testing.T) {
	rng := source(1)
	said := 0
	for range 20_000 {
		if Message(rng) != "" {
			said++
		}
	}
	within(t, "messages", said, 20_000, 0.04, 0.006)
}

func TestRateAveragesOneOverAWeek(t *testing.T) {
	start := time.Date(2025, 3, 3, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))
	sum := 0.0
	for minute := range 7 * 24 * 60 {
		rate := Rate(start.Add(time.Duration(minute) * time.Minute))
		if rate <= 0 || rate > 2.5 {
			t.Fatalf("rate %f at minute %d", rate, minute)
		}
		sum += rate
	}
	if mean := sum / (7 * 24 * 60); math.Abs(mean-1) > 0.005 {
		t.Errorf("mean %f, want 1", mean)
	}
	if night, evening := Rate(start.Add(4*time.Hour)), Rate(start.Add(21*time.Hour)); evening < 10*night {
		t.Errorf("evening %f, night %f", evening, night)
	}
}

func TestBaskets(t *testing.T) {
	a := assortment(t)
	shelf, err := NewShelf(a.SKUs, a.Bundles)
	if err != nil {
		t.Fatal(err)
	}
	const baskets = 40_000
	rng := source(1)
	lines, single, small, bundles, absurd := 0, 0, 0, 0, 0
	sold := map[string]int{}
	for range baskets {
		basket := shelf.Basket(rng)
		codes := map[string]bool{}
		for _, item := range basket {
			codes[item.Code] = true
			sold[item.Code]++
			switch {
			case item.Qty == Absurd:
				absurd++
			case item.Qty < 3:
				small++
			}
			if item.Bundle {
				bundles++
			}
			if item.Qty < 1 {
				t.Fatalf("%+v", item)
			}
		}
		if len(codes) != len(basket) || len(basket) < 1 || len(basket) > 5 {
			t.Fatalf("basket %+v", basket)
		}
		if lines += len(basket); len(basket) == 1 {
			single++
		}
	}
	within(t, "baskets of one line", single, baskets, 0.5, 0.02)
	within(t, "quantity 1 or 2", small, lines, 0.90, 0.02)
	within(t, "bundles", bundles, lines, 0.024, 0.01)
	within(t, "absurd quantities", absurd, baskets, 0.0005, 0.0004)
	for _, s := range a.SKUs {
		if s.WeeklyWeight > 20 && sold[s.Code] == 0 {
			t.Errorf("%s is never bought", s.Code)
		}
	}
	if _, err := NewShelf(a.SKUs[:4], nil); err == nil {
		t.Error("a shelf of four is accepted")
	}
}
