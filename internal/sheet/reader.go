package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"baihuo/internal/fault"
)

// FieldMax is the longest cell accepted, in bytes of UTF-8.
const FieldMax = 64 << 10

// Options tell how to read a file. The zero value reads every column under its
// own header, finds out encoding and separator, and takes the default limits.
type Options struct {
	Columns   Map
	Sheet     string   // XLSX: the worksheet's name; the first visible one when empty
	Skip      int      // rows above the header, as in the bills of payment platforms
	Encoding  Encoding // CSV: found out when empty
	Delimiter byte     // CSV: found out among comma, semicolon and tab when 0
	Size      int64    // bytes that Read will get, for Progress; Open knows it itself
	Limits    Limits
}

// Limits bound what a file may cost. Zero takes the default.
type Limits struct {
	Rows  int   // default 5,000,000
	Bytes int64 // unpacked bytes of a CSV, default 4 GiB; of an XLSX never more than 200 MiB
	Ratio int64 // unpacked to packed bytes, looked at beyond 16 MiB; default 100
}

// table is a format's stream of records.
type table interface {
	// next fills rec, or gives io.EOF or the fault that ends the reading.
	next(rec *record) error
	// progress gives bytes done and bytes in all, 0 when unknown. Any goroutine may call it.
	progress() (done, total int64)
}

// record is one row as it stands in the file. Its cells are reused.
type record struct {
	number, line int
	cells        []string
	flaws        []flaw
}

// flaw is one thing wrong with a record.
type flaw struct {
	column int // from 0; -1 for the row as a whole
	value  string
	what   *fault.Fault
	local  bool // spoils its cell only: nothing is wrong when nobody reads the column
}

// Reader gives the rows of one table. It is used by one goroutine; Progress may
// be asked by another.
type Reader struct {
	table  table
	close  func() error
	csv    bool
	rec    record
	header []string
	index  map[string]int
	used   []bool // by place: some name is bound to it
	needed []int  // places that every row must reach, in order
	rows   int    // rows read, the header and blank ones included
	limit  int
	blank  int
	err    error // what ended the reading
}

// newReader reads the header and binds the columns.
func newReader(t table, csv bool, o Options) (*Reader, error) {
	r := &Reader{table: t, csv: csv, limit: o.Limits.Rows, close: func() error { return nil }}
	for range o.Skip {
		if err := r.advance(); err != nil {
			return nil, headerless(err)
		}
	}
	for {
		if err := r.advance(); err != nil {
			return nil, headerless(err)
		}
		if len(r.rec.flaws) > 0 {
			e := r.rowError(r.rec.flaws[0])
			return nil, ErrHeader.Field(e.Code, e.ZH, e.EN)
		}
		if !empty(r.rec.cells) {
			return r, r.bind(o.Columns)
		}
	}
}

func headerless(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	return err
}

// bind takes the present record as the header.
func (r *Reader) bind(m Map) (err error) {
	r.header = make([]string, len(r.rec.cells))
	for i, h := range r.rec.cells {
		r.header[i] = strings.Clone(trim(h))
	}
	for len(r.header) > 0 && r.header[len(r.header)-1] == "" {
		r.header = r.header[:len(r.header)-1]
	}
	if r.index, err = m.bind(r.header); err != nil {
		return err
	}
	if len(m) == 0 {
		m = ownNames(r.header)
	}
	r.used = make([]bool, len(r.header))
	for _, c := range m {
		if at, bound := r.index[c.Name]; bound {
			r.used[at] = true
			if c.Needed {
				r.needed = append(r.needed, at)
			}
		}
	}
	slices.Sort(r.needed)
	if t, ok := r.table.(*csvTable); ok {
		t.lex.wide = len(r.rec.cells)
	}
	return nil
}

// Next gives the next row that holds anything.
//
// The error is io.EOF at the end; a *RowError for a row that cannot be used,
// after which Next goes on with the following row (the Row given with it holds
// what could be read and its Number); any other is a fault that ends the
// reading and is given again by each further call. A Row is valid until the
// next call; the strings got from it stay valid.
func (r *Reader) Next() (Row, error) {
	for r.err == nil {
		if err := r.advance(); err != nil {
			r.err = err
			break
		}
		if len(r.rec.flaws) == 0 && empty(r.rec.cells) {
			r.blank++
			continue
		}
		row := Row{Number: r.rec.number, Line: r.rec.line, reader: r, cells: r.rec.cells}
		if e := r.judge(); e != nil {
			return row, e
		}
		return row, nil
	}
	return Row{}, r.err
}

