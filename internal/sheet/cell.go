package sheet

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"baihuo/internal/fault"
	"baihuo/internal/money"
)

// What a cell's text can be refused for. Money has its own parser: money.Parse.
var (
	ErrNoValue = fault.New(fault.Invalid, "sheet_cell_empty",
		"这一格是空的，但这一列必须有值；请填写", "The cell is empty but this column needs a value; fill it in")
	ErrMangled = fault.New(fault.Invalid, "sheet_cell_mangled",
		"表格软件把长数字改成了科学计数法（如 1.3E+10），后面的位数已丢失；请把该列设为文本格式，重新填写后再导入",
		"A spreadsheet mangled a long number into scientific notation (like 1.3E+10) and digits are lost; "+
			"format the column as text, enter it again and import once more")
	ErrNotWhole = fault.New(fault.Invalid, "sheet_cell_not_whole",
		"这里要整数，但写的是小数；请填整数", "A whole number belongs here, not a fraction; write a whole number")
	ErrNotInt = fault.New(fault.Invalid, "sheet_cell_not_a_number",
		"这不是整数，因为含有数字以外的字符；请只写数字，例如 12 或 1,234",
		"This is no whole number, for it holds more than digits; write digits alone, as in 12 or 1,234")
	ErrIntRange = fault.New(fault.Invalid, "sheet_cell_number_range",
		"数字太大，系统放不下；请检查是否多写了位数", "The number is too large to be held; check for digits too many")
	ErrNotTime = fault.New(fault.Invalid, "sheet_cell_not_a_time",
		"这不是能认出的日期时间；请写成 2024-01-31 或 2024-01-31 08:30:00，并把该列设为文本或日期格式",
		"This is no date or time that can be told for sure; write 2024-01-31 or 2024-01-31 08:30:00 "+
			"and format the column as text or date")
)

// Int reads a whole number: "12", "-3", "1,234", "6.0", full-width digits.
// Whether a negative one makes sense is the caller's to say.
// Faults: ErrNoValue, ErrMangled, ErrNotWhole, ErrNotInt, ErrIntRange.
func Int(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	text = width.Narrow.String(trim(text))
	if text == "" {
		return 0, ErrNoValue
	}
	if money.Scientific(text) {
		return 0, ErrMangled
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	if pointed && (fraction == "" || strings.Trim(fraction, "0123456789") != "") || !grouped(whole) {
		return 0, ErrNotInt
	}
	if strings.Trim(fraction, "0") != "" {
		return 0, ErrNotWhole
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(whole, ",", ""), 10, 64)
	if err != nil {
		return 0, ErrIntRange
	}
	return n, nil
}

// grouped says whether text is a signed number whose commas, if any, stand at thousands.
func grouped(text string) bool {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	groups := strings.Split(text, ",")
	for i, g := range groups {
		if g == "" || strings.Trim(g, "0123456789") != "" || i > 0 && len(g) != 3 || len(groups) > 1 && len(g) > 3 {
			return false
		}
	}
	return true
}

// Code reads what names something: an order number, SKU, barcode, waybill or
// phone. It is any text except a number that a spreadsheet shortened.
// Faults: ErrNoValue, ErrMangled.
func Code(text string) (string, error) {
	text = trim(text)
	if text == "" {
		return "", ErrNoValue
	}
	// "12E3" may be a SKU; only spreadsheets write the plus.
	if strings.Contains(text, "+") && money.Scientific(text) {
		return "", ErrMangled
	}
	return text, nil
}

// timeLayouts are tried in this order. Day and month in an order that depends on
// the country are not among them: 03/04/2024 would be guesswork.
func timeLayouts() []string {
	return []string{
		"2006-01-02 15:04:05", "2006-01-02T15:04:05", time.RFC3339, "2006/1/2 15:04:05", "2006-1-2 15:04:05",
		"2006-1-2 15:04", "2006/1/2 15:04", "2006-1-2", "2006/1/2", "2006年1月2日 15:04:05", "2006年1月2日 15:04",
		"2006年1月2日", "2006.1.2", "20060102150405", "20060102", "2006-01-02T15:04",
	}
}

// Time reads an instant. Text without a zone is taken in loc. With no layouts
// given it accepts ISO 8601 and the year-first forms of Chinese spreadsheets.
// Faults: ErrNoValue, ErrNotTime.
func Time(text string, loc *time.Location, layouts ...string) (time.Time, error) {
	if text = trim(text); text == "" {
		return time.Time{}, ErrNoValue
	}
	if len(layouts) == 0 {
		layouts = timeLayouts()
	}
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, loc); err == nil {
			return at, nil
		}
	}
	return time.Time{}, ErrNotTime
}
