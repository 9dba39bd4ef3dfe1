package people

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
)

//go:embed districts.csv
var districtsCSV []byte

// Place is where somebody truly lives. City is empty for a county directly under its province, District for a city
// that has none, Town where the buyer does not say it.
type Place struct{ Province, City, District, Town string }

// Mess is one way in which a recipient was written badly.
type Mess string

const (
	NoProvince     Mess = "no_province"     // the line begins with the city
	NoCity         Mess = "no_city"         // the line leaves the city out
	NoSuffix       Mess = "no_suffix"       // 浙江杭州 for 浙江省杭州市
	RepeatedPrefix Mess = "repeated_prefix" // the divisions stand in the detail once more
	FullWidth      Mess = "full_width"      // digits of the detail are full-width
	Spaced         Mess = "spaced"          // blanks between the parts and round the numbers
	PhoneShort     Mess = "phone_short"     // a digit is missing
	PhoneWrong     Mess = "phone_wrong"     // a digit is wrong: the number cannot be a mobile
	PhoneExtension Mess = "phone_extension" // a privacy number, e.g. 18000001234-5678; good, but not plain
	Masked         Mess = "masked"          // the platform hid name, phone and house number
)

// MessShare is how often a mess is drawn.
type MessShare struct {
	Mess     Mess
	PerMille int
}

// MessShares gives the shares of recipients in which each mess is tried. NoProvince and NoCity are skipped where
// nothing could be left out.
func MessShares() []MessShare {
	return []MessShare{
		{NoProvince, 45}, {NoCity, 20}, {NoSuffix, 60}, {RepeatedPrefix, 40}, {FullWidth, 25}, {Spaced, 60},
		{PhoneShort, 5}, {PhoneWrong, 4}, {PhoneExtension, 40}, {Masked, 5},
	}
}

// Recipient is one entry of a buyer's address book. Name, Phone, Detail and Line are as typed; Place is the truth.
// Detail is what stands in the last box of a platform's form; Line is the whole address as pasted into one box.
type Recipient struct {
	Name, Phone  string
	Place        Place
	Detail, Line string
	Messes       []Mess
}

// Has says whether the recipient was spoilt in this way.
func (r Recipient) Has(m Mess) bool {
	for _, mine := range r.Messes {
		if mine == m {
			return true
		}
	}
	return false
}

