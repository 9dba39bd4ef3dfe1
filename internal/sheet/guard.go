package sheet

import "strings"

// formulaStarts begin a formula in some spreadsheet program, or hide one.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// guard makes a text harmless in a CSV: a spreadsheet program that opens the
// file would run =HYPERLINK(...) from a buyer's message. An apostrophe in front
// makes it text. A text that already begins with apostrophes and such a
// character gets one more, so that unguard always restores what was written.
func guard(text string) string {
	if risky(text) {
		return "'" + text
	}
	return text
}

// unguard takes the apostrophe off.
func unguard(text string) string {
	if len(text) > 1 && text[0] == '\'' && risky(text[1:]) {
		return text[1:]
	}
	return text
}

func risky(text string) bool {
	text = strings.TrimLeft(text, "'")
	for _, r := range text {
		return strings.ContainsRune(formulaStarts, r)
	}
	return false
}
