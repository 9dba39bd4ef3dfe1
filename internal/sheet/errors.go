package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"baihuo/internal/fault"
)

// Faults of a whole file: reading ends.
var (
	ErrNoFile = fault.New(fault.Missing, "sheet_no_file",
		"找不到这个文件或没有权限读取，请检查路径", "The file is not there or may not be read; check the path")
	ErrEmpty = fault.New(fault.Invalid, "sheet_empty",
		"文件里没有表头，因为所有行都是空的；请在第一行写列名", "The file has no header, for all rows are empty; "+
			"write the column names into the first row")
	ErrDamaged = fault.New(fault.Invalid, "sheet_damaged",
		"文件不完整或已损坏，后面的内容读不出来；请重新导出或重新下载后再试",
		"The file is cut off or damaged and its rest cannot be read; export or download it again")
	ErrKind = fault.New(fault.Invalid, "sheet_kind",
		"这不是 CSV 或 XLSX 表格（可能是旧版 .xls、加密文件、网页或图片）；请用表格软件另存为 .xlsx 或 CSV UTF-8",
		"This is no CSV or XLSX table (perhaps an old .xls, an encrypted file, a web page or a picture); "+
			"save it as .xlsx or CSV UTF-8")
	ErrHeader = fault.New(fault.Invalid, "sheet_header",
		"表头这一行读不出来，请先改正表头", "The header row cannot be read; mend it first")
	ErrColumnMissing = fault.New(fault.Invalid, "sheet_column_missing",
		"表里缺少必需的列，请补上列名，或在导入方案里写明它在表里叫什么",
		"Needed columns are missing; add them to the header or tell the column map what they are called")
	ErrColumnTwice = fault.New(fault.Invalid, "sheet_column_twice",
		"同一个列名出现了两次，不知道该取哪一列；请改掉其中一个",
		"One column name stands there twice and it is unclear which is meant; rename one of them")
	ErrNoSheet = fault.New(fault.Invalid, "sheet_no_worksheet",
		"工作簿里没有这个工作表，请检查工作表名", "The workbook has no such worksheet; check its name")
	ErrTooManyRows = fault.New(fault.Invalid, "sheet_too_many_rows",
		"行数超过上限，请分成几个文件", "There are more rows than allowed; split the file")
	ErrTooLarge = fault.New(fault.Invalid, "sheet_too_large",
		"文件（或解压后）超过大小上限，请分成几个文件", "The file, or what it unpacks to, is larger than allowed; split it")
	ErrBomb = fault.New(fault.Invalid, "sheet_bomb",
		"压缩比高得不正常，为保护系统不予解压；如确是正常表格，请不压缩再上传",
		"It unpacks to far more than a table would and is not unpacked, to protect the system; "+
			"if it is a real table, send it uncompressed")
	ErrWrite = fault.New(fault.Invalid, "sheet_write",
		"表格写不下：XLSX 最多 1,048,576 行、每格 32,767 个字符；请改用 CSV 或缩小范围",
		"It does not fit: XLSX holds 1,048,576 rows and 32,767 characters a cell; use CSV or a smaller range")
)

