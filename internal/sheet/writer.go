package sheet

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"baihuo/internal/fault"
)

// Format is a kind of file that can be written.
type Format string

const (
	// CSV is UTF-8 with a byte order mark, as Chinese Excel needs it, and \n line ends.
	CSV Format = "csv"
	// XLSX is a workbook with one worksheet.
	XLSX Format = "xlsx"
)

// Cell is one cell to be written. The zero value is an empty one.
type Cell struct {
	kind kind
	text string
	at   time.Time
}

type kind uint8

const (
	textCell kind = iota
	numberCell
	timeCell
)

// Text is a cell that no spreadsheet program will run, round or reformat: names,
// messages, and also order numbers, phones and waybills.
func Text(text string) Cell { return Cell{text: clean(text)} }

// Whole is a number cell.
func Whole(n int64) Cell { return Decimal(strconv.FormatInt(n, 10)) }

// Decimal is a number cell from exact text such as money.Amount.Format gives,
// "-12.30". What is no plain decimal number, or longer than the fifteen digits
// a spreadsheet keeps, becomes a text cell.
func Decimal(text string) Cell {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(digits, ".")
	plain := whole != "" && (!pointed || fraction != "") && strings.Trim(whole+fraction, "0123456789") == ""
	if !plain || len(whole)+len(fraction) > digitsMax {
		return Text(text)
	}
	return Cell{kind: numberCell, text: text}
}

// Moment is a date and time as the clock shows it in t's zone.
func Moment(t time.Time) Cell { return Cell{kind: timeCell, at: t} }

// clean takes out what cannot stand in a file.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// Writer writes a table row by row. Close ends it; the file is nothing before.
type Writer struct {
	write func(cells []Cell) error
	close func() error
}

// NewWriter begins a table on w. It does not close w.
// Faults: Invalid for an unknown format.
func NewWriter(w io.Writer, format Format) (*Writer, error) {
	switch format {
	case CSV:
		return newCSVWriter(w)
	case XLSX:
		return newXLSXWriter(w)
	}
	return nil, fault.New(fault.Invalid, "sheet_format", "只能导出 csv 或 xlsx，请选其一",
		"Only csv and xlsx can be written; choose one of them")
}

// Write adds a row. Faults: ErrWrite when the row or a cell does not fit an XLSX;
// what w says comes back as it is.
func (w *Writer) Write(cells ...Cell) error { return w.write(cells) }

// Header adds a row of text cells.
func (w *Writer) Header(names ...string) error {
	cells := make([]Cell, len(names))
	for i, n := range names {
		cells[i] = Text(n)
	}
	return w.write(cells)
}

// Close writes what is still held.
func (w *Writer) Close() error { return w.close() }

func newCSVWriter(w io.Writer) (*Writer, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := csv.NewWriter(buffered)
	var record []string
	write := func(cells []Cell) error {
		record = record[:0]
		for _, c := range cells {
			record = append(record, c.csv())
		}
		return out.Write(record)
	}
	end := func() error {
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
		return buffered.Flush()
	}
	return &Writer{write: write, close: end}, nil
}

func (c Cell) csv() string {
	switch c.kind {
	case numberCell:
		return c.text
	case timeCell:
		return c.at.Format(time.DateTime)
	}
	if longDigits(c.text) {
		// The tab makes spreadsheet programs take the digits for text, as the bills of
		// payment platforms do; Reader trims it.
		return c.text + "\t"
	}
	return guard(c.text)
}

// longDigits says whether a spreadsheet program would show the text as 1.3E+11.
func longDigits(text string) bool {
	const shown = 11
	return len(text) > shown && strings.Trim(text, "0123456789") == ""
}

// newXLSXWriter keeps the packed workbook in memory until Close, the rows in a
// temporary file.
func newXLSXWriter(w io.Writer) (*Writer, error) {
	book := excelize.NewFile()
	out, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return nil, err
	}
	cents, err := book.NewStyle(&excelize.Style{NumFmt: 2})
	if err != nil {
		return nil, err
	}
	rows := 0
	var values []any
	write := func(cells []Cell) error {
		if rows++; rows > workRowsMax || len(cells) > columnsMax {
			return ErrWrite
		}
		values = values[:0]
		for _, c := range cells {
			// excelize would cut the text without a word.
			if len(c.text) > excelize.TotalCellChars && len(utf16.Encode([]rune(c.text))) > excelize.TotalCellChars {
				return ErrWrite
			}
			values = append(values, c.xlsx(cents))
		}
		return out.SetRow("A"+strconv.Itoa(rows), values)
	}
	end := func() error {
		if err := out.Flush(); err != nil {
			return err
		}
		if _, err := book.WriteTo(w); err != nil {
			return err
		}
		return book.Close()
	}
	return &Writer{write: write, close: end}, nil
}

func (c Cell) xlsx(cents int) any {
	switch c.kind {
	case numberCell:
		// Exact: fifteen digits pass through a float64 unchanged.
		value, err := strconv.ParseFloat(c.text, 64)
		if err != nil {
			return c.text
		}
		if at := strings.IndexByte(c.text, '.'); at >= 0 && len(c.text)-at == 3 {
			return excelize.Cell{StyleID: cents, Value: value}
		}
		return value
	case timeCell:
		// Spreadsheets know no zones: the clock's face is what is kept.
		t := c.at
		face := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
		return face
	}
	if c.text == "" {
		return nil
	}
	return c.text
}
