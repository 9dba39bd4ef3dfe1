package address

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The generator below writes addresses as customers do and keeps the truth beside them. It reads the embedded file by
// itself and shares no code with the parser, so that a mistake in the parser's naming rules cannot hide in the test.

type truth struct {
	province, city, district string // district is empty for cities without districts
	streets                  []string
}

func readTruths(t *testing.T) []truth {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(packedRegions))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	var all []truth
	var provinceName, cityName, cityCode string
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		part := strings.Fields(line)
		switch part[0] {
		case "P":
			provinceName, cityName, cityCode = part[2], "", ""
			if strings.HasSuffix(part[2], "市") {
				cityName = part[2]
			}
		case "C":
			cityName, cityCode = part[2], strings.TrimPrefix(part[1], "-")
			if len(cityCode) == 6 {
				all = append(all, truth{province: provinceName, city: cityName})
			}
		case "A":
			if cityCode != "" && !strings.HasPrefix(part[1], cityCode) {
				cityName, cityCode = "", ""
			}
			all = append(all, truth{province: provinceName, city: cityName, district: part[2]})
		case "S":
			last := &all[len(all)-1]
			last.streets = append(last.streets, part[2])
		}
	}
	return all
}

type sample struct {
	text      string
	detail    string
	parts     *[5]string
	truth     truth
	unknown   bool // by construction nobody could tell the district
	shape     string
	wrongChar bool
}

type writer struct {
	r    *rand.Rand
	all  []truth
	pool []rune // the characters of all names: the hardest replacements
}

func (g *writer) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *writer) pick(words ...string) string { return words[g.r.IntN(len(words))] }

func (g *writer) write(t truth) sample {
	s := sample{truth: t}
	p, c, d := t.province, t.city, t.district
	target := d
	if d == "" {
		target, c = c, ""
	} else if c == p && g.chance(60) {
		c = "" // 北京市朝阳区
	}
	street := ""
	if len(t.streets) > 0 && g.chance(40) {
		street = t.streets[g.r.IntN(len(t.streets))]
	}
	keepP, keepC := true, c != ""
	switch roll := g.r.IntN(100); {
	case roll < 55:
		s.shape = "full"
	case roll < 72:
		s.shape, keepP = "no province", false
	case roll < 84:
		s.shape, keepC = "no city", false
	case roll < 94:
		s.shape, keepP, keepC = "district only", false, false
	default:
		if street != "" && d != "" && c != "" && c != p {
			s.shape, target = "no district", ""
		} else {
			s.shape = "full"
		}
	}
	words := g.words(&s, p, c, target, keepP, keepC)
	s.unknown = !g.knowable(&s, words, street, keepP, keepC)
	g.join(&s, words, street)
	return s
}

// words writes the levels kept, with a short form or one wrong character here and there.
func (g *writer) words(s *sample, p, c, d string, keepP, keepC bool) [3]string {
	var words [3]string
	if keepP {
		words[0] = p
		if g.chance(25) {
			words[0] = g.brief(p)
		}
	}
	if keepC {
		words[1] = c
		if stem, ok := strings.CutSuffix(c, "市"); ok && g.chance(30) {
			words[1] = stem
		}
	}
	words[2] = d
	if stem, ok := strings.CutSuffix(d, "市"); ok && len(stem) >= 6 && g.chance(15) {
		words[2] = stem
		s.shape += ", district without 市"
		return words
	}
	if !g.chance(20) {
		return words
	}
	level := 2
	if roll := g.r.IntN(10); roll == 0 && keepP {
		level = 0
	} else if roll < 4 && keepC {
		level = 1
	}
	if len(words[level]) >= 9 {
		words[level] = g.misspell(words[level])
		s.wrongChar = true
		s.shape += [...]string{", province misspelled", ", city misspelled", ", district misspelled"}[level]
	}
	return words
}

func (g *writer) brief(province string) string {
	for _, long := range []string{"内蒙古", "黑龙江"} {
		if strings.HasPrefix(province, long) {
			return long
		}
	}
	return province[:6]
}

func (g *writer) misspell(name string) string {
	letters := []rune(name)
	for {
		wrong := slices.Clone(letters)
		i := g.r.IntN(len(wrong) - 1) // the last character is the suffix; losing it is not a typing error
		switch g.r.IntN(3) {
		case 0:
			wrong[i], wrong[i+1] = wrong[i+1], wrong[i]
		case 1:
			wrong[i] = g.pool[g.r.IntN(len(g.pool))]
		default:
			wrong = slices.Delete(wrong, i, i+1)
		}
		if !slices.Equal(wrong, letters) {
			return string(wrong)
		}
	}
}

// knowable compares the written district with every district of the parents that were kept. It can be known when the
// true one is nearer than all others; with a wrong character only if a parent was kept too.
func (g *writer) knowable(s *sample, words [3]string, street string, keepP, keepC bool) bool {
	if words[2] != s.truth.district && words[2] != s.truth.city && !keepP && !keepC && s.wrongChar {
		return false
	}
	best, count, right := 99, 0, false
	for _, other := range g.all {
		if keepP && other.province != s.truth.province || keepC && other.city != s.truth.city {
			continue
		}
		name := other.district
		if name == "" {
			name = other.city
		}
		far := 0
		if words[2] == "" { // only the street tells
			if !slices.Contains(other.streets, street) {
				continue
			}
		} else {
			far = 2 * distance(words[2], name)
			if words[2] == strings.TrimSuffix(name, "市") {
				far = min(far, 1)
			}
		}
		if far < best {
			best, count, right = far, 0, false
		}
		if far == best {
			count++
			right = right || other.district == s.truth.district && other.city == s.truth.city &&
				other.province == s.truth.province
		}
	}
	return right && count == 1
}