// Flaws of one row: the rest goes on.
var (
	errEncoding = fault.New(fault.Invalid, "sheet_encoding",
		"有的字节不是文件所用编码的文字，可能混用了两种编码或被截断；请把文件另存为 CSV UTF-8 后改正这一格",
		"Some bytes are no text in the file's encoding, perhaps two encodings were mixed or the text was cut; "+
			"save the file as CSV UTF-8 and mend this cell")
	errNUL = fault.New(fault.Invalid, "sheet_nul",
		"含有看不见的空字符（NUL），数据库不能保存；请删除这一格并重新输入",
		"It holds an invisible NUL character, which cannot be stored; clear the cell and type it again")
	errLong = fault.New(fault.Invalid, "sheet_field_too_long",
		"内容超过 64 KiB，正常的单元格不会这么长；请缩短，或检查是否漏了引号",
		"It is longer than 64 KiB, which no proper cell is; shorten it, or look for a forgotten quote")
	errOpenQuote = fault.New(fault.Invalid, "sheet_quote_open",
		"从这一格开始的英文双引号没有结束，后面的行会被吞掉；请补上结尾的引号，或把格内的引号写成两个",
		"The quotation mark opened here is never closed and would swallow the rows below; "+
			"close it, or double the quotation marks inside the cell")
	errStrayQuote = fault.New(fault.Invalid, "sheet_quote_stray",
		"引号后面还有文字，分不清单元格在哪里结束；请把格内的英文双引号写成两个",
		"Text follows a closing quotation mark, so the end of the cell is unclear; "+
			"double the quotation marks inside the cell")
	errWide = fault.New(fault.Invalid, "sheet_row_too_wide",
		"这一行的单元格比表头多，可能是内容里的分隔符没有加引号；请给该内容加上英文双引号",
		"The row has more cells than the header, perhaps a separator inside a cell is not quoted; "+
			"put that cell in quotation marks")
	errShort = fault.New(fault.Invalid, "sheet_row_too_short",
		"这一行在到达必需的列之前就结束了，可能被截断；请补全这一行",
		"The row ends before this needed column, perhaps it was cut; complete the row")
	errFormula = fault.New(fault.Invalid, "sheet_formula_error",
		"这一格的公式出错（如 #N/A、#REF!），没有可用的值；请改正公式或直接填写值",
		"The formula in this cell failed (#N/A, #REF! and the like) and has no value; mend it or type the value")
)

// damaged wraps the cause. An io.EOF is renamed: a caller that looks for it in
// the chain would take the cut for the proper end and lose rows in silence.
func damaged(cause error) error {
	if errors.Is(cause, io.EOF) {
		cause = io.ErrUnexpectedEOF
	}
	return ErrDamaged.Wrap(cause)
}

// RowError says what is wrong with one row. It is data for the person who sent
// the file: Value may be personal and so stands in no sentence and no log.
type RowError struct {
	Row    int    `json:"row"`    // as a spreadsheet program numbers it, the header's row included
	Line   int    `json:"line"`   // as a text editor numbers it; 0 in XLSX
	Column string `json:"column"` // the header, or "5 (E)" where there is none; empty for the whole row
	Value  string `json:"value"`  // what stands there, shortened
	Code   string `json:"code"`   // stable, for programs
	ZH     string `json:"zh"`     // the whole sentence: row, column, why, how to mend
	EN     string `json:"en"`
}

// Error gives the English sentence, without the value.
func (e *RowError) Error() string { return e.EN }

func rowError(row, line int, column, value string, f *fault.Fault) *RowError {
	e := &RowError{Row: row, Line: line, Column: column, Value: shorten(value), Code: f.Code}
	zh, en := fmt.Sprintf("第 %d 行", row), fmt.Sprintf("Row %d", row)
	if line != 0 && line != row {
		zh, en = fmt.Sprintf("%s（文本第 %d 行）", zh, line), fmt.Sprintf("%s (line %d of the text)", en, line)
	}
	if column != "" {
		zh, en = fmt.Sprintf("%s，「%s」列", zh, column), fmt.Sprintf("%s, column %q", en, column)
	}
	e.ZH, e.EN = zh+"："+f.ZH, en+": "+f.EN
	return e
}

const valueRunes = 40

// shorten keeps a report readable and small whatever stands in the cell.
func shorten(text string) string {
	cut := text[:min(len(text), valueRunes*utf8.UTFMax)]
	count := 0
	for i := range cut {
		if count++; count > valueRunes {
			cut = cut[:i]
			break
		}
	}
	clean := strings.ReplaceAll(strings.ToValidUTF8(cut, "\uFFFD"), "\x00", "\uFFFD")
	if len(cut) < len(text) {
		clean += "…"
	}
	return clean
}
