package catalog

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Limits of what a SKU may be. Larger figures are typing errors.
const (
	codeMax     = 64
	nameMax     = 200
	stepsMax    = 6
	sizeMaxMM   = 100_000
	weightMaxG  = 10_000_000
	daysMax     = 36_500
	partsMax    = 50
	partQtyMax  = 1_000
	barcodesMax = 20
)

// problems gathers what is wrong with one SKU.
type problems struct{ bad *fault.Fault }

func (p *problems) add(field, zh, en string) {
	if p.bad == nil {
		p.bad = ErrInvalid
	}
	p.bad = p.bad.Field(field, zh, en)
}

// check says what cannot stand in a tidy SKU, looked at by itself; nil when all can.
func (s *SKU) check() *fault.Fault {
	var p problems
	p.texts(s)
	p.figures(s)
	p.parts(s)
	p.barcodes(s.Barcodes)
	return p.bad
}

func (p *problems) texts(s *SKU) {
	for _, t := range []struct {
		field, value string
		max          int
		needed       bool
	}{
		{"code", s.Code, codeMax, true}, {"name", s.Name, nameMax, true}, {"name_en", s.NameEN, nameMax, false},
		{"brand", s.Brand, nameMax, false}, {"category", s.Category, nameMax, false},
	} {
		switch {
		case t.value == "" && t.needed:
			p.add(t.field, "必须填写", "it is needed; fill it in")
		case !storable(t.value):
			p.add(t.field, "含有空字符或损坏的编码，无法保存；请重新输入",
				"it holds a NUL or broken encoding and cannot be stored; type it again")
		case utf8.RuneCountInString(t.value) > t.max:
			p.add(t.field, fmt.Sprintf("太长，最多 %d 个字；请缩短", t.max),
				fmt.Sprintf("it is too long, at most %d characters; shorten it", t.max))
		}
	}
	if steps := strings.Split(s.Category, "/"); s.Category != "" {
		for _, step := range steps {
			if step == "" || len(steps) > stepsMax {
				p.add("category", "类目要写成 一级/二级/三级，每级不能为空，最多 6 级",
					"a category is a path such as care/hair/shampoo, no step empty, at most six")
				return
			}
		}
	}
}

func (p *problems) figures(s *SKU) {
	for _, n := range []struct {
		field      string
		value, max int64
	}{
		{"length_mm", s.LengthMM, sizeMaxMM}, {"width_mm", s.WidthMM, sizeMaxMM}, {"height_mm", s.HeightMM, sizeMaxMM},
		{"weight_g", s.WeightG, weightMaxG}, {"cost", int64(s.Cost), int64(money.Limit)},
		{"price", int64(s.Price), int64(money.Limit)}, {"shelf_life_days", s.ShelfLifeDays, daysMax},
		{"life_left_days_min", s.LifeLeftDaysMin, daysMax},
	} {
		switch {
		case n.value < 0:
			p.add(n.field, "不能是负数；不清楚请填 0", "it cannot be negative; write 0 when unknown")
		case n.value > n.max:
			p.add(n.field, fmt.Sprintf("大得不合理，上限是 %d；请检查单位和位数", n.max),
				fmt.Sprintf("it is beyond reason, the most is %d; check unit and digits", n.max))
		}
	}
	if s.LifeLeftDaysMin > s.ShelfLifeDays && s.ShelfLifeDays >= 0 {
		p.add("life_left_days_min", fmt.Sprintf("最少剩余天数不能超过保质期（%d 天），否则一件也卖不出；请改小，或补上保质期", s.ShelfLifeDays),
			fmt.Sprintf("it cannot be more than the shelf life (%d days) or nothing could ever be sold; "+
				"lower it or give the shelf life", s.ShelfLifeDays))
	}
}

func (p *problems) parts(s *SKU) {
	if s.Bundle && len(s.Parts) == 0 {
		p.add("parts", "组合装必须写明由哪些商品组成", "a bundle needs its parts")
	}
	if !s.Bundle && len(s.Parts) > 0 {
		p.add("parts", "不是组合装，不能有组合明细；请清空明细，或改为组合装", "it is no bundle and has no parts; clear them or make it a bundle")
	}
	if len(s.Parts) > partsMax {
		p.add("parts", "组合明细最多 50 项", "a bundle has at most 50 parts")
	}
	seen := map[id.SKU]bool{}
	for _, part := range s.Parts {
		if part.Qty < 1 || part.Qty > partQtyMax {
			p.add("parts", fmt.Sprintf("组合明细的数量要在 1 到 1000 之间，现为 %d", part.Qty),
				fmt.Sprintf("a part's quantity is 1 to 1000, not %d", part.Qty))
		}
		if seen[part.SKU] {
			p.add("parts", "同一个商品在组合明细里出现了两次，请合并数量", "one SKU stands twice among the parts; add the quantities up")
		}
		seen[part.SKU] = true
	}
}

func (p *problems) barcodes(all []string) {
	if len(all) > barcodesMax {
		p.add("barcodes", "最多 20 个条码", "at most 20 barcodes")
		return
	}
	for _, b := range all {
		switch {
		case ownLabel(b):
		case !gtinLength(b):
			p.add("barcodes", fmt.Sprintf("条码 %s 不对：国际条码是 8、12、13 或 14 位数字，自编条码是 4 到 32 位字母、数字和 -，且至少有一个字母",
				shown(b)), fmt.Sprintf("barcode %s cannot be: a GTIN has 8, 12, 13 or 14 digits, a label of your own "+
				"4 to 32 letters, digits and -, at least one of them a letter", shown(b)))
		case !CheckDigit(b):
			p.add("barcodes", fmt.Sprintf("条码 %s 的校验位不对（末位应为 %c），可能录错了一位；请对照实物核对", b, checkDigit(b)),
				fmt.Sprintf("the check digit of barcode %s is wrong (it would end in %c), perhaps a digit was mistyped; "+
					"compare it with the goods", b, checkDigit(b)))
		}
	}
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func gtinLength(b string) bool {
	return digits(b) && (len(b) == 8 || len(b) == 12 || len(b) == 13 || len(b) == 14)
}

// ownLabel says whether b is a barcode that the merchant prints itself.
func ownLabel(b string) bool {
	return len(b) >= 4 && len(b) <= 32 && !digits(b) && strings.ContainsAny(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
		strings.Trim(b, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
}

// CheckDigit says whether the digits of a GTIN (EAN-8, UPC-A, EAN-13, GTIN-14)
// end in the right check digit, by the GS1 rule: from the right, the digits
// before it weigh 3, 1, 3, 1, ... and all together are a multiple of ten.
func CheckDigit(gtin string) bool {
	return gtinLength(gtin) && gtin[len(gtin)-1] == checkDigit(gtin)
}

func checkDigit(gtin string) byte {
	sum, weight := 0, 3
	for i := len(gtin) - 2; i >= 0; i-- {
		sum += weight * int(gtin[i]-'0')
		weight = 4 - weight
	}
	return byte('0' + (10-sum%10)%10)
}

// storable says whether both databases can keep the text.
func storable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// shown keeps a sentence short and clean whatever was typed.
func shown(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	if runes := []rune(text[:min(len(text), 200)]); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}
