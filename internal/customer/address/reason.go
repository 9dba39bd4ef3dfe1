package address

import "strings"

// Confidence says how far the division in a Parsed may be trusted.
type Confidence uint8

const (
	// None: no division was found, or the words fit several provinces.
	None Confidence = iota
	// Low: something is missing, weak or contradictory; Reasons say what.
	Low
	// High: the district is sure (or the city, where cities have no districts).
	High
)

// String gives the stable lower-case name.
func (c Confidence) String() string { return [...]string{"none", "low", "high"}[min(c, High)] }

// Reason is one thing that Parse noticed. The code (String) is stable; ZH and EN are sentences for people.
type Reason uint16

// The order is that of weight: the first one set is the one to show when there is room for one.
const (
	// ReasonNoDivision: no_division_found.
	ReasonNoDivision Reason = 1 << iota
	// ReasonAmbiguous: ambiguous_district.
	ReasonAmbiguous
	// ReasonConflict: conflicting_divisions.
	ReasonConflict
	// ReasonNoDistrict: district_missing.
	ReasonNoDistrict
	// ReasonMasked: masked.
	ReasonMasked
	// ReasonUnknownPart: unknown_division.
	ReasonUnknownPart
	// ReasonTypo: typo_corrected.
	ReasonTypo
	// ReasonRenamed: renamed_division.
	ReasonRenamed
	// ReasonShortName: short_name.
	ReasonShortName
	// ReasonDistrictInferred: district_inferred.
	ReasonDistrictInferred
	// ReasonCityInferred: missing_city_inferred.
	ReasonCityInferred
	// ReasonProvinceInferred: missing_province_inferred.
	ReasonProvinceInferred
	// ReasonRepeated: repeated_prefix_removed.
	ReasonRepeated
	// ReasonLeadingText: leading_text_kept.
	ReasonLeadingText
	// ReasonEmptyDetail: detail_missing.
	ReasonEmptyDetail

	reasonsCount = iota
)

var reasonWords = [reasonsCount]struct{ code, zh, en string }{
	{"no_division_found", "没有认出省市区，请补全地址。", "No province, city or district was recognised; please complete the address."},
	{"ambiguous_district", "几个地方有同名的区县，请补充上级省市。",
		"Several places have a district of this name; please add the province and city."},
	{"conflicting_divisions", "地址里的省市区互相矛盾，请向买家确认。",
		"The province, city and district contradict each other; please ask the buyer."},
	{"district_missing", "地址里没有认出区县，请补充。", "No district was recognised in the address; please add it."},
	{"masked", "地址带星号，是平台脱敏数据，不能直接发货。",
		"The address is masked by the platform (*); it cannot be shipped to as it stands."},
	{"unknown_division", "渠道给的某一级区划不在区划表里，已留在详细地址中。",
		"A division given by the channel is not in the region table; it was kept in the detail."},
	{"typo_corrected", "区划名有一个错字，已按上级唯一匹配改正。",
		"One wrong character in a division name was corrected; the parent left only one choice."},
	{"renamed_division", "地址用了旧区划名，已换成现名。", "The address used an old division name; it was replaced by the present one."},
	{"short_name", "区县用了简称。", "The district was written by its short name."},
	{"district_inferred", "缺区县，已由街道唯一推出。", "The district was missing and inferred from the street, which is unique."},
	{"missing_city_inferred", "缺城市，已由区县唯一推出。", "The city was missing and inferred from the district, which is unique."},
	{"missing_province_inferred", "缺省份，已由下级唯一推出。", "The province was missing and inferred from the level below."},
	{"repeated_prefix_removed", "已去掉重复的省市区。", "A repeated province, city or district was removed."},
	{"leading_text_kept", "省市区前面有其他文字，已留在详细地址中。", "Text before the division was kept in the detail."},
	{"detail_missing", "没有详细地址，请补充路名和门牌号。", "There is no detail; please add road and number."},
}

// String gives the stable code, such as "ambiguous_district"; several reasons are joined by commas.
func (r Reason) String() string {
	var codes []string
	for i := range reasonWords {
		if r&(1<<i) != 0 {
			codes = append(codes, reasonWords[i].code)
		}
	}
	return strings.Join(codes, ",")
}

// Has tells whether all of other is in r.
func (r Reason) Has(other Reason) bool { return r&other == other }

// Main gives the weightiest of several reasons, or 0.
func (r Reason) Main() Reason { return r & -r }

// ZH gives the Chinese sentences of r, the weightiest first.
func (r Reason) ZH() string {
	var b strings.Builder
	for i := range reasonWords {
		if r&(1<<i) != 0 {
			b.WriteString(reasonWords[i].zh)
		}
	}
	return b.String()
}

// EN gives the English sentences of r, the weightiest first.
func (r Reason) EN() string {
	var lines []string
	for i := range reasonWords {
		if r&(1<<i) != 0 {
			lines = append(lines, reasonWords[i].en)
		}
	}
	return strings.Join(lines, " ")
}
