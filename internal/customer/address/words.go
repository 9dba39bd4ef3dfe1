package address

import (
	"strings"
	"unicode/utf8"
)

const fillers = " \t\r\n\u00a0\u3000,，/|、;；_·.。-—"

var pseudoLevels = [...]string{
	"市辖区", "省直辖县级行政区划", "省直辖县级行政单位", "省直辖行政单位", "自治区直辖县级行政区划", "自治区直辖县级行政单位",
	"直辖县级行政区划", "直辖县级", "省直辖县", "省直辖", "直辖县",
}

// skipFiller steps over separators and pseudo levels.
func skipFiller(text string, at int) int {
	for {
		before := at
		for at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if !strings.ContainsRune(fillers, r) {
				break
			}
			at += size
		}
		rest := text[at:]
		if strings.HasPrefix(rest, "市辖") || strings.HasPrefix(rest, "省直") || strings.HasPrefix(rest, "自治区直") ||
			strings.HasPrefix(rest, "直辖") {
			for _, pseudo := range pseudoLevels {
				if strings.HasPrefix(rest, pseudo) {
					at += len(pseudo)
					break
				}
			}
		}
		if at == before {
			return at
		}
	}
}

// skipCounties steps over the 县 that stands for a city above Chongqing's counties: 重庆市县云阳县.
func (w *walker) skipCounties(text string, at int) int {
	after, ok := strings.CutPrefix(text[at:], "县")
	if !ok || w.now.n == 0 || !w.t.isMunicipal(w.now.rows[0]) {
		return at
	}
	next := skipFiller(after, 0)
	if after == "" || next > 0 || len(w.t.at(after)) > 0 {
		return at + len("县") + next
	}
	return at
}

// startsInstitution tells whether the text goes on as the name of a public place, so that the division before it
// belongs to that name.
func startsInstitution(rest string) bool {
	return startsWithAny(rest, "政府", "人民政府", "人民医院", "人民法院", "人民检察院", "公安", "法院", "检察", "税务", "教育",
		"第", "医院", "中心", "实验", "中学", "小学", "妇幼", "中医", "委", "博物馆", "图书馆", "体育", "行政", "农业", "职业")
}

// isMarket keeps 萧山市场 from being read as 萧山市 and 场.
func isMarket(rest string, s spelling) bool {
	return strings.HasSuffix(s.text, "市") && (strings.HasPrefix(rest, "场") ||
		s.kind == variant && startsWithAny(rest, "政", "民", "区"))
}

// followsRoad tells whether the text goes on as a road's name after a place name: 南京东路, 上海路.
func followsRoad(rest string) bool {
	for _, direction := range [...]string{"东", "南", "西", "北", "中", "新", "一", "二", "三", "四"} {
		if after, ok := strings.CutPrefix(rest, direction); ok {
			rest = after
			break
		}
	}
	return startsWithAny(rest, "路", "街", "大街", "大道", "巷", "胡同", "弄", "线", "高速", "国道", "支路", "环路")
}

// followsPlace tells whether the text goes on as the name of a place smaller than a district: 西湖小区, 江山城.
func followsPlace(rest string) bool {
	return followsEstate(rest) ||
		startsWithAny(rest, "里", "村", "庄", "苑", "园", "城", "湾", "桥", "站", "港", "镇", "乡", "寺", "塔", "门", "楼")
}

// followsEstate tells the same of names that even a city's may begin: 昌吉花园, 南京大厦.
func followsEstate(rest string) bool {
	return startsWithAny(rest, "小区", "社区", "公园", "花园", "广场", "大厦", "新村", "机场", "宾馆", "酒店", "国际", "公寓", "山庄")
}

func startsWithAny(text string, words ...string) bool {
	for _, word := range words {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	return false
}