// distance is the number of replaced, missing, additional and swapped characters (optimal string alignment).
func distance(a, b string) int {
	if a == b {
		return 0
	}
	if abs := len(a) - len(b); abs > 3 || abs < -3 {
		return 40 // more than one
	}
	x, y := []rune(a), []rune(b)
	var rows [24][24]int
	for i := range rows {
		rows[i][0], rows[0][i] = i, i
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

func (g *writer) join(s *sample, words [3]string, street string) {
	chain := words[0] + words[1] + words[2]
	detail := g.detail(s.truth)
	s.detail = strings.TrimSpace(detail)
	if g.chance(25) {
		if g.chance(40) {
			detail = chain + street + detail
			s.shape += ", parts repeated"
		}
		s.parts = &[5]string{words[0], words[1], words[2], street, detail}
		s.text = strings.Join(s.parts[:], " | ")
		return
	}
	blank := g.pick("", "", "", " ", "/", "　")
	kept := slices.DeleteFunc([]string{words[0], words[1], words[2]}, func(w string) bool { return w == "" })
	written := strings.Join(kept, blank)
	if g.chance(12) {
		written = g.pick(words[0]+words[1]+written, chain+written, words[0]+words[1]+blank+written)
		s.shape += ", repeated"
	}
	s.text = written + blank + street + blank + detail
}

func (g *writer) detail(t truth) string {
	other := g.all[g.r.IntN(len(g.all))]
	name := other.district
	if name == "" || g.chance(30) {
		name = t.district
	}
	stem := strings.TrimRight(name, "区县市旗")
	road := g.pick("人民路", "解放东路", "南京西路", "上海路", "朝阳路", "和平里", "西湖小区", "东风街", "科技园路", "北京中路",
		"文昌路", "中山北路", "五一广场旁", "幸福小区", "阳光花园", "老街", "环城南路", "工业路", "大学城", "龙泉山庄",
		stem+"路", stem+"大道", stem+"小区", stem+"中学", stem+"花园")
	number := g.pick("１２３号", "88号", " 100 号 3 幢 201 室", "5-2-301", "12栋2单元1203", "（近地铁站）66号", "A座1203", "#9")
	return road + number + g.pick("", "", "", "（放门口）", " 请打电话", "，周末送", "  ")
}

// Of 20,000 addresses covering every district, the district is right in 98 of 100, and wrong with High confidence in
// at most 2 of 1,000. Where nobody could know the district, saying so counts as right.
func TestParse_generated_addresses_find_their_district(t *testing.T) {
	const count, seed = 20_000, 20230630
	g := writer{r: rand.New(rand.NewPCG(seed, 1)), all: readTruths(t)}
	seen := map[rune]bool{}
	for _, one := range g.all {
		for _, r := range one.city + one.district {
			if !seen[r] {
				seen[r] = true
				g.pool = append(g.pool, r)
			}
		}
	}
	type tally struct{ all, right, low, wrong, sure int }
	var total tally
	unknown, typos, lost := 0, 0, 0
	shapes := map[string]*tally{}
	for i := range count {
		one := g.all[i%len(g.all)]
		s := g.write(one)
		var got Parsed
		if s.parts != nil {
			got = ParseParts(s.parts[0], s.parts[1], s.parts[2], s.parts[3], s.parts[4])
		} else {
			got = Parse(s.text)
		}
		by := shapes[s.shape]
		if by == nil {
			by = &tally{}
			shapes[s.shape] = by
		}
		same := got.Province == one.province && got.City == one.city && got.District == one.district
		right := same || s.unknown && got.Confidence != High
		sure := !same && got.Confidence == High
		for _, sum := range []*tally{&total, by} {
			sum.all++
			if right {
				sum.right++
			} else {
				sum.wrong++
			}
			if same && got.Confidence != High {
				sum.low++
			}
			if sure {
				sum.sure++
			}
		}
		if !strings.HasSuffix(strings.TrimSpace(got.Detail), s.detail) {
			lost++
			t.Logf("%q: the detail %q lost something", s.text, got.Detail)
		}
		if s.unknown {
			unknown++
		}
		if s.wrongChar {
			typos++
		}
		if !right && testing.Verbose() && total.wrong <= 400 || sure {
			t.Logf("%s %q is %s %s %s, read %s %s %s %s (%s)", s.shape, s.text, one.province, one.city, one.district,
				got.Province, got.City, got.District, got.Confidence, got.Reasons)
		}
	}
	for _, shape := range slices.Sorted(maps.Keys(shapes)) {
		by := shapes[shape]
		t.Logf("%-55s %6d written, %6.2f %% right, %4d right but low, %3d surely wrong", shape, by.all,
			100*float64(by.right)/float64(by.all), by.low, by.sure)
	}
	rightShare, sureShare := 100*float64(total.right)/count, 100*float64(total.sure)/count
	t.Logf("seed %d, %d districts, %d addresses (%d with a wrong character, %d unknowable): %.2f %% right, "+
		"%.3f %% surely wrong, %d right with low confidence, %d with a damaged detail", seed, len(g.all), count, typos, unknown, rightShare, sureShare, total.low, lost)
	if lost > count/1000 {
		t.Errorf("%d details lost something; nothing that a sender wrote may vanish from the label", lost)
	}
	if rightShare < 98 || sureShare > 0.2 {
		t.Errorf("right %.2f %% (at least 98), surely wrong %.3f %% (at most 0.2)", rightShare, sureShare)
	}
}
