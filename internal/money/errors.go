package money

import "baihuo/internal/fault"

// Every refusal of this package. Each says what is wrong, why, and how to mend it.
var (
	ErrCurrency = fault.New(fault.Invalid, "money_currency_unknown",
		"不认识这个币种，请填三位 ISO 代码，例如 CNY、USD、GBP",
		"The currency is not known; give its three-letter ISO code such as CNY, USD or GBP")
	ErrEmpty = fault.New(fault.Invalid, "money_empty",
		"金额是空的，请填数字；没有金额请填 0",
		"The amount is empty; write a number, or 0 where there is none")
	ErrNotNumber = fault.New(fault.Invalid, "money_not_a_number",
		"这不是金额，因为里面有数字、千位逗号和小数点以外的字符；请写成 1234.50 或 1,234.50",
		"This is no amount, for it holds more than digits, thousands commas and a point; write 1234.50 or 1,234.50")
	ErrMangled = fault.New(fault.Invalid, "money_mangled",
		"表格软件把这个数改成了科学计数法（如 1.3E+10），原来的数字已不可靠；请把该列设为文本或数值格式，重新填写后再导入",
		"A spreadsheet mangled this number into scientific notation (like 1.3E+10) and its digits cannot be trusted; "+
			"format the column as text or number, enter it again and import once more")
	ErrComma = fault.New(fault.Invalid, "money_comma",
		"逗号的位置不对，看不出是千位还是小数；千位用逗号、小数用点，例如 1,234.50",
		"The comma stands where no thousands comma can, so the value is unclear; "+
			"use commas for thousands and a point for decimals, as in 1,234.50")
	ErrDecimals = fault.New(fault.Invalid, "money_too_many_decimals",
		"小数位数超过该币种的最小单位，系统不会替您四舍五入；请改到该币种允许的位数（人民币为两位）",
		"There are more decimals than the currency has, and nothing is rounded behind your back; "+
			"write at most the decimals of the currency (two for CNY)")
	ErrSymbol = fault.New(fault.Invalid, "money_symbol",
		"货币符号与店铺币种不一致，请核对币种，或去掉符号只写数字",
		"The currency sign is not that of the expected currency; check the currency or write the digits alone")
	ErrRange = fault.New(fault.Invalid, "money_out_of_range",
		"金额太大，超过系统上限（一百万亿个最小单位，人民币即一万亿元）；请检查是否多写了数字",
		"The amount is beyond the limit of 10^14 minor units (10^12 yuan); check for digits too many")
)
