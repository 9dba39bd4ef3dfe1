package address

import "strings"

// spellAll fills spelled: every way in which a division above the street is accepted.
func (t *table) spellAll() {
	stems := map[string]bool{}
	for _, w := range t.wides {
		if t.rows[w.row].level == province {
			stems[string(w.stem)] = true
		}
	}
	for _, w := range t.wides {
		t.spellOne(w, stems)
	}
	for _, a := range aliases {
		row := t.find(a.now)
		if row < 0 {
			panic("address: the alias table names an unknown code " + a.now)
		}
		t.spell(a.old, row, variant, a.flag)
	}
}

func (t *table) spellOne(w wide, provinces map[string]bool) {
	d, stem := t.rows[w.row], string(w.stem)
	bound := flags(0)
	if d.level == area && d.code == "" {
		bound = needsParent // 和平, 信义, 大同 alone are never meant as districts of Taiwan
	}
	t.spell(d.name, w.row, fullName, 0)
	if stem == d.name || len(w.stem) < 2 {
		t.spellZone(d, w.row)
		return
	}
	// A stem that is also a province's (海南州, 河南县, 吉林市) means the province.
	if d.level == province || !provinces[stem] {
		t.spell(stem, w.row, short, bound)
	}
	for _, suffix := range suffixes[d.level] {
		if text := stem + suffix; text != d.name {
			t.spell(text, w.row, variant, bound)
		}
	}
	t.spellZone(d, w.row)
}

var suffixes = [...][]string{
	province: {"省", "市", "自治区", "特区"},
	city:     {"市", "地区", "州", "盟", "自治州"},
	area:     {"区", "县", "市", "旗", "自治县", "自治旗"},
}

// zoneWords are usual names of the same kind of development zone.
var zoneWords = map[string][]string{
	"高新技术产业开发区": {"高新区", "高新技术开发区", "高新开发区", "高新产业开发区"},
	"高新技术开发区":   {"高新区", "高新技术产业开发区"},
	"高新技术产业园区":  {"高新区", "高新技术产业开发区"},
	"高技术产业开发区":  {"高区", "高新区"},
	"经济技术开发区":   {"经开区", "经济开发区", "开发区"},
	"经济开发区":     {"经开区", "经济技术开发区", "开发区"},
	"城乡一体化示范区":  {"示范区"},
}

// spellZone lets a development zone be called without the names of its parents: 河北唐山芦台经济开发区 is 芦台经济开发区
// once the city is known.
func (t *table) spellZone(d division, row int32) {
	if d.level != area || d.parent < 0 || len(d.code) != 6 || d.code[4] != '7' {
		return
	}
	name := d.name
	for up := d.parent; up >= 0; up = t.rows[up].parent {
		stem := stemOf(t.rows[up].level, t.rows[up].name)
		if _, after, found := strings.Cut(name, stem); found && len(after) > 9 {
			name = strings.TrimPrefix(after, "市")
			break
		}
	}
	if name != d.name {
		t.spell(name, row, fullName, needsParent)
	}
	for _, other := range zoneWords[name] {
		t.spell(other, row, variant, needsParent)
	}
}

func (t *table) spell(text string, row int32, k kind, f flags) {
	key := [6]byte([]byte(text[:6]))
	t.spelled[key] = append(t.spelled[key], spelling{text: text, row: row, kind: k, flag: f})
}

// find gives the row above the street with this code, or -1.
func (t *table) find(code string) int32 {
	for _, w := range t.wides {
		if t.rows[w.row].code == code {
			return w.row
		}
	}
	return -1
}

// stemOf cuts the suffix and the peoples' names from a division's name, and nothing when one character would remain:
// 余杭区 gives 余杭, 湘西土家族苗族自治州 gives 湘西, 新疆维吾尔自治区 gives 新疆, 城区 stays 城区.
func stemOf(l level, name string) string {
	for _, suffix := range []string{"特别行政区", "自治区", "自治州", "自治县", "自治旗"} {
		if stem, ok := strings.CutSuffix(name, suffix); ok {
			return cutPeoples(stem)
		}
	}
	for _, suffix := range []string{"地区", "林区", "特区", "新区", "省", "市", "盟", "区", "县", "旗", "镇", "乡"} {
		stem, ok := strings.CutSuffix(name, suffix)
		if !ok || len(stem) < 6 {
			continue
		}
		// 江北新区 exists beside 江北区 and 北戴河新区 beside 北戴河区: only the plain 区 is cut there.
		if suffix == "新区" && stem != "浦东" && stem != "滨海" || suffix == "地区" && l != city {
			continue
		}
		return stem
	}
	return name
}

var peoples = []string{
	"蒙古族", "蒙古", "回族", "藏族", "维吾尔", "苗族", "彝族", "壮族", "布依族", "朝鲜族", "满族", "侗族", "瑶族", "白族",
	"土家族", "哈尼族", "哈萨克族", "哈萨克", "傣族", "黎族", "傈僳族", "佤族", "畲族", "拉祜族", "水族", "东乡族", "纳西族",
	"景颇族", "柯尔克孜", "土族", "达斡尔族", "仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族", "锡伯", "普米族",
	"塔吉克", "怒族", "裕固族", "保安族", "独龙族", "各族", "族",
}

func cutPeoples(stem string) string {
	for {
		shorter := stem
		for _, people := range peoples {
			if cut, ok := strings.CutSuffix(stem, people); ok && len(cut) >= 6 {
				shorter = cut
				break
			}
		}
		if shorter == stem {
			return stem
		}
		stem = shorter
	}
}