// places reads the embedded districts, by province.
func places() (map[string][]Place, error) {
	rows, err := csv.NewReader(bytes.NewReader(districtsCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("people: districts.csv is not a CSV file: %w", err)
	}
	out := map[string][]Place{}
	for _, r := range rows[1:] {
		out[r[0]] = append(out[r[0]], Place{Province: r[0], City: r[1], District: r[2], Town: r[3]})
	}
	return out, nil
}

// recipient writes one entry: first clean, then with the messes that fall to it.
func recipient(rng *rand.Rand, name string, place Place) Recipient {
	if place.District != "" && chance(rng, 400) {
		place.Town = ""
	}
	r := Recipient{Name: name, Phone: mobile(rng), Place: place, Detail: place.Town + street(rng)}
	for _, share := range MessShares() {
		if chance(rng, share.PerMille) && r.possible(share.Mess) {
			r.Messes = append(r.Messes, share.Mess)
		}
	}
	r.write(rng)
	return r
}

func (r Recipient) possible(m Mess) bool {
	switch m {
	case NoProvince:
		return r.Place.City != "" && r.Place.City != r.Place.Province
	case NoCity:
		return r.Place.City != "" && r.Place.City != r.Place.Province && r.Place.District != "" && !r.Has(NoProvince)
	case PhoneWrong, PhoneExtension:
		return !r.Has(PhoneShort) && !r.Has(PhoneWrong)
	}
	return true
}

// write makes Phone, Detail and Line from the truth and the messes. Masking is last: a platform hides what was typed.
func (r *Recipient) write(rng *rand.Rand) {
	between := ""
	if r.Has(Spaced) {
		between = " "
		r.Detail = spaceNumbers(r.Detail)
	}
	prefix := strings.Join(r.divisions(), between)
	if r.Has(RepeatedPrefix) {
		r.Detail = prefix + between + r.Detail
	}
	if r.Has(FullWidth) {
		r.Detail = strings.Map(widen, r.Detail)
	}
	r.Line = prefix + between + r.Detail
	switch i := 3 + rng.IntN(8); {
	case r.Has(PhoneShort):
		r.Phone = r.Phone[:i] + r.Phone[i+1:]
	case r.Has(PhoneWrong):
		r.Phone = "12" + r.Phone[2:]
	case r.Has(PhoneExtension):
		r.Phone += fmt.Sprintf("-%04d", rng.IntN(10000))
	}
	if r.Has(Masked) {
		r.Name = string([]rune(r.Name)[:1]) + "**"
		r.Phone = r.Phone[:3] + "****" + r.Phone[7:]
		r.Detail, r.Line = strings.Map(hide, r.Detail), strings.Map(hide, r.Line)
	}
}

// divisions gives the names before the detail, as far as the buyer writes them. A municipality is written once.
func (r Recipient) divisions() []string {
	p := r.Place
	if p.City == p.Province {
		p.City = ""
	}
	if r.Has(NoProvince) {
		p.Province = ""
	}
	if r.Has(NoCity) {
		p.City = ""
	}
	if r.Has(NoSuffix) {
		p.Province, p.City = shorten(p.Province), strings.TrimSuffix(p.City, "市")
	}
	var out []string
	for _, part := range []string{p.Province, p.City, p.District} {
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

// shorten cuts what people leave off a province: 内蒙古自治区 is 内蒙古, 广西壮族自治区 is 广西.
func shorten(province string) string {
	for _, tail := range []string{"维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"} {
		if short, cut := strings.CutSuffix(province, tail); cut {
			return short
		}
	}
	return province
}

// street invents a road with a number and mostly a compound with building, unit and room.
func street(rng *rand.Rand) string {
	first := []string{"荷塘", "榕屿", "青檀", "白鹭", "望澜", "栖棠", "松涧", "锦禾", "月坝", "石榴", "听泉", "云锦", "杏湾", "枫桥口", "南溪", "和畅"}
	road := fmt.Sprintf("%s%s%d号", one(rng, first), one(rng, []string{"路", "路", "街", "大道", "巷", "支路"}), 1+rng.IntN(888))
	compound := one(rng, []string{"兰亭", "翠岸", "星澜", "桂语", "明湖", "和园", "锦绣", "书香", "金穗", "阳光里"}) +
		one(rng, []string{"花园", "苑", "小区", "公寓", "家园", "府"})
	switch rng.IntN(6) {
	case 0:
		return road
	case 1:
		return fmt.Sprintf("%s%s科技园%c座%d室", road, one(rng, first), 'A'+rune(rng.IntN(5)), 201+100*rng.IntN(20)+rng.IntN(12))
	case 2:
		return fmt.Sprintf("%s%d-%d-%d", compound, 1+rng.IntN(30), 1+rng.IntN(4), 101+100*rng.IntN(18)+rng.IntN(4))
	case 3:
		return fmt.Sprintf("%s村%d组%d号", one(rng, first), 1+rng.IntN(12), 1+rng.IntN(90))
	}
	return fmt.Sprintf("%s%s%d幢%d单元%d室", road, compound, 1+rng.IntN(30), 1+rng.IntN(4), 101+100*rng.IntN(18)+rng.IntN(4))
}

// spaceNumbers sets each number off by blanks.
func spaceNumbers(text string) string {
	var out strings.Builder
	inside := false
	for _, r := range text {
		digit := r >= '0' && r <= '9'
		if digit != inside {
			out.WriteByte(' ')
		}
		inside = digit
		out.WriteRune(r)
	}
	return out.String()
}

func widen(r rune) rune {
	if r >= '0' && r <= '9' {
		return r - '0' + '０'
	}
	return r
}

func hide(r rune) rune {
	if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
		return '*'
	}
	return r
}
