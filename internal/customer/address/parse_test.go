package address

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// line writes an answer as one text so that the tables below read like the addresses they are about.
func line(p Parsed) string {
	return strings.Join([]string{p.Province, p.City, p.District, p.Street, p.Code, p.Detail, p.Confidence.String(),
		p.Reasons.String()}, " | ")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		// The cases on which zh-address-parse 1.3.16 failed, and those it read.
		{"blanks round numbers are kept", "浙江省杭州市余杭区文三西路 100 号 3 幢 201 室",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路 100 号 3 幢 201 室 | high | "},
		{"ordinary", "广东省深圳市南山区科技园路1号", "广东省 | 深圳市 | 南山区 |  | 440305 | 科技园路1号 | high | "},
		{"municipality without its city", "上海市浦东新区张江路 88 号", "上海市 | 上海市 | 浦东新区 |  | 310115 | 张江路 88 号 | high | "},
		{"district under its province", "河南省济源市济水街道文昌路1号", "河南省 |  | 济源市 | 济水街道 | 419001 | 文昌路1号 | high | "},
		{"city without districts", "广东省东莞市长安镇振安路1号", "广东省 | 东莞市 |  | 长安镇 | 441900 | 振安路1号 | high | "},

		{"municipality twice", "北京市北京市朝阳区建国路1号", "北京市 | 北京市 | 朝阳区 |  | 110105 | 建国路1号 | high | "},
		{"pseudo city", "北京市市辖区东城区东华门街道1号", "北京市 | 北京市 | 东城区 | 东华门街道 | 110101 | 1号 | high | "},
		{"pseudo city of Chongqing's counties", "重庆市县云阳县1号", "重庆市 | 重庆市 | 云阳县 |  | 500235 | 1号 | high | "},
		{"pseudo city of direct districts", "湖北省省直辖县级行政区划仙桃市1号", "湖北省 |  | 仙桃市 |  | 429004 | 1号 | high | "},
		{"forest district", "湖北省神农架林区1号", "湖北省 |  | 神农架林区 |  | 429021 | 1号 | high | "},
		{"XPCC city", "新疆石河子市1号", "新疆维吾尔自治区 |  | 石河子市 |  | 659001 | 1号 | high | "},
		{"Hainan county", "海南省陵水黎族自治县1号", "海南省 |  | 陵水黎族自治县 |  | 469028 | 1号 | high | "},
		{"Zhongshan", "广东中山市小榄镇1号", "广东省 | 中山市 |  | 小榄镇 | 442000 | 1号 | high | "},
		{"Danzhou", "海南省儋州市那大镇1号", "海南省 | 儋州市 |  | 那大镇 | 460400 | 1号 | high | "},
		{"Jiayuguan", "甘肃省嘉峪关市1号", "甘肃省 | 嘉峪关市 |  |  | 620201 | 1号 | high | "},
		{"Hong Kong in traditional characters", "香港特别行政区香港島灣仔區軒尼詩道1號",
			"香港特别行政区 | 香港岛 | 湾仔区 |  | 81 | 軒尼詩道1號 | high | "},
		{"Macao", "澳门特别行政区澳门半岛大堂区1号", "澳门特别行政区 | 澳门半岛 | 大堂区 |  | 82 | 1号 | high | "},
		{"Taiwan", "台湾省台北市大安区1号", "台湾省 | 台北市 | 大安区 |  | 71 | 1号 | high | "},
		{"short names of long provinces", "内蒙古呼和浩特市新城区1号", "内蒙古自治区 | 呼和浩特市 | 新城区 |  | 150102 | 1号 | high | "},
		{"autonomous prefecture in short", "湖南湘西州吉首市1号", "湖南省 | 湘西土家族苗族自治州 | 吉首市 |  | 433101 | 1号 | high | "},
		{"autonomous county in short", "湖北宜昌长阳县1号", "湖北省 | 宜昌市 | 长阳土家族自治县 |  | 420528 | 1号 | high | "},
		{"districts of one character", "山西省晋城市城区1号", "山西省 | 晋城市 | 城区 |  | 140502 | 1号 | high | "},
		{"city and province of one name", "吉林吉林市船营区1号", "吉林省 | 吉林市 | 船营区 |  | 220204 | 1号 | high | "},
		{"district named like a province", "天津市河北区1号", "天津市 | 天津市 | 河北区 |  | 120105 | 1号 | high | "},

		{"same-name district is not guessed", "朝阳区建国路1号", " |  |  |  |  | 朝阳区建国路1号 | none | ambiguous_district"},
		{"same-name district in one province", "江苏省鼓楼区中山路1号", "江苏省 |  |  |  | 32 | 鼓楼区中山路1号 | low | ambiguous_district"},
		{"a street decides", "鼓楼区湖南路街道1号",
			"江苏省 | 南京市 | 鼓楼区 | 湖南路街道 | 320106 | 1号 | high | missing_city_inferred,missing_province_inferred"},
		{"unique district", "余杭区文三西路1号",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路1号 | high | missing_city_inferred,missing_province_inferred"},
		{"missing district, unique street", "浙江省杭州市文新街道1号",
			"浙江省 | 杭州市 | 西湖区 | 文新街道 | 330106 | 1号 | high | district_inferred"},
		{"missing 市", "浙江杭州余杭区文三西路1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路1号 | high | "},
		{"district in short", "浙江杭州余杭文三西路1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路1号 | low | short_name"},
		{"district in short, street known", "苏州昆山张浦镇1号",
			"江苏省 | 苏州市 | 昆山市 | 张浦镇 | 320583 | 1号 | high | missing_province_inferred"},
		{"no district", "浙江省杭州市文三西路1号", "浙江省 | 杭州市 |  |  | 3301 | 文三西路1号 | low | district_missing"},

		{"repeated prefix", "浙江省杭州市浙江省杭州市余杭区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | repeated_prefix_removed"},
		{"whole chain repeated", "浙江省杭州市余杭区浙江省杭州市余杭区1号",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | repeated_prefix_removed"},
		{"a road named like its district is no repeat", "北京市朝阳区朝阳路1号", "北京市 | 北京市 | 朝阳区 |  | 110105 | 朝阳路1号 | high | "},
		{"a hospital named like its city is no repeat", "浙江省杭州市余杭区杭州市第一医院",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 杭州市第一医院 | high | "},
		{"a government is no repeat",
			"南京市鼓楼区鼓楼区政府", "江苏省 | 南京市 | 鼓楼区 |  | 320106 | 鼓楼区政府 | high | missing_province_inferred"},
		{"a road named like a city is no city", "南京东路88号", " |  |  |  |  | 南京东路88号 | none | no_division_found"},
		{"a market is no city", "浙江省杭州市萧山市场1号", "浙江省 | 杭州市 | 萧山区 |  | 330109 | 市场1号 | low | short_name"},
		{"contradiction", "浙江省杭州市上海市黄浦区1号",
			"浙江省 | 杭州市 |  |  | 3301 | 上海市黄浦区1号 | low | conflicting_divisions,district_missing"},

		{"wrong character in the district", "浙江省杭州市余航区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | typo_corrected"},
		{"swapped characters", "浙江省杭州市杭余区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | typo_corrected"},
		{"wrong character in the city", "浙江省杭洲市余杭区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | typo_corrected"},
		{"wrong character in the province", "折江省杭州市余杭区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | typo_corrected"},
		{"typing errors need a parent", "余航区文三西路1号", " |  |  |  |  | 余航区文三西路1号 | none | no_division_found"},
		{"typing error with two ways out", "天津市河凍区1号",
			"天津市 | 天津市 |  |  | 12 | 河凍区1号 | low | ambiguous_district,typo_corrected"},
		{"a development zone is no typing error", "陕西省西安市高新区1号", "陕西省 | 西安市 |  |  | 6101 | 高新区1号 | low | district_missing"},
		{"a housing estate is no typing error", "浙江省杭州市西湖小区1号", "浙江省 | 杭州市 |  |  | 3301 | 西湖小区1号 | low | district_missing"},
		{"a road beside a short province", "山西岢岚县1号", "山西省 | 忻州市 | 岢岚县 |  | 140929 | 1号 | high | missing_city_inferred"},

		{"old name", "杭州市下城区1号", "浙江省 | 杭州市 | 拱墅区 |  | 330105 | 1号 | high | renamed_division,missing_province_inferred"},
		{"old name of a divided district", "浙江省杭州市江干区1号", "浙江省 | 杭州市 | 上城区 |  | 330102 | 1号 | low | renamed_division"},
		{"county that became a district", "湖南省长沙市望城县1号", "湖南省 | 长沙市 | 望城区 |  | 430112 | 1号 | high | renamed_division"},
		{"town that became a street", "云南省大理市下关镇1号",
			"云南省 | 大理白族自治州 | 大理市 | 下关街道 | 532901 | 1号 | high | missing_city_inferred"},
		{"development zone in the table", "苏州工业园区星湖街1号",
			"江苏省 | 苏州市 | 苏州工业园区 |  | 320576 | 星湖街1号 | high | missing_city_inferred,missing_province_inferred"},
		{"development zone in short", "河北省石家庄市高新区1号",
			"河北省 | 石家庄市 | 石家庄高新技术产业开发区 |  | 130171 | 1号 | high | "},

		{"masked", "浙江省杭州市余杭区文三*****", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三***** | high | masked"},
		{"full width and separators", "浙江省　杭州市/余杭区，文三西路１００号（后门）",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路１００号（后门） | high | "},
		{"text before", "【某公司】浙江省杭州市余杭区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 【某公司】 1号 | high | leading_text_kept"},
		{"country", "中国浙江省杭州市余杭区1号", "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | "},
		{"no detail", "浙江省杭州市余杭区", "浙江省 | 杭州市 | 余杭区 |  | 330110 |  | high | detail_missing"},
		{"two districts of one province", "新疆喀什区麦盖提县1号", "新疆维吾尔自治区 | 喀什地区 | 喀什市 |  | 653101 | 麦盖提县1号 | low | " +
			"conflicting_divisions,renamed_division,missing_city_inferred"},
		{"empty", "", " |  |  |  |  |  | none | no_division_found,detail_missing"},
		{"no address", "hello", " |  |  |  |  | hello | none | no_division_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, line(Parse(c.text))); diff != "" {
				t.Errorf("Parse(%q): %s", c.text, diff)
			}
		})
	}
}

func TestParseParts(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts [5]string
		want  string
	}{
		{"Taobao leaves the city of direct districts empty", [5]string{"河南省", "", "济源市", "济水街道", "文昌路1号"},
			"河南省 |  | 济源市 | 济水街道 | 419001 | 文昌路1号 | high | "},
		{"direct district in the city's place", [5]string{"湖北省", "仙桃市", "", "", "1号"},
			"湖北省 |  | 仙桃市 |  | 429004 | 1号 | high | "},
		{"direct district in both places", [5]string{"湖北省", "仙桃市", "仙桃市", "", "1号"},
			"湖北省 |  | 仙桃市 |  | 429004 | 1号 | high | "},
		{"pseudo city", [5]string{"湖北省", "省直辖县级行政区划", "天门市", "", "1号"}, "湖北省 |  | 天门市 |  | 429006 | 1号 | high | "},
		{"municipality as Taobao has it", [5]string{"上海", "上海市", "浦东新区", "", "张江路1号"},
			"上海市 | 上海市 | 浦东新区 |  | 310115 | 张江路1号 | high | "},
		{"municipality as JD has it", [5]string{"北京", "朝阳区", "八里庄街道", "", "十里堡1号"},
			"北京市 | 北京市 | 朝阳区 | 八里庄街道 | 110105 | 十里堡1号 | high | "},
		{"Chongqing's counties", [5]string{"重庆市", "县", "云阳县", "", "1号"}, "重庆市 | 重庆市 | 云阳县 |  | 500235 | 1号 | high | "},
		{"city without districts, town as district", [5]string{"广东省", "东莞市", "长安镇", "", "1号"},
			"广东省 | 东莞市 |  | 长安镇 | 441900 | 1号 | high | "},
		{"city without districts, named twice", [5]string{"广东", "东莞市", "东莞市", "长安", "1号"},
			"广东省 | 东莞市 |  | 长安镇 | 441900 | 1号 | high | "},
		{"detail repeats all", [5]string{"浙江省", "杭州市", "余杭区", "", "浙江省杭州市余杭区文三西路1号"},
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路1号 | high | repeated_prefix_removed"},
		{"detail repeats in short", [5]string{"北京", "北京市", "朝阳区", "八里庄街道", "北京朝阳区八里庄街道1号"},
			"北京市 | 北京市 | 朝阳区 | 八里庄街道 | 110105 | 1号 | high | repeated_prefix_removed"},
		{"all in the detail", [5]string{"", "", "", "", "浙江省杭州市余杭区1号"}, "浙江省 | 杭州市 | 余杭区 |  | 330110 | 1号 | high | "},
		{"county in the city's place", [5]string{"江苏省", "昆山市", "", "玉山镇", "1号"},
			"江苏省 | 苏州市 | 昆山市 | 玉山镇 | 320583 | 1号 | high | missing_city_inferred"},
		{"unknown town stays as given", [5]string{"浙江省", "杭州市", "余杭区", "新村街道", "新村街道1号"},
			"浙江省 | 杭州市 | 余杭区 | 新村街道 | 330110 | 1号 | high | "},
		{"unknown zone stays in the detail once", [5]string{"四川省", "成都市", "高新区", "", "四川省成都市高新区天府大道1号"},
			"四川省 | 成都市 |  |  | 5101 | 高新区天府大道1号 | low | district_missing,unknown_division,repeated_prefix_removed"},
		{"contradicting parts", [5]string{"江苏省", "杭州市", "余杭区", "", "1号"},
			"江苏省 |  |  |  | 32 | 杭州市余杭区1号 | low | conflicting_divisions,district_missing,unknown_division"},
		{"same-name district alone", [5]string{"", "", "朝阳区", "", "建国路1号"},
			" |  |  |  |  | 朝阳区建国路1号 | none | ambiguous_district"},
		{"masked detail", [5]string{"浙江省", "杭州市", "余杭区", "", "五****"}, "浙江省 | 杭州市 | 余杭区 |  | 330110 | 五**** | high | masked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ParseParts(c.parts[0], c.parts[1], c.parts[2], c.parts[3], c.parts[4])
			if diff := cmp.Diff(c.want, line(got)); diff != "" {
				t.Errorf("ParseParts(%q): %s", c.parts, diff)
			}
		})
	}
}

func TestParse_every_official_chain_reads_as_itself(t *testing.T) {
	for _, one := range readTruths(t) {
		got := Parse(one.province + one.city + one.district + "1号")
		if got.Province != one.province || got.City != one.city || got.District != one.district || got.Confidence != High ||
			got.Detail != "1号" {
			t.Errorf("%s %s %s reads as %s", one.province, one.city, one.district, line(got))
		}
	}
}

func TestTable_holds_the_counts_of_its_source(t *testing.T) {
	table := regions()
	var counts [street + 1]int
	for _, d := range table.rows {
		counts[d.level]++
	}
	// 31 provinces and HK, MO, TW; cities without the nine pseudo ones and with the 25 of HK, MO, TW.
	if diff := cmp.Diff([street + 1]int{34, 358, 3357, counts[street]}, counts); diff != "" || counts[street] < 41_000 {
		t.Error(diff, counts)
	}
	if len(packedRegions) > 600<<10 {
		t.Errorf("the table has %d bytes, more than 600 KB", len(packedRegions))
	}
	for _, d := range table.rows {
		if strings.Contains(d.name, "市辖区") || strings.Contains(d.name, "直辖") {
			t.Errorf("pseudo level %s %s is in the table", d.code, d.name)
		}
	}
}

func TestReason_every_one_has_words(t *testing.T) {
	for i := range reasonWords {
		r := Reason(1 << i)
		if r.String() == "" || r.ZH() == "" || r.EN() == "" || r.Main() != r {
			t.Errorf("reason %d has no code or sentence", i)
		}
	}
	both := ReasonMasked | ReasonAmbiguous
	if both.Main() != ReasonAmbiguous || both.String() != "ambiguous_district,masked" {
		t.Errorf("two reasons: main %s, all %s", both.Main(), both)
	}
}

func TestKey(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		same       bool
	}{
		{"counting words", "浙江省杭州市余杭区文三西路100号3幢201室", "浙江杭州余杭区 文三西路 100 号 3 栋 201", true},
		{"dashes", "杭州市余杭区文三西路100号3幢2单元201室", "浙江省杭州市余杭区文三西路100-3-2-201", true},
		{"full width", "杭州市余杭区文三西路１００号Ａ座", "杭州市余杭区文三西路100号a座", true},
		{"Chinese numbers", "杭州市余杭区文三西路100号三幢十二室", "杭州市余杭区文三西路100号3幢12室", true},
		{"repeated prefix", "杭州市余杭区杭州市余杭区文三西路1号", "杭州市余杭区文三西路1号", true},
		{"brackets", "杭州市余杭区文三西路1号(后门)", "杭州市余杭区文三西路1号，后门", true},
		{"digits do not run together", "杭州市余杭区文三西路1幢23室", "杭州市余杭区文三西路12幢3室", false},
		{"another room", "杭州市余杭区文三西路1幢23室", "杭州市余杭区文三西路1幢24室", false},
		{"another district", "南京市鼓楼区中山路1号", "徐州市鼓楼区中山路1号", false},
		{"another town", "苏州市昆山市张浦镇人民路1号", "苏州市昆山市千灯镇人民路1号", false},
		{"Taiwan has no codes below", "台湾省台北市大安区1号", "台湾省台中市大安区1号", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := Key(Parse(c.a)), Key(Parse(c.b))
			if a == "" || (a == b) != c.same {
				t.Errorf("%q and %q: same %v, want %v", a, b, a == b, c.same)
			}
		})
	}
	for _, text := range []string{"浙江省杭州市余杭区文三****", "文三西路1号", "浙江省杭州市余杭区"} {
		if key := Key(Parse(text)); key != "" {
			t.Errorf("%q has the key %q; such addresses must not be merged by it", text, key)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, text, person, phone, want string }{
		{"the usual order", "浙江省杭州市余杭区文三西路 100 号 3 幢 201 室 张三 13800138000", "张三", "13800138000",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路 100 号 3 幢 201 室 | high | "},
		{"name first", "张三，13800138000，广东省深圳市南山区科技园路1号", "张三", "13800138000",
			"广东省 | 深圳市 | 南山区 |  | 440305 | 科技园路1号 | high | "},
		{"landline", "上海市浦东新区张江路 88 号 李四 021-12345678", "李四", "021-12345678",
			"上海市 | 上海市 | 浦东新区 |  | 310115 | 张江路 88 号 | high | "},
		{"labels", "收货人：欧阳小明\n手机号码：138 0013 8000\n所在地区：浙江省杭州市余杭区\n详细地址：五常街道文三西路1号", "欧阳小明", "13800138000",
			"浙江省 | 杭州市 | 余杭区 | 五常街道 | 330110 | 文三西路1号 | high | "},
		{"labels without breaks", "姓名：张三 电话：13800138000 地址：河南省济源市济水街道文昌路1号", "张三", "13800138000",
			"河南省 |  | 济源市 | 济水街道 | 419001 | 文昌路1号 | high | "},
		{"name and phone in one word", "张三13800138000 广东省东莞市长安镇振安路1号", "张三", "13800138000",
			"广东省 | 东莞市 |  | 长安镇 | 441900 | 振安路1号 | high | "},
		{"virtual number", "李女士 17012345678转1234 北京市朝阳区建国路1号", "李女士", "17012345678-1234",
			"北京市 | 北京市 | 朝阳区 |  | 110105 | 建国路1号 | high | "},
		{"virtual number with comma", "李女士 17012345678,1234 北京市朝阳区建国路1号", "李女士", "17012345678-1234",
			"北京市 | 北京市 | 朝阳区 |  | 110105 | 建国路1号 | high | "},
		{"postal code", "张三 13800138000 浙江省杭州市余杭区文三西路1号 310000", "张三", "13800138000",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路1号 | high | "},
		{"masked", "张* 138****0000 浙江省杭州市余杭区五****", "张*", "138****0000",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 五**** | high | masked"},
		{"no name", "13800138000 浙江省杭州市余杭区文三西路1号", "", "13800138000",
			"浙江省 | 杭州市 | 余杭区 |  | 330110 | 文三西路1号 | high | "},
		{"empty", "", "", "", " |  |  |  |  |  | none | no_division_found,detail_missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Split(c.text)
			if got.Name != c.person || got.Phone.String() != c.phone {
				t.Errorf("Split(%q): name %q, phone %q; want %q, %q", c.text, got.Name, got.Phone, c.person, c.phone)
			}
			if diff := cmp.Diff(c.want, line(got.Address)); diff != "" {
				t.Errorf("Split(%q): %s", c.text, diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"浙江省杭州市余杭区文三西路 100 号", "北京北京市朝阳区朝阳路", "折江省杭州市", "余余杭区",
		"臺灣省１２３", "县县县", "*", "\xff\xfe杭州",
		"收货人：张三 电话 138 0013 8000 地址：海南三亚"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := Parse(text)
		if len(p.Detail) > len(text)+1 {
			t.Fatalf("%q: the detail %q is longer than the text", text, p.Detail)
		}
		if p.Confidence == High && (p.Province == "" || len(p.Code) < 2 || p.City == "" && p.District == "") {
			t.Fatalf("%q: sure of nothing: %s", text, line(p))
		}
		Key(p)
		Split(text)
		half := len(text) / 2
		ParseParts(text[:half], "", text[half:], "", text)
	})
}

func BenchmarkParse(b *testing.B) {
	regions()
	for _, c := range []struct{ name, text string }{
		{"ordinary", "浙江省杭州市余杭区五常街道文三西路 100 号 3 幢 201 室"},
		{"full_width", "浙江省杭州市余杭区文三西路１００号（近地铁）"},
		{"typing_error", "浙江杭州余航区文三西路100号"},
		{"no_district", "上海市张江路1号"},
		{"ambiguous", "朝阳区建国路1号"},
		{"no_city", "河南省南阳路1号"},
		{"nothing", "人民路解放小区12幢3单元401室"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(c.text)
			}
		})
	}
	b.Run("parts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ParseParts("浙江省", "杭州市", "余杭区", "五常街道", "浙江省杭州市余杭区文三西路100号3幢201室")
		}
	})
	b.Run("key", func(b *testing.B) {
		p := Parse("浙江省杭州市余杭区五常街道文三西路 100 号 3 幢 201 室")
		b.ReportAllocs()
		for b.Loop() {
			Key(p)
		}
	})
	b.Run("load_table", func(b *testing.B) {
		for b.Loop() {
			decode(packedRegions)
		}
	})
}