func (r *Reader) advance() error {
	last := r.rec.number
	r.rec.flaws = r.rec.flaws[:0]
	if err := r.table.next(&r.rec); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return fault.Of(err).Field("row", fmt.Sprintf("在第 %d 行之后", last), fmt.Sprintf("after row %d", last))
	}
	if r.rows++; r.rows > r.limit {
		return ErrTooManyRows.Field("rows", fmt.Sprintf("上限 %d 行", r.limit), fmt.Sprintf("at most %d rows", r.limit))
	}
	return nil
}

// judge says what makes the present record unusable, nil when nothing does.
func (r *Reader) judge() *RowError {
	for _, f := range r.rec.flaws {
		if !f.local || f.column < len(r.used) && r.used[f.column] {
			return r.rowError(f)
		}
	}
	cells := r.rec.cells
	for i := len(r.header); i < len(cells); i++ {
		if trim(cells[i]) != "" {
			return r.rowError(flaw{column: i, value: cells[i], what: errWide})
		}
	}
	// XLSX leaves out empty cells at the end of a row; in a CSV their absence means a cut row.
	if n := len(r.needed); r.csv && n > 0 && r.needed[n-1] >= len(cells) {
		at, _ := slices.BinarySearch(r.needed, len(cells))
		return r.rowError(flaw{column: r.needed[at], what: errShort})
	}
	return nil
}

func (r *Reader) rowError(f flaw) *RowError {
	name := ""
	switch {
	case f.column < 0:
	case f.column < len(r.header) && r.header[f.column] != "":
		name = shorten(r.header[f.column])
	default:
		name = fmt.Sprintf("%d (%s)", f.column+1, letters(f.column))
	}
	return rowError(r.rec.number, r.rec.line, name, f.value, f.what)
}

// Header gives the file's column names, trimmed, in their order.
func (r *Reader) Header() []string { return slices.Clone(r.header) }

// Has says whether the file has the column.
func (r *Reader) Has(column string) bool {
	_, has := r.index[column]
	return has
}

// Unused gives the headers that no column of the map reads.
func (r *Reader) Unused() []string {
	var out []string
	for i, h := range r.header {
		if !r.used[i] && h != "" {
			out = append(out, h)
		}
	}
	return out
}

// Blank counts the rows below the header that held nothing and were passed over.
func (r *Reader) Blank() int { return r.blank }

// Progress gives how much of the file has been read and its size in the same
// unit (bytes on disk of a CSV, of a .gz compressed; unpacked bytes of an XLSX);
// the size is 0 when unknown. Another goroutine may call it.
func (r *Reader) Progress() (bytesRead, bytesTotal int64) { return r.table.progress() }

// Close closes what Open opened.
func (r *Reader) Close() error { return r.close() }

// Row is one row of the table.
type Row struct {
	Number int // as a spreadsheet program shows it
	Line   int // as a text editor shows it; 0 in XLSX
	reader *Reader
	cells  []string
}

// Get gives the column's cell without white space around it; empty when the
// file has no such column. In a CSV the apostrophe that Writer sets before a
// would-be formula is taken off.
func (r Row) Get(column string) string {
	at, bound := r.reader.index[column]
	if !bound || at >= len(r.cells) {
		return ""
	}
	cell := trim(r.cells[at])
	if r.reader.csv {
		return unguard(cell)
	}
	return cell
}

// Cells gives all cells of the row as they stand in the file.
func (r Row) Cells() []string { return slices.Clone(r.cells) }

// Wrong makes the report of a cell that was read but cannot be accepted, from
// a fault of this package's parsers or of anybody else.
func (r Row) Wrong(column string, err error) *RowError {
	name := column
	if at, bound := r.reader.index[column]; bound {
		name = shorten(r.reader.header[at])
	}
	return rowError(r.Number, r.Line, name, r.Get(column), fault.Of(err))
}

func empty(cells []string) bool {
	for _, c := range cells {
		if trim(c) != "" {
			return false
		}
	}
	return true
}

// trim takes white space off, and the marks of no width that copying from web
// pages leaves behind.
func trim(cell string) string {
	if cell == "" {
		return cell
	}
	if first, last := cell[0], cell[len(cell)-1]; first > ' ' && first < 0x7f && last > ' ' && last < 0x7f {
		return cell
	}
	return strings.TrimFunc(cell, func(r rune) bool {
		switch r {
		case ' ', '\t', '\r', '\n', '\v', '\f', '\u00a0', '\u3000', '\ufeff', '\u200b', '\u200e', '\u200f':
			return true
		}
		return false
	})
}
