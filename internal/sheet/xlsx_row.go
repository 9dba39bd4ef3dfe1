package sheet

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// xlsxCell collects one <c> element.
type xlsxCell struct {
	column int
	kind   string // t: s, inlineStr, str, b, e, d; empty or n is a number
	style  string
	text   cellText
}

// next reads one <row>.
func (t *xlsxTable) next(rec *record) error {
	if t.over {
		return io.EOF
	}
	inside := false
	for {
		token, err := t.xml.RawToken()
		if err != nil {
			// The table ends with </sheetData>; an end before it is a cut file.
			return damaged(err)
		}
		switch el := token.(type) {
		case xml.StartElement:
			if el.Name.Local == "row" {
				inside = true
				err = t.startRow(rec, el)
			} else if inside {
				err = t.start(rec, el)
			}
		case xml.CharData:
			t.cell.text.add(el)
		case xml.EndElement:
			switch el.Name.Local {
			case "sheetData":
				t.over = true
				return io.EOF
			case "row":
				return nil
			case "c":
				t.finish(rec)
			default:
				t.cell.text.end(el.Name.Local)
			}
		}
		if err != nil {
			return err
		}
	}
}

func (t *xlsxTable) startRow(rec *record, el xml.StartElement) error {
	number := t.last + 1
	if r := attribute(el, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n <= t.last || n > workRowsMax {
			return ErrDamaged.Wrap(fmt.Errorf("row number %s after %d", shorten(r), t.last))
		}
		number = n
	}
	t.last = number
	t.cell.column = -1
	rec.number, rec.line, rec.cells = number, 0, rec.cells[:0]
	return nil
}

func (t *xlsxTable) start(rec *record, el xml.StartElement) error {
	if el.Name.Local != "c" {
		t.cell.text.start(el.Name.Local)
		return nil
	}
	c := &t.cell
	c.column++
	if ref := attribute(el, "r"); ref != "" {
		column, ok := columnOf(ref)
		if !ok || column < c.column {
			return ErrDamaged.Wrap(fmt.Errorf("cell %s in row %d", shorten(ref), t.last))
		}
		c.column = column
	}
	if c.column >= columnsMax {
		return ErrDamaged.Wrap(fmt.Errorf("column %d in row %d", c.column, t.last))
	}
	c.kind, c.style = attribute(el, "t"), attribute(el, "s")
	c.text.reset()
	for len(rec.cells) < c.column {
		rec.cells = append(rec.cells, "")
	}
	return nil
}

// columnOf reads the letters of a reference: C5 is column 2.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := 0; i < len(ref) && n <= columnsMax; i++ {
		switch b := ref[i]; {
		case b >= 'A' && b <= 'Z':
			n = n*26 + int(b-'A') + 1
		case b >= 'a' && b <= 'z':
			n = n*26 + int(b-'a') + 1
		default:
			return n - 1, n > 0
		}
	}
	return n - 1, n > 0
}

// finish turns what the cell holds into its text.
func (t *xlsxTable) finish(rec *record) {
	c := &t.cell
	text := c.text.string()
	f := flaw{column: c.column}
	switch c.kind {
	case "s":
		if i, err := strconv.Atoi(text); err == nil && i >= 0 && i < len(t.book.shared) {
			text = t.book.shared[i]
		} else if text != "" {
			f.what = ErrDamaged
		}
	case "b":
		text = map[string]string{"1": "TRUE", "0": "FALSE"}[text]
	case "e":
		f.what, f.local = errFormula, true
	case "inlineStr", "str", "d":
	default:
		text = t.number(text)
	}
	switch {
	case f.what != nil:
	case len(text) > FieldMax:
		f.what = errLong
	case strings.IndexByte(text, 0) >= 0:
		f.what = errNUL
	}
	if f.what != nil {
		f.value, text = shorten(text), ""
		rec.flaws = append(rec.flaws, f)
	}
	rec.cells = append(rec.cells, text)
}

// digitsMax is what a spreadsheet keeps of a number.
const digitsMax = 15

// number writes a numeric cell as a person would: an instant where it is shown as
// one; else digits without exponent, with the noise of binary fractions rounded
// off at fifteen digits. A longer whole number has lost its last digits in the
// spreadsheet already and is written as the spreadsheet shows it,
// 1.23456789012346E+17, which Int, Code and money.Parse refuse.
func (t *xlsxTable) number(text string) string {
	style, err := strconv.Atoi(t.cell.style)
	isDate := err == nil && style >= 0 && style < len(t.book.dates) && t.book.dates[style]
	if !isDate && len(text) <= digitsMax && strings.Trim(text, "0123456789") == "" {
		return text
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return text
	}
	if isDate && value >= 0 && value < 2958466 { // the year 10000
		return t.instant(value)
	}
	if math.Abs(value) >= 1e15 {
		return strconv.FormatFloat(value, 'E', -1, 64)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', digitsMax, 64), 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// instant writes a serial day number: date, time of day or both.
func (t *xlsxTable) instant(serial float64) string {
	at, err := excelize.ExcelDateToTime(serial, t.book.mac)
	if err != nil {
		return strconv.FormatFloat(serial, 'f', -1, 64)
	}
	at = at.Round(time.Second)
	switch {
	case serial < 1:
		return at.Format(time.TimeOnly)
	case at.Equal(at.Truncate(24 * time.Hour)):
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}
